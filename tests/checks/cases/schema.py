"""Cases of the schema checks."""

from __future__ import annotations

from dataclasses import replace

from agent.facts.resources import ResourceUnit
from agent.facts.schema import (
    AutoIncrement,
    BusinessObject,
    ForeignKey,
    ForeignKeyColumn,
    IndexColumn,
    NotableColumn,
    PartitionedIndex,
    PartitionedTable,
    Table,
    TableChanges,
    TableStatistics,
)
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.harness import Case

GIB = 1 << 30


def _table(name: str, *, rows: int = 0, collation: str | None = "utf8mb4_general_ci") -> Table:
    return Table(
        table_schema="shop",
        table_name=name,
        table_rows=rows,
        data_length=0,
        table_collation=collation,
        create_time=None,
    )


def _index(
    name: str,
    *columns: str,
    unique: bool = False,
    table: str = "t",
    kind: str = "BTREE",
    visible: str = "YES",
    comment: str = "VALID",
    nullable: str | None = None,
) -> list[IndexColumn]:
    """Index columns; ``c(10)`` is a column's prefix."""
    rows = []
    for seq, column in enumerate(columns, 1):
        bare, _, length = column.partition("(")
        rows.append(
            IndexColumn(
                table_schema="shop",
                table_name=table,
                index_name=name,
                non_unique=not unique,
                seq_in_index=seq,
                column_name=bare,
                sub_part=int(length[:-1]) if length else None,
                index_type=kind,
                is_visible=visible,
                comment=comment,
                nullable=nullable,
            )
        )
    return rows


def _key(*columns: str, parent: str = "PRIMARY", table: str = "t") -> list[object]:
    """A foreign key of these columns, which refers to a key of the table ``p``."""
    return [
        ForeignKey(
            constraint_schema="shop",
            table_name=table,
            constraint_name="fk",
            unique_constraint_schema="shop",
            unique_constraint_name=parent,
            referenced_table_name="p",
        ),
        *(
            ForeignKeyColumn(
                table_schema="shop", table_name=table, constraint_name="fk", column_name=column, ordinal_position=number
            )
            for number, column in enumerate(columns, 1)
        ),
    ]


def _cascading(rule: str | None = "CASCADE") -> list[object]:
    key, *columns = _key("b")
    assert isinstance(key, ForeignKey)
    return [replace(key, delete_rule=rule), *columns]


def _added(rows: int) -> TableChanges:
    return TableChanges(table_owner="shop", table_name="t", changes=rows, added_rows=rows)


def _number(column: str, kind: str, *, auto: bool = False) -> NotableColumn:
    return NotableColumn(
        table_schema="shop",
        table_name="t",
        column_name=column,
        data_type=kind.partition("(")[0],
        column_type=kind,
        extra="auto_increment" if auto else "",
    )


def _auto(kind: str, value: int | None, sync: int = 0) -> list[object]:
    return [
        _number("id", kind, auto=True),
        AutoIncrement(auto_increment_key=500_001, auto_increment_value=value, sync_value=sync),
        BusinessObject(owner="shop", object_name="t", object_id=500_001, object_type="TABLE", status="VALID"),
    ]


def _counted(rows: int | None) -> TableStatistics:
    return TableStatistics(
        owner="shop", table_name="t", num_rows=rows, avg_row_len=8, last_analyzed=None, stattype_locked=None
    )


def _text(
    charset: str, *, table: str = "a", column: str = "c", kind: str = "varchar", collation: str | None = None
) -> NotableColumn:
    return NotableColumn(
        table_schema="shop",
        table_name=table,
        column_name=column,
        data_type=kind,
        column_type=kind,
        extra="",
        character_set_name=charset,
        collation_name=collation,
    )


def _part(table: str, kind: str, *, name: str = "order_no", collation: str = "", key: str = "MUL") -> NotableColumn:
    return NotableColumn(
        table_schema="shop",
        table_name=table,
        column_name=name,
        data_type=kind.partition("(")[0],
        column_type=kind,
        extra="",
        column_key=key,
        character_set_name=collation.partition("_")[0],
        collation_name=collation,
    )


