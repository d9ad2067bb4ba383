"""OPS002: age of the newest snapshot of the workload repository."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Case,
    Effort,
    Measurement,
    Named,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    RunAs,
    Scalar,
    Unit,
    check,
    known,
    params,
)
from agent.facts.given import Clock
from agent.facts.maintenance import WorkloadControl, WorkloadSnapshot, parse_interval
from checks.operations.pages import SNAPSHOT_SETTINGS, SNAPSHOTS, WORKLOAD_REPOSITORY

_LONGEST_INTERVAL = timedelta(days=365)  # the longest that MODIFY_SNAPSHOT_SETTINGS takes


@params
class StaleParams(Params):
    longest_interval_hours: int
    usual_interval_minutes: int


@check(
    code="OPS002",
    name="operations.workload_snapshots_stale",
    unit=Unit.HOURS,
    actor=Actor.PLATFORM,
    title="WR takes no snapshots",
    consequence="The cause of a slow night cannot be found the next morning.",
    finding="{resource}: the newest snapshot is at least {value} old (limit {limit}), though one is due every "
    "{interval_hours}; {snapshots_count} are kept.",
    remediation=Remediation(
        advice="Take a snapshot by hand to see whether it works; only the sys tenant can. If none "
        "follows by itself, look at the job that takes them.",
        run_as=RunAs.SYS,
        sql=(
            "CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(NULL, {new_interval_minutes});",
            "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT();",
        ),
        rollback=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(NULL, {former_interval_minutes});",),
        no_rollback="An additional snapshot affects nothing; old ones are removed by the retention.",
        pre_check="Note SNAP_INTERVAL and RETENTION in DBA_WR_CONTROL; the arguments are retention and interval in "
        "minutes, and NULL keeps the present value.",
        post_check="Two hours later DBA_WR_SNAPSHOT has new rows.",
        risk="Snapshots take some space in system tables.",
        effort=Effort.ONLINE,
        cases=(
            Case(
                "The interval is weeks, or snapshots are switched off: set it to an hour.",
                when=known("new_interval_minutes"),
            ),
        ),
    ),
    sources=(WORKLOAD_REPOSITORY, SNAPSHOT_SETTINGS, SNAPSHOTS),
)
def workload_snapshots_stale(
    snapshots: Rows[WorkloadSnapshot], controls: Rows[WorkloadControl], clock: Rows[Clock], limits: StaleParams
) -> Iterator[Measurement]:
    """The SQL audit keeps minutes or hours; the WR keeps days. Without its snapshots, a slow night cannot be
    investigated the next morning, and there is no baseline to compare with."""
    taken = [row.end_interval_time for row in snapshots if row.snap_id > 0]
    settings = [(parse_interval(row.snap_interval), parse_interval(row.retention)) for row in controls]
    if not taken and not settings:
        unlock = (
            "Have a first one taken in the sys tenant, on a cloud by its provider: "
            "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT();"
        )
        raise NotAssessed("The WR shows neither settings nor snapshots.", unlock)
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    interval, retention = min(settings, default=(hour, hour))
    age = clock[0].as_of - max(taken) if taken else retention
    is_rare = interval > limits.longest_interval_hours * hour
    if age <= interval and not is_rare:
        return
    evidence: dict[str, Scalar] = {
        "interval_hours": interval / hour,
        "snapshots_count": len(taken),
        "new_interval_minutes": limits.usual_interval_minutes if is_rare else None,
        # The view shows 110 years for switched off; the setting for it is 0.
        "former_interval_minutes": (interval // minute if interval <= _LONGEST_INTERVAL else 0) if is_rare else None,
    }
    yield Measurement(Named("workload repository"), age / hour, evidence)
