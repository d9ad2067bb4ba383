"""STA002: statistics that the data has left behind."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.given import Clock
from agent.facts.schema import TableStatistics


@check(
    code="STA002",
    name="statistics.stale",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Optimizer statistics out of date",
    finding="{resource}: much has changed since its statistics were gathered {value} ago; limit {limit}.",
    remediation=Remediation(
        advice="Gather the statistics by hand now, and see in the gathering history why the nightly windows do not "
        "reach the table: too short, failing or switched off.",
        sql=("CALL DBMS_STATS.GATHER_TABLE_STATS({schema!l}, {table!l});",),
        no_rollback="DBMS_STATS.RESTORE_TABLE_STATS brings back those of an earlier time while the history keeps them.",
        pre_check="Choose a quiet hour for large tables.",
        post_check="STALE_STATS in DBA_TAB_STATISTICS is NO.",
        risk="Plans may change with the new statistics, usually for the better.",
        link="https://en.oceanbase.com/docs/common-oceanbase-database-10000000001975845",
    ),
)
def stale(statistics: Rows[TableStatistics], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A table counts as stale once about a tenth of its rows has changed. The nightly windows gather such tables
    first; one that stays stale for days is planned by a size and by value ranges that are no longer true. Locked ones
    are not meant."""
    for row in statistics:
        if (row.stale_stats or "").upper() == "YES" and row.last_analyzed and not row.stattype_locked:
            age = (clock[0].as_of - row.last_analyzed).days
            yield Measurement(f"{row.owner}.{row.table_name}", age, {"schema": row.owner, "table": row.table_name})
