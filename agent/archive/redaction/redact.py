"""Redacts a snapshot for sharing: replaces the customer's names by pseudonyms with a key, and restores them with it.

Works on the file's JSON, so facts of plug-ins that are not installed are replaced too. What each text holds is declared
in ``agent.facts.texts``; anything undeclared is replaced whole. The file also holds the original, sealed by the key.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from agent.archive.redaction.key import RedactionKey
from agent.archive.redaction.pseudonyms import Pseudonyms
from agent.archive.snapshot import hash_body, read_snapshot_file, serialize_body, write_body
from agent.facts.texts import TextContent, classify_text
from agent.model.terms import Text
from agent.support.errors import SnapshotError

# Parts of a snapshot that hold no names of the customer.
PLAIN = frozenset({"format", "tenant_kind", "version", "as_of", "cost", "embedded", "budget", "statements"})
# Arguments of messages whose values our own code makes from declared sources, views and versions.
_OUR_WORDS = frozenset(
    {"columns", "data_class", "kind", "number", "oldest", "privilege", "source", "version", "view", "what"}
)
_NAMES_FIRST = (TextContent.TABLE, TextContent.DATABASE, TextContent.COLUMN, TextContent.INDEX, TextContent.SEQUENCE)
_NOTE = Text("Names of the customer's objects are pseudonyms here: the snapshot was redacted for sharing.")


class RedactedFile(NamedTuple):
    """A redacted file: its SHA-256 and the name of its target in it."""

    digest: str
    target: str


def redact_file(path: Path, key: RedactionKey, out: Path) -> RedactedFile:
    """Write a redacted copy of a snapshot. Raises SnapshotError for one that is redacted already."""
    _refuse_same_file(path, out)
    found = read_snapshot_file(path)
    if found.sealed:
        raise SnapshotError(Text("{path} is redacted already.", {"path": str(path)}))
    try:
        plain = redact_snapshot(found.plain, key)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        args = {"path": str(path), "reason": type(error).__name__}
        raise SnapshotError(
            Text("{path}: the data does not fit this version: {reason}. Collect again.", args)
        ) from None
    body, original = serialize_body(plain), zstandard.ZstdCompressor(level=9).compress(found.body.encode())
    return RedactedFile(write_body(body, out, key.seal(original, hash_body(body))), str(plain["target"]))


def restore_file(path: Path, key: RedactionKey, out: Path) -> str:
    """Write the original snapshot, byte for byte; returns its SHA-256. Raises SnapshotError for a wrong key."""
    _refuse_same_file(path, out)
    found, args = read_snapshot_file(path), {"path": str(path)}
    if not found.sealed:
        raise SnapshotError(Text("{path} is not redacted: there is nothing to restore.", args))
    original = key.unseal(found.sealed, hash_body(found.body))
    if original is None:
        raise SnapshotError(
            Text("{path} was redacted with another key, or altered since. Use the key that it was redacted with.", args)
        )
    return write_body(zstandard.ZstdDecompressor().decompress(original).decode(), out)


def _refuse_same_file(path: Path, out: Path) -> None:
    if path.exists() and out.exists() and out.samefile(path):
        raise SnapshotError(Text("{path} would overwrite itself. Choose another --out.", {"path": str(path)}))


def redact_snapshot(plain: Mapping[str, Any], key: RedactionKey) -> dict[str, Any]:
    """The JSON of a snapshot with pseudonyms for names."""
    return _Redaction(plain, key).done()


class _Redaction:
    def __init__(self, plain: Mapping[str, Any], key: RedactionKey) -> None:
        self._plain = plain
        self._names = Pseudonyms(key)
        self._sources = {name.partition(":")[2] for name in plain["facts"]}
        self._sources |= {record["source"] for record in plain["records"]}

    def done(self) -> dict[str, Any]:
        for kind in _NAMES_FIRST:
            self._learn_names(kind)
        plain = {
            name: value if name in PLAIN else self._redact_part(name, value) for name, value in self._plain.items()
        }
        note = {"what": {"msgid": _NOTE.msgid, "args": {}}, "remedy": None}
        return {**plain, "problems": [*plain["problems"], note]}

    def _learn_names(self, kind: TextContent) -> None:
        """Learn every name of this kind, so that it is recognized in SQL text."""
        for name, found in self._plain["facts"].items():
            columns, usual = found.get("columns", ()), _classify_columns(name, found)
            for row in found.get("rows", ()):
                for held, value in zip(_classify_row(columns, usual, row), row, strict=True):
                    if held is kind:
                        self._names.learn(kind, value)

    def _redact_part(self, name: str, value: Any) -> Any:
        match name:
            case "target":
                return self._names.of(TextContent.TARGET, value)
            case "facts":
                return {row: self._redact_facts(row, found) for row, found in value.items()}
            case "records":
                return [{**record, "reason": self._redact_message(record["reason"])} for record in value]
            case "problems":
                return [{part: self._redact_message(text) for part, text in problem.items()} for problem in value]
            case "receipt":
                return value and {**value, "reason": self._redact_message(value["reason"])}
        return self._redact_unknown_part(value)

    def _redact_facts(self, name: str, found: Mapping[str, Any]) -> dict[str, Any]:
        if "unavailable" in found:
            missing = found["unavailable"]
            texts = {part: self._redact_message(missing[part]) for part in ("reason", "remedy")}
            return {"unavailable": {"kind": missing["kind"], **texts}}
        held = _classify_columns(name, found)
        rows = [self._redact_row(found["columns"], held, row) for row in found["rows"]]
        return {"columns": found["columns"], "rows": rows}

    def _redact_row(self, columns: list[str], held: Sequence[TextContent], row: list[Any]) -> list[Any]:
        held, named = _classify_row(columns, held, row), dict(zip(columns, row, strict=True))
        if TextContent.SETTING not in held:
            return [self._redact_value(kind, value) for kind, value in zip(held, row, strict=True)]
        setting = named.get("name") or named.get("key") or ""
        return [
            self._names.setting(setting, value) if kind is TextContent.SETTING else self._redact_value(kind, value)
            for kind, value in zip(held, row, strict=True)
        ]

    def _redact_value(self, kind: TextContent, value: Any) -> Any:
        return value if kind is TextContent.WORD else self._names.of(kind, value)

    def _redact_message(self, text: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if text is None:
            return None
        return {
            "msgid": text["msgid"],
            "args": {name: self._redact_arg(name, item) for name, item in text["args"].items()},
        }

    def _redact_arg(self, name: str, value: Any) -> Any:
        if isinstance(value, dict) and "msgid" in value:
            return self._redact_message(value)
        ours = isinstance(value, str) and set(value.split(", ")) <= self._sources
        if name in _OUR_WORDS or ours:
            return value
        return self._names.of(TextContent.TARGET if name == "target" else TextContent.TEXT, value)

    def _redact_unknown_part(self, value: Any) -> Any:
        """Replace every text of a part that only a newer agent knows."""
        if isinstance(value, dict):
            return {name: self._redact_unknown_part(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._redact_unknown_part(item) for item in value]
        return self._names.of(TextContent.TEXT, value)


def _classify_columns(name: str, found: Mapping[str, Any]) -> Sequence[TextContent]:
    """What the columns of a fact set hold; ``name`` is ``module:RowType``."""
    return _classify_names(name.partition(":")[2], tuple(found.get("columns", ())))


@functools.lru_cache(maxsize=1000)  # a file names the columns, so there is a bound
def _classify_names(row: str, columns: tuple[str, ...]) -> tuple[TextContent, ...]:
    return tuple(classify_text(row, column) for column in columns)


def _classify_row(columns: Sequence[str], held: Sequence[TextContent], row: Sequence[Any]) -> Sequence[TextContent]:
    """What the values of one row hold: the list of objects has databases among tables."""
    if "object_type" not in columns or row[columns.index("object_type")] != "DATABASE":
        return held
    return [TextContent.DATABASE if name == "object_name" else kind for name, kind in zip(columns, held, strict=True)]
