"""TXN008: share of transactions that ran into their timeout."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, WebPage, check, params, tenant_name
from agent.facts.resources import Counter
from checks.transactions.origin import counted


@params
class TransactionTimeoutsParams(Params):
    min_transactions_count: int


@check(
    code="TXN008",
    name="transactions.transaction_timeouts",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Transactions run into their timeout",
    finding="{resource}: {value} of the transactions since the server started ran into their timeout "
    "({timeouts_count} of {transactions_count}; limit {limit}).",
    remediation=Remediation(
        advice="Find the transactions that end with error 4012 or 6210 and make them shorter: smaller batches, no "
        "waiting for other services inside, indexes for their statements. Raise ob_trx_timeout only for batches, in "
        "their session.",
        sql=(
            "SELECT SQL_ID, RET_CODE, COUNT(*) AS statements FROM oceanbase.GV$OB_SQL_AUDIT"
            " WHERE RET_CODE IN (-4012, -6210, -6212) GROUP BY SQL_ID, RET_CODE ORDER BY statements DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads.",
        pre_check="Compare ob_trx_timeout and ob_trx_idle_timeout with how long the application's transactions take.",
        post_check="The counter of timeouts stops growing.",
        risk="Reading the audit costs the tenant some CPU; do it outside the peak.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def transaction_timeouts(counters: Rows[Counter], limits: TransactionTimeoutsParams) -> Iterator[Measurement]:
    """A transaction that reaches ob_trx_timeout or ob_trx_idle_timeout is rolled back by the server, and the client
    learns it only with its next statement. The user has waited the longest possible time for nothing."""
    timeouts = counted(counters, "trans timeout count")
    started = counted(counters, "trans start count")
    for tenant_id, count in timeouts.items():
        total = started.get(tenant_id, 0)
        if total and total >= limits.min_transactions_count:
            evidence: dict[str, Scalar] = {"timeouts_count": count, "transactions_count": total}
            yield Measurement(tenant_name(tenant_id), 100 * count / total, evidence)
