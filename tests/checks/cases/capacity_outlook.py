"""Cases of the capacity checks that look ahead, and of what grows slowly."""

from __future__ import annotations

from datetime import date, timedelta

from agent.facts.given import Attestation, BusinessProfile, CriticalPeriod
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import Counter, CpuSample, MemoryModule, ResourceUnit, TenantMemory
from agent.facts.schema import PartitionedTable, Table, TabletCount
from agent.facts.settings import Parameter
from agent.model.terms import Severity
from tests.harness import NOW, Case

GIB = 1 << 30
LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


def _unit(*, used: int | None = 50, size: int | None = 100, zone: str = "z1", memory: int = GIB) -> ResourceUnit:
    return ResourceUnit(
        zone=zone,
        max_cpu=4,
        memory_size=memory,
        log_disk_size=1,
        log_disk_in_use=0,
        data_disk_in_use=used,
        data_disk_size=size,
    )


def _tablets(count: int) -> TabletCount:
    return TabletCount(tablets=count)


def _growth(pct: float | None) -> BusinessProfile:
    return BusinessProfile(peak_qps=None, concurrency=None, growth_pct_per_year=pct)


def _attested(size: float) -> Attestation:
    return Attestation(
        key="purchased_data_disk_bytes", value=size, by="DBA", on=date(2026, 10, 1), valid_until=date(2027, 1, 1)
    )


def _use(cpu_pct: int, memory_pct: int, *, hours: int = 73, server: str | None = None) -> list[object]:
    """Hourly samples of a server with 4 cores, and its memory now."""
    rows: list[object] = [
        TenantMemory(svr_ip=server, hold=memory_pct + 9, free=91 - memory_pct),
        MemoryModule(svr_ip=server, ctx_name="KVSTORE_CACHE_ID", mod_name="KvstorCacheMb", hold=9),
    ]
    for n in range(hours):
        rows.append(CpuSample(snap_id=n, svr_ip=server, cpu_time=n * cpu_pct * 4 * 36_000_000, max_cpus=400))
        rows.append(WorkloadSnapshot(snap_id=n, end_interval_time=NOW - timedelta(hours=hours - n)))
    return rows


def _period(first_in_days: int, last_in_days: int) -> CriticalPeriod:
    today = NOW.date()
    return CriticalPeriod(
        name="Year end", start=today + timedelta(days=first_in_days), end=today + timedelta(days=last_in_days)
    )


def _table(size: int | None) -> Table:
    return Table(
        table_schema="shop", table_name="orders", table_rows=9, data_length=size, table_collation=None, create_time=None
    )


def _cache(hits: int, misses: int, tenant_id: int = 1002) -> list[Counter]:
    counts = {"block cache hit": hits, "block cache miss": misses}
    return [Counter(con_id=tenant_id, name=name, value=value) for name, value in counts.items()]


SPLIT = PartitionedTable(
    table_schema="shop", table_name="orders", method="HASH", expression="id", partitions=4, pieces=4, table_rows=None,
    subpartitions=None, largest_rows=None, first_bound=None, last_bound=None, catch_all_pieces=0,
    catch_all_rows=None,
)  # fmt: skip
FEWER = Parameter(scope="TENANT", name="_max_tablet_cnt_per_gb", value="10000")
SOON = [("Year end", LOW)]


def _meta_share(pct: int) -> Parameter:
    return Parameter(scope="TENANT", name="_storage_meta_memory_limit_percentage", value=str(pct))


