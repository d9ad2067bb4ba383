"""Plans of EXPLAIN and of the cache come into one shape, and what differs is named."""

from __future__ import annotations

from agent.facts.plan_tree import read_plans
from agent.twin.plan_shape import Likeness, Operator, PlanShape, compare_shapes, read_cached, read_explained
from tests.agent.twin.made import make_step

PRINTED = """\
=====================================================
|ID|OPERATOR             |NAME         |EST.ROWS|EST.TIME(us)|
-----------------------------------------------------
|0 |HASH JOIN            |             |10      |99          |
|1 |├─TABLE FULL SCAN    |o            |10      |50          |
|2 |└─NESTED-LOOP JOIN   |             |10      |45          |
|3 |  └─TABLE RANGE SCAN |c(ix,Reverse)|7       |40          |
=====================================================
Outputs & filters:
  0 - output([o.id]), filter(nil)
|9 |NOT AN OPERATOR|x|1|1|
"""
SCAN = Operator(0, "TABLE RANGE SCAN", "o(a)")


def test_what_explain_prints_is_the_plan_of_the_cache() -> None:
    printed = read_explained(PRINTED.splitlines())
    steps = [
        make_step(0, "HASH JOIN ", depth=0),
        make_step(1, "TABLE FULL SCAN", "o", depth=1),
        make_step(2, "NESTED-LOOP JOIN", depth=1),
        make_step(3, "TABLE RANGE SCAN", "c(ix,Reverse)", depth=2),
    ]
    (plans,) = read_plans(steps).values()
    assert printed == read_cached(plans[0])
    assert printed and printed.cost == 99 and printed.indexes == {"ix"}
    assert printed.list_scans() == {"o": 10, "c": 7}
    assert printed.write().splitlines()[3] == "    TABLE RANGE SCAN c(ix,Reverse)"


def test_what_is_no_plan_is_none() -> None:
    assert read_explained(["Query Plan", "nothing"]) is None
    assert read_explained(["|ID|OPERATOR|NAME|EST.ROWS|EST.TIME(us)|", "|0 |X|"]) is None
    assert read_explained([]) is None


def test_a_name_may_hold_the_sign_between_columns() -> None:
    plan = read_explained(["|ID|OPERATOR|NAME|EST.ROWS|EST.TIME(us)|", "|0 |TABLE FULL SCAN|a|b|1 |2 |"])
    assert plan and plan.operators == (Operator(0, "TABLE FULL SCAN", "a|b"),) and plan.cost == 2


def test_a_scan_backwards_by_the_table_itself_uses_no_index() -> None:
    assert PlanShape((Operator(0, "TABLE FULL SCAN", "o(Reverse)"),)).indexes == frozenset()


def test_the_first_kind_of_difference_is_named() -> None:
    other = Operator(0, "TABLE RANGE SCAN", "c(b)")
    join = PlanShape((Operator(0, "HASH JOIN", ""), SCAN, other))
    assert compare_shapes(join, join) is Likeness.SAME
    assert compare_shapes(join, PlanShape((Operator(0, "HASH JOIN", ""), SCAN))) is Likeness.ACCESS
    assert compare_shapes(join, PlanShape((Operator(0, "MERGE JOIN", ""), SCAN, other))) is Likeness.JOINS
    assert compare_shapes(join, PlanShape((Operator(0, "HASH JOIN", ""), other, SCAN))) is Likeness.JOINS
    limited = PlanShape((Operator(0, "LIMIT", ""), *join.operators))
    assert compare_shapes(join, limited) is Likeness.OPERATORS


def test_estimates_make_no_other_plan() -> None:
    dear = PlanShape((Operator(0, "TABLE RANGE SCAN", "o(a)", 99, 99),))
    assert compare_shapes(PlanShape((SCAN,)), dear) is Likeness.SAME
    assert PlanShape(()).cost == PlanShape((SCAN,)).cost == 1
