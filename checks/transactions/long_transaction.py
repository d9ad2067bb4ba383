"""TXN001: transactions that have been open for long."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, WebPage, check, tenant_name
from agent.facts.given import Build, Clock
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant
from checks.transactions.origin import account_of, client_of, require_hosts, require_tenants, session_of


@check(
    code="TXN001",
    name="transactions.long_transaction",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Transaction open for long",
    finding="{resource}: a transaction has been open for {value} (limit {limit}); session {session_id} from {client}.",
    remediation=Remediation(
        advice="Find out in the application why the transaction is not committed, and commit in smaller steps. If "
        "nobody needs it any more, end its session; set ob_trx_timeout so that the next one ends by itself.",
        sql=(
            "SELECT ID, USER, USER_CLIENT_IP, COMMAND, TIME, INFO FROM oceanbase.GV$OB_PROCESSLIST WHERE TRANS_ID = "
            "{tx_id};",
            "KILL {session_id};",
        ),
        no_rollback="A killed session rolls its transaction back; the work has to be done again.",
        pre_check="Ask the owner of the application whether the transaction is a batch that must finish.",
        post_check="The transaction is gone from GV$OB_TRANSACTION_PARTICIPANTS.",
        risk="All uncommitted changes of the session are lost; rolling a large transaction back takes time.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def long_transaction(
    transactions: Rows[Transaction],
    sessions: Rows[Session],
    tenants: Rows[Tenant] | None,
    builds: Rows[Build],
    clock: Rows[Clock],
) -> Iterator[Measurement]:
    """An open transaction keeps its row locks, and its log cannot be recycled before it ends. The longer it lives, the
    more statements wait for it, and the longer a restart or a change of leader takes."""
    require_tenants(tenants, builds)
    for number, item in enumerate(transactions):
        if item.ctx_create_time is None:
            continue
        session = session_of(item, sessions, tenants)
        yield Measurement(
            account_of(session, builds) if session else tenant_name(item.tenant_id),
            (clock[0].as_of - item.ctx_create_time).total_seconds(),
            {
                "session_id": str(session.id if session else item.session_id),
                "tx_id": str(item.tx_id),
                "client": client_of(session) if session else "-",
                "log_bytes": item.pending_log_size + item.flushed_log_size,
            },
            str(number),
        )
    require_hosts([held for item in transactions if (held := session_of(item, sessions, tenants))], builds)
