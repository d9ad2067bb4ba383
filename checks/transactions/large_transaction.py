"""TXN005: transactions with much uncommitted log, against the memstore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, check, params, tenant_name
from agent.facts.given import Build
from agent.facts.resources import Memstore
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant
from checks.transactions.origin import (
    PARTICIPANTS_PAGE,
    ROLES_PAGE,
    account_of,
    client_of,
    require_hosts,
    require_tenants,
    session_of,
)


@params
class LargeTransactionParams(Params):
    min_log_bytes: int


@check(
    code="TXN005",
    name="transactions.large_transaction",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Uncommitted transaction too large for the tenant",
    consequence="All other writes become slow, and a recovery takes long.",
    finding="{resource}: an uncommitted transaction has written {log_bytes} of log, {value} of the memstore limit "
    "{memstore_bytes} (limit {limit}); session {session_id} from {client}.",
    remediation=Remediation(
        advice="Split the batch into steps of some thousand rows and commit each, or use direct load. Let the running "
        "transaction finish if possible: rolling it back takes about as long as it has run.",
        sql=("SELECT ID, USER, USER_CLIENT_IP, TIME, INFO FROM oceanbase.GV$OB_PROCESSLIST WHERE TRANS_ID = {tx_id};",),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Compare the free memstore with what the batch still has to write.",
        post_check="The transaction is gone and MEMSTORE_USED falls after the next freeze.",
        risk="Reading has no risk; ending the session starts a rollback of the same size.",
    ),
    sources=(PARTICIPANTS_PAGE, ROLES_PAGE),
)
def large_transaction(
    transactions: Rows[Transaction],
    sessions: Rows[Session],
    memstore: Rows[Memstore],
    tenants: Rows[Tenant] | None,
    builds: Rows[Build],
    *,
    limits: LargeTransactionParams,
) -> Iterator[Measurement]:
    """Everything that a transaction writes goes through the memstore and the log. A single transaction that takes a
    large part of the memstore causes freezes and write throttling, makes recovery long, and affects all other
    writes."""
    require_tenants(tenants, builds)
    limits_of: dict[int | None, list[int]] = defaultdict(list)
    for row in memstore:
        if row.memstore_limit > 0:
            limits_of[row.tenant_id].append(row.memstore_limit)
    for tenant_id, tx_id in dict.fromkeys((item.tenant_id, item.tx_id) for item in transactions):
        parts = [item for item in transactions if (item.tenant_id, item.tx_id) == (tenant_id, tx_id)]
        log_bytes = sum(item.pending_log_size + item.flushed_log_size for item in parts)
        smallest = min(limits_of[tenant_id] or limits_of[None], default=0)
        if not smallest or log_bytes < limits.min_log_bytes:
            continue
        session = session_of(parts[0], sessions, tenants)
        yield Measurement(
            account_of(session, builds) if session else tenant_name(tenant_id),
            100 * log_bytes / smallest,
            {
                "log_bytes": log_bytes,
                "memstore_bytes": smallest,
                "session_id": str(session.id) if session else "-",
                "tx_id": str(tx_id),
                "client": client_of(session) if session else "-",
            },
            f"{tenant_id} {tx_id}",
        )
    require_hosts([held for item in transactions if (held := session_of(item, sessions, tenants))], builds)