def _joined(kind: str, other: str, *collations: str, name: str = "order_no", unique: bool = True) -> list[object]:
    """Tables ``a``, whose column is unique, and ``b``, which has one of the same name."""
    own, copied = collations or ("", "")
    return [
        _table("a"),
        _table("b"),
        *_index("k", name, unique=unique, table="a"),
        _part("a", kind, name=name, collation=own, key="UNI" if unique else "MUL"),
        _part("b", other, name=name, collation=copied),
    ]


def _unit(gib: int) -> ResourceUnit:
    return ResourceUnit(
        max_cpu=4,
        memory_size=gib * GIB,
        log_disk_size=1,
        log_disk_in_use=0,
        data_disk_in_use=0,
    )


def _split(table: str = "t") -> PartitionedTable:
    return PartitionedTable(
        table_schema="shop",
        table_name=table,
        method="HASH",
        expression="id",
        partitions=4,
        pieces=4,
        table_rows=None,
        subpartitions=None,
        largest_rows=None,
        first_bound=None,
        last_bound=None,
        catch_all_pieces=0,
        catch_all_rows=None,
    )


def _placed(*names: str, locality: str = "LOCAL") -> list[PartitionedIndex]:
    return [PartitionedIndex(owner="shop", table_name="t", index_name=name, locality=locality) for name in names]


GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
PRIMARY = _index("PRIMARY", "id", unique=True)
UNIQUE = _index("u", "a", "b", unique=True, nullable="")
B, BC = _index("b", "b"), _index("bc", "b", "c")
INT_MAX = 2**31 - 1
FEW = _counted(3)
MANY = [_table(f"t{n}") for n in range(2499)]

