"""Account, client and tenant of sessions and transactions, and counters by tenant."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence

from agent.facts.resources import Counter
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant


def account_of(session: Session) -> str:
    """Return ``user@host``. The host is that of the account: the client's address changes with every pod."""
    return f"{session.user}@{session.user_host}" if session.user_host else session.user


def client_of(session: Session) -> str:
    """Return the address of the client behind a proxy, otherwise of the peer, without the port."""
    return session.user_client_ip or session.host.rpartition(":")[0] or session.host


def in_one_tenant(session: Session, transaction: Transaction, tenants: Sequence[Tenant] | None) -> bool:
    """Return whether both may be of one tenant. Each tenant numbers its transactions, and sys sees those of all."""
    number = next((row.tenant_id for row in tenants or () if row.tenant_name == session.tenant), None)
    return None in (number, transaction.tenant_id) or number == transaction.tenant_id


def session_of(
    transaction: Transaction, sessions: Sequence[Session], tenants: Sequence[Tenant] | None
) -> Session | None:
    """Return the session of a transaction; None for the server's own and for branches that lost their session."""
    wanted = (transaction.tx_id, transaction.session_id)
    candidates = (item for item in sessions if item.trans_id == wanted[0] or item.id == wanted[1])
    return next((item for item in candidates if in_one_tenant(item, transaction, tenants)), None)


def counted(counters: tuple[Counter, ...], name: str) -> Tally[int]:
    """Return one counter by tenant, summed over servers."""
    sums: Tally[int] = Tally()
    for row in counters:
        if row.name == name:
            sums[row.con_id] += row.value
    return sums
