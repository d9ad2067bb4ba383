"""STA008: tables whose gathering does not end."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
    Measurement,
    Remediation,
    Rows,
    Scalar,
    TenantKind,
    Unit,
    check,
    name_object,
)
from agent.facts.maintenance import RunningGather
from checks.statistics.pages import GATHERING, PERFORMANCE

_US_PER_HOUR = 3_600_000_000


@check(
    code="STA008",
    name="statistics.gather_hangs",
    unit=Unit.HOURS,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Statistics gathering of one table does not end",
    consequence="Statistics of the tables behind it grow old, and their statements become slow.",
    finding="{resource}: its statistics have been gathered for {value} without an end ({kind}, begun {started}); limit "
    "{limit}.",
    remediation=Remediation(
        advice="Check whether it progresses: for a partitioned table compare LAST_ANALYZED of its partitions. If the "
        "table is merely large, use a smaller sample, fewer columns with histograms or a coarser granularity with "
        "DBMS_STATS.SET_TABLE_PREFS. Contact the platform support about a run without progress.",
        no_rollback="Which preference to set depends on the table.",
        pre_check="Check TASK_ID, COMPLETED_TABLE_COUNT and RUNNING_TABLE_NAME in GV$OB_OPT_STAT_GATHER_MONITOR "
        "twice, some minutes apart.",
        post_check="The table is no longer listed in GV$OB_OPT_STAT_GATHER_MONITOR, and LAST_ANALYZED is of today.",
        risk="A small sample makes estimates less precise: compare the plans of important statements.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{PERFORMANCE}/6100.gv_ob_opt_stat_gather_monitor-of-mysql-mode.md"),
        DocPage(f"{GATHERING}/400.statistics-monitoring-diagnosis.md"),
    ),
)
def gather_hangs(running: Rows[RunningGather]) -> Iterator[Measurement]:
    """A run gathers its tables one after the other. One that does not end uses up the window: the tables behind it keep
    their old statistics, and the same table is read night after night."""
    for number, row in enumerate(running):
        evidence: dict[str, Scalar] = {"kind": row.type, "started": row.task_start_time}
        hours = row.running_table_duration_time / _US_PER_HOUR
        yield Measurement(name_object(row.running_table_owner, row.running_table_name), hours, evidence, str(number))
