"""TXN006: share of transactions that are rolled back."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
    KernelRun,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.resources import Counter
from checks.transactions.origin import COUNTERS_PAGE, counted


@params
class RollbackShareParams(Params):
    min_transactions_count: int


@check(
    code="TXN006",
    name="transactions.rollback_share_high",
    unit=Unit.PCT,
    counted="rollbacks_count",
    actor=Actor.CUSTOMER,
    title="High share of transactions rolled back",
    consequence="Work is wasted, and errors of the application stay unnoticed.",
    finding="{resource}: {value} of the transactions since the servers started, their own included, were rolled back "
    "({rollbacks_count} of {transactions_count}; limit {limit}).",
    remediation=Remediation(
        advice="Find out whether the rollbacks come from errors (timeouts, lock conflicts, duplicate keys) or from a "
        "connection pool that rolls back after reading. Correct the errors; let the pool commit, or use autocommit "
        "for reads.",
        sql=(
            "SELECT RET_CODE, COUNT(*) AS statements FROM oceanbase.GV$OB_SQL_AUDIT WHERE RET_CODE <> 0"
            " GROUP BY RET_CODE ORDER BY statements DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Read the two counters twice, some minutes apart, to see whether rollbacks still happen.",
        post_check="The share among new transactions falls; the counters restart with the server.",
        risk="Reading the SQL audit takes some CPU of the tenant; do it outside the peak.",
    ),
    sources=(
        COUNTERS_PAGE,
        KernelCode("src/storage/tx/ob_tx_api.cpp", "ObTransService::rollback_tx"),
        KernelRun("4.3.5.3", "the counters before and after a COMMIT and a ROLLBACK"),
    ),
)
def rollback_share_high(counters: Rows[Counter], limits: RollbackShareParams) -> Iterator[Measurement]:
    """Work that is rolled back costs twice: once to do it, once to undo it. A high share points to errors that the
    application ignores and repeats, or to a pool that ends every read with a rollback."""
    rollbacks = counted(counters, "trans rollback count")
    commits = counted(counters, "trans commit count")
    started = counted(counters, "trans start count")
    for tenant_id, noted in rollbacks.items():
        committed = commits.get(tenant_id, 0)
        # Some 4.x count one ROLLBACK up to three times. No more can be undone than were started and not committed.
        undone = started.get(tenant_id, 0) - committed
        count = min(noted, undone) if tenant_id in started and undone >= 0 else noted
        total = count + committed
        if total >= limits.min_transactions_count:
            evidence: dict[str, Scalar] = {"rollbacks_count": count, "transactions_count": total}
            yield Measurement(tenant_name(tenant_id), 100 * count / total, evidence)
