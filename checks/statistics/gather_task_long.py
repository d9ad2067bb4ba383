"""STA007: runs of statistics gathering that take too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, params
from agent.facts.given import Clock
from agent.facts.maintenance import GatherTask
from checks.statistics.pages import GATHERING, VIEWS


@params
class LongGatherParams(Params):
    window_days: int


@check(
    code="STA007",
    name="statistics.gather_task_long",
    unit=Unit.HOURS,
    actor=Actor.CUSTOMER,
    title="Statistics gathering takes very long",
    finding="{resource}: the longest run of the last {window_days} took {value} for {tables_count} tables; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Find the tables that take most: give large ones a sample or a coarser granularity with "
        "DBMS_STATS.SET_TABLE_PREFS, lock what never changes, and allow more parallelism. Move the window away from "
        "batch work.",
        no_rollback="Which preference to set depends on the tables that take the time.",
        pre_check="List DBA_OB_TABLE_OPT_STAT_GATHER_HISTORY by duration for the TASK_ID of the long run.",
        post_check="The next runs in DBA_OB_TASK_OPT_STAT_GATHER_HISTORY are shorter.",
        risk="A small sample makes estimates coarser: compare the plans of important statements.",
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/12100.o-dba_ob_task_opt_stat_gather_history-of-mysql-mode.md"),
    ),
)
def gather_task_long(tasks: Rows[GatherTask], clock: Rows[Clock], p: LongGatherParams) -> Iterator[Measurement]:
    """The nightly window ends after four hours on working days by default, and tables that were not reached keep their
    old statistics. A run that comes near it will sooner or later leave out the largest tables, which need them most,
    and it loads the tenant meanwhile."""
    since = clock[0].as_of - timedelta(days=p.window_days)
    for number, task in enumerate(tasks):
        if task.end_time is None or task.start_time < since:
            continue
        hours = (task.end_time - task.start_time).total_seconds() / 3600
        yield Measurement(
            task.type, hours, {"window_days": p.window_days, "tables_count": task.table_count}, str(number)
        )
