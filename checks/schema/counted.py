"""Tables and their rows, as far as optimizer statistics count them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from agent.api import NotAssessed, Rows, list_names, name_object
from agent.facts.schema import PartitionedTable, Table, TableChanges, TableStatistics


def counted(
    tables: Iterable[tuple[PartitionedTable, int | None]], changes: Rows[TableChanges] | None, small: int = 0
) -> Iterator[tuple[PartitionedTable, int]]:
    """Yield tables with their rows. In the end raise NotAssessed if the rows of some tables are unknown.

    They are unknown without statistics, even if no changes are counted: a rebuilt table has neither. They are also
    unknown if statistics count fewer than ``small`` rows, and rows that came since reach ``small``.
    """
    added = added_since(changes)
    unknown = []
    for table, rows in tables:
        name = table.table_schema, table.table_name
        if rows is None or rows < small <= rows + added.get(name, 0):
            unknown.append(name_object(*name))
        else:
            yield table, rows
    require_counted(unknown)


def list_once(tables: Iterable[Table]) -> list[Table]:
    """Return each table once: before 4.2.1 BP5 the view lists partitioned ones twice."""
    return list({(table.table_schema, table.table_name): table for table in tables}.values())


def list_stored(tables: Iterable[Table]) -> set[tuple[str, str]]:
    """Return schema and name of the tables: among columns those of views stand, too."""
    return {(table.table_schema, table.table_name) for table in tables}


def require_read(tables: Iterable[Table], told: Iterable[object]) -> None:
    """Raise NotAssessed if there are tables, and all that was ``told`` of their columns is None.

    Each table has a first column, which is always read.
    """
    if any(True for _ in tables) and all(value is None for value in told):
        raise NotAssessed(
            "The snapshot was taken by an older release that did not read the columns for this check.",
            "Take a new snapshot.",
        )


def list_grown(tables: Iterable[Table], now: datetime, min_age_days: int) -> set[tuple[str, str]]:
    """Return schema and name of the tables that are so old; one without a date counts as old."""
    until = now - timedelta(days=min_age_days)
    return {
        (table.table_schema, table.table_name)
        for table in tables
        if not table.create_time or table.create_time <= until
    }


def added_since(changes: Rows[TableChanges] | None) -> Mapping[tuple[str, str], int]:
    """Return schema and table -> rows added since its statistics were gathered, less those removed."""
    return {(row.table_owner, row.table_name): row.added_rows for row in changes or ()}


def list_counted_late(
    changes: Rows[TableChanges] | None, statistics: Rows[TableStatistics] | None, now: datetime, min_settled_days: int
) -> set[tuple[str, str]]:
    """Return schema and table where what was counted since may be rows that the statistics hold already.

    The server counts the rows of a load after it has gathered statistics of them. With older
    statistics this is not so: the next nightly window would have gathered them anew.
    """
    settled = now - timedelta(days=min_settled_days)
    fresh = {
        (row.owner, row.table_name): row.num_rows or 0
        for row in statistics or ()
        if row.last_analyzed and row.last_analyzed > settled
    }
    return {
        (row.table_owner, row.table_name)
        for row in changes or ()
        if row.changes == row.added_rows <= fresh.get((row.table_owner, row.table_name), 0)
    }


def require_counted(uncounted: Sequence[str]) -> None:
    """Raise NotAssessed if the rows of some tables are unknown. A check calls this last, to keep other findings."""
    if uncounted:
        raise NotAssessed(
            "The number of rows of these tables is not known, because statistics were never gathered or were gathered "
            "before most rows were written: {tables}.",
            "Gather the optimizer statistics of {tables}.",
            tables=list_names(uncounted),
        )


def require_proven(unsure: Sequence[str]) -> None:
    """Raise NotAssessed if it is unknown how far the counters of some tables are. A check calls this last."""
    if unsure:
        raise NotAssessed(
            "It is not known how many values these AUTO_INCREMENT columns have used, because the allocated cache may "
            "start at the first row: {tables}.",
            "Compare AUTO_INCREMENT in SHOW CREATE TABLE with the column's type.",
            tables=list_names(unsure),
        )
