"""Simulated targets: what was bought and agreed, and when each is really reachable and permitted."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from agent.engagement.permitted import ClosedDays, Permission, Validity
from agent.engagement.subscription import Subscription
from agent.model.authorization import WEEKDAYS, SignedWindow

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Target:
    """``away`` and ``signed`` are spans of true time, in order and without overlap."""

    name: str
    subscription: Subscription
    agreed: Permission
    away: tuple[Span, ...]
    signed: tuple[Span, ...]
    partial: float

    def is_reachable(self, moment: datetime) -> bool:
        return find_span(self.away, moment) is None

    def permission_at(self, moment: datetime) -> Permission:
        """What a machine knows that reads the signed document at this true moment: the newest one there is."""
        return self._permissions[bisect_right(self.signed, moment, key=_find_handover)]

    def find_handover(self, moment: datetime) -> datetime | None:
        """Return when the next signed document after this true moment comes to hand; None after the last."""
        place = bisect_right(self.signed, moment, key=_find_handover)
        return _find_handover(self.signed[place]) if place < len(self.signed) else None

    @cached_property
    def _permissions(self) -> tuple[Permission, ...]:
        """By how many documents have come to hand."""
        validities = (Validity(reference="A", not_before=span[0], not_after=span[1]) for span in self.signed)
        return tuple(dataclasses.replace(self.agreed, validity=validity) for validity in (Validity(), *validities))


def _find_handover(span: Span) -> datetime:
    """Return when the document of this validity comes to hand: before it begins."""
    return span[0] - 20 * DAY


def find_span(spans: tuple[Span, ...], moment: datetime) -> Span | None:
    place = bisect_right(spans, moment, key=lambda span: span[0]) - 1
    return spans[place] if place >= 0 and moment < spans[place][1] else None


def make_target(number: int, random: Random, begin: datetime, years: int) -> Target:
    """A target whose subscription begins somewhere in the first year; month ends and leap days are frequent."""
    zone = ZONES[number % len(ZONES)]
    first = begin.date() + timedelta(days=random.randrange(365))
    if number % 3 == 0:
        first = random.choice([date(begin.year, 1, 31), date(begin.year, 8, 31), date(begin.year, 11, 30)])
    if number % 10 == 1 and begin.year % 4 == 0:
        first = date(begin.year, 2, 29)
    return Target(
        name=f"t{number}",
        subscription=Subscription(first, 12 * (years - 1), zone),
        agreed=_make_agreement(number, random, zone, begin, years),
        away=tuple(_make_outages(number, random, begin, years)),
        signed=tuple(_make_signed(random, begin, years)),
        partial=0.5 if number % 20 == 0 else 0.05,
    )


def _make_agreement(number: int, random: Random, zone: str, begin: datetime, years: int) -> Permission:
    """Some have no wish at all, some are open for two hours of a Saturday."""
    window = SignedWindow(opens="22:00", closes="05:30", timezone=zone)
    weekly = SignedWindow(days=("sat", "sun"), opens="01:00", closes="04:10", timezone=zone)
    closed = [
        ClosedDays("Double Eleven", date(y, 11, 1), date(y, 11, 12), is_critical=True) for y in _years(begin, years)
    ]
    closed += [ClosedDays("Year end", date(y, 12, 20), date(y + 1, 1, 10)) for y in _years(begin, years)]
    changes = SignedWindow(days=(random.choice(WEEKDAYS),), opens="21:00", closes="03:00", timezone=zone)
    kind = number % 4
    return Permission(
        timezone=zone,
        collection=((), (window,), (weekly,), ())[kind],
        changes=() if kind == 0 else (changes,),
        closed=tuple(closed) if kind else (),
        compaction=SignedWindow(opens="02:00", closes="03:00", timezone=zone),
    )


def _years(begin: datetime, years: int) -> range:
    return range(begin.year - 1, begin.year + years + 1)


def _make_outages(number: int, random: Random, begin: datetime, years: int) -> list[Span]:
    """Outages from minutes to weeks, mostly short; of a few targets one that is longer than a period."""
    if number % 70 == 5:
        return [(begin + 420 * DAY, begin + 620 * DAY)]
    spans, moment, end = list[Span](), begin, begin + timedelta(days=366 * years)
    while moment < end:
        start = moment + timedelta(days=random.expovariate(1 / 120))
        moment = start + timedelta(days=40 * random.random() ** 10, minutes=1)
        spans.append((start, moment))
    return spans


def _make_signed(random: Random, begin: datetime, years: int) -> list[Span]:
    """Documents of a year, with now and then some weeks without one."""
    spans, moment, end = list[Span](), begin, begin + timedelta(days=366 * years)
    while moment < end:
        if random.random() < 0.2:
            moment += timedelta(days=random.uniform(1, 50))
        last = moment + timedelta(days=random.choice([90, 365, 365, 400]))
        spans.append((moment, last))
        moment = last
    return spans


def measure_possible(target: Target, start: datetime, end: datetime, most: timedelta) -> timedelta:
    """How long a target was truly permitted and reachable, minute by minute of a quarter of an hour; stops at ``most``.

    Written again, and otherwise than the service does, from local clocks: it is what the service is held against.
    """
    zone, total, step = ZoneInfo(target.agreed.timezone), timedelta(0), timedelta(minutes=5)
    moment = start
    while moment < end and total < most:
        span = find_span(target.away, moment)
        if span:
            moment = span[1]
            continue
        local = moment.astimezone(zone)
        if find_span(target.signed, moment) and _is_agreed(target.agreed, local):
            total += step
        moment += step
    return total


def _is_agreed(agreed: Permission, local: datetime) -> bool:
    day = local.date()
    return (
        not any(days.first <= day <= days.last for days in agreed.closed)
        and (not agreed.collection or any(_is_in(window, local) for window in agreed.collection))
        and not any(_is_in(window, local) for window in agreed.changes)
        and not (agreed.compaction and _is_in(agreed.compaction, local))
    )


def _is_in(window: SignedWindow, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in (window.opens, window.closes))
    today, yesterday = WEEKDAYS[local.weekday()], WEEKDAYS[local.weekday() - 1]
    if opens < closes:
        return today in window.days and opens <= minute < closes
    return (today in window.days and minute >= opens) or (yesterday in window.days and minute < closes)


def list_true_bounds(target: Target, day: date) -> datetime:
    """The moment at which a day begins where the target is."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(target.subscription.timezone)).astimezone(UTC)


def check_order(spans: tuple[Span, ...]) -> bool:
    return all(one[1] <= two[0] for one, two in pairwise(spans))
