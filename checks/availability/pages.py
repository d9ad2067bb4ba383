"""Pages of the documentation that several of these checks cite."""

from __future__ import annotations

from agent.api import DocPage

_VIEWS = "700.reference/700.system-views"
_SYS_VIEWS = f"{_VIEWS}/300.system-view-of-sys-tenant/200.dictionary-view-of-sys-tenant"
_DICTIONARY = f"{_VIEWS}/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"
_PERFORMANCE = f"{_VIEWS}/400.system-view-of-mysql-mode/300.performance-view-of-mysql-mode"
_REPLICAS = "600.manage/300.replica-management"
_TROUBLES = "600.manage/1000.troubleshooting"

LOG_STAT_PAGE = DocPage(f"{_PERFORMANCE}/1300.gv-ob_log_stat-of-mysql-mode.md")
UNITS_PAGE = DocPage(f"{_PERFORMANCE}/4600.gv-ob_units-of-mysql-mode.md")
RESTORE_STATUS_PAGE = DocPage(f"{_PERFORMANCE}/31600.v-ob_ls_log_restore_status-of-mysql-mode.md")
LOCATIONS_PAGE = DocPage(f"{_DICTIONARY}/10000.o-dba_ob_ls_locations-of-mysql-mode.md")
TENANTS_PAGE = DocPage(f"{_DICTIONARY}/12300.o-dba_ob_tenants-of-mysql-mode.md")
BALANCE_JOBS_PAGE = DocPage(f"{_DICTIONARY}/7800.o-dba_ob_balance_jobs-of-mysql-mode.md")
TRANSFER_HISTORY_PAGE = DocPage(f"{_DICTIONARY}/12600.o-dba_ob_transfer_task_history-of-mysql-mode.md")
RESTORE_SOURCE_PAGE = DocPage(f"{_DICTIONARY}/9500.o-dba_ob_log_restore_source-of-mysql-mode.md")
REPLICA_TASKS_PAGE = DocPage(f"{_DICTIONARY}/10200.o-dba_ob_ls_replica_tasks-of-mysql-mode.md")
SERVERS_PAGE = DocPage(f"{_SYS_VIEWS}/21800.o-dba_ob_servers-of-sys-tenant.md")
ZONES_PAGE = DocPage(f"{_SYS_VIEWS}/24300.o-dba_ob_zones-of-sys-tenant.md")
TENANT_JOBS_PAGE = DocPage(f"{_SYS_VIEWS}/23000.o-dba_ob_tenant_jobs-of-sys-tenant.md")
SERVER_FIGURES_PAGE = DocPage(
    f"{_VIEWS}/300.system-view-of-sys-tenant/300.performance-view-of-sys-tenant/3200.gv-ob_servers-of-sys-tenant.md"
)
NO_LEADER_PAGE = DocPage(f"{_TROUBLES}/500.election/300.without-leader.md")
REBUILD_PAGE = DocPage(f"{_TROUBLES}/400.storage/300.migration-and-replication-and-rebuild.md")
STANDBY_STUCK_PAGE = DocPage(f"{_TROUBLES}/800.physical-standby-database/100.physical-standby-database-synchrolock.md")
SWITCHOVER_FAILED_PAGE = DocPage(f"{_TROUBLES}/800.physical-standby-database/200.switchover-failed.md")
LOCALITY_PAGE = DocPage(f"{_REPLICAS}/200.replica-distribution/100.locality-overview.md")
BALANCING_PAGE = DocPage(f"{_REPLICAS}/500.load-balancing-manage/100.load-balancing-overview.md")
TRANSFERS_PAGE = DocPage(f"{_REPLICAS}/500.load-balancing-manage/200.transfer-partition-management.md")
PRIMARY_ZONE_PAGE = DocPage(
    "600.manage/200.tenant-management/600.common-tenant-operations/800.tenant-scale-in-and-out/"
    "400.adjust-primary-zone.md"
)
START_ZONE_PAGE = DocPage("600.manage/100.cluster-management/300.common-cluster-operations/800.1.start-a-zone.md")
TENANT_LOCK_PAGE = DocPage(
    "600.manage/200.tenant-management/600.common-tenant-operations/1100.tenant-locking-and-unlocking.md"
)
DEGRADATION_PAGE = DocPage(
    "600.manage/400.high-availability/400.arbitration-high-availability/"
    "410.view-the-upgrade-and-degradation-of-log-streams.md"
)
