"""Reads a source in slices of tables, where a tenant has many of them.

``information_schema.COLUMNS`` loads the whole definition of each table that it is asked about and that is not in the
server's cache: for thousands of tables this takes longer than a statement may. Asked for the tables by their names it
loads those and no others, and so each slice ends in time. Pairs of schema and name would not do: the view then loads
every table. Nor would a range of names on all versions: the virtual table behind the view knows whole names only, and
otherwise loads every table of the database and all their indexes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.collection.connect import ReadOnlySession, Row
from agent.collection.server_errors import explain_odd_answer
from agent.collection.statements import Statement
from agent.facts import find_source_spec
from agent.model.snapshot import Unavailable
from agent.model.terms import Scalar, Text
from agent.support.errors import StatementError

# With so many tables one statement is enough.
MOST_IN_ONE = 500
_MOST_IN_SLICE = 128
_MOST_CHARS = 18_000  # the gate lets longer statements not pass
_PLAIN = re.compile(r"[A-Za-z0-9_$]+")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Slice:
    """A statement for some tables of one schema: ``names`` are pairs of schema and table."""

    sql: str
    names: frozenset[Name]


@dataclass(frozen=True, slots=True)
class SlicedAnswer:
    """The rows of all slices up to a failure, if there was one; ``tables`` is how many tables they are of."""

    rows: list[Row]
    tables: int
    failure: StatementError | None = None

    def is_cut(self, limit: int) -> bool:
        """Whether there may be more rows than were read."""
        return len(self.rows) > limit or self.failure is not None

    def explain(self, source: str, tables: int) -> Text | None:
        """Return why not all of so many tables were read; None if they were."""
        return None if self.failure is None else explain_early_end(source, self.tables, tables, self.failure)


def explain_early_end(source: str, read: int, tables: int, failure: StatementError) -> Text:
    """Return why a source was read for some of its tables only."""
    args: dict[str, Scalar | Text] = {
        "source": source,
        "read_count": read,
        "all_count": tables,
        "reason": failure.text,
    }
    return Text("{source} was read for {read_count} of {all_count} tables; then: {reason}", args)


def list_slicing_names(row: type, facts: Mapping[type, tuple[Any, ...] | Unavailable]) -> list[Name]:
    """Return the tables by whose names a source is read in slices, the largest first; none for one statement."""
    spec = find_source_spec(row)
    tables = facts.get(spec.sliced_by, ()) if spec and spec.sliced_by else ()
    if isinstance(tables, Unavailable) or len(tables) <= MOST_IN_ONE:
        return []
    largest_first = sorted(tables, key=lambda table: table.table_rows or 0, reverse=True)
    return [(table.table_schema, table.table_name) for table in largest_first]


def plan_slices(statement: Statement, names: Iterable[Name]) -> list[Slice]:
    """Return the slices that together ask for all tables, given as pairs of schema and table.

    Those with the first names come first: reading may have to stop.
    """
    schemas: dict[str, list[str]] = {}
    for schema, table in (ranked := list(dict.fromkeys(names))):
        schemas.setdefault(schema, []).append(table)
    parts = [(schema, part) for schema, tables in schemas.items() for part in _cut(tables)]
    rank = {name: place for place, name in enumerate(ranked)}
    parts.sort(key=lambda part: rank[part[0], part[1][0]])
    return [
        Slice(_narrow(statement.sql, schema, part), frozenset((schema, table) for table in part))
        for schema, part in parts
    ]


def read_slices(session: ReadOnlySession, statement: Statement, names: Sequence[Name]) -> SlicedAnswer:
    """Read slice by slice, up to the first that fails or the row limit of the statement.

    Without names all is read in one statement, which raises StatementError if it fails.
    """
    if not names:
        return SlicedAnswer(session.fetch(statement.sql, statement.source), 0)
    rows: list[Row] = []
    done = 0
    columns = [statement.fields.index(field) for field in ("table_schema", "table_name")]
    for part in plan_slices(statement, names):
        try:
            found = session.fetch(part.sql, statement.source)
            # A server that does not mind the case of names gives those of two tables to both.
            own = [row for row in found if tuple(str(row[column]) for column in columns) in part.names]
            if found and not own:
                raise explain_odd_answer(statement.source, Text("it is about other tables"))
        except StatementError as error:
            return SlicedAnswer(rows, done, error)
        rows += own
        done += len(part.names)
        if len(rows) > statement.limit:
            break
    return SlicedAnswer(rows, done)


def _cut(tables: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    longest = 0
    for table in tables:
        longest = max(longest, len(_quote(table)) + 2)
        count = _pad(len(part) + 1)
        if part and (count > _MOST_IN_SLICE or count * longest > _MOST_CHARS):
            yield part
            part, longest = [], len(_quote(table)) + 2
        part.append(table)
    if part:
        yield part


def _pad(count: int) -> int:
    """Return the next power of two: so few texts differ in their number of names, and need a plan of their own."""
    return 1 << (count - 1).bit_length()


def _narrow(sql: str, schema: str, tables: Sequence[str]) -> str:
    padded = [*tables, *[tables[-1]] * (_pad(len(tables)) - len(tables))]
    names = ", ".join(map(_quote, padded))
    return sql.replace(" WHERE ", f" WHERE TABLE_SCHEMA = {_quote(schema)} AND TABLE_NAME IN ({names}) AND ", 1)


def _quote(name: str) -> str:
    return f"'{name}'" if _PLAIN.fullmatch(name) else f"_utf8mb4 X'{name.encode().hex()}'"
