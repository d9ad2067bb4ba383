"""Proposes indexes for a statement from what it asks of each table. Pure; which of them help, the twin says."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.facts.conditions import Asks, Condition, Question
from agent.facts.definition_text import LONG_TYPES, ColumnShape, TableShape, read_definition
from agent.facts.workload import WorkStatement
from agent.twin.hints import quote
from agent.twin.material import Material, Name, TwinTable, choose_plan

MOST_CANDIDATES = 300
_MOST_EQUAL = 4
_MOST_COLUMNS = 5
_MOST_COVERED = 3
_MOST_CHARS = 255  # of a text that an index may repeat
_NAME_CHARS = 44
_ENTRY_BYTES = 8


class Scope(StrEnum):
    """Where the entries of an index lie on a partitioned table: in each partition by itself, or apart from them."""

    NONE = ""
    LOCAL = "LOCAL"
    GLOBAL = "GLOBAL"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """An index that may be made."""

    schema: str
    table: str
    columns: tuple[str, ...]
    scope: Scope = Scope.NONE

    @property
    def name(self) -> str:
        """A name that says the columns, and is the same in every run.

        No table has the name of another one's: a plan tells an index by its name alone.
        """
        told = (self.schema, self.table, *self.columns, self.scope.value)
        digest = hashlib.sha256("\0".join(told).encode()).hexdigest()[:6]
        plain = "_".join(self.columns).lower()
        return f"idx_{plain[:_NAME_CHARS]}_{digest}"

    @property
    def place(self) -> Name:
        """Its table."""
        return self.schema, self.table

    def write_create(self) -> str:
        """Return the statement that makes it. OceanBase builds it while the table is written to."""
        return f"CREATE INDEX {quote(self.name)} ON {quote(self.schema)}.{quote(self.table)} {self._write_columns()};"

    def write_element(self) -> str:
        """Return it as an element of the definition of its table."""
        return f"INDEX {quote(self.name)} {self._write_columns()}"

    def _write_columns(self) -> str:
        scope = f" {self.scope.value}" if self.scope is not Scope.NONE else ""
        return f"({', '.join(map(quote, self.columns))}){scope}"

    def write_drop(self) -> str:
        """Return the statement that takes it away again."""
        return f"DROP INDEX {quote(self.name)} ON {quote(self.schema)}.{quote(self.table)};"

    def tell(self) -> str:
        """Return it as ``schema.table(columns)``, with its scope if there is one."""
        return f"{self.schema}.{self.table}({', '.join(self.columns)})" + (f" {self.scope}" if self.scope else "")


def list_candidates(material: Material) -> dict[Candidate, None]:
    """Return the candidates of all statements with a text and a plan, the dearest first; ``MOST_CANDIDATES`` at most.

    They are known before the twin is: making a table with its candidates costs a third of adding them to it.
    """
    shapes = {place: read_definition(table.definition) for place, table in material.tables.items()}
    found: dict[Candidate, None] = {}
    for statement in material.statements:
        if statement.text is not None and statement.plans:
            for candidate in _list_for_statement(statement, material, shapes):
                if len(found) >= MOST_CANDIDATES:
                    return found
                found.setdefault(candidate)
    return found


def list_hidden(tables: Mapping[str, Name], away: Iterable[Candidate]) -> list[tuple[str, str]]:
    """Return alias and name of each candidate that is to be hidden, on the tables that a statement has by alias."""
    hidden = list(away)
    return [(alias, one.name) for alias, place in tables.items() for one in hidden if one.place == place]


def _list_for_statement(
    statement: WorkStatement, material: Material, shapes: Mapping[Name, TableShape]
) -> Iterator[Candidate]:
    tables = material.find_aliases(choose_plan(statement))
    for question in statement.asked:
        by_alias: defaultdict[str, list[Condition]] = defaultdict(list)
        for condition in question.conditions:
            by_alias[condition.alias].append(condition)
        for alias, place in tables.items():
            table, shape = material.tables[place], shapes[place]
            if any(name.lower() == place[1].lower() for name in question.tables):
                wished = _list_columns(question, by_alias.get(alias, []), table, shape)
                yield from _make(wished, place, shape)


def _make(wished: Iterable[tuple[str, ...]], place: Name, shape: TableShape) -> Iterator[Candidate]:
    for columns in dict.fromkeys(wished):
        known = [column for name in columns if (column := shape.find_column(name))]
        plain = _leave_out_key(tuple(column.name for column in known), shape)
        if len(known) < len(columns) or not all(map(_is_indexable, known)) or _is_served(plain, shape):
            continue
        if shape.partitioned_by:
            yield Candidate(*place, plain, Scope.LOCAL)
            yield Candidate(*place, plain, Scope.GLOBAL)
        else:
            yield Candidate(*place, plain)


def _leave_out_key(columns: tuple[str, ...], shape: TableShape) -> tuple[str, ...]:
    """Return columns without the primary key at their end: every index goes on by it."""
    key = shape.indexes.get("PRIMARY", ())
    lowered, low_key = [name.lower() for name in columns], [name.lower() for name in key]
    for count in range(min(len(key), len(columns) - 1), 0, -1):
        if lowered[-count:] == low_key[:count]:
            return columns[:-count]
    return columns


def _is_indexable(column: ColumnShape) -> bool:
    return column.data_type not in LONG_TYPES | {"tinytext", "tinyblob"} and (column.length or 0) <= _MOST_CHARS


def _is_served(columns: Sequence[str], shape: TableShape) -> bool:
    """Whether an index of the table, or its primary key, begins with exactly these columns, or they with that key."""
    key = tuple(shape.indexes.get("PRIMARY", ()))
    begins = bool(key) and tuple(columns[: len(key)]) == key
    return begins or any(tuple(index[: len(columns)]) == tuple(columns) for index in shape.indexes.values())


def _list_columns(
    question: Question, conditions: Sequence[Condition], table: TwinTable, shape: TableShape
) -> Iterator[tuple[str, ...]]:
    """Yield the columns of indexes worth a try: equality first, the most selective in front, then range or order.

    An index that covers the block has its other columns behind, but for those of the primary key: every index has them.
    """
    key = {name.lower() for name in shape.indexes.get("PRIMARY", ())}
    equal = _rank({c.column for c in conditions if c.asks in (Asks.EQUAL, Asks.AMONG)}, table)[:_MOST_EQUAL]
    joined = _rank({c.column for c in conditions if c.asks is Asks.JOINED}, table)
    ranges = _rank({c.column for c in conditions if c.asks in (Asks.RANGE, Asks.LIKE)}, table)[:2]
    ordered = _take(question.ordered, table)
    grouped = _take(question.grouped, table)
    used = _rank({column for name, column in question.used if name.lower() == table.name.lower()}, table)
    starts = [equal, [*joined, *equal], [*equal, *joined], *([column] for column in joined)]
    starts += [[*equal, column] for column in ranges]
    starts += [[*equal, *ordered], [*equal, *grouped], ordered, grouped, *([column] for column in ranges)]
    starts += [[column] for column in equal]
    for start in starts:
        plain = _unite(start)[:_MOST_COLUMNS]
        if plain:
            yield tuple(plain)
            there = key | {name.lower() for name in plain}
            rest = [column for column in used if column.lower() not in there]
            if not question.takes_all and 0 < len(rest) <= _MOST_COVERED and len(plain) + len(rest) <= _MOST_COLUMNS:
                yield (*plain, *rest)


def _take(columns: Iterable[tuple[str, str]], table: TwinTable) -> list[str]:
    """Return columns of one table; none where others are among them, because no index has both."""
    listed = list(columns)
    own = [column for name, column in listed if name.lower() == table.name.lower()]
    return own if len(own) == len(listed) else []


def _rank(columns: Iterable[str], table: TwinTable) -> list[str]:
    """Sort columns by how many values they have, most first."""

    def count(name: str) -> tuple[int, str]:
        counts = table.find_column(name)
        return -(counts.num_distinct if counts else 0), name

    return sorted(_unite(columns), key=count)


def _unite(columns: Iterable[str]) -> list[str]:
    return list({column.lower(): column for column in reversed(list(columns))}.values())[::-1]


def estimate_bytes(candidate: Candidate, table: TwinTable, shape: TableShape) -> int | None:
    """Return how large an index would be before compression; None where the table was never counted."""
    if table.rows is None:
        return None
    columns = {name.lower() for name in (*candidate.columns, *shape.indexes.get("PRIMARY", ()))}
    width = _ENTRY_BYTES
    for name in columns:
        counts = table.find_column(name)
        width += max(counts.avg_bytes, 1) if counts else _ENTRY_BYTES
    return table.rows * width
