"""Candidates: equality in front, the most selective first, and never what an index serves already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.facts.definition_text import read_definition
from agent.twin.candidates import Candidate, Scope, estimate_bytes, list_candidates
from agent.twin.writes import Writes
from tests.agent.twin.made import make_matched


def columns(statement: str) -> list[tuple[str, ...]]:
    _, material = make_matched(statement)
    return [candidate.columns for candidate in list_candidates(material)]


def test_the_more_selective_column_stands_in_front_and_the_range_behind() -> None:
    found = columns("SELECT note FROM orders WHERE status = ? AND customer_id = ? AND made > ?")
    assert found[0] == ("customer_id", "status")
    assert ("customer_id", "status", "made") in found
    assert ("status",) not in found and ("status", "made") not in found, "an index begins with these"


def test_order_group_and_what_is_read_besides() -> None:
    assert ("customer_id", "made") in columns("SELECT * FROM orders WHERE customer_id = ? ORDER BY made DESC LIMIT 5")
    assert ("customer_id", "amount") in columns("SELECT SUM(amount) FROM orders WHERE customer_id = ?")
    assert ("made", "customer_id") not in columns("SELECT * FROM orders ORDER BY made, customer_id DESC")
    assert ("customer_id",) in columns("SELECT COUNT(*) FROM orders GROUP BY customer_id")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM orders WHERE customer_id = ?",
        "SELECT id, customer_id FROM orders WHERE customer_id = ? AND id > ?",
        "SELECT id FROM orders WHERE customer_id = ? ORDER BY id LIMIT ?",
    ],
)
def test_the_primary_key_is_not_repeated(statement: str) -> None:
    """Every index goes on by it."""
    found = columns(statement)
    assert ("customer_id",) in found and all("id" not in one for one in found), found


def test_the_key_stands_where_an_order_needs_it_and_never_in_front() -> None:
    found = columns("SELECT id, amount FROM orders WHERE customer_id = ? ORDER BY id")
    assert ("customer_id", "id", "amount") in found and all(one[0] != "id" for one in found), found


def test_a_long_text_is_no_column_of_an_index() -> None:
    assert columns("SELECT id FROM orders WHERE note = ?") == []


def test_a_statement_without_a_plan_has_none() -> None:
    _, material = make_matched()
    (one,) = material.statements
    assert list_candidates(material)
    assert list_candidates(replace(material, statements=(replace(one, plans=()),))) == {}


def test_a_name_is_stable_and_says_the_columns() -> None:
    one = Candidate("shop", "orders", ("customer_id", "made"))
    assert one.name == Candidate("shop", "orders", ("customer_id", "made")).name
    assert (
        len({one.name, *(Candidate(*place, one.columns).name for place in (("shop", "bills"), ("old", "orders")))}) == 3
    )
    assert one.name.startswith("idx_customer_id_made_")
    assert len(Candidate("s", "t", tuple("abcdefghij" * 9)).name) <= 64
    assert Candidate("s", "t", ("a",), Scope.LOCAL).name != Candidate("s", "t", ("a",), Scope.GLOBAL).name
    local = Candidate("s", "t`x", ("a",), Scope.LOCAL)
    assert local.write_create() == f"CREATE INDEX `{local.name}` ON `s`.`t``x` (`a`) LOCAL;"
    assert local.write_element() == f"INDEX `{local.name}` (`a`) LOCAL"
    assert local.write_drop() == f"DROP INDEX `{local.name}` ON `s`.`t``x`;"


def test_the_size_counts_the_key_of_the_table() -> None:
    _, material = make_matched()
    table = material.tables["shop", "orders"]
    shape = read_definition(table.definition)
    size = estimate_bytes(Candidate("shop", "orders", ("customer_id",)), table, shape)
    assert size == 100_000 * (8 + 8 + 8)


@pytest.mark.parametrize(
    ("statement", "cost_us"),
    [
        ("INSERT INTO orders (id) VALUES (?)", 50),
        ("DELETE FROM orders WHERE id = ?", 50),
        ("UPDATE orders SET amount = ? WHERE id = ?", 0),
        ("UPDATE orders SET customer_id = ? WHERE id = ?", 100),
        ("SELECT * FROM orders WHERE id = ?", 0),
    ],
)
def test_writes_pay_for_the_columns_that_they_set(statement: str, cost_us: int) -> None:
    one, _ = make_matched(statement)
    load = one.statement.load
    object.__setattr__(load, "rows_used", 10)
    assert Writes([one]).count_us(Candidate("shop", "orders", ("customer_id",))) == cost_us
