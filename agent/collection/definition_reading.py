"""Shows the definitions of the tables that the dearest statements read, within a limit of time of their own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.collection.connect import ReadOnlySession, Row
from agent.collection.narrowing import Facts, list_dearest_ids
from agent.collection.statements import Statement
from agent.facts import SYSTEM_SCHEMAS, count_most_rows, find_source_spec
from agent.facts.definition_stripping import strip_definition
from agent.facts.definitions import write_show_statement
from agent.facts.schema import BusinessObject
from agent.model.labels import N_
from agent.model.snapshot import Unavailable
from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import StatementError, StatementRefused

_MOST_S = 2.0
_MOST_NAMED = 60
LEFT_OUT = N_("{source} was read for {read_count} of {all_count} tables; left out are: {names}")
LATE = N_("{source} was read for {read_count} of {all_count} tables within {within_s}; left out are: {names}")
TIMED_OUT = N_(
    "{source} was read for {read_count} of {all_count} tables, because one took too long; left out are: {names}"
)
_ENDED = N_("{source} was read for {read_count} of {all_count} tables; then: {reason} Left out are: {names}")
# What the server says of one table, which may have been dropped; all else would be said of the next one, too.
_OF_ONE_TABLE = frozenset({UnavailableKind.ERROR, UnavailableKind.NO_VIEW, UnavailableKind.NO_COLUMN})
# So many in a row that are not granted, before any was shown, are no longer about single tables.
_MOST_REFUSED = 3
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ShownTables:
    """The rows of the tables that were shown, the names of those that were not, and what ended it early.

    ``late`` if that was the limit of time for all of them.
    """

    rows: list[Row]
    left_out: tuple[Name, ...]
    failure: StatementError | None = None
    late: bool = False

    @property
    def fatal(self) -> StatementError | None:
        """What makes the source unavailable; None where some table was read, or one took too long.

        Where the server is too slow for this, the dictionary tells of the tables what it knows.
        """
        timed_out = self.failure is not None and self.failure.kind is UnavailableKind.TIMEOUT
        return None if self.rows or timed_out else self.failure

    def is_cut(self, limit: int) -> bool:
        """Whether a table was left out, within the limit or not."""
        return bool(self.left_out) or len(self.rows) > limit

    def explain(self, source: str, tables: int) -> Text | None:
        """Name the tables that were left out, and say what ended it early; None if none was left out."""
        if not self.left_out:
            return None
        named = ", ".join(f"{schema}.{table}" for schema, table in self.left_out[:_MOST_NAMED])
        args: dict[str, Scalar | Text] = {
            "source": source,
            "read_count": len(self.rows),
            "all_count": tables,
            "names": f"{named}, \u2026" if len(self.left_out) > _MOST_NAMED else named,
        }
        if self.failure is not None:
            timed_out = self.failure.kind is UnavailableKind.TIMEOUT
            return Text(TIMED_OUT if timed_out else _ENDED, {**args, "reason": self.failure.text})
        return Text(LATE, {**args, "within_s": _MOST_S}) if self.late else Text(LEFT_OUT, args)


def list_shown_tables(row: type, facts: Facts) -> tuple[Name, ...] | Unavailable:
    """Return the tables that the cached plans read, those of the dearest statements first.

    Unavailable if no plan could be read. A materialized view stands in a plan as a table, and the server does not show
    its definition to the account of the printed grants.
    """
    spec = find_source_spec(row)
    assert spec is not None
    assert spec.shown_for is not None
    steps = facts.get(spec.shown_for, ())
    if isinstance(steps, Unavailable):
        return steps
    dearest = list_dearest_ids(spec.shown_for, facts)
    rank = {} if isinstance(dearest, Unavailable) else {sql_id: place for place, sql_id in enumerate(dearest)}
    ranked = sorted(steps, key=lambda step: rank.get(step.sql_id, len(rank)))
    objects = facts.get(BusinessObject, ())
    made = () if isinstance(objects, Unavailable) else objects
    views = {(row.owner, row.object_name) for row in made if row.object_type == "MATERIALIZED VIEW"}
    return tuple(name for name in dict.fromkeys(_list_tables(ranked)) if name not in views)


def list_tables_of(row: type, facts: Facts) -> tuple[Name, ...]:
    """Return the tables for which a source is read whole: those that are shown, none if no plan could be read."""
    spec = find_source_spec(row)
    assert spec is not None
    assert spec.tables_of is not None
    tables = list_shown_tables(spec.tables_of, facts)
    return () if isinstance(tables, Unavailable) else tables[: count_most_rows(spec.tables_of)]


def _list_tables(steps: Iterable[Any]) -> Iterator[Name]:
    for step in steps:
        if step.object_type == "BASIC TABLE" and step.object_owner not in ("", *SYSTEM_SCHEMAS):
            yield step.object_owner, step.object_name


def read_definitions(session: ReadOnlySession, statement: Statement, names: Sequence[Name]) -> ShownTables:
    """Show one table after the other, up to the limit of the source and of time, or until the session ends.

    A table that was dropped meanwhile, or whose definition cannot be read, is left out. So is one that is not granted,
    as long as others are; where none is, that is why the source is not available.
    """
    rows: list[Row] = []
    left_out: list[Name] = []
    denied: StatementError | None = None
    until = time.perf_counter() + _MOST_S
    for place, (schema, table) in enumerate(names):
        late = time.perf_counter() > until
        if late or len(rows) >= statement.limit:
            return ShownTables(rows, (*left_out, *names[place:]), late=late)
        try:
            answer = session.fetch(write_show_statement(schema, table), statement.source)
        except StatementRefused:
            left_out.append((schema, table))
            continue
        except StatementError as error:
            is_denied = error.kind is UnavailableKind.PRIVILEGE
            if error.kind in _OF_ONE_TABLE or (is_denied and (rows or place + 1 < _MOST_REFUSED)):
                denied = error if is_denied else denied
                left_out.append((schema, table))
                continue
            return ShownTables(rows, (*left_out, *names[place:]), error)
        definition = strip_definition(str(answer[0][1])) if answer else ""
        if definition:
            rows.append((schema, table, definition))
        else:
            left_out.append((schema, table))
    return ShownTables(rows, tuple(left_out), None if rows else denied)
