"""OPS004: scheduled jobs whose time has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Named, Remediation, Rows, Scalar, Unit, check
from agent.facts.given import Clock
from agent.facts.maintenance import Job
from checks.operations.pages import JOBS


@check(
    code="OPS004",
    name="operations.maintenance_window_missed",
    unit=Unit.HOURS,
    actor=Actor.BOTH,
    title="Scheduled job did not run when due",
    consequence="The work of the job stops without any error, until the business is slow or fails.",
    finding="{resource} was due at {next_run} and has not run since: {value} late (limit {limit}).",
    remediation=Remediation(
        advice="Check whether the scheduler is on (event_scheduler for events) and whether an earlier run hangs. Set "
        "the job's next run again; if it still does not run, the platform must check the scheduler.",
        pre_check="Read STATE, NEXT_RUN_DATE and LAST_START_DATE of the job in DBA_SCHEDULER_JOBS.",
        post_check="NEXT_RUN_DATE lies in the future.",
        risk="A job that runs again may have much to catch up on: choose off-peak hours.",
        window=True,
    ),
    sources=(JOBS,),
)
def maintenance_window_missed(jobs: Rows[Job], clock: Rows[Clock]) -> Iterator[Measurement]:
    """Maintenance windows gather optimizer statistics; other jobs add partitions or clear data. When the next run of a
    job lies in the past, it does not recover by itself, and its work stops without any error."""
    for row in jobs:
        if row.is_enabled and row.next_run_date is not None:
            late = clock[0].as_of - row.next_run_date
            evidence: dict[str, Scalar] = {"next_run": row.next_run_date, "last_start": row.last_start_date}
            yield Measurement(Named("job {job}", job=row.job_name), late / timedelta(hours=1), evidence, row.owner)
