"""Cases of the checks on servers, zones, the place of replicas, and what operators left behind."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from agent.facts.cluster import (
    BalanceJob,
    FailedOperation,
    FailedTransfer,
    Location,
    LogRestore,
    Outline,
    Server,
    ThrottlingRule,
    Zone,
)
from agent.facts.given import Build
from agent.facts.maintenance import WorkloadControl
from agent.facts.resources import LogReplica
from agent.facts.settings import Parameter, Tenant
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind, Version
from tests.harness import NOW
from tests.harness import Case as AnyCase

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_BUILD = "4.2.5.1_101000092024120918-e7d6b5(Dec  9 2024 18:31:28)"
_SERVER = Server(
    id=1, zone="z1", status="ACTIVE", build_version=_BUILD, create_time=NOW - 500 * DAY,
    start_service_time=NOW - 90 * DAY, stop_time=None, last_offline_time=None, cpu_capacity=16.0, cpu_assigned_max=16.0,
    mem_capacity=100, mem_assigned=60,
    log_disk_capacity=1000, log_disk_in_use=600, data_disk_capacity=1000, data_disk_in_use=500,
    data_disk_health_status="NORMAL",
)  # fmt: skip
_DEAD: dict[str, Any] = dict.fromkeys(
    ("cpu_capacity", "cpu_assigned_max", "mem_capacity", "mem_assigned", "log_disk_capacity", "log_disk_in_use",
     "data_disk_capacity", "data_disk_in_use", "data_disk_health_status")
)  # fmt: skip


def Case(code: str, *args: Any, **kwargs: Any) -> AnyCase:
    """A case seen from sys where only sys can answer."""
    sys_only = code in {"AVL005", "AVL006", "AVL013", "AVL014", "VER003"} or code.startswith("CAP")
    return AnyCase(code, *args, **{"tenant_kind": TenantKind.SYS if sys_only else TenantKind.USER, **kwargs})


def _server(number: int = 1, **parts: Any) -> Server:
    return dataclasses.replace(_SERVER, id=number, **parts)


def _at(zone: int, role: str = "FOLLOWER", ls_id: int = 1001, tenant_id: int | None = None, **parts: Any) -> Location:
    members = "10.0.0.1:2882:1,10.0.0.2:2882:1,10.0.0.3:2882:1" if role == "LEADER" else None
    plain: dict[str, Any] = {
        "svr_ip": f"10.0.0.{zone}",
        "member_list": members,
        "replica_type": "FULL",
        "rebuild": "FALSE",
        **parts,
    }
    return Location(tenant_id=tenant_id, ls_id=ls_id, svr_port=2882, zone=f"z{zone}", role=role, **plain)


def _stream(ls_id: int, leader: int, tenant_id: int | None = None) -> list[Location]:
    return [_at(zone, "LEADER" if zone == leader else "FOLLOWER", ls_id, tenant_id) for zone in (1, 2, 3)]


def _tenant(tenant_id: int = 1002, **parts: Any) -> Tenant:
    plain: dict[str, Any] = {"primary_zone": "z1;z2,z3", "tenant_role": "PRIMARY", "switchover_status": "NORMAL"}
    return Tenant(
        tenant_id=tenant_id,
        tenant_name=f"t{tenant_id}",
        tenant_type="META" if tenant_id % 2 else "USER",
        **{**plain, **parts},
    )


def _served(tenant_id: int = 1002, **parts: Any) -> Tenant:
    """A tenant with its state; ``create_time`` is a year ago."""
    plain: dict[str, Any] = {"status": "NORMAL", "in_recyclebin": "NO", "locked": "NO", "create_time": NOW - 365 * DAY}
    return _tenant(tenant_id, **{**plain, **parts})


def _planned(
    locality: str | None = "FULL{1}@z1, FULL{1}@z2, FULL{1}@z3", tenant_id: int = 1002, **parts: Any
) -> Tenant:
    return _tenant(tenant_id, **{"locality": locality, "previous_locality": "", **parts})


def _restore(status: str, ls_id: int = 1001, tenant_id: int | None = None, error: int = -1) -> LogRestore:
    return LogRestore(tenant_id=tenant_id, ls_id=ls_id, sync_status=status, err_code=0 if status == "NORMAL" else error)


def _standby(lag_s: float, until: int | None = 4611686018427387903, tenant_id: int = 1002) -> Tenant:
    scn = int((NOW.timestamp() - lag_s) * 10**9)
    return _tenant(tenant_id, tenant_role="STANDBY", sync_scn=scn, recovery_until_scn=until)


def _replica(role: str = "FOLLOWER", end_s: float = 1000) -> LogReplica:
    return LogReplica(
        tenant_id=1002,
        ls_id=1001,
        role=role,
        in_sync="YES",
        paxos_member_list="",
        paxos_replica_num=3,
        end_scn=int(end_s * 10**9),
    )


def _balance(hours: float, tenant_id: int | None = None) -> BalanceJob:
    return BalanceJob(
        tenant_id=tenant_id,
        job_id=1,
        create_time=NOW - hours * HOUR,
        balance_strategy="LS balance by expand",
        status="DOING",
    )


def _transfers(count: int, days: float = 1) -> list[FailedTransfer]:
    return [FailedTransfer(task_id=number, create_time=NOW - days * DAY, result=-6005) for number in range(count)]


def _moving(hours: float, before: str | None = "F@z1") -> Tenant:
    return _tenant(previous_locality=before, locality="F@z2", modify_time=NOW - hours * HOUR)


def _events(count: int, days: float = 1, tenant_id: int | None = None) -> list[FailedOperation]:
    happened = NOW - days * DAY
    one = FailedOperation(tenant_id=tenant_id, happened=happened, module="TENANT", event="SWITCHOVER", ret_code=-4012)
    return [one] * count


def _parameter(name: str, value: str) -> Parameter:
    return Parameter(scope="CLUSTER", name=name, value=value)


def _kept(days: int) -> WorkloadControl:
    return WorkloadControl(snap_interval="+0 01:00:00", retention=f"+{days} 00:00:00")


def _rule(days: float | None, concurrent: int = 5) -> ThrottlingRule:
    return ThrottlingRule(database_name="shop", outline_name="lim", create_time=_ago(days), concurrent_num=concurrent)


def _outline(days: float | None, name: str = "bound") -> Outline:
    return Outline(database_name="shop", outline_name=name, create_time=_ago(days))


def _ago(days: float | None) -> datetime | None:
    return None if days is None else NOW - days * DAY


_S1, _STREAM, _REPOSITORY = "server 1 (z1)", "tenant 1002, log stream 1001", "workload repository"
_EMBEDDED = Build(version=Version(4, 2, 5, 1), tenant_kind=TenantKind.USER, embedded=True)
_UNSEEN = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
CASES = [
    Case("AVL005", [_server(), _server(2, status="DELETING")]),
    Case("AVL005", [_server(status="INACTIVE", last_offline_time=NOW - DAY, **_DEAD)], [(_S1, HIGH)]),
    Case("AVL005", [_server(status="INACTIVE", **_DEAD)], [(_S1, HIGH)], label="time-unknown"),
    Case("AVL005", [_server(stop_time=NOW - DAY)], [(_S1, HIGH)], label="stopped"),
    Case("AVL005", [_server(start_service_time=None)], [(_S1, HIGH)], label="not-serving"),
    Case("AVL006", [Zone(zone="z1", status="ACTIVE")]),
    Case("AVL006", [Zone(zone="z1", status="ACTIVE"), Zone(zone="z2", status="INACTIVE")], [("zone z2", HIGH)]),
    Case("AVL007", [_tenant(), *_stream(1001, 1), *_stream(1002, 1)]),
    Case("AVL007", [_tenant(), *_stream(1001, 1), *_stream(1002, 1), *_stream(1003, 2)], [("tenant", LOW)]),
    Case("AVL007", [_tenant(), *_stream(1001, 2), *_stream(1002, 1)], [("tenant", MEDIUM)]),
    Case("AVL007", [_tenant(primary_zone="RANDOM"), *_stream(1001, 3)], label="any-zone"),
    Case("AVL007", [_tenant(primary_zone="z2, z3"), *_stream(1001, 3)], label="two-zones"),
    Case("AVL007", [_tenant(), _tenant(1004), *_stream(1001, 1, 1002), *_stream(1001, 3, 1004), *_stream(1, 3, 1003)],
         [("tenant 1004", MEDIUM)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("AVL008", [_replica("LEADER"), _replica(end_s=990), _replica()]),
    Case("AVL008", [_replica("LEADER"), _replica(end_s=985)], [(_STREAM, LOW)]),
    Case("AVL008", [_replica("LEADER"), _replica(end_s=940)], [(_STREAM, MEDIUM)]),
    Case("AVL008", [_replica("LEADER"), _replica(end_s=400)], [(_STREAM, HIGH)]),
    Case("AVL008", [_replica(), _replica(end_s=1)], label="no-leader-is-told-elsewhere"),
    Case("AVL008", not_assessed=True),
    Case("AVL009", _stream(1001, 1)),
    Case("AVL009", _stream(1001, 1)[:2], [("tenant, log stream 1001", MEDIUM)]),
    Case("AVL009", _stream(1001, 1)[:1], [("tenant, log stream 1001", HIGH)]),
    Case("AVL009", [*_stream(1001, 1), _at(4, replica_type="READONLY")], label="read-only-replica"),
    Case("AVL009", [*_stream(1001, 1, 1002), *_stream(1001, 1, 1004), _at(4, tenant_id=1004)],
         [("tenant 1004, log stream 1001", MEDIUM)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("AVL009", [
        _at(1, "LEADER", svr_ip="fd00::1", member_list="[fd00::1]:2882:1,[fd00:0:0::2]:2882:16,[fd00::3]:2882:1"),
        _at(2, svr_ip="fd00::2"), _at(3, svr_ip="fd00::3"),
    ], label="IPv6"),
    Case("AVL009", [_at(1, "LEADER", svr_ip="fd00::1", member_list="[fd00::1]:2882:1,[fd00::2]:2882:1")],
         [("tenant, log stream 1001", MEDIUM)], label="IPv6, one is lost"),
    Case("AVL009", [_at(1, "LEADER", svr_ip="node-1", member_list="node-1:2882:1")], label="a name"),
    Case("AVL010", [_tenant(), _standby(299, tenant_id=1004)]),
    Case("AVL010", [_standby(300)], [("tenant t1002", LOW)]),
    Case("AVL010", [_standby(900, until=None)], [("tenant t1002", MEDIUM)]),
    Case("AVL010", [_standby(3600)], [("tenant t1002", HIGH)]),
    Case("AVL010", [_standby(9999, until=int(NOW.timestamp() - 9999) * 10**9)], label="told-to-stop"),
    Case("AVL010", [_standby(9999, tenant_id=1003)], label="meta-tenant"),
    Case("AVL011", [_balance(11.9)]),
    Case("AVL011", [_balance(12)], [("tenant", LOW)]),
    Case("AVL011", [_balance(48, 1002), _balance(99, 1001)], [("tenant 1002", MEDIUM)], tenant_kind=TenantKind.SYS),
    Case("AVL011", [_balance(240)], [("tenant", HIGH)]),
    Case("AVL012", [*_transfers(9), *_transfers(500, days=8)]),
    Case("AVL012", _transfers(10), [("tenant", LOW)]),
    Case("AVL012", _transfers(200), [("tenant", MEDIUM)]),
    Case("AVL013", [_server(), _server(2, start_service_time=None)]),
    Case("AVL013", [_server(start_service_time=NOW - 7 * DAY)], [(_S1, LOW)]),
    Case("AVL013", [_server(start_service_time=NOW - 2 * DAY, create_time=NOW - 2 * DAY - HOUR)], label="just-added"),
    Case("AVL014", [_server(), _server(2)]),
    Case("AVL014", [_server(), _server(2, **_DEAD)], not_assessed=True, label="one is dead"),
    Case("AVL014", [_server(data_disk_health_status="WARNING")], [(_S1, HIGH)]),
    Case("AVL014", [_server(**_DEAD)], not_assessed=True),
    Case("AVL015", [_moving(99, ""), _moving(5.9)]),
    Case("AVL015", [_moving(99, None), _moving(5.9)], not_assessed=True, label="whether it changes is unknown"),
    Case("AVL015", [_moving(6)], [("tenant t1002", LOW)]),
    Case("AVL015", [_moving(24)], [("tenant t1002", MEDIUM)]),
    Case("AVL015", [_moving(168)], [("tenant t1002", HIGH)]),
    Case("AVL016", [_tenant(primary_zone="RANDOM"), *_stream(1001, 1), *_stream(1002, 2), *_stream(1003, 3)]),
    Case("AVL016", [_tenant(primary_zone="RANDOM"), *_stream(1001, 1), *_stream(1002, 1), *_stream(1, 1)],
         [("tenant", LOW)]),
    Case("AVL016", [_tenant(primary_zone="z1,z2"), *(row for ls in range(1001, 1007) for row in _stream(ls, 1))],
         [("tenant", MEDIUM)]),
    Case("AVL016", [_tenant(), *(row for ls in range(1001, 1007) for row in _stream(ls, 1))], label="one-primary-zone"),
    Case("AVL017", [_tenant()]),
    Case("AVL017", [_tenant(switchover_status="SWITCHING TO STANDBY")], [("tenant t1002", HIGH)]),
    Case("AVL017", [_tenant(switchover_status=None)], not_assessed=True),
    Case("AVL019", [_restore("NORMAL"), _restore("RESTORE SUSPEND", 1002), _restore("STANDBY IN THROTTLING", 1)]),
    Case("AVL019", [_restore("WAITING LS CREATED"), _restore("WAIT LOG STREAM CREATED", 1002)], label="being made"),
    Case("AVL019", [_served()], label="a primary"),
    Case("AVL019", [_standby(1)], not_assessed=True, label="a standby of which nothing is told"),
    Case("AVL019", [_standby(1), _restore("CHECK NETWORK"), _restore("CHECK NETWORK", 1002)], [("tenant", HIGH)]),
    *(Case("AVL019", [_standby(1), _restore(status)], [("tenant", HIGH)], label=status)
      for status in ("STANDBY LOG NOT MATCH", "STANDBY NEED UPGRADE", "STANDBY LOG DISK IS FULL")),
    Case("AVL019", [_standby(1), _standby(1, tenant_id=1004), _standby(1, tenant_id=1005),
                    _restore("SOURCE HAS A GAP", tenant_id=1002), _restore("NORMAL", tenant_id=1004)],
         [("tenant 1002", HIGH)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("AVL020", [_served(), _served(status="RESTORE", create_time=NOW - 23 * HOUR)]),
    Case("AVL020", [_served(1001, locked="YES")], label="meta-tenant"),
    Case("AVL020", [_served(locked="YES")], [("tenant t1002", HIGH)], label="locked"),
    Case("AVL020", [_served(in_recyclebin="YES")], [("tenant t1002", HIGH)], label="dropped"),
    Case("AVL020", [_served(status="RESTORE", create_time=NOW - DAY)], [("tenant t1002", HIGH)], label="restoring"),
    Case("AVL020", [_served(status="CREATING", create_time=None)], [("tenant t1002", HIGH)], label="age unknown"),
    Case("AVL020", [_served(status="DROPPING", create_time=NOW)], [("tenant t1002", HIGH)], label="being dropped"),
    Case("AVL020", [_served(), _tenant(1004)], not_assessed=True, label="state unknown"),
    Case("AVL020", [_served(locked="YES"), _served(1004), _served(1006, locked="YES", in_recyclebin="YES")],
         [("tenant t1002", HIGH), ("tenant t1006", HIGH)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("AVL021", _stream(1001, 1)),
    Case("AVL021", [*_stream(1001, 1)[:2], _at(3, rebuild="TRUE")], [("tenant, log stream 1001", MEDIUM)]),
    Case("AVL021", [_at(3, rebuild="TRUE", tenant_id=1001), *_stream(1001, 1, 1002)], label="meta-tenant"),
    Case("AVL021", [_at(1, "LEADER", rebuild=None)], not_assessed=True, label="4.2.0-lacks-the-column"),
    *(Case(code, not_assessed=True, label="empty") for code in ("AVL021", "AVL023")),
    Case("AVL022", [_planned(), *_stream(1001, 1), *_stream(1002, 2)]),
    Case("AVL022", [_planned("F@z1,f{1}@z2,R@z3,COLUMNSTORE{1}@z4"),
                    _at(1, "LEADER", member_list="10.0.0.1:2882:1,10.0.0.2:2882:1")], label="only full ones vote"),
    Case("AVL022", [_planned(), _at(1, "LEADER", member_list="10.0.0.1:2882:1,10.0.0.2:2882:1"), _at(2)],
         [("tenant, log stream 1001", HIGH)], label="three are planned, two are members"),
    Case("AVL022", [_planned(), _at(1, "LEADER", member_list="[fd00::1]:2882:1")],
         [("tenant, log stream 1001", CRITICAL)], label="IPv6"),
    Case("AVL022", [_planned(), _at(1, "LEADER", member_list=None)], label="members-unknown"),
    Case("AVL022", [_planned(previous_locality="F@z1"), *_stream(1001, 1)], not_assessed=True, label="being changed"),
    Case("AVL022", [_planned(None), *_stream(1001, 1)], not_assessed=True, label="locality unknown"),
    Case("AVL022", [_planned(), _planned("F@z1", 1004), *_stream(1001, 1, 1002),
                    _at(1, "LEADER", tenant_id=1004, member_list="10.0.0.1:2882:1")],
         tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("CAP020", [_server(cpu_assigned_max=23.9), _server(2)]),
    Case("CAP020", [_server(), _server(2, **_DEAD)], not_assessed=True, label="one is dead"),
    Case("CAP020", [_server(2, **_DEAD), _server(cpu_assigned_max=24.0)], [(_S1, LOW)], label="another is dead"),
    Case("CAP020", [_server(cpu_assigned_max=24.0)], [(_S1, LOW)]),
    Case("CAP020", [_server(cpu_assigned_max=40.0)], [(_S1, MEDIUM)]),
    Case("CAP020", [_server(cpu_assigned_max=64.0)], [(_S1, HIGH)]),
    Case("CAP020", [_server(**_DEAD)], not_assessed=True),
    Case("CAP021", [_server(data_disk_in_use=749)]),
    Case("CAP021", [_server(data_disk_in_use=750)], [(_S1, LOW)]),
    Case("CAP021", [_server(data_disk_in_use=800)], [(_S1, MEDIUM)]),
    Case("CAP021", [_server(data_disk_in_use=900), _server(2, data_disk_in_use=950)],
         [("server 2 (z1)", CRITICAL), (_S1, HIGH)]),
    Case("CAP021", [_server(**_DEAD)], not_assessed=True),
    Case("CAP021", [_server(2, **_DEAD), _server(data_disk_in_use=900)], [(_S1, HIGH)], label="another is dead"),
    Case("CAP021", [_server(2, **_DEAD), _server(data_disk_in_use=749)], not_assessed=True, label="one is dead"),
    Case("CAP021", not_assessed=True, label="no server"),
    Case("CAP022", [_server(log_disk_in_use=849)]),
    Case("CAP022", [_server(log_disk_in_use=850)], [(_S1, MEDIUM)]),
    Case("CAP022", [_server(log_disk_in_use=900)], [(_S1, HIGH)]),
    Case("CAP022", [_server(log_disk_in_use=950)], [(_S1, CRITICAL)]),
    Case("CAP022", not_assessed=True),
    Case("CAP023", [_server(), _server(2, mem_assigned=20), _server(3, zone="z2", mem_assigned=0)]),
    Case("CAP023", [_server(), _server(2, mem_assigned=10)], [("zone z1", LOW)]),
    Case("CAP023", [_server(mem_assigned=90), _server(2, mem_assigned=10)], [("zone z1", MEDIUM)]),
    Case("CAP023", [_server(**_DEAD)], not_assessed=True),
    Case("CAP023", [_server(), _server(2, **_DEAD)], not_assessed=True, label="one is dead"),
    Case(
        "CAP023",
        [_server(), _server(2, mem_assigned=10), _server(3, **_DEAD)],
        [("zone z1", LOW)],
        label="uneven, and another is dead",
    ),
    Case("VER003", [_server(), _server(2)]),
    Case("VER003", [_server(), _server(2, build_version="4.2.5.2_102-a(Jan)")], [("cluster", HIGH)]),
    Case("VER003", [_server(build_version="")], not_assessed=True),
    Case("VER004", [_parameter("min_observer_version", "4.2.5.1")]),
    Case("VER004", [_parameter("min_observer_version", "4.2.5.1"), _parameter("min_observer_version", "4.2.1.8")],
         [("min_observer_version", MEDIUM)]),
    Case("VER004", [(Build, (_EMBEDDED,)), _parameter("min_observer_version", "1.3.0.0")], not_assessed=True),
    Case("VER004", not_assessed=True, label="not-shown"),
    Case("VER005", [_parameter("enable_upgrade_mode", "False")]),
    Case("VER005", [_parameter("enable_upgrade_mode", "True")], [("enable_upgrade_mode", MEDIUM)]),
    Case("VER005", not_assessed=True),
    Case("OPS005", [*_events(1), *_events(40, days=31)]),
    Case("OPS005", _events(2), [("tenant, TENANT: SWITCHOVER", LOW)]),
    Case("OPS005", _events(30), [("tenant, TENANT: SWITCHOVER", MEDIUM)]),
    Case("OPS005", [*_events(2, tenant_id=1002), *_events(9, tenant_id=1001)],
         [("tenant 1002, TENANT: SWITCHOVER", LOW)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("OPS006", [_kept(7)]),
    Case("OPS006", [_kept(6)], [(_REPOSITORY, LOW)]),
    Case("OPS006", [_kept(2)], [(_REPOSITORY, MEDIUM)]),
    Case("OPS006", not_assessed=True),
    Case("OPS007", [_rule(29.9), _rule(None)]),
    Case("OPS007", [_rule(30)], [("shop.lim", LOW)]),
    Case("OPS007", [_rule(365)], [("shop.lim", MEDIUM)]),
    Case("OPS008", [_rule(1, 1)]),
    Case("OPS008", [_rule(1, 0)], [("shop.lim", LOW)]),
    Case("OPS009", [_outline(729), _outline(None)]),
    Case("OPS009", [_outline(730)], [("shop.bound", LOW)]),
    Case("OPS009", [_outline(999, "lim"), _rule(999)], label="throttling-is-told-elsewhere"),
    Case("OPS009", [(ThrottlingRule, _UNSEEN), _outline(730)], [("shop.bound", LOW)], label="rules-unseen"),
]  # fmt: skip
