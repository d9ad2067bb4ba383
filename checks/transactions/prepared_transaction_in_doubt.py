"""TXN009: transactions that were asked to commit or prepare and do not end."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, Measurement, Remediation, Rows, Scalar, Unit, check, known, one_of, tenant_name
from agent.facts.given import Build, Clock
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant
from checks.transactions.origin import (
    HUNG_PAGE,
    KILL_PAGE,
    PARTICIPANTS_PAGE,
    ROLES_PAGE,
    SESSIONS_PAGE,
    describe_session,
    require_tenants,
    session_of,
)


@check(
    code="TXN009",
    name="transactions.prepared_transaction_in_doubt",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Transaction hangs between prepare and commit",
    consequence="The rows stay locked even after a restart, and block other users.",
    finding="{resource}: transaction {tx_id} has been in state {state} for {value} (limit {limit}); session "
    "{session_id} on node {node}; hanging transactions: {in_doubt_count}.",
    remediation=Remediation(
        advice="First see whether a log stream has no leader or a disk is full: then no transaction can "
        "commit, and it ends by itself once that is fixed.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_TRANSACTION_PARTICIPANTS WHERE ROLE = 'LEADER' AND TX_ID = {tx_id};",
            "KILL {kill_id};",
            "XA ROLLBACK <xid of transaction {xa_tx_id}>;",
        ),
        no_rollback="A transaction that was ended by hand cannot be resumed.",
        pre_check="Each log stream has a leader in GV$OB_LOG_STAT. Compare the global ids with the transaction "
        "manager's log.",
        post_check="The query lists no old transactions.",
        risk="A decision against the transaction manager's log makes the databases inconsistent.",
        cases=(
            Case(
                "The XA transaction waits for its transaction manager: start that again and let "
                "it recover, for its log knows whether to commit. Only if it is lost for good, "
                "decide by hand for each branch, the same way in all databases that took part, "
                "with XA COMMIT or XA ROLLBACK in its tenant.",
                when=one_of("xa", "YES"),
            ),
            Case(
                "An ordinary transaction that still hangs is rolled back by ending its session: "
                "connect directly to the node that the finding names, not through ODP, where "
                "sessions have other ids.",
                when=known("kill_id"),
            ),
        ),
    ),
    sources=(HUNG_PAGE, PARTICIPANTS_PAGE, ROLES_PAGE, KILL_PAGE, SESSIONS_PAGE),
)
def prepared_transaction_in_doubt(
    transactions: Rows[Transaction],
    sessions: Rows[Session] | None,
    tenants: Rows[Tenant] | None,
    builds: Rows[Build],
    clock: Rows[Clock],
) -> Iterator[Measurement]:
    """A transaction commits in two phases, and keeps its locks between them, through restarts and timeouts. Normally
    that takes milliseconds; if it stays there, it waits for a log stream that cannot write or, in XA, for the
    transaction manager. It may not belong to any session, so the session list does not show it."""
    require_tenants(tenants, builds)
    hung: dict[tuple[int | None, int], list[Transaction]] = {}
    for item in transactions:
        if item.is_committing:
            hung.setdefault((item.tenant_id, item.tx_id), []).append(item)
    for (tenant_id, tx_id), parts in hung.items():
        # The request to commit is the last that one of its parts received; the age says when it began to write.
        moments = [moment for part in parts if (moment := part.last_request_time or part.ctx_create_time)]
        if moments:
            evidence: dict[str, Scalar] = {
                **describe_session(parts[0], session_of(parts[0], sessions or (), tenants)),
                "in_doubt_count": len(hung),
                "state": parts[0].state,
                "xa": "YES" if parts[0].is_xa else "?" if parts[0].formatid is None else "NO",
            }
            waiting_s = (clock[0].as_of - max(moments)).total_seconds()
            yield Measurement(tenant_name(tenant_id), waiting_s, evidence, str(tx_id))
