"""The index that a statement lacks: whether one is missing, and its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.api import Scalar
from agent.facts.conditions import Asks
from agent.facts.plan_tree import Way
from agent.facts.workload import WorkStatement
from checks.sql.columns import list_candidate, list_converted
from checks.sql.paths import EXACT, Indexes, Waste, list_blocks, list_conditions


def tell_candidate(statement: WorkStatement, waste: Waste, known: Indexes) -> dict[str, Scalar] | None:
    """Return the columns of an index that is missing; none if no index is, and None if that is not known."""
    columns, first = list_candidate(statement, waste)
    if not columns:
        return {}
    indexes = known.list_indexes(statement, waste.access)
    if indexes is None:
        return None
    finding = {name.lower() for name in (*first, *list_converted(statement, waste))}
    served = any(index[0] in finding for index in indexes.values())
    if served and not _lacks_columns(statement, waste, columns, indexes):
        return {}
    return {"candidate": ", ".join(columns)}


def _lacks_columns(
    statement: WorkStatement, waste: Waste, columns: Sequence[str], indexes: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether the index that is read has too few of the columns, and no other index has them all in front.

    Only where the scan is asked nothing but by these columns is it known that they throw its rows away.
    """
    wanted = {name.lower() for name in columns}
    asked = list_conditions(statement, waste.access)
    blocks = list_blocks(statement, waste.access)
    if waste.by_join or waste.access.way is not Way.RANGE or any(b.unread or b.alternatives for b in blocks):
        return False
    known = all(c.asks in EXACT | {Asks.RANGE} and c.column.lower() in wanted for c in asked)
    return known and not any(set(index[: len(wanted)]) == wanted for index in indexes.values())
