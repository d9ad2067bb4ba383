"""The statements for a table without a primary key: only where they can run to their end."""

from __future__ import annotations

from typing import Any

import pymysql
import pytest

from agent.facts.schema import NotableColumn, PartitionedTable, Table
from agent.kernel.start import Kernel
from agent.model.result import Finding
from agent.model.snapshot import Unavailable
from agent.model.terms import Text, UnavailableKind
from tests.harness import run_check, snapshot_of

pytestmark = pytest.mark.slow

DATABASE = "primary_key_test"
TABLE = Table(
    table_schema=DATABASE, table_name="t", table_rows=0, data_length=0, table_collation=None, create_time=None
)
SPLIT = PartitionedTable(
    table_schema=DATABASE, table_name="t", method="HASH", expression="a", partitions=2, pieces=2, table_rows=None,
    subpartitions=None, largest_rows=None, first_bound=None, last_bound=None, catch_all_pieces=0,
    catch_all_rows=None,
)  # fmt: skip
COUNTING = NotableColumn(
    table_schema=DATABASE, table_name="t", column_name="n", data_type="bigint", column_type="bigint(20)",
    extra="auto_increment",
)  # fmt: skip
UNKNOWN = (NotableColumn, Unavailable(UnavailableKind.PRIVILEGE, Text("no")))
GONE = (PartitionedTable, Unavailable(UnavailableKind.PRIVILEGE, Text("no")))


def finding(*facts: Any) -> Finding:
    (found,) = run_check("SCH001", snapshot_of([TABLE, *facts])).findings
    return found


def test_an_unpartitioned_table_gets_statements() -> None:
    assert len(finding().sql) == len(finding().rollback) == 2


@pytest.mark.parametrize("facts", [SPLIT, GONE, COUNTING, UNKNOWN], ids=["split", "maybe", "counting", "unknown"])
def test_no_statement_where_one_could_be_refused(facts: object) -> None:
    assert finding(facts).sql == finding(facts).rollback == ()


@pytest.mark.kernel
def test_statements_run_in_spite_of_errors_leave_the_customers_columns_alone(kernel: Kernel) -> None:
    kernel.run([f"CREATE DATABASE {DATABASE}", f"CREATE TABLE {DATABASE}.t (id VARCHAR(10), v INT)"])
    try:
        kernel.run([*finding().sql, *finding().rollback])
        with kernel.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"SHOW COLUMNS FROM {DATABASE}.t")
            assert [row[0] for row in cursor.fetchall()] == ["id", "v"]
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])


@pytest.mark.kernel
def test_the_server_refuses_a_key_without_the_partitioning_column(kernel: Kernel) -> None:
    kernel.run([f"CREATE DATABASE {DATABASE}", f"CREATE TABLE {DATABASE}.t (a INT) PARTITION BY HASH (a) PARTITIONS 2"])
    try:
        adding, keying = finding().sql
        kernel.run([adding])
        with pytest.raises(pymysql.MySQLError, match="1503"):
            kernel.run([keying])
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])
