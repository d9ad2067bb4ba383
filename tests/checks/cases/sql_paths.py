"""Cases of the checks that read the text of a statement beside its plan, its tables and their indexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn
from agent.facts.sql import FORCING, CachedPlan, SqlShape, SqlTotal
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.checks.cases.sql import _shape
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
FOUND, WORSE = [("SQL A", LOW)], [("SQL A", MEDIUM)]
_BIGINT, _DECIMAL, _VARCHAR, _DATE = 5, 39, 22, 41
_GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("not granted"))


def _ring(rows_read: int = 10**9, executions: int = 10, average_us: int = 5000, sql_id: str = "A") -> SqlShape:
    """A statement in the audit; ``rows_read`` of one execution."""
    return _shape(sql_id, executions, elapsed_us=average_us * executions, rows_read=rows_read * executions)


def _text(statement: str, *types: int, plan_hash: int = 1, executions: int = 10, hints: int | None = 0) -> CachedPlan:
    infos = ",".join(f"{{1,0,0,-1,{number}}}" for number in types)
    return CachedPlan(
        sql_id="A", db_id=500_001, plan_id=plan_hash, plan_hash=plan_hash, statement=statement,
        executions=executions, elapsed_time=9, param_infos=infos, forced=hints,
    )  # fmt: skip


def _step(operator: str, alias: str = "", rows: int = 10, *, place: tuple[int, int] = (0, 0), **other: Any) -> PlanStep:
    """An operator at (id, depth)."""
    values = {
        "sql_id": "A", "plan_hash": 1, "id": place[0], "depth": place[1], "operator": operator, "object_alias": alias,
        "object_owner": "", "object_name": "", "object_type": "", "partitions": "", "optimizer": "", "cost": 1,
        "rows_estimated": rows, "rows_real": rows, "real_us": 1,
    }  # fmt: skip
    return PlanStep(**{**values, **other})


def _scan(
    gone: int = 100_000, kept: int = 10, *, alias: str = "ord", name: str = "ord", way: str = "FULL SCAN",
    output: int | None = None, names: str = "ix_no, ord", known: bool = True, owner: str = "shop", **other: Any,
) -> PlanStep:  # fmt: skip
    """A scan of a table of 100,000 rows, with the optimizer's note as the server writes it."""
    note = (
        f"{name}:\n      table_rows:100000\n      physical_range_rows:{gone}\n      index_back_rows:0\n"
        f"      output_rows:{kept if output is None else output}\n      avaiable_index_name:[{names}]\n"
        f"      stats info:[version={'2026-11-29' if known else '1970-01-01'} 08:00:00, is_locked=0, is_expired=0]\n"
    )
    usual = {"object_owner": owner, "object_name": name, "object_type": "BASIC TABLE", "optimizer": note}
    return _step(f"TABLE {way}", alias, kept, **{**usual, **other})


def _index(
    name: str, *columns: str, table: str = "ord", schema: str = "shop", visible: str = "YES"
) -> list[IndexColumn]:
    return [
        IndexColumn(
            table_schema=schema, table_name=table, index_name=name, non_unique=True, seq_in_index=place,
            column_name=column, sub_part=None, index_type="BTREE", is_visible=visible, comment="",
        )
        for place, column in enumerate(columns, 1)
    ]  # fmt: skip


def _table(columns: str, name: str = "ord", schema: str = "shop", charset: str = "utf8mb4") -> TableDefinition:
    text = f"CREATE TABLE `{name}` (\n{columns}\n) DEFAULT CHARSET = {charset}"
    return TableDefinition(table_schema=schema, table_name=name, definition=text)


_ORD = _table(
    "`id` bigint(20) NOT NULL,\n`no` varchar(32) NOT NULL,\n`cust` bigint(20),\n`made` datetime,\n`note` text,\n"
    "`kind` enum('v1','v2'),\nPRIMARY KEY (`id`),\nKEY `ix_no` (`no`) LOCAL"
)
_LINE = _table("`id` bigint(20),\n`ord_no` varchar(32),\n`cust` bigint(20),\nKEY `ix` (`ord_no`)", "line")
_INDEXES = [*_index("PRIMARY", "id"), *_index("ix_no", "no")]
_BY_CUST = "SELECT id FROM ord WHERE cust = ?"
_ASKED = [_ring(), _text(_BY_CUST, _BIGINT), *_INDEXES, _ORD]
_JOINED = "SELECT o.id FROM line l JOIN ord o ON o.cust = l.id WHERE l.ord_no = ?"
_EXISTS = "SELECT id FROM line l WHERE ord_no = ? AND EXISTS (SELECT 1 FROM ord o WHERE o.cust = l.id)"


