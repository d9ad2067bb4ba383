"""Servers and zones (sys only), where replicas live, what moves between servers, and what operators left behind."""

from __future__ import annotations

from datetime import datetime

from agent.facts import expr, source
from agent.model.naming import Named
from agent.model.terms import DataClass


@source(
    "oceanbase.DBA_OB_SERVERS",
    DataClass.STATISTICS,
    from_sql="{DBA_OB_SERVERS} s LEFT JOIN {GV$OB_SERVERS} g ON g.SVR_IP = s.SVR_IP AND g.SVR_PORT = s.SVR_PORT",
    also_reads=("oceanbase.GV$OB_SERVERS",),
    order_by="s.ID",
)
class Server:
    """One server of the cluster, for sys. What is below ``last_offline_time`` is None where the server does not answer.

    CPU in cores, sizes in bytes; ``cpu_assigned_max`` is the sum of the units' MAX_CPU.
    """

    id: int = expr("s.ID")
    zone: str = expr("s.ZONE")
    status: str = expr("s.STATUS")
    build_version: str = expr("s.BUILD_VERSION")
    create_time: datetime | None = expr("s.CREATE_TIME")
    start_service_time: datetime | None = expr("s.START_SERVICE_TIME")
    stop_time: datetime | None = expr("s.STOP_TIME")
    last_offline_time: datetime | None = expr("s.LAST_OFFLINE_TIME", default=None)
    cpu_capacity: float | None = expr("g.CPU_CAPACITY")
    cpu_assigned_max: float | None = expr("g.CPU_ASSIGNED_MAX")
    mem_capacity: int | None = expr("g.MEM_CAPACITY")
    mem_assigned: int | None = expr("g.MEM_ASSIGNED")
    log_disk_capacity: int | None = expr("g.LOG_DISK_CAPACITY")
    log_disk_in_use: int | None = expr("g.LOG_DISK_IN_USE")
    data_disk_capacity: int | None = expr("g.DATA_DISK_CAPACITY")
    data_disk_in_use: int | None = expr("g.DATA_DISK_IN_USE")
    data_disk_health_status: str | None = expr("g.DATA_DISK_HEALTH_STATUS")

    @property
    def name(self) -> Named:
        """The stable name: the cluster's own number, because addresses change."""
        return Named("server {server} ({zone})", server=str(self.id), zone=self.zone)


@source("oceanbase.DBA_OB_ZONES", DataClass.STATISTICS, order_by="ZONE")
class Zone:
    """One zone of the cluster, for sys."""

    zone: str
    status: str


@source(
    "oceanbase.DBA_OB_LS_LOCATIONS",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_LS_LOCATIONS",
    order_by="LS_ID, SVR_IP, SVR_PORT",
    limit=20000,
)
class Location:
    """One replica of a log stream as its server reports it; only a leader has a list of members.

    ``rebuild`` is ``TRUE`` while the replica is copied anew because the log that it lacks is gone.
    """

    tenant_id: int | None = None
    ls_id: int
    svr_ip: str
    svr_port: int
    zone: str
    role: str
    member_list: str | None
    replica_type: str
    rebuild: str | None = None


@source("oceanbase.V$OB_LS_LOG_RESTORE_STATUS", DataClass.STATISTICS, order_by="TENANT_ID, LS_ID")
class LogRestore:
    """How a log stream of a standby receives the log; ``sync_status`` is ``NORMAL`` while it does. Never its comment,
    which may name accounts and addresses."""

    tenant_id: int | None = None
    ls_id: int | None = None
    sync_status: str
    err_code: int


@source(
    "oceanbase.DBA_OB_BALANCE_JOBS",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_BALANCE_JOBS",
    order_by="CREATE_TIME, JOB_ID",
)
class BalanceJob:
    """The balancing that a tenant is doing now."""

    tenant_id: int | None = None
    job_id: int
    create_time: datetime | None
    balance_strategy: str
    status: str


@source(
    "oceanbase.DBA_OB_TRANSFER_TASK_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_TRANSFER_TASK_HISTORY",
    where="STATUS = 'FAILED'",
    order_by="CREATE_TIME DESC, TASK_ID DESC",
    limit=2000,
)
class FailedTransfer:
    """One move of partitions between log streams that failed; the newest two thousand."""

    tenant_id: int | None = None
    task_id: int
    create_time: datetime | None
    result: int | None


@source(
    "oceanbase.DBA_OB_TENANT_EVENT_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_TENANT_EVENT_HISTORY",
    where="RET_CODE <> 0",
    order_by="happened DESC",
    limit=2000,
)
class FailedOperation:
    """One operation on the tenant that ended with an error (switch-over, log mode, ...); the newest two thousand."""

    tenant_id: int | None = None
    happened: datetime = expr("`TIMESTAMP`")
    module: str
    event: str
    ret_code: int


@source("oceanbase.DBA_OB_CONCURRENT_LIMIT_SQL", DataClass.SETTINGS, order_by="DATABASE_NAME, OUTLINE_NAME")
class ThrottlingRule:
    """An outline that limits how often a statement may run at once; 0 refuses it. Never its text: it holds literals."""

    database_name: str
    outline_name: str
    create_time: datetime | None
    concurrent_num: int


@source("oceanbase.DBA_OB_OUTLINES", DataClass.SETTINGS, order_by="DATABASE_NAME, OUTLINE_NAME")
class Outline:
    """An outline of a statement, throttling rules among them. Never its text, which holds literals."""

    database_name: str
    outline_name: str
    create_time: datetime | None
