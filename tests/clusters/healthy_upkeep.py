"""What operators care for: servers and zones, where replicas live, backups and the archive of the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.clusters.cluster import GIB, Cluster, Server, ago
from tests.harness import NOW

BACKUP_DAYS = 28


def fill(cluster: Cluster, log_streams: dict[int, tuple[int, ...]], machines: tuple[Server, ...]) -> None:
    """``log_streams`` by tenant, those of the tenants that this target sees."""
    if cluster.is_sys:
        servers(cluster, machines)
    for tenant, streams in log_streams.items():
        for stream in streams:
            locations(cluster, tenant, stream, machines)
        if tenant > 1 and tenant % 2 == 0:
            backups(cluster, tenant)


def own(cluster: Cluster, view: str, tenant: int, **values: Any) -> None:
    """A row of a view that a business tenant reads as ``DBA_`` and sys, with the tenant's number, as ``CDB_``."""
    if cluster.is_sys:
        cluster.add(f"CDB_{view}", tenant_id=tenant, **values)
    else:
        cluster.add(f"DBA_{view}", **values)


def servers(cluster: Cluster, machines: tuple[Server, ...]) -> None:
    version = cluster.target.full_version
    for number, server in enumerate(machines, 1):
        where = {"svr_ip": server.ip, "svr_port": server.port, "zone": server.zone, "sql_port": 2881}
        cluster.add(
            "DBA_OB_SERVERS",
            id=number,
            with_rootserver="YES" if number == 1 else "NO",
            status="ACTIVE",
            start_service_time=ago(days=90),
            create_time=ago(days=400),
            modify_time=ago(days=90),
            build_version=f"{version}_100000012024092010-0123456789abcdef(Sep 20 2024 10:00:00)",
            **where,
        )
        cluster.add(
            "GV$OB_SERVERS",
            cpu_capacity=32,
            cpu_capacity_max=32,
            cpu_assigned=24,
            cpu_assigned_max=24,
            mem_capacity=120 * GIB,
            mem_assigned=72 * GIB,
            log_disk_capacity=400 * GIB,
            log_disk_assigned=216 * GIB,
            log_disk_in_use=200 * GIB,
            data_disk_capacity=1500 * GIB,
            data_disk_in_use=600 * GIB,
            data_disk_health_status="NORMAL",
            memory_limit=128 * GIB,
            **where,
        )
        cluster.add(
            "DBA_OB_ZONES",
            zone=server.zone,
            create_time=ago(days=400),
            modify_time=ago(days=400),
            status="ACTIVE",
            idc="",
            region="cn-hangzhou",
            type="ReadWrite",
        )


def leader_of(stream: int, machines: tuple[Server, ...]) -> Server:
    """The leaders of a tenant's log streams are spread over the servers."""
    return machines[stream % 1000 % len(machines)]


def locations(cluster: Cluster, tenant: int, stream: int, machines: tuple[Server, ...]) -> None:
    members = ",".join(f"{server.ip}:{server.port}:1" for server in machines)
    for server in machines:
        leads = server == leader_of(stream, machines)
        own(
            cluster,
            "OB_LS_LOCATIONS",
            tenant,
            create_time=ago(days=400),
            modify_time=ago(days=90),
            ls_id=stream,
            svr_ip=server.ip,
            svr_port=server.port,
            sql_port=2881,
            zone=server.zone,
            role="LEADER" if leads else "FOLLOWER",
            member_list=members if leads else None,
            paxos_replica_number=len(machines),
            replica_type="FULL",
            rebuild="FALSE",
        )


def backups(cluster: Cluster, tenant: int) -> None:
    """Full on Sundays, incremental otherwise; the log is archived, and old backups are removed."""
    for day in range(BACKUP_DAYS):
        started = ago(days=day, hours=9)
        full = started.weekday() == 6
        times = {"start_timestamp": started, "end_timestamp": started + timedelta(hours=2)}
        number, kind = BACKUP_DAYS - day, "FULL" if full else "INC"
        own(
            cluster,
            "OB_BACKUP_JOB_HISTORY",
            tenant,
            job_id=number,
            backup_set_id=number,
            backup_type=kind,
            status="COMPLETED",
            result=0,
            **times,
        )
        own(
            cluster,
            "OB_BACKUP_SET_FILES",
            tenant,
            backup_set_id=number,
            dest_id=1001,
            backup_type=kind[0].replace("F", "D"),
            status="SUCCESS",
            file_status="AVAILABLE",
            result=0,
            **times,
        )
        own(
            cluster,
            "OB_BACKUP_DELETE_JOB_HISTORY",
            tenant,
            job_id=number,
            status="COMPLETED",
            result=0,
            start_timestamp=started,
        )
    reached = int((NOW - timedelta(seconds=60)).timestamp() * 1e9)
    own(
        cluster,
        "OB_ARCHIVELOG",
        tenant,
        dest_id=1001,
        round_id=1,
        dest_no=0,
        status="DOING",
        start_scn=reached - 10**16,
        checkpoint_scn=reached,
    )
    own(cluster, "OB_BACKUP_DELETE_POLICY", tenant, policy_name="default", recovery_window="28d")
    own(cluster, "OB_ARCHIVE_DEST", tenant, dest_no=0, name="binding", value="OPTIONAL")
