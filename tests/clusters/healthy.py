"""A three-zone cluster in good health, as a user tenant of it sees it and as its sys tenant does.

Frozen: rules are measured against it. A rule that finds fault here is wrong, not the cluster.
"""

from __future__ import annotations

from datetime import date, timedelta

from agent.facts.given import Attestation, BusinessProfile, CriticalPeriod
from tests.clusters import healthy_business, healthy_load, healthy_upkeep
from tests.clusters.cluster import GIB, Cluster, Server, Setting, ago, published
from tests.clusters.schema import Target
from tests.harness import NOW

SERVERS = (Server("10.0.1.11", "zone1"), Server("10.0.2.11", "zone2"), Server("10.0.3.11", "zone3"))
SHOP, CRM = 1002, 1004
NAMES = {1: "sys", 1001: "META$1002", SHOP: "shop", 1003: "META$1004", CRM: "crm"}
LOG_STREAMS = {1: (1,), 1001: (1,), SHOP: (1, 1001, 1002, 1003), 1003: (1,), CRM: (1, 1001)}
# Parameters that every server has but no page of the documentation names.
UNPUBLISHED = (
    Setting("cluster", "enable_rereplication", "True"),
    Setting("cluster", "enable_async_syslog", "True"),
    Setting("cluster", "enable_major_freeze", "True"),
    Setting("cluster", "enable_upgrade_mode", "False"),
)
# What a careful owner sets: everything else is as published.
CHOSEN = {
    "parameter": {"connection_control_failed_connections_threshold": "5"},
    "variable": {
        "ob_tcp_invited_nodes": "10.0.0.0/8",
        "validate_password_length": "12",
        "validate_password_policy": "medium",
    },
}


def attested(key: str, value: str | float | bool) -> Attestation:
    return Attestation(key=key, value=value, by="M. Chen", on=date(2026, 10, 1), valid_until=date(2027, 1, 1))


# What the engagement knows and SQL does not show.
GIVEN = (
    attested("purchased_data_disk_bytes", float(500 * GIB)),
    attested("last_restore_drill", "2026-09-12"),
    attested("tde_enabled", True),
    attested("console_whitelist_restricted", True),
    BusinessProfile(peak_qps=4000.0, concurrency=18, growth_pct_per_year=25.0, workload="OLTP"),
    CriticalPeriod(name="year-end sale", start=date(2026, 12, 12), end=date(2026, 12, 14)),
)


def healthy(target: Target) -> Cluster:
    """The cluster as this target sees it."""
    cluster = Cluster(target)
    tenants(cluster)
    units(cluster)
    settings(cluster)
    log_streams(cluster)
    compaction(cluster)
    healthy_upkeep.fill(cluster, {tenant: LOG_STREAMS[tenant] for tenant in seen(cluster)}, SERVERS)
    healthy_load.fill(cluster, seen(cluster), SERVERS)
    if not cluster.is_sys:
        healthy_business.fill(cluster)
    healthy_business.accounts(cluster)
    return cluster


def seen(cluster: Cluster) -> tuple[int, ...]:
    """Ids of the tenants whose rows this target sees."""
    return tuple(NAMES) if cluster.is_sys else (SHOP,)


def is_meta(tenant: int) -> bool:
    return tenant > 1 and tenant % 2 == 1


def tenants(cluster: Cluster) -> None:
    for tenant in seen(cluster):
        cluster.add(
            "DBA_OB_TENANTS",
            tenant_id=tenant,
            tenant_name=NAMES[tenant],
            create_time=ago(days=400),
            modify_time=ago(days=90),
            tenant_type="SYS" if tenant == 1 else "META" if is_meta(tenant) else "USER",
            primary_zone="RANDOM",
            locality="FULL{1}@zone1, FULL{1}@zone2, FULL{1}@zone3",
            compatibility_mode="MYSQL",
            status="NORMAL",
            in_recyclebin="NO",
            locked="NO",
            tenant_role="PRIMARY",
            switchover_status="NORMAL",
            switchover_epoch=0,
            log_mode="NOARCHIVELOG" if tenant == 1 or is_meta(tenant) else "ARCHIVELOG",
            arbitration_service_status="DISABLED",
            unit_num=1,
            compatible=str(cluster.target.full_version),
            max_ls_id=1003,
        )


