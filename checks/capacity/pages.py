"""Where the facts of the capacity checks were looked up."""

from agent.api import DocPage

_MANUAL = "600.manage"
_TENANT = f"{_MANUAL}/200.tenant-management/600.common-tenant-operations"
_EMERGENCY = f"{_MANUAL}/1100.emergency-response/300.common-emergency-response/200.problems-caused-by-capacity-changes"
_REFERENCE = "700.reference"
_VIEWS = f"{_REFERENCE}/700.system-views"
_BUSINESS_VIEWS = f"{_VIEWS}/400.system-view-of-mysql-mode"
_SYS_VIEWS = f"{_VIEWS}/300.system-view-of-sys-tenant/300.performance-view-of-sys-tenant"
_SETTINGS = f"{_REFERENCE}/800.configuration-items-and-system-variables"
_OF_TENANT = f"{_SETTINGS}/100.system-configuration-items/400.tenant-level-configuration-items"
_VARIABLES = f"{_SETTINGS}/200.system-variable/300.global-system-variable"
_SYSTEM = f"{_REFERENCE}/200.system-management"

MEMSTORE = DocPage(f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/1600.gv-ob_memstore-of-mysql-mode.md")
MEMORY = DocPage(f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/1500.gv-ob_memory-of-mysql-mode.md")
UNITS = DocPage(f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/4600.gv-ob_units-of-mysql-mode.md")
PLAN_CACHE = DocPage(
    f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/2400.gv-ob_plan_cache_stat-of-mysql-mode.md"
)
COUNTERS_PAGE = DocPage(f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/5600.gv-sysstat-of-mysql-mode.md")
STATEMENTS = DocPage(f"{_BUSINESS_VIEWS}/300.performance-view-of-mysql-mode/3900.gv-ob_sqlstat-of-mysql-mode.md")
CPU_SAMPLES = DocPage(f"{_BUSINESS_VIEWS}/200.dictionary-view-of-mysql-mode/16500.o-dba_wr_sysstat-of-mysql-mode.md")
TABLETS = DocPage(f"{_BUSINESS_VIEWS}/200.dictionary-view-of-mysql-mode/12000.o-dba_ob_tablet_to_ls-of-mysql-mode.md")
SERVERS = DocPage(f"{_SYS_VIEWS}/3200.gv-ob_servers-of-sys-tenant.md")

MEMORY_ERRORS = DocPage(f"{_MANUAL}/1000.troubleshooting/400.storage/200.memory.md")
MEMSTORE_FULL = DocPage(f"{_EMERGENCY}/400.full-tenant-memory.md")
DATA_DISK_FULL = DocPage(f"{_EMERGENCY}/700.the-node-data-disk-is-full.md")
LOG_DISK_FULL = DocPage(f"{_EMERGENCY}/600.the-node-log-disk-clog-space-is-full.md")
REQUESTS_QUEUE = DocPage(f"{_EMERGENCY}/800.tenant-request-queue-backlog.md")
LOG_TROUBLES = DocPage(f"{_MANUAL}/1000.troubleshooting/700.clog.md")
RECYCLE_BIN = DocPage(f"{_MANUAL}/400.high-availability/500.recyclebin-management/300.view-the-recyclebin-objects.md")
PURGE = DocPage(f"{_MANUAL}/400.high-availability/500.recyclebin-management/500.purge-the-recyclebin.md")
TENANT_SIZE = DocPage(f"{_TENANT}/800.tenant-scale-in-and-out/200.adjust-resource-specifications.md")
SIZE_PLANNING = DocPage(f"{_TENANT}/800.tenant-scale-in-and-out/150.resources-planning-for-tenant-scale-in-and-out.md")
MONITORED = DocPage(f"{_MANUAL}/700.monitor/200.monitor-items-introduction/100.system-monitor/200.monitor-items.md")

TENANTS = DocPage(
    f"{_VIEWS}/300.system-view-of-sys-tenant/200.dictionary-view-of-sys-tenant/23100.o-dba_ob_tenants-of-sys-tenant.md"
)
TENANT_TYPES = DocPage(f"{_MANUAL}/200.tenant-management/300.tenant-type.md")
RESOURCE_UNIT = DocPage(f"{_REFERENCE}/500.sql-reference/100.sql-syntax/100.system-tenants/700.create-resource-unit.md")
PARTITIONS = DocPage(
    f"{_REFERENCE}/400.database-design-specifications-and-practices/200.object-structure-design-specification"
    "/300.partition-table-design.md"
)
THREADS = DocPage(f"{_SYSTEM}/800.management-process/200.multi-tenant-oceanbase-threads.md")
DATA_FILE = DocPage(f"{_SYSTEM}/1000.disk-data-file-management/100.disk-data-file-dynamic-expansion.md")
PLAN_CACHE_MEMORY = DocPage(f"{_SYSTEM}/700.memory-management/600.execution-plan-cache-memory-management.md")
CONCURRENCY = DocPage(f"{_OF_TENANT}/1800.cpu_quota_concurrency.md")
LOG_RECYCLING = DocPage(f"{_OF_TENANT}/4700.log_disk_utilization_threshold.md")
LOG_LIMIT = DocPage(f"{_OF_TENANT}/4600.log_disk_utilization_limit_threshold.md")
REBALANCE = DocPage(f"{_OF_TENANT}/2800.enable_rebalance.md")
CONNECTIONS = DocPage(f"{_VARIABLES}/3800.max_connections-global.md")
PLAN_CACHE_SHARE = DocPage(f"{_VARIABLES}/8400.ob_plan_cache_percentage-global.md")
