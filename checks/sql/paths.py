"""What the checks on access paths share: how much of a scan is for nothing, what it is asked, and which indexes are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.api import Measurement, Observes, Rows, Scalar, Unjudged
from agent.facts.conditions import Asks, Condition, Question
from agent.facts.definition_text import find_shape
from agent.facts.plan_tree import Access, Plan, Way
from agent.facts.schema import IndexColumn
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import count_rows, find_plan, list_evidence, name_statement

EXACT = frozenset({Asks.EQUAL, Asks.AMONG})
_NOT_COMPARED = frozenset({"FULLTEXT", "SPATIAL"})


@dataclass(frozen=True, slots=True)
class Waste:
    """A scan that goes through far more rows than are needed of it.

    ``rows`` of one execution. ``by_join`` where it is the join that throws them away and not the scan itself: then
    only an index on the columns that join would have found them. ``joins_few`` where so few rows are joined with it
    that such an index would have found them, whoever throws them away. It is not ``certain`` where nobody knows how
    many rows are kept: there are no statistics, and the scan returned a sum.
    """

    access: Access
    rows: int
    by_join: bool
    joins_few: bool = True
    certain: bool = True


def list_waste(statement: WorkStatement, min_rows: int, min_read_ratio: int) -> Iterator[Waste]:
    """Yield the wasteful scans of the plan to mend, those that go through most rows first.

    A scan that keeps most of its rows needs them, unless it is joined with few rows and few remain.
    """
    plan = find_plan(statement)
    if plan is None or statement.questions is None:
        return
    for access in sorted(plan.accesses, key=count_rows, reverse=True):
        rows = count_per_execution(statement, access)
        if access.way is Way.GET or rows < min_rows:
            continue
        if _guesses(plan, access):
            yield Waste(access, rows, by_join=False, certain=False)
            continue
        joins_few = rows >= _count_met(plan, access) * min_read_ratio
        if rows >= _count_kept(access) * min_read_ratio:
            yield Waste(access, rows, by_join=False, joins_few=joins_few)
        elif joins_few:
            yield Waste(access, rows, by_join=True)


def count_per_execution(statement: WorkStatement, access: Access) -> int:
    """Return what a scan goes through; not more than the audit counted for whole executions."""
    counted = [
        load.rows_read // load.executions
        for load in statement.loads
        if load.record is Observes.AUDIT_RING and load.rows_read is not None
    ]
    return min([count_rows(access), *counted])


def _count_kept(access: Access) -> int:
    """Return the rows that a scan returns. Under a sum or a LIMIT it returns few, and its conditions keep more."""
    return max(access.rows_estimated, access.rows_real, access.rows_kept or 0)


def _count_met(plan: Plan, access: Access) -> int:
    """Return how many rows the join right above a scan has to look up and returns; all if it is not joined."""
    found = plan.find_join(access)
    if found is None:
        return _count_kept(access)
    return max(rows for step in found for rows in (step.rows_estimated, step.rows_real))


def _guesses(plan: Plan, access: Access) -> bool:
    above = plan.steps[: plan.steps.index(access.step)]
    return access.statistics_known is False and access.rows_real <= 1 and any("GROUP BY" in s.operator for s in above)


def list_conditions(statement: WorkStatement, access: Access) -> list[Condition]:
    """Return the conditions on the table of a scan, by the name that it has in the statement where that tells more."""
    asked = [c for question in statement.asked for c in question.conditions if _is_of(c, access)]
    by_name = [condition for condition in asked if condition.alias == access.alias]
    return by_name or asked


def _is_of(condition: Condition, access: Access) -> bool:
    return condition.table.lower() == access.table.lower()


def reads_whole(waste: Waste, min_read_pct: float) -> bool:
    """Whether a scan was expected to go through nearly the whole table or index, so that no condition narrows it."""
    access = waste.access
    if not access.table_rows or access.range_rows is None:
        return access.way is Way.FULL
    return access.range_rows >= access.table_rows * min_read_pct / 100


def is_named(statement: WorkStatement, access: Access) -> bool:
    """Whether the statement names the table of a scan, and it is known which columns are of it: no view is between."""
    blocks = list_blocks(statement, access)
    return bool(blocks) and not any(block.unresolved for block in blocks)


def list_blocks(statement: WorkStatement, access: Access) -> list[Question]:
    """Return what the blocks of a statement that name the table of a scan ask."""
    table = access.table.lower()
    return [question for question in statement.asked if table in map(str.lower, question.tables)]


def tell_waste(
    statement: WorkStatement,
    wastes: Iterable[Waste],
    judged: Sequence[tuple[Waste, Mapping[str, Scalar] | None]],
) -> Iterator[Measurement | Unjudged]:
    """Yield the first scan that has the cause asked for, or that it is not known whether one has.

    ``judged`` holds what is told of a cause: nothing where there is none, and None where that is not known.
    """
    found = [(waste, told) for waste, told in judged if told and waste.certain]
    for waste, told in found[:1]:
        evidence = {**list_evidence(statement, waste.access), **told}
        yield Measurement(name_statement(statement), waste.rows, evidence, statement.load.record)
    unknown = any(told is None or told for _, told in judged)
    if not found and (unknown or not all(is_named(statement, waste.access) for waste in wastes)):
        yield Unjudged(name_statement(statement))


@dataclass(frozen=True, slots=True)
class Indexes:
    """All indexes by table: the columns of the visible ones in lower case, and the names of the others."""

    visible: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]
    hidden: Mapping[tuple[str, str], frozenset[str]]

    def list_indexes(self, statement: WorkStatement, access: Access) -> Mapping[str, tuple[str, ...]] | None:
        """Return the columns of each index of a scanned table by its name; None if some index is not known."""
        table = (access.owner, access.table)
        shape = find_shape(access.table, statement.shapes)
        found = self.visible.get(table)
        if found is None and shape is not None and not shape.is_partial:
            found = {name: tuple(map(str.lower, columns)) for name, columns in shape.indexes.items() if columns}
        unknown = set(access.available) - set(found or ()) - self.hidden.get(table, frozenset()) - {access.table}
        if unknown or (found is None and not access.available):
            return None
        return found or {}

    def list_leading(self, statement: WorkStatement, access: Access) -> frozenset[str] | None:
        """Return by which columns the indexes of a scanned table begin; None if some index is not known."""
        found = self.list_indexes(statement, access)
        return None if found is None else frozenset(columns[0] for columns in found.values())


def read_indexes(rows: Rows[IndexColumn], *, whole: bool = False) -> Indexes:
    """Gather the indexes by table. One of words or of places serves no comparison, and counts as hidden.

    With ``whole`` an index ends before the column of which it has the first characters only.
    """
    visible: defaultdict[tuple[str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    hidden: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in sorted(rows, key=lambda row: row.seq_in_index):
        table = (row.table_schema, row.table_name)
        columns = visible[table].get(row.index_name, ())
        compares = row.is_visible == "YES" and row.index_type not in _NOT_COMPARED
        if compares and len(columns) == row.seq_in_index - 1 and not (whole and row.sub_part):
            visible[table][row.index_name] = (*columns, row.column_name.lower())
        elif not compares or row.seq_in_index == 1:
            hidden[table].add(row.index_name)
    return Indexes(visible, {table: frozenset(names) for table, names in hidden.items()})
