"""Which index a hint keeps a scan from: the one that begins with what the statement compares for equality."""

from __future__ import annotations

from collections.abc import Mapping

from agent.api import Scalar
from agent.facts.conditions import Asks
from agent.facts.plan_tree import Way
from agent.facts.workload import WorkStatement
from checks.sql.alternatives import OF_REWRITING, list_serving
from checks.sql.columns import list_candidate
from checks.sql.paths import Indexes, Waste, list_conditions

_OF_A_TABLE = frozenset({"FULL", "INDEX", "NO_INDEX"})


def tell_hinted(statement: WorkStatement, waste: Waste, known: Indexes) -> dict[str, Scalar] | None:
    """Return the hints that keep a scan from an index, and that index; nothing if none does.

    None if hints or indexes are not known well enough.
    """
    hints, certain = _list_concerned(statement, waste)
    if certain and not hints:
        return {}
    indexes = known.list_indexes(statement, waste.access)
    if indexes is None:
        return None
    rewrites = statement.forced is not None and not OF_REWRITING & set(hints)
    united = "" if rewrites else _find_united(statement, waste, indexes)
    served = _find_looked_up(statement, waste, indexes) or united
    if not served:
        return {}
    return {"hint": ", ".join(hints), "better_index": served} if hints else None


def _list_concerned(statement: WorkStatement, waste: Waste) -> tuple[list[str], bool]:
    """Return the hints that concern a scan, and whether all hints are known for sure.

    Which table FULL or INDEX is about is not read: it is certain where the statement reads only one.
    """
    if statement.forced is None:
        return [], False
    tables = {access.table for plan in statement.plans for access in plan.accesses}
    joins = any(condition.asks is Asks.JOINED for condition in list_conditions(statement, waste.access))
    of_table = [hint for hint in statement.forced if hint in _OF_A_TABLE]
    concerned = [
        hint
        for hint in statement.forced
        if (hint in _OF_A_TABLE and len(tables) == 1)
        or (hint in OF_REWRITING and not waste.by_join)
        or (hint not in _OF_A_TABLE | OF_REWRITING and joins)
    ]
    return concerned, len(tables) == 1 or not of_table


def _find_looked_up(statement: WorkStatement, waste: Waste, indexes: Mapping[str, tuple[str, ...]]) -> str:
    """Return an index that begins with all that equality compares and that the scan does not use by its order.

    If it began with some of that only, it might be the reason for the hint: it finds many rows.
    """
    _, leading = list_candidate(statement, waste)
    ranges = {c.column.lower() for c in list_conditions(statement, waste.access) if c.asks is Asks.RANGE}
    exact = {column.lower() for column in leading} - ranges
    for name, columns in _drop_used(waste, indexes).items():
        if exact and ((waste.by_join and columns[0] in exact) or set(columns[: len(exact)]) == exact):
            return name
    return ""


def _find_united(statement: WorkStatement, waste: Waste, indexes: Mapping[str, tuple[str, ...]]) -> str:
    """Return the indexes that would serve each branch of an OR if it were rewritten as UNION ALL."""
    starts = {name: columns[0] for name, columns in _drop_used(waste, indexes).items()}
    serving = list_serving(statement, waste.access, set(starts.values()))
    return ", ".join(name for name, column in starts.items() if column in serving)


def _drop_used(waste: Waste, indexes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    used = (waste.access.index or "PRIMARY") if waste.access.way is not Way.FULL else None
    return {name: columns for name, columns in indexes.items() if name != used}
