"""A whole collection on the real kernel, through an account made with exactly the printed grants."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pymysql
import pytest

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.grants import list_grants
from agent.facts import OWN_MARKER, SourceSpec, find_source_spec, list_sources
from agent.facts.resources import Counter, Memstore, TenantMemory
from agent.facts.schema import AutoIncrement, BusinessObject, IndexColumn, NotableColumn, Table, TableStatistics
from agent.facts.settings import Variable
from agent.facts.sql import AuditReturn, CachedPlan, PlanCache, SqlShape, SqlTotal
from agent.kernel.start import Kernel
from agent.model.snapshot import Capabilities, Snapshot
from agent.model.terms import DataClass, TenantKind, Version
from agent.support.errors import StatementRefused
from tests.integration.reading import PASSWORD, Audited, audited, give, lacks, open_session, read, reader, rows_of

pytestmark = pytest.mark.kernel
READER, SHOPPER, DB = "hx_reader", "hx_shopper", "hx_reading"


@dataclass(frozen=True)
class Taken:
    """One collection, and what is needed to look behind it."""

    kernel: Kernel
    snapshot: Snapshot
    capabilities: Capabilities
    assessment_id: str
    settings: tuple[Any, ...]
    refused: tuple[str, ...]
    audit: tuple[Audited, ...]

    def rows(self, row: type) -> tuple[Any, ...]:
        found = self.snapshot.facts[row]
        assert isinstance(found, tuple), found
        return found


SENT_PAST_THE_GATE = (
    "SELECT 'hx trace' INTO OUTFILE '/tmp/hx_trace'",
    "SET GLOBAL ob_query_timeout = 10000001 /* hx trace */",
    "SELECT GET_LOCK('hx trace', 1)",
    "SELECT 'hx trace' /*!50000 INTO OUTFILE '/tmp/hx_trace' */",
    "CALL dbms_stats.gather_schema_stats('hx trace')",
)


@pytest.fixture(scope="module")
def taken(kernel: Kernel) -> Iterator[Taken]:
    # A fresh kernel talks so much to itself that its small ring forgets everything within seconds.
    ((ring,),) = rows_of(kernel, "SELECT @@GLOBAL.ob_sql_audit_percentage")
    plant = [
        "SET GLOBAL ob_sql_audit_percentage = 20",
        f"DROP DATABASE IF EXISTS {DB}",
        f"CREATE DATABASE {DB}",
        f"DROP USER IF EXISTS {SHOPPER}",
        f"CREATE USER {SHOPPER} IDENTIFIED BY '{PASSWORD}'",
        f"GRANT ALL ON {DB}.* TO {SHOPPER}",
        f"CREATE TABLE {DB}.counted (id BIGINT AUTO_INCREMENT PRIMARY KEY, price DOUBLE, KEY k (price))",
        f"CREATE TABLE {DB}.never_counted (id BIGINT PRIMARY KEY, FOREIGN KEY (id) REFERENCES {DB}.counted (id))",
        f"INSERT INTO {DB}.counted (price) VALUES (1), (2), (3)",
        f"INSERT INTO {DB}.never_counted VALUES (1)",
        f"CALL dbms_stats.gather_table_stats('{DB}', 'counted')",
    ]
    kernel.run(plant)
    with reader(kernel, READER):
        shop(kernel)
        refused = []
        with open_session(kernel, READER, "20261123-hx") as session:
            sources = list(list_sources())
            capabilities = preflight.inspect_target(session, sources, TenantKind.USER)
            for sql in SENT_PAST_THE_GATE:
                try:
                    session.fetch(sql, "hostile")
                except StatementRefused:
                    refused.append(sql)
            asked = (
                "SELECT @@SESSION.tx_read_only, @@SESSION.time_zone, @@SESSION.autocommit, @@SESSION.ob_query_timeout"
            )
            settings = session.fetch(asked, "settings")[0]
            snapshot = collect_facts(session, sources, capabilities, None, datetime.now(UTC))
        audit = audited(kernel, READER, session.cost.statements)
        yield Taken(kernel, snapshot, capabilities, "20261123-hx", settings, tuple(refused), audit)
    kernel.run([f"DROP DATABASE {DB}", f"DROP USER {SHOPPER}", f"SET GLOBAL ob_sql_audit_percentage = {ring}"])


def shop(kernel: Kernel) -> None:
    """Another account's workload, until it is to be seen in the plan cache and in the audit."""
    like = "STATEMENT LIKE 'SELECT id, price FROM counted%'"
    cached = f"SELECT COUNT(*) FROM oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT WHERE {like}"
    with contextlib.closing(kernel.connect(SHOPPER, PASSWORD, DB)) as connection, connection.cursor() as cursor:
        for _ in range(50):
            cursor.execute("SELECT id, price FROM counted WHERE price > 1.5 AND CONCAT(id, 'hx literal') <> 'b'")
            if rows_of(kernel, cached) != [(0,)]:
                break
            time.sleep(0.1)
    audited(kernel, SHOPPER, 2)


