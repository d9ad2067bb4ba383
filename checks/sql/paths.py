"""What the checks on access paths share: how much of a scan is for nothing, what it is asked, and which indexes are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.api import Observes, Rows
from agent.facts.conditions import Asks, Condition
from agent.facts.definition_text import ColumnShape, TableShape
from agent.facts.plan_tree import Access, Plan, Way
from agent.facts.schema import IndexColumn
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import count_rows, find_plan

EXACT = frozenset({Asks.EQUAL, Asks.AMONG})


@dataclass(frozen=True, slots=True)
class Waste:
    """A scan that goes through far more rows than are needed of it.

    ``rows`` of one execution. ``by_join`` where it is the join that throws them away and not the scan itself: then
    only an index on the columns that join would have found them.
    """

    access: Access
    rows: int
    by_join: bool


def list_waste(statement: WorkStatement, min_read_ratio: int) -> Iterator[Waste]:
    """Yield the wasteful scans of the plan to mend, those that go through most rows first.

    A scan that keeps most of its rows needs them, unless it is joined with few rows and few remain.
    """
    plan = find_plan(statement)
    ranked = sorted(plan.accesses, key=count_rows, reverse=True) if plan and statement.questions is not None else []
    for access in ranked:
        rows = _count_per_execution(statement, access)
        if plan is None or access.way is Way.GET or _guesses(plan, access):
            continue
        if rows >= _count_kept(access) * min_read_ratio:
            yield Waste(access, rows, by_join=False)
        elif rows >= _count_met(plan, access) * min_read_ratio:
            yield Waste(access, rows, by_join=True)


def _count_per_execution(statement: WorkStatement, access: Access) -> int:
    """Return what a scan goes through; not more than the audit counted for whole executions."""
    counted = [
        load.rows_read // load.executions
        for load in statement.loads
        if load.record is Observes.AUDIT_RING and load.rows_read is not None
    ]
    return min([count_rows(access), *counted])


def _count_kept(access: Access) -> int:
    """Return the rows that a scan returns. Under a sum or a LIMIT it returns few, and its conditions keep more."""
    return max(access.rows_estimated, access.rows_real, access.rows_kept or 0, 1)


def _count_met(plan: Plan, access: Access) -> int:
    """Return how many rows the join right above a scan has to look up and returns; all if it is not joined."""
    found = plan.find_join(access)
    if found is None:
        return _count_kept(access)
    return max(1, *(rows for step in found for rows in (step.rows_estimated, step.rows_real)))


def _guesses(plan: Plan, access: Access) -> bool:
    """Whether nobody knows how many rows a scan keeps: there are no statistics, and it returned a sum."""
    above = plan.steps[: plan.steps.index(access.step)]
    return access.statistics_known is False and access.rows_real <= 1 and any("GROUP BY" in s.operator for s in above)


def lists_guesses(statement: WorkStatement) -> bool:
    """Whether some scan of the plan to mend cannot be judged for want of statistics."""
    plan = find_plan(statement)
    return plan is not None and any(_guesses(plan, access) for access in plan.accesses)


def list_conditions(statement: WorkStatement, access: Access) -> list[Condition]:
    """Return the conditions on the table of a scan, by the name that it has in the statement where that tells more."""
    asked = [c for question in statement.questions or () for c in question.conditions if _is_of(c, access)]
    by_name = [condition for condition in asked if condition.alias == access.alias]
    return by_name or asked


def _is_of(condition: Condition, access: Access) -> bool:
    return condition.table.lower() == access.table.lower()


def is_named(statement: WorkStatement, access: Access) -> bool:
    """Whether the statement names the table of a scan, and it is known which columns are of it: no view is between."""
    questions = [
        question
        for question in statement.questions or ()
        if access.table.lower() in {table.lower() for table in question.tables}
    ]
    return bool(questions) and not any(question.unresolved for question in questions)


def find_column(shape: TableShape | None, name: str) -> ColumnShape | None:
    """Return a column of a definition by a name as a statement writes it."""
    columns = shape.columns.values() if shape else ()
    return next((column for column in columns if column.name.lower() == name.lower()), None)


def find_shape(statement: WorkStatement, table: str) -> TableShape | None:
    """Return the definition of a table by a name as a statement writes it; None if it was not read."""
    return next((shape for name, shape in statement.shapes.items() if name.lower() == table.lower()), None)


@dataclass(frozen=True, slots=True)
class Indexes:
    """The visible indexes of all tables: the first columns in lower case, and the names of all."""

    leading: Mapping[tuple[str, str], frozenset[str]]
    names: Mapping[tuple[str, str], frozenset[str]]

    def list_leading(self, statement: WorkStatement, access: Access) -> frozenset[str] | None:
        """Return by which columns the indexes of a scanned table begin; None if some index is not known."""
        table = (access.owner, access.table)
        shape = find_shape(statement, access.table)
        leading, names = self.leading.get(table), self.names.get(table, frozenset())
        if leading is None and shape is not None:
            leading = frozenset(columns[0].lower() for columns in shape.indexes.values() if columns)
            names = frozenset(shape.indexes)
        unknown = set(access.available) - names - {access.table}
        if unknown or (leading is None and not access.available):
            return None
        return leading or frozenset()


def read_indexes(rows: Rows[IndexColumn]) -> Indexes:
    """Gather the indexes by table. An index on an expression begins with no column."""
    leading: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        names[row.table_schema, row.table_name].add(row.index_name)
        if row.seq_in_index == 1 and row.is_visible == "YES":
            leading[row.table_schema, row.table_name].add(row.column_name.lower())
    return Indexes(
        {table: frozenset(leading[table]) for table in names}, {table: frozenset(f) for table, f in names.items()}
    )
