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
    counted="timeouts_count",
    actor=Actor.CUSTOMER,
    title="Transactions exceed ob_trx_timeout",
    consequence="Users wait as long as possible, and then their transaction fails.",
    finding="{resource}: {value} of the transactions since the servers started had exceeded ob_trx_timeout at their "
    "next statement or COMMIT ({timeouts_count} of {transactions_count}; limit {limit}).",
    remediation=Remediation(
        advice="Find the transactions whose statements end with error 4012 or whose COMMIT ends with 6002, and "
        "shorten them: smaller batches, no waiting for other services, indexes for their statements. Raise "
        "ob_trx_timeout only for batches, in their session. In the SQL audit, -6210 stands for ob_trx_timeout and "
        "-6278 for ob_trx_idle_timeout, which this counter excludes.",
        sql=(
            "SELECT SQL_ID, RET_CODE, COUNT(*) AS statements FROM oceanbase.GV$OB_SQL_AUDIT"
            " WHERE RET_CODE IN (-6210, -6278) GROUP BY SQL_ID, RET_CODE ORDER BY statements DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Compare ob_trx_timeout and ob_trx_idle_timeout with how long the application's transactions take.",
        post_check="The counter of timeouts stops growing.",
        risk="Reading the SQL audit takes some CPU of the tenant; do it outside the peak.",
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
    """A transaction that reaches ob_trx_timeout is rolled back, and the client learns it only with its next statement
    or COMMIT. The user has waited for the longest possible time without a result.

    Transactions that the client rolls back or leaves after the timeout, and those that ob_trx_idle_timeout ends,
    are not counted: the share is a lower bound.
    """
    timeouts = counted(counters, "trans timeout count")
    started = counted(counters, "trans start count")
    for tenant_id, count in timeouts.items():
        total = started.get(tenant_id, 0)
        if total and total >= limits.min_transactions_count:
            evidence: dict[str, Scalar] = {"timeouts_count": count, "transactions_count": total}
            yield Measurement(tenant_name(tenant_id), 100 * count / total, evidence)
