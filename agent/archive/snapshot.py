"""Saves a snapshot as one compressed, versioned, hashed file, and loads it.

The file is zstandard-compressed JSON ``{"sha256": ..., "body": "..."}``; equal snapshots make equal bytes. A redacted
one (``agent.archive.redaction.redact``) has its original beside it, ``sealed``.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import json
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from agent.archive import snapshot_records
from agent.archive.document_types import is_plausible
from agent.archive.json_values import parse_json
from agent.archive.snapshot_records import check_record
from agent.model.cost import Budget, Cost, Receipt, Sent
from agent.model.snapshot import Problem, Snapshot, SourceRecord, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from agent.support.errors import SnapshotError, WriteError
from agent.support.files import read_whole, write_whole
from agent.support.i18n import render_text

FORMAT = 1
_MAX_BYTES = 1 << 28
_OWN_MODULES = "agent.facts."
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError)


def save_snapshot(snapshot: Snapshot, path: Path) -> str:
    """Write the snapshot; returns its SHA-256. Raises WriteError when the file cannot be written."""
    return write_body(serialize_body(_serialize_snapshot(snapshot)), path)


def serialize_body(plain: Any) -> str:
    """The JSON text of a body. The same content always gives the same text."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_body(body: str) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


class PackedSnapshot(NamedTuple):
    """What a snapshot file holds, compressed, and the SHA-256 of the snapshot."""

    content: bytes
    sha256: str


def pack_snapshot(snapshot: Snapshot) -> PackedSnapshot:
    """Return the bytes of the file that ``save_snapshot`` would write."""
    return _pack_body(serialize_body(_serialize_snapshot(snapshot)))


def _pack_body(body: str, sealed: str = "") -> PackedSnapshot:
    digest = hash_body(body)
    outer = {"sha256": digest, "body": body, **({"sealed": sealed} if sealed else {})}
    return PackedSnapshot(zstandard.ZstdCompressor(level=3).compress(json.dumps(outer).encode()), digest)


def write_body(body: str, path: Path, sealed: str = "") -> str:
    """Write a body as a snapshot file; ``sealed`` is the original of a redacted one. Else like ``save_snapshot``."""
    packed = _pack_body(body, sealed)
    try:
        write_whole(path, packed.content)
    except OSError as error:
        args = {"path": str(path), "reason": error.strerror or str(error)}
        raise WriteError(
            Text("{path}: the snapshot cannot be written ({reason}). Make room or choose another --out.", args)
        ) from None
    return packed.sha256


def load_snapshot(path: Path, known: Iterable[type] = ()) -> Snapshot:
    """Read a snapshot. ``known`` are the row types of plug-ins; facts of plug-ins not in ``known`` are left out.

    Raises SnapshotError if the file is missing, altered or of a newer format.
    """
    return build_snapshot(read_snapshot_file(path).plain, known, str(path))


def unpack_snapshot(packed: PackedSnapshot, known: Iterable[type], where: str) -> Snapshot:
    """Read a packed snapshot like ``load_snapshot``; ``where`` names it in messages.

    Raises SnapshotError, too, if it is not the one whose SHA-256 is given.
    """
    found = read_snapshot_content(packed.content, where)
    if hash_body(found.body) != packed.sha256:
        raise _build_altered(where)
    return build_snapshot(found.plain, known, where)


def _build_altered(where: str) -> SnapshotError:
    text = "{path}: the snapshot has been altered (its hash does not match). Collect again."
    return SnapshotError(Text(text, {"path": where}))


def build_snapshot(plain: dict[str, Any], known: Iterable[type], where: str) -> Snapshot:
    """Return the snapshot of a parsed body; ``where`` names it in messages. Raises SnapshotError."""
    args = {"path": where}
    try:
        return _read_snapshot(plain, {_name_row_type(row): row for row in known})
    except (*_UNREADABLE, ImportError) as error:
        raise SnapshotError(
            Text(
                "{path}: the data does not fit this version: {reason}. Collect again.",
                {**args, "reason": str(error)[:200]},
            )
        ) from None


