"""TXN004: deadlocks of the last days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Scalar, Unit, check, params, tenant_name
from agent.facts.given import Clock
from agent.facts.sessions import Deadlock


@params
class DeadlocksParams(Params):
    window_days: int


@check(
    code="TXN004",
    name="transactions.deadlocks_recent",
    unit=Unit.COUNT,
    counted="value",
    actor=Actor.CUSTOMER,
    title="Deadlocks in the last days",
    consequence="Requests fail and have to be repeated.",
    finding="{resource}: deadlocks in the last {window_days}: {value} (limit {limit}); the latest at {latest}.",
    remediation=Remediation(
        advice="Let all transactions lock rows in the same order, keep transactions short, and retry a transaction "
        "that failed with a deadlock. The view shows the statements that conflicted.",
        sql=(
            "SELECT EVENT_ID, REPORT_TIME, ROLE, VISITOR, OBJECT, EXTRA_VALUE1 FROM "
            "oceanbase.{view} ORDER BY REPORT_TIME DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Check whether the deadlocks come from one pair of statements or from many.",
        post_check="No new event in a week of normal business.",
        risk="Reading has no risk.",
    ),
    sources=(
        DocPage(
            "700.reference/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode/"
            "8600.o-dba_ob_deadlock_event_history-of-mysql-mode.md"
        ),
        DocPage(
            "700.reference/100.oceanbase-database-concepts/800.transaction-management/"
            "200.transaction-concurrency-and-consistency/300.concurrency-control/200.lock-mechanism.md"
        ),
    ),
)
def deadlocks_recent(deadlocks: Rows[Deadlock], clock: Rows[Clock], limits: DeadlocksParams) -> Iterator[Measurement]:
    """OceanBase resolves a deadlock by rolling back one of the transactions; the application gets an error and must
    repeat the work. Detection takes time in a distributed database, so each deadlock also costs waiting."""
    oldest = clock[0].as_of - timedelta(days=limits.window_days)
    recent = [row for row in deadlocks if row.report_time >= oldest]
    for tenant_id in dict.fromkeys(row.tenant_id for row in recent):
        here = [row for row in recent if row.tenant_id == tenant_id]
        evidence: dict[str, Scalar] = {
            "window_days": limits.window_days,
            "latest": max(row.report_time for row in here),
            "largest_cycle_count": max(row.cycle_size for row in here),
            "view": f"{'DBA' if tenant_id is None else 'CDB'}_OB_DEADLOCK_EVENT_HISTORY",
        }
        yield Measurement(tenant_name(tenant_id), len(here), evidence)
