"""Indexes go only if another one serves or no plan reads them, and only while every plan stays as cheap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.twin.matched import Match
from agent.twin.plan_shape import PlanShape
from agent.twin.retire import list_retirable
from agent.twin.what_if import WhatIf
from tests.agent.twin.made import ORDERS, AnsweringTwin, make_matched, scan, with_match


def retire(cost: int, match: Match = Match.SAME) -> list[str]:
    def answer(sql: str) -> PlanShape:
        return scan(cost=cost)

    one, material = make_matched(cost=1000)
    what_if = WhatIf(AnsweringTwin(answer).as_twin())
    return [found.name for found in list_retirable(what_if, material, [with_match(one, match)])]


def test_what_nobody_loses_by_can_go() -> None:
    assert retire(1000) == ["by_status"], "the other one serves in its place, so it stays"


def test_what_another_index_was_to_go_for_stays() -> None:
    one, material = make_matched(cost=1000)
    what_if = WhatIf(AnsweringTwin(lambda sql: scan(cost=1000)).as_twin())
    replaced = [("shop.orders.by_gone", "by_status"), ("shop.others.by_gone", "by_status_made")]
    found = [each.name for each in list_retirable(what_if, material, [one], replaced)]
    assert found == ["by_status_made"], "of another table"


@pytest.mark.parametrize(("asked", "match", "stays"), [
    ("status", Match.OTHER, True), ("customer_id", Match.OTHER, False), ("status", Match.SAME, False),
])  # fmt: skip
def test_the_last_index_on_a_column_stays_for_a_statement_without_a_known_plan(
    asked: str, match: Match, stays: bool
) -> None:
    one, material = make_matched(f"SELECT * FROM orders WHERE {asked} = ?", cost=1000)
    only = replace(material, indexes=tuple(row for row in material.indexes if row.index_name == "by_status_made"))
    place = ("shop", "orders")
    table = replace(material.tables[place], definition=ORDERS.replace("  KEY `by_status` (`status`),\n", ""))
    what_if = WhatIf(AnsweringTwin(lambda sql: scan(cost=1000)).as_twin())
    found = list(list_retirable(what_if, replace(only, tables={place: table}), [with_match(one, match)]))
    assert (found == []) == stays


def test_what_makes_a_plan_dearer_stays() -> None:
    assert retire(1100) == []


def test_of_what_cannot_be_compared_only_its_own_indexes_stay() -> None:
    assert retire(1000, Match.OTHER) == ["by_status"]


def test_it_is_hidden_first_and_the_rollback_shows_it() -> None:
    one, material = make_matched(cost=1000)
    what_if = WhatIf(AnsweringTwin(lambda sql: scan(cost=1000)).as_twin())
    found = next(iter(list_retirable(what_if, material, [one])))
    assert found.served_by == "by_status_made"
    assert found.sql == "ALTER TABLE `shop`.`orders` ALTER INDEX `by_status` INVISIBLE;"
    assert found.rollback == "ALTER TABLE `shop`.`orders` ALTER INDEX `by_status` VISIBLE;"


@pytest.mark.parametrize("more", [{"non_unique": False}, {"is_visible": "NO"}, {"index_type": "FULLTEXT"}])
def test_unique_hidden_and_special_indexes_stay(more: dict[str, Any]) -> None:
    one, material = make_matched(cost=1000)
    kept = replace(material, indexes=tuple(replace(row, **more) for row in material.indexes))
    what_if = WhatIf(AnsweringTwin(lambda sql: scan(cost=1000)).as_twin())
    assert list(list_retirable(what_if, kept, [one])) == []


def test_an_index_of_the_beginning_of_a_text_serves_no_other() -> None:
    one, material = make_matched(cost=1000)
    longer, shorter = (row for row in reversed(material.indexes))
    kept = replace(material, indexes=(shorter, replace(longer, sub_part=3)))
    what_if = WhatIf(AnsweringTwin(lambda sql: scan(cost=1000)).as_twin())
    (found,) = list_retirable(what_if, kept, [one])
    assert (found.name, found.served_by) == ("by_status", "")
