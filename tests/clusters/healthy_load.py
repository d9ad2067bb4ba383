"""A calm working day: memory, counters, sessions, statements and the workload repository."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.clusters.cluster import GIB, Cluster, Server, ago
from tests.clusters.schema import views_of
from tests.harness import NOW

HOUR_US = 3_600_000_000
RING_US = 2 * HOUR_US  # how far the audit reaches back
NOW_US = int(NOW.timestamp() * 1_000_000)
MEMORY = {"KVSTORE_CACHE_ID": 14, "DEFAULT_CTX_ID": 3, "MEMSTORE_CTX_ID": 6, "PLAN_CACHE_CTX_ID": 1}  # GiB
COUNTERS = {
    "sql select count": 90_000_000, "sql insert count": 6_000_000, "sql replace count": 0,
    "sql update count": 4_000_000, "sql delete count": 300_000, "sql local count": 95_000_000,
    "sql remote count": 900_000, "sql distributed count": 2_000_000, "sql fail count": 1_000,
    "trans start count": 30_000_000, "trans commit count": 29_000_000, "trans rollback count": 400_000,
    "trans timeout count": 12, "max cpus": 800, "min cpus": 800, "cpu usage": 210, "memory usage": 24 * GIB,
    "max memory size": 32 * GIB, "worker time": 10**12, "cpu time": 8 * 10**11, "block cache hit": 96_000_000,
    "block cache miss": 1_000_000, "sql select time": 10**12,
}  # fmt: skip


class Shape(NamedTuple):
    """One statement of the business: how often it is sent in an hour, how long it takes, what it reads and returns.

    Of a parallel one the ``workers`` do the reading, and each leaves a record of its own.
    """

    sql_id: str
    text: str
    executions: int
    elapsed_us: int
    rows_read: int
    rows: int
    writes: bool = False
    workers: int = 0

    @property
    def table(self) -> str:
        """The table that it is about."""
        words = self.text.replace("(", " ").split()
        return words[[word in ("FROM", "INTO", "UPDATE") for word in words].index(True) + 1]


SHAPES = (
    Shape("A" * 32, "SELECT name, email FROM customers WHERE id = ?", 600, 900, 1, 1),
    Shape("B" * 32, "SELECT id FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT ?", 500, 2_400, 30, 10),
    Shape("C" * 32, "SELECT product_id, amount FROM order_lines WHERE order_id = ?", 400, 1_800, 4, 4),
    Shape("D" * 32, "INSERT INTO orders (customer_id, state, placed_at) VALUES (?, ?, ?)", 150, 1_500, 0, 1, True),
    Shape("E" * 32, "UPDATE stock SET pieces = pieces - ? WHERE product_id = ?", 150, 1_700, 1, 1, True),
    Shape("F" * 32, "SELECT id, title, price FROM products WHERE category_id = ? LIMIT ?", 200, 6_000, 220, 20),
    Shape("8" * 32, "UPDATE order_numbers SET next = LAST_INSERT_ID(next + ?)", 150, 900, 1, 1, True),
    Shape("9" * 32, "SELECT state, COUNT(*) FROM orders GROUP BY state", 10, 340_000, 8_000, 5, workers=8),
)


def fill(cluster: Cluster, tenants: tuple[int, ...], servers: tuple[Server, ...]) -> None:
    """Everything of the day."""
    businesses = [tenant for tenant in tenants if tenant % 2 == 0] or [1]
    for tenant in tenants:
        for server in servers:
            memory(cluster, tenant, server)
            counters(cluster, tenant, server)
    for tenant in businesses:
        sessions(cluster, tenant, servers)
        statements(cluster, tenant, servers[tenant % len(servers)])  # all leaders are there
        for server in servers:
            plans(cluster, tenant, server)
    for server in servers:
        steps(cluster, server)
        samples(cluster, server)
    repository(cluster, 1 if cluster.is_sys else businesses[0], servers)


def memory(cluster: Cluster, tenant: int, server: Server) -> None:
    where = {"tenant_id": tenant, "svr_ip": server.ip, "svr_port": server.port}
    small = 1 if tenant % 2 == 0 else 4  # sys and META tenants are small
    limit = 12 * GIB // small
    cluster.add(
        "GV$OB_MEMSTORE",
        active_span=limit // 10,
        freeze_trigger=limit // 5,
        freeze_cnt=400,
        memstore_used=limit // 6,
        memstore_limit=limit,
        **where,
    )
    cluster.add("GV$OB_TENANT_MEMORY", hold=24 * GIB // small, free=8 * GIB // small, **where)
    for module, gib in MEMORY.items():
        size = gib * GIB // small
        cluster.add("GV$OB_MEMORY", ctx_name=module, mod_name=module[:-7], count=1000, hold=size, used=size, **where)
    cluster.add(
        "GV$OB_PLAN_CACHE_STAT",
        sql_num=400,
        mem_used=300 * 2**20 // small,
        mem_hold=320 * 2**20 // small,
        access_count=8_000_000,
        hit_count=7_950_000,
        hit_rate=99,
        plan_num=450,
        mem_limit=1600 * 2**20 // small,
        hash_bucket=10_000,
        stmtkey_num=420,
        **where,
    )


def counters(cluster: Cluster, tenant: int, server: Server) -> None:
    for number, (name, value) in enumerate(COUNTERS.items()):
        cluster.add(
            "GV$SYSSTAT",
            con_id=tenant,
            svr_ip=server.ip,
            svr_port=server.port,
            statistic_no=number,
            name=name,
            value=value,
            value_type="ADD_VALUE",
            stat_id=40_000 + number,
            **{"class": 64},
        )


def sessions(cluster: Cluster, tenant: int, servers: tuple[Server, ...]) -> None:
    """A pool of connections: most asleep between two requests, all encrypted, none in a transaction."""
    for number in range(30):
        server = servers[number % len(servers)]
        client = f"10.1.0.{number % 4}"
        cluster.add(
            "GV$OB_PROCESSLIST",
            svr_ip=server.ip,
            svr_port=server.port,
            sql_port=2881,
            id=3_221_000_000 + 100 * tenant + number,
            user="app",
            host=f"{client}:{40_000 + number}",
            db="shop",
            tenant="shop",
            command="Sleep" if number % 5 else "Query",
            time=number % 5,
            total_time=number % 5,
            state="SLEEP" if number % 5 else "ACTIVE",
            user_client_ip=client,
            user_host="10.1.%",
            trans_id=0,
            trans_state="",
            ssl_cipher="ECDHE-RSA-AES256-GCM-SHA384",
        )
    cluster.add(
        "GV$OB_TRANSACTION_PARTICIPANTS",
        tenant_id=tenant,
        svr_ip=servers[0].ip,
        svr_port=servers[0].port,
        session_id=1,
        tx_type="LOCAL",
        tx_id=90_000 + tenant,
        ls_id=1001,
        ctx_create_time=ago(seconds=0.2),
        tx_expired_time=ago(hours=-24),
        state="ACTIVE",
        action="START",
        pending_log_size=800,
        flushed_log_size=0,
        role="LEADER",
        last_request_time=ago(seconds=0.1),
        globalid="",
    )


def statements(cluster: Cluster, tenant: int, server: Server, shapes: tuple[Shape, ...] = SHAPES) -> None:
    """An hour in the audit ring, the shapes evenly spread over it."""
    request = 5_000_000
    for shape in shapes:
        for number in range(0, shape.executions, 5):  # a fifth of them is enough to judge by
            request += 1 + shape.workers
            late = number % 50 == 0
            common = {
                "svr_ip": server.ip,
                "svr_port": server.port,
                "tenant_id": tenant,
                "tenant_name": "shop",
                "effective_tenant_id": tenant,
                "db_id": 500_001,
                "sql_id": shape.sql_id,
                "ret_code": 0,
                "plan_type": 3 if shape.workers else 1,
                "is_inner_sql": 0,
                "table_scan": 0,
                "application_wait_time": 0,
                "concurrency_wait_time": 0,
                "retry_cnt": 0,
                "memstore_read_row_count": 0,
                "request_time": NOW_US - RING_US + RING_US * number // shape.executions,
            }
            elapsed_us = shape.elapsed_us * (3 if late else 1)
            cluster.add(
                "GV$OB_SQL_AUDIT",
                request_id=request,
                user_id=500_001,
                user_name="app",
                db_name="shop",
                affected_rows=shape.rows if shape.writes else 0,
                return_rows=0 if shape.writes else shape.rows,
                is_executor_rpc=0,
                is_hit_plan=int(number != 0),
                plan_hash=hash_of(shape),
                elapsed_time=elapsed_us,
                queue_time=20,
                get_plan_time=60,
                execute_time=elapsed_us - 90,
                user_io_wait_time=100,
                disk_reads=0,
                ssstore_read_row_count=0 if shape.workers else shape.rows_read,
                partition_cnt=1,
                consistency_level=3,
                request_type=2,
                **common,
            )
            for worker in range(shape.workers):
                cluster.add(
                    "GV$OB_SQL_AUDIT",
                    request_id=request - 1 - worker,
                    user_id=0,
                    user_name="",
                    db_name="",
                    affected_rows=0,
                    return_rows=0,
                    is_executor_rpc=1,
                    is_hit_plan=1,
                    plan_hash=0,
                    elapsed_time=elapsed_us,
                    queue_time=0,
                    get_plan_time=0,
                    execute_time=elapsed_us,
                    user_io_wait_time=900,
                    disk_reads=40,
                    ssstore_read_row_count=shape.rows_read // shape.workers,
                    request_type=4,
                    **common,
                )


def hash_of(shape: Shape) -> int:
    """A plan's hash: one per shape."""
    return 7_000_000 + ord(shape.sql_id[0])