def _join(text: str, kept: int = 10, operator: str = "HASH JOIN", scan: PlanStep | None = None) -> list[Any]:
    """Few rows of ``line`` joined with the whole of ``ord``."""
    return [
        _ring(), _text(text, _VARCHAR), *_INDEXES, *_index("ix", "ord_no", table="line"), _ORD, _LINE,
        _step(operator, rows=kept),
        _scan(3, 3, alias="l(ix)", name="line", way="RANGE SCAN", names="ix, line", place=(1, 1)),
        scan or _scan(kept=100_000, alias="o", place=(2, 1)),
    ]  # fmt: skip


def _missing(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL022", facts, found or [], **other)


def _with_many(column: str, other: str, definition: TableDefinition | None = None) -> list[Any]:
    """Few rows of ``ord`` by a condition of its own, joined with a whole ``line`` of nearly as many rows."""
    text = f"SELECT o.id FROM line l JOIN ord o ON {column} = {other} WHERE o.made = ?"
    return [
        _ring(), _text(text, _DATE), *_INDEXES, definition or _ORD, _LINE, _step("HASH JOIN", rows=10),
        _scan(10, 90_000, alias="l", name="line", names="ix, line", place=(1, 1)), _scan(alias="o", place=(2, 1)),
    ]  # fmt: skip


def _by_two(conditions: str = "cust = ? AND made = ?", indexes: Sequence[IndexColumn] = ()) -> list[Any]:
    """A scan by an index on the first of two columns that goes through nearly all rows."""
    types = [_BIGINT] * conditions.count("?")
    names = ["ix_no", "ix_c", *dict.fromkeys(row.index_name for row in indexes), "ord"]
    return [
        _ring(), _text(f"SELECT id FROM ord WHERE {conditions}", *types), *_INDEXES, *_index("ix_c", "cust"), *indexes,
        _ORD, _scan(way="RANGE SCAN", alias="ord(ix_c)", names=", ".join(names)),
    ]  # fmt: skip


_NO_RING = (SqlShape, Unavailable(UnavailableKind.NO_VIEW, Text("no such view")))
_TOTAL = SqlTotal(sql_id="A", db_name="shop", executions=100, elapsed_us=10**7, rows_processed=100)


def _two_plans(often: int, *, cached: bool = True) -> list[Any]:
    """A plan that goes through 30,000 rows so often, and one that goes through 200,000 once."""
    once = [_text(_BY_CUST, _BIGINT, plan_hash=2, executions=1)] if cached else []
    plans = [_text(_BY_CUST, _BIGINT, executions=often), *once]
    return [_ring(), *plans, *_INDEXES, _ORD, _scan(30_000), _scan(200_000, plan_hash=2)]


def _sorted(
    text: str = "SELECT id FROM ord ORDER BY made DESC LIMIT ?", *, taken: int = 10, between: str = "",
    sorts: str = "TOP-N SORT", **other: Any,
) -> list[Any]:  # fmt: skip
    """All rows of ``ord`` sorted, and the first of them taken."""
    steps = [_step(sorts, rows=taken), *([_step(between, place=(1, 1))] if between else [])]
    scan = _scan(**{"kept": 100_000, "place": (len(steps), len(steps)), **other})
    return [_ring(), _text(text, *[_BIGINT] * text.count("?")), *_INDEXES, _ORD, *steps, scan]


ORDERED = [
    _missing(_sorted(), WORSE, label="sorts all rows for ten"),
    _missing(_sorted(taken=5_000), WORSE, label="sorts twenty times as many rows as it takes"),
    _missing(_sorted(taken=5_001), label="takes more than a twentieth of what it sorts"),
    _missing(_sorted(gone=19_999, kept=19_999), label="sorts a small table"),
    _missing(_sorted(between="PX PARTITION ITERATOR"), WORSE, label="sorts all partitions for ten rows"),
    _missing(_sorted(between="HASH GROUP BY"), label="sorts groups"),
    _missing(_sorted(sorts="SORT"), label="needs all rows in order"),
    _missing(_sorted(way="GET"), label="sorts rows found by the key"),
    _missing([*_sorted(), *_index("ix_m", "made")], label="an index in the order is not read"),
    _missing([*_sorted(), *_index("ix_m", "cust", "made")], WORSE, label="an index has the order behind a column"),
    _missing(_sorted("SELECT id FROM ord WHERE cust = ? ORDER BY made, id LIMIT ?"), WORSE,
             label="one value of many rows, sorted for ten"),
    _missing([*_sorted("SELECT id FROM ord WHERE cust = ? ORDER BY made LIMIT ?"), *_index("ix_m", "made")], WORSE,
             label="an index has the order without what is asked"),
    _missing([*_sorted("SELECT id FROM ord WHERE cust = ? ORDER BY made LIMIT ?"), *_index("ix_m", "cust", "made")],
             label="an index has what is asked and the order"),
    _missing(_sorted("SELECT id FROM ord WHERE made > ? ORDER BY made LIMIT ?"), WORSE, label="the order by a range"),
    _missing(_sorted("SELECT id FROM ord WHERE cust > ? ORDER BY made LIMIT ?"), label="a range beside the order"),
    _missing(_sorted("SELECT id FROM ord WHERE cust = ? OR no = ? ORDER BY made LIMIT ?"), label="an OR and an order"),
    _missing(_sorted("SELECT id FROM ord ORDER BY made DESC, cust LIMIT ?"), label="an order in two directions"),
    _missing(_sorted("SELECT id FROM ord ORDER BY YEAR(made) LIMIT ?"), label="an order of what is computed"),
    _missing(_sorted("SELECT id, cust AS c FROM ord ORDER BY c LIMIT ?"), label="an order by another name"),
    _missing(_sorted("SELECT id FROM ord ORDER BY note LIMIT ?"), label="an order of long texts"),
    _missing(_sorted("SELECT id FROM ord WHERE made = ? ORDER BY made LIMIT ?"), label="an order of one value"),
    _missing(_sorted("SELECT id FROM ord ORDER BY id LIMIT ?"), label="the order of the key"),
    _missing([row for row in _sorted() if row is not _ORD], not_assessed=True, label="sorted columns are not known"),
    _missing([*_sorted(names="ix_no, ix_new, ord")], not_assessed=True, label="sorts, and an index was not read"),
    _missing([*_join("SELECT l.id FROM line l JOIN ord o ON o.no = l.ord_no ORDER BY o.made LIMIT ?")[:-3],
              _step("TOP-N SORT", rows=10), _scan(kept=100_000, alias="o", place=(1, 1))], label="an order of a join"),
]  # fmt: skip

MISSING = [
    *ORDERED,
    _missing([*_ASKED, _scan()], WORSE),
    _missing([*_ASKED, _scan(20_000)], FOUND, label="at the limit"),
    _missing([*_ASKED, _scan(19_999)], label="a small table"),
    _missing([*_ASKED, _scan(2_000_000)], [("SQL A", HIGH)], label="a large table"),
    _missing([_NO_RING, *_ASKED[1:], _TOTAL, _scan()], WORSE, label="in the plan cache alone"),
    _missing([*_ASKED, _scan(kept=5_000)], WORSE, label="keeps a twentieth"),
    _missing(_two_plans(often=7), FOUND, label="of two plans the one that goes through more in all"),
    _missing(_two_plans(often=6), WORSE, label="of two plans the one that goes through more, executed once"),
    _missing(_two_plans(often=6, cached=False), WORSE, label="of two plans the one that is cached no more"),
    _missing(_two_plans(often=7, cached=False), FOUND, label="of two plans the one that is cached still"),
    _missing([*_ASKED, _scan(kept=5_001)], label="keeps more than a twentieth"),
    _missing([*_ASKED, _scan(kept=1, output=50_000)], label="counts half of the table"),
    _missing([*_ASKED, _scan(kept=10, output=50_000)], label="ends at a LIMIT"),
    _missing([*_ASKED, _scan(kept=10, output=98, rows_real=3)], WORSE, label="finds less than its LIMIT"),
    _missing([*_ASKED, _scan(kept=10, output=98)], label="finds its LIMIT early"),
    _missing([_ring(9_000), *_ASKED[1:], _scan()], label="the audit counted fewer rows"),
    _missing([_ring(executions=9), *_ASKED[1:], _scan()], label="rare"),
    _missing([_ring(average_us=4999), *_ASKED[1:], _scan()], label="quick"),
    _missing([*_ASKED, *_index("ix_c", "cust"), _scan(names="ix_no, ix_c, ord")], label="an index begins with it"),
    _missing([*_ASKED, *_index("ix_m", "made", "cust"), _scan(names="ix_no, ix_m, ord")], WORSE,
             label="an index begins with another column"),
    _missing([*_ASKED, *_index("ix_c", "cust", visible="NO"), _scan()], WORSE, label="an index that is not visible"),
    _missing([*_ASKED, *_index("ix_c", "cust", schema="old"), _scan()], WORSE,
             label="an index of the same table in another database"),
    _missing([*_ASKED, _scan(names="ix_no, ix_new, ord")], not_assessed=True, label="an index that was not read"),
    _missing([*_ASKED[:2], _ORD, _scan()], WORSE, label="indexes by the definition alone"),
    _missing([*_ASKED[:2], _scan()], not_assessed=True, label="no index was read"),
    _missing([*_ASKED[:2], _scan(names="ord")], WORSE, label="a table without any index"),
    _missing([*_ASKED, _scan(way="GET")], label="finds rows by the key"),
    _missing([_ring(), _text("SELECT ID FROM ORD WHERE CUST = ?", _BIGINT), *_INDEXES, _ORD, _scan()], WORSE,
             label="written in capitals"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE cust = ? OR cust = ?", 5, 5), *_INDEXES, _scan()], WORSE,
             label="OR over one column"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE (cust, made) IN ((?, ?), (?, ?))", 5, 41, 5, 41), *_INDEXES,
              _scan()], WORSE, label="a list of pairs"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE made >= ? AND cust = ?", 41, 5), *_INDEXES,
              *_index("ix_m", "made"), _scan(way="RANGE SCAN", alias="ord(ix_m)", names="ix_no, ix_m, ord")], WORSE,
             label="an index for the range alone"),
    _missing(_by_two(), WORSE, label="an index for one of two columns"),
    _missing(_by_two(indexes=_index("ix_mc", "made", "cust")), label="an index for both that is not read"),
    _missing(_by_two("cust = ? AND made = ? AND note LIKE ?"), label="a pattern may keep few"),
    _missing(_by_two("cust = ? AND made = ? AND (no = ? OR id = ?)"), label="an OR may keep few"),
    _missing(_by_two("cust = ? AND made > ? AND id < ?"), label="two ranges: no index has both"),
    _missing(_by_two("cust = ? AND made = ? AND made = id"), label="a comparison in the row may keep few"),
    _missing(_by_two("cust = ? AND made = ? AND id < (SELECT MAX(ord_no) FROM line)"), label="a subquery may keep few"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE made >= ?", 41), *_INDEXES, _scan()], WORSE, label="a range"),
    _missing([_ring(), _text("UPDATE ord SET note = ? WHERE cust = ?", 22, 5), *_INDEXES, _step("UPDATE"),
              _scan(place=(1, 1))], WORSE, label="UPDATE"),
    _missing([_ring(), _text("DELETE FROM ord WHERE cust = ?", 5), *_INDEXES, _step("DELETE"), _scan(place=(1, 1))],
             WORSE, label="DELETE"),
    _missing([_ring(), _text("SELECT n FROM (SELECT id AS n FROM ord WHERE cust = ?) d WHERE n > ?", 5, 5), *_INDEXES,
              _scan()], WORSE, label="in a derived table"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE note LIKE ?", 22), *_INDEXES, _scan()], label="LIKE alone"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE note = ?", 22), *_INDEXES, _ORD, _scan()],
             label="a column that takes no index"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE made = cust"), *_INDEXES, _scan()],
             label="two columns of one row"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE no = ?", _BIGINT), *_INDEXES, _ORD, _scan()],
             label="SQL023 has what is converted"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE no = ? AND cust = ?", _BIGINT, _BIGINT), *_INDEXES, _ORD,
              _scan()], label="an index begins with what is converted"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE no = ? AND cust = ?", _BIGINT, _BIGINT), *_index("ix_m", "made"),
              _ORD, _scan(names="ix_m, ord")], WORSE, label="no index begins with what is converted"),
    _missing([_ring(), _text("SELECT id FROM ord WHERE no > ? AND cust = ?", _BIGINT, _BIGINT), *_INDEXES, _ORD,
              _scan()], WORSE, label="an index begins with what is converted for a range"),
    _missing([_ring(), _text("SELECT id FROM orders WHERE cust = ?", 5), *_INDEXES, _ORD, _scan()], not_assessed=True,
             label="by a view"),
    _missing([_ring(), _text("SELECT (", 5), *_INDEXES, _scan()], not_assessed=True, label="cannot be parsed"),
    _missing([_ring(), _text(_BY_CUST, 5), *_INDEXES], not_assessed=True, label="no plan"),
    _missing([_ring(), *_INDEXES, _scan()], not_assessed=True, label="no text"),
    _missing([], not_assessed=True, label="empty"),
    _missing([*_ASKED, _step("SCALAR GROUP BY", rows=1), _scan(kept=1, known=False, place=(1, 1))], not_assessed=True,
             label="a sum without statistics"),
    _missing([*_ASKED, _step("SCALAR GROUP BY", rows=1), _scan(kept=1, place=(1, 1))], WORSE, label="a sum"),
    _missing(_join(_JOINED), WORSE, label="joined with few rows"),
    _missing(_join(_JOINED, kept=50_000), label="joined with few rows and keeps many"),
    _missing(_join(_JOINED.replace("o.cust", "o.no").replace("l.id", "l.ord_no")),
             label="joined by a column with an index"),
    _missing(_join(_JOINED, operator="NESTED-LOOP JOIN", scan=_scan(alias="o", place=(2, 1))), WORSE,
             label="looked up for each row"),
    _missing(_join(_EXISTS, operator="SUBPLAN FILTER", scan=_scan(alias="o", place=(2, 1))), WORSE,
             label="a subquery for each row"),
    _missing(_join("SELECT o.id FROM line l JOIN ord o ON o.id > l.id WHERE l.ord_no = ?"), label="joined by a range"),
    _missing(_join("SELECT id FROM ord o WHERE cust IN (SELECT id FROM line l WHERE ord_no = ?)"), WORSE,
             label="IN a subquery"),
    _missing(_join("SELECT a.id FROM ord a JOIN line b ON a.cust = b.id JOIN ord o ON o.cust = b.id WHERE o.id = ?",
                   scan=_scan(alias="o", place=(2, 1))), label="a table twice: the conditions of the other name"),
    _missing([_ring(), _text(_BY_CUST, 5, executions=999), _text(_BY_CUST, 5, plan_hash=2, executions=1), *_INDEXES,
              _scan(5000), _scan(plan_hash=2)], label="a plan that hardly ever was used"),
    _missing([_ring(), _text(_BY_CUST, 5, executions=5), _text(_BY_CUST, 5, plan_hash=2, executions=5), *_INDEXES,
              _scan(9, 9), _scan(plan_hash=2)], WORSE, label="the plan that goes through most"),
    _missing([_ring(), _text("SELECT a.ord.id FROM a.ord, b.ord WHERE a.ord.id = b.ord.id AND a.ord.cust = ?", 5),
              _scan(owner="a", place=(0, 0)), _scan(owner="b", place=(1, 0))], not_assessed=True,
             label="two tables of one name"),
]  # fmt: skip

