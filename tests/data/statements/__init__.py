"""Statements as applications send them: one a line with its name, its kind and what its text tells.

The fields are separated by tabs. What a text tells are words: ``all_rows`` (an UPDATE or DELETE that picks no rows),
``offset`` (pages by OFFSET), ``wraps`` (a condition wraps a column), ``gathers`` (that, and another condition picks
the rows of which it makes few), ``list=300`` (so many values in one list, ten at least), ``cut`` (longer than what is
read). A statement that is not judged has ``not judged: reason`` instead. In the SQL, ``⏎`` is a new line, ``⇥`` a
tab, ``⟨200×x⟩`` two hundred times x with commas between, ``⟨200 OR×x⟩`` with OR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_REPEATED = re.compile(r"⟨(\d+)( OR)?×([^⟩]*)⟩")
_NOT_JUDGED = "not judged: "


@dataclass(frozen=True, slots=True, kw_only=True)
class RealStatement:
    """One statement. ``reason`` says why it is not judged; "" if it is."""

    name: str
    kind: str
    told: frozenset[str]
    reason: str
    sql: str


def load_statements() -> Iterator[RealStatement]:
    """Yield all statements, each named by its file and its own name."""
    for file in sorted(Path(__file__).parent.glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            name, kind, told, sql = line.split("\t")
            reason = told.removeprefix(_NOT_JUDGED) if told.startswith(_NOT_JUDGED) else ""
            yield RealStatement(
                name=f"{file.stem}: {name}",
                kind=kind,
                told=frozenset() if reason else frozenset(told.split()) - {"-"},
                reason=reason,
                sql=_expand(sql),
            )


def _expand(sql: str) -> str:
    spelled = sql.replace("⏎", "\n").replace("⇥", "\t")
    return _REPEATED.sub(lambda found: f"{found[2] or ','} ".join([found[3]] * int(found[1])), spelled)
