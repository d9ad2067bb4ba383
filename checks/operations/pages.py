"""Where the facts of the operations checks were looked up."""

from agent.api import DocPage

_REFERENCE = "700.reference"
_VIEWS = f"{_REFERENCE}/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"
_SETTINGS = f"{_REFERENCE}/800.configuration-items-and-system-variables"
_SYNTAX = (
    f"{_REFERENCE}/500.sql-reference/100.sql-syntax/200.common-tenant-of-mysql-mode/600.sql-statement-of-mysql-mode"
)
_PACKAGES = f"{_REFERENCE}/500.sql-reference/300.pl-reference/200.pl-mysql/1000.pl-system-package-mysql"
_DIAGNOSIS = f"{_REFERENCE}/1000.performance-tuning-guide/400.performance-diagnosis"

AUDIT_SWITCH = DocPage(f"{_SETTINGS}/200.system-variable/300.global-system-variable/7400.ob_enable_sql_audit-global.md")
AUDIT_OF_ALL = DocPage(
    f"{_SETTINGS}/100.system-configuration-items/300.cluster-level-configuration-items/8600.enable_sql_audit.md"
)
WORKLOAD_REPOSITORY = DocPage(f"{_DIAGNOSIS}/450.wr-management/200.manage-wr.md")
SNAPSHOT_SETTINGS = DocPage(f"{_PACKAGES}/17900.dbms-workload-repository-mysql/500.modify-snapshot-settings-mysql.md")
SNAPSHOTS = DocPage(f"{_VIEWS}/16000.o-dba_wr_snapshot-of-mysql-mode.md")
SNAPSHOT_CONTROL = DocPage(f"{_VIEWS}/15800.o-dba_wr_control-of-mysql-mode.md")
JOBS = DocPage(f"{_VIEWS}/14100.o-dba_scheduler_jobs-of-mysql-mode.md")
TENANT_EVENTS = DocPage(f"{_VIEWS}/12200.o-dba_ob_tenant_event_history-of-mysql-mode.md")
THROTTLING_RULES = DocPage(f"{_VIEWS}/8200.o-dba_ob_concurrent_limit_sql-of-mysql-mode.md")
OUTLINES = DocPage(f"{_VIEWS}/10500.o-dba_ob_outlines-of-mysql-mode.md")
OUTLINE_DROP = DocPage(f"{_SYNTAX}/3600.drop-outline-of-mysql-mode.md")
PLAN_BINDING = DocPage(
    f"{_REFERENCE}/1000.performance-tuning-guide/500.sql-optimization/400.sql-optimization"
    "/700.manage-execution-plans/200.plan-binding.md"
)
