"""TXN002: sessions that sleep with uncommitted changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from agent.api import Actor, Case, DocPage, Measurement, Remediation, Rows, Unit, check, known
from agent.facts.given import Build
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant
from checks.transactions.origin import (
    KILL_PAGE,
    PARTICIPANTS_PAGE,
    SESSIONS_PAGE,
    VARIABLE_PAGES,
    account_of,
    describe_session,
    in_one_tenant,
    require_hosts,
    require_tenants,
)


@check(
    code="TXN002",
    name="transactions.idle_in_transaction",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Session idle with uncommitted changes",
    consequence="Other users wait until they time out, and the cause shows elsewhere.",
    finding="{resource}: session {session_id} on node {node}, from {client}, has done nothing for {value} inside a "
    "transaction that holds locks (limit {limit}); such sessions: {idle_count}.",
    remediation=Remediation(
        advice="Commit or roll back before the application waits for anything else: a user, another "
        "service, the connection pool. As a net below, let the server end idle transactions by "
        "ob_trx_idle_timeout (microseconds, at least 100 s).",
        sql=("KILL {kill_id};",),
        no_rollback="Ending a session rolls its transaction back; the work must be done again.",
        pre_check="Check the session in GV$OB_PROCESSLIST: COMMAND is still Sleep and TRANS_ID has not changed. "
        "Ending a session of another account needs the privilege SUPER.",
        post_check="No sleeping session has a transaction in GV$OB_TRANSACTION_PARTICIPANTS.",
        risk="All uncommitted changes of the session are lost; rolling back a large transaction takes time.",
        cases=(
            Case(
                "To end the session, connect directly to the node that the finding names, not "
                "through ODP, where sessions have other ids.",
                when=known("kill_id"),
            ),
            Case("The XA transaction is for its transaction manager to end.", when=known("xa_tx_id")),
        ),
    ),
    sources=(
        DocPage("600.manage/1000.troubleshooting/600.transaction/500.idle-transaction.md"),
        DocPage(f"{VARIABLE_PAGES}/9500.ob_trx_idle_timeout-global.md"),
        PARTICIPANTS_PAGE,
        KILL_PAGE,
        SESSIONS_PAGE,
    ),
)
def idle_in_transaction(
    sessions: Rows[Session], transactions: Rows[Transaction], tenants: Rows[Tenant] | None, builds: Rows[Build]
) -> Iterator[Measurement]:
    """A client that did not commit, or waits for something else inside a transaction, keeps its row locks while idle.
    Other sessions that need these rows wait until they time out, and the problem shows there, not at its origin."""
    require_tenants(tenants, builds)
    writing: defaultdict[int, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        writing[transaction.tx_id].append(transaction)
    idle = [
        (session, held[0])
        for session in sessions
        if session.command == "Sleep" and session.trans_id
        if (held := [item for item in writing[session.trans_id] if in_one_tenant(session, item, tenants)])
    ]
    names = [account_of(session, builds) for session, _ in idle]
    count_of = Counter(names)
    for number, ((session, held_open), account) in enumerate(zip(idle, names, strict=True)):
        evidence = {**describe_session(held_open, session), "idle_count": count_of[account]}
        yield Measurement(account, session.time, evidence, str(number))
    require_hosts([session for session, _ in idle], builds)
