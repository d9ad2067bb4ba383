"""Cases of the capacity checks."""

from __future__ import annotations

from datetime import date, timedelta

from agent.facts.given import Attestation, BusinessProfile
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample, MemoryModule, Memstore, ResourceUnit, TenantMemory
from agent.facts.schema import BusinessObject, DroppedObject, RecycledObject
from agent.facts.sessions import SessionCount
from agent.facts.settings import Parameter, Tenant, Variable
from agent.facts.sql import PlanCache
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind
from tests.harness import NOW, Case

GIB = 1 << 30
MIB = 1 << 20


def _memstore(used: int) -> Memstore:
    return Memstore(memstore_used=used, memstore_limit=100)


def _memory(hold: int, free: int, cache: int) -> list[object]:
    return [
        TenantMemory(tenant_id=1002, svr_ip="10.0.0.1", hold=hold, free=free),
        MemoryModule(ctx_name="KVSTORE_CACHE_ID", mod_name="KvstorCacheMb", hold=cache),
        MemoryModule(ctx_name="DEFAULT_CTX_ID", mod_name="SqlExecutor", hold=hold - cache),
    ]


def _unit(
    *,
    memory: int = 16 * GIB,
    log_used: int = 0,
    data_used: int | None = 0,
    data_size: int | None = None,
    zone: str | None = None,
    tenant_id: int | None = None,
    max_cpu: float | None = 4,
    min_cpu: float | None = None,
    log_size: int = 1000,
) -> ResourceUnit:
    return ResourceUnit(
        tenant_id=tenant_id,
        zone=zone,
        max_cpu=max_cpu,
        min_cpu=max_cpu if min_cpu is None else min_cpu,
        memory_size=memory,
        log_disk_size=log_size,
        log_disk_in_use=log_used,
        data_disk_in_use=data_used,
        data_disk_size=data_size,
    )


def _of_server(number: int, hold: int, cache: int) -> list[object]:
    """Memory of one of several servers with 1000 bytes each."""
    ip = f"10.0.0.{number}"
    return [
        TenantMemory(tenant_id=1002, svr_ip=ip, svr_port=2882, hold=hold, free=1000 - hold),
        MemoryModule(svr_ip=ip, svr_port=2882, ctx_name="KVSTORE_CACHE_ID", mod_name="Cache", hold=cache),
    ]


def _attested(size: float) -> Attestation:
    return Attestation(
        key="purchased_data_disk_bytes", value=size, by="DBA", on=date(2026, 10, 1), valid_until=date(2027, 1, 1)
    )


def _sessions(count: int, server: str = "10.0.0.1") -> SessionCount:
    return SessionCount(svr_ip=server, svr_port=2882, sessions=count)


def _variable(name: str, value: object) -> Variable:
    return Variable(name=name, value=str(value))


def _parameter(name: str, value: object) -> Parameter:
    return Parameter(scope="TENANT", name=name, value=str(value))


def _recycled(days: int) -> RecycledObject:
    return RecycledObject(
        owner="shop", object_name=f"__recycle_$_{days}", original_name="orders", type="TABLE", droptime=None
    )


_KEPT_APART = DroppedObject(owner="__recyclebin", object_name="__recycle_$_1", last_ddl_time=NOW - timedelta(days=15))


def _dropped(days: int | None) -> BusinessObject:
    moment = None if days is None else NOW - timedelta(days=days)
    return BusinessObject(
        owner="__recyclebin",
        object_name=f"__recycle_$_{days}",
        object_id=500_001,
        object_type="TABLE",
        status="VALID",
        last_ddl_time=moment,
        is_dropped=True,
    )


def _plan_cache(held: int, limit: int = 1000 * MIB) -> list[object]:
    cache = PlanCache(access_count=1, hit_count=1, plan_num=7, mem_used=held, mem_hold=held, mem_limit=limit)
    return [cache, _variable("ob_plan_cache_percentage", 5)]


def _hours(busy_pct: float, *, hours: int = 73, restart: int = -1) -> list[object]:
    """Hourly samples of a tenant with 4 cores; at ``restart`` the counter begins anew."""
    rows: list[object] = []
    spent = 10**12
    for n in range(hours):
        spent = 0 if n == restart else spent + int(busy_pct / 100 * 4 * 3600 * 1_000_000)
        rows.append(CpuSample(snap_id=n, cpu_time=spent, max_cpus=400))
        rows.append(WorkloadSnapshot(snap_id=n, end_interval_time=NOW - timedelta(hours=hours - n)))
    return rows