def plans(cluster: Cluster, tenant: int, server: Server, shapes: tuple[Shape, ...] = SHAPES) -> None:
    where = {"tenant_id": tenant, "svr_ip": server.ip, "svr_port": server.port}
    for shape in shapes:
        plan_id = ord(shape.sql_id[0])
        executions, elapsed = shape.executions * 300, shape.executions * 300 * shape.elapsed_us
        cluster.add(
            "GV$OB_PLAN_CACHE_PLAN_STAT",
            plan_id=plan_id,
            sql_id=shape.sql_id,
            type=1,
            db_id=500_001,
            statement=shape.text,
            param_infos=",".join(["{1,0,0,0,5}"] * shape.text.count("?")),
            plan_hash=hash_of(shape),
            first_load_time=ago(days=12),
            last_active_time=ago(seconds=3),
            executions=executions,
            avg_exe_usec=shape.elapsed_us,
            slowest_exe_time=ago(days=2),
            slowest_exe_usec=40 * shape.elapsed_us,
            hit_count=executions - 1,
            elapsed_time=elapsed,
            cpu_time=elapsed // 2,
            table_scan=0,
            timeout_count=0,
            object_type="SQL_PLAN",
            **where,
        )
        cluster.add(
            "GV$OB_SQLSTAT",
            sql_id=shape.sql_id,
            plan_id=plan_id,
            plan_hash=hash_of(shape),
            plan_type=1,
            parsing_db_name="shop",
            executions_total=executions,
            elapsed_time_total=elapsed,
            cpu_time_total=elapsed // 2,
            disk_reads_total=0,
            rows_processed_total=executions * shape.rows,
            memstore_read_rows_total=0,
            minor_ssstore_read_rows_total=0,
            major_ssstore_read_rows_total=executions * shape.rows_read,
            retry_total=0,
            write_throttle_total=0,
            **where,
        )
        if "GROUP BY" in shape.text:
            cluster.add(
                "GV$SQL_WORKAREA",
                sql_id=shape.sql_id,
                child_number=plan_id,
                operation_type="PHY_HASH_GROUP_BY",
                estimated_optimal_size=8 << 20,
                total_executions=executions,
                optimal_executions=executions,
                onepass_executions=0,
                multipasses_executions=0,
                max_tempseg_size=0,
                last_tempseg_size=0,
                con_id=tenant,
                svr_ip=server.ip,
                svr_port=server.port,
            )


