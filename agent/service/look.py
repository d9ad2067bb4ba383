"""One look of the service at one target: it is assessed, its report written or delivered, or it is said why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from agent.archive.history.entries import Claim
from agent.engagement.subscription import PeriodStatus
from agent.model.assessment import AttemptEnd, Period
from agent.model.terms import Text
from agent.support.errors import NotAuthorized, TargetError


class Site(Protocol):
    """What a look works on: one target with its history, its clock and the roads to both."""

    def read_status(self) -> PeriodStatus:
        """Return where the target stands now. Raises HistoryError."""

    def hold(self, period: Period) -> AbstractContextManager[Claim]:
        """Yield the claim of the period. Raises PeriodClaimed if another run holds it."""

    def assess(self, claim: Claim) -> int:
        """Connect, read, judge, record under the claim and write the report. Return the exit code."""

    def write(self, claim: Claim, assessment_id: str) -> int:
        """Write the report of an assessment that is recorded. Nothing is connected. Return the exit code."""

    def deliver(self, claim: Claim, assessment_id: str) -> int:
        """Deliver the report of an assessment, which is written. No target is connected. Return the exit code."""

    def note_attempt(self, end: AttemptEnd) -> None:
        """Keep what came of an attempt. A history that cannot be written is no error: the run has said so."""

    def say_status(self, status: PeriodStatus) -> None:
        """Say where the target stands."""


def look_at_target(site: Site) -> int:
    """Make what is owed and permitted. Return the exit code; 0 where nothing is to be made now.

    What is due is read again under the claim: another run may have done it in between. Every error passes, after what
    came of the attempt is kept.
    """
    status = site.read_status()
    if not status.due or status.current is None:
        site.say_status(status)
        return 0
    with site.hold(status.current) as claim:
        status = site.read_status()
        site.say_status(status)
        if not status.due:
            return 0
        if status.unwritten:
            return site.write(claim, status.unwritten.id)
        if status.undelivered:
            return site.deliver(claim, status.undelivered.id)
        return _try_to_assess(site, claim)


def _try_to_assess(site: Site, claim: Claim) -> int:
    try:
        code = site.assess(claim)
    except NotAuthorized:
        site.note_attempt(AttemptEnd.REFUSED)
        raise
    except TargetError:
        site.note_attempt(AttemptEnd.UNREACHABLE)
        raise
    site.note_attempt(AttemptEnd.REACHED)
    return code


def describe_hindrance(status: PeriodStatus) -> Iterator[Text]:
    """Yield why an assessment that is owed is not made now, and when it can be."""
    if status.hindrance is None:
        return
    yield Text("Not now: {reason}", {"reason": status.hindrance})
    if status.opens:
        yield Text("Possible from {opens} on.", {"opens": status.opens})