def _servers(*busy_pct: float | None, gaps: int = 0) -> list[object]:
    """Hourly samples of servers with 4 cores each; None is one that came only today, ``gaps`` what the last lacks."""
    hours = 73 + gaps
    rows: list[object] = [
        WorkloadSnapshot(snap_id=n, end_interval_time=NOW - timedelta(hours=hours - n)) for n in range(hours)
    ]
    for server, pct in enumerate(busy_pct):
        missing = range(60) if pct is None else range(20, 20 + gaps) if server == len(busy_pct) - 1 else ()
        rows += [
            CpuSample(
                snap_id=n,
                svr_ip=f"10.0.0.{server}",
                svr_port=2882,
                max_cpus=400,
                cpu_time=10**12 + int(n * (pct or 99) / 100 * 4 * 3600 * 1_000_000),
            )
            for n in range(hours)
            if n not in missing
        ]
    return rows


def _profile(concurrency: int | None) -> BusinessProfile:
    return BusinessProfile(peak_qps=None, concurrency=concurrency, growth_pct_per_year=None)


def _tenants(count: int) -> list[object]:
    """So many business tenants, each with its META tenant, and sys."""
    kinds = [(1, "SYS"), *((1000 + n, "USER" if n % 2 == 0 else "META") for n in range(1, 2 * count + 1))]
    return [Tenant(tenant_id=number, tenant_name=f"t{number}", tenant_type=kind) for number, kind in kinds]


QUOTA = _parameter("cpu_quota_concurrency", "4")
CONNECTIONS = _variable("max_connections", 2147483647)
UNTIMED = _dropped(None)
_UNSEEN = Unavailable(UnavailableKind.NO_VIEW, Text("no such view"))

