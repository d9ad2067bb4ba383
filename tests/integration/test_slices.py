"""A large dictionary on the real server: what slices read is what one statement reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from agent.collection import slices
from agent.facts.schema import IndexColumn, NotableColumn, Table
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
# One for each way in which a column is part of a key, or is not though one of the same name is.
KEYED = {
    "k_none": "a INT, b VARCHAR(9), name VARCHAR(9)",
    "k_two": "a INT, b INT, c INT, name INT, PRIMARY KEY (b, a), KEY k (c, name)",
    "k_unique": "a INT, b INT NOT NULL, c INT, UNIQUE KEY u (b), UNIQUE KEY uu (c, a)",
    "k_many": "a INT PRIMARY KEY, b INT, c INT, KEY kb (b, c), UNIQUE KEY ub (b), KEY kc (c)",
    "k_prefix": "a INT PRIMARY KEY, `B c` VARCHAR(90), d TEXT, KEY k (`B c`(10)), KEY kd (d(20))",
    "k_hidden": "a INT PRIMARY KEY, b INT, c INT, KEY k (b) INVISIBLE, KEY f ((c + 1))",
    "k_child": "a INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES hx_slices.k_many (a)",
    "k_plain": "c INT, name INT, a INT PRIMARY KEY, Id FLOAT, `客户` INT",
    "k_parts": "a INT, b INT, c DOUBLE, PRIMARY KEY (a, b)) PARTITION BY HASH (b",
    "k_words": "a INT PRIMARY KEY, `客户` INT, `it's` INT, KEY k (`客户`), KEY kk (`it's`)",
}


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    made = [f"CREATE DATABASE `{schema}`" for schema in SCHEMAS]
    columns = "id INT PRIMARY KEY AUTO_INCREMENT, amount DOUBLE, name VARCHAR(9), KEY (name)"
    made += [f"CREATE TABLE `{schema}`.`{table}` ({columns})" for schema in SCHEMAS for table in TABLES]
    made += [f"CREATE TABLE {SCHEMAS[0]}.{name} ({columns})" for name, columns in KEYED.items()]
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


def as_key(column: NotableColumn) -> NotableColumn:
    """Whether it is part of a key: the view says PRI for a unique key that could be the primary one."""
    return dataclasses.replace(column, column_key="yes" if column.column_key else "")


@pytest.mark.parametrize("most", [1, 3, 128])
def test_nothing_is_lost(kernel: Kernel, account: str, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    with open_session(kernel, account) as session:
        whole = columns_of(read(session, [Table, NotableColumn]))
        one = len(session.sent)
    ours = {column for column in whole if column.table_schema in SCHEMAS and not column.table_name.startswith("k_")}
    assert {column.table_name for column in ours} >= {name.lower() for name in TABLES}
    assert len(ours) == 3 * len(SCHEMAS) * len(TABLES), "the key, the name that has an index, and the amount of each"
    monkeypatch.setattr(slices, "MOST_IN_ONE", 5)
    monkeypatch.setattr(slices, "_MOST_IN_SLICE", most)
    with open_session(kernel, account) as session:
        snapshot = read(session, [Table, NotableColumn])
    assert columns_of(snapshot) == whole
    assert [(record.status, record.truncated) for record in snapshot.records] == [("ok", False)] * 2
    assert len(session.sent) > one, "there were slices"


@pytest.mark.parametrize("most", [1, 3, 128])
def test_indexes_say_what_the_view_says_of_keys(
    kernel: Kernel, account: str, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    with open_session(kernel, account) as session:
        whole = columns_of(read(session, [Table, NotableColumn]))
    assert {column.column_key for column in whole if column.table_name.startswith("k_")} == {"PRI", "UNI", "MUL", ""}
    monkeypatch.setattr(slices, "MOST_IN_ONE", 5)
    monkeypatch.setattr(slices, "_MOST_IN_SLICE", most)
    with open_session(kernel, account) as session:
        snapshot = read(session, [Table, IndexColumn, NotableColumn])
    assert set(map(as_key, columns_of(snapshot))) == set(map(as_key, whole))
    assert [(record.status, record.truncated) for record in snapshot.records] == [("ok", False)] * 3