def steps(cluster: Cluster, server: Server) -> None:
    """One scan for each plan: by key, but for the report that reads its table."""
    for shape in SHAPES:
        whole = shape.workers > 0
        note = (
            f"{shape.table}:\n table_rows:{8_000 if whole else 100_000}\n physical_range_rows:{shape.rows_read}\n"
            f" index_back_rows:0\n output_rows:{shape.rows_read}\n avaiable_index_name:[{shape.table}]\n"
            " stats info:[version=2026-11-22 02:00:00.000000, is_locked=0, is_expired=0]\n"
        )
        cluster.add(
            "GV$OB_SQL_PLAN",
            svr_ip=server.ip,
            svr_port=server.port,
            sql_id=shape.sql_id,
            db_id=500_001,
            plan_hash=hash_of(shape),
            id=0,
            depth=0,
            operator="TABLE FULL SCAN" if whole else "TABLE GET",
            object_owner="shop",
            object_name=shape.table,
            object_alias=shape.table,
            object_type="BASIC TABLE",
            partition_start="partitions(p0)",
            optimizer=note,
            cost=9,
            cardinality=shape.rows_read,
            real_cardinality=shape.rows_read,
            real_cost=shape.elapsed_us,
        )


def samples(cluster: Cluster, server: Server) -> None:
    """What sessions of the report do: they compute. In the repository, an hour of each day of a week."""
    seen = {
        "svr_ip": server.ip, "svr_port": server.port, "sql_id": SHAPES[-1].sql_id,
        "session_state": "ON CPU", "in_parse": "N", "in_sql_optimize": "N", "in_storage_read": "N",
        "in_storage_write": "N", "in_committing": "N", "in_remote_das_execution": "N",
    }  # fmt: skip
    if "oceanbase.GV$OB_ACTIVE_SESSION_HISTORY" in views_of(cluster.target):
        for second in range(60):
            cluster.add(
                "GV$OB_ACTIVE_SESSION_HISTORY",
                sample_time=ago(seconds=second),
                session_type="FOREGROUND",
                event="",
                wait_class="OTHER",
                **seen,
            )
    for hour in range(168):
        cluster.add("DBA_WR_ACTIVE_SESSION_HISTORY", sample_time=ago(hours=hour), session_type=0, **seen)


