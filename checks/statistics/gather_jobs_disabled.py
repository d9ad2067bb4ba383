"""STA005: nightly windows of statistics gathering that are switched off."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.maintenance import Job
from checks.statistics.pages import GATHERING, VIEWS


@check(
    code="STA005",
    name="statistics.gather_jobs_disabled",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Window of statistics gathering is switched off",
    consequence="All statistics grow old together, and statements become slow.",
    finding="{resource} is switched off; {value} of {windows_count} windows are switched off.",
    remediation=Remediation(
        advice="Switch the window on again. If it disturbed the business, move or shorten it instead.",
        sql=("CALL DBMS_SCHEDULER.ENABLE({job!l});",),
        rollback=("CALL DBMS_SCHEDULER.DISABLE({job!l});",),
        pre_check="No other job gathers the statistics instead of the windows.",
        post_check="ENABLED in DBA_SCHEDULER_JOBS is set, and the next night leaves a run in the gathering history.",
        risk="Gathering reads tables and takes CPU within the window.",
        effort=Effort.ONLINE,
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/14100.o-dba_scheduler_jobs-of-mysql-mode.md"),
    ),
)
def gather_jobs_disabled(jobs: Rows[Job]) -> Iterator[Measurement]:
    """Seven window jobs, one per weekday, keep the optimizer statistics up to date. One missing night has little
    effect; if most are off, all statistics become stale together, and plans degrade."""
    windows = [job for job in jobs if job.is_gather_window and job.enabled is not None]
    off = [job for job in windows if not job.is_enabled]
    for job in off:
        yield Measurement(name_object(job.job_name), len(off), {"windows_count": len(windows), "job": job.job_name})
