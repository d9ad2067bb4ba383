"""What parallel workers do is no execution of its own: not of a statement, nor of the optimizer's samples of a table.

The optimizer samples a table without statistics by statements of its own, each with another id. Of one that parallel
workers ran, SQLSTAT keeps their row when its plan has left the cache: without text, and no check may wait for it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from agent.facts.sql import (
    DATA_STATEMENTS,
    AuditReturn,
    CachedPlan,
    RepositoryShape,
    RepositoryText,
    SqlShape,
    SqlTotal,
)
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome
from tests.harness import run_check
from tests.integration.plants.sql import NOTHING_REMEMBERED, USUAL, shape, table_of
from tests.integration.reading import open_session, read, reader, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.kernel]
USER, PASSWORD, TIMES = "parts_app", "Parts-2026", 4
SCAN = "SELECT COUNT(*) FROM piece p, item i WHERE p.id = i.id AND p.code LIKE '%5' AND i.code < '3'"
SCAN_SHAPE = shape("SELECT COUNT(*) FROM piece p, item i WHERE p.id = i.id AND p.code LIKE ? AND i.code < ?")
PARTS = "SELECT COUNT(*) FROM oceanbase.GV$OB_SQLSTAT WHERE PARSING_DB_NAME = 'parts' AND PLAN_HASH <> 0"
WORKERS = f"{PARTS} AND PLAN_TYPE = 0"
SAMPLES = f"{PARTS} AND PLAN_TYPE = 3 AND QUERY_SQL LIKE '%DYNAMIC_SAMPLING(0)%'"
SOURCES = (SqlTotal, SqlShape, AuditReturn, RepositoryShape, RepositoryText, CachedPlan)
TEXTLESS = ("SQL014", "SQL018")


@pytest.fixture(scope="module")
def parts(kernel: Kernel) -> Iterator[Kernel]:
    """A partitioned table without statistics, whose rows are on disk: the optimizer samples no rows in memory."""
    kernel.run(["CREATE DATABASE parts", f"CREATE USER {USER} IDENTIFIED BY '{PASSWORD}'"])
    kernel.run([f"GRANT ALL ON parts.* TO {USER}", *(text.format(db="parts") for text in table_of(3))])
    columns = "(id INT PRIMARY KEY, code VARCHAR(20)) PARTITION BY HASH(id) PARTITIONS 8"
    kernel.run(["USE parts", f"CREATE TABLE piece {columns}", "INSERT INTO piece SELECT id, code FROM item"])
    kernel.run(["ALTER SYSTEM MINOR FREEZE", *NOTHING_REMEMBERED])
    time.sleep(10)
    yield kernel
    kernel.run(["DROP DATABASE parts", f"DROP USER {USER}", *USUAL])


def send(kernel: Kernel) -> None:
    with contextlib.closing(kernel.connect(USER, PASSWORD, "parts")) as connection, connection.cursor() as cursor:
        for _ in range(TIMES):
            cursor.execute(SCAN)
            cursor.fetchall()
    time.sleep(1)


def look(kernel: Kernel, user: str) -> Snapshot:
    with open_session(kernel, user) as session:
        return read(session, SOURCES)


def test_what_is_left_of_parallel_workers_is_no_statement(parts: Kernel) -> None:
    send(parts)
    assert rows_of(parts, WORKERS)[0][0] >= 2, "rows of the workers of a statement, and of a sample"
    assert rows_of(parts, SAMPLES)[0][0] >= 1
    with reader(parts, "parts_reader", sources=SOURCES) as user:
        here = look(parts, user)
        (mine,) = (row for row in here.list_rows(SqlTotal) if f"SQL {row.sql_id}" == SCAN_SHAPE)
        parts.run(["ALTER SYSTEM FLUSH PLAN CACHE"])
        assert rows_of(parts, WORKERS)[0][0] >= 2, "they stay"
        gone = look(parts, user)
    assert mine.executions == TIMES, "and not one more for each worker"
    ours = (row for row in gone.list_rows(SqlTotal) if row.db_name == "parts" and row.sql_type in DATA_STATEMENTS)
    left = {row.sql_id: row for row in ours}
    unread = left.keys() - {plan.sql_id for plan in gone.list_rows(CachedPlan)}
    assert mine.sql_id in unread and all(left[sql_id].executions == left[sql_id].elapsed_us == 0 for sql_id in unread)
    samples = unread - {row.sql_id for row in gone.list_rows(SqlShape)}  # what the ring still has, waits for its text
    assert samples
    for code in TEXTLESS:
        result = run_check(code, gone)
        assert not any(sql_id in name for name in result.unjudged for sql_id in samples), (code, result.unjudged)
        assert result.outcome is not Outcome.ERROR
