"""TXN008: share of transactions whose statement or COMMIT met ob_trx_timeout."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
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
from checks.transactions.origin import COUNTERS_PAGE, VARIABLE_PAGES, counted


@params
class TransactionTimeoutsParams(Params):
    min_transactions_count: int


@check(
    code="TXN008",
    name="transactions.transaction_timeouts",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Transactions run into ob_trx_timeout",
    finding="{resource}: {value} of the transactions since the servers started were over ob_trx_timeout when their "
    "next statement or COMMIT came ({timeouts_count} of {transactions_count}; limit {limit}).",
    remediation=Remediation(
        advice="Find the transactions whose statements end with error 4012 or whose COMMIT ends with 6002, and make "
        "them shorter: smaller batches, no waiting for other services inside, indexes for their statements. Raise "
        "ob_trx_timeout only for batches, in their session. The audit has -6210 for ob_trx_timeout and -6278 for "
        "ob_trx_idle_timeout, which the counter leaves out.",
        sql=(
            "SELECT SQL_ID, RET_CODE, COUNT(*) AS statements FROM oceanbase.GV$OB_SQL_AUDIT"
            " WHERE RET_CODE IN (-6210, -6278) GROUP BY SQL_ID, RET_CODE ORDER BY statements DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads.",
        pre_check="Compare ob_trx_timeout and ob_trx_idle_timeout with how long the application's transactions take.",
        post_check="The counter of timeouts stops growing.",
        risk="Reading the audit costs the tenant some CPU; do it outside the peak.",
    ),
    sources=(
        DocPage(f"{VARIABLE_PAGES}/9700.ob_trx_timeout-global.md"),
        COUNTERS_PAGE,
        KernelCode("src/storage/tx/ob_tx_api.cpp", "TX_STAT_TIMEOUT_INC"),
        KernelRun(
            "4.3.5.3", "expired transactions: counted at a statement and at COMMIT, not at ROLLBACK or when idle"
        ),
    ),
)
def transaction_timeouts(counters: Rows[Counter], limits: TransactionTimeoutsParams) -> Iterator[Measurement]:
    """A transaction that reaches ob_trx_timeout is rolled back by the server, and the client learns it only with its
    next statement or COMMIT. The user has waited the longest possible time for nothing. One that is rolled back or left
    before its client asks again is not counted, nor is one that ob_trx_idle_timeout ends: the share is a lower bound.
    """
    timeouts = counted(counters, "trans timeout count")
    started = counted(counters, "trans start count")
    for tenant_id, count in timeouts.items():
        total = started.get(tenant_id, 0)
        if total and total >= limits.min_transactions_count:
            evidence: dict[str, Scalar] = {"timeouts_count": count, "transactions_count": total}
            yield Measurement(tenant_name(tenant_id), 100 * count / total, evidence)