_NUMBERED = "SELECT cust FROM ord WHERE no = ?"


def _converted(text: str = _NUMBERED, *types: int, scan: PlanStep | None = None, table: Any = _ORD) -> list[Any]:
    return [_ring(), _text(text, *(types or (_BIGINT,))), table, scan or _scan()]


def _number(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL023", facts, found or [], **other)


CONVERTED = [
    _number(_converted(), WORSE),
    _number(_converted(_NUMBERED, _VARCHAR), label="a text"),
    _number(_converted(_NUMBERED, _DECIMAL), WORSE, label="a decimal"),
    _number(_converted(_NUMBERED, _DATE), WORSE, label="a date"),
    _number(_converted("SELECT cust FROM ord WHERE NO IN (?, ?)", _VARCHAR, _BIGINT), WORSE, label="one of a list"),
    _number(_converted("SELECT cust FROM ord WHERE no BETWEEN ? AND ?", _BIGINT, _BIGINT), WORSE, label="a range"),
    _number(_converted("SELECT cust FROM ord WHERE no = -?"), WORSE, label="a negative number"),
    _number(_converted("SELECT ?, cust FROM ord WHERE no = ? LIMIT ?", _BIGINT, _VARCHAR, _BIGINT),
            label="numbers for other places"),
    _number(_converted("SELECT cust FROM ord WHERE no = LPAD(?, ?, ?)", _BIGINT, _BIGINT, _VARCHAR),
            label="a number inside a function"),
    _number(_converted("SELECT cust FROM ord WHERE no LIKE ?"), label="LIKE a number"),
    _number(_converted("SELECT id FROM ord WHERE cust = ?"), label="a column of numbers"),
    _number(_converted("SELECT id FROM ord WHERE kind = ?"), label="the position of an ENUM"),
    _number(_converted(scan=_scan(kept=5_001)), label="keeps more than a twentieth"),
    _number(_converted(scan=_scan(20_000)), FOUND, label="at the limit"),
    _number(_converted(scan=_scan(19_999)), label="a small table"),
    _number(_converted(scan=_scan(way="GET")), label="finds rows by the key"),
    _number(_converted(_NUMBERED + " AND cust = ?", _BIGINT), not_assessed=True, label="a type is missing"),
    _number(_converted(table=_LINE), not_assessed=True, label="the table is not defined"),
    _number([*_converted(), _table("`no` bigint(20)", schema="old")], WORSE, label="a table of that name elsewhere"),
    _number([*_converted()[:2], _scan(), (TableDefinition, _GONE)], not_assessed=True,
            label="definitions could not be read"),
    _number(_join(_JOINED.replace("o.cust", "o.no")), WORSE, label="joined with a column of numbers"),
    _number(_join(_JOINED.replace("o.cust", "o.no").replace("l.id", "l.ord_no")), label="joined with a text"),
    _number(_with_many("o.no", "l.id"), label="joined with nearly as many numbers"),
    _number(_converted("UPDATE ord SET cust = ? WHERE no = ?", _BIGINT, _BIGINT), WORSE, label="UPDATE"),
    _number(_converted("SELECT cust FROM orders WHERE no = ?"), not_assessed=True, label="by a view"),
    _number(_converted("SELECT cust FROM orders WHERE no = ?", scan=_scan(19_999)), label="a small table by a view"),
    _number([*_converted()[:3], _step("SCALAR GROUP BY", rows=1), _scan(kept=1, known=False, place=(1, 1))],
            not_assessed=True, label="a sum without statistics"),
    _number([], not_assessed=True, label="empty"),
]  # fmt: skip


def _like(statement: str, *steps: PlanStep, facts: Any = (*_INDEXES, _ORD), types: int = 1) -> list[Any]:
    return [_ring(), _text(statement, *[_VARCHAR] * types), *facts, *(steps or (_scan(kept=1_000),))]


_PATTERN = "SELECT id FROM ord WHERE no LIKE ?"


def _wildcard(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL024", facts, found or [], **other)


WILDCARDS = [
    _wildcard(_like(_PATTERN), WORSE),
    _wildcard(_like(_PATTERN, _scan(way="RANGE SCAN", alias="ord(ix_no)")), WORSE,
              label="a range that is the whole index"),
    _wildcard(_like(_PATTERN, _scan(89_999, way="RANGE SCAN", alias="ord(ix_no)")), label="a range that is a part"),
    _wildcard(_like(_PATTERN, _scan(90_000, way="RANGE SCAN", alias="ord(ix_no)")), FOUND, label="nearly the whole"),
    _wildcard(_like(_PATTERN, _scan(kept=5_001)), label="keeps more than a twentieth"),
    _wildcard(_like(_PATTERN, _scan(kept=1, output=50_000)), label="counts half of the table"),
    _wildcard(_like(_PATTERN + " ESCAPE ?", types=2), WORSE, label="with ESCAPE"),
    _wildcard(_like("SELECT id FROM ord WHERE NO LIKE CONCAT(?, ?)", types=2), WORSE,
              label="a pattern that is put together"),
    _wildcard(_like("SELECT id FROM ord WHERE note LIKE ?"), label="a column without an index"),
    _wildcard(_like("SELECT id FROM ord WHERE no NOT LIKE ?"), label="NOT LIKE"),
    _wildcard(_like("SELECT id FROM ord WHERE no = ?"), label="no LIKE"),
    _wildcard(_like("SELECT id FROM ord WHERE id = ? OR no LIKE ?", types=2), WORSE,
              label="in an OR of indexed columns"),
    _wildcard(_like("SELECT id FROM ord WHERE cust = ? OR no LIKE ?", types=2),
              label="in an OR with a column without an index"),
    _wildcard(_like(_PATTERN, _scan(kept=1_000, names="ix_no, ix_new, ord")), not_assessed=True,
              label="an index that was not read"),
    _wildcard(_like("SELECT id FROM orders WHERE no LIKE ?"), not_assessed=True, label="by a view"),
    _wildcard([_ring(average_us=4_999), *_like(_PATTERN)[1:]], label="quick"),
    _wildcard([], not_assessed=True, label="empty"),
]  # fmt: skip


def _either(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL025", facts, found or [], **other)


_OR = "SELECT id FROM ord WHERE no = ? OR cust = ?"
_ACROSS = "SELECT o.id FROM line l JOIN ord o ON o.id = l.id WHERE l.ord_no = ? OR o.cust = ?"


def _both(kept: int = 10, text: str = _ACROSS) -> list[Any]:
    """Two tables that are read whole, because the OR is of both."""
    return [
        _ring(), _text(text, _VARCHAR, _VARCHAR), *_INDEXES, *_index("ix", "ord_no", table="line"), _ORD, _LINE,
        _step("HASH JOIN", rows=kept), _scan(kept=100_000, alias="l", name="line", names="ix, line", place=(1, 1)),
        _scan(kept=100_000, alias="o", place=(2, 1)),
    ]  # fmt: skip


EITHER = [
    _either(_like(_OR, types=2), WORSE),
    _either(_like(_OR.replace("no", "made"), types=2), WORSE, label="no column has an index"),
    _either(_like(_OR + " OR made = ?", types=3), WORSE, label="three branches"),
    _either(_like("SELECT id FROM ord WHERE (no = ? AND note = ?) OR (cust = ? AND made > ?)", types=4), WORSE,
            label="branches of several conditions"),
    _either(_like("UPDATE ord SET note = ? WHERE no = ? OR cust = ?", _step("UPDATE"), _scan(place=(1, 1)), types=3),
            WORSE, label="UPDATE"),
    _either(_like("SELECT id FROM ord WHERE no = ? OR id = ? FOR UPDATE", types=2), WORSE,
            label="both have an index, and rows are locked"),
    _either([_ring(), _text("SELECT id FROM ord WHERE no = ? OR id = ?", _VARCHAR, _BIGINT, hints=1 << 12), *_INDEXES,
             _ORD, _scan()], label="both have an index, and SQL026 has the hint"),
    _either(_like("SELECT id FROM ord WHERE no = ? OR id = ?", _scan(10), types=2), label="both indexes are used"),
    _either(_like("SELECT id FROM ord WHERE cust = ? OR cust = ?", types=2), label="one column"),
    _either(_like("SELECT id FROM ord WHERE cust = ? OR no LIKE ?", types=2), label="a branch of LIKE"),
    _either(_like("SELECT id FROM ord WHERE cust = ? OR DATE(made) = ?", types=2), label="a branch with a function"),
    _either(_like("SELECT id FROM ord WHERE cust = ? OR no IN (SELECT ord_no FROM line)"),
            label="a branch with a subquery"),
    _either(_like("SELECT id FROM ord WHERE cust = ? OR no IS NOT NULL"), label="a branch that is no equality"),
    _either(_like("SELECT id FROM ord WHERE ? IS NULL OR cust = ?", types=2), label="a switch"),
    _either(_like(_OR, _scan(kept=5_001), types=2), label="keeps more than a twentieth"),
    _either(_like(_OR, _scan(89_999, way="RANGE SCAN"), types=2), label="another condition narrows the scan"),
    _either(_like(_OR, _scan(names="ix_no, ix_new, ord"), types=2), not_assessed=True,
            label="an index that was not read"),
    _either(_both(), WORSE, label="of two tables"),
    _either(_both(kept=50_000), label="of two tables and keeps many"),
    _either(_both(text=_ACROSS.replace("o.cust", "o.no")), label="of two tables with an index each"),
    _either(_both(text="SELECT o.id FROM line l JOIN ord o ON o.id = l.id"), label="a join without an OR"),
    _either([], not_assessed=True, label="empty"),
]  # fmt: skip
_GBK = _table("`id` bigint(20),\n`code` varchar(20),\nKEY `ix_code` (`code`)", "part", charset="gbk")
_MIXED = _table(
    "`id` bigint(20),\n`uni` varchar(20) COLLATE utf8mb4_unicode_ci,\n`bin` varchar(20) COLLATE utf8mb4_bin,\n"
    "`gen` varchar(20) COLLATE utf8mb4_general_ci,\n`raw` varbinary(20)", "part",
)  # fmt: skip


def _collate(column: str, other: str, table: TableDefinition = _GBK, kept: int = 10, **scan: Any) -> list[Any]:
    """Few rows of ``line`` joined with the whole of ``part``."""
    text = f"SELECT p.id FROM line l JOIN part p ON p.{column} = {other} WHERE l.ord_no = ?"
    return [
        _ring(), _text(text, _VARCHAR), table, _LINE, _step("HASH JOIN", rows=kept),
        _scan(3, 3, alias="l(ix)", name="line", way="RANGE SCAN", names="ix, line", place=(1, 1)),
        _scan(**{"kept": 100_000, "alias": "p", "name": "part", "names": "part", "place": (2, 1), **scan}),
    ]  # fmt: skip


def _collation(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL027", facts, found or [], **other)


_BIN = _table("`id` bigint(20),\n`ord_no` varchar(32) COLLATE utf8mb4_bin", "line")
COLLATIONS = [
    _collation(_collate("code", "l.ord_no"), WORSE),
    _collation(_collate("CODE", "l.ORD_NO"), WORSE, label="written in capitals"),
    _collation(_collate("code", "l.ord_no", kept=5_001), label="the join keeps more than a twentieth"),
    _collation(_collate("code", "l.ord_no", gone=19_999, rows_real=19_999), label="a small table"),
    _collation(_collate("code", "l.ord_no", table=_table("`code` varchar(20)", "part")), label="one character set"),
    _collation(_collate("id", "l.id"), label="numbers"),
    _collation(_with_many("o.no", "l.ord_no", _table("`id` bigint(20),\n`no` varchar(32),\nKEY `ix_no` (`no`)",
                                                     charset="gbk")), label="joined with nearly as many texts"),
    _collation([*_collate("uni", "l.ord_no", _MIXED)[:3], _BIN, *_collate("uni", "l.ord_no", _MIXED)[4:]], WORSE,
               label="the binary collation beside one that folds"),
    _collation([*_collate("gen", "l.ord_no", _MIXED)[:3], _BIN, *_collate("gen", "l.ord_no", _MIXED)[4:]],
               label="general_ci beside the binary collation"),
    _collation(_collate("bin", "l.ord_no", _MIXED), label="the side in the binary collation"),
    _collation(_collate("raw", "l.ord_no", _MIXED), label="bytes"),
    _collation([*_collate("code", "l.ord_no", _table("`code` varchar(20)", "part"))[:3],
                _table("`ord_no` varchar(20)", "line", charset="gbk"), *_collate("code", "l.ord_no")[4:]],
               label="the side in utf8mb4"),
    _collation([*_collate("code", "l.ord_no")[:2], _GBK, *_collate("code", "l.ord_no")[4:]], not_assessed=True,
               label="the other table is not defined"),
    _collation([], not_assessed=True, label="empty"),
]  # fmt: skip

_FULL, _INDEX, _LEADING, _USE_HASH, _NO_REWRITE = (
    1 << FORCING.index(name) for name in ("FULL", "INDEX", "LEADING", "USE_HASH", "NO_REWRITE")
)


def _hint(facts: list[Any], found: list[tuple[str, Severity]] | None = None, **other: Any) -> Case:
    return Case("SQL026", facts, found or [], **other)


def _hinted(hints: int | None, statement: str, *steps: PlanStep, facts: Any = (*_INDEXES, _ORD)) -> list[Any]:
    types = [_VARCHAR] * statement.count("?")
    return [_ring(), _text(statement, *types, hints=hints), *facts, *(steps or (_scan(kept=1),))]


def _hinted_join(hints: int, text: str, **scan: Any) -> list[Any]:
    facts = _join(text, scan=_scan(**{"kept": 100_000, "alias": "o", "place": (2, 1), **scan}))
    return [facts[0], _text(text, _VARCHAR, hints=hints), *facts[2:]]


_BY_NO = "SELECT cust FROM ord WHERE no = ?"
_BY_TEXT = _JOINED.replace("o.cust", "o.no").replace("l.id", "l.ord_no")
_PAIR = [*_INDEXES, *_index("ix_c", "cust", "made"), _ORD]
_PAIR_NAMES = "ix_no, ix_c, ord"
HINTED = [
    _hint(_hinted(_FULL, _BY_NO), WORSE),
    _hint(_hinted(_INDEX, _BY_NO, _scan(kept=1, alias="ord(ix_m)")), WORSE, label="the whole of another index"),
    _hint(_hinted(0, _BY_NO), label="no hint"),
    _hint(_hinted(_LEADING, _BY_NO), label="a hint for joins, and no join"),
    _hint(_hinted(_FULL, _BY_NO, _scan(kept=5_001)), label="keeps more than a twentieth"),
    _hint(_hinted(_FULL, _BY_NO, _scan(19_999, kept=1)), label="a small table"),
    _hint(_hinted(_FULL, _BY_CUST), label="no index begins with it"),
    _hint(_hinted(_FULL, _BY_NO + " AND cust = ?"), label="an index begins with a part of it"),
    _hint(_hinted(_FULL, _BY_CUST + " AND made = ?", _scan(kept=1, names=_PAIR_NAMES), facts=_PAIR), WORSE,
          label="an index begins with all of it"),
    _hint(_hinted(_INDEX, _BY_NO, _scan(way="RANGE SCAN", alias="ord(ix_no)", kept=1)),
          label="the index that would serve is used"),
    _hint(_hinted(_FULL, "SELECT cust FROM ord WHERE no > ?"), label="a range"),
    _hint([*_hinted(_FULL, _BY_NO)[:1], _text(_BY_NO, _BIGINT, hints=_FULL), *_hinted(_FULL, _BY_NO)[2:]],
          label="a text that is compared with a number"),
    _hint(_hinted(_NO_REWRITE, "SELECT cust FROM ord WHERE no = ? OR id = ?"), WORSE,
          label="an OR that is not rewritten"),
    _hint(_hinted(_NO_REWRITE, _OR), label="an OR of which a branch has no index"),
    _hint(_hinted_join(_LEADING, _BY_TEXT), WORSE, label="the order of a join"),
    _hint(_hinted_join(_USE_HASH, _BY_TEXT), WORSE, label="the method of a join"),
    _hint(_hinted_join(_USE_HASH, _JOINED), label="joined by a column without an index"),
    _hint(_hinted_join(_FULL, _BY_TEXT), not_assessed=True, label="which table is read in full is not known"),
    _hint(_hinted_join(0, _BY_TEXT), label="a join without a hint"),
    _hint(_hinted(None, _BY_NO), not_assessed=True, label="hints were not read"),
    _hint(_hinted(_FULL, _BY_NO, _scan(kept=1, names="ix_no, ix_new, ord")), not_assessed=True,
          label="an index that was not read"),
    _hint(_hinted(_FULL, "SELECT cust FROM orders WHERE no = ?"), not_assessed=True, label="by a view"),
    _hint([], not_assessed=True, label="empty"),
]  # fmt: skip

CASES = [*MISSING, *CONVERTED, *WILDCARDS, *EITHER, *HINTED, *COLLATIONS]
