"""The plans of the dearest statements, and what their sessions waited for.

A plan is read without its predicates, which hold literals: operators, objects, estimates and what the first execution
measured. 4.2.5 and 4.3.3 have no PLAN_ID here; SQL_ID and PLAN_HASH name a plan in every version.
"""

from __future__ import annotations

from agent.facts import CostClass, expr, source
from agent.facts.sql import BUSINESS_DATABASE_ID, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.model.terms import DataClass

_DEAREST = (CachedPlan, SqlTotal, SqlShape, RepositoryShape)
MOST_WORK_AREAS = 1024  # src/sql/engine/ob_tenant_sql_memory_manager.h, MAX_WORKAREA_STAT_CNT
_FOREGROUND = "SESSION_TYPE = 'FOREGROUND' AND SQL_ID <> ''"


@source(
    "oceanbase.GV$OB_SQL_PLAN",
    DataClass.PLANS,
    cost=CostClass.MEDIUM,
    where=BUSINESS_DATABASE_ID,
    group_by="SQL_ID, PLAN_HASH, ID, OPERATOR, OBJECT_ALIAS",
    order_by="SQL_ID, PLAN_HASH, ID",
    limit=6000,
    narrowed_by=_DEAREST,
)
class PlanStep:
    """One operator of one cached plan. ``depth`` is its level in the tree, ``id`` its place from top to bottom.

    ``object_alias`` is what EXPLAIN prints: table or alias, with the index in brackets where one is scanned.
    ``cost`` and ``rows_estimated`` are the optimizer's; ``rows_real`` and ``real_us`` were measured in the plan's
    first execution. ``optimizer`` says what a scan was chosen from: rows of the table and of the range, indexes, age of
    the statistics. Several servers may hold one plan: it counts once, with the most that any of them measured.
    """

    sql_id: str = expr("SQL_ID")
    plan_hash: int = expr("PLAN_HASH")
    id: int = expr("ID")
    depth: int = expr("MAX(DEPTH)")
    operator: str = expr("OPERATOR")
    object_alias: str = expr("OBJECT_ALIAS")
    object_owner: str = expr("MAX(OBJECT_OWNER)")
    object_name: str = expr("MAX(OBJECT_NAME)")
    object_type: str = expr("MAX(OBJECT_TYPE)")
    partitions: str = expr("MAX(PARTITION_START)")
    optimizer: str = expr("MAX(OPTIMIZER)")
    cost: int = expr("MAX(COST)")
    rows_estimated: int = expr("MAX(CARDINALITY)")
    rows_real: int = expr("MAX(REAL_CARDINALITY)")
    real_us: int = expr("MAX(REAL_COST)")


@source(
    "oceanbase.GV$OB_ACTIVE_SESSION_HISTORY",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=_FOREGROUND,
    group_by="SQL_ID, SESSION_STATE, WAIT_CLASS, EVENT",
    order_by="samples DESC, SQL_ID",
    limit=2000,
    narrowed_by=_DEAREST,
)
class StatementWait:
    """What the sessions of one statement did when they were looked at, once a second: worked, or waited for an event.

    The counts beside ``samples`` are those in which the statement was being parsed or planned, read or wrote storage,
    committed, or ran on another server. 4.3.0 has no such view.
    """

    sql_id: str = expr("SQL_ID")
    session_state: str = expr("SESSION_STATE")
    wait_class: str = expr("WAIT_CLASS")
    event: str = expr("EVENT")
    samples: int = expr("COUNT(*)")
    planning: int = expr("SUM(CASE WHEN IN_PARSE = 'Y' OR IN_SQL_OPTIMIZE = 'Y' THEN 1 ELSE 0 END)")
    reading: int = expr("SUM(CASE WHEN IN_STORAGE_READ = 'Y' THEN 1 ELSE 0 END)")
    writing: int = expr("SUM(CASE WHEN IN_STORAGE_WRITE = 'Y' OR IN_COMMITTING = 'Y' THEN 1 ELSE 0 END)")
    remote: int = expr("SUM(CASE WHEN IN_REMOTE_DAS_EXECUTION = 'Y' THEN 1 ELSE 0 END)")


@source(
    "oceanbase.GV$SQL_WORKAREA",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="SQL_ID <> ''",
    group_by="CON_ID, SVR_IP, SVR_PORT, SQL_ID, CHILD_NUMBER, OPERATION_TYPE",
    order_by="max_temp_bytes DESC, SQL_ID, CHILD_NUMBER, OPERATION_TYPE",
    limit=5000,
)
class WorkArea:
    """What the operators of one kind in one plan sorted or hashed, since a server began to keep figures of them.

    ``spilled`` executions wrote to disk what did not fit into memory, ``multipass`` ones several times over;
    ``last_temp_bytes`` is what the last one wrote. Small work areas, of which the server expects little memory, are in
    no row. Each server keeps the last ``MOST_WORK_AREAS`` operators of a tenant, also of plans that have left the
    cache; ``operators`` are those that this row adds up.
    """

    tenant_id: int | None = expr("CON_ID", default=None, sys_only=True)
    svr_ip: str | None = expr("SVR_IP", default=None)
    svr_port: int | None = expr("SVR_PORT", default=None)
    sql_id: str = expr("SQL_ID")
    plan_id: int = expr("CHILD_NUMBER")
    operation: str = expr("OPERATION_TYPE")
    operators: int = expr("COUNT(*)")
    executions: int = expr("SUM(TOTAL_EXECUTIONS)")
    spilled: int = expr("SUM(ONEPASS_EXECUTIONS + MULTIPASSES_EXECUTIONS)")
    multipass: int = expr("SUM(MULTIPASSES_EXECUTIONS)")
    max_temp_bytes: int = expr("MAX(MAX_TEMPSEG_SIZE)")
    last_temp_bytes: int = expr("MAX(LAST_TEMPSEG_SIZE)")
    optimal_bytes: int = expr("MAX(ESTIMATED_OPTIMAL_SIZE)")


@source(
    "oceanbase.DBA_WR_ACTIVE_SESSION_HISTORY",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="SESSION_TYPE = 0 AND SQL_ID <> ''",  # a number here: 0 is a user's session
    group_by="SQL_ID, hour",
    order_by="SQL_ID, hour",
    limit=5000,
    narrowed_by=_DEAREST,
)
class StatementHour:
    """How often the repository saw one statement at work in one hour of the day (UTC), in all days that it keeps.

    ``days`` counts those on which it did in this hour.
    """

    sql_id: str = expr("SQL_ID")
    hour: int = expr("SUBSTR(SAMPLE_TIME, 12, 2)")
    samples: int = expr("COUNT(*)")
    days: int = expr("COUNT(DISTINCT SUBSTR(SAMPLE_TIME, 1, 10))", default=0)