CASES = [
    Case("CAP012", [_unit(), _tablets(11_999)]),
    Case("CAP012", [_unit(), _tablets(12_000)], [("tenant", LOW)]),
    Case("CAP012", [_unit(), _tablets(16_000)], [("tenant", MEDIUM)], label="many"),
    Case("CAP012", [_unit(), _tablets(19_000)], [("tenant", HIGH)], label="full"),
    Case("CAP012", [_unit(), _tablets(6_000), FEWER], [("tenant", LOW)], label="the parameter allows fewer"),
    Case("CAP012", [_unit(), _unit(zone="z2"), _tablets(12_000)], [("tenant", LOW)], label="one unit in each zone"),
    Case("CAP012", [_unit(), _unit(), _tablets(12_000)], label="spread over two units"),
    Case(
        "CAP012",
        [_unit(), _tablets(6_200), _meta_share(10)],
        [("tenant", LOW)],
        label="memory holds fewer descriptions",
    ),
    Case("CAP012", [_unit(), _tablets(6_100), _meta_share(10)], label="memory holds them"),
    Case("CAP012", [_unit(), _tablets(12_000), _meta_share(50)], [("tenant", LOW)], label="memory would hold more"),
    Case("CAP012", [_unit(), _tablets(11_999), _meta_share(0)], label="memory is no bound"),
    Case("CAP012", [_tablets(9)], not_assessed=True),
    Case("CAP013", [_unit(used=50), _growth(20)]),
    Case("CAP013", [_unit(used=80), _growth(20)], [("tenant", LOW)]),
    Case("CAP013", [_unit(used=80), _growth(50)], [("tenant", MEDIUM)], label="fast"),
    Case("CAP013", [_unit(used=89), _growth(50)], [("tenant", HIGH)], label="weeks"),
    Case("CAP013", [_unit(used=95), _growth(5)], [("tenant", HIGH)], label="there already"),
    Case("CAP013", [_unit(used=95), _growth(-5)], label="shrinks"),
    Case("CAP013", [_unit(used=80, size=None), _attested(100), _growth(20)], [("tenant", LOW)], label="attested"),
    Case("CAP013", [_unit(), _unit(used=80, zone="z2"), _growth(20)], [("tenant", LOW)], label="fullest node"),
    Case("CAP013", [_unit(size=None), _growth(20)], not_assessed=True, label="no size"),
    Case("CAP013", [_unit(), _growth(None)], not_assessed=True, label="no profile"),
    Case("CAP014", [*_use(59, 59), _period(30, 40)]),
    Case("CAP014", [*_use(60, 5), _period(30, 40)], SOON, label="cpu"),
    Case("CAP014", [*_use(5, 75), _period(-3, 0)], [("Year end (memory)", MEDIUM)], label="memory, last day"),
    Case("CAP014", [*_use(91, 5), _period(1, 2)], [("Year end", HIGH)], label="high"),
    Case(
        "CAP014",
        [*_use(91, 5, server="10.0.0.1"), *_use(9, 9, server="10.0.0.2"), _period(1, 2)],
        [("Year end", HIGH)],
        label="cpu of one server",
    ),
    Case(
        "CAP014",
        [*_use(9, 91, server="10.0.0.1"), *_use(9, 9, server="10.0.0.2"), _period(1, 2)],
        [("Year end (memory)", HIGH)],
        label="memory of one server",
    ),
    Case(
        "CAP014",
        [*_use(61, 91), _period(1, 2)],
        [("Year end (memory)", HIGH), ("Year end", LOW)],
        label="both are short",
    ),
    Case("CAP014", [*_use(91, 91), _period(31, 40)], label="far away"),
    Case("CAP014", [*_use(91, 91), _period(-9, -1)], label="over"),
    Case("CAP014", _use(91, 91), not_assessed=True, label="no period"),
    Case("CAP014", [*_use(91, 91, hours=72), _period(1, 2)], not_assessed=True, label="too few spans"),
    Case("CAP015", [_table(200 * GIB - 1), _table(None), _table(0)]),
    Case("CAP015", [_table(200 * GIB)], [("shop.orders", LOW)]),
    Case("CAP015", [_table(1024 * GIB)], [("shop.orders", MEDIUM)], label="huge"),
    Case("CAP015", [_table(1024 * GIB), SPLIT], label="partitioned"),
    Case("CAP016", _cache(8_100_000, 1_900_000)),
    Case("CAP016", _cache(8_000_000, 2_000_000), [("tenant", LOW)]),
    Case("CAP016", [*_cache(10**8, 1), *_cache(10**7, 10**8, 1004)], [("tenant 1004", LOW)], label="one of two"),
    Case("CAP016", _cache(10, 9_999_989), not_assessed=True, label="too few reads"),
]
