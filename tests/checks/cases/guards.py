"""Cases at the guards of the checks: unknown values, zeros, the very limit, and several rows of which the worst counts.

Where the worst of several counts, it is neither the first nor the last, and the others differ from each other.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from agent.facts.cluster import FailedOperation, ThrottlingRule
from agent.facts.given import BusinessProfile
from agent.facts.maintenance import WorkloadControl, WorkloadSnapshot
from agent.facts.resources import Counter, CpuSample, Memstore, ResourceUnit
from agent.facts.schema import BusinessObject, NotableColumn
from agent.facts.settings import Parameter, Tenant, Variable
from agent.facts.sql import AuditReturn, RepositoryShape, SqlShape, SqlTotal
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind, Version
from tests.checks.cases import (
    availability,
    backup,
    capacity,
    capacity_outlook,
    cluster,
    compaction,
    operations,
    parameters,
    schema,
    schema_objects,
    security,
    sql,
    statistics,
    transactions,
)
from tests.checks.settings_family import fact, parameter
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
SYS = TenantKind.SYS
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GIB, MIB = 1 << 30, 1 << 20
_UNSEEN = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
_STREAM = "tenant 1002, log stream 1001"
_OWN, _S1 = "tenant", "server 1 (z1)"


def _with(row: Any, **parts: Any) -> Any:
    return dataclasses.replace(row, **parts)


def _parameter(name: str, value: object) -> Parameter:
    return Parameter(scope="TENANT", name=name, value=str(value))


# Availability

_replica, _lagging = availability._replica, cluster._replica
_at, _stream, _tenant, _server = cluster._at, cluster._stream, cluster._tenant, cluster._server
_THREE_STREAMS = [row for zone in (1, 2, 3) for row in _stream(1000 + zone, zone)]
AVAILABILITY = [
    Case("AVL001", [_replica(planned=planned) for planned in (3, 5, 4)], [(_STREAM, CRITICAL)], label="plans differ"),
    Case("AVL002", [_replica("LEADER"), *(_replica(in_sync="NO", end_s=end) for end in (50, 10, 70))],
         [(_STREAM, HIGH)], label="the one that is farthest behind"),
    Case("AVL003", [_replica("LEADER", members="10.0.0.1:2882:1, ,10.0.0.2:2882:1,")], [(_STREAM, HIGH)],
         label="an empty place in the list"),
    Case("AVL005", [_server(status="DELETING", stop_time=NOW - DAY),
                    _server(2, status="DELETING", start_service_time=None)],
         tenant_kind=SYS, label="being removed"),
    Case("AVL007", [_tenant(primary_zone=None), *_stream(1001, 3)], not_assessed=True, label="zone unknown"),
    Case("AVL008", [_lagging("LEADER", 990), _lagging("LEADER", 1000), _lagging("LEADER", 980), _lagging(end_s=985)],
         [(_STREAM, LOW)], label="old leaders are still listed"),
    Case("AVL008", [_lagging("LEADER")], label="no follower"),
    Case("AVL009", [_at(1, "LEADER", member_list=None), _at(2)], label="members unknown"),
    Case("AVL009", [_at(1, "LEADER", member_list="10.0.0.1:2882:1, ,"), _at(2, replica_type="READONLY")],
         label="an empty place in the list"),
    Case("AVL010", [_with(cluster._standby(9999), tenant_role="PRIMARY"), _with(cluster._standby(1), sync_scn=None)],
         not_assessed=True, label="a primary, and a standby that tells nothing"),
    Case("AVL010", [cluster._standby(9999, until=int(NOW.timestamp()) * 10**9)],
         label="told to stop now"),
    Case("AVL011", [_with(cluster._balance(999), create_time=None)], label="start unknown"),
    Case("AVL012", cluster._transfers(10, days=7), [(_OWN, LOW)], label="on the first day of the window"),
    Case("AVL012", [*(_with(row, create_time=None) for row in cluster._transfers(10)), *cluster._transfers(9)],
         label="times unknown"),
    Case("AVL012", [*cluster._transfers(1), *(_with(row, result=-1) for row in cluster._transfers(9))],
         [(_OWN, LOW)], label="the newest error is told"),
    Case("AVL013", [_server(create_time=None)], tenant_kind=SYS, label="age unknown"),
    Case("AVL013", [_server(create_time=None, start_service_time=NOW - 2 * DAY)], [(_S1, LOW)], tenant_kind=SYS,
         label="of a server of unknown age"),
    Case("AVL013", [_server(create_time=NOW - 3 * DAY, start_service_time=NOW - 2 * DAY)], tenant_kind=SYS,
         label="a day after it was added"),
    Case("AVL013", [_server(create_time=NOW - 3.5 * DAY, start_service_time=NOW - 2 * DAY)], [(_S1, LOW)],
         tenant_kind=SYS, label="more than a day after it was added"),
    Case("AVL015", [_tenant(previous_locality="F@z1", modify_time=None),
                    _tenant(1001, previous_locality="F@z1", modify_time=NOW - 9 * DAY)],
         not_assessed=True, label="time unknown, and a META tenant"),
    Case("AVL016", [_tenant(primary_zone="RANDOM"), *_THREE_STREAMS, _at(4, replica_type="READONLY")],
         label="a server for reading only"),
    Case("AVL016", [_tenant(primary_zone="z1,z2"), *_stream(1001, 1), *_stream(1002, 2), *_stream(1003, 3)],
         label="a leader outside its zones"),
    Case("AVL016", [_tenant(primary_zone="z9"), *_THREE_STREAMS], label="no server in its zones"),
    Case("AVL017", [_tenant(), _tenant(1001, switchover_status="PREPARE SWITCHING")], label="a META tenant"),
]  # fmt: skip

# Backup

_set, _job = backup._set, backup._job
_ENDLESS = _with(_set(20), end_timestamp=None)
BACKUP = [
    Case("BAK001", [backup._NO_CONSOLE, _set(60)], [(_OWN, HIGH)], label="attested not, and old ones"),
    Case("BAK001", [_ENDLESS], [(_OWN, MEDIUM)], label="its end is unknown"),
    Case("BAK001", [_with(_ENDLESS, end_timestamp=NOW - 7 * DAY)], label="its end counts"),
    Case("BAK001", [backup._attested("console_backup_enabled", True, 60), _set(60)], label="attested that day"),
    Case("BAK001", [_set(20), _set(9), _set(30)], [(_OWN, LOW)], label="the newest counts"),
    Case("BAK001", [_set(day, "BROKEN") for day in (20, 40, 30)], [(_OWN, HIGH)], label="none since the oldest"),
    Case("BAK002", [_job(30)], [(_OWN, LOW)], label="on the first day of the window"),
    Case("BAK002", [_with(_job(2), result=-2), _with(_job(1), result=-1), _with(_job(3), result=-3)],
         [(_OWN, MEDIUM)], label="the newest error is told"),
    Case("BAK003", [backup._running(1), backup._running(24), backup._running(12)], [(_OWN, MEDIUM)],
         label="the oldest counts"),
    Case("BAK006", [backup._NO_CONSOLE, _set(365)], [(_OWN, MEDIUM)], label="attested not"),
    Case("BAK006", [_set(1), _set(60), _set(30)], [(_OWN, LOW)], label="the oldest counts"),
    Case("BAK007", [_set(30)], [(_OWN, HIGH)], label="on the first day of the window"),
    Case("BAK008", [_with(backup._deleted(hours), result=-hours) for hours in (2, 1, 3)], [("tenant 1002", LOW)],
         label="the newest error is told"),
    Case("BAK009", [backup._attested("console_backup_enabled", True), backup._drill(200)],
         [("restore rehearsal", LOW)], label="another attestation"),
    Case("BAK010", [backup._tenant(1, "SYS"), backup._NO_CONSOLE], tenant_kind=SYS, label="no tenant but sys"),
    Case("BAK010", [backup._tenant(1002, role="STANDBY")], label="a standby, nothing attested"),
    Case("BAK011", [_set(90, "BROKEN"), _set(1, "DELETED"), _set(5)], [(_OWN, LOW)], label="as old as the window"),
    Case("BAK011", [_set(9, "BROKEN"), _set(2, "BROKEN"), _set(5, "BROKEN")], [(_OWN, LOW)],
         label="the newest is told"),
    Case("BAK012", [_set(60), _set(35), _set(100), _set(9, kind="INC")], [(_OWN, LOW)], label="the newest counts"),
]  # fmt: skip

# Compaction

_compaction, _diagnosis = compaction._compaction, compaction._diagnosis
COMPACTION = [
    Case("CMP001", [_compaction(finished=None, frozen=None), compaction._unit(80, 1002)], [(_OWN, MEDIUM)],
         label="a tenant without a number"),
    Case("CMP001", [_compaction(finished=None, frozen=40), (ResourceUnit, _UNSEEN)], [(_OWN, LOW)],
         label="units unseen"),
    Case("CMP001", [_compaction(finished=None, frozen=40), *(compaction._unit(hours) for hours in (50, 80, 60))],
         [(_OWN, MEDIUM)], label="the oldest unit counts"),
    Case("CMP005", [_diagnosis(1, hours=24)], [("MAJOR_MERGE", LOW)], label="as old as the window"),
    Case("CMP005", [_diagnosis(2, hours=9), _diagnosis(3, hours=1), _diagnosis(4, hours=5)], [("MAJOR_MERGE", LOW)],
         label="several, the newest is told"),
]  # fmt: skip

# Operations


def _event(days: float, code: int) -> FailedOperation:
    return FailedOperation(happened=NOW - days * DAY, module="TENANT", event="SWITCHOVER", ret_code=code)


def _control(interval: str, retention: str = "+7 00:00:00") -> WorkloadControl:
    return operations._control(interval, retention)


_taken, _REPOSITORY = operations._taken, "workload repository"
OPERATIONS = [
    Case("OPS001", [(Parameter, _UNSEEN), operations._variable("0")], [("ob_enable_sql_audit", MEDIUM)],
         label="parameters-unseen"),
    Case("OPS002", [_control("+0 01:00:00"), _taken(0, snap_id=0), _taken(6, snap_id=1)], [(_REPOSITORY, LOW)],
         label="from-the-first-on"),
    Case("OPS002", [_control("+0 12:00:00"), _control("+0 02:00:00"), _control("+1 00:00:00"), _taken(9)],
         [(_REPOSITORY, LOW)], label="the-shortest-interval"),
    Case("OPS002", [_taken(9)], [(_REPOSITORY, LOW)], label="no-settings"),
    Case("OPS002", [_taken(1), _taken(9)], label="no-settings-but-fresh"),
    Case("OPS002", [_control("+0 08:00:00"), _taken(8)], label="just-due"),
    Case("OPS002", [_control("+7 00:00:00"), _taken(9)], label="weekly"),
    Case("OPS002", [_control("+7 00:01:30", "+30 00:00:00"), _taken(9)], [(_REPOSITORY, LOW)], label="too-rare"),
    Case("OPS002", [_control("+365 00:00:00"), _taken(9)], [(_REPOSITORY, LOW)], label="once-a-year"),
    Case("OPS002", [_control("+365 00:01:00"), _taken(9)], [(_REPOSITORY, LOW)], label="as-good-as-off"),
    Case("OPS003", [operations._job(1, last=NOW - 30 * DAY)], [("job CLEAN_UP", LOW)], label="on-the-last-day"),
    Case("OPS005", [_event(30, -1), _event(2, -2), _event(9, -3)], [("tenant, TENANT: SWITCHOVER", LOW)],
         label="the newest error is told"),
    Case("OPS009", [(ThrottlingRule, _UNSEEN), cluster._outline(None), cluster._outline(730)],
         [("shop.bound", LOW)], label="one of unknown age"),
]  # fmt: skip

# Capacity


def _sample(snap_id: int, spent_s: float, max_cpus: int = 400, **parts: Any) -> CpuSample:
    return CpuSample(snap_id=snap_id, cpu_time=round(spent_s * 10**6), max_cpus=max_cpus, **parts)


def _growing(count: int = 100, cores: int = 4) -> list[object]:
    """Samples of which each hour is busier than the one before: 1 %, 2 %, ... of the cores."""
    rows: list[object] = [_sample(n, cores * 36 * n * (n + 1) / 2, cores * 100) for n in range(count + 1)]
    return rows + [WorkloadSnapshot(snap_id=n, end_interval_time=NOW - (count - n) * HOUR) for n in range(count + 1)]


def _odd_spans() -> list[object]:
    """Busy hours, one of no length, and one in which the unit had no cores."""
    rows: list[object] = [*capacity._hours(71)]
    last = max(row.cpu_time for row in rows if isinstance(row, CpuSample))
    for snap_id, cores, hours in ((73, 400, 1), (74, 0, 0)):
        rows.append(CpuSample(snap_id=snap_id, cpu_time=last + 10**13, max_cpus=cores))
        rows.append(WorkloadSnapshot(snap_id=snap_id, end_interval_time=NOW - hours * HOUR))
    return rows


def _of_server(number: int, hold: int, free: int, cache: int = 0, port: int | None = 2882) -> list[object]:
    ip = f"10.0.0.{number}"
    memory, module = capacity._of_server(number, hold, cache)
    return [_with(memory, svr_ip=ip, svr_port=port, free=free), _with(module, svr_ip=ip, svr_port=port)]


def _profile(concurrency: int | None, growth: float | None = None) -> BusinessProfile:
    return BusinessProfile(peak_qps=None, concurrency=concurrency, growth_pct_per_year=growth)


_unit, _disk = capacity._unit, capacity_outlook._unit
_CACHES = [_with(capacity._plan_cache(900 * MIB)[0], tenant_id=number) for number in (1, 1002)]
_SHARE = Variable(name="ob_plan_cache_percentage", value="5")
_CONNECTIONS = capacity.CONNECTIONS
CAPACITY = [
    Case("CAP001", [Memstore(memstore_used=5, memstore_limit=0), Memstore(memstore_used=9, memstore_limit=-1)],
         label="no limit"),
    Case("CAP001", [Memstore(memstore_used=1, memstore_limit=1)], [(_OWN, CRITICAL)], label="a limit of one"),
    Case("CAP002", _of_server(1, 100, 900, cache=200), label="more cache than is held"),
    Case("CAP002", [*_of_server(3, 0, 0), *_of_server(1, 1, 0, port=None)], [(_OWN, HIGH)], label="a server with none"),
    Case("CAP002", [*_of_server(1, 500, 500), *_of_server(2, 920, 80), *_of_server(3, 7000, 3000)], [(_OWN, MEDIUM)],
         label="the largest share counts, not the most bytes"),
    Case("CAP003", [_with(_unit(log_used=9), log_disk_size=0), _with(_unit(log_used=9), log_disk_size=-1)],
         label="no log disk"),
    Case("CAP003", [_with(_unit(log_used=1), log_disk_size=1)], [(_OWN, CRITICAL)], label="one byte"),
    Case("CAP003", [_unit(log_used=860, zone="z1"), _unit(log_used=950, zone="z2"), _unit(log_used=900, zone="z3")],
         [(_OWN, CRITICAL)], label="the fullest of three"),
    Case("CAP004", [_unit(data_used=71, data_size=100, zone="z1"), _unit(data_used=96, data_size=100, zone="z2"),
                    _unit(data_used=81, data_size=100, zone="z3")], [(_OWN, CRITICAL)], label="the fullest of three"),
    Case("CAP004", [_unit(data_used=0, data_size=100)], label="empty"),
    Case("CAP005", [_unit(memory=16 * GIB), _unit(memory=GIB), _unit(memory=8 * GIB), _CONNECTIONS,
                    capacity._sessions(393)], [(_OWN, MEDIUM)], label="the smallest unit counts"),
    Case("CAP005", [_unit(), _CONNECTIONS, *(_parameter("_resource_limit_max_session_num", n) for n in (0, 100, 50)),
                    capacity._sessions(75)], [(_OWN, MEDIUM)], label="the largest setting counts"),
    Case("CAP005", [_unit(), Variable(name="max_connections", value="100"),
                    *(capacity._sessions(n, f"10.0.0.{n}") for n in (10, 75, 20)),
                    _with(capacity._sessions(5), svr_ip=None)], [(_OWN, MEDIUM)], label="the fullest server counts"),
    Case("CAP005", [_unit()], not_assessed=True, label="setting unknown"),
    Case("CAP006", [_unit(memory=4 * GIB), _unit(memory=GIB), _unit(memory=3 * GIB)], [(_OWN, MEDIUM)],
         label="the smallest counts"),
    Case("CAP007", [capacity._dropped(3), capacity._dropped(14), capacity._dropped(9)], [("recycle bin", LOW)],
         label="the oldest counts"),
    Case("CAP008", [*_CACHES, _SHARE], [("tenant 1", LOW), ("tenant 1002", LOW)], tenant_kind=SYS, label="from sys"),
    Case("CAP008", [_with(_CACHES[1], tenant_id=2), _SHARE], [("tenant 2", LOW)], tenant_kind=SYS, label="not sys"),
    Case("CAP008", [*_CACHES[1:], _SHARE], [("tenant 1002", LOW)], label="a tenant with its number"),
    Case("CAP008", capacity._plan_cache(64 * MIB, 64 * MIB), [(_OWN, MEDIUM)], label="just large enough"),
    Case("CAP009", not_assessed=True, label="nothing at all"),
    Case("CAP009", capacity._hours(0), label="idle"),
    Case("CAP009", _growing(), [(_OWN, HIGH)], label="95 of 100 hours"),
    Case("CAP009", _growing(77), [(_OWN, LOW)], label="74 of 77 hours"),
    Case("CAP009", _odd_spans(), [(_OWN, LOW)], label="spans that say nothing"),
    Case("CAP009", capacity._servers(71, 96, 86), [(_OWN, HIGH)], label="the busiest of three"),
    Case("CAP010", [_unit(), capacity.QUOTA, _profile(None), _profile(13)], [(_OWN, LOW)], label="one of two profiles"),
    Case("CAP010", [_unit(), *(_parameter("cpu_quota_concurrency", n) for n in (4, 2, 3)), _profile(8)],
         [(_OWN, MEDIUM)], label="the smallest setting counts"),
    Case("CAP010", [_unit(zone="z1"), _unit(zone="z2", max_cpu=2), _unit(zone="z3", max_cpu=3), capacity.QUOTA,
                    _profile(8)], [(_OWN, MEDIUM)], label="the weakest of three zones"),
    Case("CAP010", [_unit(), _profile(13)], not_assessed=True, label="setting unknown"),
    Case("CAP010", [_unit(), _unit(max_cpu=None), capacity.QUOTA, _profile(13)], [(_OWN, LOW)], label="META beside"),
    Case("CAP012", [_disk(memory=4 * GIB), _disk(memory=GIB, zone="z2"), _disk(memory=2 * GIB, zone="z3"),
                    capacity_outlook._tablets(12_000)], [(_OWN, LOW)], label="the smallest unit counts"),
    Case("CAP012", [_disk(), _disk(), _disk(zone="z2"), _disk(zone="z3"), _disk(zone="z3"),
                    capacity_outlook._tablets(12_000)], [(_OWN, LOW)], label="the zone with fewest units"),
    Case("CAP012", [_disk(), *(_parameter("_max_tablet_cnt_per_gb", n) for n in (20_000, 10_000, 15_000)),
                    capacity_outlook._tablets(6_000)], [(_OWN, LOW)], label="the smallest setting counts"),
    Case("CAP012", [_disk()], not_assessed=True, label="tablets unknown"),
    Case("CAP013", [_profile(None), _profile(None, 20), _disk(used=80)], [(_OWN, LOW)], label="one of two profiles"),
    Case("CAP013", [_disk(used=80, size=None), _disk(used=50), _profile(None, 20)], not_assessed=True,
         label="one size unknown"),
    Case("CAP013", [_disk(used=None), _profile(None, 20)], not_assessed=True, label="use unknown"),
    Case("CAP013", [_disk(used=None), _disk(used=80), _disk(used=0), _profile(None, 20)], [(_OWN, LOW)],
         label="one use unknown"),
    Case("CAP013", [_disk(used=40), _disk(used=80, zone="z2"), _disk(used=150, size=1000, zone="z3"),
                    _profile(None, 20)], [(_OWN, LOW)], label="the largest share counts, not the most bytes"),
    Case("CAP013", [_disk(used=80), _profile(None, 0)], label="does not grow"),
    Case("CAP013", [_disk(used=90), _profile(None, 0.5)], [(_OWN, HIGH)], label="hardly grows, but is full"),
    Case("CAP014", [*capacity_outlook._use(75, 75, server="10.0.0.1"),
                    *capacity_outlook._use(9, 9, server="10.0.0.2"), capacity_outlook._period(0, 9)],
         [("Year end", MEDIUM), ("Year end (memory)", MEDIUM)], label="both alike"),
    Case("CAP016", [Counter(con_id=1002, name="block cache miss", value=10**7)], [(_OWN, LOW)], label="no hit"),
    Case("CAP016", capacity_outlook._cache(10**7 - 1, 0), not_assessed=True, label="one read too few"),
    *(
        Case(code, [_with(_server(), **{size: zero, used: value})], not_assessed=True, tenant_kind=SYS, label=label)
        for code, size, used in (
            ("CAP020", "cpu_capacity", "cpu_assigned_max"), ("CAP021", "data_disk_capacity", "data_disk_in_use"),
            ("CAP022", "log_disk_capacity", "log_disk_in_use"), ("CAP023", "mem_capacity", "mem_assigned"),
        )
        for zero, value, label in ((0, 5, "size 0"), (None, 5, "size unknown"), (100, None, "use unknown"))
    ),
    *(
        Case(code, [_with(_server(), **{size: 100, used: 0})], tenant_kind=SYS, label="unused")
        for code, size, used in (
            ("CAP020", "cpu_capacity", "cpu_assigned_max"), ("CAP021", "data_disk_capacity", "data_disk_in_use"),
            ("CAP022", "log_disk_capacity", "log_disk_in_use"), ("CAP023", "mem_capacity", "mem_assigned"),
        )
    ),
    Case("CAP023", [_server(n, mem_assigned=used) for n, used in ((1, 60), (2, 90), (3, 10), (4, 30))],
         [("zone z1", MEDIUM)], tenant_kind=SYS, label="four servers"),
]  # fmt: skip

# Statistics

_statistics, _run = statistics._statistics, statistics._run
_UNSURE = [_with(statistics._jobs(1)[0], enabled=None), *statistics._jobs(1)[1:]]
STATISTICS = [
    Case("STA001", [_with(_statistics(), num_rows=5), statistics._changes(), statistics._table(90)],
         label="rows known"),
    Case("STA001", [_with(_statistics(9), num_rows=None), statistics._changes(), statistics._table(90)],
         label="gathered, rows unknown"),
    Case("STA002", [statistics._changes(), _with(_statistics(100), num_rows=None)], label="rows unknown"),
    Case("STA002", [statistics._changes(), _with(_statistics(100), last_analyzed=None)], label="time unknown"),
    Case("STA004", [_run(14.001, "FAILED")], label="just before the window"),
    Case("STA005", _UNSURE, label="one of unknown state"),
    Case("STA006", [*statistics._jobs(0), *(statistics._unit(days) for days in (30, 4, 9))], [(_OWN, LOW)],
         label="the youngest unit counts"),
    Case("STA007", [*statistics._WINDOWS, statistics._lasting(2, days=14)], [("AUTO GATHER", LOW)],
         label="on the first day of the window"),
    Case("STA007", [*statistics._WINDOWS, *(statistics._lasting(hours) for hours in (1, 4, 2))],
         [("AUTO GATHER", MEDIUM)], label="the longest of three"),
]  # fmt: skip

# Transactions

_transaction, _session, _deadlock = transactions._transaction, transactions._session, transactions._deadlock
_wait, _memstore, _counters = transactions._wait, transactions._memstore, transactions._counters
_TWO = transactions.TWO_TENANTS
_OTHER = _with(_session(8, tenant="bank", user="other"), trans_id=9)
TRANSACTIONS = [
    Case("TXN001", [_OTHER, _session(8, trans_id=100), _transaction(age_s=600, log_bytes=MIB)],
         [("shop@10.%", LOW)], label="by its number alone"),
    Case("TXN001", [_session(trans_id=100, client=None), _transaction(age_s=600)], [("shop@10.%", LOW)],
         label="no proxy"),
    Case("TXN001", [_with(_session(trans_id=100, client=None), host="local"), _transaction(age_s=600)],
         [("shop@10.%", LOW)], label="a host without a port"),
    Case("TXN001", [_with(_session(trans_id=100, svr_ip="10.0.0.2"), sql_port=None), _transaction(age_s=600)],
         [("shop@10.%", LOW)], label="a session without a port"),
    Case("TXN001", [_session(trans_id=100), _with(_transaction(age_s=600), scheduler_addr=None)],
         [("shop@10.%", LOW)], label="on an unknown node"),
    Case("TXN001", [(Tenant, _UNSEEN), _session(trans_id=100, tenant="shop"), _transaction(age_s=600, tenant_id=1004)],
         [("shop@10.%", LOW)], label="tenants unseen"),
    Case("TXN001", [*_TWO, _session(trans_id=100, tenant="shop"), _transaction(age_s=600)], [("shop@10.%", LOW)],
         label="its tenant unknown"),
    Case("TXN001", [*_TWO, _session(trans_id=100, tenant="bank"), _session(8, trans_id=100, tenant="shop"),
                    _transaction(age_s=600, tenant_id=1002)], [("shop@10.%", LOW)], label="the session of its tenant"),
    Case("TXN002", [*_TWO, _session(trans_id=100, time=400.0, tenant="shop"), _transaction(tenant_id=1004),
                    _transaction(tenant_id=1002)], [("shop@10.%", MEDIUM)], label="the same number in both tenants"),
    Case("TXN002", [_session(n, trans_id=100 + n, time=time) for n, time in ((1, 10.0), (2, 400.0), (3, 20.0))]
         + [_transaction(100 + n) for n in (1, 2, 3)], [("shop@10.%", MEDIUM)], label="the longest of three"),
    Case("TXN003", [_wait(3), _wait(10, 2), _wait(5, 3)], [(_OWN, MEDIUM)], label="the longest of three"),
    Case("TXN004", [_deadlock(1, 7)], [(_OWN, LOW)], label="on the first day of the window"),
    Case("TXN004", [_with(_deadlock(days, days), cycle_size=size) for days, size in ((3, 2), (1, 4), (2, 3))],
         [(_OWN, LOW)], label="the latest and the largest"),
    Case("TXN005", [_memstore(0), _transaction(log_bytes=50 * MIB)], label="no memstore"),
    Case("TXN005", [_memstore(400 * MIB), _memstore(100 * MIB), _memstore(200 * MIB), _memstore(-1),
                    _transaction(log_bytes=50 * MIB)], [(_OWN, HIGH)], label="the smallest memstore counts"),
    Case("TXN005", [_memstore(100 * MIB), _with(_memstore(1000 * MIB), tenant_id=1002),
                    _transaction(log_bytes=50 * MIB, tenant_id=1002)], [("tenant 1002", LOW)],
         label="the memstore of its tenant counts"),
    Case("TXN005", [_memstore(1), _transaction(log_bytes=32 * MIB - 1)], label="small beside the smallest"),
    Case("TXN005", [_memstore(1), _transaction(log_bytes=32 * MIB)], [(_OWN, HIGH)], label="just large enough"),
    Case("TXN006", _counters(rollback=10_000), [("tenant 1002", LOW)], label="nothing committed"),
    Case("TXN007", [*transactions._held(200, 0), Variable(name="wait_timeout", value=None)], label="none asleep"),
    Case("TXN007", [*transactions._held(200, 200), (Variable, _UNSEEN)], [("shop@10.%", LOW)], label="setting unseen"),
    Case("TXN007", [*transactions._held(200, 200), Variable(name="wait_timeout", value=None)], [("shop@10.%", LOW)],
         label="setting unknown"),
    Case("TXN007", transactions._held(200, 200, command="Query"), label="at work"),
    Case("TXN008", _counters(start=10_000, timeout=10), [("tenant 1002", LOW)], label="just enough of them"),
    Case("TXN009", [_transaction(1, age_s=9), _transaction(2, globalid="g1", state="PREPARE", last_request_age_s=600)],
         [(_OWN, MEDIUM)], label="another is at work"),
    Case("TXN009", [_transaction(globalid="g1", state="PREPARE", last_request_age_s=None, age_s=None)],
         label="age unknown"),
    Case("TXN009", [_transaction(n, globalid=f"g{n}", state="PREPARE", last_request_age_s=age)
                    for n, age in ((1, 600), (2, 3600), (3, 700))], [(_OWN, HIGH)], label="the oldest of three"),
    Case("TXN010", [*(_wait(1, n) for n in range(2)), *(_with(_wait(1, n), id1=6) for n in range(4)),
                    *(_with(_wait(1, 9 + n), id1=7) for n in range(3))], [(_OWN, LOW)], label="the longest queue"),
]  # fmt: skip

# Versions


def _observers(*versions: str) -> list[Parameter]:
    return [Parameter(scope="CLUSTER", name="min_observer_version", value=version) for version in versions]


VERSIONS = [
    Case("VER002", [Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", compatible="4.9.0.0")],
         [("tenant shop", MEDIUM)], version=Version(4, 10, 0, 0), label="4.9 before 4.10"),
    Case("VER002", [Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", compatible="4.10.0.0")],
         version=Version(4, 9, 0, 0), label="4.10 after 4.9"),
    Case("VER004", _observers("4.10.0.0", "4.9.0.0", "4.10.1.0"), [("min_observer_version", MEDIUM)],
         version=Version(4, 10, 0, 0), label="4.9-before-4.10"),
    Case("VER004", _observers("4.10.0.0"), version=Version(4, 9, 0, 0), label="4.10-after-4.9"),
]  # fmt: skip

# SQL

_ret, _shape, _total, _cache, _plan = sql._ret, sql._shape, sql._total, sql._cache, sql._plan
_DELETE = sql._DELETE
_SERIOUS = (
    -4000, -4012, -4013, -4015, -4016, -4019, -4030, -4038, -4101, -4121, -4138, -4209, -4663, -6005, -6210, -6211,
    -6224,
)  # fmt: skip


def _ring(span_s: int, server: int, **parts: Any) -> AuditReturn:
    return sql._on(f"10.0.0.{server}", span_s, **parts)


STATEMENTS = [
    Case("SQL001", [_ret(300, first_us=10**9), _ret(400, -1, last_us=5 * 10**9), _ret(300, first_us=10**6),
                    *(_shape(name, over_1s=2, max_elapsed_us=longest) for name, longest in zip("ABC", (2, 9, 5),
                                                                                              strict=True))],
         [(_OWN, LOW)], label="several rows"),
    Case("SQL002", [_total("A", 10, executions=20)], [("SQL A", MEDIUM)], label="just enough"),
    Case("SQL002", [_total("A", 0, executions=99)], label="no time at all"),
    Case("SQL004", [_shape(executions=10, elapsed_us=50_000, rows_read=100_000)], [("SQL A", LOW)],
         label="just enough rows read"),
    Case("SQL004", [sql._reading(rows_read=10**6, rows_returned=60, rows_affected=40)], [("SQL A", LOW)],
         label="returned and changed"),
    Case("SQL005", [_cache(50_000, 30_000, 1002), _cache(90_000, 9_000, 1002), _cache(99_999, 0, 1004)],
         [("tenant 1002", HIGH)], label="one tenant asked too little"),
    *(Case("SQL006", [_ret(980), _ret(20, code)], [(f"return code {code}", HIGH)], label=f"serious {code}")
      for code in _SERIOUS),
    Case("SQL006", [_ret(995), _ret(5, -4012)], [("return code -4012", MEDIUM)], label="just enough"),
    Case("SQL006", [_ret(980), *(_ret(10, -4012, sql_id=name) for name in ("B", "D", "C")), _ret(5, -1, sql_id="Z")],
         [("return code -4012", HIGH)], label="several statements"),
    Case("SQL021", [_ret(3, -4103, sql_id="B", svr_ip=None), _ret(1, -4103, sql_id="D", svr_ip="10.0.0.2"),
                    _ret(2, -4103, sql_id="C", svr_ip="10.0.0.3")], [("return code -4103", HIGH)],
         label="several servers"),
    Case("SQL007", [_ring(900, 1), _ring(60, 2, records=7), _ring(300, 3)], [(_OWN, LOW)],
         label="the shortest of three"),
    Case("SQL007", [_ring(60, 1, first_request=2, records=5), _ring(30, 1, code=-1, first_us=2, records=6)],
         [(_OWN, LOW)], label="has lost one request"),
    Case("SQL007", [_ring(60, 1, first_us=10**6)], [(_OWN, LOW)], label="does not begin at 0"),
    Case("SQL008", [_shape(executions=10, elapsed_us=5_000_000, execute_us=2_500_000)], [("SQL A", LOW)],
         label="half of it executing"),
    Case("SQL008", [_shape(executions=10, execute_us=0)], label="no time at all"),
    Case("SQL009", [_shape(elapsed_us=1_000_000, lock_wait_us=1_000_000)], [("SQL A", HIGH)], label="just enough"),
    Case("SQL009", [_shape(elapsed_us=0, lock_wait_us=1_000_000)], [("SQL A", HIGH)], label="no time at all"),
    Case("SQL010", [_shape("A", elapsed_us=3_000_000, queue_us=4_000_000), _shape("B", elapsed_us=7_000_000)],
         [(_OWN, MEDIUM)], label="several shapes"),
    Case("SQL010", [_shape(executions=200, queue_us=400_000)], [(_OWN, HIGH)], label="no time at all"),
    Case("SQL012", [_plan(average_ms=0), _plan(plan_hash=2, average_ms=20)], [("SQL A", HIGH)], label="no time at all"),
    Case("SQL012", [_plan(average_ms=1), *(_plan(plan_hash=2, average_ms=ms, executions=5) for ms in (30, 10))],
         [("SQL A", MEDIUM)], label="one plan on two servers"),
    Case("SQL013", [_shape(executions=1, elapsed_us=5, max_rows_returned=10**5), _shape("B", 0, max_rows_returned=9)],
         [("SQL A", LOW)], label="one that did not run"),
    Case("SQL014", [_DELETE, _total("A", 9, 0, rows_processed=10**9)], not_assessed=True, label="never ran"),
    Case("SQL014", [_DELETE, _total("A", 9, 2, rows_processed=0)], label="found no row"),
    Case("SQL014", [_DELETE, _total("A", 9, 2, rows_processed=20_000), _total("B", 9, 2, rows_processed=1)],
         [("SQL A", LOW)], label="beside another"),
    Case("SQL014", [_plan("DELETE FROM t", tenant_id=1002), _plan("DELETE FROM t", tenant_id=1004),
                    _total("A", 9, 2, rows_processed=20_000, tenant_id=1002),
                    _total("A", 9, 2, rows_processed=2, tenant_id=1004),
                    (RepositoryShape, _UNSEEN), (SqlShape, _UNSEEN)],
         [("SQL A of tenant 1002", LOW)], tenant_kind=TenantKind.SYS, label="one text, two tenants"),
    Case("SQL014", [_DELETE, _total("A", 9, 2, rows_processed=40_000), _shape(executions=1, rows_affected=10_000)],
         [("SQL A", LOW)], label="more in the totals"),
    Case("SQL014", [_DELETE, _total("A", 9, 4, rows_processed=40_000), _shape(executions=2, rows_affected=20_000)],
         [("SQL A", LOW)], label="alike in both"),
    Case("SQL014", [_DELETE, _total("A", 9, 1000, rows_processed=10_000_000), _shape(executions=1, rows_affected=9)],
         [("SQL A", LOW)], label="often in the totals"),
    Case("SQL014", [_DELETE, _total("A", 9, 2, rows_processed=20_000), (SqlShape, _UNSEEN)], [("SQL A", LOW)],
         label="ring unseen"),
    Case("SQL014", [_DELETE, (SqlTotal, _UNSEEN), _shape(executions=1, rows_affected=10_000)], [("SQL A", LOW)],
         label="totals unseen, but the ring"),
    Case("SQL015", [_ret(400, hard_parses=10), _ret(400, -1, hard_parses=140), _ret(200, hard_parses=5)],
         [(_OWN, LOW)], label="several codes"),
    Case("SQL016", [_shape("A", 300, remote_plans=100), _shape("B", 400, remote_plans=190), _shape("C", 300)],
         label="several shapes"),
]  # fmt: skip

# Schema

_sequence, _split = schema_objects._sequence, schema_objects._split
_MAXIMUM = 9223372036854775807
SCHEMA = [
    Case("SCH002", [*schema._index("e", "b", "SYS_NC19$"), *schema._index("e2", "b", "SYS_NC19$", "c")],
         label="partly an expression"),
    Case("SCH006", [schema._table("a", collation=None), schema._text("gbk")], [("shop.a", LOW)],
         label="collation unknown"),
    Case("SCH007", [schema._unit(4), schema._unit(1), schema._unit(2), *schema.MANY, *schema.B], [(_OWN, LOW)],
         label="the smallest unit counts"),
    Case("SCH007", [schema._unit(1), *schema.MANY, *schema.PRIMARY], label="a key is no index of its own"),
    Case("SCH010", [_sequence(1, min_value=7, max_value=7), _sequence(1, min_value=9, max_value=7)], label="no span"),
    Case("SCH010", [_sequence(2, min_value=1, max_value=2)], [("shop.s", CRITICAL)], label="a span of one"),
    Case("SCH010", [_sequence(1, min_value=1, max_value=101, increment_by=0)], [("shop.s", CRITICAL)],
         label="no step"),
    Case("SCH010", [_sequence(-100, min_value=-101, max_value=-1, increment_by=-1)], [("shop.s", CRITICAL)],
         label="falling to its end"),
    Case("SCH011", [_split(pieces=1024), *(_parameter("max_partition_num", n) for n in (65_536, 8_192, 16_384))],
         [("shop.t", LOW)], label="the smallest setting counts"),
    Case("SCH013", [_split(table_rows=200_000, largest_rows=None)], label="largest unknown"),
    Case("SCH014", [BusinessObject(owner="shop", object_name="v", object_id=1, object_type="VIEW", status="Valid")],
         label="valid"),
    Case("SCH019", [schema._table("a", collation=None), schema._table("b")], label="collation unknown"),
    Case("SCH019", [schema._table("a", collation="ascii_bin"), schema._table("b", collation="utf8mb4_bin")],
         [("shop", LOW)], label="as many of each"),
    Case("SCH019", [schema._table(name, collation=one) for name, one in zip("abcde", (
        "latin1_bin", "utf8mb4_bin", "ascii_bin", "utf8mb4_bin", "gbk_bin"), strict=True)],
         [("shop", LOW)], label="the most frequent of four"),
    Case("SCH021", [schema_objects._overgrown(0, 10**6)], label="until today"),
    Case("SCH012", [schema_objects._plain("1795478400", "1795651200", 2)], label="two bounds only"),
]  # fmt: skip

# Parameters

_timeouts = parameters._timeouts
_TEMPLATES = (("_enable_defensive_check", "0"), ("_rowsets_max_rows", "1"), ("_rowsets_max_rows", "4"),
              ("_rowsets_max_rows", "32"))  # fmt: skip


def _shared(value: str | None) -> list[object]:
    """A plan cache that is full, and its share of the memory."""
    return [_CACHES[0], Variable(name="ob_plan_cache_percentage", value=value)]


PARAMETERS = [
    *(Case("CAP008", _shared(value), [("tenant 1", LOW)], label=f"its share is {value}")
      for value in (None, "", "x", "0", "1", "2", "14", "15", "16", "29", "30", "31")),
    Case("PAR026", [fact("PAR026", " ")], not_assessed=True, label="an empty word"),
    Case("PAR080", [parameter("x", value, svr_ip=f"10.0.0.{n}") for n, value in enumerate("122334")],
         [("x", MEDIUM)], label="four values"),
    Case("PAR080", [parameter("y", value, svr_ip=f"10.0.0.{n}") for n, value in enumerate("12333")],
         [("y", MEDIUM)], label="the most frequent comes last"),
    Case("PAR081", [parameter(name, value, default_value="7", isdefault="NO") for name, value in _TEMPLATES],
         label="set by the templates of deployment"),
    *(Case("PAR081", [parameter(name, "5", default_value="7", isdefault="NO")], [("hidden parameters", LOW)],
           label=f"{name} by hand") for name in ("_enable_defensive_check", "_rowsets_max_rows")),
    *(Case("PAR082", _timeouts("10000001", value), not_assessed=True, label=f"transactions: {value!r}")
      for value in (None, "", "x", "0")),
    Case("PAR082", _timeouts("5", "1"), label="the transaction's is 1"),
    Case("PAR082", _timeouts("604800000000", "10000000"), [(_OWN, MEDIUM)], label="both just right by themselves"),
]  # fmt: skip

# Security

_root, _account, _nodes = security._root, security._account, security._nodes
SECURITY = [
    Case("SEC001", [_root(locked=True), security.OPEN], label="root is locked"),
    Case("SEC001", [_root(), security._variable("ob_tcp_invited_nodes", None)], label="the allowlist is NULL"),
    Case("SEC002", [_account("shop", "%", "select"), security.OPEN, security.DENIED], [("shop@%", LOW)],
         label="the console is attested open"),
    Case("SEC003", [_account("proxyro", "%", "super", kind="ROLE")], label="a role of the platform"),
    Case("SEC006", [_nodes("%"), security.DENIED], [(_OWN, LOW)], label="the console is attested open"),
    Case("SEC007", [_root(age_days=1095, locked=True)], label="root is locked"),
    Case("SEC013", [*(_with(row, db=name) for row, name in zip(security._roots(5), ("b", None, "a", "b", ""),
                                                               strict=True)),
                    _with(security._sessions(1, 0)[0], db="c")], [("root", LOW)], label="in two databases"),
]  # fmt: skip

# More of the schema, of statements and of clusters

_auto = schema._auto
_HIGHEST = 2**63 - 1
MORE = [
    Case("AVL012", [_with(row, tenant_id=1001) for row in cluster._transfers(10)], tenant_kind=SYS,
         label="of a META tenant"),
    Case("SCH001", [schema._table("t"), _with(schema._number("id", "int(11)", auto=True), table_name="u")],
         [("shop.t", LOW)], label="another table counts"),
    Case("SCH001", [schema._table("t"), schema._number("id", "int(11)", auto=True)], [("shop.t", LOW)],
         label="it counts already"),
    Case("SCH001", [schema._table("t"), schema._number("price", "double")], [("shop.t", LOW)],
         label="a column that does not count"),
    Case("SCH001", [schema._table("t"), (NotableColumn, _UNSEEN)], [("shop.t", LOW)], label="columns unseen"),
    Case("SCH001", [_with(schema._table("t"), table_rows=None)], [("shop.t", LOW)], label="rows unknown"),
    Case("SCH003", [*_auto("int(11)", schema.INT_MAX, schema.INT_MAX),
                    BusinessObject(owner="shop", object_name="t", object_id=9, object_type="INDEX", status="INVALID")],
         [("shop.t", CRITICAL)], label="an index of the same name"),
    Case("SCH003", [*_auto("int(11)", schema.INT_MAX, schema.INT_MAX)[1:], schema._number("n", "int(11)")],
         label="not this column"),
    Case("SCH003", _auto("double", 10**9), label="floating point"),
    Case("SCH003", _auto("bigint(20)", 2**63 - 1), [("shop.t", CRITICAL)], label="wider without a sign only"),
    Case("SCH003", [*_auto("int(11)", schema.INT_MAX, schema.INT_MAX),
                    _with(schema._number("id", "int(11)", auto=True), table_name="unknown")],
         [("shop.t", CRITICAL)], label="one table without a counter"),
    Case("SCH003", [*_auto("tinyint(4)", 127), schema._counted(127)], [("shop.t", CRITICAL)],
         label="every value is used"),
    Case("SCH003", [*_auto("mediumint(9)", 2**23 - 1), schema._counted(2**23 - 1)], [("shop.t", CRITICAL)],
         label="every value of three bytes is used"),
    Case("SCH003", [*_auto("mediumint(9)", 2**22), schema._counted(2**22)], label="half the values of three bytes"),
    Case("SCH003", _auto("smallint(6)", 1000), label="young, no statistics"),
    Case("SCH003", _auto("smallint(6)", 1), label="the first value"),
    Case("SCH003", [*_auto("tinyint(3) unsigned", 153), schema._counted(153)], [("shop.t", LOW)],
         label="as many rows as the bound"),
    Case("SCH003", [*_auto("tinyint(3) unsigned", 153), schema._counted(152)], not_assessed=True,
         label="the cache ends at the bound"),
    Case("SCH003", [*_auto("tinyint(3) unsigned", 152), schema._counted(152)], label="it ends before the bound"),
    Case("SCH010", [_sequence(_HIGHEST, max_value=_HIGHEST)], [("shop.s", CRITICAL)], label="the largest bound"),
    Case("SCH010", [_sequence(_HIGHEST, max_value=_HIGHEST - 1)], [("shop.s", CRITICAL)], label="almost the largest"),
    Case("SCH012", [schema_objects._plain(20241122, 20261124, 2)], [("shop.t", MEDIUM)], label="732 days apart"),
    Case("SCH012", [schema_objects._plain(20241121, 20261124, 2)], label="733 days apart: ids"),
    Case("SCH012", [schema_objects._called("to_days(d)", "x"), _with(
        schema_objects._called("to_days(d)", schema_objects.TODAY.toordinal() + 370), first_bound="x")],
         label="one bound is no date"),
    Case("SCH012", [_with(schema_objects._called("to_days(d)", schema_objects.TODAY.toordinal() + 370),
                          last_bound=None)], label="the last bound is unknown"),
    Case("SCH013", [_split(table_rows=0, largest_rows=0)], label="empty"),
    Case("SQL001", [_ret(first_us=2 * 10**9), _ret(9, -1, first_us=10**9), _ret(9, -2, first_us=3 * 10**9),
                    _shape(over_1s=99)], [(_OWN, MEDIUM)], label="the ring does not begin at 0"),
    Case("SQL005", [_with(_cache(50_000, 45_000), mem_limit=limit) for limit in (3, 9, 5)], [(_OWN, LOW)],
         label="three servers"),
    Case("SQL010", [_shape("A", elapsed_us=4_000_000, queue_us=2_000_000),
                    _shape("B", elapsed_us=3_000_000, queue_us=4_000_000)], [(_OWN, HIGH)], label="both queue"),
    Case("SQL015", [_ret(150, hard_parses=10), _ret(150, -1, hard_parses=110)], [(_OWN, MEDIUM)],
         label="just enough of them together"),
]  # fmt: skip

CASES = [
    *PARAMETERS, *SECURITY, *MORE, *AVAILABILITY, *BACKUP, *COMPACTION, *OPERATIONS, *CAPACITY, *STATISTICS,
    *TRANSACTIONS, *VERSIONS, *STATEMENTS, *SCHEMA,
]  # fmt: skip
