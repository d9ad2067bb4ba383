"""Outside the customer's authorization nothing runs, and the message says what to ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from agent.authorize import authorize
from agent.engagement import Engagement
from agent.errors import NotAuthorized
from agent.i18n import render
from agent.model import Authorization
from agent.terms import DataClass

BLOCK = {
    "reference": "AUTH-1",
    "approver": "Wang",
    "targets": ["orders"],
    "data_classes": ["settings", "statistics"],
    "not_before": date(2026, 1, 1),
    "not_after": date(2026, 3, 31),
}
BEGIN = datetime(2025, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
END = datetime(2026, 3, 31, 16, tzinfo=UTC)


def engagement(block: dict[str, Any] | None) -> Engagement:
    target = {"host": "db", "port": 3306, "user": "reader", "password": "env:X"}
    return Engagement.model_validate(
        {
            "customer": {"name": "Acme"},
            "service": {"tier": "gold", "start": date(2026, 1, 1), "months": 12},
            "targets": {"orders": target, "stock": target},
            "authorization": block,
        }
    )


def refusal(block: dict[str, Any] | None, target: str, now: datetime) -> str:
    with pytest.raises(NotAuthorized) as caught:
        authorize(engagement(block), target, now)
    assert caught.value.exit_code == 3
    return render(caught.value.text, "en")


@pytest.mark.parametrize("now", [BEGIN, BEGIN + timedelta(days=30), END - timedelta(seconds=1)])
def test_inside(now: datetime) -> None:
    assert authorize(engagement(BLOCK), "orders", now) == Authorization(
        "AUTH-1", "Wang", BEGIN, END, frozenset({DataClass.SETTINGS, DataClass.STATISTICS}), ("orders",)
    )


def test_the_zone_of_now_does_not_matter() -> None:
    there = timezone(timedelta(hours=-10))
    assert authorize(engagement(BLOCK), "orders", BEGIN.astimezone(there)).not_before == BEGIN
    assert "expired" in refusal(BLOCK, "orders", END.astimezone(there))


def test_no_authorization() -> None:
    message = refusal(None, "orders", BEGIN)
    assert "no authorization block" in message
    assert "Ask Acme for a written permission" in message


@pytest.mark.parametrize("target", ["stock", "unheard-of"])
def test_a_target_that_is_not_named(target: str) -> None:
    message = refusal(BLOCK, target, BEGIN)
    assert f"AUTH-1 does not name target {target}" in message
    assert "authorization.targets" in message


def test_too_early() -> None:
    assert "valid only from 2026-01-01 00:00+08:00 on" in refusal(BLOCK, "orders", BEGIN - timedelta(seconds=1))


def test_too_late() -> None:
    message = refusal(BLOCK, "orders", END)
    assert "expired at 2026-04-01 00:00+08:00" in message
    assert "Ask Acme for a new permission" in message


def test_a_moment_with_its_own_zone_is_taken_as_written() -> None:
    block = BLOCK | {"not_after": datetime(2026, 3, 1, 12, tzinfo=UTC)}
    assert authorize(engagement(block), "orders", BEGIN).not_after == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_moment_without_a_zone_is_the_services() -> None:
    block = BLOCK | {"not_after": datetime(2026, 3, 1, 20)}
    assert authorize(engagement(block), "orders", BEGIN).not_after == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_nobody_can_widen_the_window_by_a_value_of_another_kind() -> None:
    with pytest.raises(ValueError, match="write a date or a time"):
        engagement(BLOCK | {"not_after": "2030-01-01"})
