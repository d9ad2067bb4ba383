"""TXN001: transactions that have been open for long."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, Measurement, Remediation, Rows, Unit, check, known, tenant_name, unknown
from agent.facts.given import Build, Clock
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant
from checks.transactions.origin import (
    KILL_PAGE,
    LONG_PAGE,
    PARTICIPANTS_PAGE,
    ROLES_PAGE,
    SESSIONS_PAGE,
    account_of,
    describe_session,
    require_hosts,
    require_tenants,
    session_of,
)


@check(
    code="TXN001",
    name="transactions.long_transaction",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Transaction open for too long",
    consequence="Others wait for its locks, and memory cannot be released.",
    finding="{resource}: transaction {tx_id} has been open for {value} (limit {limit}); session {session_id} on node "
    "{node}, from {client}.",
    remediation=Remediation(
        advice="Find out in the application why the transaction is not committed, and commit in smaller "
        "steps. Set ob_trx_timeout so that the next one ends by itself.",
        sql=(
            "SELECT ID, USER, USER_CLIENT_IP, COMMAND, TIME, INFO FROM oceanbase.GV$OB_PROCESSLIST WHERE TRANS_ID = "
            "{tx_id};",
            "KILL {kill_id};",
            "SELECT TX_ID, STATE, FORMATID, GLOBALID, BRANCHID FROM oceanbase.GV$OB_TRANSACTION_PARTICIPANTS WHERE "
            "TX_ID = {xa_tx_id};",
            "XA ROLLBACK <xid of transaction {xa_tx_id}>;",
        ),
        no_rollback="Ending a session rolls its transaction back; the work must be done again.",
        pre_check="Ask the owner of the application whether the transaction is a batch that must finish. Ending a "
        "session of another account needs the privilege SUPER.",
        post_check="The transaction is gone from GV$OB_TRANSACTION_PARTICIPANTS.",
        risk="All uncommitted changes of the session are lost; rolling back a large transaction takes time.",
        cases=(
            Case(
                "To end the session, connect directly to the node that the finding names, not "
                "through ODP, where sessions have other ids.",
                when=known("kill_id"),
            ),
            Case(
                "The XA transaction is rolled back with XA ROLLBACK in its tenant, once its "
                "transaction manager has been asked.",
                when=known("xa_tx_id"),
            ),
            Case(
                "A transaction without a session is the server's own, and cannot be ended by KILL.",
                when=unknown("kill_id", "xa_tx_id"),
            ),
        ),
    ),
    sources=(LONG_PAGE, ROLES_PAGE, PARTICIPANTS_PAGE, KILL_PAGE, SESSIONS_PAGE),
)
def long_transaction(
    transactions: Rows[Transaction],
    sessions: Rows[Session],
    tenants: Rows[Tenant] | None,
    builds: Rows[Build],
    clock: Rows[Clock],
) -> Iterator[Measurement]:
    """An open transaction keeps its row locks, and the memtables it wrote to cannot be released before it ends. The
    longer it lasts, the more statements wait for it.

    A transaction that is committing but does not end is reported by TXN009.
    """
    require_tenants(tenants, builds)
    for number, item in enumerate(transactions):
        if item.ctx_create_time is None or item.is_committing:
            continue
        session = session_of(item, sessions, tenants)
        yield Measurement(
            account_of(session, builds) if session else tenant_name(item.tenant_id),
            (clock[0].as_of - item.ctx_create_time).total_seconds(),
            {**describe_session(item, session), "log_bytes": item.pending_log_size + item.flushed_log_size},
            str(number),
        )
    require_hosts([held for item in transactions if (held := session_of(item, sessions, tenants))], builds)
