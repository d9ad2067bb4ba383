"""Makes a schema with data on a kernel, sends its statements, and reads the tenant as an assessment does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable

import pymysql

from agent.collection.connect import Budget
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import ColumnStatistics, IndexColumn, NotableColumn, Table, TableStatistics
from agent.facts.settings import Variable
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from tests.integration.reading import open_session, read, reader, rows_of
from tests.twin.schemas import BenchSchema
from tests.waiting import eventually

PATIENCE = "SET SESSION ob_query_timeout = 600000000"
_SENT = 3
_MOST_NUMBERS = 300_000
_TRIES = 5
_PATIENT = Budget(statement_timeout_s=60, total_database_ms=600_000)
_APPLICATION = "bench_app"
_PASSWORD = "Bench-app-1"
SOURCES = (
    CachedPlan, ColumnStatistics, IndexColumn, NotableColumn, PlanStep, RepositoryShape, RepositoryText, SqlShape,
    SqlTotal, Table, TableDefinition, TableStatistics, Variable,
)  # fmt: skip


def plant(kernel: Kernel, schema: BenchSchema) -> None:
    """Make the tables, fill them, gather statistics, and let the rows leave the memstore."""
    doubled = "INSERT INTO numbers SELECT n + (SELECT MAX(n) FROM numbers) FROM numbers"
    kernel.run(
        [
            PATIENCE,
            "SET GLOBAL ob_plan_cache_percentage = 20",
            "SET GLOBAL ob_sql_audit_percentage = 10",
            f"DROP DATABASE IF EXISTS {schema.name}",
            f"CREATE DATABASE {schema.name}",
            f"USE {schema.name}",
            "CREATE TABLE numbers (n BIGINT PRIMARY KEY)",
            "INSERT INTO numbers VALUES (1), (2), (3), (4), (5)",
            *[doubled] * 16,
            *schema.tables,
            *schema.fill,
            "DROP TABLE numbers",
            f"CALL DBMS_STATS.GATHER_SCHEMA_STATS('{schema.name}', degree => 2)",
            "ALTER SYSTEM MINOR FREEZE",
        ]
    )


def read_tenant(kernel: Kernel, schema: BenchSchema) -> tuple[Snapshot, dict[str, str]]:
    """Send the statements and read the tenant with the printed grants; the second is the SQL_ID of each read."""
    kernel.run(
        [
            f"DROP USER IF EXISTS {_APPLICATION}",
            f"CREATE USER {_APPLICATION} IDENTIFIED BY '{_PASSWORD}'",
            f"GRANT ALL PRIVILEGES ON {schema.name}.* TO {_APPLICATION}",
        ]
    )
    with reader(kernel, "bench_reader") as user:
        kernel.run(["ALTER SYSTEM FLUSH PLAN CACHE"])  # what planted the schema is no load of it
        send(kernel, schema, schema.writes)
        eventually(lambda: _send_until_kept(kernel, schema), 120)
        ids = find_ids(kernel, schema)
        return _read_whole(kernel, user, len(schema.tables)), ids


def _read_whole(kernel: Kernel, user: str, tables: int) -> Snapshot:
    """Read the tenant until all definitions were shown: on a busy machine the first of them use up their time."""
    for _ in range(_TRIES):
        with open_session(kernel, user, budget=_PATIENT) as session:
            snapshot = read(session, SOURCES)
        if len(snapshot.list_rows(TableDefinition)) >= tables:
            break
    return snapshot


def send(kernel: Kernel, schema: BenchSchema, statements: Iterable[str]) -> None:
    """Send statements as the application does."""
    connection = kernel.connect(_APPLICATION, _PASSWORD, schema.name)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        for statement in statements:
            with contextlib.suppress(pymysql.err.IntegrityError):
                cursor.execute(statement)


def _send_until_kept(kernel: Kernel, schema: BenchSchema) -> bool:
    """Whether nearly all plans are kept: a change of a schema or a setting, just before, still throws them away."""
    send(kernel, schema, [*schema.reads] * _SENT)
    time.sleep(0.5)
    return len(find_ids(kernel, schema)) >= 0.98 * len(schema.reads)


def find_ids(kernel: Kernel, schema: BenchSchema) -> dict[str, str]:
    """Return the SQL_ID of each read whose plan is in the cache."""
    known = {
        " ".join(str(text).split()): str(sql_id)
        for sql_id, text in rows_of(kernel, "SELECT SQL_ID, QUERY_SQL FROM oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT")
    }
    found = ((statement, known.get(" ".join(statement.split()))) for statement in schema.reads)
    return {statement: sql_id for statement, sql_id in found if sql_id}
