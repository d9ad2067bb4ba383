"""STA006: windows that are on and still gather nothing."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, NotAssessed, Remediation, Rows, Unit, check, tenant_name
from agent.facts.given import Clock
from agent.facts.maintenance import GatherTask, Job
from agent.facts.resources import ResourceUnit
from checks.statistics.pages import GATHERING, VIEWS


@check(
    code="STA006",
    name="statistics.gather_task_not_run",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    title="Statistics gathering has not succeeded for days",
    consequence="Statements become slow although nobody has changed anything.",
    finding="{resource}: no run of statistics gathering has succeeded for {value}, though {windows_count} windows "
    "are on; limit {limit}.",
    remediation=Remediation(
        advice="Check the windows in DBA_SCHEDULER_JOBS: a next run in the past, or failures, mean that the scheduler "
        "hangs; contact the platform support then. Meanwhile gather the important databases by hand.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="Compare LAST_START_DATE, NEXT_RUN_DATE and FAILURE_COUNT of the windows with the present date.",
        post_check="DBA_OB_TASK_OPT_STAT_GATHER_HISTORY has a new run with the status SUCCESS.",
        risk="Gathering by hand takes CPU and reads; choose off-peak hours.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/12100.o-dba_ob_task_opt_stat_gather_history-of-mysql-mode.md"),
    ),
)
def gather_task_not_run(
    tasks: Rows[GatherTask], jobs: Rows[Job], units: Rows[ResourceUnit], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """Windows that are switched on may still do nothing: the scheduler hangs, every run fails, or the window ends too
    early. Statistics then become stale unnoticed.

    A tenant is judged at most by the days since its creation.
    """
    windows = [job for job in jobs if job.is_gather_window]
    on = [job for job in windows if job.is_enabled]
    since = [unit.create_time for unit in units if unit.create_time]
    since += [task.start_time for task in tasks if task.status.upper() == "SUCCESS" and not task.is_continuous]
    if not since:
        raise NotAssessed("The age of the tenant is not known, and there is no record of statistics gathering.")
    if on:
        idle = (clock[0].as_of - max(since)).days
        yield Measurement(tenant_name(None), idle, {"windows_count": len(on)})
