"""Snapshot <-> one compressed, versioned, hashed file.

The file is zstandard-compressed JSON ``{"sha256": ..., "body": "..."}``; equal snapshots make equal bytes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import zstandard

from agent.errors import SnapshotError
from agent.model import Problem, Snapshot, SourceRecord, Unavailable
from agent.spending import Budget, Cost, Receipt, Sent
from agent.terms import TenantKind, Text, UnavailableKind, Version

FORMAT = 1
_MAX_BYTES = 1 << 30
_OWN = "agent.facts."


def save(snapshot: Snapshot, path: Path) -> str:
    """Write the snapshot; returns its SHA-256. Raises SnapshotError when the file cannot be written."""
    body = json.dumps(_plain(snapshot), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    content = zstandard.ZstdCompressor(level=9).compress(json.dumps({"sha256": digest, "body": body}).encode())
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise SnapshotError(
            Text("{path}: cannot be written: {reason}", {"path": str(path), "reason": str(error)})
        ) from None
    return digest


def load(path: Path, known: Iterable[type] = ()) -> Snapshot:
    """Read a snapshot back; ``known`` are the row types of plug-ins, whose facts are left out where they are not given.

    Raises SnapshotError if the file is missing, altered or of a newer format.
    """
    args = {"path": str(path)}
    try:
        outer = json.loads(zstandard.ZstdDecompressor().decompress(path.read_bytes(), max_output_size=_MAX_BYTES))
        body, digest = str(outer["body"]), outer["sha256"]
        intact = hashlib.sha256(body.encode()).hexdigest() == digest
        plain = json.loads(body) if intact else {"format": 0}
        newer = int(plain["format"]) > FORMAT
    except (OSError, zstandard.ZstdError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SnapshotError(Text("{path}: not a snapshot: {reason}", {**args, "reason": str(error)[:200]})) from None
    if not intact:
        raise SnapshotError(
            Text("{path}: the snapshot has been altered (its hash does not match). Collect again.", args)
        )
    if newer:
        raise SnapshotError(
            Text("{path}: written by a newer agent. Upgrade with pip install -U oceanbase-health-agent.", args)
        )
    try:
        return _snapshot(plain, {_name(row): row for row in known})
    except (LookupError, TypeError, ValueError, AttributeError, ImportError) as error:
        raise SnapshotError(
            Text(
                "{path}: the facts do not fit this agent: {reason}. Collect again.",
                {**args, "reason": str(error)[:200]},
            )
        ) from None


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    facts = {_name(row): _plain_facts(row, found) for row, found in snapshot.facts.items()}
    return {
        "format": FORMAT,
        "target": snapshot.target,
        "tenant_kind": snapshot.tenant_kind.value,
        "version": list(snapshot.version),
        "as_of": snapshot.as_of.isoformat(),
        "facts": facts,
        "records": [_plain_value(record) for record in snapshot.records],
        "problems": [_plain_value(problem) for problem in snapshot.problems],
        "cost": _plain_value(snapshot.cost),
        "embedded": snapshot.embedded,
        "budget": _plain_value(snapshot.budget),
        "receipt": _plain_value(snapshot.receipt),
        "statements": [_plain_value(sent) for sent in snapshot.statements],
    }


def _plain_facts(row: type, found: tuple[Any, ...] | Unavailable) -> dict[str, Any]:
    if isinstance(found, Unavailable):
        return {"unavailable": _plain_value(found)}
    names = [field.name for field in dataclasses.fields(row)]
    return {"columns": names, "rows": [[_plain_value(getattr(item, name)) for name in names] for item in found]}


def _plain_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Version):
        return list(value)
    if isinstance(value, dict):
        return {key: _plain_value(item) for key, item in value.items()}
    return value


def _name(row: type) -> str:
    return f"{row.__module__}:{row.__qualname__}"


def _snapshot(plain: dict[str, Any], known: Mapping[str, type]) -> Snapshot:
    return Snapshot(
        target=plain["target"],
        tenant_kind=TenantKind(plain["tenant_kind"]),
        version=Version(*plain["version"]),
        as_of=datetime.fromisoformat(plain["as_of"]),
        facts=_fact_sets(plain["facts"], known),
        records=tuple(SourceRecord(**{**record, "reason": _text(record["reason"])}) for record in plain["records"]),
        problems=(
            *(Problem(_required(p["what"]), _text(p["remedy"])) for p in plain["problems"]),
            *_left_out(plain["facts"], known),
        ),
        cost=Cost(**plain["cost"]),
        embedded=plain["embedded"],
        budget=Budget(**plain["budget"]) if plain.get("budget") else None,
        receipt=_receipt(plain["receipt"]) if plain.get("receipt") else None,
        statements=tuple(Sent(**sent) for sent in plain.get("statements", ())),
    )


def _receipt(plain: dict[str, Any]) -> Receipt:
    return Receipt(**{**plain, "reason": _text(plain["reason"])})


def _fact_sets(plain: dict[str, Any], known: Mapping[str, type]) -> dict[type, tuple[Any, ...] | Unavailable]:
    """No module is imported by a name out of the file but the agent's own."""
    own = {name: _row_type(name) for name in plain if name.startswith(_OWN)}
    rows = {**known, **own}
    return {rows[name]: _facts(rows[name], found) for name, found in plain.items() if name in rows}


def _left_out(names: Iterable[str], known: Mapping[str, type]) -> Iterator[Problem]:
    """A snapshot is of use without the plug-in that it was taken with."""
    missing = sorted(name for name in names if not name.startswith(_OWN) and name not in known)
    if missing:
        what = Text("The facts of plug-ins that are not here are left out: {names}.", {"names": ", ".join(missing)})
        yield Problem(what, Text("Install the plug-ins that the snapshot was taken with."))


def _row_type(name: str) -> type:
    module, _, qualname = name.partition(":")
    found = getattr(importlib.import_module(module), qualname)
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise ValueError(f"unknown fact type {name!r}")
    return found


def _facts(row: type, plain: dict[str, Any]) -> tuple[Any, ...] | Unavailable:
    if "unavailable" in plain:
        missing = plain["unavailable"]
        return Unavailable(UnavailableKind(missing["kind"]), _required(missing["reason"]), _text(missing["remedy"]))
    readers = _readers(row)
    return tuple(
        row(**{name: readers[name](value) for name, value in zip(plain["columns"], values, strict=True)})
        for values in plain["rows"]
    )


def _readers(row: type) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(row)
    special: dict[Any, Callable[[Any], Any]] = {Version: lambda value: Version(*value), TenantKind: TenantKind}
    return {field.name: special.get(hints[field.name], _value) for field in dataclasses.fields(row)}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])
    return value


def _text(plain: dict[str, Any] | None) -> Text | None:
    return Text(plain["msgid"], {name: _value(value) for name, value in plain["args"].items()}) if plain else None


def _required(plain: dict[str, Any]) -> Text:
    text = _text(plain)
    if text is None:
        raise ValueError("a text is missing")
    return text
