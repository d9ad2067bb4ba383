"""Tables and their rows, as far as optimizer statistics count them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent.api import NotAssessed, Rows, list_names
from agent.facts.schema import PartitionedTable, TableChanges


def counted(
    tables: Iterable[tuple[PartitionedTable, int | None]], changes: Rows[TableChanges] | None, small: int = 0
) -> Iterator[tuple[PartitionedTable, int]]:
    """Tables with their rows. NotAssessed in the end, where it is unknown how many rows some of them hold.

    That is so without statistics, whatever was written: a rebuilt table has neither. And it is so where statistics
    count fewer than ``small`` rows, and more than that came since.
    """
    added = added_since(changes)
    unknown = []
    for table, rows in tables:
        name = table.table_schema, table.table_name
        if rows is None or rows < small <= rows + added.get(name, 0):
            unknown.append(".".join(name))
        else:
            yield table, rows
    require_counted(unknown)


def added_since(changes: Rows[TableChanges] | None) -> Mapping[tuple[str, str], int]:
    """Schema and table -> rows that came since its statistics were gathered, less those that went."""
    return {(row.table_owner, row.table_name): row.added_rows for row in changes or ()}


def require_counted(uncounted: Sequence[str], *, readable: bool = True) -> None:
    """Raise NotAssessed where the rows of some tables are unknown; what was found in others stands."""
    if uncounted and not readable:
        raise NotAssessed(
            "How many rows these tables hold is unknown, for the account may not read the statistics: {tables}.",
            "Run the script that ob-health grants prints, as an administrator of the tenant.",
            tables=list_names(uncounted),
        )
    if uncounted:
        raise NotAssessed(
            "How many rows these tables hold is unknown, for statistics were never gathered, or before most of the "
            "rows came: {tables}.",
            "Gather the optimizer statistics of {tables}.",
            tables=list_names(uncounted),
        )
