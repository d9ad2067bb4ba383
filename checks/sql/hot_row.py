"""SQL049: statements that change or lock one row by its key, and often find it locked."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelRun,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_shape,
    params,
)
from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, SqlShape
from checks.sql.only_row import find_only_row, list_evidence
from checks.sql.pages import AUDIT, HOT_ROWS, WAITS
from checks.sql.ring import frequent


@params
class HotRowParams(Params):
    min_executions_count: int
    min_wait_ms: int


@check(
    code="SQL049",
    name="sql.hot_row",
    unit=Unit.PCT,
    counted="retried_count",
    actor=Actor.CUSTOMER,
    title="Sessions queue for the same row",
    consequence="Response times grow with the number of sessions, and in the peak requests time out.",
    finding="{resource} in {database} changes or locks one row of {table} by its key, and {value} of its executions "
    "(limit {limit}) find the row locked: {executions_count} executions in {sessions_count} sessions, {wait_us} of "
    "{elapsed_us} spent waiting. {statement}",
    remediation=Remediation(
        advice="Lock the row as late as possible: change it in the last statement of the transaction and commit right "
        "away, without calls to other systems in between. If all sessions still need it, split it: several rows for "
        "one counter, added up when read; numbers from a sequence or AUTO_INCREMENT; or add up in the application and "
        "write once a second. If a batch holds the lock, commit it in small steps.",
        no_rollback="The transactions are changed in the application.",
        pre_check="While it waits, GV$OB_LOCKS shows the row, and GV$OB_TRANSACTION_PARTICIPANTS who holds it.",
        post_check="RETRY_CNT of the statement in GV$OB_SQL_AUDIT is 0 for nearly all executions.",
        risk="Changing the row last, or in several parts, changes what a transaction sees: agree on it with the "
        "developers.",
    ),
    sources=(
        AUDIT,
        WAITS,
        HOT_ROWS,
        KernelRun("4.3.5", "60 transactions of four sessions raise one counter: 58 UPDATEs by key with RETRY_CNT > 0"),
    ),
)
def hot_row(
    shapes: Rows[SqlShape], steps: Rows[PlanStep], plans: Rows[CachedPlan] | None, limits: HotRowParams
) -> Iterator[Measurement | Unjudged]:
    """Who finds a row locked is parked and runs the statement again, which RETRY_CNT counts. A statement that reaches
    a single row by its key waits for that row alone, so many such executions say that one transaction at a time
    gets on: the more sessions there are, the longer each waits, whatever the hardware.

    Statements that change several rows are left to SQL009, and retries without a wait, which DDL and leader
    switches cause, to SQL011.
    """
    trees = read_plans(steps)
    for row in frequent(shapes, limits.min_executions_count):
        if row.lock_wait_us < limits.min_wait_ms * 1000 or not row.retries:
            continue
        resource = name_shape(row.sql_id, row.tenant_id)
        only = find_only_row(row, trees.get(row.sql_id, []))
        if only is None or row.retried is None:
            yield Unjudged(resource)
        elif only.is_one:
            evidence = list_evidence(row, only, plans) | {"retried_count": row.retried}
            yield Measurement(resource, 100 * row.retried / row.executions, evidence)
