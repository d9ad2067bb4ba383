"""What statements cost: the workload repository (days), SQLSTAT and the plan cache (since a plan was made), the audit
ring (seconds to hours).

Our own account's statements and internal ones are left out in the database. Times in microseconds.
The latency buckets are fixed, so that a rule can change afterwards.

The ring has a record for the session that took the statement, and one for each part of the plan that a parallel worker
or another server executed (IS_EXECUTOR_RPC = 1, with the same SQL_ID and often without a user). Only the first is an
execution; the rows and blocks that the parts read are counted with them alone. SQLSTAT and the repository have a row of
their own for what parallel workers did, too: with the hash of the plan, but not its type (seen on 4.3.5, with the text
"PX DFO EXECUTING"). It stays when the plan, and with it the statement's own row, has left the cache.
"""

from __future__ import annotations

from datetime import datetime

from agent.facts import CostClass, Observes, expr, source
from agent.model.terms import DataClass

STATEMENT_CHARS = 4000
_OUTLINE_CHARS = 4000
CUT = " …"  # ends the text of a statement that was longer
OWN_ACCOUNT = "SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"
NOT_OURS = f"IS_INNER_SQL = 0 AND IS_EXECUTOR_RPC = 0 AND USER_NAME <> {OWN_ACCOUNT}"
_WITH_PARTS = f"IS_INNER_SQL = 0 AND (IS_EXECUTOR_RPC = 1 OR USER_NAME <> {OWN_ACCOUNT})"
# Ids of databases that users create; system ones, our own session's among them, lie below.
BUSINESS_DATABASE_ID = "DB_ID > 500000"
NO_SYSTEM_DATABASE = "PARSING_DB_NAME NOT IN ('oceanbase', 'information_schema', 'mysql', '__public', '')"
# Numbers of kinds of statements (SQL_TYPE; src/sql/resolver/ob_stmt_type.h).
_SELECT, _INSERT, _REPLACE, _DELETE, _UPDATE, _MERGE = range(1, 7)
DATA_STATEMENTS = frozenset({_SELECT, _INSERT, _REPLACE, _DELETE, _UPDATE, _MERGE})
CHANGING = DATA_STATEMENTS - {_SELECT}
CHANGING_STATEMENTS = frozenset({_DELETE, _UPDATE})  # those of rows that are there
# A request that meets a locked row is parked outside its execution and tried again; no wait column counts that time.
_WORKED = "(QUEUE_TIME + GET_PLAN_TIME + EXECUTE_TIME)"
_PARKED = f"CASE WHEN RETRY_CNT > 0 AND ELAPSED_TIME > {_WORKED} THEN ELAPSED_TIME - {_WORKED} ELSE 0 END"
_NAMED_WAITS = "(APPLICATION_WAIT_TIME + CONCURRENCY_WAIT_TIME + USER_IO_WAIT_TIME + SCHEDULE_TIME)"
_OTHER_WAITS = (  # some of these columns are unsigned: a difference below zero would be an error
    f"CASE WHEN TOTAL_WAIT_TIME_MICRO > {_NAMED_WAITS} THEN TOTAL_WAIT_TIME_MICRO - {_NAMED_WAITS} ELSE 0 END"
)
# Once rows have left the memstore, the storage layer scans block by block. It then counts only the rows that it
# returns as read; the rows that it scanned have a column of their own.
_ROWS_ON_DISK = "GREATEST(SSSTORE_READ_ROW_COUNT, COALESCE(BLOCKSCAN_ROW_CNT, 0))"

# In SQLSTAT, the work of parallel workers. What has no plan at all, such as SET, has no hash either.
_OF_WORKERS = "PLAN_TYPE = 0 AND PLAN_HASH <> 0"

_SECOND = "CASE WHEN IS_EXECUTOR_RPC = 0 THEN REQUEST_TIME - REQUEST_TIME % 1000000 END"


def _skip_plan_parts(sql: str) -> str:
    """Return SQL with the value of an execution's record, and 0 for a part of its plan."""
    return f"CASE WHEN IS_EXECUTOR_RPC = 0 THEN {sql} ELSE 0 END"


