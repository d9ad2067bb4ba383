"""What the server makes for itself in a business schema is in no fact: nobody may change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.facts.schema import BusinessObject, IndexColumn, NotableColumn, PartitionedIndex, Table, TableStatistics
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome
from tests.integration.proving import judged, read

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
DB = "made_by_server"
CODES = ["SCH001", "SCH002", "SCH004", "SCH009", "SCH014", "STA001", "STA003", "SCH020"]
OWN = [
    f"CREATE TABLE {DB}.base (c INT PRIMARY KEY, n INT)",
    f"CREATE MATERIALIZED VIEW LOG ON {DB}.base WITH PRIMARY KEY, ROWID, SEQUENCE (n) INCLUDING NEW VALUES",
    f"CREATE MATERIALIZED VIEW {DB}.mv AS SELECT n, COUNT(*) c FROM {DB}.base GROUP BY n",
    f"CREATE TABLE {DB}.vec (id INT, d INT, v VECTOR(3), w VECTOR(3), PRIMARY KEY (id, d),"
    " VECTOR INDEX i1 (v) WITH (distance=l2, type=hnsw), VECTOR INDEX i2 (w) WITH (distance=l2, type=hnsw))"
    " PARTITION BY HASH (d) PARTITIONS 2",
    f"CREATE TABLE {DB}.ivf (id INT PRIMARY KEY, v VECTOR(4),"
    " VECTOR INDEX iv (v) WITH (distance=l2, type=ivf_pq, m=2))",
    f"CREATE TABLE {DB}.ft (id INT PRIMARY KEY, t VARCHAR(200), FULLTEXT INDEX f1 (t), KEY k (t))",
]
INDEXES = {"base": {"PRIMARY"}, "vec": {"PRIMARY", "i1", "i2"}, "ivf": {"PRIMARY", "iv"}, "ft": {"PRIMARY", "f1", "k"}}


@pytest.fixture(scope="module")
def snapshot(kernel: Kernel) -> Iterator[Snapshot]:
    kernel.run([f"CREATE DATABASE {DB}"])
    try:
        kernel.run(OWN)
        yield read(kernel, CODES)
    finally:
        kernel.run([f"DROP DATABASE {DB}"])


def test_tables_and_indexes_are_those_of_the_customer(snapshot: Snapshot) -> None:
    tables, columns = snapshot.facts[Table], snapshot.facts[IndexColumn]
    assert isinstance(tables, tuple) and isinstance(columns, tuple)
    assert {row.table_name for row in tables if row.table_schema == DB} == set(INDEXES)
    found: dict[str, set[str]] = {}
    for row in columns:
        if row.table_schema == DB:
            found.setdefault(row.table_name, set()).add(row.index_name)
    assert found == INDEXES
    for kind in (BusinessObject, TableStatistics, NotableColumn, PartitionedIndex):
        rows = snapshot.facts.get(kind, ())
        assert isinstance(rows, tuple)
        # A log is told as what it is.
        plain = [row for row in rows if getattr(row, "object_type", "") != "MATERIALIZED VIEW LOG"]
        names = {str(getattr(row, "table_name", getattr(row, "object_name", ""))) for row in plain}
        assert not [name for name in names if name.startswith(("__mv_container_", "mlog$_"))], kind


@pytest.mark.parametrize("code", CODES)
def test_no_check_finds_them(snapshot: Snapshot, code: str) -> None:
    result = judged(code, snapshot)
    assert not [finding for finding in result.findings if DB in finding.resource]
    assert result.outcome is not Outcome.ERROR