CASES = [
    Case("CAP001", [_memstore(69)]),
    Case("CAP001", [_memstore(70)], [("tenant", Severity.MEDIUM)]),
    Case("CAP001", [_memstore(95)], [("tenant", Severity.CRITICAL)]),
    Case("CAP001", [_memstore(95), _unit()], [("tenant", Severity.CRITICAL)], label="memory known"),
    Case("CAP002", _memory(1000, 0, 300), label="all held, much of it cache"),
    Case("CAP002", _memory(799, 201, 0)),
    Case("CAP002", _memory(800, 200, 0), [("tenant", Severity.LOW)]),
    Case("CAP002", _memory(1000, 0, 100), [("tenant", Severity.MEDIUM)]),
    Case("CAP002", _memory(950, 50, 0), [("tenant", Severity.HIGH)]),
    Case(
        "CAP002",
        [*_of_server(1, 1000, 20), *_of_server(2, 1000, 800), *_of_server(3, 1000, 800)],
        [("tenant", Severity.HIGH)],
        label="one server of three",
    ),
    Case("CAP002", [row for n in (1, 2, 3) for row in _of_server(n, 1000, 300)], label="cache on every server"),
    Case("CAP002", not_assessed=True),
    Case("CAP003", [_unit(log_used=810)], label="recycling by design"),
    Case("CAP003", [_unit(log_used=850)], [("tenant", Severity.MEDIUM)]),
    Case("CAP003", [_unit(log_used=900)], [("tenant", Severity.HIGH)]),
    Case(
        "CAP003",
        [_unit(log_used=860, zone="z1", tenant_id=1002), _unit(log_used=950, zone="z2", tenant_id=1002)],
        [("tenant 1002", Severity.CRITICAL)],
        label="worst zone",
    ),
    Case(
        "CAP003",
        [_unit(tenant_id=1002), _unit(log_used=900, tenant_id=1001, max_cpu=None)],
        [("tenant 1001", Severity.HIGH)],
        tenant_kind=TenantKind.SYS,
        label="a META tenant's log disk",
    ),
    Case("CAP003", not_assessed=True),
    Case("CAP004", [_unit(data_used=69, data_size=100)]),
    Case("CAP004", [_unit(data_used=70), _attested(100)], [("tenant", Severity.LOW)], label="attested"),
    Case(
        "CAP004",
        [_unit(data_used=85, data_size=100), _attested(1000)],
        [("tenant", Severity.MEDIUM)],
        label="view wins",
    ),
    Case("CAP004", [_unit(data_used=88), _attested(100)], [("tenant", Severity.HIGH)], label="high"),
    Case("CAP004", [_unit(data_used=95), _attested(100)], [("tenant", Severity.CRITICAL)], label="critical"),
    Case(
        "CAP004",
        [_unit(data_used=9, tenant_id=1002), _unit(data_used=99, tenant_id=1001, max_cpu=None), _attested(100)],
        tenant_kind=TenantKind.SYS,
        label="a META tenant bought no disk",
    ),
    Case("CAP004", [_unit(data_used=70)], not_assessed=True, label="no size"),
    Case("CAP004", [_unit(data_used=None), _attested(100)], not_assessed=True, label="no use"),
    Case(
        "CAP004",
        [_unit(data_used=9, data_size=100), _unit(data_used=None, data_size=100)],
        not_assessed=True,
        label="one node is silent",
    ),
    Case(
        "CAP004",
        [_unit(data_used=None, data_size=100), _unit(data_used=95, data_size=100)],
        [("tenant", Severity.CRITICAL)],
        label="one node is silent, the other full",
    ),
    Case(
        "CAP004",
        [_unit(data_used=9, tenant_id=1002), _unit(data_used=95, data_size=100, tenant_id=1004)],
        [("tenant 1004", Severity.CRITICAL)],
        tenant_kind=TenantKind.SYS,
        label="the size of one is unknown",
    ),
    Case("CAP005", [_unit(memory=GIB), CONNECTIONS], label="nobody"),
    Case("CAP005", [_unit(memory=GIB), CONNECTIONS, _sessions(392)], label="5 % of 1 GiB holds 524"),
    Case("CAP005", [_unit(memory=GIB), CONNECTIONS, _sessions(393)], [("tenant", Severity.MEDIUM)], label="memory"),
    Case("CAP005", [_unit(), _variable("max_connections", 100), _sessions(90)], [("tenant", Severity.HIGH)]),
    Case(
        "CAP005",
        [_unit(), CONNECTIONS, *(_sessions(6400, f"10.0.0.{n}") for n in (1, 2, 3))],
        [("tenant", Severity.MEDIUM)],
        label="more than a list would hold",
    ),
    Case(
        "CAP005",
        [_unit(), CONNECTIONS, _parameter("_resource_limit_max_session_num", 100), _sessions(98)],
        [("tenant", Severity.CRITICAL)],
        label="parameter",
    ),
    Case(
        "CAP005",
        [_unit(), _variable("max_connections", 100), _sessions(50), _sessions(50, "10.0.0.2")],
        label="per server",
    ),
    Case("CAP005", [CONNECTIONS], not_assessed=True),
    Case("CAP006", [_unit(memory=4 * GIB)], label="the smallest by default, less what META takes"),
    Case("CAP006", [_unit(memory=3 * GIB)], [("tenant", Severity.LOW)]),
    Case("CAP006", [_unit(memory=GIB), _unit(memory=8 * GIB)], [("tenant", Severity.MEDIUM)]),
    Case("CAP006", not_assessed=True),
    Case(
        "CAP006",
        [_unit(tenant_id=1002), _unit(tenant_id=1001, memory=GIB, max_cpu=None)],
        tenant_kind=TenantKind.SYS,
        label="a META tenant is small by design",
    ),
    Case("CAP006", [_unit(tenant_id=1001, max_cpu=None)], not_assessed=True, tenant_kind=TenantKind.SYS, label="META"),
    Case("CAP007", [_KEPT_APART], [("recycle bin", Severity.LOW)], label="in an older snapshot"),
    Case("CAP007", [(BusinessObject, _UNSEEN)], not_assessed=True, label="unseen"),
    Case("CAP007", [_dropped(14), (RecycledObject, _UNSEEN)], [("recycle bin", Severity.LOW)], label="names unseen"),
    Case("CAP007", [_dropped(200), _recycled(200)], [("recycle bin", Severity.MEDIUM)], label="named"),
    Case("CAP007", label="empty"),
    Case("CAP007", [_dropped(13), UNTIMED]),
    Case("CAP007", [_dropped(14), _dropped(3)], [("recycle bin", Severity.LOW)]),
    Case("CAP007", [_dropped(180)], [("recycle bin", Severity.MEDIUM)], label="old"),
    Case("CAP008", _plan_cache(899 * MIB)),
    Case("CAP008", _plan_cache(900 * MIB), [("tenant", Severity.LOW)]),
    Case("CAP008", _plan_cache(980 * MIB), [("tenant", Severity.MEDIUM)], label="full"),
    Case("CAP008", _plan_cache(21 * MIB, 20 * MIB), not_assessed=True, label="too small"),
    Case("CAP009", _hours(69)),
    Case("CAP009", _hours(71), [("tenant", Severity.LOW)]),
    Case("CAP009", _hours(86), [("tenant", Severity.MEDIUM)], label="busy"),
    Case("CAP009", _hours(96), [("tenant", Severity.HIGH)], label="full"),
    Case("CAP009", _hours(71, hours=80, restart=40), [("tenant", Severity.LOW)], label="restart"),
    Case("CAP009", _hours(96, hours=72), not_assessed=True, label="too few spans"),
    Case("CAP009", _servers(100, 12, 12), [("tenant", Severity.HIGH)], label="all leaders on one server"),
    Case("CAP009", _servers(12, 12, 12, gaps=5), label="a server is missing from some snapshots"),
    Case("CAP009", _servers(12, 12, 71, gaps=5), [("tenant", Severity.LOW)], label="busy but for a gap"),
    Case("CAP009", _servers(12, 12, None), label="a server that came today"),
    Case("CAP009", _servers(None, None), not_assessed=True, label="nothing but new servers"),
    Case("CAP010", [_unit(), QUOTA, _profile(12)]),
    Case("CAP010", [_unit(), QUOTA, _profile(13)], [("tenant", Severity.LOW)]),
    Case("CAP010", [_unit(), QUOTA, _profile(16)], [("tenant", Severity.MEDIUM)], label="all workers"),
    Case(
        "CAP010",
        [_unit(zone="z1"), _unit(zone="z1"), _unit(zone="z2", max_cpu=2), QUOTA, _profile(8)],
        [("tenant", Severity.MEDIUM)],
        label="weakest zone",
    ),
    Case(
        "CAP010",
        [_unit(max_cpu=8, min_cpu=4), QUOTA, _profile(16)],
        [("tenant", Severity.MEDIUM)],
        label="MAX_CPU adds no workers",
    ),
    Case("CAP010", [_unit(), QUOTA, _profile(None)], not_assessed=True, label="no profile"),
    Case("CAP010", [QUOTA, _profile(8)], not_assessed=True, label="no unit"),
    Case("CAP010", [_unit(max_cpu=None), QUOTA, _profile(8)], not_assessed=True, label="cores unknown"),
    Case("CAP006", [_unit(memory=GIB, tenant_id=1)], [("tenant 1", Severity.MEDIUM)], tenant_kind=TenantKind.SYS),
    Case("CAP006", [_unit(memory=8 * GIB, max_cpu=0.5)], label="the cores are CAP024's"),
    Case("CAP024", [_unit(max_cpu=2)]),
    Case("CAP024", [_unit(max_cpu=1.9), _unit(max_cpu=4)], [("tenant", Severity.LOW)]),
    Case("CAP024", [_unit(memory=4 * GIB, max_cpu=1)], [("tenant", Severity.MEDIUM)], label="one core"),
    Case("CAP024", [_unit(memory=8 * GIB, max_cpu=0.5)], [("tenant", Severity.MEDIUM)], label="half a core"),
    Case("CAP024", [_unit(), _unit(max_cpu=None)], not_assessed=True, label="one is unknown"),
    Case(
        "CAP024",
        [_unit(tenant_id=1002), _unit(tenant_id=1001, max_cpu=None)],
        tenant_kind=TenantKind.SYS,
        label="a META tenant has no cores of its own",
    ),
    Case("CAP024", not_assessed=True, label="no unit"),
    Case("CAP025", [_unit(memory=GIB, log_size=3 * GIB)], label="the default"),
    Case("CAP025", [_unit(memory=10 * GIB, log_size=28 * GIB + 1)], label="rounded"),
    Case("CAP025", [_unit(memory=10 * GIB, log_size=28 * GIB)], [("tenant", Severity.LOW)], label="somewhat less"),
    Case(
        "CAP025",
        [_unit(memory=10 * GIB, log_size=30 * GIB), _unit(memory=10 * GIB, log_size=19 * GIB)],
        [("tenant", Severity.MEDIUM)],
        label="less than twice in one zone",
    ),
    Case(
        "CAP025",
        [_unit(tenant_id=1002, log_size=48 * GIB), _unit(tenant_id=1001, max_cpu=None, log_size=MIB)],
        tenant_kind=TenantKind.SYS,
        label="a META tenant has what its tenant's unit leaves",
    ),
    Case("CAP025", [_unit(log_size=0)], not_assessed=True, label="no size"),
    Case("CAP025", not_assessed=True, label="no unit"),
    Case("CAP026", _tenants(49), tenant_kind=TenantKind.SYS),
    Case("CAP026", _tenants(50), [("cluster", Severity.LOW)], tenant_kind=TenantKind.SYS),
    Case("CAP026", _tenants(100), [("cluster", Severity.MEDIUM)], tenant_kind=TenantKind.SYS, label="a hundred"),
    Case("CAP026", not_assessed=True, tenant_kind=TenantKind.SYS, label="none is shown"),
]
