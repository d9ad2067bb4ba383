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
    title="A scheduled job was not run when it was due",
    finding="{resource} was due {next_run} and has not run since: {value} late (limit {limit}).",
    remediation=Remediation(
        advice="Look whether the scheduler is switched on (event_scheduler for events) and whether an earlier run "
        "hangs. Set the job's next time again; if it still does not run, the platform must look at the scheduler.",
        pre_check="Read STATE, NEXT_RUN_DATE and LAST_START_DATE of the job in DBA_SCHEDULER_JOBS.",
        post_check="NEXT_RUN_DATE lies in the future.",
        risk="A job that runs again may have much to catch up on: choose a quiet hour.",
        window=True,
    ),
    sources=(JOBS,),
)
def maintenance_window_missed(jobs: Rows[Job], clock: Rows[Clock]) -> Iterator[Measurement]:
    """The maintenance windows gather optimizer statistics, other jobs add partitions or clear data. When the next time
    of a job lies in the past, nothing moves it on by itself, and what it does stops without any error."""
    for row in jobs:
        if row.is_enabled and row.next_run_date is not None:
            late = clock[0].as_of - row.next_run_date
            evidence: dict[str, Scalar] = {"next_run": row.next_run_date, "last_start": row.last_start_date}
            yield Measurement(Named("job {job}", job=row.job_name), late / timedelta(hours=1), evidence, row.owner)