def test_every_source_is_read_but_those_that_the_kernel_lacks(taken: Taken) -> None:
    statuses = {record.source: record.status for record in taken.snapshot.records}
    lacking = {row.__name__ for row in list_sources() if lacks(taken.kernel, row)}
    assert {name: status for name, status in statuses.items() if status != "ok"} == dict.fromkeys(lacking, "no_view")
    assert "Tenant" in lacking
    assert len(statuses) == len(list(list_sources())) >= 20


def test_preflight_tells_the_kernel_and_the_account(taken: Taken) -> None:
    found = taken.capabilities
    assert found.embedded and found.version == Version(4, 3, 5, 3)
    assert found.account.startswith(f"{READER}@")
    assert found.privileges == {"SHOW VIEW", "PROCESS"}
    assert found.problems == (), found.problems


def test_only_the_columns_of_needed_views_are_asked_for(taken: Taken) -> None:
    views = {
        view.partition(".")[2].upper()
        for row in list_sources()
        if (spec := find_source_spec(row))
        for view in spec.views
    }
    assert set(taken.capabilities.columns) <= views
    asked = [item.rows for item in taken.audit if " columns*/" in item.sql]
    assert len(asked) == 1 and 100 < asked[0] < 2000


def test_the_session_is_read_only_in_utc_and_timed(taken: Taken) -> None:
    assert tuple(map(str, taken.settings)) == ("1", "+00:00", "1", "10000000")


def test_what_the_tenant_sets_for_its_sessions_does_not_matter(taken: Taken) -> None:
    odd = {"sql_mode": "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT", "sql_select_limit": "3", "autocommit": "0"}
    before = {name: rows_of(taken.kernel, f"SHOW GLOBAL VARIABLES LIKE '{name}'")[0][1] for name in odd}
    try:
        taken.kernel.run([_set_global(name, value) for name, value in odd.items()])
        with open_session(taken.kernel, READER) as session:
            snapshot = read(session, list_sources())
    finally:
        taken.kernel.run([_set_global(name, before[name]) for name in odd])
    assert {r.source: r.status for r in snapshot.records} == {r.source: r.status for r in taken.snapshot.records}
    variables = snapshot.facts[Variable]
    assert not snapshot.problems and isinstance(variables, tuple) and len(variables) > 500


def _set_global(name: str, value: str) -> str:
    return f"SET GLOBAL {name} = {value if value.isdigit() or value in ('ON', 'OFF') else repr(value)}"


def test_every_statement_is_counted_and_can_be_found_by_its_marker(taken: Taken) -> None:
    statements = [item.sql for item in taken.audit]
    unmarked = [sql for sql in statements if not sql.startswith(f"/*{OWN_MARKER} {taken.assessment_id} ")]
    assert [sql.split()[:2] for sql in unmarked] == [["SET", "NAMES"]]
    selects = [sql for sql in statements if "SELECT" in sql]
    assert len(selects) > 20
    hints = "QUERY_TIMEOUT(10000000) DYNAMIC_SAMPLING(0) OPT_PARAM('rowsets_enabled', 'false')"
    assert all(f"*/ SELECT /*+ {hints} */ " in sql for sql in selects)
    assert len(statements) == taken.snapshot.cost.statements
    # No statement is sent for plans, waits and definitions where no record of the load names a statement.
    narrowed = {row.__name__ for row in list_sources() if (spec := find_source_spec(row)) and is_narrowed(spec)}
    read_sources = {
        record.source
        for record in taken.snapshot.records
        if record.status == "ok" and (record.rows or record.source not in narrowed)
    }
    assert read_sources <= {sql.split("*/")[0].split()[-1] for sql in statements if sql not in unmarked}


