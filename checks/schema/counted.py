"""Tables and their rows, as far as optimizer statistics count them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent.api import NotAssessed, Rows
from agent.facts.schema import PartitionedTable, TableChanges

NAMED = 5


def counted(
    tables: Iterable[tuple[PartitionedTable, int | None]], changes: Rows[TableChanges] | None, small: int = 1
) -> Iterator[tuple[PartitionedTable, int]]:
    """Tables with their rows. NotAssessed in the end, where it is unknown how many rows some of them hold.

    One without statistics that saw fewer than ``small`` changes since it was made is small, and left out.
    """
    written = {(row.table_owner, row.table_name): row.changes for row in changes or ()}
    unknown = []
    for table, rows in tables:
        name = table.table_schema, table.table_name
        if rows is not None:
            yield table, rows
        elif changes is None or written.get(name, 0) >= small:
            unknown.append(".".join(name))
    require_counted(unknown)


def require_counted(uncounted: Sequence[str]) -> None:
    """Raise NotAssessed where the rows of some tables are unknown; what was found in others stands."""
    if uncounted:
        raise NotAssessed(
            "How many rows these tables hold is unknown, for statistics were never gathered: {tables}.",
            "Gather the optimizer statistics of {tables}.",
            tables=", ".join(uncounted[:NAMED]) + (", …" if uncounted[NAMED:] else ""),
        )
