"""A value is chosen so that the twin estimates what the tenant did, by the tenant's own estimate alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from agent.facts.plans import PlanStep
from agent.twin.literals import Surroundings, choose_literals
from agent.twin.material import read_material
from agent.twin.synthetic import ColumnType, choose_bounds
from tests.agent.twin.made import AS_OF, TYPES, make_bounds, make_snapshot, make_step

NOTE = "table_rows:100000\n output_rows:{}\n"


def choose(statement: str, *steps: PlanStep, types: str = "") -> tuple[str, ...] | None:
    material = read_material(make_snapshot(statement, *steps, types=types))
    (one,) = material.statements
    around = Surroundings(material, make_bounds(), {"orders": "shop"})
    return choose_literals(one, one.plans[0] if one.plans else None, around)


def scan(rows: int, operator: str = "TABLE FULL SCAN", alias: str = "orders", **parts: Any) -> PlanStep:
    return make_step(0, operator, alias, rows_estimated=rows, **parts)


@pytest.mark.parametrize("rows", [10, 1000, 50_000])
def test_a_range_takes_the_share_that_the_tenant_estimated(rows: int) -> None:
    found = choose("SELECT * FROM orders WHERE made >= ?", scan(rows))
    assert found is not None
    (moment,) = found
    low, high = (datetime.fromisoformat(one.strip("'")) for one in (make_bounds()[("shop", "orders")]["made"].low,
                 make_bounds()[("shop", "orders")]["made"].high))  # fmt: skip
    share = (high - datetime.fromisoformat(moment.strip("'"))) / (high - low)
    assert share == pytest.approx(rows / 100_000, rel=0.01, abs=1e-6)


def test_equality_takes_its_share_before_the_range() -> None:
    # One customer of a thousand has 100 rows; 50 of them are half of the range.
    alone = choose("SELECT * FROM orders WHERE amount > ?", scan(50_000))
    beside = choose("SELECT * FROM orders WHERE customer_id = ? AND amount > ?", scan(50))
    assert alone and beside and beside[1] == alone[0] and 1 <= int(beside[0]) <= 1000


def test_what_a_limit_cut_off_is_told_by_the_note() -> None:
    cut = choose("SELECT * FROM orders WHERE amount > ? LIMIT ?", scan(10, optimizer=NOTE.format(50_000)))
    whole = choose("SELECT * FROM orders WHERE amount > ?", scan(50_000))
    assert cut and whole and cut == (whole[0], "10")


def test_a_range_on_both_sides_is_one_share() -> None:
    found = choose("SELECT * FROM orders WHERE id >= ? AND id < ?", scan(10_000))
    assert found and int(found[1]) - int(found[0]) == pytest.approx(10_000, abs=2)
    between = choose("SELECT * FROM orders WHERE id BETWEEN ? AND ?", scan(10_000))
    assert between == found


def test_a_value_on_the_left_is_turned_round() -> None:
    assert choose("SELECT * FROM orders WHERE ? < amount", scan(900)) == choose(
        "SELECT * FROM orders WHERE amount > ?", scan(900)
    )


def test_values_of_a_list_differ_and_limits_are_numbers() -> None:
    found = choose("SELECT * FROM orders WHERE customer_id IN (?, ?, ?) ORDER BY ? LIMIT ? OFFSET ?", scan(7))
    assert found and len(set(found[:3])) == 3
    assert all(value.isdecimal() for value in found)
    assert found[5] == "0"


def test_a_pattern_begins_with_a_text_only_where_an_index_found_a_range() -> None:
    text = "SELECT * FROM orders WHERE status LIKE ?"
    assert choose(text, scan(10)) == ("'%mm%'",)
    assert choose(text, scan(10, "TABLE RANGE SCAN", "orders(by_status)")) == ("'mm%'",)


def test_a_number_beside_a_text_stays_a_number() -> None:
    assert choose("SELECT * FROM orders WHERE status = ?", scan(1), types="{0,0,0,0,5}") == ("7",)
    assert choose("SELECT * FROM orders WHERE status = ?", scan(1), types="{0,0,0,0,22}") != ("7",)


def test_days_before_now_are_those_of_the_estimate() -> None:
    found = choose("SELECT * FROM orders WHERE made > DATE_SUB(NOW(), INTERVAL ? DAY)", scan(10_000))
    assert found and int(found[0]) == pytest.approx(183, abs=1)


@pytest.mark.parametrize("text", ["SELECT FROM", "SELECT 1 …", "SELECT 'a"])
def test_a_text_that_cannot_be_read_has_no_values(text: str) -> None:
    assert choose(text, scan(1)) is None


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("bigint", "1", "50"), ("tinyint", "1", "50"), ("decimal", "1", "50"), ("varchar", "'a'", "'zz'"),
        ("date", "'2021-11-23'", "'2026-11-23'"), ("time", "'00:00:00'", "'23:59:59'"), ("year", "2000", "2024"),
    ],
)  # fmt: skip
def test_made_up_bounds(kind: str, low: str, high: str) -> None:
    bounds = choose_bounds(ColumnType(data_type=kind, column_type=kind, digits=4), 50, AS_OF)
    assert bounds and (bounds.low, bounds.high) == (low, high)
    assert choose_bounds(ColumnType(data_type="json", column_type="json"), 5, AS_OF) is None
    assert TYPES.keys() >= {"id"}
