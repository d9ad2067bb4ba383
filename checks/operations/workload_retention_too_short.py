"""OPS006: how long workload snapshots are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Effort, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, Scalar, Unit, check
from agent.facts.maintenance import WorkloadControl, parse_interval
from checks.operations.pages import SNAPSHOT_CONTROL, SNAPSHOT_SETTINGS


@check(
    code="OPS006",
    name="operations.workload_retention_too_short",
    unit=Unit.DAYS,
    actor=Actor.PLATFORM,
    title="WR snapshots are kept too briefly",
    consequence="The cause of a slow period is lost before anybody asks for it.",
    finding="{resource}: snapshots are kept for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Keep at least one week, so that a Monday can be compared with the Monday before. Only the sys tenant "
        "can set it.",
        run_as=RunAs.SYS,
        sql=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(10080, NULL);",),
        rollback=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS({retention_minutes}, NULL);",),
        pre_check="Note SNAP_INTERVAL and RETENTION in DBA_WR_CONTROL; the arguments are retention and interval in "
        "minutes, and NULL keeps the present value.",
        post_check="RETENTION in DBA_WR_CONTROL is seven days or more.",
        risk="Snapshots take some space in system tables.",
        effort=Effort.ONLINE,
    ),
    sources=(
        SNAPSHOT_SETTINGS,
        SNAPSHOT_CONTROL,
    ),
)
def workload_retention_too_short(controls: Rows[WorkloadControl]) -> Iterator[Measurement]:
    """WR snapshots answer questions that come late: why was last night slow, since when has this statement been slower.
    Snapshots that are dropped after a day or two cannot answer them."""
    if not controls:
        raise NotAssessed("The WR shows no settings.")
    for number, row in enumerate(controls):
        kept = parse_interval(row.retention)
        evidence: dict[str, Scalar] = {"retention_minutes": kept // timedelta(minutes=1)}
        yield Measurement(Named("workload repository"), kept / timedelta(days=1), evidence, str(number))
