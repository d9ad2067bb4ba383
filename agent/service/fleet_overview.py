"""The fleet as a whole: what histories hold of each target, joined with what its engagement file says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.archive.history.store import History
from agent.archive.report_files import find_report_files
from agent.engagement.authorization.authorize import read_end
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import judge_due
from agent.model.assessment import Period
from agent.model.fleet import Agreed, FleetTarget, KeptTarget
from agent.model.terms import Text
from agent.support.errors import ConfigError, NotAuthorized

_NO_AUTHORIZATION = Text("The engagement names no signed authorization.")


@dataclass(frozen=True, slots=True)
class ExpectedTarget:
    """A target of an engagement file."""

    customer: str
    target: str
    engagement: Engagement


def list_expected(engagements: Iterable[Engagement]) -> tuple[ExpectedTarget, ...]:
    """Return the targets of all engagement files."""
    return tuple(
        ExpectedTarget(engagement.customer.name, target, engagement)
        for engagement in engagements
        for target in engagement.targets
    )


def read_fleet_targets(
    histories: Sequence[History], expected: Sequence[ExpectedTarget], now: datetime, counts_from_pct: float
) -> Iterator[FleetTarget]:
    """Yield every target of the histories, and those of the engagement files that none of them knows.

    A target that is in two histories is told by the one that holds its newest assessment, with all of its
    assessments. Raises HistoryError.
    """
    waiting = {(told.customer, told.target): told.engagement for told in expected}
    ends: dict[int, tuple[datetime | None, Text | None]] = {}

    def join(customer: str, target: str, kept: KeptTarget | None) -> FleetTarget:
        engagement = waiting.pop((customer, target), None)
        agreed = None
        if engagement:
            end = ends.get(id(engagement)) or _read_end(engagement)
            ends[id(engagement)] = end
            agreed = _judge_agreed(engagement, kept, now, counts_from_pct, end)
        files = find_report_files(kept.assessments) if kept else {}
        return FleetTarget(customer=customer, target=target, kept=kept, agreed=agreed, files=files)

    for kept in _read_kept(histories):
        yield join(kept.customer, kept.target, kept)
    for customer, target in list(waiting):
        yield join(customer, target, None)


def _read_kept(histories: Sequence[History]) -> Iterator[KeptTarget]:
    """Yield the targets of all histories. Only with several of them all are held in memory."""
    if len(histories) == 1:
        yield from histories[0].read_fleet()
        return
    found: dict[tuple[str, str], KeptTarget] = {}
    for history in histories:
        for kept in history.read_fleet():
            key = (kept.customer, kept.target)
            found[key] = _merge_kept(found[key], kept) if key in found else kept
    yield from found.values()


def _merge_kept(one: KeptTarget, other: KeptTarget) -> KeptTarget:
    by_id = {past.id: past for past in (*one.assessments, *other.assessments)}
    merged = tuple(sorted(by_id.values(), key=lambda past: (past.as_of, past.id)))
    newest = one if one.assessments[-1].id == merged[-1].id else other
    return replace(newest, assessments=merged)


def _read_end(engagement: Engagement) -> tuple[datetime | None, Text | None]:
    try:
        end = read_end(engagement)
    except (NotAuthorized, ConfigError) as error:
        return None, error.text
    return end, None if end else _NO_AUTHORIZATION


def _judge_agreed(
    engagement: Engagement,
    kept: KeptTarget | None,
    now: datetime,
    counts_from_pct: float,
    end: tuple[datetime | None, Text | None],
) -> Agreed:
    past = [assessment.as_past() for assessment in kept.assessments] if kept else []
    overdue: tuple[Period, ...] = ()
    try:
        status = judge_due(engagement.subscription, past, now, counts_from_pct)
        overdue, is_due, state = status.overdue, status.due, status.text
    except ConfigError as error:  # no whole years: nothing is owed, and the page says why
        is_due, state = False, error.text
    return Agreed(
        subscribed_until=engagement.service.end,
        overdue=overdue,
        is_due=is_due,
        state=state,
        until=end[0],
        problem=end[1],
    )