def is_narrowed(spec: SourceSpec) -> bool:
    return bool(spec.narrowed_by) or spec.shown_for is not None or spec.tables_of is not None


def test_what_the_gate_refuses_never_reaches_the_server(taken: Taken) -> None:
    assert taken.refused == SENT_PAST_THE_GATE
    assert len(taken.audit) == taken.snapshot.cost.statements
    assert not [item.sql for item in taken.audit if "hx trace" in item.sql or "hx_trace" in item.sql]


def test_own_statements_are_left_out_and_other_peoples_are_not(taken: Taken) -> None:
    shapes = {shape.user_name for shape in taken.rows(SqlShape)}
    assert SHOPPER in shapes and READER not in shapes
    assert any(item.sql.startswith(f"/*{OWN_MARKER}") for item in taken.audit)
    # Another account may have run the same shape: then only its executions count.
    counted = f"SELECT SQL_ID, COUNT(*) FROM oceanbase.GV$OB_SQL_AUDIT WHERE USER_NAME <> '{READER}' GROUP BY SQL_ID"
    others = {str(sql_id): int(count) for sql_id, count in rows_of(taken.kernel, counted)}
    assert [shape for shape in taken.rows(SqlShape) if shape.executions > others.get(shape.sql_id, 0)] == []
    assert not [plan.statement for plan in taken.rows(CachedPlan) if OWN_MARKER in plan.statement]


def test_the_ring_is_whole_and_says_what_share_is_the_customers(taken: Taken) -> None:
    returns = taken.rows(AuditReturn)
    assert sum(item.records for item in returns) > sum(item.executions for item in returns) > 0
    span = max(item.last_us for item in returns) - min(item.first_us for item in returns)
    assert 0 < span < timedelta(days=1) / timedelta(microseconds=1)


def test_counts_and_times_are_never_negative(taken: Taken) -> None:
    for row in (AuditReturn, SqlShape, SqlTotal, PlanCache, Memstore, TenantMemory, Counter):
        numbers = [
            (field.name, value)
            for item in taken.rows(row)
            for field in dataclasses.fields(row)
            if isinstance(value := getattr(item, field.name), int | float)
        ]
        assert numbers or row is SqlTotal, row  # a fresh kernel's plan cache forgets within seconds
        known = ("ret_code", "mem_used")  # the kernel's plan cache may use less than nothing
        assert [(row, name, value) for name, value in numbers if value < 0 and name not in known] == []


def test_literals_of_statements_are_not_kept(taken: Taken) -> None:
    everything = repr([taken.rows(row) for row in (CachedPlan, SqlShape, SqlTotal)])
    assert "hx literal" not in everything


def test_times_are_utc_whatever_the_servers_session_zone(taken: Taken) -> None:
    """The kernel's sessions start at +08:00: an object made just now would be eight hours old or unborn."""
    table = next(item for item in taken.rows(Table) if item.table_schema == DB)
    age = datetime.now(UTC) - table.create_time
    assert timedelta(seconds=-5) < age < timedelta(minutes=20)
    gathered = next(item for item in taken.rows(TableStatistics) if item.table_name == "counted" and item.owner == DB)
    assert timedelta(seconds=-5) < datetime.now(UTC) - gathered.last_analyzed < timedelta(minutes=20)


def test_statistics_never_gathered_are_unknown_and_not_zero(taken: Taken) -> None:
    known = {item.table_name: item.num_rows for item in taken.rows(TableStatistics) if item.owner == DB}
    assert known == {"counted": 3, "never_counted": None}


def test_business_structure_is_seen_and_system_schemas_are_not(taken: Taken) -> None:
    assert {item.table_name for item in taken.rows(Table) if item.table_schema == DB} == {"counted", "never_counted"}
    assert {item.index_name for item in taken.rows(IndexColumn) if item.table_name == "counted"} == {"PRIMARY", "k"}
    assert {item.column_name for item in taken.rows(NotableColumn) if item.table_schema == DB} == {"id", "price"}
    objects = [item for item in taken.rows(BusinessObject) if item.owner == DB]
    ids = {item.object_name: item.object_id for item in objects if item.object_type == "TABLE"}
    counters = [item for item in taken.rows(AutoIncrement) if item.auto_increment_key in ids.values()]
    assert ids.keys() == {"counted", "never_counted"}
    assert [(item.auto_increment_key, item.sync_value >= 0) for item in counters] == [(ids["counted"], True)]
    assert not {item.table_schema for item in taken.rows(Table)} & {"oceanbase", "mysql", "information_schema"}