def repository(cluster: Cluster, tenant: int, servers: tuple[Server, ...]) -> None:
    """A week of hourly snapshots at a quarter of the CPU. Each shows what the business sent to the first server."""
    prefix = "CDB" if cluster.is_sys else "DBA"
    spent_us = sum(shape.executions * shape.elapsed_us for shape in SHAPES) // 2
    cluster.add("DBA_WR_CONTROL", tenant_id=tenant, snap_interval="+0 01:00:00", retention="+7 00:00:00", topnsql=30)
    for hour in range(168):
        for server in servers:
            place = {"cluster_id": 1, "tenant_id": tenant, "svr_ip": server.ip, "svr_port": server.port}
            where = {**place, "snap_id": 168 - hour}
            cluster.add(
                "DBA_WR_SNAPSHOT",
                begin_interval_time=ago(hours=hour + 1.2),
                end_interval_time=ago(hours=hour + 0.2),
                snap_flag=1,
                startup_time=ago(days=90),
                **where,
            )
            cluster.add("DBA_WR_SYSSTAT", stat_id=140005, value=800, **where)
            cluster.add("DBA_WR_SYSSTAT", stat_id=140013, value=10**13 + (168 - hour) * 2 * HOUR_US, **where)
            if server is servers[0]:
                cluster.add(f"{prefix}_WR_SYSSTAT", stat_id=40001, value=10**12 + (168 - hour) * spent_us, **where)
                kept_statements(cluster, tenant, 168 - hour, server)


def kind_of(shape: Shape) -> int:
    """The number of its kind (SQL_TYPE)."""
    kinds = {"SELECT": 1, "INSERT": 2, "DELETE": 4, "UPDATE": 5}
    return kinds[shape.text.split()[0].upper()]


def kept_statements(cluster: Cluster, tenant: int, snapshot: int, server: Server) -> None:
    """What one snapshot adds: an hour of the business."""
    where: dict[str, Any] = {"snap_id": snapshot, "svr_ip": server.ip, "svr_port": server.port}
    if cluster.is_sys:
        where["tenant_id"] = tenant
    prefix = "CDB" if cluster.is_sys else "DBA"
    for shape in SHAPES:
        executions = shape.executions // 2
        told = {name: value for name, value in where.items() if name in ("snap_id", "tenant_id")}
        cluster.add(f"{prefix}_WR_SQLTEXT", sql_id=shape.sql_id, query_sql=shape.text, sql_type=kind_of(shape), **told)
        cluster.add(
            f"{prefix}_WR_SQLSTAT",
            sql_id=shape.sql_id,
            plan_hash=hash_of(shape),
            plan_type=1,
            parsing_db_name="shop",
            executions_delta=executions,
            elapsed_time_delta=executions * shape.elapsed_us,
            rows_processed_delta=executions * shape.rows,
            memstore_read_rows_delta=0,
            minor_ssstore_read_rows_delta=0,
            major_ssstore_read_rows_delta=executions * shape.rows_read,
            disk_reads_delta=0,
            retry_delta=0,
            apwait_delta=0,
            ccwait_delta=0,
            **where,
        )
