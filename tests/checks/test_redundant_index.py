"""The advice on a redundant index: what it drops, what it keeps, and that its rollback brings back the same index."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from agent.facts.schema import IndexColumn, PartitionedIndex, PartitionedTable
from agent.kernel.start import Kernel
from agent.model.result import Finding
from tests.harness import run_check, snapshot_of

pytestmark = pytest.mark.slow

COLUMNS = "INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, INDEX_TYPE, IS_VISIBLE, COMMENT"
DATABASE = "redundant_index_test"


def _read(kernel: Kernel) -> list[IndexColumn]:
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '{DATABASE}'"
            " ORDER BY INDEX_NAME, SEQ_IN_INDEX"
        )
        rows: Any = cursor.fetchall()
    return [
        IndexColumn(
            table_schema=DATABASE,
            table_name="a`b",
            index_name=row[0],
            non_unique=bool(row[1]),
            seq_in_index=row[2],
            column_name=row[3],
            sub_part=row[4],
            index_type=row[5],
            is_visible=row[6],
            comment=row[7],
        )
        for row in rows
    ]


def _localities(kernel: Kernel) -> list[PartitionedIndex]:
    sql = f"SELECT TABLE_NAME, INDEX_NAME, LOCALITY FROM oceanbase.DBA_PART_INDEXES WHERE OWNER = '{DATABASE}'"
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(sql + " ORDER BY INDEX_NAME")
        rows: Any = cursor.fetchall()
    return [PartitionedIndex(owner=DATABASE, table_name=row[0], index_name=row[1], locality=row[2]) for row in rows]


def _findings(rows: list[IndexColumn], *others: Any) -> dict[str, Finding]:
    result = run_check("SCH002", snapshot_of([*rows, *others]))
    return {str(finding.evidence["index"]): finding for finding in result.findings}


@pytest.mark.kernel
def test_the_advice_runs_and_its_rollback_restores_the_index(kernel: Kernel) -> None:
    kernel.run(
        [
            f"CREATE DATABASE {DATABASE}",
            f"CREATE TABLE {DATABASE}.`a``b` (id INT PRIMARY KEY, `x y` VARCHAR(50), c INT, UNIQUE KEY `u1` (c),"
            " UNIQUE KEY `u2` (c), KEY `k``1` (`x y`(10), c), KEY k2 (`x y`(10), c, id), KEY apart (`x y`(9)))",
        ]
    )
    try:
        before = _read(kernel)
        findings = _findings(before)
        assert {name: finding.value for name, finding in findings.items()} == {"k`1": "k2", "u2": "u1"}
        for finding in findings.values():
            kernel.run(list(finding.sql))
        assert {row.index_name for row in _read(kernel)} == {"PRIMARY", "u1", "k2", "apart"}
        for finding in findings.values():
            kernel.run(list(finding.rollback))
        assert _read(kernel) == before
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])


@pytest.mark.slow
@pytest.mark.kernel
def test_on_a_partitioned_table_the_rollback_restores_where_the_index_lies(kernel: Kernel) -> None:
    kernel.run(
        [
            f"CREATE DATABASE {DATABASE}",
            f"CREATE TABLE {DATABASE}.`a``b` (id INT, a INT, b INT, c INT, PRIMARY KEY (id, a), KEY l1 (b) LOCAL,"
            " KEY l2 (b, a) LOCAL, KEY g1 (c) GLOBAL, KEY g2 (c, b) GLOBAL, KEY l3 (c, b, a) LOCAL,"
            " KEY g3 (b, a, c) GLOBAL) PARTITION BY HASH (a) PARTITIONS 2",
            f"CREATE INDEX own ON {DATABASE}.`a``b` (c, b, id) GLOBAL PARTITION BY HASH (c) PARTITIONS 2",
        ]
    )
    split = PartitionedTable(
        table_schema=DATABASE,
        table_name="a`b",
        method="HASH",
        expression="a",
        partitions=2,
        pieces=2,
        table_rows=None,
        subpartitions=None,
        largest_rows=None,
        first_bound=None,
        last_bound=None,
        catch_all_pieces=0,
        catch_all_rows=None,
    )
    try:
        before, lying = _read(kernel), _localities(kernel)
        local = {"l1": "LOCAL", "l2": "LOCAL", "l3": "LOCAL"}
        assert {row.index_name: row.locality for row in lying} == {**local, "own": "GLOBAL"}
        findings = _findings(before, *lying, split)
        assert {name: finding.value for name, finding in findings.items()} == {"l1": "l2", "g1": "g2"}
        for finding in findings.values():
            kernel.run([*finding.sql, *finding.rollback])
        assert (_read(kernel), _localities(kernel)) == (before, lying)
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])
