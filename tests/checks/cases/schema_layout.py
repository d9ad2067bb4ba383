"""Cases of the checks on how tables are laid out: their width, types, defaults and partitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agent.facts.plans import PlanStep
from agent.facts.schema import (
    BusinessObject,
    ColumnStatistics,
    ForeignKey,
    ForeignKeyColumn,
    IndexColumn,
    NotableColumn,
    PartitionedTable,
    Table,
    TableChanges,
    TableStatistics,
    ViewUse,
)
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind, Version
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


def _named(name: str, length: int | None, kind: str = "varchar") -> NotableColumn:
    return replace(_column(kind, characters=length), column_name=name)


def _copy(name: str, days: int | None = 99) -> Table:
    return replace(_table(days), table_name=name)


def _filled(name: str, changes: int, added: int) -> TableChanges:
    return TableChanges(table_owner="shop", table_name=name, changes=changes, added_rows=added)


def _text(length: int | None, kind: str = "varchar") -> NotableColumn:
    return _column(kind, characters=length)


def _first(kind: str = "bigint", **parts: Any) -> NotableColumn:
    """The first column, which is read of every table."""
    return replace(_column(kind, **parts), column_name="a")


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


def _counted(rows: int) -> TableStatistics:
    return TableStatistics(
        owner="shop", table_name="t", num_rows=rows, avg_row_len=8, last_analyzed=NOW, stattype_locked=None
    )


def _valued(distinct: int, *, rows: int = 10_000, nulls: int = 0, length: int = 4) -> list[object]:
    """Statistics of the column and its table."""
    column = ColumnStatistics(
        owner="shop",
        table_name="t",
        column_name="c",
        num_distinct=distinct,
        num_nulls=nulls,
        avg_col_len=12 + length,
    )
    return [_counted(rows), column]


def _length(column: str, length: int) -> ColumnStatistics:
    """Statistics of another column."""
    return ColumnStatistics(
        owner="shop",
        table_name="t",
        column_name=column,
        num_distinct=900,
        num_nulls=0,
        avg_col_len=12 + length,
    )


def _key(column: str) -> list[object]:
    key = ForeignKey(
        constraint_schema="shop",
        table_name="t",
        constraint_name="fk",
        unique_constraint_schema="shop",
        unique_constraint_name="PRIMARY",
        referenced_table_name="p",
    )
    of_key = ForeignKeyColumn(
        table_schema="shop", table_name="t", constraint_name="fk", column_name=column, ordinal_position=1
    )
    return [key, of_key]


def _scan(alias: str) -> PlanStep:
    return PlanStep(
        sql_id="A",
        plan_hash=1,
        id=0,
        depth=0,
        operator="TABLE RANGE SCAN",
        object_alias=alias,
        object_owner="shop",
        object_name="t",
        object_type="BASIC TABLE",
        partitions="",
        optimizer="",
        cost=1,
        rows_estimated=1,
        rows_real=1,
        real_us=1,
    )


def _wide(length: int, **parts: Any) -> Sequence[Any]:
    return [_table(), _first(characters=0), _text(length), *_index("a", "c", **parts)]


def _use(view: str, table: str) -> ViewUse:
    return ViewUse(view_schema="shop", view_name=view, table_schema="shop", table_name=table)


def _object(name: str, kind: str) -> BusinessObject:
    return BusinessObject(owner="shop", object_name=name, object_id=500_001, object_type=kind, status="VALID")


LOG, NEWER = _object("mlog$_t", "MATERIALIZED VIEW LOG"), Version(4, 3, 3, 0)
TWO = [*_index("d", name="i"), *_index("e", name="k")]
NOT_GRANTED = Unavailable(UnavailableKind.NOT_GRANTED, Text("no"))

CASES = [
    Case("SCH036", [*_index("c"), *_valued(11), *_index("x", name="k"), _scan("t")]),
    Case("SCH036", [*_index("c"), *_valued(10), _scan("t")], INDEX_FOUND),
    Case("SCH036", [*_index("c"), *_valued(10)], not_assessed=True, label="no plan at all"),
    Case(
        "SCH036",
        [*(replace(row, is_visible="NO") for row in _index("c")), *_valued(10), _scan("t")],
        label="hidden already",
    ),
    Case("SCH036", [*_index("c"), *_valued(5, nulls=5_001), _scan("t")], label="mostly NULL"),
    Case("SCH036", [*_index("c"), *_valued(2, rows=9_999)], label="small"),
    Case("SCH036", [*_index("c"), *_valued(1, nulls=10_001), _scan("t")], label="more NULL than rows were counted"),
    Case("SCH036", [*_index("c"), *_valued(1, nulls=9_000), _scan("t")], INDEX_FOUND, label="a tenth has the only one"),
    Case("SCH036", _index("c"), not_assessed=True, label="no statistics"),
    Case(
        "SCH036",
        [*_index("c"), *_index("c", "d", name="k"), *_index("c", name="l"), *_valued(2), _scan("t(l)")],
        INDEX_FOUND,
        label="the other one is used",
    ),
    Case("SCH036", [*_index("c", unique=True), *_index("c", "d", name="k"), *_valued(2)], label="unique, or of two"),
    Case("SCH036", [*_index("c", kind="FULLTEXT"), *_valued(2)], label="of words"),
    Case("SCH036", [*_index("c"), *_valued(2), *_key("c")], label="a foreign key needs it"),
    Case("SCH036", [*_index("c"), *_valued(2), _scan("t(i)")], label="used"),
    Case("SCH036", [*_index("c"), *_valued(2), _scan("t")], INDEX_FOUND, label="the table is read"),
    Case("SCH036", [*_index("c"), *_valued(2), (PlanStep, NOT_GRANTED)], not_assessed=True, label="plans unknown"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, *_valued(900, length=31)]),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, *_valued(900, length=32)], FOUND),
    Case("SCH037", [*_index("c", name="PRIMARY"), *_index("d"), *_valued(900, length=36)], label="one index"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _counted(9)], label="short"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _text(32)], not_assessed=True, label="length unknown"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _text(31)], label="cannot be long"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO], not_assessed=True, label="kind of the column unknown"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _column("bigint")], label="a number"),
    Case(
        "SCH037",
        [*_index("c", name="PRIMARY"), *TWO, _counted(0), _text(32)],
        not_assessed=True,
        label="statistics of no rows",
    ),
    Case(
        "SCH037",
        [*_index("c", "f", name="PRIMARY"), *TWO, *_valued(900, length=16), _length("f", 16)],
        FOUND,
        label="two columns together",
    ),
    Case(
        "SCH037",
        [*_index("c", "f", name="PRIMARY"), *TWO, *_valued(900, length=16), _length("f", 15)],
        label="two columns, nearly",
    ),
    Case("SCH037", [*_index("c"), *TWO, *_valued(900, length=36)], label="no primary key"),
    Case(
        "SCH037",
        [*_index("c", "f", name="PRIMARY"), *TWO, *_valued(900, length=17)],
        not_assessed=True,
        label="a short column may decide",
    ),
    Case(
        "SCH037", [*_index("c", "f", name="PRIMARY"), *TWO, *_valued(900, length=16)], label="no short column decides"
    ),
    Case(
        "SCH037",
        [*_index("c", "f", "g", name="PRIMARY"), *TWO, _counted(9)],
        label="two short columns and a third",
        not_assessed=True,
    ),
    Case("SCH037", [*_index("c", "f", name="PRIMARY"), *TWO, _counted(9)], label="two short columns"),
    Case(
        "SCH037",
        [*_index("c", "a", name="PRIMARY"), *TWO, *_valued(900, length=23), _first()],
        label="a number has eight bytes",
    ),
    Case(
        "SCH037",
        [*_index("c", "a", name="PRIMARY"), *TWO, *_valued(900, length=24), _first()],
        FOUND,
        label="a number has eight bytes, too",
    ),
    Case(
        "SCH037",
        [*_index("c", "a", name="PRIMARY"), *TWO, *_valued(900, length=28), _first("DATE")],
        FOUND,
        label="a day has four bytes",
    ),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _text(None)], not_assessed=True, label="length not read"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _text(32, "varbinary")], not_assessed=True, label="bytes"),
    Case("SCH037", [*_index("c", name="PRIMARY"), *TWO, _text(90, "enum")], label="one of a list"),
    Case("SCH038", [_use("b", "a"), _use("a", "t"), _use("c", "a")]),
    Case("SCH038", [_use("c", "b"), _use("c", "t"), _use("b", "a"), _use("a", "t")], [("shop.c", LOW)]),
    Case("SCH038", [_use("c", "c"), _use("c", "d"), _use("d", "c")], label="in a circle"),
    Case(
        "SCH038",
        [_use("e", "c"), _use("c", "d"), _use("d", "c"), _use("c", "t")],
        [("shop.e", LOW)],
        label="over a circle",
    ),
    Case(
        "SCH038",
        [_use("c", "a"), _use("c", "b"), _use("b", "a"), _use("a", "t"), _use("d", "b")],
        [("shop.c", LOW), ("shop.d", LOW)],
        label="two over the same",
    ),
    Case(
        "SCH038",
        [_use(f"v{level}", f"{side}{level - 1}") for level in range(1, 40) for side in "vw"]
        + [_use(f"w{level}", f"{side}{level - 1}") for level in range(1, 39) for side in "vw"]
        + [_use("v0", "t"), _use("w0", "t")],
        [("shop.v39", LOW)],
        label="more ways down than can be walked",
    ),
    Case("SCH039", [_object("m", "MATERIALIZED VIEW"), LOG, _use("m", "t")], version=NEWER),
    Case("SCH039", [_object("m", "MATERIALIZED VIEW"), LOG, _use("m", "u")], FOUND, version=NEWER),
    Case("SCH039", [_object("v", "VIEW"), LOG, _use("v", "t")], FOUND, version=NEWER, label="an ordinary view"),
    Case(
        "SCH039",
        [_object("m", "MATERIALIZED VIEW"), LOG, _object("mlog$_u", LOG.object_type), _use("m", "t")],
        [("shop.u", LOW)],
        version=NEWER,
        label="one of two logs",
    ),
    Case(
        "SCH039",
        [_object("m", "MATERIALIZED VIEW"), LOG, replace(_use("m", "t"), table_schema="other")],
        FOUND,
        version=NEWER,
        label="the table of another schema",
    ),
    Case("SCH039", [LOG], FOUND, version=NEWER, label="no view at all"),
    Case("SCH042", [_table(), _named("tag_ids", 32)], [("shop.t.tag_ids", LOW)]),
    Case("SCH042", [_table(), _named("tag_ids", 31)], label="no room"),
    Case("SCH042", [_table(), _named("tagIds", 200)], [("shop.t.tagIds", LOW)], label="capitals"),
    Case("SCH042", [_table(), _named("member_ids", 65535, "text")], [("shop.t.member_ids", LOW)], label="TEXT"),
    Case("SCH042", [_table(), _named("tag_ids", 0, "json")], label="JSON"),
    Case("SCH042", [_table(), _named("words", 300)], label="prose"),
    Case("SCH042", [_table(), _named("kids", 300)], label="another word"),
    Case("SCH042", [_named("tag_ids", 200)], label="of a view"),
    Case("SCH042", [_table(), _named("tag_ids", None)], not_assessed=True, label="of an older release"),
    Case("SCH043", [_table(), _named("starts_on", 20)], [("shop.t.starts_on", LOW)]),
    Case("SCH043", [_table(), _named("birth_date", 6, "char")], [("shop.t.birth_date", LOW)], label="shortest date"),
    Case("SCH043", [_table(), _named("birth_date", 5)], label="shorter than a date"),
    Case("SCH043", [_table(), _named("created_at", 32)], [("shop.t.created_at", LOW)], label="longest moment"),
    Case("SCH043", [_table(), _named("created_at", 33)], label="longer than a moment"),
    Case("SCH043", [_table(), _named("createTime", 20)], [("shop.t.createTime", LOW)], label="capitals"),
    Case("SCH043", [_table(), _named("valid_from", 10)], [("shop.t.valid_from", LOW)], label="begin of a span"),
    Case("SCH043", [_table(), _named("depends_on", 20)], label="no moment"),
    Case("SCH043", [_table(), _named("period", 7)], label="a label"),
    Case("SCH043", [_table(), _named("made_date", 10, "varbinary")], label="bytes"),
    Case("SCH043", [_named("made_date", 10)], label="of a view"),
    Case("SCH043", [_table(), _named("made_date", None)], not_assessed=True, label="of an older release"),
    Case("SCH044", [_copy("tmp_player_fix", 30)], [("shop.tmp_player_fix", LOW)]),
    Case("SCH044", [_copy("tmp_player_fix", 29)], label="of this month"),
    Case("SCH044", [_copy("t_bak_20250811")], [("shop.t_bak_20250811", LOW)], label="with a day"),
    Case("SCH044", [_copy("backup_plan")], label="about backups"),
    Case("SCH044", [_copy("t_20250811")], label="a day alone"),
    Case("SCH044", [_copy("tmp_t", None)], label="age is unknown"),
    Case("SCH044", [_copy("tmp_t"), _filled("tmp_t", 80, 80)], [("shop.tmp_t", LOW)], label="filled once"),
    Case("SCH044", [_copy("tmp_t"), _filled("tmp_t", 80, 60)], label="rows come and go"),
    Case(
        "SCH044",
        [_copy("tmp_t"), _filled("tmp_t", 80, 80), replace(_counted(9), table_name="tmp_t", last_analyzed=NOW)],
        label="written since its statistics",
    ),
    Case(
        "SCH044",
        [_copy("tmp_t"), _filled("tmp_t", 80, 80), replace(_counted(80), table_name="tmp_t", last_analyzed=NOW)],
        [("shop.tmp_t", LOW)],
        label="filled before its statistics, and counted after",
    ),
    Case(
        "SCH044",
        [_copy("tmp_t"), _filled("tmp_t", 81, 81), replace(_counted(80), table_name="tmp_t", last_analyzed=NOW)],
        label="doubled since its statistics",
    ),
    Case("SCH044", [_copy("tmp_t"), replace(_scan("tmp_t"), object_name="tmp_t")], label="read"),
    Case("SCH030", [_table(), _column(ordinal_position=90)]),
    Case("SCH030", [_table(), _column(ordinal_position=1), _column(ordinal_position=100)], FOUND),
    Case("SCH030", [_table(), _column(ordinal_position=410), _column(ordinal_position=400)], [("shop.t", MEDIUM)]),
    Case("SCH030", [_table(), _column(ordinal_position=400, table="v")], label="a view"),
    Case("SCH030", [_table(), _column()], not_assessed=True, label="of an older release"),
    Case("SCH030", [_table()], not_assessed=True, label="no column was read"),
    Case("SCH030", [], label="no table"),
    Case("SCH031", [_table(), _text(128, "char")]),
    Case("SCH031", [_table(), _text(129, "char")], COLUMN_FOUND),
    Case("SCH031", [_table(), _text(4000, "varchar")], label="VARCHAR"),
    Case("SCH031", [_text(255, "char")], label="a view"),
    Case("SCH031", [_table(), _column("char")], not_assessed=True, label="of an older release"),
    Case("SCH032", _wide(499)),
    Case("SCH032", _wide(500), INDEX_FOUND),
    Case("SCH032", _wide(4000, prefix=499), label="a prefix"),
    Case("SCH032", _wide(4000, prefix=500), INDEX_FOUND, label="a long prefix"),
    Case("SCH032", _wide(500, prefix=768), INDEX_FOUND, label="a prefix of everything"),
    Case("SCH032", _wide(4000, kind="FULLTEXT"), label="of words"),
    Case("SCH032", _wide(4000, name="PRIMARY"), label="primary key"),
    Case("SCH032", _wide(4000)[1:], label="a view"),
    Case("SCH032", [_table(), _first(characters=0), *_index("a", "b")], label="the other column is short"),
    Case("SCH032", [_table(), _first(), *_index("a", "b")], not_assessed=True, label="of an older release"),
    Case("SCH032", [_table(), *_index("a", "b")], not_assessed=True, label="no column was read"),
    Case(
        "SCH032",
        [_table(), _first(characters=600), _text(None), *_index("a"), *_index("c", name="k")],
        INDEX_FOUND,
        label="one of two is known",
    ),
    Case("SCH033", [_table(), _dated(""), _dated("8999-12-31"), _dated("1980-01-01")]),
    Case("SCH033", [_table(), _dated("9000-01-01")], not_assessed=True, label="a far date"),
    Case("SCH033", [_dated("9999-12-31")], label="a far date of a view"),
    Case("SCH033", [_table(), _dated("0000-00-00")], COLUMN_FOUND),
    Case("SCH033", [_table(), _dated("1979-12-31")], COLUMN_FOUND, label="long ago"),
    Case("SCH033", [_dated("0000-00-00")], label="a view"),
    Case("SCH033", [_table(), _dated("1970-01-02 08:00:01.5")], COLUMN_FOUND, label="with a time"),
    Case("SCH033", [_table(), _dated(None)], not_assessed=True, label="of an older release"),
    Case("SCH034", [_table(), _split(10_000, 15), _split(10_001, 16)]),
    Case("SCH034", [_table(), _split(10_000, 16)], FOUND),
    Case("SCH034", [_table(None), _split(0, 1000)], [("shop.t", MEDIUM)], label="very many"),
    Case("SCH034", [_table(29), _split(0, 1000)], label="young"),
    Case("SCH034", [_table(30), _split(0, 16)], FOUND, label="just old enough"),
    Case("SCH034", [_table(), _split(10, 16), _added(9_989)], FOUND, label="grown a little since"),
    Case("SCH034", [_table(), _split(10_000, 16), _added(1)], FOUND, label="as many as may be, and one since"),
    Case("SCH034", [_table(), _split(0, 16), (TableChanges, NOT_GRANTED)], FOUND, label="changes unseen"),
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
    Case("SCH035", [_table(30), _split(0, 16, each=4)], FOUND, label="just old enough"),
    Case("SCH035", [_table(), _split(0, 2, each=2)], FOUND, label="one partition in two"),
    Case("SCH035", [_table(), _split(0, 1, each=1)], label="one in one"),
    Case("SCH035", [_table(), _split(399_999, 16, each=4), _added(1)], not_assessed=True, label="one more is too many"),
    Case("SCH035", [_table(), _split(399_999, 16, each=4), _added(0)], FOUND, label="nearly too many"),
    Case("SCH035", [_table(29), _split(None, 16, each=1)], FOUND, label="one in each"),
    Case("SCH035", [_table(), _split(10, 16, each=4), _added(100_000)], not_assessed=True, label="grown since"),
    Case("SCH035", [_table(), _split(None, 16, each=4)], not_assessed=True, label="rows unknown"),
]