def units(cluster: Cluster) -> None:
    """META tenants live inside their tenant's unit: sys sees their part of it, which has no cores of its own."""
    for number, server in enumerate(SERVERS):
        for tenant in seen(cluster):
            meta = is_meta(tenant)
            memory = (1 if meta else 8 if tenant == 1 else 32) * GIB
            of_unit = {} if meta else {"max_cpu": 8, "min_cpu": 8, "max_iops": 10**5, "min_iops": 10**5}
            cluster.add(
                "GV$OB_UNITS",
                svr_ip=server.ip,
                svr_port=server.port,
                tenant_id=tenant,
                unit_id=1000 + 10 * number + (tenant + meta) % 10,
                zone=server.zone,
                zone_type="ReadWrite",
                region="cn-hangzhou",
                memory_size=memory,
                iops_weight=None if meta else 8,
                log_disk_size=3 * memory,
                log_disk_in_use=2 * memory,
                data_disk_in_use=(1 if meta else 5 if tenant == 1 else 200) * GIB,
                status="NORMAL",
                create_time=ago(days=400),
                **of_unit,
            )


def settings(cluster: Cluster) -> None:
    version, own = cluster.target.defaults, str(cluster.target.full_version)
    chosen = {**CHOSEN["parameter"], "min_observer_version": own, "compatible": own}
    for server in SERVERS:
        for row in (*published(version, "parameter"), *UNPUBLISHED):
            owners = [tenant for tenant in seen(cluster) if not is_meta(tenant)] if row.level == "tenant" else [None]
            for tenant in owners:
                value = chosen.get(row.name, row.value)
                cluster.add(
                    "GV$OB_PARAMETERS",
                    svr_ip=server.ip,
                    svr_port=server.port,
                    zone=server.zone,
                    scope=row.level.upper(),
                    tenant_id=tenant,
                    name=row.name,
                    value=value,
                    info="",
                    section="",
                    edit_level="DYNAMIC_EFFECTIVE",
                    default_value=row.value,
                    isdefault="YES" if value == row.value else "NO",
                )
    for row in published(version, "variable"):
        value = CHOSEN["variable"].get(row.name, row.value)
        cluster.add("GLOBAL_VARIABLES", variable_name=row.name, variable_value=value)
    cluster.add("GLOBAL_STATUS", variable_name="Uptime", variable_value=str(90 * 86_400))


def log_streams(cluster: Cluster) -> None:
    scn = int(NOW.timestamp() * 1e9)
    members = ",".join(f"{server.ip}:{server.port}:1" for server in SERVERS)
    for tenant in seen(cluster):
        for stream in LOG_STREAMS[tenant]:
            for server in SERVERS:
                leads = server == healthy_upkeep.leader_of(stream, SERVERS)
                cluster.add(
                    "GV$OB_LOG_STAT",
                    tenant_id=tenant,
                    ls_id=stream,
                    svr_ip=server.ip,
                    svr_port=server.port,
                    role="LEADER" if leads else "FOLLOWER",
                    proposal_id=12,
                    config_version="",
                    access_mode="APPEND",
                    paxos_member_list=members,
                    paxos_replica_num=len(SERVERS),
                    in_sync="YES",
                    base_lsn=0,
                    begin_lsn=10 * GIB,
                    begin_scn=scn - 10**13,
                    end_lsn=60 * GIB,
                    end_scn=scn - 10**6,
                    max_lsn=60 * GIB,
                    max_scn=scn - 10**6,
                    arbitration_member="",
                    degraded_list="",
                    learner_list="",
                )


def compaction(cluster: Cluster) -> None:
    """Done in the night, every night."""
    started, finished = ago(hours=12), ago(hours=11)
    scn = int(started.timestamp() * 1e9)
    times = {"frozen_time": started, "start_time": started, "last_finish_time": finished}
    for tenant in seen(cluster):
        healthy_upkeep.own(
            cluster,
            "OB_MAJOR_COMPACTION",
            tenant,
            frozen_scn=scn,
            global_broadcast_scn=scn,
            last_scn=scn,
            status="IDLE",
            is_error="NO",
            is_suspended="NO",
            info="",
            **times,
        )
        for minutes in (50, 55):  # what was slow at the time and is long done
            cluster.add(
                "GV$OB_COMPACTION_DIAGNOSE_INFO",
                svr_ip=SERVERS[0].ip,
                svr_port=SERVERS[0].port,
                tenant_id=tenant,
                type="MAJOR_MERGE",
                ls_id=LOG_STREAMS[tenant][-1],
                tablet_id=200001,
                status="FINISHED",
                create_time=finished + timedelta(minutes=minutes),
                diagnose_info="",
            )
