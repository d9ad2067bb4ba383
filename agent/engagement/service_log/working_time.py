"""How much time passed by the hours that a promise counts: every hour (7x24), or those of working days (5x8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.engagement.engagement_file import CalendarBlock

ALWAYS = "7x24"
_SATURDAY = 5


def measure_minutes(begin: datetime, end: datetime, hours: str, calendar: CalendarBlock, zone: ZoneInfo) -> float:
    """Return the minutes between two moments (aware), of which 5x8 counts only the working hours in ``zone``.

    0 where ``end`` is not after ``begin``.
    """
    if end <= begin:
        return 0.0
    if hours == ALWAYS:
        return (end - begin) / timedelta(minutes=1)
    spans = (
        min(end, last) - max(begin, first)
        for day in _list_days(begin.astimezone(zone).date(), end.astimezone(zone).date())
        if is_working_day(day, calendar)
        for first, last in _list_spans(day, calendar, zone)
    )
    return sum((span for span in spans if span > timedelta(0)), timedelta(0)) / timedelta(minutes=1)


def is_working_day(day: date, calendar: CalendarBlock) -> bool:
    """Whether people work on a day: Monday to Friday without holidays, and the weekend days that make up for these."""
    if day in calendar.workdays:
        return True
    return day.weekday() < _SATURDAY and day not in calendar.holidays


def _list_days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _list_spans(day: date, calendar: CalendarBlock, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for span in calendar.spans:
        first, last = span.split("-")
        yield _make_moment(day, first, zone), _make_moment(day, last, zone)


def _make_moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time.fromisoformat(clock), zone)