def _count_where(condition: str) -> str:
    """Return SQL that counts executions with this condition.

    The sum runs over the whole ring, so the condition that is seldom true comes first.
    """
    return f"SUM(CASE WHEN {condition} AND IS_EXECUTOR_RPC = 0 THEN 1 ELSE 0 END)"


def _sum_own(column: str) -> str:
    """Return SQL that adds up a column of SQLSTAT without what parallel workers did: their time is none of its own."""
    return f"SUM(CASE WHEN {_OF_WORKERS} THEN 0 ELSE {column} END)"


# The trace of the longest execution in one pass: behind a number of 16 digits the greatest text is the longest one's.
_WORST_TRACE = (
    "SUBSTR(MAX(CASE WHEN IS_EXECUTOR_RPC = 0 THEN CONCAT(1000000000000000 + ELAPSED_TIME, TRACE_ID) END), 17)"
)


@source(
    "oceanbase.GV$OB_SQL_AUDIT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    group_by="TENANT_ID, SVR_IP, SVR_PORT, RET_CODE",
    order_by="RET_CODE, first_us, last_us",
    limit=5000,
    observes=Observes.AUDIT_RING,
)
class AuditReturn:
    """Everything in the audit ring by return code: how much, how long it spans, how much of it is the customer's.

    A tenant has a ring of its own on each server. ``planned`` statements have an execution plan (COMMIT and SET have
    none); ``first_request`` counts from 1 at server start, so a larger number says that older requests have left the
    ring.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    svr_ip: str | None = expr("SVR_IP", default=None)
    svr_port: int | None = expr("SVR_PORT", default=None)
    ret_code: int = expr("RET_CODE")
    records: int = expr("COUNT(*)")
    first_us: int = expr("MIN(REQUEST_TIME)")
    last_us: int = expr("MAX(REQUEST_TIME)")
    executions: int = expr(f"SUM(CASE WHEN {NOT_OURS} THEN 1 ELSE 0 END)")
    planned: int = expr(f"SUM(CASE WHEN {NOT_OURS} AND PLAN_TYPE > 0 THEN 1 ELSE 0 END)")
    hard_parses: int = expr(f"SUM(CASE WHEN {NOT_OURS} AND PLAN_TYPE > 0 AND IS_HIT_PLAN = 0 THEN 1 ELSE 0 END)")
    first_request: int = expr("MIN(REQUEST_ID)")
    sql_id: str = expr(f"MAX(CASE WHEN {NOT_OURS} THEN SQL_ID ELSE '' END)")
    elapsed_us: int | None = expr(f"SUM(CASE WHEN {NOT_OURS} THEN ELAPSED_TIME ELSE 0 END)", default=None)


@source(
    "oceanbase.GV$OB_SQL_AUDIT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=_WITH_PARTS,
    group_by="TENANT_ID, SQL_ID",
    order_by="elapsed_us DESC, SQL_ID",
    limit=200,
    observes=Observes.AUDIT_RING,
)
class SqlShape:
    """One SQL shape (SQL_ID) of a tenant in the audit ring: the two hundred that took most time.

    Where only parts of plans are in the ring, those of our own statements too, there are no executions and no time.
    ``trace_id`` is that of the execution that took longest, as an example for as long as the ring holds it. ``empty``
    executions neither returned nor changed a row. ``session_seconds`` counts the seconds in which some session ran the
    shape, each session by itself, ``seconds`` those of all sessions together; ``transactions`` those that it was part
    of (TX_ID), ``tx_executions`` and ``tx_rows_affected`` the executions within them and the rows that these changed.
    ``retried`` executions were run more than once, ``sessions`` sent them. ``other_wait_us`` is what they waited for
    beside locks, disks and a free processor: mostly for other servers.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    sql_id: str = expr("SQL_ID")
    db_name: str = expr("MAX(DB_NAME)")
    user_name: str = expr("MAX(USER_NAME)")
    executions: int = expr("SUM(1 - IS_EXECUTOR_RPC)")
    elapsed_us: int = expr(f"SUM({_skip_plan_parts('ELAPSED_TIME')})")
    max_elapsed_us: int = expr(f"MAX({_skip_plan_parts('ELAPSED_TIME')})")
    queue_us: int = expr(f"SUM({_skip_plan_parts('QUEUE_TIME')})")
    plan_us: int = expr(f"SUM({_skip_plan_parts('GET_PLAN_TIME')})")
    execute_us: int = expr(f"SUM({_skip_plan_parts('EXECUTE_TIME')})")
    lock_wait_us: int = expr(f"SUM({_skip_plan_parts(f'APPLICATION_WAIT_TIME + CONCURRENCY_WAIT_TIME + {_PARKED}')})")
    rows_returned: int = expr("SUM(RETURN_ROWS)")
    max_rows_returned: int = expr("MAX(RETURN_ROWS)")
    rows_affected: int = expr("SUM(AFFECTED_ROWS)")
    rows_read: int = expr(f"SUM(MEMSTORE_READ_ROW_COUNT + {_ROWS_ON_DISK})")
    disk_reads: int = expr("SUM(DISK_READS)")
    retries: int = expr(f"SUM({_skip_plan_parts('RETRY_CNT')})")
    errors: int = expr(_count_where("RET_CODE <> 0"))
    plan_misses: int = expr("SUM(CASE WHEN IS_HIT_PLAN = 0 THEN 1 ELSE 0 END)")  # a part of a plan is sent with it
    full_scans: int = expr(f"SUM({_skip_plan_parts('TABLE_SCAN')})")
    remote_plans: int = expr(_count_where("PLAN_TYPE IN (2, 3)"))
    plans: int = expr("COUNT(DISTINCT CASE WHEN IS_EXECUTOR_RPC = 0 THEN PLAN_HASH END)")
    over_10ms: int = expr(_count_where("ELAPSED_TIME >= 10000"))
    over_100ms: int = expr(_count_where("ELAPSED_TIME >= 100000"))
    over_1s: int = expr(_count_where("ELAPSED_TIME >= 1000000"))
    over_10s: int = expr(_count_where("ELAPSED_TIME >= 10000000"))
    io_wait_us: int | None = expr(f"SUM({_skip_plan_parts('USER_IO_WAIT_TIME')})", default=None)
    users: int | None = expr("COUNT(DISTINCT CASE WHEN IS_EXECUTOR_RPC = 0 THEN USER_NAME END)", default=None)
    first_us: int | None = expr("MIN(REQUEST_TIME)", default=None)
    last_us: int | None = expr("MAX(REQUEST_TIME)", default=None)
    trace_id: str | None = expr(_WORST_TRACE, default=None)
    empty: int | None = expr(_count_where("RETURN_ROWS = 0 AND AFFECTED_ROWS = 0 AND RET_CODE = 0"), default=None)
    max_rows_affected: int | None = expr("MAX(AFFECTED_ROWS)", default=None)
    session_seconds: int | None = expr(f"COUNT(DISTINCT SID, {_SECOND})", default=None)
    seconds: int | None = expr(f"COUNT(DISTINCT {_SECOND})", default=None)
    transactions: int | None = expr(
        "COUNT(DISTINCT CASE WHEN IS_EXECUTOR_RPC = 0 AND TX_ID > 0 THEN TX_ID END)", default=None
    )
    tx_executions: int | None = expr(_count_where("TX_ID > 0"), default=None)
    tx_rows_affected: int | None = expr(
        "SUM(CASE WHEN TX_ID > 0 AND IS_EXECUTOR_RPC = 0 THEN AFFECTED_ROWS ELSE 0 END)", default=None
    )
    retried: int | None = expr(_count_where("RETRY_CNT > 0"), default=None)
    sessions: int | None = expr("COUNT(DISTINCT CASE WHEN IS_EXECUTOR_RPC = 0 THEN SID END)", default=None)
    rpc_count: int | None = expr("SUM(RPC_COUNT)", default=None)
    schedule_us: int | None = expr(f"SUM({_skip_plan_parts('SCHEDULE_TIME')})", default=None)
    other_wait_us: int | None = expr(f"SUM({_skip_plan_parts(_OTHER_WAITS)})", default=None)


