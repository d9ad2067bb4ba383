"""Which scans of a statement look into every partition of a table, although it asks for few of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from agent.api import Rows
from agent.facts.conditions import Asks
from agent.facts.plan_tree import Access
from agent.facts.schema import PartitionedIndex, PartitionedTable
from agent.facts.workload import WorkStatement

Pieces = Mapping[tuple[str, str, str], int | None]


def count_all_pieces(tables: Rows[PartitionedTable], indexes: Rows[PartitionedIndex]) -> Pieces:
    """Return the partitions of each table, under "" as its index, and None for each global index: it has its own."""
    own: dict[tuple[str, str, str], int | None] = {(t.table_schema, t.table_name, ""): t.pieces for t in tables}
    return own | {(i.owner, i.table_name, i.index_name): None for i in indexes if i.locality == "GLOBAL"}


def list_whole_reads(
    statement: WorkStatement, pieces: Pieces, is_waste: Callable[[Access], bool | None]
) -> Iterator[tuple[Access, tuple[str, ...] | None]]:
    """Yield each scan of all partitions that no condition calls for, with the columns that the table is partitioned by.

    None in place of the columns where that cannot be told. A scan that is no waste is left out.
    """
    for access in (access for plan in statement.plans for access in plan.accesses):
        total = pieces.get((access.owner, access.table, ""))
        if (access.owner, access.table, access.index) in pieces and access.index:
            continue
        if access.pieces == 1 or total == 1 or access.pieces < (total if access.pieces and total else 0):
            continue
        if total is None and not access.pieces:
            continue
        waste = is_waste(access)
        if waste is False and access.pieces:
            continue
        columns = _list_unasked(statement, access.table)
        if columns != ():
            known = total is not None and access.pieces > 0 and waste is not None
            yield access, columns if known else None


def _list_unasked(statement: WorkStatement, table: str) -> tuple[str, ...] | None:
    """Return the partitioning columns of a table if no condition compares one of them itself, else ().

    None if the definition was not read, or the statement names the table by another name, as a view does.
    """
    name = table.lower()
    shape, questions = statement.shapes.get(table), statement.questions or ()
    if shape is None or not shape.partitioned_by or not any(name in map(str.lower, q.tables) for q in questions):
        return None
    asked: set[str] = set()
    for question in questions:
        asked |= question.unread
        for condition in question.conditions:
            if condition.table.lower() == name and condition.asks is not Asks.WRAPPED:
                asked.add(condition.column.lower())
            if condition.other and condition.other[0].lower() == name:
                asked.add(condition.other[1].lower())
    return () if asked & set(map(str.lower, shape.partitioned_by)) else shape.partitioned_by
