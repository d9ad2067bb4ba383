"""Cases of the checks on what a statement means: NULL, an order that is missing, duplicates that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.sql import CUT, CachedPlan, SqlTotal
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.checks.cases.sql import _shape
from tests.checks.cases.sql_paths import _scan, _step, _table, _text
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("not granted"))
_NULL, _BIGINT, _VARCHAR = 0, 5, 22
_ORD = _table(
    "`id` bigint(20) NOT NULL,\n`cust` bigint(20),\n`state` varchar(8) CHARSET utf8mb4 NOT NULL DEFAULT 'new',\n"
    "`paid` datetime,\nPRIMARY KEY (`id`)"
)
_CUST = _table("`id` bigint(20) NOT NULL,\n`best` bigint(20),\n`city` varchar(8),\nPRIMARY KEY (`id`)", "cust")
_TABLES = [_ORD, _CUST, _scan(), _scan(alias="cust", name="cust", place=(1, 0))]


def _sent(statement: str, *, executions: int = 5, rows: int = 10, steps: list[Any] | None = None) -> list[Any]:
    """A statement that returns so many rows each time, with its tables."""
    load = _shape("A", executions, elapsed_us=9, rows_returned=rows * executions)
    return [load, _text(statement, executions=executions), *(_TABLES if steps is None else [_ORD, _CUST, *steps])]


_WITHOUT = "SELECT c.id FROM cust c WHERE c.id NOT IN (SELECT cust FROM ord)"
_NOT_IN = "SELECT id FROM cust WHERE id NOT IN "
_LEFT = "(SELECT o.state FROM cust k LEFT JOIN ord o ON o.cust = k.id)"
_RIGHT = "(SELECT k.id FROM cust k RIGHT JOIN ord o ON o.cust = k.id)"


def _excluding(statement: str, found: Severity | None = None, label: str = "", **other: Any) -> Case:
    return Case("SQL040", _sent(statement), [("SQL A", found)] if found else [], label=label, **other)


EXCLUDING = [
    _excluding(_WITHOUT, MEDIUM, "may be NULL"),
    _excluding(f"{_NOT_IN}(SELECT o.cust FROM ord o WHERE o.state = ?)", MEDIUM, "by its table's name"),
    _excluding("DELETE FROM cust WHERE id NOT IN (SELECT cust FROM ord)", MEDIUM, "deletes"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord) AND id NOT IN (SELECT best FROM cust)", MEDIUM, "two of them"),
    _excluding(f"{_NOT_IN}(SELECT id FROM ord) AND id NOT IN (SELECT cust FROM ord)", MEDIUM, "the second of two"),
    _excluding("UPDATE cust SET city = ? WHERE NOT id IN (SELECT cust FROM ord)", MEDIUM, "NOT in front"),
    _excluding("SELECT id FROM cust WHERE id <> ALL (SELECT cust FROM ord)", MEDIUM, "all differ"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord UNION ALL SELECT id FROM cust)", MEDIUM, "one branch"),
    _excluding("SELECT id FROM cust WHERE (id, city) NOT IN (SELECT cust, state FROM ord)", MEDIUM, "one of a row"),
    _excluding(f"{_NOT_IN}{_LEFT}", MEDIUM, "NOT NULL, but of an outer join"),
    _excluding(f"{_NOT_IN}{_RIGHT}", MEDIUM, "the side before"),
    _excluding("SELECT city FROM cust GROUP BY city HAVING MIN(id) NOT IN (SELECT cust FROM ord)", MEDIUM, "in HAVING"),
    _excluding("SELECT c.id FROM cust c JOIN ord o ON o.id NOT IN (SELECT cust FROM ord)", MEDIUM, "in ON"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE paid IS NULL OR cust > ?)", MEDIUM, "one side of OR"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE COALESCE(cust, ?) > ?)", MEDIUM, "NULL made something else"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE cust IS NULL)", MEDIUM, "NULL alone"),
    _excluding(f"{_NOT_IN}(SELECT id FROM ord)", label="NOT NULL"),
    _excluding(f"{_NOT_IN}(SELECT state FROM ord WHERE cust = ?)", label="NOT NULL with a default"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE cust IS NOT NULL)", label="leaves out NULL"),
    _excluding(f"{_NOT_IN}(SELECT o.cust FROM ord o WHERE o.id > ? AND NOT (cust IS NULL))", label="not NULL"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE cust > ?)", label="a range"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE NOT cust = ?)", label="another value"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord WHERE cust = ? OR cust > ?)", label="both sides of OR"),
    _excluding(f"{_NOT_IN}(SELECT cust FROM ord GROUP BY cust HAVING cust > ?)", label="its groups"),
    _excluding(f"{_NOT_IN}(SELECT o.cust FROM ord o JOIN cust k ON k.id = o.cust)", label="joined by it"),
    _excluding(f"{_NOT_IN}(SELECT IFNULL(cust, ?) FROM ord)", label="NULL replaced"),
    _excluding(f"{_NOT_IN}(?, ?)", label="a list"),
    _excluding("SELECT id FROM cust WHERE id IN (SELECT cust FROM ord)", label="IN"),
    _excluding("SELECT id NOT IN (SELECT cust FROM ord) FROM cust", label="a value, not a condition"),
    _excluding("SELECT id FROM cust c WHERE NOT EXISTS (SELECT ? FROM ord o WHERE o.cust = c.id)", label="NOT EXISTS"),
    _excluding(f"{_NOT_IN}(SELECT d.cust FROM (SELECT cust FROM ord) d)", label="derived", not_assessed=True),
    _excluding(f"{_NOT_IN}(SELECT MAX(cust) FROM ord)", label="a function", not_assessed=True),
    _excluding(f"{_NOT_IN}(SELECT cust FROM lost)", label="a table that is not known", not_assessed=True),
    _excluding(f"{_NOT_IN}(SELECT lost FROM ord)", label="a column that is not known", not_assessed=True),
    _excluding(f"{_NOT_IN}(SELECT", label="a text that cannot be parsed", not_assessed=True),
    _excluding(f"SELECT id FROM cust{CUT}", label="a text that was cut", not_assessed=True),
    Case("SQL040", _sent(_WITHOUT, executions=4), label="seldom"),
    Case("SQL040", [_shape("A", 5, rows_returned=5), *_TABLES], not_assessed=True, label="no text"),
    Case("SQL040", [_shape("A", 4, rows_returned=5), *_TABLES], label="no text, seldom"),
    Case("SQL040", [_text(_WITHOUT), *_TABLES], not_assessed=True, label="no record"),
    Case("SQL040", [_shape("A", 5), _text(_WITHOUT), _scan(), (TableDefinition, _GONE)], not_assessed=True,
         label="no definitions"),
]  # fmt: skip


def _compared(statement: str, *types: int, found: bool = True, label: str, executions: int = 5) -> Case:
    rows = [_shape("A", executions), _text(statement, *types, executions=executions)]
    return Case("SQL041", rows, [("SQL A", MEDIUM)] if found else [], label=label)


_BY_PAID = "SELECT id FROM ord WHERE paid = ?"
_BY_BOTH = "SELECT id FROM ord WHERE paid = ? AND cust = ?"
COMPARED = [
    _compared(_BY_PAID, _NULL, label="equal to NULL"),
    _compared("SELECT id FROM ord WHERE paid = NULL", label="written in the text"),
    _compared("SELECT id FROM ord WHERE id > ? AND paid <> ?", _BIGINT, _NULL, label="differs from NULL"),
    _compared("UPDATE ord SET cust = ? WHERE NOT paid = ?", _BIGINT, _NULL, label="updates none"),
    _compared("DELETE FROM ord WHERE paid > ?", _NULL, label="deletes none"),
    _compared("SELECT id FROM ord WHERE paid IN (?)", _NULL, label="NULL alone in a list"),
    _compared("SELECT id FROM ord WHERE cust NOT IN (?, ?)", _BIGINT, _NULL, label="one NULL in NOT IN"),
    _compared("SELECT o.id FROM ord o JOIN cust c ON c.best = ?", _NULL, label="in ON"),
    _compared("SELECT cust FROM ord GROUP BY cust HAVING MAX(paid) = ?", _NULL, label="in HAVING"),
    _compared("SELECT id FROM ord WHERE cust IN (SELECT id FROM cust WHERE best = ?)", _NULL, label="in a subquery"),
    _compared(_BY_PAID, _VARCHAR, found=False, label="a value"),
    _compared("SELECT id FROM ord WHERE paid IS NULL AND cust = ?", _BIGINT, found=False, label="IS NULL"),
    _compared("SELECT id FROM ord WHERE paid <=> ?", _NULL, found=False, label="safe for NULL"),
    _compared("SELECT id FROM ord WHERE (? IS NULL OR cust = ?)", _NULL, _NULL, found=False, label="optional filter"),
    _compared("SELECT id FROM ord WHERE paid IN (?, ?)", _NULL, _VARCHAR, found=False, label="another beside NULL"),
    _compared("SELECT id FROM ord WHERE cust NOT IN (?, ?)", _BIGINT, _BIGINT, found=False, label="NOT IN values"),
    _compared("UPDATE ord SET paid = ? WHERE id = ?", _NULL, _BIGINT, found=False, label="sets NULL"),
    _compared("INSERT INTO ord VALUES (?, ?)", _BIGINT, _NULL, found=False, label="inserts NULL"),
    _compared("SELECT o.id FROM ord o LEFT JOIN cust c ON c.best = ?", _NULL, found=False, label="an outer join"),
    Case("SQL041", [_shape("A", 5), _text(_BY_PAID)], not_assessed=True, label="types not known"),
    _compared("SELECT id FROM ord WHERE (paid IS NULL OR paid = ?)", found=False, label="types that are not needed"),
    _compared("SELECT id FROM ord WHERE NOT paid = cust", found=False, label="compares columns"),
    _compared(_BY_PAID, _NULL, found=False, executions=4, label="seldom"),
    Case("SQL041", [_shape("A", 50), _text(_BY_PAID, _NULL, executions=45), _text(_BY_PAID, 41, plan_hash=2,
         executions=5)], [("SQL A", MEDIUM)], label="nine of ten"),
    Case("SQL041", [_shape("A", 50), _text(_BY_PAID, _NULL, executions=44), _text(_BY_PAID, 41, plan_hash=2,
         executions=6)], label="less than nine of ten"),
    Case("SQL041", [_shape("A", 5), _text("SELECT id FROM ord WHERE (")], not_assessed=True, label="not parsed"),
    _compared(_BY_BOTH, _NULL, _NULL, label="both alike"),
    Case("SQL041", [_shape("A", 6), _text(_BY_BOTH, _NULL, _NULL, executions=5),
                    _text(_BY_BOTH, _NULL, _BIGINT, plan_hash=2, executions=1)], [("SQL A", MEDIUM)],
         label="the one that is more often NULL"),
    Case("SQL041", [_shape("A", 5), _text(_BY_PAID, _NULL, executions=3),
                    _text(_BY_PAID, _NULL, plan_hash=2, executions=2)], [("SQL A", MEDIUM)], label="by two plans"),
    Case("SQL041", [_shape("A", 6), _text(_BY_PAID, _NULL, executions=5), _text(_BY_PAID, plan_hash=2, executions=1)],
         not_assessed=True, label="types of one plan not known"),
    Case("SQL041", [_shape("A", 99), _text(_BY_PAID, _NULL, executions=98), _text(_BY_PAID, plan_hash=2, executions=1)],
         not_assessed=True, label="types of a plan that is seldom used not known"),
    Case("SQL041", [_shape("A", 5), _text(_BY_PAID, _NULL, _BIGINT)], not_assessed=True, label="too many types"),
    Case("SQL041", [_shape("A", 5), _text(_BY_BOTH, _NULL)], not_assessed=True, label="too few types"),
    Case("SQL041", [_shape("A", 5), _text("SELECT id FROM ord WHERE paid = NULL AND cust = ?")], [("SQL A", MEDIUM)],
         label="written in the text, and types are not known"),
    Case("SQL041", [_shape("A", 5, rows_returned=5)], not_assessed=True, label="no text"),
    Case("SQL041", [_shape("A", 4, rows_returned=5)], label="no text, seldom"),
    Case("SQL041", [_shape("A", 5), (CachedPlan, _GONE)], not_assessed=True, label="no plan cache"),
    Case("SQL041", [_text(_BY_PAID, _NULL)], [("SQL A", MEDIUM)], label="no other record"),
]  # fmt: skip


def _cut(statement: str, found: bool = False, label: str = "", rows: int = 10, kept: int = 500) -> Case:
    """A scan that keeps so many rows, of which LIMIT left so many."""
    steps = [_scan(kept=rows, output=kept)]
    return Case("SQL042", _sent(statement, rows=rows, steps=steps), [("SQL A", LOW)] if found else [], label=label)


def _above(real: int, *, scanned: int = 500) -> list[PlanStep]:
    """A LIMIT of ten above another operator, of which so many rows came; the scan would keep 500."""
    return [
        _step("LIMIT", rows_real=real),
        _step("HASH GROUP BY", rows_real=real, place=(1, 1)),
        _scan(500, scanned, output=500, place=(2, 2)),
    ]


_SOME = "SELECT id, cust FROM ord WHERE state = ? LIMIT ?"
_GROUPS = "SELECT cust, COUNT(*) FROM ord GROUP BY cust LIMIT ?"
_JOIN = "SELECT o.id FROM ord o JOIN cust c ON c.id = o.cust LIMIT ?"
UNORDERED = [
    _cut(_SOME, True, "ten of 500"),
    _cut("SELECT * FROM ord LIMIT ?", True, "all columns"),
    _cut("SELECT id FROM ord WHERE state = ? LIMIT ?, ?", True, "pages of keys", kept=10),
    _cut("SELECT id, cust FROM ord LIMIT ? OFFSET ?", True, "pages", kept=10),
    Case("SQL042", _sent(_GROUPS, steps=_above(10)), not_assessed=True, label="as many groups as expected"),
    Case("SQL042", _sent(_GROUPS, rows=9, steps=_above(9)), label="fewer groups"),
    Case("SQL042", _sent(_JOIN, steps=_above(10, scanned=100)), [("SQL A", LOW)], label="a join that it ends"),
    Case("SQL042", _sent(_JOIN, rows=9, steps=_above(9, scanned=100)), label="a join of fewer rows"),
    Case("SQL042", _sent(_JOIN, steps=_above(9, scanned=100)), [("SQL A", LOW)], label="fewer rows at first"),
    Case("SQL042", _sent(_GROUPS, steps=_above(9)), not_assessed=True, label="fewer groups at first"),
    Case("SQL042", _sent(_GROUPS, rows=9, steps=_above(10)), not_assessed=True, label="fewer groups later"),
    _cut("SELECT DISTINCT cust FROM ord LIMIT ?", True, "distinct values"),
    _cut("SELECT id FROM ord UNION ALL SELECT id FROM cust LIMIT ?", True, "a union"),
    _cut(_SOME, True, "two rows", rows=2),
    _cut(_SOME, label="one row", rows=1),
    Case("SQL042", [_shape("A", 5, elapsed_us=9, rows_returned=13), *_sent(_SOME, steps=[_scan(output=500)])[1:]],
         [("SQL A", LOW)], label="nearly three rows on average"),
    Case("SQL042", [_shape("A", 5, elapsed_us=9, rows_returned=9), *_sent(_SOME, steps=[_scan(output=500)])[1:]],
         label="less than two rows on average"),
    _cut(_SOME, label="all that there are", kept=10),
    Case("SQL042", _sent(_SOME, steps=[_scan(kept=10, output=500, rows_real=9)]), [("SQL A", LOW)],
         label="fewer than the limit the first time only"),
    Case("SQL042", _sent(_SOME, rows=9, steps=[_scan(kept=10, output=500, rows_real=9)]), label="fewer than the limit"),
    Case("SQL042", _sent(_SOME, rows=9, steps=[_scan(kept=10, output=500)]), [("SQL A", LOW)],
         label="fewer than the limit but the first time"),
    _cut("SELECT id, cust FROM ord WHERE state = ? ORDER BY id LIMIT ?", label="in order"),
    _cut("SELECT id FROM ord WHERE state = ? LIMIT ?", label="keys for a batch"),
    _cut("SELECT ? FROM ord WHERE state = ? LIMIT ?", label="is there any"),
    _cut("SELECT EXISTS(SELECT id, cust FROM ord LIMIT ?)", label="is there any, by EXISTS"),
    _cut("SELECT MAX(cust) FROM ord LIMIT ?", label="one row by its function"),
    _cut("SELECT id, cust FROM ord LIMIT ? FOR UPDATE SKIP LOCKED", label="takes what is free"),
    _cut("DELETE FROM ord WHERE state = ? LIMIT ?", label="deletes in batches"),
    _cut("UPDATE ord SET state = ? LIMIT ?", label="updates in batches"),
    _cut("INSERT INTO cust SELECT id, cust, state FROM ord LIMIT ?", label="copies in batches"),
    _cut("SELECT id, cust FROM (SELECT id, cust FROM ord ORDER BY id) d LIMIT ?", label="a derived table"),
    _cut("SELECT id, cust FROM ord WHERE state = ?", label="no limit"),
    Case("SQL042", _sent(_SOME, executions=4, steps=[_scan(kept=10, output=500)]), label="seldom"),
    Case("SQL042", _sent(_SOME, steps=[]), not_assessed=True, label="no plan"),
    Case("SQL042", _sent("SELECT id FROM ord LIMIT ? (", steps=[_scan()]), not_assessed=True, label="not parsed"),
    Case("SQL042", _sent(f"SELECT id FROM ord{CUT}", steps=[_scan()]), not_assessed=True, label="a text that was cut"),
    Case("SQL042", [_shape("A", 5, rows_returned=50), _text("SELECT id FROM lost LIMIT ?"), _ORD,
         _scan(name="lost", alias="lost")], not_assessed=True, label="a table that is not known"),
    Case("SQL042", [_shape("A", 5, rows_returned=5), *_TABLES], not_assessed=True, label="no text"),
    Case("SQL042", [_shape("A", 4, rows_returned=5), *_TABLES], label="no text, seldom"),
    Case("SQL042", [_shape("A", 5), _text(_SOME), _scan(), (TableDefinition, _GONE)], not_assessed=True,
         label="no definitions"),
]  # fmt: skip


def _united(came: int = 100, left: int | None = None, operator: str = "HASH UNION DISTINCT") -> list[PlanStep]:
    """A plan that puts two scans together, from each of which half of the rows came."""
    half = came // 2
    return [
        _step(operator, rows=came if left is None else left),
        _scan(half, half, place=(1, 1)),
        _scan(came - half, came - half, alias="cust", name="cust", place=(2, 1)),
    ]


def _second(steps: list[PlanStep]) -> list[PlanStep]:
    return [replace(found, plan_hash=2) for found in steps]


_BY_STATE = "SELECT id, cust FROM ord WHERE state = ?"
_TWICE = f"{_BY_STATE} UNION {_BY_STATE}"


def _union(statement: str, found: Severity | None = LOW, label: str = "", **plan: Any) -> Case:
    facts = _sent(statement, steps=_united(**plan))
    return Case("SQL043", facts, [("SQL A", found)] if found else [], label=label)


NEEDLESS = [
    _union(_TWICE, label="two states"),
    _union(_TWICE, label="merged", operator="MERGE UNION DISTINCT"),
    _union(_TWICE, MEDIUM, "many rows", came=100_000),
    _union("SELECT ?, id, cust FROM ord UNION SELECT ?, id, best FROM cust", label="a value each"),
    _union("SELECT ?, o.* FROM ord o UNION SELECT ?, c.*, c.city FROM cust c", label="all columns"),
    _union("SELECT * FROM ord WHERE paid IS NULL UNION SELECT * FROM ord WHERE paid IS NOT NULL", label="NULL or not"),
    _union("SELECT * FROM ord WHERE paid IS NULL UNION SELECT * FROM ord WHERE paid = ?", label="NULL or a value"),
    _union(f"{_TWICE} UNION {_BY_STATE}", label="three branches"),
    _union("SELECT ?, cust, COUNT(*) FROM ord GROUP BY cust UNION SELECT ?, city, COUNT(*) FROM cust GROUP BY city",
           label="groups"),
    _union("SELECT o.id, c.id FROM ord o JOIN cust c ON c.id = o.cust WHERE o.state = ? UNION "
           "SELECT o.id, c.id FROM ord o JOIN cust c ON c.id = o.cust WHERE o.state = ?", label="joins"),
    _union(_TWICE, None, "removes one", left=99),
    _union(_TWICE, None, "few rows", came=99),
    Case("SQL043", _sent(_TWICE, steps=[*_united(), *_second(_united(200))]), [("SQL A", LOW)],
         label="the larger of two plans"),
    Case("SQL043", _sent(_TWICE, steps=[*_united(), *_second(_united(200, 199))]), label="one of two removes one"),
    Case("SQL043", _sent(_TWICE, steps=[*_united(0), *_second(_united())]), [("SQL A", LOW)],
         label="one of two plans measured nothing"),
    _union(f"{_BY_STATE} UNION ALL {_BY_STATE}", None, "UNION ALL"),
    _union("SELECT id, cust FROM ord UNION SELECT id, best FROM cust", None, "tables may hold the same"),
    _union("SELECT cust FROM ord WHERE state = ? UNION SELECT cust FROM ord WHERE state = ?", None, "no key"),
    _union("SELECT ?, city FROM cust UNION SELECT ?, state FROM ord", None, "duplicates in a branch"),
    _union("SELECT id FROM ord WHERE state = ? UNION SELECT id FROM ord WHERE cust = ?", None, "other columns"),
    _union("SELECT id FROM ord WHERE cust > ? UNION SELECT id FROM ord WHERE cust > ?", None, "ranges may overlap"),
    _union("SELECT ?, id FROM ord UNION SELECT cust, id FROM ord", None, "one value"),
    _union("SELECT ?, o.id FROM cust c LEFT JOIN ord o ON o.cust = c.id UNION SELECT ?, id FROM cust", None, "outer"),
    _union("SELECT a.id, b.id FROM ord a, ord b WHERE a.state = ? UNION "
           "SELECT a.id, b.id FROM ord a, ord b WHERE b.state = ?", None, "a table twice"),
    _union(f"{_BY_STATE} INTERSECT {_BY_STATE}", None, "rows of both"),
    _union(f"({_BY_STATE} UNION ALL {_BY_STATE}) UNION {_BY_STATE}", None, "mixed"),
    _union(f"SELECT id FROM ({_TWICE}) d", label="inside"),
    Case("SQL043", _sent(_TWICE, executions=4, steps=_united()), label="seldom"),
    Case("SQL043", _sent(_TWICE, steps=_united(came=0)), not_assessed=True, label="nothing measured"),
    Case("SQL043", _sent(_TWICE, steps=[]), not_assessed=True, label="no plan"),
    Case("SQL043", _sent(f"{_BY_STATE} UNION SELECT (", steps=_united()), not_assessed=True, label="not parsed"),
    Case("SQL043", _sent(f"{_BY_STATE}{CUT}", steps=_united()), not_assessed=True, label="a text that was cut"),
    Case("SQL043", [_shape("A", 5, rows_returned=5), *_TABLES], not_assessed=True, label="no text"),
    Case("SQL043", [_shape("A", 4, rows_returned=5), *_TABLES], label="no text, seldom"),
]  # fmt: skip


def _throttled(waited_s: float | None, elapsed_s: float = 100, sql_id: str = "A", **other: Any) -> SqlTotal:
    """Ten executions that waited so long for the throttling of their writes."""
    waited_us = None if waited_s is None else round(waited_s * 1_000_000)
    return SqlTotal(
        sql_id=sql_id, db_name="shop", executions=10, elapsed_us=round(elapsed_s * 1_000_000), rows_processed=10,
        throttled_us=waited_us, **other,
    )  # fmt: skip


THROTTLED = [
    Case("SQL044", [_throttled(5)], [("tenant", LOW)], label="a twentieth"),
    Case("SQL044", [_throttled(20)], [("tenant", MEDIUM)], label="a fifth"),
    Case("SQL044", [_throttled(50)], [("tenant", HIGH)], label="half of the time"),
    Case("SQL044", [_throttled(10), _throttled(0, 100, "B")], [("tenant", LOW)], label="of all statements"),
    Case("SQL044", [_throttled(4.9)], label="a little less"),
    Case("SQL044", [_throttled(1), _throttled(9, 100, "B")], [("tenant", LOW)], label="the second one waited longest"),
    Case("SQL044", [_throttled(None), _throttled(5, 100, "B")], [("tenant", LOW)], label="of one it is not shown"),
    Case("SQL044", [_throttled(0)], label="never"),
    Case("SQL044", [_throttled(9, 9.9)], label="little load"),
    Case("SQL044", [_throttled(None)], not_assessed=True, label="not shown"),
    Case("SQL044", [_throttled(9, 10, tenant_id=1002), _throttled(0, 10, tenant_id=1004)], [("tenant 1002", HIGH)],
         label="each tenant for itself"),
]  # fmt: skip

CASES = [*EXCLUDING, *COMPARED, *UNORDERED, *NEEDLESS, *THROTTLED]
