"""Whose a session or a transaction is, and counters by tenant."""

from __future__ import annotations

from collections import Counter as Tally

from agent.facts.resources import Counter
from agent.facts.sessions import Session, Transaction


def account_of(session: Session) -> str:
    """The account as ``user@host``: the host of the account, not the client's address, which changes with every pod."""
    return f"{session.user}@{session.user_host}" if session.user_host else session.user


def client_of(session: Session) -> str:
    """The address of the client behind a proxy, else of the peer; without the port."""
    return session.user_client_ip or session.host.rpartition(":")[0] or session.host


def session_of(transaction: Transaction, sessions: tuple[Session, ...]) -> Session | None:
    """The session that a transaction belongs to; None for the server's own and for branches that lost theirs."""
    wanted = (transaction.tx_id, transaction.session_id)
    return next((item for item in sessions if item.trans_id == wanted[0] or item.id == wanted[1]), None)


def counted(counters: tuple[Counter, ...], name: str) -> Tally[int]:
    """One counter by tenant, summed over servers."""
    sums: Tally[int] = Tally()
    for row in counters:
        if row.name == name:
            sums[row.con_id] += row.value
    return sums
