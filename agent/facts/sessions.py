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
    sql_port: int | None = None
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


# States between the request to commit or prepare and its end. Some versions cut the column to nine characters.
_HANGING = ("REDO", "PREPARE", "PRECOMMIT")


@source(
    "oceanbase.GV$OB_TRANSACTION_PARTICIPANTS",
    DataClass.STATISTICS,
    where="ROLE = 'LEADER'",  # followers replay the same transaction: its log would be counted once for each replica
    order_by="CTX_CREATE_TIME, TX_ID",
    limit=2000,
)
class Transaction:
    """One participant of a live transaction; one transaction has one per log stream it touches. Sizes in bytes.

    ``scheduler_addr`` is the server of its session. ``formatid`` is -1 and ``globalid`` empty where it is no XA
    transaction; both are None in versions that do not tell.
    """

    svr_ip: str | None = None
    tenant_id: int | None = None
    session_id: int
    scheduler_addr: str | None = None
    tx_id: int
    ls_id: int | None = None
    ctx_create_time: datetime | None
    state: str
    pending_log_size: int
    flushed_log_size: int
    last_request_time: datetime | None
    formatid: int | None = None
    globalid: str | None = None

    @property
    def is_xa(self) -> bool:
        """Whether a transaction manager outside decides how it ends."""
        return bool(self.globalid) or self.formatid not in (None, -1)

    @property
    def is_committing(self) -> bool:
        """Whether it was asked to commit or prepare, and has not ended yet."""
        return self.state.startswith(_HANGING)


@source("oceanbase.GV$OB_LOCKS", DataClass.STATISTICS, where="REQUEST <> 'NONE'", limit=2000)
class LockWait:
    """One lock that is waited for; ``ctime`` in microseconds since the waiting request arrived.

    The view has two layouts. With the column ID3, ID1 is the transaction that holds the lock and ID3 is the tablet with
    the row's key; before, ID1 of a row lock is the tablet. Never the key: it holds values.
    """

    svr_ip: str | None = None
    tenant_id: int | None = None
    trans_id: int
    type: str
    id1: int
    row_tablet: str | None = expr("COALESCE(SUBSTRING_INDEX(ID3, '-', 1), '')", default=None)  # None: no ID3
    request: str
    ctime: int

    @property
    def holder_tx_id(self) -> int | None:
        """The transaction that holds the lock; None where this row of the view does not tell."""
        return self.id1 if self.row_tablet is not None or self.type == "TX" else None

    @property
    def place(self) -> str:
        """What is waited for: the tablet of a row, otherwise the table or the transaction."""
        return f"{self.type} {self.row_tablet or self.id1}"


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