@source(
    "oceanbase.GV$OB_SQLSTAT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=NO_SYSTEM_DATABASE,
    group_by="TENANT_ID, SQL_ID",
    order_by="elapsed_us DESC, SQL_ID",
    limit=200,
    observes=Observes.PLAN_CACHE,
)
class SqlTotal:
    """One SQL shape of a tenant since its plan was loaded: longer than the audit ring, without latencies.

    ``tenant_elapsed_us`` is what all shapes of its tenant took: among the two hundred may be one of many. Calls of
    procedures and DDL are in the view too, with the rows that they went through and without a plan (seen on 4.3.5);
    ``sql_type`` tells them apart (``DATA_STATEMENTS``). Where only the work of parallel workers is left of a statement,
    there are no executions and no time.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    tenant_elapsed_us: int | None = expr(
        f"SUM({_sum_own('ELAPSED_TIME_TOTAL')}) OVER (PARTITION BY TENANT_ID)", default=None, sys_only=True
    )
    sql_id: str = expr("SQL_ID")
    sql_type: int | None = expr("MAX(SQL_TYPE)", default=None)
    db_name: str = expr("MIN(PARSING_DB_NAME)")
    executions: int = expr(_sum_own("EXECUTIONS_TOTAL"))
    elapsed_us: int = expr(_sum_own("ELAPSED_TIME_TOTAL"))
    rows_processed: int = expr("SUM(ROWS_PROCESSED_TOTAL)")
    rows_read: int | None = expr(
        "SUM(MEMSTORE_READ_ROWS_TOTAL + MINOR_SSSTORE_READ_ROWS_TOTAL + MAJOR_SSSTORE_READ_ROWS_TOTAL)", default=None
    )
    disk_reads: int | None = expr("SUM(DISK_READS_TOTAL)", default=None)
    retries: int | None = expr("SUM(RETRY_TOTAL)", default=None)
    wait_us: int | None = expr("SUM(APWAIT_TOTAL + CCWAIT_TOTAL)", default=None)
    cpu_us: int | None = expr("SUM(CPU_TIME_TOTAL)", default=None)
    io_wait_us: int | None = expr("SUM(USERIO_WAIT_TOTAL)", default=None)
    remote_executions: int | None = expr(
        "SUM(CASE WHEN PLAN_TYPE IN (2, 3) THEN EXECUTIONS_TOTAL ELSE 0 END)", default=None
    )
    throttled_us: int | None = expr("SUM(WRITE_THROTTLE_TOTAL)", default=None)
    rpc_count: int | None = expr("SUM(RPC_TOTAL)", default=None)


@source(
    "oceanbase.DBA_WR_SQLSTAT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=f"{NO_SYSTEM_DATABASE} AND EXECUTIONS_DELTA + RETRY_DELTA > 0",
    group_by="TENANT_ID, SQL_ID, PLAN_HASH",
    order_by="elapsed_us DESC, SQL_ID, PLAN_HASH",
    limit=400,
    sys_view="oceanbase.CDB_WR_SQLSTAT",
    observes=Observes.REPOSITORY,
)
class RepositoryShape:
    """One plan of one SQL shape in all snapshots that the workload repository keeps, as sums of what each one added.

    A snapshot holds what is in the plan cache when it is taken; what was evicted before is in none. 4.2.5 and 4.3.3
    have the view, 4.3.0 has not.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    sql_id: str = expr("SQL_ID")
    plan_hash: int = expr("PLAN_HASH")
    db_name: str = expr("MIN(PARSING_DB_NAME)")
    first_snap: int = expr("MIN(SNAP_ID)")
    last_snap: int = expr("MAX(SNAP_ID)")
    executions: int = expr(_sum_own("EXECUTIONS_DELTA"))
    elapsed_us: int = expr(_sum_own("ELAPSED_TIME_DELTA"))
    rows_processed: int = expr("SUM(ROWS_PROCESSED_DELTA)")
    rows_read: int = expr(
        "SUM(MEMSTORE_READ_ROWS_DELTA + MINOR_SSSTORE_READ_ROWS_DELTA + MAJOR_SSSTORE_READ_ROWS_DELTA)"
    )
    disk_reads: int = expr("SUM(DISK_READS_DELTA)")
    retries: int = expr("SUM(RETRY_DELTA)")
    wait_us: int = expr("SUM(APWAIT_DELTA + CCWAIT_DELTA)")
    cpu_us: int | None = expr("SUM(CPU_TIME_DELTA)", default=None)
    io_wait_us: int | None = expr("SUM(USERIO_WAIT_DELTA)", default=None)
    remote_executions: int = expr("SUM(CASE WHEN PLAN_TYPE IN (2, 3) THEN EXECUTIONS_DELTA ELSE 0 END)")
    rpc_count: int | None = expr("SUM(RPC_DELTA)", default=None)


