"""Faults of a business tenant: statistics, schema, accounts, transactions and statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from agent.model.terms import Severity, TenantKind
from tests.clusters import healthy_business, healthy_load
from tests.clusters.cluster import GIB, Cluster, Row, ago
from tests.clusters.healthy import SERVERS, SHOP

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
BOTH, USER = frozenset(TenantKind), frozenset({TenantKind.USER})


def named(column: str, *values: str) -> Callable[[Row], bool]:
    return lambda row: row.get(column) in values


def stale(cluster: Cluster) -> None:
    orders = named("TABLE_NAME", "orders")
    cluster.change("DBA_TAB_STATISTICS", {"LAST_ANALYZED": ago(days=45)}, orders)
    cluster.change("DBA_TAB_MODIFICATIONS", {"INSERTS": 26_000_000}, orders)


def never_gathered(cluster: Cluster) -> None:
    payments = named("TABLE_NAME", "payments")
    change = {"NUM_ROWS": None, "LAST_ANALYZED": None, "STALE_STATS": None}
    cluster.change("DBA_TAB_STATISTICS", change, payments)
    cluster.change("DBA_TAB_MODIFICATIONS", {"INSERTS": 46_000_000}, payments)


def locked(cluster: Cluster) -> None:
    """The table has outgrown what was locked."""
    cluster.change("DBA_TAB_STATISTICS", {"STATTYPE_LOCKED": "ALL"}, named("TABLE_NAME", "coupons"))
    cluster.change("DBA_TAB_MODIFICATIONS", {"INSERTS": 10**9}, named("TABLE_NAME", "coupons"))


def gathering_fails(cluster: Cluster) -> None:
    """Ten nights without success."""
    change = {"STATUS": "FAILED", "FAILED_COUNT": 3}
    recent = {f"task-{day}" for day in range(10)}
    cluster.change("DBA_OB_TASK_OPT_STAT_GATHER_HISTORY", change, lambda row: row["TASK_ID"] in recent)


def windows_off(cluster: Cluster) -> None:
    cluster.change("DBA_SCHEDULER_JOBS", {"ENABLED": "0"}, named("JOB_NAME", "MONDAY_WINDOW", "TUESDAY_WINDOW"))


def job_given_up(cluster: Cluster) -> None:
    """It failed sixteen times in a row, two months ago."""
    never = datetime(4000, 1, 1, tzinfo=UTC)
    change = {"STATE": "BROKEN", "FAILURE_COUNT": 16, "LAST_START_DATE": ago(days=60), "NEXT_RUN_DATE": never}
    cluster.change("DBA_SCHEDULER_JOBS", change, named("JOB_NAME", "OPT_STATS_HISTORY_MANAGER"))


def missed_window(cluster: Cluster) -> None:
    cluster.change("DBA_SCHEDULER_JOBS", {"NEXT_RUN_DATE": ago(hours=90)}, named("JOB_NAME", "SUNDAY_WINDOW"))


def no_key(cluster: Cluster) -> None:
    cluster.drop("STATISTICS", lambda row: (row["TABLE_NAME"], row["INDEX_NAME"]) == ("shipments", "PRIMARY"))


def months_run_out(cluster: Cluster) -> None:
    """The next month is the last that has a partition."""
    cluster.drop("PARTITIONS", lambda row: row["TABLE_NAME"] == "payments" and row["PARTITION_DESCRIPTION"] > "202612")


def months_below_have_passed(cluster: Cluster) -> None:
    """Spread by hash, and by month below, with the rest in the last."""
    bounds = ("'2026-09-01'", "'2026-10-01'", "'2026-11-01'", "MAXVALUE")
    for piece in range(8):
        cluster.add(
            "PARTITIONS",
            table_catalog="def",
            table_schema=healthy_business.SCHEMA,
            table_name="shipments",
            partition_name=f"p{piece // 4}",
            subpartition_name=f"p{piece // 4}sp{piece % 4}",
            partition_method="HASH",
            partition_ordinal_position=1 + piece // 4,
            partition_expression="id",
            subpartition_method="RANGE COLUMNS",
            subpartition_ordinal_position=1 + piece % 4,
            subpartition_expression="sent_at",
            subpartition_description=bounds[piece % 4],
            table_rows=5_000_000,
        )


def spoiled_indexes(cluster: Cluster) -> None:
    """One that another covers, and one that could not be built."""
    healthy_business.index(cluster, "orders", "by_customer_only", ("customer_id",), 48_000_000)
    cluster.change("STATISTICS", {"COMMENT": "UNAVAILABLE"}, named("INDEX_NAME", "by_code"))


def numbers_run_out(cluster: Cluster) -> None:
    """An INT that counts up is at 90 % of its range."""
    change = {"DATA_TYPE": "int", "COLUMN_TYPE": "int(11)"}
    cluster.change("COLUMNS", change, lambda row: (row["TABLE_NAME"], row["COLUMN_NAME"]) == ("reviews", "id"))
    number = list(healthy_business.TABLES).index("reviews")
    reached = 1_932_735_283
    counter = {"SYNC_VALUE": reached, "AUTO_INCREMENT_VALUE": reached + 1_000_000}
    cluster.change("DBA_OB_AUTO_INCREMENT", counter, lambda row: row["AUTO_INCREMENT_KEY"] == 500_100 + number)


def old_charset(cluster: Cluster) -> None:
    """A table of old, and its names with it."""
    cluster.change("TABLES", {"TABLE_COLLATION": "latin1_swedish_ci"}, named("TABLE_NAME", "categories"))
    healthy_business.column(cluster, "categories", 9, "label", "varchar", "varchar(60)", "", "")
    change = {"CHARACTER_SET_NAME": "latin1", "COLLATION_NAME": "latin1_swedish_ci"}
    cluster.change("COLUMNS", change, named("COLUMN_NAME", "label"))


def careless_accounts(cluster: Cluster) -> None:
    """An application account from anywhere that may do everything, and a password of four years ago."""
    healthy_business.account(cluster, "batch", "%", healthy_business.PRIVILEGES)
    cluster.change("DBA_OB_USERS", {"PASSWORD_LAST_CHANGED": ago(days=1500)}, named("USER_NAME", "batch"))


def deadlocks(cluster: Cluster) -> None:
    for number in range(30):
        for place in range(2):
            event = {
                "event_id": 800 + number,
                "svr_ip": SERVERS[0].ip,
                "svr_port": SERVERS[0].port,
                "detector_id": place,
                "report_time": ago(hours=3 * number),
                "cycle_idx": place,
                "cycle_size": 2,
                "create_time": ago(hours=3 * number),
            }
            cluster.add("CDB_OB_DEADLOCK_EVENT_HISTORY", tenant_id=SHOP, **event)
            if not cluster.is_sys:
                cluster.add("DBA_OB_DEADLOCK_EVENT_HISTORY", **event)


def open_transaction(cluster: Cluster) -> None:
    """Two hours old, its client asleep for half an hour, with four gigabytes of log."""
    cluster.add(
        "GV$OB_TRANSACTION_PARTICIPANTS",
        tenant_id=SHOP,
        svr_ip=SERVERS[0].ip,
        svr_port=SERVERS[0].port,
        session_id=77,
        tx_type="LOCAL",
        tx_id=4711,
        ls_id=1001,
        ctx_create_time=ago(hours=2),
        tx_expired_time=ago(hours=-22),
        state="ACTIVE",
        action="START",
        pending_log_size=GIB,
        flushed_log_size=3 * GIB,
        role="LEADER",
        last_request_time=ago(minutes=30),
        globalid="",
    )
    cluster.add(
        "GV$OB_PROCESSLIST",
        svr_ip=SERVERS[0].ip,
        svr_port=SERVERS[0].port,
        sql_port=2881,
        id=77,
        user="app",
        host="10.1.0.9:5000",
        db="shop",
        tenant="shop",
        command="Sleep",
        time=1800,
        total_time=7200,
        state="SLEEP",
        user_client_ip="10.1.0.9",
        user_host="10.1.%",
        trans_id=4711,
        trans_state="ACTIVE",
        ssl_cipher="",
    )


def in_doubt(cluster: Cluster) -> None:
    cluster.add(
        "GV$OB_TRANSACTION_PARTICIPANTS",
        tenant_id=SHOP,
        svr_ip=SERVERS[0].ip,
        svr_port=SERVERS[0].port,
        session_id=78,
        tx_type="DISTRIBUTED",
        tx_id=4712,
        ls_id=1001,
        ctx_create_time=ago(hours=3),
        state="REDO COMPLETE"[:9],
        action="START",
        tx_expired_time=ago(hours=-22),
        pending_log_size=0,
        flushed_log_size=900,
        role="LEADER",
        last_request_time=ago(hours=2),
        formatid=1,
        globalid="transfer-1",
        branchid="1",
    )


def lock_wait(cluster: Cluster) -> None:
    cluster.add(
        "GV$OB_LOCKS",
        svr_ip=SERVERS[0].ip,
        svr_port=SERVERS[0].port,
        tenant_id=SHOP,
        trans_id=4713,
        type="TR",
        id1=200_001,
        id2="4711",
        lmode="NONE",
        request="X",
        ctime=30_000_000,
        block=0,
    )


def rollbacks(cluster: Cluster) -> None:
    values = {"trans start count": 49_000_000, "trans rollback count": 20_000_000, "trans timeout count": 600_000}
    for row in cluster.rows["oceanbase.GV$SYSSTAT"]:
        if row["CON_ID"] == SHOP:
            row["VALUE"] = values.get(row["NAME"], row["VALUE"])


SLOW = healthy_load.Shape("0" * 31 + "1", "SELECT words FROM reviews WHERE words LIKE ?", 200, 2_600_000, 3_000_000, 5)


def slow_statement(cluster: Cluster) -> None:
    """A full scan of millions of rows, again and again, whose other plan was quick."""
    shape = SLOW
    before = len(cluster.rows["oceanbase.GV$OB_SQL_AUDIT"])
    healthy_load.statements(cluster, SHOP, SERVERS[0], (shape,))
    for row in cluster.rows["oceanbase.GV$OB_SQL_AUDIT"][before:]:
        row["TABLE_SCAN"] = 1


def out_of_memory(cluster: Cluster) -> None:
    for number, row in enumerate(cluster.rows["oceanbase.GV$OB_SQL_AUDIT"]):
        if row["TENANT_ID"] == SHOP and number % 20 == 0:
            row["RET_CODE"] = -4030


REWRITE = healthy_load.Shape("7" * 32, "UPDATE reviews SET seen = ?", 5, 9_000_000, 2_000_000, 2_000_000, True)


def whole_table(cluster: Cluster) -> None:
    """Every review is changed again and again."""
    healthy_load.statements(cluster, SHOP, SERVERS[0], (REWRITE,))
    healthy_load.plans(cluster, SHOP, SERVERS[0], (REWRITE,))


def damaged_block(cluster: Cluster) -> None:
    """One statement of thousands read a block whose checksum is wrong."""
    rows = cluster.rows["oceanbase.GV$OB_SQL_AUDIT"]
    next(row for row in rows if row["TENANT_ID"] == SHOP and row["RET_CODE"] == 0)["RET_CODE"] = -4103


def cache_misses(cluster: Cluster) -> None:
    cluster.change("GV$OB_PLAN_CACHE_STAT", {"HIT_COUNT": 5_000_000})


FAULTS = (
    ("statistics stale for weeks", "STA002", MEDIUM, stale, USER),
    ("a large table never analyzed", "STA001", MEDIUM, never_gathered, USER),
    ("statistics locked", "STA003", LOW, locked, USER),
    ("gathering fails every night", "STA004", MEDIUM, gathering_fails, USER),
    ("nothing gathered for ten days", "STA006", MEDIUM, gathering_fails, USER),
    ("two windows switched off", "STA005", LOW, windows_off, USER),
    ("a job was given up", "OPS003", MEDIUM, job_given_up, USER),
    ("a window was missed", "OPS004", MEDIUM, missed_window, USER),
    ("no primary key", "SCH001", MEDIUM, no_key, USER),
    ("the last partition ends in days", "SCH012", LOW, months_run_out, USER),
    ("rows gather behind the last month", "SCH021", LOW, months_below_have_passed, USER),
    ("an index that another covers", "SCH002", LOW, spoiled_indexes, USER),
    ("an index that could not be built", "SCH008", MEDIUM, spoiled_indexes, USER),
    ("AUTO_INCREMENT nearly used up", "SCH003", HIGH, numbers_run_out, USER),
    ("a table in latin1", "SCH006", LOW, old_charset, USER),
    ("an account from anywhere", "SEC002", LOW, careless_accounts, USER),
    ("an application account with every privilege", "SEC003", MEDIUM, careless_accounts, USER),
    ("an account that may pass its privileges on", "SEC004", LOW, careless_accounts, USER),
    ("an account that may write anywhere", "SEC005", LOW, careless_accounts, USER),
    ("a password of four years", "SEC007", MEDIUM, careless_accounts, USER),
    ("thirty deadlocks in four days", "TXN004", MEDIUM, deadlocks, BOTH),
    ("a transaction of two hours", "TXN001", MEDIUM, open_transaction, BOTH),
    ("idle within a transaction", "TXN002", MEDIUM, open_transaction, BOTH),
    ("a transaction of four gigabytes", "TXN005", MEDIUM, open_transaction, BOTH),
    ("a prepared transaction in doubt", "TXN009", HIGH, in_doubt, BOTH),
    ("a statement waits for a lock", "TXN003", MEDIUM, lock_wait, BOTH),
    ("a third of the work is rolled back", "TXN006", LOW, rollbacks, BOTH),
    ("transactions time out", "TXN008", MEDIUM, rollbacks, BOTH),
    ("statements take seconds", "SQL008", MEDIUM, slow_statement, BOTH),
    ("a full scan of millions of rows", "SQL003", HIGH, slow_statement, BOTH),
    ("out of memory", "SQL006", HIGH, out_of_memory, BOTH),
    ("a table is rewritten as a whole", "SQL014", MEDIUM, whole_table, BOTH),
    ("a block with a wrong checksum", "SQL021", HIGH, damaged_block, BOTH),
    ("plans are not found in the cache", "SQL005", MEDIUM, cache_misses, BOTH),
)  # fmt: skip
