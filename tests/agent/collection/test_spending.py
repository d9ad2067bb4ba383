"""What is spent is added up, and with nothing left of one of three nothing more is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from agent.collection.spending import Spending
from agent.model.cost import Budget, Cost, Sent
from agent.model.terms import UnavailableKind
from agent.support.errors import StatementError
from agent.support.i18n import render_text

BUDGET = Budget(total_database_ms=1000.0, max_rows=100, max_bytes=5000)
ALMOST = Cost(statements=3, database_ms=999.0, rows=99, bytes=4999)


def spent(cost: Cost) -> Spending:
    spending = Spending(BUDGET, None)
    spending.cost = cost
    return spending


def test_while_something_is_left_of_all_three_statements_may_be_sent() -> None:
    almost = spent(ALMOST)
    assert (almost.left_ms, almost.left_rows, almost.left_bytes) == (1.0, 1, 1)
    assert not almost.is_spent
    almost.check("Memstore")


@pytest.mark.parametrize(
    "cost", [replace(ALMOST, database_ms=1000.0), replace(ALMOST, rows=100), replace(ALMOST, bytes=5000)]
)
def test_with_nothing_left_of_one_of_them_nothing_is_sent(cost: Cost) -> None:
    spending = spent(cost)
    assert spending.is_spent
    with pytest.raises(StatementError) as caught:
        spending.check("Memstore")
    assert caught.value.kind is UnavailableKind.BUDGET
    assert caught.value.text.args == {
        "source": "Memstore",
        "spent_ms": cost.database_ms,
        "rows_count": cost.rows,
        "spent_bytes": cost.bytes,
    }
    assert "Memstore was not read" in render_text(caught.value.text, "en")


class Lines:
    """A journal that keeps what is written."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def answered(self, *values: Any) -> None:
        self.lines.append(values)


def test_each_statement_is_added_listed_and_written() -> None:
    journal = Lines()
    spending = Spending(BUDGET, cast(Any, journal))
    spending.record("A", 30.0, 5, 500, None)
    spending.record("B", 10.0, 2, 40, 4012)
    assert spending.cost == Cost(statements=2, database_ms=40.0, longest_ms=30.0, rows=7, bytes=540)
    assert [replace(sent, at="") for sent in spending.sent] == [Sent("A", 30.0, 5, None), Sent("B", 10.0, 2, 4012)]
    assert all(sent.at.endswith("+00:00") for sent in spending.sent)
    assert journal.lines == [(30.0, 5, 500, None), (10.0, 2, 40, 4012)]
