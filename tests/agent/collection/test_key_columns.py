"""Which columns are part of a key, by the indexes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import pytest

from agent.collection.connect import ReadOnlySession
from agent.collection.key_columns import KeyColumns, list_key_columns, name_keys
from agent.collection.slices import plan_slices, read_slices
from agent.facts.schema import IndexColumn, NotableColumn, Table
from agent.model.snapshot import SourceRecord, Unavailable
from agent.model.terms import Text, UnavailableKind
from tests.agent.collection.test_slices import STATEMENT, Dictionary, tables

WHOLE = SourceRecord(source="IndexColumn", view="information_schema.STATISTICS", status="ok")
CUT = SourceRecord(source="IndexColumn", view="information_schema.STATISTICS", status="ok", truncated=True)


def column(name: str, index: str, seq: int = 1, *, unique: bool = False, part: int | None = None) -> IndexColumn:
    return IndexColumn(
        table_schema="shop",
        table_name="t",
        index_name=index,
        non_unique=not unique,
        seq_in_index=seq,
        column_name=name,
        sub_part=part,
        index_type="BTREE",
        is_visible="YES",
        comment="",
    )


PRIMARY = [column("a", "PRIMARY", unique=True), column("b", "PRIMARY", 2, unique=True)]


@pytest.mark.parametrize(
    ("indexes", "kinds"),
    [
        (PRIMARY, {"a": "PRI", "b": "PRI"}),
        ([column("a", "k"), column("b", "k", 2)], {"a": "MUL"}),
        ([column("a", "u", unique=True)], {"a": "UNI"}),
        ([column("a", "u", unique=True), column("b", "u", 2, unique=True)], {"a": "MUL"}),
        ([column("a", "k"), column("a", "u", unique=True)], {"a": "UNI"}),
        ([column("a", "u", unique=True), *PRIMARY, column("b", "k")], {"a": "PRI", "b": "PRI"}),
        ([column("A", "k"), column("d", "p", part=20)], {"a": "MUL"}),
    ],
)
def test_a_column_is_what_it_is_at_its_best(indexes: list[IndexColumn], kinds: dict[str, str]) -> None:
    assert name_keys(indexes) == {("shop", "t"): kinds}


def test_indexes_that_were_not_read_whole_say_nothing() -> None:
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
    read: tuple[IndexColumn, ...] = tuple(PRIMARY)
    assert list_key_columns(NotableColumn, {IndexColumn: read}, [WHOLE]) == name_keys(read)
    assert list_key_columns(NotableColumn, {IndexColumn: ()}, [WHOLE]) == {}, "no table has a key"
    assert list_key_columns(NotableColumn, {IndexColumn: read}, [CUT]) is None
    assert list_key_columns(NotableColumn, {IndexColumn: gone}, [WHOLE]) is None
    assert list_key_columns(NotableColumn, {}, []) is None
    assert list_key_columns(Table, {IndexColumn: read}, [WHOLE]) is None


def planned(names: Iterable[str], keys: KeyColumns | None) -> list[str]:
    return [part.sql for part in plan_slices(STATEMENT, [("shop", name) for name in names], keys)]


def test_key_columns_are_asked_for_by_name_and_column_key_is_not() -> None:
    (sql,) = planned(["t", "u"], {("shop", "t"): {"a": "PRI", "客户": "MUL"}, ("other", "t"): {"z": "PRI"}})
    assert "COLUMN_NAME IN ('a', _utf8mb4 X'e5aea2e688b7')" in sql and "COLUMN_KEY" not in sql
    (sql,) = planned(["t"], {})
    assert "COLUMN_NAME IN ('')" in sql and "COLUMN_KEY" not in sql
    (sql,) = planned(["t"], None)
    assert "COLUMN_KEY <> ''" in sql and "`COLUMN_KEY` AS column_key" in sql


def test_long_names_of_columns_make_short_slices_too() -> None:
    keys = {("shop", f"t{number}"): {f"{number:03d}{'表' * 61}": "MUL"} for number in range(120)}
    statements = planned([table for _, table in keys], keys)
    assert len(statements) > 3 and all(len(sql) < 20_000 for sql in statements)
    assert not any("COLUMN_KEY" in sql for sql in statements)
    (sql,) = planned(["t"], {("shop", "t"): {f"{number:03d}{'表' * 61}": "MUL" for number in range(120)}})
    assert len(sql) < 20_000 and "COLUMN_KEY <> ''" in sql, "more than a statement can name"


def test_rows_get_their_key_and_those_with_the_name_of_anothers_key_are_left_out() -> None:
    names = tables(600)
    keys = {names[0]: {"id": "PRI"}}

    class OnlyKeys(Dictionary):
        def column(self, name: tuple[str, str]) -> tuple[Any, ...]:
            row = super().column(name)
            at = STATEMENT.fields.index("column_key")
            return (*row[:at], "1" if name == names[1] else "0", *row[at + 1 :])

    answer = read_slices(cast(ReadOnlySession, OnlyKeys(names)), STATEMENT, names, keys)
    at = STATEMENT.fields.index("column_key")
    assert {(row[0], row[1], row[at]) for row in answer.rows} == {(*names[0], "PRI"), (*names[1], "")}
    assert answer.tables == 600
