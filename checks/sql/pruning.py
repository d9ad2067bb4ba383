"""Which scans of a statement look into every partition of a table, although it asks for few of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.api import Rows
from agent.facts.conditions import Asks
from agent.facts.plan_tree import Access, Plan
from agent.facts.schema import PartitionedIndex, PartitionedTable
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import count_rows

Pieces = Mapping[tuple[str, str, str], int | None]


def count_all_pieces(tables: Rows[PartitionedTable], indexes: Rows[PartitionedIndex]) -> Pieces:
    """Return the partitions of each table, under "" as its index, and None for each global index: it has its own."""
    own: dict[tuple[str, str, str], int | None] = {(t.table_schema, t.table_name, ""): t.pieces for t in tables}
    return own | {(i.owner, i.table_name, i.index_name): None for i in indexes if i.locality == "GLOBAL"}


@dataclass(frozen=True, slots=True)
class WasteLimits:
    """How much a scan may keep, of how many rows it is a waste, and from how many partitions on it is one of any."""

    max_kept_pct: float
    min_rows: int
    many_partitions: int


def list_whole_reads(
    statement: WorkStatement, pieces: Pieces, limits: WasteLimits
) -> Iterator[tuple[Access, tuple[str, ...] | None]]:
    """Yield each scan of all partitions that no condition calls for, with the columns that the table is partitioned by.

    None in place of the columns where that cannot be told. A scan that is no waste is left out.
    """
    scans = [(whole, scan) for whole in statement.plans for scan in whole.accesses]
    for plan, access in scans:
        total = pieces.get((access.owner, access.table, ""))
        if (access.owner, access.table, access.index) in pieces and access.index:
            continue
        if access.pieces == 1 or total == 1 or access.pieces < (total if access.pieces and total else 0):
            continue
        if total is None and not access.pieces:
            continue
        waste = _is_waste(plan, access, limits)
        if waste is False and access.pieces:
            continue
        columns = _list_unasked(statement, access.table)
        if columns != ():
            known = total is not None and access.pieces > 0 and waste is not None
            yield access, columns if known else None


def _is_waste(plan: Plan, access: Access, limits: WasteLimits) -> bool | None:
    """Whether a scan throws nearly all away of many rows, or keeps little of a table in many partitions.

    None if nobody knows what it keeps: no note, or a sum for each partition and no statistics to expect more by.
    """
    above = plan.steps[: plan.steps.index(access.step)]
    summed = access.rows_real <= access.pieces and any("GROUP BY" in step.operator for step in above)
    if access.table_rows is None or (summed and access.statistics_known is False):
        return None
    kept, rows = max(access.rows_estimated, access.rows_real, access.rows_kept or 0), count_rows(access)
    if rows >= limits.min_rows and kept * 100 <= rows * limits.max_kept_pct:
        return True
    return access.pieces >= limits.many_partitions and kept * 100 <= access.table_rows * limits.max_kept_pct


def _list_unasked(statement: WorkStatement, table: str) -> tuple[str, ...] | None:
    """Return the partitioning columns of a table if no condition compares one of them itself, else ().

    None if the definition was not read, or the statement names the table by another name, as a view does.
    """
    name = table.lower()
    shape = statement.shapes.get(table)
    if shape is None or not shape.partitioned_by or not any(name in map(str.lower, q.tables) for q in statement.asked):
        return None
    asked: set[str] = set()
    for question in statement.asked:
        asked |= question.unread
        for condition in question.conditions:
            if condition.table.lower() == name and condition.asks is not Asks.WRAPPED:
                asked.add(condition.column.lower())
            if condition.other and condition.other[0].lower() == name:
                asked.add(condition.other[1].lower())
    return () if asked & set(map(str.lower, shape.partitioned_by)) else shape.partitioned_by
