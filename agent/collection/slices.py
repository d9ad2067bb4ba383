"""Reads a source in slices of tables, where a tenant has many of them.

``information_schema.COLUMNS`` loads the whole definition of each table that it is asked about and that is not in the
server's cache: for thousands of tables this takes longer than a statement may. Asked for the tables by their names it
loads those and no others, and so each slice ends in time. Pairs of schema and name would not do: the view then loads
every table. Nor would a range of names on all versions: the virtual table behind the view knows whole names only, and
otherwise loads every table of the database and all their indexes. What is part of a key is told by the indexes, where
these were read: then a slice loads no more definitions than it must (``agent.collection.key_columns``).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.collection.connect import ReadOnlySession, Row
from agent.collection.key_columns import KeyColumns
from agent.collection.server_errors import explain_odd_answer
from agent.collection.statements import Statement
from agent.facts import find_source_spec
from agent.facts.schema import name_key_columns
from agent.model.snapshot import Unavailable
from agent.model.terms import Scalar, Text
from agent.support.errors import StatementError

# With so many tables one statement is enough.
MOST_IN_ONE = 500
_MOST_IN_SLICE = 128
_MOST_CHARS = 17_500  # of names: the gate lets no statement pass that is much longer
_PLAIN = re.compile(r"[A-Za-z0-9_$]+")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Slice:
    """A statement for some tables of one schema: ``names`` are pairs of schema and table.

    ``by_index`` says that the statement does not ask what is part of a key.
    """

    sql: str
    names: frozenset[Name]
    by_index: bool = False


@dataclass(frozen=True, slots=True)
class SlicedAnswer:
    """The rows of all slices up to a failure, if there was one; ``tables`` is how many tables they are of."""

    rows: list[Row]
    tables: int
    failure: StatementError | None = None

    @property
    def fatal(self) -> StatementError | None:
        """What makes the source unavailable; None where some rows were read."""
        return None if self.rows else self.failure

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


def plan_slices(statement: Statement, names: Iterable[Name], keys: KeyColumns | None = None) -> list[Slice]:
    """Return the slices that together ask for all tables, given as pairs of schema and table.

    Those with the first names come first: reading may have to stop. With ``keys`` the columns of keys are asked for by
    their names.
    """
    schemas: dict[str, list[str]] = {}
    for schema, table in (ranked := list(dict.fromkeys(names))):
        schemas.setdefault(schema, []).append(table)
    parts = [part for schema, tables in schemas.items() for part in _cut(schema, tables, keys or {})]
    rank = {name: place for place, name in enumerate(ranked)}
    parts.sort(key=lambda part: rank[part.schema, part.tables.names[0]])
    return [part.write(statement.sql, by_index=keys is not None) for part in parts]


def read_slices(
    session: ReadOnlySession, statement: Statement, names: Sequence[Name], keys: KeyColumns | None = None
) -> SlicedAnswer:
    """Read slice by slice, up to the first that fails or the row limit of the statement.

    Without names all is read in one statement, which raises StatementError if it fails.
    """
    if not names:
        return SlicedAnswer(session.fetch(statement.sql, statement.source), 0)
    rows: list[Row] = []
    done = 0
    columns = [statement.fields.index(field) for field in ("table_schema", "table_name")]
    for part in plan_slices(statement, names, keys):
        try:
            found = session.fetch(part.sql, statement.source)
            # A server that does not mind the case of names gives those of two tables to both.
            own = [row for row in found if tuple(str(row[column]) for column in columns) in part.names]
            if found and not own:
                raise explain_odd_answer(statement.source, Text("it is about other tables"))
        except StatementError as error:
            return SlicedAnswer(rows, done, error)
        rows += _tell_keys(own, statement.fields, keys) if keys is not None and part.by_index else own
        done += len(part.names)
        if len(rows) > statement.limit:
            break
    return SlicedAnswer(rows, done)


def narrow_elsewhere(statement: Statement, names: Sequence[Name], elsewhere: str) -> Statement:
    """Return a statement that reads these tables whole, as those of the same names; of others what ``elsewhere`` says.

    The view has OWNER and TABLE_NAME.
    """
    narrowed = f"({elsewhere})"
    if names:
        schemas = _Names().join(dict.fromkeys(schema for schema, _ in names)).write()
        tables = _Names().join(dict.fromkeys(table for _, table in names)).write()
        narrowed = f"({elsewhere} OR OWNER IN ({schemas}) AND TABLE_NAME IN ({tables}))"
    return dataclasses.replace(statement, sql=statement.sql.replace(" WHERE ", f" WHERE {narrowed} AND ", 1))


def _tell_keys(rows: Iterable[Row], fields: Sequence[str], keys: KeyColumns) -> Iterator[Row]:
    """Yield the rows with what the indexes say of their columns, without those that only have the name of a key's."""
    schema, table, column, key = map(fields.index, ("table_schema", "table_name", "column_name", "column_key"))
    for row in rows:
        kind = keys.get((str(row[schema]), str(row[table])), {}).get(str(row[column]).lower(), "")
        if kind or str(row[key]) != "0":
            yield (*row[:key], kind, *row[key + 1 :])


@dataclass(slots=True)
class _Names:
    """Different names in their order, and the width of the longest one in a statement."""

    names: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    longest: int = 0

    @property
    def chars(self) -> int:
        """How many characters they take, padded."""
        return _pad(len(self.names)) * self.longest if self.names else 0

    def join(self, names: Iterable[str]) -> _Names:
        """Return these and others."""
        more = [name for name in names if name not in self.known]
        widths = (len(_quote(name)) + 2 for name in more)
        return _Names([*self.names, *more], self.known.union(more), max([self.longest, *widths]))

    def write(self) -> str:
        """Return the list for a statement, which is of no name where there are none."""
        padded = [*self.names, *self.names[-1:] * (_pad(len(self.names)) - len(self.names))] if self.names else [""]
        return ", ".join(map(_quote, padded))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some tables of one schema, and the columns of their keys."""

    schema: str
    tables: _Names
    columns: _Names

    @property
    def is_full(self) -> bool:
        return _pad(len(self.tables.names)) > _MOST_IN_SLICE or self.tables.chars + self.columns.chars > _MOST_CHARS

    def add(self, table: str, columns: Iterable[str]) -> _Part:
        return _Part(self.schema, self.tables.join([table]), self.columns.join(columns))

    def write(self, sql: str, *, by_index: bool) -> Slice:
        schema, names = _quote(self.schema), self.tables.write()
        sql = sql.replace(" WHERE ", f" WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME IN ({names}) AND ", 1)
        # A single table may have more columns in keys than a statement can name.
        told = name_key_columns(sql, self.columns.write()) if by_index and not self.is_full else sql
        return Slice(told, frozenset((self.schema, table) for table in self.tables.names), told != sql)


def _cut(schema: str, tables: Iterable[str], keys: KeyColumns) -> Iterator[_Part]:
    empty = part = _Part(schema, _Names(), _Names())
    for table in tables:
        columns = keys.get((schema, table), {})
        longer = part.add(table, columns)
        if part.tables.names and longer.is_full:
            yield part
            longer = empty.add(table, columns)
        part = longer
    if part.tables.names:
        yield part


def _pad(count: int) -> int:
    """Return the next power of two: so few texts differ in their number of names, and need a plan of their own."""
    return 1 << (count - 1).bit_length()


def _quote(name: str) -> str:
    return f"'{name}'" if not name or _PLAIN.fullmatch(name) else f"_utf8mb4 X'{name.encode().hex()}'"
