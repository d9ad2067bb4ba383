"""Cases at the guards of the checks on plans and texts: a third table, several hints, and rows without a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.plans import PlanStep
from agent.model.terms import Severity
from tests.checks.cases import sql, sql_paths, sql_plans
from tests.harness import Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM
_A, _WORSE = [("SQL A", LOW)], [("SQL A", MEDIUM)]
_product, _hint = sql_plans._product, sql_paths._hint
_hinted, _hinted_join = sql_paths._hinted, sql_paths._hinted_join


def _larger(facts: list[Any], alias: str, rows: str = "table_rows:1000000") -> list[Any]:
    """The same, where the table of this name in the plan has a million rows, or what else is noted."""
    return [
        replace(row, optimizer=row.optimizer.replace("table_rows:9999", rows))
        if isinstance(row, PlanStep) and row.object_alias == alias
        else row
        for row in facts
    ]


def _beside(facts: list[Any]) -> list[Any]:
    """The same, with one more table of a few rows below the first side of the join."""
    steps = [row for row in facts if isinstance(row, PlanStep)]
    small = sql_plans.scan("region", alias="c", depth=2, notes={"table_rows": 9})
    return [*(row for row in facts if row not in steps), *sql_plans.tree(*steps[:3], small, *steps[3:])]


_PAIRS, _EACH = sql_plans._PAIRS, sql_plans._EACH
_THREE = "SELECT a.id FROM event a, shop_of b, region c WHERE {} AND a.state = ? AND b.state = ?"
PRODUCTS = [
    *(
        Case("SQL030", _product(text=_THREE.format(condition)), _A, label=f"a third table, {condition}")
        for condition in ("a.place = c.id", "c.id = a.place", "b.place = c.id", "c.id = b.place")
    ),
    Case("SQL030", _product(text="SELECT A.ID FROM EVENT A, SHOP_OF B WHERE A.STATE = ? AND B.STATE = ?"), _A,
         label="written in capitals"),
    Case("SQL030", _product(text="SELECT A.ID FROM EVENT A, SHOP_OF B WHERE A.SHOP = B.SHOP AND B.SHOP = ?"),
         label="joined, written in capitals"),
    Case("SQL030", _product(real_us=0), _A, label="rows came in no time"),
    Case("SQL030", [*_product()[:4], replace(_product()[4], rows_real=0, real_us=0), *_product()[5:]], _A,
         label="one step was not measured"),
    Case("SQL030", _larger(_product(2, 20_000), "a"), _A, label="two of a large table, the other is small"),
    Case("SQL030", _larger(_product(2, 20_000, text=_EACH), "b"), label="two of a small table, the other is large"),
    Case("SQL030", _larger(_product(10_000, 20_000), "b"), _A, label="two of the other, which alone is large"),
    Case("SQL030", _larger(_product(10_000, 20_000, text=_EACH), "a"), label="two of the other, which is small"),
    Case("SQL030", _larger(_product(2, 20_000, text=_EACH), "a", ""), label="two of a table of unknown size"),
    Case("SQL030", _beside(_larger(_product(2, 20_000, text=_THREE.format("a.place = c.id")), "a")), _A,
         label="a small table beside a large one"),
    Case("SQL030", _product(text="SELECT a.id FROM event a, event b WHERE a.shop = a.place", second="event"), _A,
         label="two columns of one of both are compared"),
    Case("SQL030", _product(text=f"{_PAIRS} AND a.id IN (SELECT id FROM region)"), _A, label="one is in a subquery"),
    Case("SQL030", [*_product(), *(replace(step, plan_hash=2, rows_real=step.rows_real * 10)
                                   for step in _product()[2:])], _WORSE, label="more rows by another plan"),
]  # fmt: skip

_TWO_COLUMNS = "SELECT o.id FROM line l JOIN ord o ON o.no = l.ord_no AND o.cust = l.cust WHERE l.ord_no = ?"
_FULL, _INDEX, _LEADING, _NO_REWRITE = sql_paths._FULL, sql_paths._INDEX, sql_paths._LEADING, sql_paths._NO_REWRITE
HINTS = [
    _hint(_hinted_join(_LEADING, _TWO_COLUMNS), _WORSE, label="an index begins with one of two joined columns"),
    _hint(_hinted_join(_FULL | _LEADING, sql_paths._BY_TEXT), _WORSE, label="one hint of a table, and one of the join"),
    _hint(_hinted_join(_NO_REWRITE, sql_paths._BY_TEXT), label="rewriting saves no join"),
    _hint(_hinted(_FULL, sql_paths._OR.replace("cust", "id")), label="an OR, and a hint of the table"),
    _hint(_hinted(_NO_REWRITE, sql_paths._OR, sql_paths._scan(kept=1, names=sql_paths._PAIR_NAMES),
                  facts=sql_paths._PAIR), _WORSE, label="an OR, and an index that begins with one of its columns"),
    _hint(_hinted(_FULL | _INDEX, sql_paths._BY_NO), _WORSE, label="two hints"),
    _hint(_hinted(_NO_REWRITE, sql_paths._BY_NO), _WORSE, label="not rewritten, and an index has it all"),
]  # fmt: skip

_lookups = sql_plans._lookups
_AMOUNT = "SELECT amount FROM event WHERE state = ?"
LOOKUPS = [
    Case("SQL031", _lookups(notes={"index_back_rows": 10_000}, rows=0, real=10_000), _A,
         label="nothing noted of what is kept, and none expected"),
    Case("SQL031", _lookups(notes={"index_back_rows": 10_000}, rows=5, real=10_000), _A,
         label="nothing noted of what is kept, and few expected"),
    Case("SQL031", _lookups(back=20_000, kept=20_000, rows=0), label="a LIMIT of none"),
    Case("SQL031", _lookups(back=20_000, kept=20_000, rows=1, real=1), label="a LIMIT of one"),
    Case("SQL031", _lookups(back=0, real=10**6), label="no lookups, though many came"),
    Case("SQL031", _lookups(back=None, real=10**6), label="nothing noted of lookups"),
    Case("SQL031", [*_lookups(), *(replace(step, plan_hash=2, rows_real=150_000) for step in _lookups()[3:])], _WORSE,
         label="more lookups by another plan"),
    Case("SQL031", [*_lookups(real=150_000), *(replace(step, plan_hash=2, rows_real=10) for step in _lookups()[3:])],
         _WORSE, label="fewer lookups by another plan"),
    Case("SQL031", _lookups(back=10_000, rows=0, real=0, kept=0), _A, label="nothing is kept"),
    Case("SQL031", _lookups(f"{_AMOUNT} AND EXISTS (SELECT * FROM region r WHERE r.id = ?)"), _A,
         label="another block takes all columns"),
    Case("SQL031", _lookups(f"{_AMOUNT} AND id IN (SELECT e.id FROM event e WHERE e.note = ?)"), _A,
         label="two blocks of one table"),
    Case("SQL031", _lookups("SELECT * FROM event WHERE state = ? AND id IN (SELECT id FROM event WHERE amount = ?)"),
         label="one of two blocks takes all columns"),
    Case("SQL031", _lookups("SELECT e.amount, r.body FROM event e, region r WHERE e.state = ?"), _A,
         label="a column of that name in another table"),
    Case("SQL031", _lookups("SELECT amount, nowhere FROM event WHERE state = ?"), _A,
         label="a column that is not defined"),
    Case("SQL031", _lookups(f"SELECT amount AS {'a' * 400} FROM event WHERE state = ?"), _A, label="a long text"),
    Case("SQL031", _lookups("SELECT E.AMOUNT FROM EVENT E WHERE E.STATE = ?"), _A, label="written in capitals"),
]  # fmt: skip

_SUMMED = sql_plans._pruning(above="MERGE GROUP BY", statistics=sql_plans._NEVER, real=24)
PRUNED = [
    Case("SQL028", sql_plans._pruning("SELECT e.note FROM event e, calendar c WHERE e.who = ? AND c.made = ?"), _A,
         label="a column of that name in another table"),
    Case("SQL028", [*_SUMMED[:-2], *sql_plans.tree(sql_plans.step("PX COORDINATOR", depth=0), *_SUMMED[-2:])],
         not_assessed=True, label="a sum further above"),
]  # fmt: skip

_TWICE = f"{sql_paths._ACROSS.replace('WHERE ', 'WHERE (')}) AND (o.made = ? OR o.cust = ?)"
_OF_TWO = "SELECT o.cust FROM ord o, line l WHERE l.id = ? OR o.no {} ?"
EITHER = [
    _hint(_hinted(_NO_REWRITE, _OF_TWO.format("="), sql_paths._scan(kept=1, alias="o")),
          label="an OR, of which another table has one column"),
    sql_paths._wildcard(sql_paths._like(_OF_TWO.format("LIKE"), sql_paths._scan(kept=1_000, alias="o"), types=2),
                        label="in an OR with a column of another table"),
    sql_paths._either(sql_paths._both(text=_TWICE), _WORSE, label="two of them, of which one is of two tables"),
]  # fmt: skip

MISSING = [
    *(sql_paths._missing([*sql_paths._ASKED, *steps], found, not_assessed=not found, label=label)
      for steps, found, label in (
          (sql_plans.tree(sql_paths._step("HASH GROUP BY"), sql_paths._scan(kept=2, known=False)), _WORSE,
           "two sums without statistics"),
          (sql_plans.tree(sql_paths._step("SCALAR GROUP BY"), sql_paths._scan(kept=0, known=False)), [],
           "a sum of nothing without statistics"),
          (sql_plans.tree(sql_paths._step("PX COORDINATOR"), sql_paths._step("SCALAR GROUP BY"),
                          sql_paths._scan(kept=1, known=False)), [], "a sum without statistics, further above"))),
    sql_paths._missing([*sql_paths._ASKED, sql_paths._scan(kept=1, known=False)], _WORSE,
                       label="one row, no statistics, and no sum"),
]  # fmt: skip

NAMELESS = [
    Case("SQL013", [sql._shape("", 1000, elapsed_us=10**12, max_rows_returned=10**9)], label="no name"),
]  # fmt: skip
CASES = [*PRODUCTS, *HINTS, *LOOKUPS, *PRUNED, *EITHER, *MISSING, *NAMELESS]
