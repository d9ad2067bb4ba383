"""Sessions, transactions, locks and deadlocks."""

from __future__ import annotations

from datetime import datetime

from agent.facts import Privilege, expr, source
from agent.model.terms import DataClass


@source(
    "oceanbase.GV$OB_PROCESSLIST",
    DataClass.STATISTICS,
    where="ID <> CONNECTION_ID()",
    order_by="TOTAL_TIME DESC, ID",
    limit=5000,
    requires=Privilege.PROCESS,
)
class Session:
    """One session other than our own; times in seconds. Without PROCESS only own sessions would be listed.

    ``host`` is the peer with its port, ``user_host`` the host part of the account that logged in, ``tenant`` a name.
    """

    svr_ip: str | None = None
    id: int
    tenant: str | None = None
    user: str
    host: str
    user_host: str | None = None
    user_client_ip: str | None = None
    db: str | None = None
    command: str
    time: float
    total_time: float
    state: str | None = None
    trans_id: int
    ssl_cipher: str | None = None


@source(
    "oceanbase.GV$OB_PROCESSLIST",
    DataClass.STATISTICS,
    where="ID <> CONNECTION_ID()",
    group_by="SVR_IP, SVR_PORT",
    order_by="sessions DESC",
    limit=1000,
    requires=Privilege.PROCESS,
)
class SessionCount:
    """Sessions other than our own on one server, counted there because a list of them may be cut."""

    svr_ip: str | None = expr("SVR_IP", default=None)
    svr_port: int | None = expr("SVR_PORT", default=None)
    sessions: int = expr("COUNT(*)")


@source(
    "oceanbase.GV$OB_TRANSACTION_PARTICIPANTS",
    DataClass.STATISTICS,
    order_by="CTX_CREATE_TIME, TX_ID",
    limit=2000,
)
class Transaction:
    """One participant of a live transaction; one transaction has one per log stream it touches. Sizes in bytes."""

    svr_ip: str | None = None
    tenant_id: int | None = None
    session_id: int
    tx_id: int
    ls_id: int | None = None
    ctx_create_time: datetime | None
    state: str
    pending_log_size: int
    flushed_log_size: int
    last_request_time: datetime | None
    globalid: str | None = None


@source("oceanbase.GV$OB_LOCKS", DataClass.STATISTICS, where="REQUEST <> 'NONE'", limit=2000)
class LockWait:
    """One lock that is waited for; ``ctime`` in microseconds."""

    svr_ip: str | None = None
    tenant_id: int | None = None
    trans_id: int
    type: str
    id1: int
    request: str
    ctime: int


@source(
    "oceanbase.DBA_OB_DEADLOCK_EVENT_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_DEADLOCK_EVENT_HISTORY",
    group_by="TENANT_ID, EVENT_ID",
    order_by="report_time DESC, EVENT_ID",
    limit=1000,
)
class Deadlock:
    """One deadlock that the detector broke; the newest thousand."""

    tenant_id: int | None = expr("TENANT_ID", default=None)
    event_id: int = expr("EVENT_ID")
    report_time: datetime = expr("MAX(REPORT_TIME)")
    cycle_size: int = expr("MAX(CYCLE_SIZE)")
