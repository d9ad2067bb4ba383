"""What a plan would be: candidates are made once, hidden by hints, and no plan is asked for twice."""

from __future__ import annotations

import pytest

from agent.twin.candidates import Candidate
from agent.twin.plan_shape import PlanShape
from agent.twin.twin import Refusal
from agent.twin.what_if import OutOfPlans, WhatIf
from tests.agent.twin.made import AnsweringTwin, make_matched, scan

BY_CUSTOMER = Candidate("shop", "orders", ("customer_id",))
BY_AMOUNT = Candidate("shop", "orders", ("amount",))
ELSEWHERE = Candidate("shop", "users", ("id",))


def answer(sql: str) -> PlanShape:
    return scan(cost=1000) if BY_CUSTOMER.name in sql else scan(BY_CUSTOMER.name, cost=10)


def test_several_indexes_of_a_table_are_made_in_one_statement() -> None:
    twin = AnsweringTwin(answer)
    assert WhatIf(twin.as_twin()).make([BY_CUSTOMER, BY_AMOUNT, ELSEWHERE]) == []
    assert len(twin.asked) == 2 and twin.asked[0].count("ADD INDEX") == 2


def test_what_was_made_with_its_table_is_not_made_again() -> None:
    twin = AnsweringTwin(answer)
    twin.candidates = [BY_CUSTOMER]
    what_if = WhatIf(twin.as_twin())
    assert what_if.make([BY_CUSTOMER, BY_AMOUNT]) == [] and what_if.made == (BY_CUSTOMER, BY_AMOUNT)
    assert len(twin.asked) == 1 and BY_CUSTOMER.name not in twin.asked[0]


def test_one_index_that_is_refused_does_not_take_the_others_along() -> None:
    twin = AnsweringTwin(answer, refuses={f"`{BY_AMOUNT.name}`": "too wide"})
    what_if = WhatIf(twin.as_twin())
    assert what_if.make([BY_CUSTOMER, BY_AMOUNT]) == [Refusal(what="shop.orders(amount)", reason="too wide")]
    assert what_if.made == (BY_CUSTOMER,)


def test_the_others_are_hidden_and_the_plan_is_kept() -> None:
    twin = AnsweringTwin(answer)
    what_if = WhatIf(twin.as_twin())
    what_if.make([BY_CUSTOMER, BY_AMOUNT])
    one, _ = make_matched()
    assert what_if.find_plan(one, [BY_CUSTOMER]).cost == 10
    assert twin.explained == 1 and f"NO_INDEX(`orders` `{BY_AMOUNT.name}`)" in twin.asked[-1]
    what_if.find_plan(one, [BY_CUSTOMER, ELSEWHERE])
    assert twin.explained == 1, "an index of another table makes no other plan"


def test_an_index_of_another_table_on_the_same_columns_is_another_one() -> None:
    by_customer = Candidate("shop", "bills", BY_CUSTOMER.columns)
    what_if = WhatIf(AnsweringTwin(answer).as_twin())
    what_if.make([BY_CUSTOMER, by_customer])
    one, _ = make_matched()
    plan = what_if.find_plan(one, [BY_CUSTOMER, by_customer])
    assert what_if.list_used(plan) == {BY_CUSTOMER}


def test_without_a_candidate_it_is_the_tenant_s_plan() -> None:
    twin = AnsweringTwin(answer)
    what_if = WhatIf(twin.as_twin())
    what_if.make([BY_CUSTOMER, BY_AMOUNT])
    one, _ = make_matched()
    assert what_if.find_plan(one, []) is one.base and twin.explained == 0
    assert what_if.find_plan(one, [BY_AMOUNT]) is one.base, "a plan by none of them is no effect of theirs"


def test_a_plan_with_more_choice_that_reads_no_more_is_the_plan_with_less() -> None:
    twin = AnsweringTwin(answer)
    what_if = WhatIf(twin.as_twin())
    what_if.make([BY_CUSTOMER, BY_AMOUNT])
    one, _ = make_matched()
    what_if.find_plan(one, [BY_CUSTOMER, BY_AMOUNT])
    assert what_if.find_plan(one, [BY_CUSTOMER]).cost == 10 and twin.explained == 1


def test_an_index_that_there_is_can_be_hidden() -> None:
    twin = AnsweringTwin(answer)
    what_if = WhatIf(twin.as_twin())
    one, _ = make_matched()
    what_if.find_plan(one, [], frozenset({("shop", "orders", "by_status"), ("shop", "users", "x")}))
    assert twin.asked[-1].count("NO_INDEX") == 1 and "by_status" in twin.asked[-1]


def test_the_number_of_plans_has_an_end() -> None:
    what_if = WhatIf(AnsweringTwin(answer).as_twin(), most_plans=1)
    what_if.make([BY_CUSTOMER, BY_AMOUNT])
    one, _ = make_matched()
    what_if.find_plan(one, [BY_AMOUNT])
    with pytest.raises(OutOfPlans):
        what_if.find_plan(one, [BY_CUSTOMER])


def test_with_other_settings_nothing_is_taken_for_granted() -> None:
    twin = AnsweringTwin(lambda sql: scan(cost=77))
    what_if = WhatIf(twin.as_twin())
    what_if.is_set_anew = True
    one, _ = make_matched()
    assert what_if.find_plan(one, []).cost == 77
