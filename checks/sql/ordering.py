"""Scans of which all rows are sorted and only the first are taken: an index in that order would end them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agent.api import Scalar
from agent.facts.conditions import Asks, Question
from agent.facts.definition_text import LONG_TYPES, find_shape
from agent.facts.plan_tree import Access, Plan, Way
from agent.facts.workload import WorkStatement
from checks.sql.columns import is_indexable
from checks.sql.diagnosis import find_plan
from checks.sql.paths import EXACT, Indexes, Waste, count_per_execution, list_blocks, list_conditions

_NOT_INDEXED = LONG_TYPES | {"tinytext"}
_MOST_COLUMNS = 5
_Judged = tuple[Waste, Mapping[str, Scalar] | None]


def list_sorted(statement: WorkStatement, known: Indexes, min_rows: int, min_read_ratio: int) -> Iterator[_Judged]:
    """Yield the scans of the plan to mend that are sorted for a few rows, with the index that gives them in order.

    Nothing is told where no index would, or where one is there; None where that is not known.
    """
    plan = find_plan(statement)
    if plan is None or statement.questions is None:
        return
    for access in plan.accesses:
        taken, rows = _count_taken(plan, access), count_per_execution(statement, access)
        if taken is not None and access.way is not Way.GET and rows >= max(min_rows, taken * min_read_ratio):
            yield Waste(access, rows, by_join=False), _tell_index(statement, access, known)


def _count_taken(plan: Plan, access: Access) -> int | None:
    """Return how many rows a sort right above a scan takes of it; None if there is none that takes only some."""
    depth = access.step.depth
    for step in reversed(plan.steps[: plan.steps.index(access.step)]):
        if step.depth >= depth:
            continue
        if step.operator.endswith("TOP-N SORT"):
            return max(step.rows_estimated, step.rows_real)
        if not step.operator.endswith("ITERATOR"):  # of partitions or blocks
            return None
        depth = step.depth
    return None


def _tell_index(statement: WorkStatement, access: Access, known: Indexes) -> dict[str, Scalar] | None:
    blocks = list_blocks(statement, access)
    columns = _list_columns(statement, access, blocks[0]) if len(blocks) == 1 else []
    if not columns:
        return {}
    indexes = known.list_indexes(statement, access)
    if indexes is None or find_shape(access.table, statement.shapes) is None:
        return None
    exact = [c.column.lower() for c in list_conditions(statement, access) if c.asks in EXACT]
    if _is_served(indexes.values(), frozenset(exact), columns[len(dict.fromkeys(exact))].lower()):
        return {}
    return {"candidate": ", ".join(columns)}


def _list_columns(statement: WorkStatement, access: Access, block: Question) -> list[str]:
    """Return the columns that are compared for equality, then those of the order; none if an index cannot have both.

    A condition of another kind keeps so few or so many rows as nobody knows, unless it is on the first of the order.
    """
    ordered = [column for table, column in block.ordered if table.lower() == access.table.lower()]
    asked = list_conditions(statement, access)
    if not ordered or len(ordered) < len(block.ordered) or len(block.tables) != 1 or block.unread or block.alternatives:
        return []
    exact = [c for c in asked if c.asks in EXACT and is_indexable(statement, access, c)]
    ranged = [c for c in asked if c.asks is Asks.RANGE and c.column.lower() == ordered[0].lower()]
    if len(exact) + len(ranged) < len(asked):
        return []
    shape = find_shape(access.table, statement.shapes)
    types = [shape.find_column(name) for name in ordered] if shape else []
    if any(column is None or column.data_type in _NOT_INDEXED for column in types):
        return []
    columns = list({name.lower(): name for name in [*(c.column for c in exact), *ordered]}.values())
    has_order = len(columns) > len({c.column.lower() for c in exact})
    return columns if has_order and len(columns) <= _MOST_COLUMNS else []


def _is_served(indexes: Iterable[tuple[str, ...]], exact: frozenset[str], first: str) -> bool:
    """Whether an index begins with all columns that are compared for equality, and goes on by the order."""
    return any(set(index[: len(exact)]) == exact and index[len(exact) :][:1] == (first,) for index in indexes)
