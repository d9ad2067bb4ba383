"""Decides when an assessment is owed and may be made, from what history holds, from dates and from what was agreed.

A subscription is cut into periods of three calendar months; one assessment is owed in each. Exactly one counts.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from agent.engagement.permitted import EACH_MOMENT, Permission, find_closure, find_opening, find_refusal, is_open_for
from agent.model.assessment import PastAssessment, PastAttempt, Period
from agent.model.delivery import name_destination
from agent.model.terms import Text
from agent.support.errors import ConfigError

MONTHS_PER_PERIOD = 3
# After so many assessments of a period that read too little, the best of them counts, as a partial one.
MOST_ATTEMPTS = 3
# A period without an assessment was missed if it could have been made for so long. It was nobody's fault otherwise.
MISSED_FROM = timedelta(hours=24)
# For so long an attempt in vain tells that a target could not be assessed: the service looks at least daily.
_TELLS_FOR = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the customer bought: first day, length in months (12, 24, ...), and whose days are counted."""

    start: date
    months: int
    timezone: str


class PeriodState(StrEnum):
    """Where a target stands in its subscription."""

    NOT_STARTED = "not_started"
    DUE = "due"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodStatus:
    """``overdue`` are periods that ended without an assessment that counts; it is too late for them.

    ``missed`` are those of them in which it could have been made for 24 hours. ``next`` is the first day of the period
    that the next assessment is for: today or earlier when an assessment is due, None when no more are owed. ``last`` is
    the time (aware) of the newest assessment. ``unwritten`` is an assessment of the current period of which only the
    report is missing: it is written from history. ``undelivered`` is one whose report is written and has not reached
    everybody. ``hindrance`` is why an assessment that is owed may not be made now, ``opens`` when it may (aware; None:
    not before the period ends, as far as is known), ``waits`` that agreed hours or days are the reason. ``counting`` is
    the assessment that counts for the current period, ``is_partial`` that it is the best of those that read too little.
    """

    state: PeriodState
    text: Text
    current: Period | None
    overdue: tuple[Period, ...]
    last: datetime | None
    next: date | None
    missed: tuple[Period, ...] = ()
    unwritten: PastAssessment | None = None
    undelivered: PastAssessment | None = None
    hindrance: Text | None = None
    opens: datetime | None = None
    waits: bool = False
    counting: PastAssessment | None = None
    is_partial: bool = False

    @property
    def is_owed(self) -> bool:
        """Whether an assessment of the current period, or its report, is still to be made."""
        return self.state is PeriodState.DUE

    @property
    def due(self) -> bool:
        """Whether an assessment, or its report, is owed and nobody has to wait for agreed hours or days.

        Writing or delivering a report connects to no target and never waits. Without a valid authorization one tries,
        and is refused.
        """
        only_report = self.unwritten is not None or self.undelivered is not None
        return self.is_owed and (not self.waits or only_report)


@lru_cache(maxsize=1024)
def list_periods(start: date, months: int) -> tuple[Period, ...]:
    """Return the quarters of a subscription.

    Each quarter is counted from the first day, so a subscription from a 31st returns to the 31st after a short month.
    Raises ConfigError unless ``months`` is 12, 24, 36, ...
    """
    if months < 12 or months % 12:
        raise ConfigError(
            Text(
                "A subscription lasts 12, 24, 36, ... months, not {months}. Correct it in the engagement file.",
                {"months": months},
            )
        )
    days = [add_months(start, offset) for offset in range(0, months + 1, MONTHS_PER_PERIOD)]
    return tuple(Period(number, *pair) for number, pair in enumerate(pairwise(days), start=1))


