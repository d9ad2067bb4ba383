"""The healthy cluster after many things went wrong at once: every fault with what must be found of it.

A fault that SQL cannot show to a business tenant is planted for the sys tenant only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from agent.facts.given import Attestation
from agent.model.terms import Severity, TenantKind
from tests.clusters import troubled_business, troubled_upkeep
from tests.clusters.cluster import GIB, Cluster, Row, ago
from tests.clusters.healthy import CRM, GIVEN, SERVERS, SHOP, healthy
from tests.clusters.schema import Target

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
BOTH = frozenset(TenantKind)
SYS, USER = frozenset({TenantKind.SYS}), frozenset({TenantKind.USER})
DEAD = SERVERS[2]
# Nobody vouches for more than the size of the disk.
KNOWN = tuple(item for item in GIVEN if isinstance(item, Attestation) and item.key == "purchased_data_disk_bytes")


class Fault(NamedTuple):
    """What is planted, the check that must find it, how severe, and for which kinds of tenant."""

    what: str
    code: str
    severity: Severity
    plant: Callable[[Cluster], object]
    kinds: frozenset[TenantKind] = BOTH


def of(tenant: int, **values: object) -> Callable[[Row], bool]:
    """Rows of a tenant with these values."""
    wanted = {name.upper(): value for name, value in values.items()}
    return lambda row: row.get("TENANT_ID", tenant) == tenant and wanted.items() <= row.items()


def setting(name: str, value: str) -> Callable[[Cluster], object]:
    """A parameter with another value on every server."""
    change = {"VALUE": value, "ISDEFAULT": "NO"}
    return lambda cluster: cluster.change("GV$OB_PARAMETERS", change, lambda row: row["NAME"] == name)


def variable(name: str, value: str) -> Callable[[Cluster], object]:
    """A global variable with another value."""
    change = {"VARIABLE_VALUE": value}
    return lambda cluster: cluster.change("GLOBAL_VARIABLES", change, lambda row: row["VARIABLE_NAME"] == name)


def unit(change: Row, tenant: int = SHOP) -> Callable[[Cluster], object]:
    """The tenant's units in zone1."""
    return lambda cluster: cluster.change("GV$OB_UNITS", change, of(tenant, zone="zone1"))


def dead_server(cluster: Cluster) -> None:
    """Its replicas are gone, and so is the member of the log stream 1002."""
    cluster.drop("GV$OB_LOG_STAT", of(SHOP, ls_id=1003, svr_ip=DEAD.ip))
    members = ",".join(f"{server.ip}:{server.port}:1" for server in SERVERS if server is not DEAD)
    cluster.change("GV$OB_LOG_STAT", {"PAXOS_MEMBER_LIST": members}, of(SHOP, ls_id=1003))


def no_leader(cluster: Cluster) -> None:
    cluster.change("GV$OB_LOG_STAT", {"ROLE": "FOLLOWER"}, of(SHOP, ls_id=1001))


def lagging(cluster: Cluster) -> None:
    for row in cluster.rows["oceanbase.GV$OB_LOG_STAT"]:
        if of(SHOP, ls_id=1002, svr_ip=DEAD.ip)(row):
            row.update(IN_SYNC="NO", END_SCN=row["END_SCN"] - 900 * 10**9)


def one_zone(cluster: Cluster) -> None:
    cluster.drop("GV$OB_UNITS", lambda row: row["TENANT_ID"] == CRM and row["ZONE"] != "zone1")


def memstore(cluster: Cluster) -> None:
    cluster.change("GV$OB_MEMSTORE", {"MEMSTORE_USED": 10 * GIB}, of(SHOP, svr_ip=SERVERS[0].ip))


def memory(cluster: Cluster) -> None:
    """Of the server that has the leaders: the followers' cache could give back most of theirs."""
    first = {"svr_ip": SERVERS[0].ip}
    cluster.change("GV$OB_MEMORY", {"HOLD": 2 * GIB}, of(SHOP, ctx_name="KVSTORE_CACHE_ID", **first))
    cluster.change("GV$OB_TENANT_MEMORY", {"HOLD": 31 * GIB, "FREE": GIB}, of(SHOP, **first))


def busy_cpu(cluster: Cluster) -> None:
    """Nearly eight of eight cores, every hour, on the server that has the leaders."""
    for row in cluster.rows["oceanbase.DBA_WR_SYSSTAT"]:
        if (row["STAT_ID"], row["SVR_IP"]) == (140013, SERVERS[0].ip):
            row["VALUE"] = 10**13 + int(row["SNAP_ID"] * 7.7 * 3_600_000_000)


