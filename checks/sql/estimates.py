"""Scans of which far more rows came than the optimizer expected, and what to do by the statistics of their table."""

from __future__ import annotations

from agent.api import Case, Rows, Scalar, known, unknown
from agent.facts.given import Clock
from agent.facts.plan_tree import Access
from agent.facts.schema import TableChanges, TableStatistics
from agent.facts.workload import WorkStatement
from checks.sql.joins import list_chosen

ADVICE_BY_STATISTICS = (
    Case(
        "The table has no statistics: gather them (CALL DBMS_STATS.GATHER_TABLE_STATS), "
        "and see why the nightly windows do not.",
        when=unknown("analyzed"),
    ),
    Case(
        "If many rows have changed since the statistics were gathered, gather them again."
        " If they are fresh, some values have far more rows than others, or the compared "
        "columns depend on each other: gather a histogram of the compared columns "
        "(method_opt).",
        when=known("analyzed"),
    ),
)


def find_misjudged(statement: WorkStatement, min_rows: int) -> Access | None:
    """Return the scan whose estimate is furthest off, of those from which at least so many rows came."""
    scans = [access for plan in statement.plans for access in list_chosen(plan)]
    return max((scan for scan in scans if scan.rows_real >= min_rows), key=tell_error, default=None)


def tell_error(access: Access) -> float:
    """Return how many times the estimate the rows were that came."""
    return access.rows_real / max(access.rows_estimated, 1)


def describe_error(
    scan: Access, statistics: Rows[TableStatistics] | None, changes: Rows[TableChanges] | None
) -> dict[str, Scalar]:
    """Return the two counts of rows, and how old the statistics of the table are; None for what is not known."""
    table = scan.owner, scan.table
    gathered = {(row.owner, row.table_name): row.last_analyzed for row in statistics or ()}
    changed = {(row.table_owner, row.table_name): row.changes for row in changes or ()}
    return {
        "estimated_count": scan.rows_estimated,
        "real_count": scan.rows_real,
        "analyzed": gathered.get(table),
        "changes_count": changed.get(table, 0) if changes is not None else None,
    }


def tell_gathering(
    scan: Access, statistics: Rows[TableStatistics] | None, changes: Rows[TableChanges] | None, clock: Rows[Clock]
) -> dict[str, Scalar]:
    """Return what the statements name that gather the table's statistics and go back to those that it had.

    All is None where the statistics are fresh or unknown: gathering them again would change nothing. ``assessed_s`` is
    a moment at which the table had statistics, None if it had none.
    """
    row = next((row for row in statistics or () if (row.owner, row.table_name) == (scan.owner, scan.table)), None)
    changed = any((one.table_owner, one.table_name) == (scan.owner, scan.table) for one in changes or ())
    if row is None or (row.last_analyzed and not changed):
        return dict.fromkeys(("stale_schema", "stale_table", "assessed_s"))
    return {
        "stale_schema": scan.owner,
        "stale_table": scan.table,
        "assessed_s": int(clock[0].as_of.timestamp()) if row.last_analyzed else None,
    }
