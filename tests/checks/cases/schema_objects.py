"""Cases of the checks on partitions, sequences, foreign keys and other objects."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any

from agent.facts.schema import (
    BusinessObject,
    DynamicPartitions,
    IndexColumn,
    NotableColumn,
    PartitionedIndex,
    PartitionedTable,
    Sequence,
    Table,
    TableChanges,
    TableStatistics,
)
from agent.facts.settings import Parameter, Variable
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
NO_VIEW = Unavailable(UnavailableKind.NO_VIEW, Text("no"))


def _sequence(last: int, **parts: Any) -> Sequence:
    values = {"min_value": 1, "max_value": 101, "increment_by": 1, "cycle_flag": "N"}
    return Sequence(sequence_owner="shop", sequence_name="s", last_number=last, **{**values, **parts})


def _split(method: str = "HASH", **parts: Any) -> PartitionedTable:
    values = {
        "expression": "id",
        "partitions": 4,
        "pieces": 4,
        "subpartitions": None,
        "table_rows": None,
        "largest_rows": None,
        "first_bound": None,
        "last_bound": None,
        "catch_all_pieces": 0,
        "catch_all_rows": None,
    }
    return PartitionedTable(table_schema="shop", table_name="t", method=method, **{**values, **parts})


def _days(first: int, last: int, partitions: int = 2) -> PartitionedTable:
    """A table whose first and last partition end in so many days from now."""
    bounds = [f"'{(NOW + timedelta(days=days)).date()} 00:00:00'" for days in (first, last)]
    return _split("RANGE COLUMNS", partitions=partitions, first_bound=bounds[0], last_bound=bounds[1])


def _gathered(first: int, last: int) -> PartitionedTable:
    return dataclasses.replace(_days(first, last), table_rows=10)


def _analyzed(days: float) -> TableStatistics:
    """Statistics of ten rows that are so old."""
    gathered = NOW - timedelta(days=days)
    return TableStatistics(
        owner="shop", table_name="t", num_rows=10, avg_row_len=8, last_analyzed=gathered, stattype_locked=None
    )


def _hours(first: int, last: int, spelling: str = "'%Y-%m-%d %H:%M:%S'", **parts: Any) -> PartitionedTable:
    """A table by hours whose first and last partition end in so many hours from now."""
    start, end = ((NOW + timedelta(hours=hours)).strftime(spelling) for hours in (first, last))
    return _plain(start, end, last - first + 1, **parts)


def _below(first: object, last: object, subpartitions: int = 12, **parts: Any) -> PartitionedTable:
    """A table by hash whose subpartitions are by range."""
    values = {"first_bound": str(first), "last_bound": str(last), "subpartitions": subpartitions, **parts}
    return _split("HASH", expression="d", partitions=2, pieces=24, **values)


def _called(expression: str, last: object) -> PartitionedTable:
    return _split("RANGE", expression=expression, partitions=1, first_bound=str(last), last_bound=str(last))


def _plain(first: object, last: object, partitions: int = 3, **parts: Any) -> PartitionedTable:
    """Bounds of a column that is no date by type."""
    return _split("RANGE", expression="d", partitions=partitions, first_bound=str(first), last_bound=str(last), **parts)


def _overgrown(last: int, rows: int | None) -> PartitionedTable:
    """A table whose last bound lies so many days ahead, and so many rows in a partition for the rest."""
    return dataclasses.replace(_days(last - 30, last, 3), catch_all_pieces=1, catch_all_rows=rows)


def _written(changes: int, added: int | None = None) -> TableChanges:
    added = changes if added is None else added
    return TableChanges(table_owner="shop", table_name="t", changes=changes, added_rows=added)


def _seconds(month: int, day: int = 1) -> int:
    """Midnight of that day of 2026 in UTC+8, since 1970."""
    return int(datetime(2026, month, day, tzinfo=timezone(timedelta(hours=8))).timestamp())


def _listed(first: str, last: str, partitions: int = 3, **parts: Any) -> PartitionedTable:
    return _split("LIST COLUMNS", expression="d", partitions=partitions, first_bound=first, last_bound=last, **parts)


_DYNAMIC = DynamicPartitions(database_name="shop", table_name="t", time_unit="DAY", precreate_time="3HOUR")
_CHINA = Variable(name="time_zone", value="+08:00")
# The midnight that begins the 25th in China, spelled in several ways.
_INSTANT = _seconds(11, 25)
_SAME = [
    ("a call of UNIX_TIMESTAMP", _called("UNIX_TIMESTAMP(`d`)", _INSTANT)),
    ("days", _called("to_days(`d`)", datetime(2026, 11, 25).toordinal() + 365)),
    ("milliseconds", _plain(_seconds(10, 25) * 1000, _INSTANT * 1000, 2)),
    ("a date", _plain("'2026-10-25'", "'2026-11-25'", 2)),
    ("a number", _plain(20261025, 20261125, 2)),
]


def _table(name: str, *, rows: int = 0, collation: str = "utf8mb4_general_ci") -> Table:
    return Table(
        table_schema="shop",
        table_name=name,
        table_rows=rows,
        data_length=0,
        table_collation=collation,
        create_time=None,
    )


def _index(name: str, *columns: str) -> list[IndexColumn]:
    return [
        IndexColumn(
            table_schema="shop",
            table_name="t",
            index_name=name,
            non_unique=True,
            seq_in_index=seq,
            column_name=column,
            sub_part=None,
            index_type="BTREE",
            is_visible="YES",
            comment="VALID",
        )
        for seq, column in enumerate(columns, 1)
    ]


def _first_column(view: str) -> NotableColumn:
    return NotableColumn(
        table_schema="shop", table_name=view, column_name="a", data_type="int", column_type="int(11)", extra=""
    )


def _invalid(kind: str) -> BusinessObject:
    return BusinessObject(owner="shop", object_name="v", object_id=500_001, object_type=kind, status="INVALID")


FOUND = [("shop.t", LOW)]
TODAY = NOW.date()
LARGE = _split(table_rows=10**6)
EVEN = dataclasses.replace(LARGE, table_name="even", largest_rows=250_000)
SKEWED = dataclasses.replace(LARGE, table_name="skewed", largest_rows=10**6)
ROOM = Parameter(scope="TENANT", name="max_partition_num", value="65536")
LOCAL = PartitionedIndex(owner="shop", table_name="t", index_name="k", locality="LOCAL")
BIN = "utf8mb4_bin"

CASES = [
    Case("SCH010", [_sequence(60)]),
    Case("SCH010", [_sequence(61)], [("shop.s", LOW)]),
    Case("SCH010", [_sequence(76)], [("shop.s", MEDIUM)], label="medium"),
    Case("SCH010", [_sequence(86)], [("shop.s", HIGH)], label="high"),
    Case("SCH010", [_sequence(500)], [("shop.s", Severity.CRITICAL)], label="cache beyond the end"),
    Case("SCH010", [_sequence(100, cycle_flag="Y")], label="cycles"),
    Case("SCH010", [_sequence(-61, min_value=-101, max_value=-1, increment_by=-1)], [("shop.s", LOW)], label="falling"),
    Case("SCH010", [_sequence(-10, min_value=-101, max_value=-1, increment_by=-1)], label="falling, young"),
    Case("SCH011", [_split(pieces=1023)]),
    Case("SCH011", [_split(pieces=1024)], FOUND),
    Case("SCH011", [_split(pieces=4096)], [("shop.t", MEDIUM)], label="medium"),
    Case("SCH011", [_split(pieces=7500)], [("shop.t", HIGH)], label="near the end"),
    Case("SCH011", [_split(pieces=7500), ROOM], label="room was made"),
    Case("SCH011", [_split(pieces=8192), ROOM], FOUND, label="an eighth of the room that was made"),
    Case("SCH011", [_split(pieces=60_000), ROOM], [("shop.t", HIGH)], label="near the end of the room that was made"),
    Case("SCH012", [_days(-17, 15)]),
    Case("SCH012", [_days(-17, 14)], FOUND),
    Case("SCH012", [_days(-27, 3)], [("shop.t", MEDIUM)], label="medium"),
    Case("SCH012", [_days(-30, 0), _days(-400, -9)], label="told as past"),
    Case("SCH012", [_days(-17, 14), _DYNAMIC], label="the server adds them"),
    Case("SCH012", [_listed("'2026-11-20'", "'2026-11-23'", 4)], [("shop.t", MEDIUM)], label="list by day"),
    Case(
        "SCH012",
        [_listed("('2026-11-20',1)", "('2026-11-23',1),('2026-11-23',2)", 4)],
        [("shop.t", MEDIUM)],
        label="list by day and more",
    ),
    Case("SCH012", [_listed("'2026-11-20'", "'2026-11-25'", 6)], label="list, two days ahead"),
    Case("SCH012", [_listed("20261120", "20261123", 4)], [("shop.t", MEDIUM)], label="list of numbers"),
    Case("SCH022", [_listed("202609", "202610", 2)], label="list of campaigns"),
    Case("SCH012", [_listed("20261120", "20261123", 4, catch_all_pieces=1)], label="list with one for the rest"),
    Case("SCH012", [_listed("'HZ'", "'SH'"), _listed("1", "9")], label="lists of no dates"),
    Case("SCH022", [_days(-30, 0)], [("shop.t", HIGH)], label="today"),
    Case("SCH022", [_days(-30, 1)], label="tomorrow"),
    Case("SCH022", [_days(-400, -30)], [("shop.t", HIGH)], label="just over"),
    Case("SCH022", [_days(-400, -31)], label="closed archive"),
    Case("SCH022", [_gathered(-400, -31), _written(1)], [("shop.t", HIGH)], label="written to"),
    Case("SCH022", [_days(-400, -31), _written(1)], not_assessed=True, label="written to, perhaps to fill it"),
    Case("SCH022", [_gathered(-400, -31), _written(10), _analyzed(1.9)], not_assessed=True, label="filled before"),
    Case("SCH022", [_gathered(-400, -31), _written(10), _analyzed(2)], [("shop.t", HIGH)], label="written to later"),
    Case("SCH022", [_gathered(-400, -31), _written(11), _analyzed(1)], [("shop.t", HIGH)], label="outgrown"),
    Case("SCH022", [_gathered(-400, -31), _written(9, 8), _analyzed(1)], [("shop.t", HIGH)], label="changed"),
    Case("SCH022", [_gathered(-400, -31)], label="closed archive with statistics"),
    Case("SCH022", [_days(-400, -31), (TableChanges, NO_VIEW)], not_assessed=True, label="changes unknown"),
    Case("SCH022", [_days(-400, -9), _DYNAMIC], [("shop.t", HIGH)], label="the server should have added one"),
    Case("SCH022", [_overgrown(-9, 10**6)], label="a partition for the rest"),
    Case("SCH022", [_listed("'2026-11-18'", "'2026-11-20'", 3)], [("shop.t", HIGH)], label="list by day"),
    *(Case("SCH012", [table, _CHINA], [("shop.t", MEDIUM)], label=f"China, {name}") for name, table in _SAME),
    *(Case("SCH022", [table, _CHINA], label=f"China, {name}") for name, table in _SAME),
    Case("SCH012", [_days(-7, 3, partitions=11)], label="daily, three days ahead"),
    Case("SCH012", [_days(-9, 1, partitions=11)], [("shop.t", MEDIUM)], label="daily, the last one"),
    Case("SCH012", [_called("to_days(`d`)", TODAY.toordinal() + 365 + 10)], FOUND, label="to_days"),
    Case("SCH012", [_called("UNIX_TIMESTAMP(d)", int(NOW.timestamp()) + 10 * 86400)], FOUND, label="unix_timestamp"),
    Case("SCH012", [_called("year(d)", 2027)], label="year"),
    Case(
        "SCH012", [_called("d", 20261124), _called("to_days(d) div 7", 1), _called("to_days(d)", "x")], label="no date"
    ),
    Case("SCH012", [_called("to_seconds(d)", (TODAY.toordinal() + 365 + 10) * 86400)], FOUND, label="to_seconds"),
    Case("SCH012", [_hours(-20, 4)], label="hourly, four hours ahead"),
    Case("SCH012", [_hours(-20, 2)], label="hourly, this and the next"),
    Case("SCH012", [_hours(-20, 1)], [("shop.t", HIGH)], label="hourly, the last one"),
    Case("SCH012", [_hours(-20, 1, "%Y%m%d%H")], [("shop.t", HIGH)], label="hour as a number"),
    Case("SCH012", [_hours(-20, 1, "'%Y%m%d%H'")], [("shop.t", HIGH)], label="hour as text"),
    Case("SCH012", [_hours(-20, 1, "%Y%m%d%H0000")], [("shop.t", HIGH)], label="hour and seconds as a number"),
    Case("SCH012", [_hours(-20, 4, "%Y%m%d%H")], label="hour as a number, four ahead"),
    Case("SCH012", [_plain(2026110100, 2026112400, 24 * 23 * 2 + 1)], label="ids, closer than an hour"),
    Case("SCH012", [_days(-9, 2, partitions=12)], label="daily, tomorrow's is there"),
    Case("SCH012", [_below("'2026-11-13'", "'2026-11-24'")], [("shop.t", MEDIUM)], label="subpartitions"),
    Case("SCH012", [_below(20261113, 20261124)], [("shop.t", MEDIUM)], label="subpartitions by numbers"),
    Case(
        "SCH012", [_below("'2026-11-15'", "'2026-11-26'")], [("shop.t", MEDIUM)], label="subpartitions cannot be added"
    ),
    Case("SCH012", [_below("'2026-12-01'", "'2027-11-01'")], label="subpartitions ahead"),
    Case("SCH012", [_below(20261113, 20261124, catch_all_pieces=2)], label="subpartitions for the rest"),
    Case("SCH012", [_below(None, None, 4), _split("LIST", subpartitions=None)], label="neither is by range"),
    Case("SCH012", [_overgrown(9, 10**6)], label="a partition for the rest"),
    Case("SCH012", [_plain("'2026/10/01'", "'2026/12/01'")], FOUND, label="day with slashes"),
    Case("SCH012", [_plain(20261001, 20261201)], FOUND, label="day as a number"),
    Case("SCH012", [_plain("'20261001'", "'20261201'")], FOUND, label="day as text"),
    Case("SCH012", [_plain("20261001,5", "20261201,9")], FOUND, label="day as a number, and another column"),
    Case("SCH012", [_plain(20261001000000, 20261201000000)], FOUND, label="day and time as a number"),
    Case("SCH012", [_plain(202610, 202612)], FOUND, label="month as a number"),
    Case("SCH012", [_plain("'2026-10'", "'2026-12'")], FOUND, label="month as text"),
    Case("SCH012", [_plain(_seconds(10), _seconds(12))], FOUND, label="seconds"),
    Case("SCH012", [_plain(_seconds(10) * 1000, _seconds(12) * 1000)], FOUND, label="milliseconds"),
    Case("SCH012", [_plain(20200101, 20261201, 20)], FOUND, label="the first one takes years"),
    Case("SCH022", [_plain(_seconds(11, 13), _seconds(11, 23), 11)], [("shop.t", HIGH)], label="midnight of UTC+8"),
    Case("SCH012", [_plain(202601, 202712, 24)], label="months ahead"),
    Case("SCH012", [_plain(202512, 202610)], label="months, closed archive"),
    Case("SCH012", [_plain(20261201, 20261201, 1)], label="one number could be anything"),
    Case("SCH012", [_plain(100000, 300000), _plain(20000000, 40000000), _plain(201000, 202000)], label="ids, round"),
    Case("SCH012", [_plain(200001, 202612, 2612)], label="ids, closer than a day"),
    Case("SCH012", [_plain(1, 20261201), _plain(20260230, 20261201), _plain(0, 202612)], label="ids, one is no date"),
    Case(
        "SCH012",
        [_plain(1_795_000_000, 1_796_000_000), _plain(1_795_000_000_000, 1_796_000_000_000)],
        label="ids, not whole days apart",
    ),
    Case("SCH012", [_plain(1_795_478_401_001, 1_795_651_201_001)], label="ids, not on the second"),
    Case("SCH021", [_overgrown(-6, 10**6)]),
    Case("SCH021", [_overgrown(-7, 1_000)], FOUND),
    Case("SCH021", [_overgrown(-90, 1_000)], [("shop.t", MEDIUM)], label="medium"),
    Case("SCH021", [_overgrown(-90, 999)], label="few rows"),
    Case("SCH021", [_overgrown(-90, None), _written(1_000)], not_assessed=True, label="no statistics"),
    Case("SCH021", [_overgrown(-90, None)], not_assessed=True, label="no statistics, as after a DDL"),
    Case("SCH021", [_overgrown(-90, 0), _written(1_000)], not_assessed=True, label="filled since the statistics"),
    Case("SCH021", [_overgrown(-90, 0), _written(999)], label="few came since the statistics"),
    Case("SCH021", [_overgrown(-90, 0), _written(10**6, 0)], label="only updated since the statistics"),
    Case(
        "SCH021",
        [_overgrown(-90, 0), (TableChanges, NO_VIEW)],
        label="few by statistics, changes unknown",
    ),
    Case("SCH021", [_overgrown(9, None)], label="no statistics, and no need of them yet"),
    Case("SCH021", [_days(-100, -90)], label="no partition for the rest"),
    Case("SCH021", [_plain(1000, 2000, 3, catch_all_pieces=1, catch_all_rows=10**6)], label="no dates"),
    Case(
        "SCH021",
        [_below(20261101, 20261113, 14, catch_all_pieces=2, catch_all_rows=10**6)],
        FOUND,
        label="subpartitions",
    ),
    Case(
        "SCH021",
        [_plain(202608, 202610, 4, catch_all_pieces=8, catch_all_rows=10**6)],
        FOUND,
        label="months as numbers, subpartitions",
    ),
    Case("SCH013", [_split(table_rows=10_000, largest_rows=6_666)]),
    Case("SCH013", [_split(table_rows=10_000, largest_rows=6_667)], FOUND),
    Case(
        "SCH013", [_split(table_rows=20_000, largest_rows=10_000, partitions=8, pieces=8)], FOUND, label="two of eight"
    ),
    Case("SCH013", [_split(table_rows=20_000, largest_rows=19_000, partitions=2, pieces=2)], FOUND, label="one of two"),
    Case(
        "SCH013",
        [_split("KEY", table_rows=200_000, largest_rows=200_000, partitions=16, pieces=16)],
        [("shop.t", MEDIUM)],
        label="all in one",
    ),
    Case("SCH013", [_split("LIST", table_rows=40_000, largest_rows=38_000)], FOUND, label="list"),
    Case(
        "SCH013", [_split("LIST COLUMNS", table_rows=40_000, largest_rows=15_000)], label="list, uneven as regions are"
    ),
    Case(
        "SCH013",
        [_listed("'2026-11-01'", "'2026-12-01'", 4, table_rows=40_000, largest_rows=40_000, pieces=4)],
        label="list of dates, of which most lie ahead",
    ),
    Case("SCH013", [_split(table_rows=10**6, largest_rows=10**6, partitions=1, pieces=1)], label="one partition"),
    Case("SCH013", [_split(table_rows=9_999, largest_rows=9_999)], label="small"),
    Case("SCH013", [_split("RANGE", table_rows=10**6, largest_rows=10**6)], label="range"),
    Case("SCH013", [_split(table_rows=10**6, largest_rows=10**6, pieces=8)], label="subpartitions"),
    Case("SCH013", [_split(), _written(10_000)], not_assessed=True, label="no statistics"),
    Case("SCH013", [_split()], not_assessed=True, label="no statistics, as after a DDL"),
    Case(
        "SCH013",
        [_split(table_rows=5, largest_rows=5), _written(9_995)],
        not_assessed=True,
        label="filled since the statistics",
    ),
    Case("SCH013", [_split(table_rows=5, largest_rows=5), _written(9_994)], label="still small"),
    Case("SCH013", [EVEN, _split(), _written(200_000)], not_assessed=True, label="one without statistics"),
    Case("SCH013", [SKEWED, _split(), _written(200_000)], [("shop.skewed", MEDIUM)], label="one skewed, one unknown"),
    Case("SCH013", [_split("RANGE"), _written(200_000)], label="range without statistics"),
    Case("SCH014", [_invalid("INDEX")], label="index"),
    Case("SCH014", [_invalid("VIEW")], [("shop.v", LOW)]),
    Case("SCH014", [_invalid("VIEW"), _first_column("v")], label="a view that compiles"),
    Case("SCH014", [_invalid("VIEW"), _first_column("w")], [("shop.v", LOW)], label="another view compiles"),
    Case("SCH014", [_invalid("VIEW"), (NotableColumn, NO_VIEW)], not_assessed=True, label="columns unknown"),
    Case(
        "SCH014",
        [_invalid("VIEW"), *[_table(f"t{n}") for n in range(501)]],
        not_assessed=True,
        label="columns of tables",
    ),
    Case("SCH014", [_invalid("DATABASE")], label="a database"),
    Case("SCH019", [_table("a"), _table("b")]),
    Case("SCH019", [_table("a", collation=BIN), *[_table(f"t{n}") for n in range(20)]], label="one of many"),
    Case("SCH019", [_table("a", collation=BIN), *[_table(f"t{n}") for n in range(19)]], [("shop", LOW)]),
    Case("SCH020", [LARGE, *_index("k", "a", "b")], [("shop.t.k", LOW)]),
    Case("SCH020", [_split(table_rows=10**8), *_index("k", "a")], [("shop.t.k", MEDIUM)], label="huge"),
    Case("SCH020", [LARGE, *_index("k", "a"), *_index("PRIMARY", "id"), LOCAL], label="local"),
    Case("SCH020", [_split(table_rows=999_999), *_index("k", "a")], label="small"),
    Case("SCH020", _index("k", "a"), label="unpartitioned table"),
    Case("SCH020", [_split(), *_index("k", "a"), _written(1)], not_assessed=True, label="no statistics"),
    Case("SCH020", [_split(), *_index("k", "a")], not_assessed=True, label="no statistics, as after a DDL"),
    Case("SCH020", [_split(table_rows=1), *_index("k", "a"), _written(10**6)], [("shop.t.k", LOW)], label="grown"),
    Case("SCH020", [LARGE, *_index("k", "a"), _written(10, -9)], [("shop.t.k", LOW)], label="shrunk"),
    Case("SCH020", [_split(), *_index("PRIMARY", "id"), _written(1)], label="no statistics, no index"),
    Case("SCH025", [_days(-60, 30, 4), *_index("k", "a", "b")], [("shop.t.k", LOW)]),
    Case("SCH025", [_days(-60, 30, 4), *_index("k", "a"), LOCAL], label="local"),
    Case(
        "SCH025",
        [_days(-60, 30, 4), *_index("k", "a"), dataclasses.replace(LOCAL, locality="GLOBAL")],
        [("shop.t.k", LOW)],
        label="global with partitions of its own",
    ),
    Case(
        "SCH025",
        [_days(-60, 30, 4), *(dataclasses.replace(row, non_unique=False) for row in _index("k", "a"))],
        label="unique",
    ),
    Case("SCH025", [_split(), *_index("k", "a")], label="by hash"),
    Case("SCH025", [_plain(1000, 2000), *_index("k", "a")], label="by numbers"),
    Case("SCH025", [_days(-60, 30, 2), *_index("k", "a")], label="two partitions"),
]
