"""Faults of the operators' side: servers, capacity of the cluster, upgrade, backups and the archive."""

from __future__ import annotations

from agent.model.terms import Severity, TenantKind
from tests.clusters import healthy_upkeep
from tests.clusters.cluster import GIB, Cluster, Row, ago
from tests.clusters.healthy import SERVERS, SHOP

MEDIUM, HIGH = Severity.MEDIUM, Severity.HIGH
BOTH, SYS = frozenset(TenantKind), frozenset({TenantKind.SYS})
FIRST, DEAD = SERVERS[0], SERVERS[2]


def own(cluster: Cluster, view: str) -> str:
    """The view in which this kind of tenant sees its rows."""
    return f"CDB_{view}" if cluster.is_sys else f"DBA_{view}"


def of_shop(row: Row) -> bool:
    return bool(row.get("TENANT_ID", SHOP) == SHOP)


def on(ip: str, cluster: Cluster, view: str, **change: object) -> None:
    cluster.change(view, {name.upper(): value for name, value in change.items()}, lambda row: row["SVR_IP"] == ip)


def server_down(cluster: Cluster) -> None:
    on(DEAD.ip, cluster, "DBA_OB_SERVERS", status="INACTIVE", last_offline_time=ago(hours=2))
    cluster.drop("GV$OB_SERVERS", lambda row: row["SVR_IP"] == DEAD.ip)


def left_out(cluster: Cluster) -> None:
    """The dead server is no member any more, but its replica is still listed."""
    members = ",".join(f"{server.ip}:{server.port}:1" for server in SERVERS if server is not DEAD)
    leader = {"LS_ID": 1003, "ROLE": "LEADER"}.items()
    change = {"MEMBER_LIST": members}
    cluster.change(own(cluster, "OB_LS_LOCATIONS"), change, lambda row: of_shop(row) and leader <= row.items())


def degraded(cluster: Cluster) -> None:
    """The arbitration service left a replica of the log stream 1 out."""
    gone = {"DEGRADED_LIST": f"{DEAD.ip}:{DEAD.port}:1"}
    cluster.change("GV$OB_LOG_STAT", gone, lambda row: of_shop(row) and (row["LS_ID"], row["ROLE"]) == (1, "LEADER"))


def locked(cluster: Cluster) -> None:
    cluster.change("DBA_OB_TENANTS", {"LOCKED": "YES"}, of_shop)


def log_missing(cluster: Cluster) -> None:
    """A log stream that receives no log, as a standby shows it."""
    cluster.add(
        "V$OB_LS_LOG_RESTORE_STATUS", tenant_id=SHOP, ls_id=1001, sync_lsn=0, sync_scn=0,
        sync_status="SOURCE HAS A GAP", err_code=-4165, comment="",
    )  # fmt: skip


def never_released(cluster: Cluster) -> None:
    cluster.add(
        "GV$OB_SSTABLES", tenant_id=SHOP, svr_ip=FIRST.ip, svr_port=FIRST.port, table_type="MINI", ls_id=1001,
        tablet_id=200_001, start_log_scn=1, end_log_scn=int(ago(days=9).timestamp() * 10**9), size=3 * GIB, ref=0,
        upper_trans_version=2**63 - 1, is_active="NO", contain_uncommitted_row="NO",
    )  # fmt: skip


def oversold(cluster: Cluster) -> None:
    on(FIRST.ip, cluster, "GV$OB_SERVERS", cpu_assigned=96, cpu_assigned_max=96)


def disk_full(cluster: Cluster) -> None:
    on(FIRST.ip, cluster, "GV$OB_SERVERS", data_disk_in_use=1395 * GIB, data_disk_health_status="ERROR")


def log_disk_full(cluster: Cluster) -> None:
    on(FIRST.ip, cluster, "GV$OB_SERVERS", log_disk_in_use=384 * GIB)


def mixed_builds(cluster: Cluster) -> None:
    on(FIRST.ip, cluster, "DBA_OB_SERVERS", build_version="4.2.0.0_100000012023080110-fedcba(Aug  1 2023 10:00:00)")


def upgrade_stopped(cluster: Cluster) -> None:
    cluster.change("GV$OB_PARAMETERS", {"VALUE": "4.2.0.0"}, lambda row: row["NAME"] == "min_observer_version")
    cluster.change("GV$OB_PARAMETERS", {"VALUE": "True"}, lambda row: row["NAME"] == "enable_upgrade_mode")


def no_backups(cluster: Cluster) -> None:
    """Every job of the last three weeks failed and left nothing."""
    since = ago(days=20)
    failed = {"STATUS": "FAILED", "RESULT": -9026}

    def recent(row: Row) -> bool:
        return of_shop(row) and row["START_TIMESTAMP"] > since

    cluster.change(own(cluster, "OB_BACKUP_JOB_HISTORY"), failed, recent)
    cluster.drop(own(cluster, "OB_BACKUP_SET_FILES"), recent)


def archive_interrupted(cluster: Cluster) -> None:
    cluster.change(own(cluster, "OB_ARCHIVELOG"), {"STATUS": "INTERRUPTED"}, of_shop)


def backup_hangs(cluster: Cluster) -> None:
    healthy_upkeep.own(
        cluster,
        "OB_BACKUP_JOBS",
        SHOP,
        job_id=99,
        backup_set_id=99,
        backup_type="FULL",
        start_timestamp=ago(hours=30),
        status="DOING",
        result=0,
    )


FAULTS = (
    ("server down", "AVL005", HIGH, server_down, SYS),
    ("a replica that is no member", "AVL009", MEDIUM, left_out, BOTH),
    ("a replica degraded", "AVL023", HIGH, degraded, BOTH),
    ("a log stream of a standby without log", "AVL019", HIGH, log_missing, BOTH),
    ("a tenant locked", "AVL020", HIGH, locked, BOTH),
    ("a member fewer than the locality says", "AVL022", HIGH, left_out, BOTH),
    ("SSTables of nine days ago not settled", "CMP006", HIGH, never_released, BOTH),
    ("units oversold threefold", "CAP020", MEDIUM, oversold, SYS),
    ("data disk of a server at 93 %", "CAP021", HIGH, disk_full, SYS),
    ("data disk of a server broken", "AVL014", HIGH, disk_full, SYS),
    ("log disk of a server at 96 %", "CAP022", Severity.CRITICAL, log_disk_full, SYS),
    ("servers of two builds", "VER003", HIGH, mixed_builds, SYS),
    ("upgrade of the cluster not finished", "VER004", MEDIUM, upgrade_stopped, BOTH),
    ("upgrade mode left on", "VER005", MEDIUM, upgrade_stopped, BOTH),
    ("backups fail", "BAK002", HIGH, no_backups, BOTH),
    ("no backup for three weeks", "BAK001", MEDIUM, no_backups, BOTH),
    ("archive interrupted", "BAK004", HIGH, archive_interrupted, BOTH),
    ("a backup hangs", "BAK003", MEDIUM, backup_hangs, BOTH),
)  # fmt: skip
