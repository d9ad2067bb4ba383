"""Gathering the statistics of a table by hand, and the way back to those that it had."""

from __future__ import annotations

from agent.api import DocPage, KernelRun, Rows, Scalar
from agent.facts.given import Clock
from agent.facts.schema import TableStatistics

RESTORING = DocPage(
    "700.reference/500.sql-reference/300.pl-reference/200.pl-mysql/1000.pl-system-package-mysql/"
    "15900.dbms-stats-mysql/3000.restore-table-stats-mysql.md"
)
RESTORED = KernelRun("4.3.5.3", "RESTORE_TABLE_STATS(s, t, FROM_UNIXTIME(n)) after gathering: NUM_ROWS is the old one")
GATHER = "CALL DBMS_STATS.GATHER_TABLE_STATS({schema!l}, {table!l});"
# A moment as a number means the same in every time zone of a session.
RESTORE = "CALL DBMS_STATS.RESTORE_TABLE_STATS({schema!l}, {table!l}, FROM_UNIXTIME({assessed_s}));"


def tell_when(row: TableStatistics, clock: Rows[Clock]) -> dict[str, Scalar]:
    """Return the evidence for RESTORE: when the statistics were assessed; None for a table that had none then."""
    return {"assessed_s": int(clock[0].as_of.timestamp()) if row.last_analyzed else None}