CASES = [
    Case("SCH001", [_table("t"), *PRIMARY]),
    Case("SCH001", [_table("t"), *PRIMARY, _table("log"), *B], [("shop.log", Severity.LOW)]),
    Case("SCH001", [_table("log", rows=1_000_000)], [("shop.log", Severity.MEDIUM)], label="large"),
    Case("SCH001", [_table("t"), _split()], [("shop.t", Severity.LOW)], label="partitioned"),
    Case("SCH001", [_table("t"), (PartitionedTable, GONE)], [("shop.t", Severity.LOW)], label="partitions unknown"),
    Case("SCH001", [_table("t"), *(B * 60000)], not_assessed=True, label="indexes cut off"),
    Case("SCH001", [_table("t"), _table("t")], [("shop.t", Severity.LOW)], label="listed twice"),
    Case(
        "SCH001",
        [_table("t"), TableChanges(table_owner="shop", table_name="t", changes=1, added_rows=1_000_000)],
        [("shop.t", Severity.MEDIUM)],
        label="grown since the statistics",
    ),
    Case("SCH001", [_table("t"), *UNIQUE], label="a unique key of required columns"),
    Case("SCH001", [_table("t"), *UNIQUE, _split()], label="a unique key, partitioned"),
    Case("SCH001", [_table("t"), *UNIQUE[1:]], [("shop.t", Severity.LOW)], label="a unique key not read in full"),
    *(
        Case(
            "SCH001",
            [_table("t"), *_index("u", *columns, unique=True, **parts)],
            [("shop.t", Severity.LOW)],
            label=label,
        )
        for label, columns, parts in (
            ("a unique key with NULL", ("a",), {"nullable": "YES"}),
            ("a unique key, NULL unknown", ("a",), {}),
            ("a unique key of a prefix", ("a(10)",), {"nullable": ""}),
            ("a unique key that is not built", ("a",), {"nullable": "", "comment": "UNUSABLE"}),
        )
    ),
    Case("SCH002", [*PRIMARY, *B, *_index("cb", "c", "b")]),
    Case("SCH002", [*PRIMARY, *_index("more", "id", "b")], label="PRIMARY is needed though another begins with it"),
    Case("SCH002", [*B, *BC], [("shop.t.b", Severity.LOW)]),
    Case("SCH002", [*B, *BC, *B], [("shop.t.b", Severity.LOW)], label="repeated rows"),
    Case("SCH002", [*B, *_index("b2", "b")], [("shop.t.b2", Severity.LOW)], label="duplicate, one of the pair"),
    Case("SCH002", [*B, *_index("u", "b", unique=True)], [("shop.t.b", Severity.LOW)], label="the unique one stays"),
    Case("SCH002", [*_index("u", "id", unique=True), *PRIMARY], [("shop.t.u", Severity.LOW)], label="repeats PRIMARY"),
    Case("SCH002", [*_index("u", "b", unique=True), *BC], label="unique is not a prefix"),
    Case("SCH002", [*_index("p", "c(10)"), *_index("cb", "c", "b")], label="prefix length differs"),
    Case(
        "SCH002",
        [*_index("p", "c(10)"), *_index("cb", "c(10)", "b")],
        [("shop.t.p", Severity.LOW)],
        label="same length",
    ),
    Case("SCH002", [*_index("f", "b", kind="FULLTEXT"), *BC], label="full text"),
    Case("SCH002", [*B, *_index("bc", "b", "c", visible="NO")], label="cover invisible"),
    Case("SCH002", [*B, *_index("bc", "b", "c", comment="UNUSABLE")], label="cover unusable"),
    Case("SCH002", [*_index("e", "SYS_NC19$"), *_index("e2", "SYS_NC19$", "b")], label="expressions"),
    Case("SCH002", [*_index("b", "b"), *_index("bc", "b", "c", table="u")], label="another table"),
    Case(
        "SCH002",
        [*B, *BC, *_index("bcd", "b", "c", "d")],
        [("shop.t.b", Severity.LOW), ("shop.t.bc", Severity.LOW)],
        label="chain",
    ),
    Case("SCH002", [*B, *BC, _split(), *_placed("bc")], label="global beside local"),
    Case("SCH002", [*B, *BC, _split(), *_placed("b")], label="local beside global"),
    Case("SCH002", [*B, *BC, _split(), *_placed("b", "bc")], [("shop.t.b", Severity.LOW)], label="both local"),
    Case("SCH002", [*B, *BC, _split()], [("shop.t.b", Severity.LOW)], label="both global"),
    Case("SCH002", [*B, *BC, _split(), *_placed("b", "bc", locality="GLOBAL")], label="partitions of their own"),
    Case("SCH002", [*B, *BC, *_placed("bc", locality="GLOBAL")], label="cover with partitions of its own"),
    Case(
        "SCH002",
        [*PRIMARY, *_index("i", "id"), _split(), *_placed("i")],
        [("shop.t.i", Severity.LOW)],
        label="the key is as local as its table",
    ),
    Case("SCH002", [*PRIMARY, *_index("i", "id"), _split()], label="global beside the key"),
    Case("SCH002", [*B, *BC, _split("u")], [("shop.t.b", Severity.LOW)], label="another table is partitioned"),
    Case("SCH002", [*B, *BC, *_key("b")], label="a foreign key needs it"),
    Case("SCH002", [*B, *BC, *_key("c")], [("shop.t.b", Severity.LOW)], label="a foreign key on others"),
    Case("SCH002", [*B, *BC, *_key("b", table="u")], [("shop.t.b", Severity.LOW)], label="a foreign key elsewhere"),
    Case(
        "SCH002",
        [
            *(row for name in ("u", "PRIMARY") for row in _index(name, "id", unique=True, table="p")),
            *_key("b", parent="u"),
        ],
        label="a foreign key refers to it",
    ),
    Case("SCH002", [*B, *BC, (ForeignKeyColumn, GONE)], [("shop.t.b", Severity.LOW)], label="keys unseen"),
    Case("SCH002", [*B, *BC, (PartitionedTable, GONE)], not_assessed=True, label="partitions unknown"),
    Case("SCH002", [*B, *BC, (PartitionedIndex, GONE)], not_assessed=True, label="localities unknown"),
    Case("SCH003", _auto("int(11)", 1_000_001), label="cache only"),
    Case("SCH003", [*_auto("tinyint(4)", 127), FEW], not_assessed=True, label="type within the cache"),
    Case("SCH003", [*_auto("tinyint(4)", 127, 127), _counted(1)], not_assessed=True, label="id 126, explicit"),
    Case("SCH003", _auto("smallint(6)", 32767, 31999), [("shop.t", Severity.CRITICAL)], label="began near its end"),
    Case("SCH003", _auto("smallint(6)", 32000, 31999), not_assessed=True, label="nothing handed out since"),
    Case("SCH003", _auto("smallint(6)", 32767, 40000), not_assessed=True, label="beyond the type"),
    Case("SCH003", [*_auto("smallint(6)", 19_659), FEW], label="cache ends below"),
    Case("SCH003", [*_auto("smallint(6)", 19_661), FEW], not_assessed=True, label="cache may be any"),
    Case("SCH003", [*_auto("mediumint(9)", 8_000_001), _counted(1)], not_assessed=True, label="a cache of its own"),
    Case(
        "SCH003", [*_auto("smallint(6)", 32767), _counted(31_500)], [("shop.t", Severity.CRITICAL)], label="rows tell"
    ),
    Case("SCH003", [*_auto("tinyint(4)", 127), _counted(128)], not_assessed=True, label="more rows than values"),
    Case(
        "SCH003",
        [*_auto("int(11)", INT_MAX, INT_MAX), (TableStatistics, GONE)],
        [("shop.t", Severity.CRITICAL)],
        label="no statistics",
    ),
    Case(
        "SCH003",
        _auto("bigint(20) unsigned", 2**64 - 1, 2**64 - 1),
        [("shop.t", Severity.CRITICAL)],
        label="the widest type",
    ),
    Case("SCH003", _auto("int(10) unsigned", INT_MAX + 1_000_000), label="unsigned is half empty"),
    Case("SCH003", _auto("int(11)", int(INT_MAX * 0.6) + 100_000_001), [("shop.t", Severity.LOW)], label="low"),
    Case("SCH003", _auto("int(11)", int(INT_MAX * 0.6) + 99_999_999), not_assessed=True, label="one cache less"),
    Case("SCH003", _auto("int(11)", int(INT_MAX * 0.75) + 100_000_001), [("shop.t", Severity.MEDIUM)], label="medium"),
    Case(
        "SCH003", _auto("int(11)", None, int(INT_MAX * 0.85) + 100_000_001), [("shop.t", Severity.HIGH)], label="sync"
    ),
    Case("SCH003", _auto("int(11)", INT_MAX, INT_MAX), [("shop.t", Severity.CRITICAL)], label="full"),
    Case("SCH003", _auto("bigint(20)", 10**15)),
    Case("SCH003", [_number("id", "int(11)", auto=True)], label="no counter"),
    Case("SCH004", [*PRIMARY, *(row for n in range(9) for row in _index(f"i{n}", "b"))]),
    Case("SCH004", [row for n in range(10) for row in _index(f"i{n}", "b", "c")], [("shop.t", Severity.LOW)]),
    Case(
        "SCH004", [row for n in range(20) for row in _index(f"i{n}", "b")], [("shop.t", Severity.MEDIUM)], label="more"
    ),
    Case("SCH005", [_table("t"), *(_number(name, "double") for name in ("latitude", "coffee", "priced"))]),
    Case("SCH005", [_table("t"), _number("total_amount", "double")], [("shop.t.total_amount", Severity.LOW)]),
    Case(
        "SCH005",
        [_table("t"), _number("unitPrice", "float(10,2)")],
        [("shop.t.unitPrice", Severity.LOW)],
        label="camel",
    ),
    Case(
        "SCH005",
        [_table("t"), _number("price", "int(11)", auto=True), _number("fee_rate", "double")],
        label="no amount",
    ),
    Case("SCH005", [_table("u"), _number("price", "double")], label="a view"),
    Case(
        "SCH005",
        [_table("t"), replace(_number("price", "double"), extra="STORED GENERATED")],
        [("shop.t.price", Severity.LOW)],
        label="generated",
    ),
    *(
        Case("SCH005", [_table("t"), _number(name, "double")], [(f"shop.t.{name}", Severity.LOW)], label=name)
        for name in ("cost", "shipping_cost", "priceEur", "monthly_revenue", "total_paid")
    ),
    Case(
        "SCH005",
        [_table("t"), *(_number(name, "double") for name in ("cost_time", "cpu_cost", "price_index", "income_share"))],
        label="measures of work and relations",
    ),
    Case("SCH006", [_table("a"), _text("gb18030"), _text("gb18030_2022"), _text("utf16")]),
    Case("SCH006", [_table("a", collation="latin1_swedish_ci")], label="no text in it"),
    Case("SCH006", [_table("a", collation="latin1_swedish_ci"), _text("latin1")], [("shop.a", Severity.LOW)]),
    Case("SCH006", [_table("a"), _text("gbk")], [("shop.a", Severity.LOW)], label="gbk in a table of utf8mb4"),
    Case("SCH006", [_table("a"), _text("gbk", table="v")], label="a view"),
    Case("SCH006", [_table("a"), _text("ascii")], label="codes in ASCII"),
    Case("SCH006", [_table("a"), _text("latin1", kind="char", collation="latin1_bin")], label="codes by bytes"),
    *(
        Case(
            "SCH006",
            [_table("a"), _text("latin1", kind=kind, collation=collation)],
            [("shop.a", Severity.LOW)],
            label=label,
        )
        for label, kind, collation in (
            ("CHAR of the default collation", "char", "latin1_swedish_ci"),
            ("text by bytes", "varchar", "latin1_bin"),
            ("collation unknown", "char", None),
        )
    ),
    Case("SCH006", [_table("a"), (NotableColumn, GONE)], not_assessed=True, label="columns unknown"),
    Case("SCH007", [_unit(1), *MANY]),
    Case("SCH007", [_unit(1), *MANY, *B], [("tenant", Severity.LOW)]),
    Case("SCH007", [_unit(2), *MANY, *B], label="twice the memory"),
    Case("SCH007", [_unit(1), *(_table(f"t{n}") for n in range(8_000))], [("tenant", Severity.MEDIUM)], label="medium"),
    Case("SCH007", [_unit(1), *(_table(f"t{n}") for n in range(16_000))], [("tenant", Severity.HIGH)], label="high"),
    Case("SCH007", [*MANY], not_assessed=True),
    Case("SCH008", [*PRIMARY, *B]),
    Case("SCH008", _index("b", "b", "c", comment="UNUSABLE"), [("shop.t.b", Severity.MEDIUM)]),
    Case("SCH009", _index("i", *"abcdef")),
    Case("SCH009", _index("i", *"abcdefg"), [("shop.t.i", Severity.LOW)]),
    Case("SCH009", _index("PRIMARY", *"abcdefghijkl", unique=True), [("shop.t.PRIMARY", Severity.MEDIUM)], label="key"),
    Case("SCH009", _index("i", *"abcdefgh", kind="FULLTEXT"), label="full text"),
    Case("SCH009", _index("i", *"abcdef", "__doc_id_1", "__vid_2"), label="parts that the server added"),
    Case("SCH006", [_table("a"), _table("a"), _text("gbk")], [("shop.a", Severity.LOW)], label="listed twice"),
    Case("SCH007", [_unit(1), *MANY, *MANY], label="listed twice"),
    Case("SCH023", [*_key("b"), *BC], label="leads an index"),
    Case("SCH023", [*_key("c", "b"), *BC], label="in another order"),
    Case("SCH023", [*_key("id"), *PRIMARY], label="leads the primary key"),
    Case("SCH023", [*_key("c"), *BC], [("shop.t.fk", Severity.LOW)]),
    Case("SCH023", [*_key("b", "d"), *BC], [("shop.t.fk", Severity.LOW)], label="in part"),
    Case("SCH023", [*_key("b"), *_index("i", "b", visible="NO")], [("shop.t.fk", Severity.LOW)], label="invisible"),
    Case("SCH023", [*_key("b", table="u"), *B], [("shop.u.fk", Severity.LOW)], label="another table"),
    Case("SCH023", [*BC], label="no foreign keys"),
    Case("SCH024", _joined("bigint(20)", "bigint(20) unsigned")),
    Case("SCH024", _joined("bigint(20)", "varchar"), [("shop.b.order_no", Severity.LOW)], label="text and number"),
    Case(
        "SCH024",
        _joined("varchar", "bigint(20)", unique=False),
        [("shop.b.order_no", Severity.LOW)],
        label="text and number, neither unique",
    ),
    Case("SCH024", _joined("bigint(20)", "int(11)"), [("shop.b.order_no", Severity.LOW)], label="narrower"),
    Case("SCH024", _joined("int(11)", "bigint(20)"), label="wider"),
    Case("SCH024", _joined("bigint(20)", "int(11)", unique=False), label="narrower, neither unique"),
    Case(
        "SCH024",
        _joined("varchar", "varchar", "utf8mb4_general_ci", "utf8mb4_bin"),
        [("shop.b.order_no", Severity.LOW)],
        label="other collation",
    ),
    Case(
        "SCH024",
        _joined("varchar", "char", "utf8mb4_general_ci", "gbk_chinese_ci"),
        [("shop.b.order_no", Severity.LOW)],
        label="other character set",
    ),
    Case("SCH024", _joined("varchar", "char", "utf8mb4_bin", "utf8mb4_bin"), label="one collation"),
    Case("SCH024", _joined("varchar", "varchar", "utf8mb4_bin", ""), label="collation unknown"),
    Case(
        "SCH024",
        [
            *_joined("bigint(20)", "bigint(20)"),
            _table("c"),
            replace(_part("c", "smallint(6)", key="PRI"), extra="auto_increment"),
        ],
        label="numbers rows of its own",
    ),
    Case("SCH024", _joined("varchar", "bigint(20)", name="code"), label="a name that could be anything"),
    Case("SCH024", _joined("varchar", "bigint(20)")[1:], label="a view"),
    Case("SCH024", [_table("a"), _part("a", "varchar"), _part("b", "bigint(20)", key="")], label="part of no key"),
    Case(
        "SCH024",
        [*_joined("varchar", "varchar", "utf8mb4_bin", "utf8mb4_bin"), _table("c"), _part("c", "int(11)")],
        [("shop.c.order_no", Severity.LOW)],
        label="one of three",
    ),
    Case("SCH026", [*PRIMARY, *B]),
    Case("SCH026", _index("b", "b", "c", visible="NO"), [("shop.t.b", Severity.LOW)]),
    Case("SCH028", [*_index("u", "a", "b", unique=True, nullable=""), *BC]),
    Case("SCH028", _index("u", "a", "b", unique=True, nullable="YES"), [("shop.t.u", Severity.LOW)]),
    Case("SCH028", _index("u", "a", unique=True, nullable="YES"), label="of one column"),
    Case("SCH028", _index("i", "a", "b", nullable="YES"), label="not unique"),
    Case("SCH028", _index("u", "a", "b", unique=True, nullable="YES")[1:], label="not read in full"),
    Case("SCH029", [_table("orders"), _table("groups"), _table("status")]),
    Case("SCH029", [_table("Group"), _table("Group")], [("shop.Group", Severity.LOW)]),
    Case("SCH027", [*_cascading("NO ACTION"), *PRIMARY]),
    Case("SCH027", [*_cascading(), _counted(9_999)]),
    Case("SCH027", [*_cascading(), _counted(10_000)], [("shop.t.fk", Severity.LOW)]),
    Case("SCH027", [*_cascading(), _counted(10_000_000)], [("shop.t.fk", Severity.MEDIUM)], label="very large"),
    Case("SCH027", [*_cascading(), _counted(5), _added(9_995)], [("shop.t.fk", Severity.LOW)], label="grown"),
    Case("SCH027", [*_cascading(), _counted(None)], not_assessed=True, label="rows unknown"),
    Case("SCH027", [*_cascading("SET NULL"), _counted(10**6)], label="sets NULL"),
    Case("SCH027", [*_cascading(None), _counted(10**6)], not_assessed=True, label="rule unknown"),
]