class SnapshotFile(NamedTuple):
    """The content of a snapshot file: its JSON as text and parsed, and the sealed original of a redacted one."""

    body: str
    plain: Any
    sealed: str


def read_snapshot_file(path: Path) -> SnapshotFile:
    """Read the file and check its hash. Raises SnapshotError like ``load_snapshot``."""
    return read_snapshot_content(read_whole(path, SnapshotError), str(path))


def read_snapshot_content(content: bytes, where: str) -> SnapshotFile:
    """Read the bytes of such a file like ``read_snapshot_file``; ``where`` names them in messages."""
    args = {"path": where}
    try:
        outer = parse_json(_decompress_content(content).decode())
        body, digest, sealed = str(outer["body"]), outer["sha256"], str(outer.get("sealed", ""))
        intact = hash_body(body) == digest
        plain = parse_json(body) if intact else {"format": 0}
        newer = int(plain["format"]) > FORMAT
    except (*_UNREADABLE, zstandard.ZstdError, RecursionError):
        raise SnapshotError(
            Text("{path}: not a snapshot, or only a part of one. Name a file that collect or assess wrote.", args)
        ) from None
    if not intact:
        raise _build_altered(where)
    if newer:
        raise SnapshotError(Text("{path}: written by a newer agent; upgrade this one.", args))
    return SnapshotFile(body, plain, sealed)


def _decompress_content(content: bytes) -> bytes:
    """Check the declared size first: a small file may expand to gigabytes. Raises ValueError and ZstdError."""
    size = zstandard.frame_content_size(content)
    if not 0 <= size <= _MAX_BYTES:
        raise ValueError("its size is not that of a snapshot")
    return zstandard.ZstdDecompressor().decompress(content)


def _serialize_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    facts = {_name_row_type(row): _serialize_facts(row, found) for row, found in snapshot.facts.items()}
    return {
        "format": FORMAT,
        "target": snapshot.target,
        "tenant_kind": snapshot.tenant_kind.value,
        "version": list(snapshot.version),
        "as_of": snapshot.as_of.isoformat(),
        "facts": facts,
        "records": [_serialize_value(record) for record in snapshot.records],
        "problems": [_serialize_value(problem) for problem in snapshot.problems],
        "cost": _serialize_value(snapshot.cost),
        "embedded": snapshot.embedded,
        "budget": _serialize_value(snapshot.budget),
        "receipt": _serialize_value(snapshot.receipt),
        "statements": [_serialize_value(sent) for sent in snapshot.statements],
    }


def _serialize_facts(row: type, found: tuple[Any, ...] | Unavailable) -> dict[str, Any]:
    if isinstance(found, Unavailable):
        return {"unavailable": _serialize_value(found)}
    names = [field.name for field in dataclasses.fields(row)]
    return {"columns": names, "rows": [[_serialize_value(getattr(item, name)) for name in names] for item in found]}


def _serialize_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _serialize_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Version):
        return list(value)
    if isinstance(value, dict):
        return {key: _serialize_value(item) for key, item in value.items()}
    return value


def _name_row_type(row: type) -> str:
    return f"{row.__module__}:{row.__qualname__}"


def _read_snapshot(plain: dict[str, Any], known: Mapping[str, type]) -> Snapshot:
    found = Snapshot(
        target=plain["target"],
        tenant_kind=TenantKind(plain["tenant_kind"]),
        version=snapshot_records.parse_version(plain["version"]),
        as_of=_read_clock(plain["as_of"]),
        facts=_read_fact_sets(plain["facts"], known),
        records=tuple(
            check_record(SourceRecord(**{**record, "reason": _read_text(record["reason"])}))
            for record in plain["records"]
        ),
        problems=(
            *(Problem(_read_required_text(p["what"]), _read_text(p["remedy"])) for p in plain["problems"]),
            *_list_left_out_facts(plain["facts"], known),
        ),
        cost=check_record(Cost(**plain["cost"])),
        embedded=plain["embedded"],
        budget=check_record(Budget(**plain["budget"])) if plain.get("budget") else None,
        receipt=_read_receipt(plain["receipt"]) if plain.get("receipt") else None,
        statements=tuple(check_record(Sent(**sent)) for sent in plain.get("statements", ())),
    )
    if not (isinstance(found.target, str) and isinstance(found.embedded, bool)):
        raise ValueError("target, embedded")
    return found


