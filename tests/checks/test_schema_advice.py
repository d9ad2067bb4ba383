"""The statements for columns, sequences and character sets: only where the server takes them and they change something,
and what the texts warn of is what the server does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pymysql
import pytest

from agent.facts.schema import AutoIncrement, BusinessObject, NotableColumn, Sequence, Table
from agent.facts.settings import Variable
from agent.kernel.start import Kernel
from agent.model.result import Finding
from tests.harness import run_check, snapshot_of

pytestmark = pytest.mark.slow

DATABASE = "schema_advice_test"
UTF8, LATIN = "utf8mb4_general_ci", "latin1_swedish_ci"


def table(collation: str | None = UTF8, name: str = "t") -> Table:
    return Table(
        table_schema="shop", table_name=name, table_rows=0, data_length=0, table_collation=collation, create_time=None
    )


def column(name: str, kind: str, extra: str = "", charset: str | None = None) -> NotableColumn:
    return NotableColumn(
        table_schema="shop",
        table_name="t",
        column_name=name,
        data_type=kind.partition("(")[0],
        column_type=kind,
        extra=extra,
        character_set_name=charset,
    )


def sequence(last: int, low: int, high: int, step: int = 1) -> Sequence:
    return Sequence(
        sequence_owner="shop",
        sequence_name="s",
        last_number=last,
        min_value=low,
        max_value=high,
        increment_by=step,
        cycle_flag="N",
    )


def finding(code: str, *facts: Any) -> Finding:
    (found,) = run_check(code, snapshot_of(facts)).findings
    return found


def full(kind: str, reached: int) -> Finding:
    return finding(
        "SCH003",
        column("id", kind, "auto_increment"),
        Variable(name="auto_increment_cache_size", value="1000"),
        AutoIncrement(auto_increment_key=500_001, auto_increment_value=reached, sync_value=reached),
        BusinessObject(owner="shop", object_name="t", object_id=500_001, object_type="TABLE", status="VALID"),
    )


def test_a_column_is_widened_as_long_as_there_is_a_wider_type() -> None:
    assert " BIGINT NOT NULL" in full("int(11)", 2**31 - 1).sql[0]
    assert " BIGINT UNSIGNED NOT NULL" in full("bigint(20)", 2**63 - 1).sql[0]
    assert full("bigint(20) unsigned", 2**64 - 1).sql == ()


@pytest.mark.parametrize("extra", ["STORED GENERATED", "VIRTUAL GENERATED"])
def test_a_generated_column_is_found_and_not_modified(extra: str) -> None:
    found = finding("SCH005", table(), column("price", "double", extra))
    assert found.sql == found.rollback == ()


def test_a_sequence_at_the_greatest_bound_gets_no_statement() -> None:
    end = 2**63 - 1
    for found in (sequence(end, 1, end), sequence(-end - 1, -end - 1, -1, -1), sequence(10**28 - 2, 1, 10**28 - 1)):
        written = finding("SCH010", found)
        assert written.sql == written.rollback == ()
    assert finding("SCH010", sequence(-99, -100, -1, -1)).sql[0].endswith(f" MINVALUE {-end};")


def test_a_table_is_converted_where_that_reaches_its_columns() -> None:
    assert len(finding("SCH006", table(LATIN), column("a", "varchar", charset="latin1")).sql) == 1
    kept = finding("SCH006", table(), column("a", "varchar", charset="gbk"), column("b", "text", charset="latin1"))
    assert kept.sql == kept.rollback == ()
    assert (kept.value, kept.evidence["columns"]) == ("gbk, latin1", "a, b")


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_collations_as_frequent_utf8mb4_is_the_usual_one(order: int) -> None:
    others = finding("SCH019", *[table(LATIN, "a"), table("utf8mb4_bin", "b"), table(UTF8, "c")][::order])
    assert others.evidence["usual"] == "utf8mb4_bin"
    assert finding("SCH019", *[table(LATIN, "a"), table(UTF8, "b")][::order]).evidence["usual"] == UTF8


@pytest.mark.parametrize("default", ["0000-00-00", "1970-01-02 08:00:01", "1970-01-02 08:00:01.250"])
def test_a_default_comes_back_with_its_time(default: str) -> None:
    found = finding("SCH033", table(), replace(column("paid", "datetime(3)"), default_date=default))
    assert (found.value, found.evidence["default"]) == (default[:10], default)
    assert found.rollback == (f"ALTER TABLE `shop`.`t` ALTER COLUMN `paid` SET DEFAULT '{default}';",)


@pytest.mark.kernel
def test_the_server_refuses_and_passes_over_what_the_texts_say(kernel: Kernel) -> None:
    kernel.run(
        [
            f"CREATE DATABASE {DATABASE}",
            f"CREATE TABLE {DATABASE}.p (id INT AUTO_INCREMENT PRIMARY KEY, price DOUBLE CHECK (price > 0),"
            " fee DOUBLE AS (price * 2) STORED, word VARCHAR(9) CHARACTER SET gbk)",
            f"CREATE TABLE {DATABASE}.c (id INT PRIMARY KEY, p INT, x INT, KEY k1 (p), KEY k2 (p, x),"
            f" FOREIGN KEY (p) REFERENCES {DATABASE}.p (id))",
        ]
    )
    refused = {
        "p MODIFY COLUMN id BIGINT NOT NULL AUTO_INCREMENT": "5320",
        "p MODIFY COLUMN price DECIMAL(20, 4)": "1235",
        "p MODIFY COLUMN fee DECIMAL(20, 4)": "3106",
        "c DROP INDEX k1": "5320",
    }
    try:
        for statement, error in refused.items():
            with pytest.raises(pymysql.MySQLError, match=error):
                kernel.run([f"ALTER TABLE {DATABASE}.{statement}"])
        kernel.run([f"ALTER TABLE {DATABASE}.p CONVERT TO CHARACTER SET utf8mb4"])
        with kernel.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"SHOW FULL COLUMNS FROM {DATABASE}.p LIKE 'word'")
            assert cursor.fetchall()[0][2] == "gbk_chinese_ci"
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])