def add_months(start: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month if it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def load_zone(subscription: Subscription) -> ZoneInfo:
    """Return the subscription's time zone. Raises ConfigError for an unknown name."""
    try:
        return ZoneInfo(subscription.timezone)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of zones such as "Asia"
        raise ConfigError(
            Text(
                '"{timezone}" is not a time zone. Write one such as Asia/Shanghai in the engagement file.',
                {"timezone": subscription.timezone},
            )
        ) from None


def read_enough(past: PastAssessment, counts_from_pct: float) -> bool:
    """Whether an assessment read enough to count for its period, once its report is written.

    That is a coverage of ``counts_from_pct``, or all that the customer's authorization grants.
    """
    return past.coverage_pct >= counts_from_pct or past.is_complete


def is_finished(past: PastAssessment) -> bool:
    """Whether every file of the report that was asked for is written and has reached every destination."""
    return not past.unwritten and not past.undelivered


def find_counting(tried: Sequence[PastAssessment], counts_from_pct: float) -> PastAssessment | None:
    """Return the assessment of a period that counts, given all of it, oldest first; None while none does.

    That is the first one that read enough and is finished, else the last that read enough, else, after the third
    attempt, the one that read most. It makes the period done once it is finished.
    """
    if not tried:
        return None
    enough = [past for past in tried if read_enough(past, counts_from_pct)]
    if enough:
        return next(filter(is_finished, enough), enough[-1])
    some = [past for past in tried if past.coverage_pct > 0]
    if len(tried) < MOST_ATTEMPTS or not some:
        return None
    return max(some, key=lambda past: (past.coverage_pct, past.as_of))


def list_done(
    subscription: Subscription, recorded: Iterable[PastAssessment], counts_from_pct: float
) -> tuple[PastAssessment | None, ...]:
    """Return for each period the assessment that made it done, or None: as ``judge_due`` counts. Raises as that."""
    known = tuple(sorted(recorded, key=lambda past: past.as_of))
    counting = _list_counting(subscription, known, counts_from_pct)
    return tuple(past if past and is_finished(past) else None for past in counting)


def find_current_period(subscription: Subscription, now: datetime) -> Period | None:
    """Return the period that holds the day of ``now`` in the subscription's time zone. Raises as ``judge_due``."""
    today = now.astimezone(load_zone(subscription)).date()
    periods = list_periods(subscription.start, subscription.months)
    place = _find_period(periods, today)
    return None if place is None else periods[place]


def judge_due(
    subscription: Subscription,
    recorded: Iterable[PastAssessment],
    now: datetime,
    counts_from_pct: float,
    *,
    permission: Permission = EACH_MOMENT,
    attempts: Sequence[PastAttempt] = (),
) -> PeriodStatus:
    """Return where a target stands at ``now``, given all its recorded assessments. Pure.

    An assessment belongs to the period that holds its day in the subscription's time zone. Only the assessment of the
    current period can still be made. ``attempts`` tell when a target could not be assessed. Raises ConfigError for an
    unknown time zone or a wrong number of months.
    """
    zone, all_periods = load_zone(subscription), list_periods(subscription.start, subscription.months)
    known = tuple(sorted(recorded, key=lambda past: past.as_of))
    today, tried = now.astimezone(zone).date(), _group_by_period(subscription, known)
    counting = _list_counting(subscription, known, counts_from_pct)
    missing = [
        period for period, past in zip(all_periods, counting, strict=True) if past is None or not is_finished(past)
    ]
    place = _find_period(all_periods, today)
    current, counts = (all_periods[place], counting[place]) if place is not None else (None, None)
    following = next((period.start for period in missing if period.end > today), None)
    state = _judge_state(today, subscription.start, current, missing)
    owed = current if state is PeriodState.DUE else None
    left = counts if owed else None
    closure = find_closure(permission, now) if owed else None
    hindrance = (find_refusal(permission, now) or closure) if owed else None
    overdue = tuple(period for period in missing if period.end <= today)
    return PeriodStatus(
        state=state,
        text=_describe_due(owed, tried[place], left)
        if owed and place is not None
        else _describe_rest(state, all_periods, current, following, is_partial=_is_partial(counts, counts_from_pct)),
        current=current,
        overdue=overdue,
        missed=_list_missed(overdue, zone, permission, tuple(attempts)),
        last=known[-1].as_of if known else None,
        next=following,
        unwritten=left if left and left.unwritten else None,
        undelivered=left if left and not left.unwritten else None,
        hindrance=hindrance,
        opens=find_opening(permission, now, _find_day_start(owed.end, zone)) if owed and hindrance else None,
        waits=closure is not None,
        counting=counts,
        is_partial=_is_partial(counts, counts_from_pct),
    )


@lru_cache(maxsize=1024)
def _group_by_period(
    subscription: Subscription, known: tuple[PastAssessment, ...]
) -> tuple[tuple[PastAssessment, ...], ...]:
    """Return the assessments of each period, in their order. Those outside the subscription are left out.

    The answer is kept, as that of ``_list_counting``: looks at a target are many, and its assessments seldom change.
    """
    zone, all_periods = load_zone(subscription), list_periods(subscription.start, subscription.months)
    found = [list[PastAssessment]() for _ in all_periods]
    for past in known:
        place = _find_period(all_periods, past.as_of.astimezone(zone).date())
        if place is not None:
            found[place].append(past)
    return tuple(map(tuple, found))


@lru_cache(maxsize=1024)
def _list_counting(
    subscription: Subscription, known: tuple[PastAssessment, ...], counts_from_pct: float
) -> tuple[PastAssessment | None, ...]:
    """Return for each period the assessment that counts, or None."""
    return tuple(find_counting(tried, counts_from_pct) for tried in _group_by_period(subscription, known))


def _find_period(all_periods: Sequence[Period], day: date) -> int | None:
    """Return which of the periods, which follow each other, holds a day."""
    place = bisect_right(all_periods, day, key=lambda period: period.start) - 1
    return place if place >= 0 and day < all_periods[place].end else None


def _is_partial(past: PastAssessment | None, counts_from_pct: float) -> bool:
    return past is not None and not read_enough(past, counts_from_pct)


def _find_day_start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _list_missed(
    overdue: Iterable[Period], zone: ZoneInfo, permission: Permission, attempts: tuple[PastAttempt, ...]
) -> tuple[Period, ...]:
    """Return the periods that are over and could have been assessed; none where the signed document is refused."""
    # What closes periods is asked without the refusal, which holds now and is of no period that is over.
    closing = replace(permission, validity=replace(permission.validity, refusal=None))
    return tuple(period for period in overdue if _was_possible(period, zone, closing, attempts))


@lru_cache(maxsize=4096)
def _was_possible(period: Period, zone: ZoneInfo, permission: Permission, attempts: tuple[PastAttempt, ...]) -> bool:
    """Whether the assessment of a period that is over could have been made, for long enough to be missed.

    The answer is kept: a period that is over stays so, and each look at the target asks again.
    """
    start, end = _find_day_start(period.start, zone), _find_day_start(period.end, zone)
    spans, free_from = list[tuple[datetime, datetime]](), start
    for attempt in sorted(attempts, key=lambda attempt: attempt.at):
        if attempt.at >= end or attempt.at < start - _TELLS_FOR:
            continue
        if attempt.at > free_from:
            spans.append((free_from, attempt.at))
        free_from = max(start, attempt.at if attempt.was_possible else attempt.at + _TELLS_FOR)
    if free_from < end:
        spans.append((free_from, end))
    return is_open_for(permission, spans, MISSED_FROM)


def _judge_state(today: date, start: date, current: Period | None, missing: list[Period]) -> PeriodState:
    if current is None:
        return PeriodState.NOT_STARTED if today < start else PeriodState.ENDED
    return PeriodState.DUE if current in missing else PeriodState.DONE


def _describe_due(current: Period, tried: Sequence[PastAssessment], left: PastAssessment | None) -> Text:
    """Say what is owed; ``tried`` are the assessments of the period, none of them done. ``left`` is the newest of them
    that read enough: its report is not written, or not delivered.
    """
    until = (current.end - timedelta(days=1)).isoformat()
    if left and not left.unwritten:
        names = dict.fromkeys(map(name_destination, left.undelivered))
        return Text(
            "The report of period {number} is written ({id}), but not delivered to: {names}. Deliver it until {until}.",
            {"number": current.number, "id": left.id, "names": ", ".join(names), "until": until},
        )
    if left:
        return Text(
            "The assessment of period {number} is recorded ({id}), but not all of its report is written: {files}. "
            "Write it from history until {until}.",
            {"number": current.number, "id": left.id, "files": ", ".join(left.unwritten), "until": until},
        )
    if tried:
        return Text(
            "The assessment of period {number} stays due until {until}: the last one ({id}) read too little, with a "
            "coverage of {coverage_pct}.",
            {"number": current.number, "until": until, "id": tried[-1].id, "coverage_pct": tried[-1].coverage_pct},
        )
    return Text(
        "The assessment of period {number} is due since {start} and can be done until {until}.",
        {"number": current.number, "start": current.start.isoformat(), "until": until},
    )


def _describe_rest(
    state: PeriodState,
    all_periods: tuple[Period, ...],
    current: Period | None,
    following: date | None,
    *,
    is_partial: bool,
) -> Text:
    """Say where a target stands that owes nothing now."""
    last_day = (all_periods[-1].end - timedelta(days=1)).isoformat()
    if current is None and state is PeriodState.NOT_STARTED:
        start = all_periods[0].start.isoformat()
        return Text("The subscription starts on {start}; no assessment is due before.", {"start": start})
    if current is None:
        return Text("The subscription ended on {last_day}; no further assessment is owed.", {"last_day": last_day})
    if is_partial:
        return Text(
            "The assessment of period {number} is done with a partial one: {attempts} attempts read too little, and "
            "the best of them counts. The next one is due on {next}.",
            {"number": current.number, "attempts": MOST_ATTEMPTS, "next": following.isoformat() if following else "–"},
        )
    if following is None:
        return Text("The assessment of period {number} is done; it was the last one owed.", {"number": current.number})
    return Text(
        "The assessment of period {number} is done; the next one is due on {next}.",
        {"number": current.number, "next": following.isoformat()},
    )
