"""TXN003: statements that wait for locks."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, WebPage, check, tenant_name
from agent.facts.sessions import LockWait


@check(
    code="TXN003",
    name="transactions.lock_wait_long",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Statements wait long for a lock",
    finding="{resource}: the longest wait for a lock has lasted {value} (limit {limit}); waiting transactions: "
    "{waiters_count}.",
    remediation=Remediation(
        advice="Look at who holds the lock and why it does not commit: usually a long or idle transaction, or many "
        "sessions that update one row. Commit earlier, update hot rows last, and give statements a lock timeout.",
        sql=("SELECT * FROM oceanbase.GV$OB_LOCKS WHERE REQUEST <> 'NONE' ORDER BY CTIME DESC;",),
        no_rollback="The statement only reads.",
        pre_check="Repeat the query: the same transactions still wait.",
        post_check="The query returns no row that stays.",
        risk="None by reading; ending the holder's session rolls its transaction back.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def lock_wait_long(waits: Rows[LockWait]) -> Iterator[Measurement]:
    """A statement that waits for a row lock holds a worker thread or keeps retrying until ob_query_timeout or
    ob_trx_lock_timeout ends it. Waits of seconds mean that a transaction holds its locks far longer than it should."""
    for tenant_id in {row.tenant_id for row in waits}:
        here = [row for row in waits if row.tenant_id == tenant_id]
        yield Measurement(
            tenant_name(tenant_id),
            max(row.ctime for row in here) / 1_000_000,
            {
                "waiters_count": len({row.trans_id for row in here}),
                "lock_types": ", ".join(sorted({row.type for row in here})),
            },
        )
