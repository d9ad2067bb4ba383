"""Parses ``SHOW GRANTS`` of an account: what it may read, and everything beyond reading.

Only privileges that are known to read count as reading. Everything else may write: a privilege of a newer server,
a role (its privileges are listed elsewhere), a proxy, a line that cannot be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.facts import SYSTEM_SCHEMAS, Privilege

READS = frozenset({"USAGE", "SELECT", "SHOW VIEW", "PROCESS", "SHOW DATABASES", "REPLICATION CLIENT"})
_ALL_PRIVILEGES = frozenset({"ALL", "ALL PRIVILEGES"})
_COLUMNS = r"\((?:`[^`]*`|[^()`])*\)"
_ITEM = rf"[A-Z][A-Z_ ]*(?:{_COLUMNS})?"
_LINE = re.compile(
    rf"GRANT (?P<what>{_ITEM}(?:, ?{_ITEM})*) ON (?P<on>.+) TO (?P<account>.+?)(?P<option> WITH GRANT OPTION)?",
    re.IGNORECASE | re.DOTALL,
)
_ITEMS = re.compile(rf"([A-Z][A-Z_ ]*)({_COLUMNS})?(?:, ?|$)", re.IGNORECASE)
_SYSTEM = frozenset(schema.lower() for schema in SYSTEM_SCHEMAS)
_MAX_LINE_CHARS = 100
_MOST_LINE_CHARS = 16_384  # a longer line is no grant of an account that only reads
_MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One line: upper-case privilege -> upper-case columns (empty: all of them), and where, as the server writes it."""

    items: Mapping[str, frozenset[str]]
    on: str

    @property
    def place(self) -> tuple[str, str]:
        """Schema and object, ``*`` for all."""
        schema, _, name = self.on.replace("`", "").partition(".")
        return schema, name

    @property
    def selects(self) -> bool:
        """Whether the line lets the account read."""
        return bool((_ALL_PRIVILEGES | {"SELECT"}) & self.items.keys())


def parse_grants(lines: Iterable[str]) -> tuple[GrantLine, ...]:
    """Parse every line of ``SHOW GRANTS``; empty ones are left out."""
    return tuple(_parse_line(line) for line in lines if line.strip())


def _parse_line(line: str) -> GrantLine:
    match = _LINE.fullmatch(line.strip()) if len(line) <= _MOST_LINE_CHARS else None
    if not match:
        return GrantLine({line[:_MAX_LINE_CHARS]: frozenset()}, "")
    items = {" ".join(name.upper().split()): _parse_columns(columns) for name, columns in _ITEMS.findall(match["what"])}
    if match["option"]:
        items["GRANT OPTION"] = frozenset()
    return GrantLine(items, match["on"])


def _parse_columns(text: str) -> frozenset[str]:
    names = (part.strip() for part in text.strip("()").replace("`", "").upper().split(","))
    return frozenset(name for name in names if name)


def list_global_privileges(held: Iterable[GrantLine]) -> frozenset[str]:
    """Return the global privileges, upper-case, with those that they include."""
    names = {name for granted in held if granted.on == "*.*" for name in granted.items} - {"USAGE"}
    if _ALL_PRIVILEGES & names:
        names |= {"SELECT", Privilege.PROCESS.value}
    if "SELECT" in names:
        names.add(Privilege.SHOW_VIEW.value)  # SELECT on everything opens all metadata too
    return frozenset(names)


def list_readable_views(held: Iterable[GrantLine], system_schema: str) -> dict[str, frozenset[str]]:
    """Return upper-case view of the system schema (``*``: all) -> the columns granted (empty: all)."""
    return {
        granted.place[1].upper(): granted.items.get("SELECT", frozenset())
        for granted in held
        if granted.selects and granted.place[0].lower() == system_schema.lower()
    }


def list_beyond_reading(held: Iterable[GrantLine]) -> tuple[str, ...]:
    """Return what may write or administer, and where: ``INSERT, UPDATE ON `shop`.`orders```."""
    found = []
    for granted in held:
        names = sorted(granted.items.keys() - READS)
        if names:
            found.append(", ".join(names) + (f" ON {granted.on}" if granted.on else ""))
    return tuple(found)


def list_business_reads(held: Iterable[GrantLine], system_schema: str) -> tuple[str, ...]:
    """Return where business rows can be read: ``*.*``, or schemas and tables that are not the system's."""
    system = _SYSTEM | {system_schema.lower()}
    return tuple(granted.on for granted in held if granted.selects and granted.place[0].lower() not in system)


def quote_account(account: str) -> str:
    """Return ``user@host`` as a GRANT names it."""
    parts = (part.replace("\\", "\\\\").replace("'", "''") for part in account.rsplit("@", 1))
    return "@".join(f"'{part}'" for part in parts)


def join_first(names: Sequence[str]) -> str:
    """Join the first few names for a sentence, and say how many more there are."""
    more = len(names) - _MAX_NAMES
    return "; ".join(names[:_MAX_NAMES]) + (f"; ... (+{more})" if more > 0 else "")