def test_numbers_are_of_their_declared_type_and_times_are_aware(taken: Taken) -> None:
    read = {row: found for row, found in taken.snapshot.facts.items() if isinstance(found, tuple) and found}
    assert len(read) > 15
    for row, found in read.items():
        for item in found:
            for field in dataclasses.fields(row):
                value = getattr(item, field.name)
                assert isinstance(value, int | float | str | bool | datetime | None | tuple), (
                    row,
                    field.name,
                )  # no Decimal
                assert not isinstance(value, datetime) or value.tzinfo is UTC


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM {DB}.counted",
        f"SELECT COUNT(*) FROM {DB}.counted",
        f"SHOW CREATE TABLE {DB}.counted2",
        "SELECT * FROM oceanbase.DBA_OB_USERS",
        "SELECT QUERY_SQL FROM oceanbase.GV$OB_SQL_AUDIT",
        "SELECT * FROM oceanbase.GV$OB_SQL_AUDIT",
        "SELECT INFO FROM oceanbase.GV$OB_PROCESSLIST",
        "SELECT * FROM oceanbase.__all_user",
        "SELECT * FROM mysql.user",
        f"INSERT INTO {DB}.never_counted VALUES (7)",
        f"DELETE FROM {DB}.counted",
        f"UPDATE {DB}.counted SET price = 0",
        f"CREATE TABLE {DB}.x (a INT)",
        f"DROP TABLE {DB}.counted",
        f"TRUNCATE TABLE {DB}.counted",
        f"CREATE INDEX x ON {DB}.counted (id)",
        "CREATE USER hx_other",
        "ALTER SYSTEM MAJOR FREEZE",
        "SET GLOBAL ob_query_timeout = 10000000",
        "SELECT * FROM oceanbase.DBA_OB_USERS INTO OUTFILE '/tmp/hx_x'",
    ],
)
def test_the_account_by_itself_reads_no_business_row_no_secret_and_writes_nothing(taken: Taken, sql: str) -> None:
    with contextlib.closing(taken.kernel.connect(READER, PASSWORD)) as connection, connection.cursor() as cursor:
        with pytest.raises(pymysql.MySQLError) as error:
            cursor.execute(sql)
        assert error.value.args[0] in (1044, 1142, 1143, 1146, 1227), error.value


def test_hashes_are_granted_with_their_own_class_of_data_only(kernel: Kernel) -> None:
    usual = frozenset(DataClass) - {DataClass.EMPTY_PASSWORDS}
    kernel.run(["DROP USER IF EXISTS hx_usual", f"CREATE USER hx_usual IDENTIFIED BY '{PASSWORD}'"])
    try:
        give(kernel, list_grants(list(list_sources()), "hx_usual", "%", usual))
        with contextlib.closing(kernel.connect("hx_usual", PASSWORD)) as connection, connection.cursor() as cursor:
            with pytest.raises(pymysql.MySQLError) as error:
                cursor.execute("SELECT USER_NAME FROM oceanbase.DBA_OB_USERS WHERE PASSWD = ''")
            assert error.value.args[0] in (1142, 1143), error.value
    finally:
        kernel.run(["DROP USER hx_usual"])


def test_an_account_without_any_grant_proves_nothing_healthy(kernel: Kernel) -> None:
    """information_schema answers it with no rows and no error: that may not look like an empty, healthy tenant."""
    kernel.run(["DROP USER IF EXISTS hx_nobody", f"CREATE USER hx_nobody IDENTIFIED BY '{PASSWORD}'"])
    with open_session(kernel, "hx_nobody") as session:
        snapshot = read(session, list_sources())
    kernel.run(["DROP USER hx_nobody"])
    # Every account may see the global variables, how often logins have failed, and for how long the server is up.
    open_to_all = {"Variable", "FailedLogins", "Uptime"}
    assert {record.source for record in snapshot.records if record.status != "privilege"} == open_to_all
    assert len(snapshot.problems) == 2, snapshot.problems  # SHOW VIEW and PROCESS; the rest follows from them
