"""Whose a session or a transaction is, and counters by tenant."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence

from agent.facts.resources import Counter
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant


def account_of(session: Session) -> str:
    """The account as ``user@host``: the host of the account, not the client's address, which changes with every pod."""
    return f"{session.user}@{session.user_host}" if session.user_host else session.user


def client_of(session: Session) -> str:
    """The address of the client behind a proxy, else of the peer; without the port."""
    return session.user_client_ip or session.host.rpartition(":")[0] or session.host


def in_one_tenant(session: Session, transaction: Transaction, tenants: Sequence[Tenant] | None) -> bool:
    """Whether they may belong together: each tenant numbers its transactions, and sys sees those of all."""
    number = next((row.tenant_id for row in tenants or () if row.tenant_name == session.tenant), None)
    return None in (number, transaction.tenant_id) or number == transaction.tenant_id


def session_of(
    transaction: Transaction, sessions: Sequence[Session], tenants: Sequence[Tenant] | None
) -> Session | None:
    """The session that a transaction belongs to; None for the server's own and for branches that lost theirs."""
    wanted = (transaction.tx_id, transaction.session_id)
    candidates = (item for item in sessions if item.trans_id == wanted[0] or item.id == wanted[1])
    return next((item for item in candidates if in_one_tenant(item, transaction, tenants)), None)


def counted(counters: tuple[Counter, ...], name: str) -> Tally[int]:
    """One counter by tenant, summed over servers."""
    sums: Tally[int] = Tally()
    for row in counters:
        if row.name == name:
            sums[row.con_id] += row.value
    return sums
