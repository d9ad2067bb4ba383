"""TXN003: statements that wait for locks."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    KernelCode,
    KernelRun,
    Measurement,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    tenant_name,
    unknown,
)
from agent.facts.sessions import LockWait, Transaction
from checks.transactions.origin import LOCKS_PAGE


@check(
    code="TXN003",
    name="transactions.lock_wait_long",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    since=(4, 2, 0, 0),
    title="Statements wait too long for a lock",
    consequence="Users wait for seconds, and then their requests fail.",
    finding="{resource}: a statement waiting for a lock has been running for {value} (limit {limit}); {waiters_count} "
    "transactions wait; transaction {holder_tx}, session {holder_session}, holds the lock.",
    remediation=Remediation(
        advice="Look at who holds the lock and why it does not commit: usually a long or idle "
        "transaction (TXN001 and TXN002 say how to end one), or many sessions that update one "
        "row. Commit earlier, update hot rows last, and give statements a lock timeout.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_PROCESSLIST WHERE TRANS_ID = {holder_tx_id};",
            "SELECT * FROM oceanbase.GV$OB_LOCKS WHERE REQUEST <> 'NONE' ORDER BY CTIME DESC;",
        ),
        no_rollback="The statements only read; no rollback is needed.",
        pre_check="Query again: the same transactions still wait.",
        post_check="No row remains in the result.",
        risk="Reading has no risk; ending the holder's session rolls its transaction back.",
        cases=(
            Case(
                "In this version GV$OB_LOCKS does not name the holder of this lock: look in "
                "GV$OB_TRANSACTION_PARTICIPANTS for what has been open for as long.",
                when=unknown("holder_tx_id"),
            ),
        ),
    ),
    sources=(
        LOCKS_PAGE,
        KernelCode("src/observer/virtual_table/ob_all_virtual_lock_wait_stat.cpp", "TIME_AFTER_RECV"),
        KernelRun("4.3.5.3", "a row lock that another session holds: ID1 and ID2 are the holder's"),
    ),
)
def lock_wait_long(waits: Rows[LockWait], transactions: Rows[Transaction] | None) -> Iterator[Measurement]:
    """A statement that waits for a row lock holds a worker thread or keeps retrying until ob_query_timeout or
    ob_trx_lock_timeout ends it. Waits of seconds mean that a transaction holds its locks far too long.

    The time counts from the arrival of the statement, including its execution before it met the lock.
    """
    for tenant_id in dict.fromkeys(row.tenant_id for row in waits):
        here = [row for row in waits if row.tenant_id == tenant_id]
        longest = max(here, key=lambda row: row.ctime)
        same = (row.holder_tx_id for row in here if row.trans_id == longest.trans_id)
        holder = next((tx_id for tx_id in same if tx_id), None)
        held = (item for item in transactions or () if (item.tenant_id, item.tx_id) == (tenant_id, holder))
        evidence: dict[str, Scalar] = {
            "waiters_count": len({row.trans_id for row in here}),
            "lock_types": ", ".join(sorted({row.type for row in here})),
            "holder_tx": str(holder or "-"),
            "holder_tx_id": str(holder) if holder else None,
            "holder_session": next((str(item.session_id) for item in held), "-"),
        }
        yield Measurement(tenant_name(tenant_id), longest.ctime / 1_000_000, evidence)
