"""STA007: runs of statistics gathering that take too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    DocPage,
    Effort,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    params,
)
from agent.facts.given import Clock
from agent.facts.maintenance import GatherTask, Job
from checks.statistics.pages import GATHERING, VIEWS


@params
class LongGatherParams(Params):
    window_days: int


@check(
    code="STA007",
    name="statistics.gather_task_long",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Statistics gathering nearly fills its window",
    consequence="The largest tables will be left out, and their statements become slow.",
    finding="{resource}: the longest run of the last {window_days} took {value} of {window}, which is open for "
    "{open_s}, for {tables_count} tables; limit {limit}.",
    remediation=Remediation(
        advice="Find the tables that take longest: give large ones a sample or a coarser granularity with "
        "DBMS_STATS.SET_TABLE_PREFS, lock tables that never change, and raise the parallelism. Move the window away "
        "from batch work.",
        no_rollback="Which preference to set depends on the tables that take longest.",
        pre_check="Sort DBA_OB_TABLE_OPT_STAT_GATHER_HISTORY by duration for the TASK_ID of the long run.",
        post_check="The next runs in DBA_OB_TASK_OPT_STAT_GATHER_HISTORY are shorter.",
        risk="A small sample makes estimates less precise: compare the plans of important statements.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/12100.o-dba_ob_task_opt_stat_gather_history-of-mysql-mode.md"),
    ),
)
def gather_task_long(
    tasks: Rows[GatherTask], jobs: Rows[Job], clock: Rows[Clock], p: LongGatherParams
) -> Iterator[Measurement]:
    """A window ends at a fixed time, and tables that were not reached keep their old statistics. A run that comes near
    its end will sooner or later miss the largest tables, which need it most, and it loads the tenant meanwhile.

    The length of a window depends on day, version and setting, so each run is compared with its own window.
    """
    since = clock[0].as_of - timedelta(days=p.window_days)
    windows = [job for job in jobs if job.is_gather_window and job.next_run_date and job.max_run_duration]
    runs = [task for task in tasks if task.end_time and task.start_time >= since and not task.is_continuous]
    if runs and not windows:
        raise NotAssessed("How long the windows of statistics gathering are open is unknown.")
    for number, task in enumerate(runs):
        window = min(windows, key=lambda job: _since_opened(task, job))
        open_s = window.max_run_duration or 0
        evidence: dict[str, Scalar] = {"window": window.job_name, "open_s": open_s}
        evidence |= {"window_days": p.window_days, "tables_count": task.table_count}
        yield Measurement(task.type, 100 * _measure_length(task) / open_s, evidence, str(number))


def _measure_length(task: GatherTask) -> float:
    return (task.end_time - task.start_time).total_seconds() if task.end_time else 0.0


def _since_opened(task: GatherTask, window: Job) -> timedelta:
    """Return how long before a run its weekly window had opened, for one that opens at another time up to a week."""
    assert window.next_run_date
    return (task.start_time - window.next_run_date) % timedelta(weeks=1)
