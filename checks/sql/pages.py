"""Where the facts of the checks on statements were looked up."""

from agent.api import DocPage

_MANUAL = "600.manage"
_TUNING = f"{_MANUAL}/900.performance-tuning"
_OBSERVER = f"{_TUNING}/300.identify-bottlenecks-within-components/400.performance-bottlenecks-of-observer"
_PLANS = f"{_TUNING}/400.sql-tuning/200.execution-plan-optimization"
_REFERENCE = "700.reference"
_VIEWS = f"{_REFERENCE}/700.system-views/400.system-view-of-mysql-mode/300.performance-view-of-mysql-mode"
_ERRORS = f"{_REFERENCE}/900.error-code/600.error-code-of-mysql-mode"
_GUIDE = f"{_REFERENCE}/1000.performance-tuning-guide"

AUDIT = DocPage(f"{_VIEWS}/3500.gv-ob_sql_audit-of-mysql-mode.md")
AUDIT_MEMORY = DocPage(f"{_MANUAL}/700.monitor/200.monitor-items-introduction/300.sql-monitor/200.sql-audit.md")
AUDIT_SHARE = DocPage(
    f"{_REFERENCE}/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable"
    "/9000.ob_sql_audit_percentage-global.md"
)
SQLSTAT = DocPage(f"{_VIEWS}/3900.gv-ob_sqlstat-of-mysql-mode.md")
SQLSTAT_KEPT = DocPage(
    f"{_REFERENCE}/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"
    "/16100.o-dba_wr_sqlstat-of-mysql-mode.md"
)
CACHED_PLANS = DocPage(f"{_VIEWS}/2300.gv-ob_plan_cache_plan_stat-of-mysql-mode.md")
PLANS_VIEW = DocPage(f"{_VIEWS}/3700.gv-ob_sql_plan-of-mysql-mode.md")
SAMPLES = DocPage(
    f"{_VIEWS}/17200.gv-ob_active_session_history-of-mysql-mode.md",
    branch="V4.2.5",
    zh=f"{_VIEWS}/800.gv-ob_active_session_history-of-mysql-mode.md",
)
WORK_AREAS = DocPage(f"{_VIEWS}/5300.gv-sql_workarea-of-mysql-mode.md")
WORK_AREA_SHARE = DocPage(
    f"{_REFERENCE}/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable"
    "/9100.ob_sql_work_area_percentage-global.md"
)
WAIT_EVENTS = DocPage(f"{_REFERENCE}/700.system-views/520.wait-event-description.md")
SAMPLES_KEPT = DocPage(
    f"{_REFERENCE}/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"
    "/15700.o-dba_wr_active_session_history-of-mysql-mode.md"
)
PLAN_CACHE = DocPage(f"{_VIEWS}/2400.gv-ob_plan_cache_stat-of-mysql-mode.md")
EVICTION = DocPage(f"{_GUIDE}/500.sql-optimization/200.sql-execution-plan/300.execution-plan-cache.md")
HARD_PARSING = DocPage(f"{_OBSERVER}/300.hard-parsing.md")
CPU_BOUND = DocPage(f"{_OBSERVER}/400.capacity.md")
WAITS = DocPage(f"{_OBSERVER}/500.internal-wait-problems.md")
SLOW_QUERIES = DocPage(f"{_TUNING}/400.sql-tuning/500.slow-query.md")
SQL_RULES = DocPage(f"{_TUNING}/400.sql-tuning/400.business-logic-optimization/200.sql-rules.md")
FEWER_READS = DocPage(f"{_PLANS}/300.index-selection/200.reduce-reads.md")
FEWER_LOOKUPS = DocPage(f"{_PLANS}/300.index-selection/300.avoid-lookups.md")
ORDER_AND_LIMIT = DocPage(f"{_PLANS}/500.order-by-and-limit/300.order-limit.md")
PRUNING = DocPage(
    f"{_REFERENCE}/300.database-object-management/100.manage-object-of-mysql-mode/300.manage-partitions-of-mysql-mode"
    "/700.partition-pruning-of-mysql-mode.md"
)
_STATISTICS = f"{_GUIDE}/500.sql-optimization/400.sql-optimization/400.optimizer-statistics"
STATISTICS = DocPage(f"{_STATISTICS}/100.statistics-overview.md")
HISTOGRAMS = DocPage(f"{_STATISTICS}/200.statistics-collection-methods/200.histogram-introduction.md")
JOINS = DocPage(f"{_GUIDE}/500.sql-optimization/200.sql-execution-plan/200.execution-plan-operator/300.JOIN.md")
NESTED_LOOPS = DocPage(f"{_PLANS}/400.join-order-and-join-algorithm/200.join-algorithm/100.nested-loops-joins.md")
OR_EXPANSION = DocPage(
    f"{_GUIDE}/500.sql-optimization/400.sql-optimization/500.query-rewrite/300.cost-based-query-rewriting.md"
)
HINTS = DocPage(f"{_GUIDE}/500.sql-optimization/400.sql-optimization/700.manage-execution-plans/100.optimizer-hint.md")
COLLATIONS = DocPage(
    f"{_REFERENCE}/500.sql-reference/100.sql-syntax/200.common-tenant-of-mysql-mode/100.basic-elements-of-mysql-mode"
    "/300.character-set-and-collation-of-mysql-mode"
    "/700.character-expression-character-sets-and-collations-of-mysql-mode.md"
)
BAD_PLANS = DocPage(f"{_PLANS}/200.plan-management/200.bad-case-and-solution.md")
PLAN_TYPES = DocPage(f"{_GUIDE}/400.business-model-tuning/300.distributed-transactions.md")
ERRORS_BELOW_4000 = DocPage(f"{_ERRORS}/200.0001-3999-of-mysql-mode.md")
ERRORS_4000 = DocPage(f"{_ERRORS}/300.4000-4499-of-mysql-mode.md")
ERRORS_4500 = DocPage(f"{_ERRORS}/400.4500-4999-of-mysql-mode.md")
ERRORS_6000 = DocPage(f"{_ERRORS}/600.6000-6999-of-mysql-mode.md")
_DEVELOPMENT = "300.develop/100.application-development-of-mysql-mode/500.read-data-of-mysql-mode"
SUBQUERIES = DocPage(f"{_DEVELOPMENT}/200.multi-table-join-query-of-mysql-mode/500.subquery-of-mysql-mode-develop.md")
SINGLE_TABLE = DocPage(f"{_DEVELOPMENT}/100.single-table-query-of-mysql-mode.md")
NULL_RULES = SQL_RULES  # "Separately handle nullable columns"
SET_QUERIES = DocPage(f"{_DEVELOPMENT}/500.query-collection-operations-of-mysql-mode.md")
UNIONS = DocPage(f"{_GUIDE}/500.sql-optimization/200.sql-execution-plan/200.execution-plan-operator/1600.UNION.md")
THROTTLING = DocPage(
    f"{_REFERENCE}/800.configuration-items-and-system-variables/100.system-configuration-items"
    "/400.tenant-level-configuration-items/8500.writing_throttling_trigger_percentage.md"
)
HOT_ROWS = DocPage(
    "200.quickstart/500.experience-advanced-features-of-oceanbase/100.experience-scalable-oltp"
    "/200.experience-the-hot-row-update-capability-of-oceanbase-database.md"
)
SHORT_QUERIES = DocPage(f"{_TUNING}/400.sql-tuning/600.short-sql.md")
INSERTS = DocPage(
    "300.develop/100.application-development-of-mysql-mode/400.write-data-of-mysql-mode"
    "/100.insert-data-of-mysql-mode-in-develop.md"
)
EXCHANGES = DocPage(
    f"{_GUIDE}/500.sql-optimization/200.sql-execution-plan/200.execution-plan-operator/2300.EXCHANGE.md"
)
