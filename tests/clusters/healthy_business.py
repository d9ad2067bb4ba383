"""The business of the healthy tenant: tables with keys and fresh statistics, a few accounts, jobs that run."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.model.terms import TenantKind
from tests.clusters.cluster import Cluster, ago
from tests.harness import NOW

SCHEMA = "shop"
# Table -> (rows, further columns, indexes): the key is ``id``, a BIGINT that counts up.
TABLES: dict[str, tuple[int, tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "orders": (48_000_000, ("customer_id", "state", "placed_at"), {"by_customer": ("customer_id", "placed_at")}),
    "order_lines": (130_000_000, ("order_id", "product_id", "amount"), {"by_order": ("order_id",)}),
    "customers": (3_100_000, ("email", "name", "since"), {"by_email": ("email",)}),
    "products": (84_000, ("title", "price", "category_id"), {"by_category": ("category_id",)}),
    "categories": (410, ("title",), {}),
    "stock": (84_000, ("product_id", "pieces"), {"by_product": ("product_id",)}),
    "payments": (46_000_000, ("order_id", "amount", "paid_in"), {"by_order": ("order_id",)}),
    "shipments": (41_000_000, ("order_id", "carrier", "sent_at"), {"by_order": ("order_id",)}),
    "coupons": (12_000, ("code", "valid_until"), {"by_code": ("code",)}),
    "reviews": (5_200_000, ("product_id", "stars", "words"), {"by_product": ("product_id",)}),
}
# Tables by range -> (column, bounds): months as numbers, made a quarter ahead, and ids, which are no dates. Values of a
# list are no bounds.
PARTITIONS: dict[str, tuple[str, tuple[int, ...]]] = {
    "payments": ("paid_in", (202609, 202610, 202611, 202612, 202701, 202702, 202703)),
    "coupons": ("id", (100_000, 200_000, 300_000, 400_000)),
    "reviews": ("campaign", (202609, 202610)),
}
BY_LIST = frozenset({"reviews"})
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
PRIVILEGES = (
    "select", "insert", "update", "delete", "create", "drop", "alter", "index", "create_user", "grant_option", "super",
    "process", "file", "alter_tenant", "alter_system", "show_view", "show_db", "create_view",
)  # fmt: skip


def fill(cluster: Cluster) -> None:
    """What a user tenant holds."""
    for number, (name, (rows, columns, indexes)) in enumerate(TABLES.items()):
        table(cluster, number, name, rows)
        split_by, bounds = PARTITIONS.get(name, ("id", ()))
        index(cluster, name, "PRIMARY", tuple(dict.fromkeys(("id", split_by))), rows)
        for index_name, parts in indexes.items():
            index(cluster, name, index_name, parts, rows)
            if bounds:
                cluster.add(
                    "DBA_PART_INDEXES",
                    owner=SCHEMA,
                    index_name=index_name,
                    table_name=name,
                    locality="LOCAL",
                    partition_count=len(bounds),
                )
        for place, bound in enumerate(bounds, 1):
            partition(cluster, name, split_by, place, bound, rows // len(bounds))
        column(cluster, name, 1, "id", "bigint", "bigint(20)", "PRI", "auto_increment")
        for position, column_name in enumerate(columns, 2):
            column(cluster, name, position, column_name, "decimal", "decimal(18,2)", "", "")
        cluster.add(
            "DBA_OB_AUTO_INCREMENT",
            create_time=ago(days=390),
            modify_time=ago(hours=1),
            auto_increment_key=500_100 + number,
            column_id=16,
            auto_increment_value=rows + 1_000_001,
            sync_value=rows,
        )
    jobs(cluster)
    gathering(cluster)


def table(cluster: Cluster, number: int, name: str, rows: int) -> None:
    cluster.add(
        "TABLES",
        table_catalog="def",
        table_schema=SCHEMA,
        table_name=name,
        table_type="BASE TABLE",
        row_format="DYNAMIC",
        table_rows=rows,
        avg_row_length=120,
        data_length=rows * 120,
        create_time=ago(days=390),
        update_time=ago(days=30),
        table_collation="utf8mb4_general_ci",
        create_options="",
        table_comment="",
    )
    cluster.add(
        "DBA_OBJECTS",
        owner=SCHEMA,
        object_name=name,
        object_id=500_100 + number,
        object_type="TABLE",
        status="VALID",
        created=ago(days=390),
        last_ddl_time=ago(days=30),
    )
    cluster.add(
        "DBA_TAB_STATISTICS",
        owner=SCHEMA,
        table_name=name,
        object_type="TABLE",
        num_rows=rows,
        sample_size=rows,
        avg_row_len=120,
        last_analyzed=ago(days=1 + number % 3),
        stattype_locked=None,
        stale_stats="NO",
        global_stats="YES",
    )
    # A few have crossed the line today and wait for the night.
    cluster.add(
        "DBA_TAB_MODIFICATIONS",
        table_owner=SCHEMA,
        table_name=name,
        partition_name=None,
        subpartition_name=None,
        inserts=rows // 9 if number % 4 == 0 else rows // 100,
        updates=1,
        deletes=0,
    )


def partition(cluster: Cluster, table_name: str, split_by: str, place: int, bound: int, rows: int) -> None:
    cluster.add(
        "PARTITIONS",
        table_catalog="def",
        table_schema=SCHEMA,
        table_name=table_name,
        partition_name=f"p{place}",
        partition_ordinal_position=place,
        partition_method="LIST" if table_name in BY_LIST else "RANGE",
        partition_expression=split_by,
        partition_description=str(bound),
        table_rows=rows,
    )


def index(cluster: Cluster, table_name: str, name: str, columns: tuple[str, ...], rows: int) -> None:
    for position, column_name in enumerate(columns, 1):
        cluster.add(
            "STATISTICS",
            table_catalog="def",
            table_schema=SCHEMA,
            table_name=table_name,
            non_unique=int(name != "PRIMARY"),
            index_schema=SCHEMA,
            index_name=name,
            seq_in_index=position,
            column_name=column_name,
            collation="A",
            cardinality=rows,
            index_type="BTREE",
            comment="VALID",
            index_comment="",
            is_visible="YES",
            nullable="",
        )


def column(
    cluster: Cluster, table_name: str, position: int, name: str, kind: str, full_kind: str, key: str, extra: str
) -> None:
    cluster.add(
        "COLUMNS",
        table_catalog="def",
        table_schema=SCHEMA,
        table_name=table_name,
        column_name=name,
        ordinal_position=position,
        is_nullable="NO",
        data_type=kind,
        column_type=full_kind,
        column_key=key,
        extra=extra,
        column_comment="",
    )
    cluster.add(
        "DBA_TAB_COL_STATISTICS",
        owner=SCHEMA,
        table_name=table_name,
        column_name=name,
        num_distinct=40,
        num_nulls=0,
        avg_col_len=20,
        last_analyzed=ago(days=1),
    )


def jobs(cluster: Cluster) -> None:
    """The seven windows, each a week after its last run, and the daily clean-up of statistics history."""
    for day, name in enumerate(DAYS):
        last = ago(days=1 + day, hours=10)
        job(cluster, f"{name}_WINDOW", "FREQ=WEEKLY; INTERVAL=1", last, timedelta(days=7))
    job(cluster, "OPT_STATS_HISTORY_MANAGER", "FREQ=DAYLY; INTERVAL=1", ago(hours=10), timedelta(days=1))


def job(cluster: Cluster, name: str, rhythm: str, last: datetime, interval: timedelta) -> None:
    # Seven days on from a run more than a week ago is still to come: the next run follows the assessment.
    following = last + interval if last + interval > NOW else last + 2 * interval
    cluster.add(
        "DBA_SCHEDULER_JOBS",
        owner="root",
        job_name=name,
        enabled="1",
        state="SCHEDULED",
        repeat_interval=rhythm,
        run_count=55,
        failure_count=0,
        last_start_date=last,
        last_run_duration=900,
        next_run_date=following,
        max_run_duration=14400,
    )


def gathering(cluster: Cluster) -> None:
    for day in range(14):
        cluster.add(
            "DBA_OB_TASK_OPT_STAT_GATHER_HISTORY",
            tenant_id=1002,
            task_id=f"task-{day}",
            type="AUTO GATHER",
            status="SUCCESS",
            table_count=7,
            failed_count=0,
            start_time=ago(days=day, hours=10),
            end_time=ago(days=day, hours=9, minutes=50),
        )
    for number in range(250):  # a load gathers the table that it fills, many a time each day
        cluster.add(
            "DBA_OB_TASK_OPT_STAT_GATHER_HISTORY",
            tenant_id=1002,
            task_id=f"by-hand-{number}",
            type="MANUAL GATHER",
            status="SUCCESS",
            table_count=1,
            failed_count=0,
            start_time=ago(minutes=5 + number),
            end_time=ago(minutes=4 + number),
        )


def accounts(cluster: Cluster) -> None:
    """Root from the bastion only; on a business tenant an application and a reporting account, both from known nets."""
    account(cluster, "root", "10.9.0.%", PRIVILEGES)
    if cluster.target.kind is TenantKind.USER:
        account(cluster, "app", "10.1.%", ())
        account(cluster, "report", "10.2.0.7", ("process",))
        given = dict.fromkeys(("insert", "update", "delete", "select"), "YES")
        rights = ("alter", "create", "drop", "grant_option", "index", "create_view", "show_view")
        cluster.add(
            "DBA_OB_DATABASE_PRIVILEGE",
            user_id=500_001,
            username="app",
            database_name=SCHEMA,
            **{f"priv_{right}": value for right, value in {**dict.fromkeys(rights, "NO"), **given}.items()},
        )
        cluster.add(
            "DBA_OBJECTS",
            owner=SCHEMA,
            object_name=SCHEMA,
            object_id=500_001,
            object_type="DATABASE",
            status="VALID",
            created=ago(days=390),
            last_ddl_time=ago(days=390),
        )


def account(cluster: Cluster, name: str, host: str, held: tuple[str, ...]) -> None:
    given = {f"priv_{privilege}": "YES" if privilege in held else "NO" for privilege in PRIVILEGES}
    cluster.add(
        "DBA_OB_USERS",
        user_name=name,
        host=host,
        info="",
        is_locked="NO",
        ssl_type=0,
        type="USER",
        max_connections=0,
        max_user_connections=0,
        password_last_changed=ago(days=60),
        **given,
    )
