"""Texts that only the workload repository still has, hints of plans, and the longest execution, on the real server.

The repository's texts hold literals, and so may hints: nothing of them is in what was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agent.facts.sql import DATA_STATEMENTS, CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts
from agent.model.naming import name_shape
from agent.model.snapshot import Snapshot, Unavailable
from tests.database import Database
from tests.harness import run_check
from tests.integration.reading import open_session, read, reader
from tests.integration.reading import rows_of as read_rows
from tests.waiting import eventually

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
DB = "hx_kept"
S = "S3CRET"
KEPT = f"SELECT COUNT(*) FROM kept_orders WHERE no = '{S}' OR id > 777777"
HINTED = f"SELECT /*+ qb_name({S}) FULL(o) */ COUNT(*) FROM kept_orders o WHERE no = '{S}'"
PLAIN = f"SELECT /*+ INDEX(o ix_no) */ id FROM kept_orders o WHERE no = '{S}' ORDER BY id"
SLOW, QUICK = "SELECT SLEEP(0.4) FROM kept_orders WHERE id = 1", "SELECT SLEEP(0.01) FROM kept_orders WHERE id = 1"
# One shape, fast until a snapshot is taken and slow from then on.
FAST_ONCE, SLOW_NOW = (f"SELECT SLEEP({wait_s}), no FROM kept_orders WHERE id = 1" for wait_s in (0.002, 0.2))
PROCEDURE = "CALL kept_call()"
SNAPSHOT = "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT()"
SOURCES = [SqlShape, SqlTotal, RepositoryShape, RepositoryText, CachedPlan]


@pytest.fixture(scope="module")
def snapshot(database: Database) -> Iterator[Snapshot]:
    """What an account with the printed grants reads once the plans have left the cache, but for two."""
    database.run(
        [
            f"DROP DATABASE IF EXISTS {DB}", f"CREATE DATABASE {DB}", f"USE {DB}",
            "CREATE TABLE kept_orders (id INT PRIMARY KEY, no VARCHAR(20), KEY ix_no (no))",
            "INSERT INTO kept_orders VALUES (1, 'a'), (2, 'b')",
            "CREATE PROCEDURE kept_call() BEGIN SELECT COUNT(*) FROM kept_orders; END",
        ]
    )  # fmt: skip
    share = read_rows(database, "SELECT @@GLOBAL.ob_plan_cache_percentage")[0][0]
    with reader(database, "hx_keeper") as user:
        database.run(["SET GLOBAL ob_plan_cache_percentage = 20", SNAPSHOT])
        eventually(lambda: keep_text(database), 90)
        database.run(["ALTER SYSTEM FLUSH PLAN CACHE"])
        database.run([f"USE {DB}", *[QUICK] * 3, SLOW, QUICK, HINTED, PLAIN, PLAIN, *[SLOW_NOW] * 20])
        with open_session(database, user) as session:
            yield read(session, SOURCES)
    database.run([f"SET GLOBAL ob_plan_cache_percentage = {share}", f"DROP DATABASE {DB}"])


def keep_text(database: Database) -> bool:
    """Whether a snapshot has the text: one keeps the dearest statements that are in the cache."""
    database.run([f"USE {DB}", *[KEPT] * 300, *[PROCEDURE] * 20, *[FAST_ONCE] * 30, SNAPSHOT])
    return bool(
        read_rows(database, "SELECT 1 FROM oceanbase.DBA_WR_SQLTEXT WHERE QUERY_SQL LIKE '%kept_orders WHERE no%'")
    )


def rows_of(snapshot: Snapshot, row: type) -> list[Any]:
    found = snapshot.facts[row]
    assert not isinstance(found, Unavailable), found
    return list(found)


def test_the_repository_has_a_text_that_the_cache_has_forgotten(snapshot: Snapshot) -> None:
    (found,) = [
        row for row in rows_of(snapshot, RepositoryText) if "COUNT(*) FROM kept_orders WHERE" in (row.statement or "")
    ]
    assert found.statement == "SELECT COUNT(*) FROM kept_orders WHERE no = ? OR id > ?"
    assert found.sql_type == 1
    cached = {plan.sql_id for plan in rows_of(snapshot, CachedPlan)}
    assert found.sql_id not in cached
    assert found.sql_id in collect_texts((), tuple(rows_of(snapshot, RepositoryText)))


def test_no_literal_is_in_what_was_read(snapshot: Snapshot) -> None:
    for row in SOURCES:
        assert rows_of(snapshot, row), row
        for found in rows_of(snapshot, row):
            assert S not in str(found).upper() and "777777" not in str(found), found


def test_a_call_is_told_by_its_kind(snapshot: Snapshot) -> None:
    kinds = {row.sql_type for row in rows_of(snapshot, RepositoryText)}
    assert kinds - DATA_STATEMENTS, kinds


def test_hints_of_the_server_stay_and_those_with_a_person_s_name_do_not(snapshot: Snapshot) -> None:
    outlines = {
        plan.statement: plan.outline for plan in rows_of(snapshot, CachedPlan) if "kept_orders" in plan.statement
    }
    (plain,) = [outline for text, outline in outlines.items() if "ORDER BY id" in text]
    assert 'INDEX(@"SEL$1" ' in plain and '"ix_no")' in plain and plain.endswith("END_OUTLINE_DATA */"), plain
    (hinted,) = [outline for text, outline in outlines.items() if "o WHERE no = ?" in text and "COUNT" in text]
    assert hinted == ""


def test_the_trace_is_that_of_the_longest_execution(database: Database, snapshot: Snapshot) -> None:
    worst = read_rows(
        database,
        "SELECT SQL_ID, TRACE_ID FROM oceanbase.GV$OB_SQL_AUDIT WHERE QUERY_SQL LIKE 'SELECT SLEEP(0.4)%'"
        " ORDER BY ELAPSED_TIME DESC LIMIT 1",
    )
    ((sql_id, trace_id),) = worst
    (shape,) = [row for row in rows_of(snapshot, SqlShape) if row.sql_id == sql_id]
    assert shape.executions >= 5 and shape.trace_id == trace_id


def test_a_statement_is_found_slower_than_its_own_past(snapshot: Snapshot) -> None:
    (slower,) = {plan.sql_id for plan in rows_of(snapshot, CachedPlan) if "), no FROM kept_orders" in plan.statement}
    found = {finding.resource: finding.evidence for finding in run_check("SQL051", snapshot).findings}
    texts = rows_of(snapshot, RepositoryText)
    (steady,) = {row.sql_id for row in texts if "COUNT(*) FROM kept_orders WHERE" in (row.statement or "")}
    # Other tests of the shared kernel may have left statements that became slower, too.
    assert name_shape(slower, None) in found and name_shape(steady, None) not in found
    before_us, now_us = found[name_shape(slower, None)]["before_us"], found[name_shape(slower, None)]["now_us"]
    assert isinstance(before_us, int | float) and isinstance(now_us, int | float) and before_us < 20_000 < now_us


def test_without_the_class_only_the_kind_is_read(database: Database) -> None:
    withheld = ("QUERY_SQL", "OUTLINE_DATA")
    with reader(database, "hx_keeper_less", withheld) as user, open_session(database, user) as session:
        less = read(session, SOURCES)
    texts = rows_of(less, RepositoryText)
    assert texts and all(row.statement is None for row in texts)
    assert all(plan.outline is None for plan in rows_of(less, CachedPlan))
