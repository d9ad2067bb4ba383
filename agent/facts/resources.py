"""The tenant's units, memory and counters."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from agent.facts import CostClass, expr, source
from agent.model.terms import DataClass

# Counters since server start that checks use; GV$SYSSTAT has some 760 more.
COUNTERS = (
    "sql select count", "sql insert count", "sql replace count", "sql update count", "sql delete count",
    "sql select time", "sql insert time", "sql replace time", "sql update time", "sql delete time",
    "sql local count", "sql remote count", "sql distributed count", "sql fail count",
    "trans start count", "trans commit count", "trans rollback count", "trans timeout count",
    "max cpus", "cpu usage", "min cpus", "memory usage", "max memory size", "worker time", "cpu time",
    "block cache hit", "block cache miss",
)  # fmt: skip


@source("oceanbase.GV$OB_UNITS", DataClass.STATISTICS)
class ResourceUnit:
    """One resource unit of the tenant. CPU in cores, sizes in bytes; user tenants do not see the size of the disk.

    To sys the part of a unit that its META tenant takes is a row of its own, without cores.
    """

    svr_ip: str | None = None
    svr_port: int | None = None
    tenant_id: int | None = None
    zone: str | None = None
    max_cpu: float | None
    min_cpu: float | None = None
    memory_size: int
    log_disk_size: int
    log_disk_in_use: int
    data_disk_in_use: int | None
    data_disk_size: int | None = None
    create_time: datetime | None = None


@source("oceanbase.GV$OB_MEMSTORE", DataClass.STATISTICS)
class Memstore:
    """Memstore of one tenant on one server, bytes; writes stop at the limit."""

    svr_ip: str | None = None
    tenant_id: int | None = None
    memstore_used: int
    memstore_limit: int


@source("oceanbase.GV$OB_TENANT_MEMORY", DataClass.STATISTICS)
class TenantMemory:
    """Memory that a tenant holds and has left on one server, bytes."""

    svr_ip: str | None = None
    svr_port: int | None = None
    tenant_id: int | None = None
    hold: int
    free: int


@source(
    "oceanbase.GV$OB_MEMORY",
    DataClass.STATISTICS,
    where="CTX_NAME = 'KVSTORE_CACHE_ID'",
    group_by="SVR_IP, SVR_PORT, CTX_NAME, MOD_NAME",
    order_by="hold DESC, CTX_NAME, MOD_NAME",
)
class MemoryModule:
    """What the modules of the block cache hold on each server, bytes. No other module is judged."""

    svr_ip: str | None = expr("SVR_IP", default=None)
    svr_port: int | None = expr("SVR_PORT", default=None)
    ctx_name: str = expr("CTX_NAME")
    mod_name: str = expr("MOD_NAME")
    hold: int = expr("SUM(HOLD)")


@source(
    "oceanbase.GV$SYSSTAT",
    DataClass.STATISTICS,
    where="NAME IN (" + ", ".join(f"'{name}'" for name in COUNTERS) + ")",
    group_by="CON_ID, NAME",
    order_by="CON_ID, NAME",
    limit=20000,
)
class Counter:
    """One counter of one tenant since its servers started, summed over them."""

    con_id: int = expr("CON_ID")
    name: str = expr("NAME")
    value: int = expr("SUM(VALUE)")


@source(
    "oceanbase.DBA_WR_SYSSTAT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="STAT_ID IN (140005, 140013)",
    group_by="SNAP_ID, SVR_IP, SVR_PORT",
    order_by="SNAP_ID DESC",
    limit=20000,
)
class CpuSample:
    """CPU of one server at one snapshot of the workload repository; the newest twenty thousand.

    ``cpu_time``: microseconds since the server started; ``max_cpus``: what its unit allows, in hundredths of a core.
    """

    snap_id: int = expr("SNAP_ID")
    svr_ip: str | None = expr("SVR_IP", default=None)
    svr_port: int | None = expr("SVR_PORT", default=None)
    cpu_time: int = expr("SUM(CASE WHEN STAT_ID = 140013 THEN VALUE ELSE 0 END)")
    max_cpus: int = expr("SUM(CASE WHEN STAT_ID = 140005 THEN VALUE ELSE 0 END)")


@source(
    "oceanbase.DBA_WR_SYSSTAT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="STAT_ID IN (40001, 40003, 40005, 40007, 40009)",
    group_by="TENANT_ID, SNAP_ID",
    order_by="SNAP_ID DESC, TENANT_ID",
    limit=20000,
    sys_view="oceanbase.CDB_WR_SYSSTAT",
)
class SqlTimeSample:
    """Time of clients' statements (select, insert, replace, update, delete) at one snapshot, summed over the servers.

    ``sql_us`` counts from the start of the servers; the server's own statements have other counters.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    snap_id: int = expr("SNAP_ID")
    sql_us: int = expr("SUM(VALUE)")


def sum_growth(samples: Iterable[SqlTimeSample]) -> int:
    """Return by how much the time of statements grew over the samples. A counter that fell began with its server."""
    by_tenant: defaultdict[int | None, list[SqlTimeSample]] = defaultdict(list)
    for row in sorted(samples, key=lambda row: row.snap_id):
        by_tenant[row.tenant_id].append(row)
    pairs = (pair for rows in by_tenant.values() for pair in itertools.pairwise(rows))
    return sum(after.sql_us - (before.sql_us if after.sql_us >= before.sql_us else 0) for before, after in pairs)


@source(
    "oceanbase.GV$OB_LOG_STAT",
    DataClass.STATISTICS,
    # META tenants have the odd ids above 1, which is sys.
    sys_where="(TENANT_ID = 1 OR MOD(TENANT_ID, 2) = 0)",
    order_by="TENANT_ID, LS_ID, SVR_IP, SVR_PORT",
    limit=20000,
)
class LogReplica:
    """One replica of a log stream, stream by stream. The embedded kernel has one stream without a number."""

    svr_ip: str | None = None
    svr_port: int | None = None
    tenant_id: int | None = None
    ls_id: int | None = None
    role: str
    in_sync: str
    paxos_member_list: str
    paxos_replica_num: int
    end_scn: int
    degraded_list: str | None = None