@source("oceanbase.GV$OB_PLAN_CACHE_STAT", DataClass.STATISTICS)
class PlanCache:
    """The plan cache of one tenant on one server; counts since start, memory in bytes."""

    svr_ip: str | None = None
    tenant_id: int | None = None
    access_count: int
    hit_count: int
    plan_num: int
    mem_used: int
    mem_hold: int
    mem_limit: int


# Hints that force how tables are read or joined, or keep a statement from being rewritten, in the order of their bits.
FORCING = (
    "FULL", "INDEX", "NO_INDEX", "LEADING", "ORDERED", "USE_NL", "USE_HASH", "USE_MERGE", "NO_USE_NL", "NO_USE_HASH",
    "NO_USE_MERGE", "NO_REWRITE", "NO_EXPAND",
)  # fmt: skip
_FORCED = " + ".join(
    f"CASE WHEN HINTS_INFO LIKE '% {name}(%' OR HINTS_INFO LIKE '% {name} %' THEN {1 << bit} ELSE 0 END"
    for bit, name in enumerate(FORCING)
)


@source(
    "oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT",
    DataClass.SQL_TEXT_MASKED,
    cost=CostClass.MEDIUM,
    where=f"OBJECT_TYPE = 'SQL_PLAN' AND {BUSINESS_DATABASE_ID}",
    order_by="ELAPSED_TIME DESC, SQL_ID, PLAN_ID",
    limit=200,
    observes=Observes.PLAN_CACHE,
)
class CachedPlan:
    """One cached plan with its statement, whose literals the server has replaced by ``?``; times in microseconds.

    ``param_infos`` has an entry for each value, ``{...,type}``: numbers, no literals. ``forced`` has a bit for each of
    ``FORCING`` that is among its hints, which are read no further: they may hold anything. ``outline`` are the hints
    that the server would write to force this plan again, stripped when they are read; "" where that was not possible.
    ``plan_type`` is 1 for a plan on one server, 2 for one on another, 3 for several.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None, sys_only=True)
    sql_id: str
    db_id: int
    plan_id: int
    plan_hash: int
    statement: str = expr(f"SUBSTR(STATEMENT, 1, {STATEMENT_CHARS})")
    executions: int
    elapsed_time: int
    param_infos: str | None = expr("SUBSTR(PARAM_INFOS, 1, 4000)", default=None)
    forced: int | None = expr(_FORCED, default=None)
    table_scan: int | None = None
    first_load_time: datetime | None = None
    outline: str | None = expr(f"SUBSTR(OUTLINE_DATA, 1, {_OUTLINE_CHARS})", default=None, data_class=DataClass.PLANS)
    plan_type: int | None = expr("TYPE", default=None)
    rows_processed: int | None = None
    disk_reads: int | None = None
    cpu_time: int | None = None
    lock_wait_us: int | None = expr("APPLICATION_WAIT_TIME + CONCURRENCY_WAIT_TIME", default=None)
    user_io_wait_time: int | None = None


@source(
    "oceanbase.DBA_WR_SQLTEXT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="SQL_ID <> ''",
    group_by="SQL_ID",
    order_by="SQL_ID",
    limit=200,
    sys_view="oceanbase.CDB_WR_SQLTEXT",
    narrowed_by=(RepositoryShape, SqlShape, SqlTotal),
)
class RepositoryText:
    """A statement as the workload repository keeps it, also when its plan has left the cache.

    ``sql_type`` is its kind (``DATA_STATEMENTS``). Its text holds literals, so it is read only where full text is
    granted, and masked before anything keeps it. Of several texts in several snapshots one is read.
    """

    sql_id: str = expr("SQL_ID")
    sql_type: int = expr("MAX(SQL_TYPE)")
    statement: str | None = expr(
        f"MAX(SUBSTR(QUERY_SQL, 1, {STATEMENT_CHARS}))", default=None, data_class=DataClass.SQL_TEXT_FULL
    )
