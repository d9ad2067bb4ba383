"""When a target is looked at again: pauses grow, are forgotten, and end at the opening of a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.engagement.permitted import Permission, Validity
from agent.engagement.subscription import PeriodStatus, Subscription, judge_due
from agent.model.authorization import SignedWindow
from agent.service.outcome import FAILED, PARTIAL
from agent.service.retry_plan import RetryPlan, find_pause

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
YEAR = Subscription(NOW.date(), 12, "UTC")
NIGHT = Permission(validity=Validity(window=SignedWindow(opens="22:00", closes="23:00")))


def status(permission: Permission) -> PeriodStatus:
    return judge_due(YEAR, [], NOW, 60.0, permission=permission)


def test_pauses_double_up_to_two_hours() -> None:
    minutes = [find_pause(failures) // timedelta(minutes=1) for failures in range(1, 8)]
    assert minutes == [5, 10, 20, 40, 80, 120, 120]


def test_a_failed_target_is_left_alone_until_its_pause_is_over() -> None:
    plan = RetryPlan()
    assert plan.may_look("shop", NOW) and plan.find_next(NOW) is None
    plan.note_code("shop", FAILED, NOW)
    assert not plan.may_look("shop", NOW + timedelta(minutes=4)) and plan.may_look("shop", NOW + timedelta(minutes=5))
    assert plan.may_look("bank", NOW), "another target is not held up"
    assert plan.find_next(NOW) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("code", [0, 1])
def test_what_is_done_begins_anew(code: int) -> None:
    plan = RetryPlan()
    for _ in range(4):
        plan.note_code("shop", FAILED, NOW)
    plan.note_code("shop", code, NOW)
    assert plan.find_next(NOW) is None
    plan.note_code("shop", FAILED, NOW)
    assert plan.find_next(NOW) == NOW + timedelta(minutes=5)


def test_what_read_too_little_has_some_hours_of_rest() -> None:
    plan = RetryPlan()
    plan.note_code("shop", PARTIAL, NOW)
    assert plan.find_next(NOW) == NOW + timedelta(hours=4)


def test_a_closed_target_is_looked_at_when_it_opens_and_a_refused_one_daily() -> None:
    plan = RetryPlan()
    closed = status(NIGHT)
    assert not plan.wants_look("shop", closed)
    assert plan.find_next(NOW) == NOW.replace(hour=22)
    expired = status(Permission(validity=Validity(not_after=NOW)))
    assert plan.wants_look("bank", expired), "it is tried, so that somebody is told"
    plan.note_look("bank", 3, expired, NOW)
    assert plan.may_look("bank", NOW)
    plan.note_look("shop", FAILED, status(Permission()), NOW)
    plan.forget()
    assert plan.may_look("shop", NOW)
