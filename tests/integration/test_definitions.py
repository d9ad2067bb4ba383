"""Plans and definitions on the real server: read with the printed grants alone, without a text of the customer's.

What is kept of a definition is one that the server takes, and shows the same again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from agent.collection import definition_reading
from agent.facts import SYSTEM_SCHEMAS
from agent.facts.definition_stripping import strip_definition
from agent.facts.definition_text import read_definition
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep, StatementHour, StatementWait
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.snapshot import Snapshot
from agent.support.i18n import render_text
from tests.database import Database
from tests.integration.reading import open_session, read, reader
from tests.integration.reading import rows_of as read_rows
from tests.waiting import eventually

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
DB, AGAIN = "hx_defined", "hx_defined_again"
S = "S3CRET"
DAYS = "(PARTITION p0 VALUES LESS THAN ('2077-01-01'), PARTITION p1 VALUES LESS THAN (MAXVALUE))"
# Name -> elements and options.
TABLES = {
    "prefixes": f"id BIGINT AUTO_INCREMENT PRIMARY KEY, n VARCHAR(64) NOT NULL DEFAULT '{S}, ( x' COMMENT '{S} (, `x`',"
    f" t TEXT, KEY a (n(10), id), KEY b (t(20))) COMMENT '{S} ) , (''\"\\\\ x'",
    "functional": f"id INT PRIMARY KEY, n VARCHAR(20), d DATE, a INT, KEY a ((substr(n, 1, 7))), KEY b ((a + 777777)),"
    f" KEY c (id, (date_format(d, '%Y-{S}')), n(3)))",
    "invisible": f"id INT PRIMARY KEY, a INT, KEY a (a) COMMENT '{S} , KEY `x`' INVISIBLE, UNIQUE KEY b (a))",
    "full_text": "id INT PRIMARY KEY, t TEXT, FULLTEXT KEY a (t))",
    "generated": f"id INT PRIMARY KEY, a INT DEFAULT -777777, b INT AS (a * 777777 + 1) STORED,"
    f" c VARCHAR(99) AS (concat('{S} it''s', '\\\\', \"(\", X'41', a)) VIRTUAL COMMENT '{S}',"
    f" d INT AS (if(a > 777777, 1, 0)))",
    "collations": f"id INT PRIMARY KEY, a VARCHAR(9) CHARACTER SET latin1 DEFAULT '{S}',"
    f" b VARCHAR(9) COLLATE utf8mb4_bin, c CHAR(9) CHARACTER SET gbk COLLATE gbk_bin NOT NULL,"
    f" e SET('{S}') CHARACTER SET gbk) DEFAULT CHARSET=gbk",
    "words": f"id INT PRIMARY KEY, e ENUM('{S},1', '{S})', 'a(', '') DEFAULT 'a(', s SET('{S}1', '{S}2') NOT NULL"
    f" DEFAULT '{S}1,{S}2', b BIT(8) DEFAULT b'10101010')",
    "checked": f"id INT PRIMARY KEY, a VARCHAR(20) CHECK (a <> 'it''s {S}'),"
    f" CONSTRAINT `ck,( `  CHECK (a IN ('{S}1', '{S})')), CHECK (id < 777777))",
    "child": f"a INT, b INT, PRIMARY KEY (a, b), CONSTRAINT fk FOREIGN KEY (a) REFERENCES {DB}.words (id)"
    " ON DELETE CASCADE ON UPDATE RESTRICT)",
    "by_range": f"id INT, d DATETIME, PRIMARY KEY (id, d)) PARTITION BY RANGE COLUMNS(d) SUBPARTITION BY HASH(id)"
    f" SUBPARTITIONS 2 {DAYS}",
    "by_text": f"id INT, d VARCHAR(20), PRIMARY KEY (id, d)) PARTITION BY RANGE COLUMNS(d, id) (PARTITION p0 VALUES"
    f" LESS THAN ('{S}', 7), PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE))",
    "by_list": f"id INT, p VARCHAR(20), PRIMARY KEY (id, p)) PARTITION BY LIST COLUMNS(p) (PARTITION p0 VALUES IN"
    f" ('{S}1', '{S},2'), PARTITION p1 VALUES IN ('{S})'), PARTITION pd VALUES IN (DEFAULT))",
    "template": f"id INT, c VARCHAR(20), PRIMARY KEY (id, c)) PARTITION BY KEY(id) SUBPARTITION BY LIST COLUMNS(c)"
    f" SUBPARTITION TEMPLATE (SUBPARTITION s0 VALUES IN ('{S}1'), SUBPARTITION s1 VALUES IN ('{S}2', '{S},3'))"
    " PARTITIONS 2",
    "nested": f"id INT, d DATE, r VARCHAR(20), PRIMARY KEY (id, d, r)) PARTITION BY RANGE(to_days(d)) SUBPARTITION BY"
    f" LIST COLUMNS(r) (PARTITION p0 VALUES LESS THAN (800000) (SUBPARTITION s0 VALUES IN ('{S}a')), PARTITION p1"
    f" VALUES LESS THAN (900000) (SUBPARTITION s1 VALUES IN ('{S}b')))",
    "global_index": f"id INT, d DATE, n VARCHAR(20), PRIMARY KEY (id), UNIQUE KEY a (n) GLOBAL PARTITION BY KEY(n)"
    f" PARTITIONS 2, KEY b (d) GLOBAL PARTITION BY RANGE COLUMNS(d) {DAYS}) PARTITION BY HASH(id) PARTITIONS 2",
    "defaults": f"id INT PRIMARY KEY, a VARCHAR(30) DEFAULT (upper('{S}(')), b DATETIME(6) DEFAULT NOW(6) ON UPDATE"
    f" NOW(6), c TIMESTAMP NULL DEFAULT '2077-01-01 00:00:00', j JSON, u BIGINT UNSIGNED ZEROFILL,"
    f" v DECIMAL(10, 2) DEFAULT 777777.5, w VARBINARY(20) DEFAULT '{S}')",
    "by_column": "id INT PRIMARY KEY, a INT) WITH COLUMN GROUP (all columns, each column)",
    "select 1 from (x)": "id INT PRIMARY KEY)",
    "表 '(\"": f"`i``d,` INT PRIMARY KEY COMMENT '{S}', `DEFAULT` INT DEFAULT 777777, `COMMENT` VARCHAR(9) DEFAULT"
    f" '{S}' COMMENT '{S}', `CHECK` INT, `KEY` INT, `ENUM` ENUM('{S}'), KEY `COMMENT 'x` (`DEFAULT`, `KEY` DESC))",
}
# The gate does not send these names, or the server writes the definition so that its texts have no end.
LEFT_OUT = {
    "t`x": "id INT PRIMARY KEY)",
    "t/*x": "id INT PRIMARY KEY)",
    "t, -- x": "id INT PRIMARY KEY)",
    "quoted": f"id INT PRIMARY KEY, e ENUM('a', 'it''s {S}'))",
    "quoted_list": f"p VARCHAR(20) PRIMARY KEY) PARTITION BY LIST COLUMNS(p) (PARTITION p0 VALUES IN ('it''s {S}'))",
}


def quote(name: str) -> str:
    doubled = name.replace("`", "``")
    return f"`{doubled}`"


PLANS = "oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT"


@pytest.fixture(scope="module")
def snapshot(database: Database) -> Iterator[Snapshot]:
    """What an account with the printed grants reads, after each table was asked for a secret."""
    database.run(["ALTER SYSTEM FLUSH PLAN CACHE"])  # what others left there may be dearer
    made = [f"CREATE TABLE {DB}.{quote(name)} ({body}" for name, body in (TABLES | LEFT_OUT).items()]
    database.run([f"DROP DATABASE IF EXISTS {DB}", f"CREATE DATABASE {DB}"])
    database.run(["SET foreign_key_checks = 0", *made])
    asked = [f"SELECT COUNT(*) FROM {DB}.{quote(name)} WHERE CONCAT(1) = '{S}'" for name in TABLES | LEFT_OUT]
    asked += [
        f"SELECT * FROM {DB}.by_list WHERE p IN ('{S}1', '{S}2') AND id > 777777",
        f"SELECT * FROM {DB}.by_text WHERE d BETWEEN '{S}' AND '{S}x' ORDER BY id LIMIT 777777",
        f"INSERT INTO {DB}.prefixes (n, t) VALUES ('{S}', '{S}')",
        f"SELECT * FROM (SELECT '{S}' AS c, id FROM {DB}.prefixes) z WHERE c = '{S}' AND id = 777777",
        f"SELECT /*+ qb_name(x) */ id FROM {DB}.prefixes WHERE n = '{S}' ORDER BY id DESC LIMIT 1",
    ]
    # The small plan cache of a fresh kernel forgets within seconds; so the statements come last, into a larger one.
    ((share,),) = read_rows(database, "SELECT @@GLOBAL.ob_plan_cache_percentage")
    with reader(database, "hx_definer") as user:
        database.run(["SET GLOBAL ob_plan_cache_percentage = 20"])
        # What is read is asked here, and not how fast: a busy machine shows a few tables in the time that all may take.
        slow = mock.patch.object(definition_reading, "_MOST_S", 60.0)
        with slow, open_session(database, user) as session:
            eventually(lambda: send_until_kept(database, asked), 60)
            yield read(session, [CachedPlan, SqlTotal, PlanStep, StatementWait, StatementHour, TableDefinition])
    database.run([f"SET GLOBAL ob_plan_cache_percentage = {share}"])
    database.run([f"DROP DATABASE IF EXISTS {name}" for name in (DB, AGAIN)])


def send_until_kept(database: Database, asked: list[str]) -> bool:
    """Whether the plans of all are kept: a change of a schema or a setting, just before, still throws them away."""
    database.run([f"USE {DB}", *asked])
    found = read_rows(database, f"SELECT COUNT(DISTINCT STATEMENT) FROM {PLANS} WHERE DB_ID > 500000")
    return bool(found[0][0] >= len(TABLES))


def rows_of(snapshot: Snapshot, row: type) -> list[Any]:
    found = snapshot.facts[row]
    assert isinstance(found, tuple), found
    return list(found)


def definitions(snapshot: Snapshot) -> dict[str, str]:
    return {row.table_name: row.definition for row in rows_of(snapshot, TableDefinition) if row.table_schema == DB}


def test_every_table_that_can_be_read_is_read_and_the_others_are_named(snapshot: Snapshot) -> None:
    assert set(definitions(snapshot)) == set(TABLES), snapshot.records
    record = next(record for record in snapshot.records if record.source == "TableDefinition")
    assert record.truncated
    said = render_text(record.reason, "en")
    assert all(f"{DB}.{name}" in said for name in LEFT_OUT), said


def test_no_text_of_the_customer_s_is_in_what_was_read(snapshot: Snapshot) -> None:
    assert rows_of(snapshot, TableDefinition) and rows_of(snapshot, PlanStep)
    for row in (TableDefinition, PlanStep, StatementWait, StatementHour):
        for found in rows_of(snapshot, row):
            assert S not in str(found).upper() and "777777" not in str(found), found


def test_a_scan_names_table_and_index(snapshot: Snapshot) -> None:
    steps = [step for step in rows_of(snapshot, PlanStep) if step.object_owner not in SYSTEM_SCHEMAS]
    accesses = [access for plans in read_plans(steps).values() for plan in plans for access in plan.accesses]
    known = {name: read_definition(text) for name, text in definitions(snapshot).items()}
    assert {access.table for access in accesses} >= set(TABLES)
    for access in accesses:
        if access.index and access.table in known:
            assert access.index in known[access.table].indexes, access
        assert access.pieces >= 1 and access.table_rows is not None


def test_what_is_kept_makes_a_table_that_is_shown_the_same(database: Database, snapshot: Snapshot) -> None:
    database.run([f"DROP DATABASE IF EXISTS {AGAIN}", f"CREATE DATABASE {AGAIN}"])
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute(f"USE {AGAIN}")
        for name, kept in definitions(snapshot).items():
            cursor.execute(kept)
            cursor.execute(f"SHOW CREATE TABLE {AGAIN}.{quote(name)}")
            ((_, shown),) = cursor.fetchall()
            assert strip_definition(shown) == kept
            assert read_definition(shown) == read_definition(kept)
