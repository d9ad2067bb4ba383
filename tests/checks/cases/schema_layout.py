"""Cases of the checks on how tables are laid out: their width, types, defaults and partitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.facts.schema import IndexColumn, NotableColumn, PartitionedTable, Table, TableChanges
from agent.model.terms import Severity
from tests.harness import NOW, Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM
FOUND, COLUMN_FOUND, INDEX_FOUND = [("shop.t", LOW)], [("shop.t.c", LOW)], [("shop.t.i", LOW)]
_DAYS = ("'2026-01-01'", "'2026-04-10'")


def _table(days: int | None = 31) -> Table:
    created: datetime | None = None if days is None else NOW - timedelta(days=days)
    return Table(
        table_schema="shop", table_name="t", table_rows=0, data_length=0, table_collation=None, create_time=created
    )


def _column(kind: str = "int", *, table: str = "t", **parts: Any) -> NotableColumn:
    return NotableColumn(
        table_schema="shop", table_name=table, column_name="c", data_type=kind, column_type=kind, extra="", **parts
    )


def _text(length: int, kind: str = "varchar") -> NotableColumn:
    return _column(kind, character_maximum_length=length)


def _dated(date: str | None) -> NotableColumn:
    return _column("datetime", default_date=date)


def _index(
    *columns: str, name: str = "i", kind: str = "BTREE", prefix: int | None = None, unique: bool = False
) -> list[IndexColumn]:
    return [
        IndexColumn(
            table_schema="shop",
            table_name="t",
            index_name=name,
            non_unique=not unique,
            seq_in_index=seq,
            column_name=column,
            sub_part=prefix,
            index_type=kind,
            is_visible="YES",
            comment="VALID",
        )
        for seq, column in enumerate(columns, 1)
    ]


def _split(
    rows: int | None, pieces: int, *, each: int | None = None, bounds: tuple[str, str] | None = None
) -> PartitionedTable:
    """A table of so many partitions; with ``each`` of so many subpartitions, that many in each partition."""
    return PartitionedTable(
        table_schema="shop",
        table_name="t",
        method="RANGE COLUMNS" if bounds else "HASH",
        expression="d" if bounds else "id",
        partitions=pieces // (each or 1),
        subpartitions=each,
        pieces=pieces,
        table_rows=rows,
        largest_rows=rows,
        first_bound=bounds[0] if bounds else None,
        last_bound=bounds[1] if bounds else None,
        catch_all_pieces=0,
        catch_all_rows=None,
    )


def _added(rows: int) -> TableChanges:
    return TableChanges(table_owner="shop", table_name="t", changes=rows, added_rows=rows)


def _wide(length: int, **parts: Any) -> Sequence[Any]:
    return [_table(), _text(length), *_index("a", "c", **parts)]


CASES = [
    Case("SCH030", [_table(), _column(ordinal_position=90)]),
    Case("SCH030", [_table(), _column(ordinal_position=1), _column(ordinal_position=100)], FOUND),
    Case("SCH030", [_table(), _column(ordinal_position=410), _column(ordinal_position=400)], [("shop.t", MEDIUM)]),
    Case("SCH030", [_table(), _column(ordinal_position=400, table="v")], label="a view"),
    Case("SCH031", [_table(), _text(128, "char")]),
    Case("SCH031", [_table(), _text(129, "char")], COLUMN_FOUND),
    Case("SCH031", [_table(), _text(4000, "varchar")], label="VARCHAR"),
    Case("SCH031", [_text(255, "char")], label="a view"),
    Case("SCH032", _wide(499)),
    Case("SCH032", _wide(500), INDEX_FOUND),
    Case("SCH032", _wide(4000, prefix=499), label="a prefix"),
    Case("SCH032", _wide(4000, prefix=500), INDEX_FOUND, label="a long prefix"),
    Case("SCH032", _wide(500, prefix=768), INDEX_FOUND, label="a prefix of everything"),
    Case("SCH032", _wide(4000, kind="FULLTEXT"), label="of words"),
    Case("SCH032", _wide(4000, name="PRIMARY"), label="primary key"),
    Case("SCH032", _wide(4000)[1:], label="a view"),
    Case("SCH033", [_table(), _dated(None), _dated("9999-12-31"), _dated("1980-01-01")]),
    Case("SCH033", [_table(), _dated("0000-00-00")], COLUMN_FOUND),
    Case("SCH033", [_table(), _dated("1979-12-31")], COLUMN_FOUND, label="long ago"),
    Case("SCH033", [_dated("0000-00-00")], label="a view"),
    Case("SCH034", [_table(), _split(10_000, 15), _split(10_001, 16)]),
    Case("SCH034", [_table(), _split(10_000, 16)], FOUND),
    Case("SCH034", [_table(None), _split(0, 1000)], [("shop.t", MEDIUM)], label="very many"),
    Case("SCH034", [_table(29), _split(0, 1000)], label="young"),
    Case("SCH034", [_table(), _split(0, 64, each=4)], label="subpartitions"),
    Case("SCH034", [_table(), _split(0, 99, bounds=_DAYS)], label="by date"),
    Case("SCH034", [_table(), _split(0, 100, bounds=_DAYS)], FOUND, label="very many by date"),
    Case("SCH034", [_table(), _split(0, 16, bounds=("1000", "2000"))], FOUND, label="by number"),
    Case("SCH034", [_table(), _split(10, 16), _added(9_990)], not_assessed=True, label="grown since"),
    Case("SCH034", [_table(), _split(None, 16)], not_assessed=True, label="rows unknown"),
    Case("SCH035", [_table(), _split(400_004, 16, each=4), _split(0, 64)]),
    Case("SCH035", [_table(), _split(400_000, 16, each=4)], FOUND),
    Case("SCH035", [_table(), _split(0, 1000, each=4)], [("shop.t", MEDIUM)], label="very many"),
    Case("SCH035", [_table(29), _split(0, 16, each=4)], label="young"),
    Case("SCH035", [_table(29), _split(None, 16, each=1)], FOUND, label="one in each"),
    Case("SCH035", [_table(), _split(10, 16, each=4), _added(100_000)], not_assessed=True, label="grown since"),
    Case("SCH035", [_table(), _split(None, 16, each=4)], not_assessed=True, label="rows unknown"),
]
