"""Decides when an assessment is owed, from what history holds and from dates.

A subscription is cut into periods of three calendar months; one assessment is owed in each.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from agent.model.assessment import PastAssessment, Period
from agent.model.delivery import name_destination
from agent.model.terms import Text
from agent.support.errors import ConfigError

MONTHS_PER_PERIOD = 3


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

    ``next`` is the first day of the period that the next assessment is for: today or earlier when an assessment is
    due, None when no more are owed. ``last`` is the time (aware) of the newest assessment. ``unwritten`` is an
    assessment of the current period of which only the report is missing: it is written from history. ``undelivered``
    is one whose report is written and has not reached everybody.
    """

    state: PeriodState
    text: Text
    current: Period | None
    overdue: tuple[Period, ...]
    last: datetime | None
    next: date | None
    unwritten: PastAssessment | None = None
    undelivered: PastAssessment | None = None

    @property
    def due(self) -> bool:
        """Whether an assessment, or its report, is owed and can be made now."""
        return self.state is PeriodState.DUE


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


def is_done(past: PastAssessment, counts_from_pct: float) -> bool:
    """Whether an assessment counts for its period: it read enough, every file that was asked for is written, and it
    has reached every destination that it was to go to.
    """
    return read_enough(past, counts_from_pct) and not past.unwritten and not past.undelivered


def find_current_period(subscription: Subscription, now: datetime) -> Period | None:
    """Return the period that holds the day of ``now`` in the subscription's time zone. Raises as ``judge_due``."""
    return judge_due(subscription, (), now, 0.0).current


def judge_due(
    subscription: Subscription, recorded: Iterable[PastAssessment], now: datetime, counts_from_pct: float
) -> PeriodStatus:
    """Return where a target stands at ``now``, given all its recorded assessments. Pure.

    An assessment belongs to the period that holds its day in the subscription's time zone, and counts if it is done
    (``is_done``). Only the assessment of the current period can still be made. Raises ConfigError for an unknown time
    zone or a wrong number of months.
    """
    zone, all_periods, known = (
        load_zone(subscription),
        list_periods(subscription.start, subscription.months),
        sorted(recorded, key=lambda past: past.as_of),
    )
    counting = [past for past in known if is_done(past, counts_from_pct)]
    today, days = now.astimezone(zone).date(), [past.as_of.astimezone(zone).date() for past in counting]
    missing = [period for period in all_periods if not any(period.start <= day < period.end for day in days)]
    current = next((period for period in all_periods if period.start <= today < period.end), None)
    tried = [past for past in known if current and current.start <= past.as_of.astimezone(zone).date() < current.end]
    following = next((period.start for period in missing if period.end > today), None)
    state = _judge_state(today, subscription.start, current, missing)
    due = state is PeriodState.DUE
    left = next((past for past in reversed(tried) if read_enough(past, counts_from_pct)), None) if due else None
    return PeriodStatus(
        state=state,
        text=_describe_due(current, tried, left)
        if due and current
        else _describe_rest(state, all_periods, current, following),
        current=current,
        overdue=tuple(period for period in missing if period.end <= today),
        last=known[-1].as_of if known else None,
        next=following,
        unwritten=left if left and left.unwritten else None,
        undelivered=left if left and not left.unwritten else None,
    )


def _judge_state(today: date, start: date, current: Period | None, missing: list[Period]) -> PeriodState:
    if current is None:
        return PeriodState.NOT_STARTED if today < start else PeriodState.ENDED
    return PeriodState.DUE if current in missing else PeriodState.DONE


def _describe_due(current: Period, tried: list[PastAssessment], left: PastAssessment | None) -> Text:
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
    state: PeriodState, all_periods: tuple[Period, ...], current: Period | None, following: date | None
) -> Text:
    """Say where a target stands that owes nothing now."""
    last_day = (all_periods[-1].end - timedelta(days=1)).isoformat()
    if current is None and state is PeriodState.NOT_STARTED:
        start = all_periods[0].start.isoformat()
        return Text("The subscription starts on {start}; no assessment is due before.", {"start": start})
    if current is None:
        return Text("The subscription ended on {last_day}; no further assessment is owed.", {"last_day": last_day})
    if following is None:
        return Text("The assessment of period {number} is done; it was the last one owed.", {"number": current.number})
    return Text(
        "The assessment of period {number} is done; the next one is due on {next}.",
        {"number": current.number, "next": following.isoformat()},
    )
