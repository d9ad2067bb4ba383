"""Account, client, tenant and node of sessions and transactions, counters by tenant, and pages of the documentation."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence

from agent.api import DocPage, Named, NotAssessed, ResourceName, Rows, Scalar, TenantKind, name_account
from agent.facts.given import Build
from agent.facts.resources import Counter
from agent.facts.sessions import Session, Transaction
from agent.facts.settings import Tenant

_VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode/300.performance-view-of-mysql-mode"
_TROUBLES = "600.manage/1000.troubleshooting/600.transaction"
_PROXY = "700.reference/1200.database-proxy"
VARIABLE_PAGES = (
    "700.reference/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable"
)
LONG_PAGE = DocPage(f"{_TROUBLES}/300.long-transaction.md")
HUNG_PAGE = DocPage(f"{_TROUBLES}/400.hung-transaction.md")
ROLES_PAGE = DocPage(f"{_TROUBLES}/100.transaction-troubleshoot-overview.md")
PARTICIPANTS_PAGE = DocPage(f"{_VIEWS}/4500.gv-ob_transaction_participants-of-mysql-mode.md")
LOCKS_PAGE = DocPage(f"{_VIEWS}/6000.gv_ob_locks-of-mysql-mode.md")
COUNTERS_PAGE = DocPage(f"{_VIEWS}/5600.gv-sysstat-of-mysql-mode.md")
SESSIONS_PAGE = DocPage(f"{_PROXY}/1500.view-tenant-sessions.md")
KILL_PAGE = DocPage(f"{_PROXY}/1600.terminate-a-tenant-session.md")


def account_of(session: Session, builds: Rows[Build]) -> ResourceName:
    """Return ``user@host``, for sys with the tenant, because it sees the sessions of all tenants.

    The host is that of the account: the client's address changes with every pod.
    """
    account = name_account(session.user, session.user_host or "")
    if session.tenant is None or builds[0].tenant_kind is not TenantKind.SYS:
        return account
    return Named("{account} of tenant {tenant}", account=account, tenant=session.tenant).formerly(account.former)


def require_hosts(named: Sequence[Session], builds: Rows[Build]) -> None:
    """Raise NotAssessed if nothing tells the hosts of these accounts, or for sys their tenants. A check calls it last.

    Without them the name of an account is not the one of an earlier assessment, so nothing of that can be resolved.
    """
    if any(session.user_host is None for session in named):
        raise NotAssessed("The host of the sessions' accounts cannot be read, so earlier findings cannot be verified.")
    if _is_sys(builds) and any(session.tenant is None for session in named):
        raise NotAssessed("The tenant of the sessions cannot be read, so earlier findings cannot be verified.")


def require_tenants(tenants: Sequence[Tenant] | None, builds: Rows[Build]) -> None:
    """Raise NotAssessed if sys cannot tell which number each tenant has: any session could be anybody's."""
    if not tenants and _is_sys(builds):
        raise NotAssessed("The tenants cannot be read, so it is not known which session a transaction belongs to.")


def _is_sys(builds: Rows[Build]) -> bool:
    return builds[0].tenant_kind is TenantKind.SYS


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
    """Return the session of a transaction; None for the server's own and for branches that lost their session.

    Behind a proxy several sessions carry the number of one transaction: the one that began it is preferred.
    """
    wanted = (transaction.tx_id, transaction.session_id)
    candidates = [item for item in sessions if item.trans_id == wanted[0] or item.id == wanted[1]]
    candidates.sort(key=lambda item: (item.trans_id != wanted[0], item.id != wanted[1]))
    return next((item for item in candidates if in_one_tenant(item, transaction, tenants)), None)


def describe_session(transaction: Transaction, session: Session | None) -> dict[str, Scalar]:
    """Return evidence that names a transaction, its session and the node where both are.

    ``kill_id`` is None where KILL is not the way: the server's own transactions have no session, and how an XA
    transaction ends is for its transaction manager to say; then ``xa_tx_id`` is its number.
    """
    node = (transaction.scheduler_addr or "-").strip('"')
    if session and session.svr_ip and session.sql_port:
        host = f"[{session.svr_ip}]" if ":" in session.svr_ip else session.svr_ip
        node = f"{host}:{session.sql_port}"
    return {
        "tx_id": str(transaction.tx_id),
        "session_id": str(session.id) if session else "-",
        "client": client_of(session) if session else "-",
        "node": node,
        "kill_id": str(session.id) if session and not transaction.is_xa else None,
        "xa_tx_id": str(transaction.tx_id) if transaction.is_xa else None,
    }


def counted(counters: tuple[Counter, ...], name: str) -> Tally[int]:
    """Return one counter by tenant, summed over servers."""
    sums: Tally[int] = Tally()
    for row in counters:
        if row.name == name:
            sums[row.con_id] += row.value
    return sums
