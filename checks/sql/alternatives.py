"""What the checks on LIKE and OR share: which branches an OR has on a scanned table, and which an index serves."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agent.api import Scalar
from agent.facts.conditions import Asks, Branches, Condition
from agent.facts.plan_tree import Access
from agent.facts.workload import WorkStatement
from checks.sql.columns import meets_number
from checks.sql.diagnosis import find_plan
from checks.sql.paths import EXACT, Indexes, Waste, count_per_execution, list_conditions, list_waste

OF_REWRITING = frozenset({"NO_REWRITE", "NO_EXPAND"})  # hints that forbid to unite what each branch of an OR finds
_INDEXED = EXACT | {Asks.RANGE}


def list_waste_of_or(statement: WorkStatement, min_rows: int, min_read_ratio: int) -> Iterator[Waste]:
    """Yield the scans that throw their rows away by their own conditions, or by an OR over two joined tables."""
    yield from (waste for waste in list_waste(statement, min_rows, min_read_ratio) if not waste.by_join)
    plan = find_plan(statement)
    for access in plan.accesses if plan else ():
        found = plan.find_join(access) if plan else None
        spans = any(_spans_tables(branches) for branches in list_branches(statement, access))
        rows = count_per_execution(statement, access)
        kept = max(found[0].rows_estimated, found[0].rows_real) if found else rows
        if spans and rows >= max(min_rows, kept * min_read_ratio):
            yield Waste(access, rows, by_join=True)


def _spans_tables(branches: Branches) -> bool:
    return len({condition.alias for branch in branches for condition in branch}) > 1


def list_branches(statement: WorkStatement, access: Access) -> list[Branches]:
    """Return each OR over several columns that asks something of the scanned table."""
    return [
        branches
        for question in statement.asked
        for branches in question.alternatives
        if any(_is_of(condition, access) for branch in branches for condition in branch)
    ]


def _is_of(condition: Condition, access: Access) -> bool:
    return condition.table.lower() == access.table.lower() and condition.alias == access.alias


def _pick(branch: Collection[Condition], statement: WorkStatement, access: Access) -> list[Condition]:
    """Return the conditions of a branch that an index could serve, of whichever table."""
    return [c for c in branch if c.asks in _INDEXED and not (_is_of(c, access) and meets_number(statement, access, c))]


def tell_combined(statement: WorkStatement, access: Access, indexes: Indexes) -> dict[str, Scalar] | None:
    """Return the columns of an OR, and those that no index begins with, each in a branch without one.

    Where each branch has an index and all are of the scanned table, the server could have united them and did not: it
    does not for rows that it locks, nor where a hint forbids it, which SQL026 tells. Nothing if a branch could have no
    index; None if that is not known.
    """
    forbidden = bool(OF_REWRITING & set(statement.forced or ()))
    leading = indexes.list_leading(statement, access)
    for branches in list_branches(statement, access):
        served = [_pick(branch, statement, access) for branch in branches]
        if not all(served):
            continue
        if leading is None:
            return None
        own = [[c.column for c in branch if _is_of(c, access)] for branch in served]
        unindexed = dict.fromkeys(column for branch in own if not _begins(branch, leading) for column in branch)
        if unindexed or (all(own) and not forbidden):
            columns = dict.fromkeys(condition.column for branch in served for condition in branch)
            return {"columns": ", ".join(columns), "unindexed": ", ".join(unindexed) or "–"}
    return {}


def _begins(columns: Collection[str], leading: Collection[str]) -> bool:
    return any(column.lower() in leading for column in columns)


def list_serving(statement: WorkStatement, access: Access, leading: Collection[str]) -> frozenset[str]:
    """Return the columns, in lower case, by which indexes serve every branch of an OR; none if one has no index."""
    for branches in list_branches(statement, access):
        own = [[c.column for c in _pick(branch, statement, access) if _is_of(c, access)] for branch in branches]
        if all(_begins(columns, leading) for columns in own):
            return frozenset(column.lower() for columns in own for column in columns)
    return frozenset()


def tell_patterns(statement: WorkStatement, access: Access, indexes: Indexes) -> dict[str, Scalar] | None:
    """Return the columns that LIKE compares although an index begins with them; None if that is not known.

    In an OR each other branch must have an index too: else it is that branch that makes the server read everything.
    """
    leading = indexes.list_leading(statement, access)
    alone = [condition for condition in list_conditions(statement, access) if condition.asks is Asks.LIKE]
    groups = [[condition] for condition in alone]
    for branches in list_branches(statement, access):
        own = [[c for c in branch if _is_of(c, access) and c.asks in _INDEXED | {Asks.LIKE}] for branch in branches]
        if leading is not None and all(_begins([c.column for c in branch], leading) for branch in own):
            groups += [[c for c in branch if c.asks is Asks.LIKE] for branch in own]
        elif leading is None and any(c.asks is Asks.LIKE for branch in own for c in branch):
            return None
    if leading is None:
        return None if alone else {}
    columns = [condition.column for group in groups for condition in group if condition.column.lower() in leading]
    return {"column": ", ".join(dict.fromkeys(columns))} if columns else {}