def stuck_compaction(cluster: Cluster) -> None:
    change = {
        "STATUS": "COMPACTING",
        "START_TIME": ago(hours=40),
        "LAST_FINISH_TIME": ago(hours=100),
        "IS_ERROR": "YES",
        "INFO": "CHECKSUM_ERROR",
        "IS_SUSPENDED": "YES",
    }
    cluster.change(troubled_upkeep.own(cluster, "OB_MAJOR_COMPACTION"), change, of(SHOP))


def diagnosed(cluster: Cluster) -> None:
    for tablet in range(120):
        cluster.add(
            "GV$OB_COMPACTION_DIAGNOSE_INFO",
            svr_ip=SERVERS[0].ip,
            svr_port=SERVERS[0].port,
            tenant_id=SHOP,
            type="MINOR_MERGE",
            ls_id=1001,
            tablet_id=200_100 + tablet,
            status="FAILED",
            create_time=ago(hours=1),
            diagnose_info="",
        )


def unfinished_upgrade(cluster: Cluster) -> None:
    cluster.change("DBA_OB_TENANTS", {"COMPATIBLE": "4.2.0.0"}, of(SHOP))


def one_server_differs(cluster: Cluster) -> None:
    there = ("clog_sync_time_warn_threshold", DEAD.ip)
    cluster.change("GV$OB_PARAMETERS", {"VALUE": "300ms"}, lambda row: (row["NAME"], row["SVR_IP"]) == there)


def repository_stopped(cluster: Cluster) -> None:
    """No snapshot for sixty hours."""
    for view in ("DBA_WR_SNAPSHOT", "DBA_WR_SYSSTAT", f"{'CDB' if cluster.is_sys else 'DBA'}_WR_SQLSTAT"):
        cluster.drop(view, lambda row: row["SNAP_ID"] > 168 - 60)


RESOURCES: Iterable[Fault] = (
    Fault("dead server: a replica fewer than planned", "AVL003", HIGH, dead_server),
    Fault("log stream without leader", "AVL001", CRITICAL, no_leader),
    Fault("replica lags fifteen minutes", "AVL002", MEDIUM, lagging),
    Fault("tenant in one zone", "AVL004", HIGH, one_zone, SYS),
    Fault("memstore at 83 %", "CAP001", HIGH, memstore),
    Fault("memory of one server held by other than the cache", "CAP002", MEDIUM, memory, USER),
    Fault("log disk at 94 %", "CAP003", HIGH, unit({"LOG_DISK_IN_USE": 90 * GIB})),
    Fault("attested data disk at 96 %", "CAP004", CRITICAL, unit({"DATA_DISK_IN_USE": 480 * GIB})),
    Fault("CPU of one server above 95 % all week", "CAP009", HIGH, busy_cpu),
    Fault("major compaction stuck with a checksum error", "CMP002", HIGH, stuck_compaction),
    Fault("major compaction switched off", "CMP003", MEDIUM, stuck_compaction),
    Fault("no major compaction for four days", "CMP001", MEDIUM, stuck_compaction),
    Fault("major compaction runs for forty hours", "CMP004", HIGH, stuck_compaction),
    Fault("minor compactions fail", "CMP005", MEDIUM, diagnosed),
    Fault("upgrade of the tenant not finished", "VER002", MEDIUM, unfinished_upgrade),
    Fault("workload repository stands still", "OPS002", MEDIUM, repository_stopped),
    Fault("audit switched off", "OPS001", MEDIUM, variable("ob_enable_sql_audit", "OFF")),
    Fault("servers with different parameters", "PAR080", MEDIUM, one_server_differs),
    Fault("write throttling off", "PAR005", HIGH, setting("writing_throttling_trigger_percentage", "100"), USER),
    Fault("no more rebuilding of lost replicas", "PAR020", HIGH, setting("enable_rereplication", "False")),
    Fault("query rewriting off", "VAR019", HIGH, variable("ob_enable_transformation", "OFF"), USER),
    Fault("open to every address", "SEC006", LOW, variable("ob_tcp_invited_nodes", "%")),
)
FAULTS: tuple[Fault, ...] = (
    *RESOURCES,
    *(Fault(*fault) for fault in troubled_business.FAULTS),
    *(Fault(*fault) for fault in troubled_upkeep.FAULTS),
)


def troubled(target: Target) -> Cluster:
    """The healthy cluster with every fault that this kind of tenant can show."""
    cluster = healthy(target)
    for plant in dict.fromkeys(fault.plant for fault in FAULTS if target.kind in fault.kinds):
        plant(cluster)
    return cluster
