"""STA004: runs of statistics gathering that failed, wholly or for some tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, DocPage, Effort, Measurement, Params, Remediation, Rows, Unit, check, params
from agent.facts.given import Clock
from agent.facts.maintenance import GatherTask
from checks.statistics.pages import GATHERING, VIEWS


@params
class GatherParams(Params):
    window_days: int


@check(
    code="STA004",
    name="statistics.gather_task_failed",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Statistics gathering failed",
    consequence="The same large tables are left out each time, and their statements become slow.",
    finding="{resource}: {value} runs of the last {window_days} failed or left tables out ({tables_count} tables); "
    "limit {limit}.",
    remediation=Remediation(
        advice="Check the return code of the failed tables: for a timeout, extend the window or raise the "
        "parallelism; for lack of memory, use a smaller sample; for a lock conflict, choose another hour. Then gather "
        "these tables by hand.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="DBA_OB_TABLE_OPT_STAT_GATHER_HISTORY lists tables and return codes of each run by TASK_ID.",
        post_check="The next run has the status SUCCESS and FAILED_COUNT 0.",
        risk="Reading the history has no risk.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{GATHERING}/400.statistics-monitoring-diagnosis.md"),
        DocPage(f"{VIEWS}/12100.o-dba_ob_task_opt_stat_gather_history-of-mysql-mode.md"),
    ),
)
def gather_task_failed(tasks: Rows[GatherTask], clock: Rows[Clock], p: GatherParams) -> Iterator[Measurement]:
    """A failed run keeps the old statistics silently, so they grow stale although gathering seems to be on. One failure
    may be chance; repeated failures always miss the same large tables."""
    since = clock[0].as_of - timedelta(days=p.window_days)
    runs: Counter[str] = Counter()
    tables: Counter[str] = Counter()
    for task in tasks:
        if task.start_time < since:
            continue
        if task.status.upper().startswith("FAIL") or task.failed_count:
            runs[task.type] += 1
            tables[task.type] += task.failed_count or 0
    for kind, count in runs.items():
        yield Measurement(kind, count, {"window_days": p.window_days, "tables_count": tables[kind]})
