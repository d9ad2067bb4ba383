"""One look at a target: what it does in which state, and what it keeps of an attempt."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.engagement.permitted import Permission, Validity
from agent.engagement.subscription import PeriodStatus, Subscription, judge_due
from agent.model.assessment import AttemptEnd, PastAssessment, Period
from agent.model.authorization import SignedWindow
from agent.service.look import describe_hindrance, look_at_target
from agent.support.errors import ConnectError, NotAuthorized, PeriodClaimed
from agent.support.i18n import render_text

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
YEAR = Subscription(NOW.date(), 12, "UTC")
CLOSED = Permission(validity=Validity(window=SignedWindow(opens="22:00", closes="23:00")))
DONE = PastAssessment(id="a1", as_of=NOW, coverage_pct=90.0)
UNWRITTEN = dataclasses.replace(DONE, unwritten=("report",))
UNDELIVERED = dataclasses.replace(DONE, undelivered=("group",))


def status(*recorded: PastAssessment, permission: Permission = Permission()) -> PeriodStatus:
    return judge_due(YEAR, recorded, NOW, 60.0, permission=permission)


@dataclass
class Fake:
    """A site that gives these statuses one after the other, and writes down what is done."""

    statuses: list[PeriodStatus]
    error: Exception | None = None
    did: list[object] = field(default_factory=list)

    def read_status(self) -> PeriodStatus:
        return self.statuses.pop(0)

    @contextmanager
    def hold(self, period: Period) -> Iterator[Claim]:
        if isinstance(self.error, PeriodClaimed):
            raise self.error
        self.did.append("hold")
        try:
            yield make_claim("acme", "shop", period.start, "me", timedelta(minutes=1))
        finally:
            self.did.append("release")

    def assess(self, claim: Claim) -> int:
        if self.error:
            raise self.error
        self.did.append("assess")
        return 5

    def write(self, claim: Claim, assessment_id: str) -> int:
        self.did.append(("write", assessment_id))
        return 4

    def deliver(self, claim: Claim, assessment_id: str) -> int:
        self.did.append(("deliver", assessment_id))
        return 5

    def note_attempt(self, end: AttemptEnd) -> None:
        self.did.append(end)

    def say_status(self, status: PeriodStatus) -> None:
        self.did.append("say")


def test_nothing_is_claimed_where_nothing_is_owed_or_a_window_is_closed() -> None:
    for given in (status(DONE), status(permission=CLOSED)):
        site = Fake([given])
        assert look_at_target(site) == 0 and site.did == ["say"]


def test_what_is_due_is_assessed_under_the_claim() -> None:
    site = Fake([status(), status()])
    assert look_at_target(site) == 5
    assert site.did == ["hold", "say", "assess", AttemptEnd.REACHED, "release"]


def test_what_another_run_did_meanwhile_is_seen_under_the_claim() -> None:
    site = Fake([status(), status(DONE)])
    assert look_at_target(site) == 0 and site.did == ["hold", "say", "release"]


@pytest.mark.parametrize("permission", [Permission(), CLOSED])
def test_a_report_is_written_without_a_connection_and_at_any_hour(permission: Permission) -> None:
    site = Fake([status(UNWRITTEN, permission=permission)] * 2)
    assert look_at_target(site) == 4 and site.did == ["hold", "say", ("write", "a1"), "release"]


@pytest.mark.parametrize("permission", [Permission(), CLOSED])
def test_a_report_is_delivered_without_a_connection_and_at_any_hour(permission: Permission) -> None:
    site = Fake([status(UNDELIVERED, permission=permission)] * 2)
    assert look_at_target(site) == 5 and site.did == ["hold", "say", ("deliver", "a1"), "release"]


@pytest.mark.parametrize(
    ("error", "end"), [(ConnectError("away"), AttemptEnd.UNREACHABLE), (NotAuthorized("no"), AttemptEnd.REFUSED)]
)
def test_a_failure_is_kept_and_passes(error: Exception, end: AttemptEnd) -> None:
    site = Fake([status(), status()], error)
    with pytest.raises(type(error)):
        look_at_target(site)
    assert site.did == ["hold", "say", end, "release"]


def test_a_defect_says_nothing_of_the_target() -> None:
    site = Fake([status(), status()], RuntimeError("x"))
    with pytest.raises(RuntimeError):
        look_at_target(site)
    assert site.did == ["hold", "say", "release"]


def test_a_period_that_another_holds_is_left_alone() -> None:
    site = Fake([status()], PeriodClaimed("held"))
    with pytest.raises(PeriodClaimed):
        look_at_target(site)
    assert site.did == []


def test_why_not_now_and_from_when_on() -> None:
    told = [render_text(text, "en") for text in describe_hindrance(status(permission=CLOSED))]
    assert (
        told[0].startswith("Not now: Outside the signed window") and told[1] == "Possible from 2026-03-05 22:00 UTC on."
    )
    assert list(describe_hindrance(status())) == []
