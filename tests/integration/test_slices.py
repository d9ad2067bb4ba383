"""A large dictionary on the real server: what slices read is what one statement reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.collection import slices
from agent.facts.schema import NotableColumn, Table
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from tests.integration.reading import open_session, read, reader

pytestmark = pytest.mark.kernel
SCHEMAS = ("hx_slices", "hx_slices_客户")
TABLES = (
    "orders",
    "Mixed",
    "表",
    "it's",
    "a-b",
    "semi;colon",
    "/*no hint*/",
    "# remark",
    "under_score",
    "t$1",
    "x" * 64,
)


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    made = [f"CREATE DATABASE `{schema}`" for schema in SCHEMAS]
    columns = "id INT PRIMARY KEY AUTO_INCREMENT, amount DOUBLE, name VARCHAR(9), KEY (name)"
    made += [f"CREATE TABLE `{schema}`.`{table}` ({columns})" for schema in SCHEMAS for table in TABLES]
    kernel.run([*made, f"CREATE VIEW {SCHEMAS[0]}.v AS SELECT amount FROM {SCHEMAS[0]}.orders"])
    with reader(kernel, "hx_slicer") as user:
        yield user
    kernel.run([f"DROP DATABASE `{schema}`" for schema in SCHEMAS])


def columns_of(snapshot: Snapshot) -> set[NotableColumn]:
    """Of tables: those of views are not read in slices."""
    found, tables = snapshot.facts[NotableColumn], snapshot.facts[Table]
    assert isinstance(found, tuple) and isinstance(tables, tuple)
    names = {(table.table_schema, table.table_name) for table in tables}
    return {column for column in found if (column.table_schema, column.table_name) in names}


@pytest.mark.parametrize("most", [1, 3, 128])
def test_nothing_is_lost(kernel: Kernel, account: str, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    with open_session(kernel, account) as session:
        whole = columns_of(read(session, [Table, NotableColumn]))
        one = len(session.sent)
    ours = {column for column in whole if column.table_schema in SCHEMAS}
    assert {column.table_name for column in ours} >= {name.lower() for name in TABLES}
    assert len(ours) == 3 * len(SCHEMAS) * len(TABLES), "the key, the name that has an index, and the amount of each"
    monkeypatch.setattr(slices, "MOST_IN_ONE", 5)
    monkeypatch.setattr(slices, "_MOST_IN_SLICE", most)
    with open_session(kernel, account) as session:
        snapshot = read(session, [Table, NotableColumn])
    assert columns_of(snapshot) == whole
    assert [(record.status, record.truncated) for record in snapshot.records] == [("ok", False)] * 2
    assert len(session.sent) > one, "there were slices"