def _read_clock(text: str) -> datetime:
    found = snapshot_records.parse_moment(text)
    if not is_plausible(found):
        raise ValueError(f"as_of {found:%Y-%m-%d}")
    return found


def _read_receipt(plain: dict[str, Any]) -> Receipt:
    return check_record(Receipt(**{**plain, "reason": _read_text(plain["reason"])}))


def _read_fact_sets(plain: dict[str, Any], known: Mapping[str, type]) -> dict[type, tuple[Any, ...] | Unavailable]:
    """Read the facts of known types. Names in the file cause imports only of the agent's own modules."""
    own = {name: _find_row_type(name) for name in plain if name.startswith(_OWN_MODULES)}
    rows = {**known, **own}
    return {rows[name]: _read_facts(rows[name], found) for name, found in plain.items() if name in rows}


def _list_left_out_facts(names: Iterable[str], known: Mapping[str, type]) -> Iterator[Problem]:
    """A problem for the facts of missing plug-ins: a snapshot is useful without them."""
    missing = sorted(name for name in names if not name.startswith(_OWN_MODULES) and name not in known)
    if missing:
        what = Text("Data of plug-ins that are not installed here is left out: {names}.", {"names": ", ".join(missing)})
        yield Problem(what, Text("Install the plug-ins that the snapshot was taken with."))


def _find_row_type(name: str) -> type:
    module, _, qualname = name.partition(":")
    found = getattr(importlib.import_module(module), qualname)
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise ValueError(f"unknown fact type {name!r}")
    return found


def _read_facts(row: type, plain: dict[str, Any]) -> tuple[Any, ...] | Unavailable:
    if "unavailable" in plain:
        missing = plain["unavailable"]
        return Unavailable(
            UnavailableKind(missing["kind"]), _read_required_text(missing["reason"]), _read_text(missing["remedy"])
        )
    readers = _choose_readers(row)
    # A column that no check asks for any more is left out; one that is required and missing still fails.
    return tuple(
        check_record(
            row(
                **{
                    name: readers[name](value)
                    for name, value in zip(plain["columns"], values, strict=True)
                    if name in readers
                }
            )
        )
        for values in plain["rows"]
    )


@functools.cache
def _choose_readers(row: type) -> Mapping[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(row)
    special: dict[Any, Callable[[Any], Any]] = {Version: snapshot_records.parse_version, TenantKind: TenantKind}
    return {field.name: special.get(hints[field.name], _read_value) for field in dataclasses.fields(row)}


def _read_value(value: Any) -> Any:
    if isinstance(value, dict):
        return snapshot_records.parse_moment(value["t"]) if "t" in value else date.fromisoformat(value["d"])
    return value


def _read_text(plain: dict[str, Any] | None) -> Text | None:
    if not plain:
        return None
    text = Text(plain["msgid"], {name: _read_argument(value) for name, value in plain["args"].items()})
    render_text(text, "en")  # fails here, not in a report, if it cannot be printed
    return text


def _read_argument(value: Any) -> Any:
    """Return an argument of a text, which may be a text itself."""
    return _read_text(value) if isinstance(value, dict) and "msgid" in value else _read_value(value)


def _read_required_text(plain: dict[str, Any]) -> Text:
    text = _read_text(plain)
    if text is None:
        raise ValueError("a text is missing")
    return text
