"""How a statement's plan on the twin is the tenant's, and that no refusal and no death of the kernel ends the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep
from agent.model.terms import Text
from agent.support.errors import KernelError
from agent.twin.candidates import Candidate
from agent.twin.fidelity import match_statements, measure_misestimate
from agent.twin.matched import Match, Matched
from agent.twin.material import read_material
from agent.twin.plan_shape import PlanShape
from agent.twin.twin import TwinRefused
from tests.agent.twin.made import AnsweringTwin, make_bounds, make_snapshot, make_step, scan

STATEMENT = "SELECT * FROM orders WHERE customer_id = ?"
OUTLINE = "/*+ BEGIN_OUTLINE_DATA FULL(orders) END_OUTLINE_DATA */"
FULL = make_step(0, "TABLE FULL SCAN", "orders", cost=500)


def match(
    answer: Callable[[str], PlanShape],
    *steps: PlanStep,
    statement: str = STATEMENT,
    outline: str = OUTLINE,
    candidates: Sequence[Candidate] = (),
) -> Matched:
    material = read_material(make_snapshot(statement, *steps, outline=outline))
    twin = AnsweringTwin(answer)
    twin.candidates = list(candidates)
    twin.bounds = make_bounds()
    (found,) = match_statements(twin.as_twin(), material)
    return found


def test_the_tenant_s_plan_unforced() -> None:
    found = match(lambda sql: scan(cost=700), FULL)
    assert (found.match, found.cause, found.cost) == (Match.SAME, "", 500), "the lesser cost of the two"
    assert found.tables == {"orders": ("shop", "orders")} and found.is_comparable and "?" not in found.sql


def test_another_plan_is_forced_by_the_tenant_s_outline() -> None:
    found = match(lambda sql: scan(cost=700) if "BEGIN_OUTLINE" in sql else scan("by_status", cost=1), FULL)
    assert (found.match, found.cause) == (Match.FORCED, "access") and found.is_comparable
    assert found.base == scan(cost=700)


def test_candidates_that_stand_already_are_hidden_while_plans_are_compared() -> None:
    by_customer, elsewhere = Candidate("shop", "orders", ("customer_id",)), Candidate("shop", "users", ("id",))

    def choose(sql: str) -> PlanShape:
        assert elsewhere.name not in sql, "a hint for a table that the statement does not read"
        return scan(cost=700) if f"NO_INDEX(`orders` `{by_customer.name}`)" in sql else scan(by_customer.name, cost=1)

    found = match(choose, FULL, candidates=[by_customer, elsewhere])
    assert found.match is Match.SAME and "NO_INDEX" not in found.sql


@pytest.mark.parametrize("outline", ["", OUTLINE])
def test_a_plan_that_cannot_be_had_is_not_comparable(outline: str) -> None:
    found = match(lambda sql: scan("by_status", cost=1), FULL, outline=outline)
    assert found.match is Match.OTHER and not found.is_comparable


def test_without_a_plan_or_a_readable_text_there_is_nothing_to_compare() -> None:
    assert match(lambda sql: scan(cost=1)).match is Match.NOT_IN_CACHE
    assert match(lambda sql: scan(cost=1), FULL, statement="SELECT FROM").match is Match.NOT_PARSED


@pytest.mark.parametrize("statement", ["ANALYZE TABLE orders", "SET a = ?", "DROP TABLE orders", "SELECT 1; SELECT ?"])
def test_nothing_but_a_query_or_a_change_of_data_stands_behind_explain(statement: str) -> None:
    asked: list[str] = []

    def answer(sql: str) -> PlanShape:
        asked.append(sql)
        return scan(cost=1)

    assert match(answer, FULL, statement=statement).match is Match.NOT_PARSED and asked == []


def test_a_refusal_and_a_death_are_the_statement_s_own_and_end_no_run() -> None:
    def refuse(sql: str) -> PlanShape:
        raise TwinRefused("no such table", 1146)

    def die(sql: str) -> PlanShape:
        raise KernelError(Text("it has ended"))

    assert (match(refuse, FULL).match, match(refuse, FULL).cause) == (Match.REFUSED, "no such table")
    assert (match(die, FULL).match, match(die, FULL).cause) == (Match.REFUSED, "it has ended")


@pytest.mark.parametrize(("estimated", "real", "off"), [(100, 100, 1), (1, 522, 522), (5220, 10, 522), (7, 0, None)])
def test_how_far_an_estimate_was_off(estimated: int, real: int, off: float | None) -> None:
    step = make_step(0, "TABLE FULL SCAN", "orders", rows_estimated=estimated, rows_real=real)
    ((plan,),) = read_plans([step]).values()
    assert measure_misestimate(plan) == off


def test_the_inner_side_of_a_nested_loop_is_measured_for_all_its_turns() -> None:
    steps = [
        make_step(0, "NESTED-LOOP JOIN"),
        make_step(1, "TABLE FULL SCAN", "a", depth=1, rows_estimated=10, rows_real=10),
        make_step(2, "TABLE GET", "b", depth=1, rows_estimated=1, rows_real=9000),
    ]
    ((plan,),) = read_plans(steps).values()
    assert measure_misestimate(plan) == 1


@pytest.mark.parametrize(("above", "off"), [("SCALAR GROUP BY", None), ("HASH GROUP BY", 500)])
def test_a_scan_that_sums_its_rows_up_tells_nothing_of_the_estimate(above: str, off: float | None) -> None:
    steps = [
        make_step(0, above),
        make_step(1, "TABLE FULL SCAN", "orders", depth=1, rows_estimated=500, rows_real=1),
    ]
    ((plan,),) = read_plans(steps).values()
    assert measure_misestimate(plan) == off
