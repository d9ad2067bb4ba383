"""Cases of the checks on the optimizer's choice: the index of a scan, and how partitions are joined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn, PartitionedTable
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.terms import Severity
from tests.checks.cases.sql_paths import _BIGINT, _VARCHAR, _index, _ring, _scan, _step, _table, _text
from tests.checks.cases.sql_plans import QUICK, RARE, SLOW, define, scan, step, tree
from tests.checks.cases.sql_texts import _plan
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
A, WORSE, WORST = [("SQL A", LOW)], [("SQL A", MEDIUM)], [("SQL A", HIGH)]

_ORD = _table(
    "`id` bigint(20) NOT NULL,\n`no` varchar(32) NOT NULL,\n`cust` bigint(20),\n`made` datetime,\n`state` int,\n"
    "`note` text,\nPRIMARY KEY (`id`),\nKEY `ix_cust` (`cust`) LOCAL,\nKEY `ix_both` (`cust`, `state`, `made`) LOCAL"
)
_INDEXES = [*_index("PRIMARY", "id"), *_index("ix_cust", "cust"), *_index("ix_both", "cust", "state", "made")]
_NAMES = "ix_cust, ix_both, ord"
_BOTH = "SELECT id FROM ord WHERE cust = ? AND state = ?"
_USES_CUST: dict[str, Any] = {"alias": "ord(ix_cust)", "way": "RANGE SCAN"}


def _chosen(text: str = _BOTH, *, hints: int | None = 0, ring: Any = None, **parts: Any) -> list[Any]:
    """A scan of ord by the index ix_cust that goes through 100,000 rows for ten."""
    found = _scan(**{"names": _NAMES, **_USES_CUST, **parts})
    return [ring or _ring(), _text(text, *[_BIGINT] * text.count("?"), hints=hints), *_INDEXES, _ORD, found]


def _wrong(facts: list[Any], found: Any = (), **other: Any) -> Case:
    return Case("SQL047", facts, list(found), **other)


_BY_NO = "SELECT id FROM ord WHERE no = ?"
_NO_INDEX = _index("ix_nr", "no")


def _sought(number: int, *known: Any, indexes: Any = None) -> list[Any]:
    """A full scan of ord for one value of a text column that has an index, compared with a value of this type."""
    found = _scan(names="ix_nr, ord", way="FULL SCAN")
    return [_ring(), _text(_BY_NO, number), *(indexes or _NO_INDEX), *known, found]


def _number_column(name: str = "no", data_type: str = "varchar") -> NotableColumn:
    return NotableColumn(
        table_schema="shop", table_name="ord", column_name=name, data_type=data_type, column_type=data_type, extra=""
    )


def _part_of(row: IndexColumn, chars: int) -> IndexColumn:
    return replace(row, sub_part=chars)


_KINDS = [replace(_NO_INDEX[0], index_type=kind) for kind in ("FULLTEXT", "SPATIAL")]
_PREFIXED = [_part_of(_NO_INDEX[0], 10)]
_CUST_INDEX, _LONG_INDEX = _index("ix_cust", "cust"), _index("ix_long", "cust", "no")
_BEHIND = [*_CUST_INDEX, _LONG_INDEX[0], _part_of(_LONG_INDEX[1], 9)]
_BY_CUST_NO = "SELECT id FROM ord WHERE cust = ? AND no = ?"


_LAST = "SELECT id FROM ord WHERE cust = ? ORDER BY id LIMIT ?"


def _ended(read: int = 20_000, *, kept: int = 1000, way: str = "FULL SCAN", root: str = "LIMIT") -> list[Any]:
    """A scan that a LIMIT was to end after few rows, and that went through so many as the audit counts."""
    ring = replace(_ring(read), rows_returned=10)
    above = _step(root, place=(0, 0))
    found = _scan(kept=1, output=kept, names=_NAMES, alias="ord", way=way, place=(1, 1))
    return [ring, _text(_LAST, _BIGINT, _BIGINT), *_INDEXES, _ORD, above, found]


_CACHED = SqlTotal(sql_id="A", db_name="shop", executions=10, elapsed_us=10**6, rows_processed=10)


def _not_counted(gone: int) -> list[Any]:
    """A scan that may go through so many rows if its LIMIT does not end it."""
    ended = _scan(gone, 1, output=1000, names=_NAMES, alias="ord", place=(1, 1))
    return [_CACHED, *_ended()[1:-1], ended]


WRONG = [
    _wrong(_chosen(), WORSE, label="an index of one of two columns"),
    _wrong(_chosen(gone=20_000), A, label="at the limit"),
    _wrong(_chosen(gone=2_000_000), WORST, label="very many rows"),
    _wrong(_chosen(gone=19_999, ring=_ring(19_999)), label="not so many rows"),
    _wrong(_chosen(kept=5001, ring=replace(_ring(100_000), rows_returned=50_010)), label="keeps more than a twentieth"),
    _wrong(_chosen(f"{_BOTH} AND made > ?"), WORSE, label="and a range behind them"),
    _wrong(_chosen(f"{_BOTH} AND made IN (?, ?)"), WORSE, label="all three"),
    _wrong(_chosen(way="FULL SCAN", alias="ord"), WORSE, label="no index at all"),
    _wrong(_chosen("SELECT id FROM ord WHERE id > ? AND cust = ?", way="RANGE SCAN", alias="ord"),
           label="a range that no index has behind"),
    _wrong(_chosen(alias="ord(ix_both)"), label="the better index is used"),
    _wrong(_chosen("SELECT id FROM ord WHERE cust = ?"), label="both serve it alike"),
    _wrong(_chosen("SELECT id FROM ord WHERE state = ?", way="FULL SCAN", alias="ord"), label="no index serves it"),
    _wrong(_chosen(f"{_BOTH} AND note LIKE ?"), label="another condition throws them away"),
    _wrong(_chosen(f"{_BOTH} AND (id = ? OR no = ?)"), label="an OR throws them away"),
    _wrong(_chosen(f"{_BOTH} AND id <> ?"), label="an inequality throws them away"),
    _wrong(_chosen("SELECT id FROM ord WHERE made > ?", way="FULL SCAN", alias="ord"), label="a range alone"),
    _wrong(_chosen("SELECT id FROM ord", way="FULL SCAN", alias="ord"), label="no condition"),
    _wrong(_chosen(hints=1), label="a hint decides: SQL026"),
    _wrong(_chosen(hints=None), not_assessed=True, label="hints were not read"),
    _wrong(_sought(_VARCHAR, _ORD), WORSE, label="a text by a text"),
    _wrong(_sought(_VARCHAR), WORSE, label="a text, and no definition is needed"),
    _wrong(_sought(_BIGINT, _ORD), label="a text by a number: SQL023"),
    _wrong(_sought(_BIGINT, _number_column()), label="the dictionary has the column"),
    _wrong(_sought(_BIGINT, _number_column(data_type="bigint")), WORSE, label="a number, as the dictionary has it"),
    _wrong(_sought(_BIGINT), not_assessed=True, label="a number and a column of unknown type"),
    _wrong(_sought(_BIGINT, _number_column("id")), not_assessed=True, label="another column of the dictionary"),
    _wrong(_sought(_VARCHAR, _ORD, indexes=_KINDS[:1]), label="an index of words"),
    _wrong(_sought(_VARCHAR, _ORD, indexes=_KINDS[1:]), label="an index of places"),
    _wrong(_sought(_VARCHAR, _ORD, indexes=_PREFIXED), label="an index of the first characters"),
    _wrong([_ring(), _text(_BY_CUST_NO, _BIGINT, _VARCHAR), *_BEHIND, _ORD, _scan(names="ix_cust, ix_long, ord",
           **_USES_CUST)], label="the first characters behind what both have"),
    _wrong(_chosen(names="ix_cust, ix_both, ix_new, ord"), not_assessed=True, label="an index that was not read"),
    _wrong(_chosen("SELECT id FROM orders WHERE cust = ? AND state = ?"), not_assessed=True, label="by a view"),
    _wrong([row for row in _chosen() if not isinstance(row, CachedPlan)], not_assessed=True, label="no text"),
    _wrong([row for row in _chosen() if not isinstance(row, PlanStep)], not_assessed=True, label="no plan"),
    _wrong(_ended(), A, label="a LIMIT that did not end it"),
    _wrong([_CACHED, *_ended()[1:]], not_assessed=True, label="a LIMIT, and nobody counted"),
    _wrong(_not_counted(20_000), not_assessed=True, label="at the limit, and nobody counted"),
    _wrong(_not_counted(19_999), label="not so many rows, and nobody counted"),
    _wrong([_CACHED, *_ended(way="RANGE SCAN")[1:-1], _scan(1, 1, alias="ord", names=_NAMES, place=(1, 1))],
           label="a short range, and nobody counted"),
    _wrong(_chosen(kept=90_000, ring=replace(_ring(20_000), rows_returned=10_000)), A,
           label="more were expected to be kept"),
    _wrong(_chosen(kept=90_000, ring=replace(_ring(20_000), rows_returned=10_010)), label="more are kept"),
    _wrong(_ended(19_999), label="ended before"),
    _wrong(_ended(kept=1001), label="the index would find as many"),
    _wrong(_ended(root="MERGE GROUP BY"), label="summed up"),
    _wrong([*_ended(), _step("NESTED-LOOP JOIN", place=(2, 2)), _scan(1, 1, names=_NAMES, place=(3, 3))],
           label="which of two scans it was is unknown"),
    _wrong([_ring(average_us=4999), *_chosen()[1:]], label="quick"),
    _wrong([_ring(executions=9), *_chosen()[1:]], label="rare"),
    _wrong([], not_assessed=True, label="empty"),
]  # fmt: skip


def _partitioned(table: str, pieces: int, method: str = "HASH") -> PartitionedTable:
    return PartitionedTable(
        table_schema="shop", table_name=table, method=method, expression=None, partitions=pieces, subpartitions=None,
        pieces=pieces, table_rows=None, largest_rows=None, first_bound=None, last_bound=None, catch_all_pieces=0,
        catch_all_rows=None,
    )  # fmt: skip


def _by(table: str, column: str = "id") -> Any:
    columns = "`id` bigint NOT NULL,\n  `ord_id` bigint NOT NULL,\n  PRIMARY KEY (`id`, `ord_id`)"
    return define(table, columns, f" PARTITION BY HASH(`{column}`) (PARTITION `p0`, PARTITION `p1`)")


_SENDS = "EXCHANGE OUT DISTR (PKEY)"
_JOINED = "SELECT COUNT(*) FROM ord o JOIN line l ON l.ord_id = o.id"


def _pair(
    rows: int = 20_000, *, text: str = _JOINED, sends: str = _SENDS, sends_too: str = "PX PARTITION ITERATOR",
    shape: Any = SLOW, pieces: str = "p[0-7]", lines: Any = None, known: bool = True,
    between: str = "EXCHANGE IN DISTR", methods: tuple[str, str] = ("HASH", "HASH"),
) -> list[Any]:  # fmt: skip
    """Two tables of four and eight partitions, the rows of one of which are sent to those of the other."""
    notes = {"physical_range_rows": 10**6}
    steps = tree(
        step("HASH JOIN", depth=0),
        step(between, depth=1),
        step(sends, depth=2),
        scan("ord", alias="o", depth=3, pieces="p[0-3]", rows=rows, real=10, notes=notes),
        step(sends_too, depth=1),
        scan("line", alias="l", depth=2, pieces=pieces, rows=10, real=rows, notes=notes),
    )
    tables = [_partitioned("ord", 4, methods[0]), _partitioned("line", 8, methods[1])] if known else []
    return [shape, _plan(text), _by("ord"), lines or _by("line", "ord_id"), *tables, *steps]


_BY_IDS = "SELECT COUNT(*) FROM ord o JOIN line l ON l.ord_id = o.ord_id"
_BY_TWO = define(
    "ord", "`id` bigint NOT NULL,\n  `ord_id` bigint NOT NULL,\n  PRIMARY KEY (`id`, `ord_id`)",
    " PARTITION BY KEY(`id`, `ord_id`) (PARTITION `p0`, PARTITION `p1`)",
)  # fmt: skip


def _without(name: str, **parts: Any) -> list[Any]:
    """A pair without the definition of a table."""
    return [
        row for row in _pair(**parts) if getattr(row, "table_name", "") != name or isinstance(row, PartitionedTable)
    ]


PAIRS = [
    Case("SQL039", _pair(), A, label="one side is sent"),
    Case("SQL039", _pair(10_000, sends="EXCHANGE OUT DISTR (HASH)", sends_too="EXCHANGE OUT DISTR (HASH LOCAL)"), A,
         label="both sides are sent"),
    Case("SQL039", _pair(sends="EXCHANGE OUT DISTR (BROADCAST)"), A, label="to everybody"),
    Case("SQL039", _pair(500_000), WORSE, label="half a million"),
    Case("SQL039", _pair(lines=_by("line", "id")), A, label="the other one by another column"),
    Case("SQL039", _pair(text="SELECT COUNT(*) FROM line l, ord o WHERE o.id = l.ord_id"), A, label="other words"),
    Case("SQL039", _pair(19_999), label="few rows"),
    Case("SQL039", _pair(sends="PX PARTITION ITERATOR"), label="joined partition by partition"),
    Case("SQL039", _pair(sends="EXCHANGE OUT DISTR"), label="gathered only"),
    Case("SQL039", _pair(text="SELECT COUNT(*) FROM ord o JOIN line l ON l.id = o.ord_id"),
         label="joined by another column"),
    Case("SQL039", _pair(lines=_by("line", "id"), methods=("HASH", "RANGE COLUMNS")), label="the other one by ranges"),
    Case("SQL039", _pair(lines=_by("line", "id"), methods=("HASH", "LIST")), label="the other one by lists"),
    Case("SQL039", _pair(methods=("HASH", "RANGE")), A, label="the other one by ranges of the joined column"),
    Case("SQL039", _pair(lines=_by("line", "id"), methods=("RANGE", "HASH")), A, label="the joined one by ranges"),
    Case("SQL039", _pair(text=_BY_IDS, methods=("RANGE", "HASH")), label="the first one by ranges of another column"),
    Case("SQL039", _pair(pieces=""), not_assessed=True, label="partitions that are read are unknown"),
    Case("SQL039", _pair(pieces="", known=False), label="unknown, and not partitioned"),
    Case("SQL039", _pair(pieces="p3"), label="one partition is left"),
    Case("SQL039", _pair(pieces="p[0-1]"), A, label="two partitions are left"),
    Case("SQL039", [*_pair(), *(replace(row, plan_hash=2) for row in _pair(500_000) if isinstance(row, PlanStep))],
         WORSE, label="the worse of two plans"),
    Case("SQL039", [*_pair(19_999), *(replace(row, plan_hash=2) for row in _pair() if isinstance(row, PlanStep))],
         A, label="the second of two plans"),
    Case("SQL039", [*_without("ord", lines=_by("line", "id")), _BY_TWO], label="joined by one of two columns"),
    Case("SQL039", _pair(known=False), label="not partitioned"),
    Case("SQL039", _pair(between="HASH GROUP BY"), label="summed up before"),
    Case("SQL039", _pair(shape=QUICK), label="quick"),
    Case("SQL039", _pair(shape=RARE), label="rare"),
    Case("SQL039", _without("ord"), not_assessed=True, label="no definition"),
    Case("SQL039", _without("line"), not_assessed=True, label="no definition of the other one"),
    Case("SQL039", [row for row in _pair() if not isinstance(row, PlanStep)], not_assessed=True, label="no plan"),
    Case("SQL039", [row for row in _pair() if not isinstance(row, CachedPlan)], not_assessed=True, label="no text"),
    Case("SQL039", not_assessed=True, label="empty"),
]  # fmt: skip

CASES = [*WRONG, *PAIRS]
