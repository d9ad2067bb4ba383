"""Which hours a promise counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.engagement.engagement_file import CalendarBlock
from agent.engagement.service_log.working_time import is_working_day, measure_minutes

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = CalendarBlock.model_validate(
    {"holidays": [date(2026, 10, 1), date(2026, 10, 2)], "workdays": [date(2026, 10, 10)]}
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        ("2026-11-03T10:00", "2026-11-03T10:30", 30),
        ("2026-11-03T11:50", "2026-11-03T13:10", 20),  # over noon
        ("2026-11-03T17:50", "2026-11-04T09:10", 20),  # over night
        ("2026-11-06T17:50", "2026-11-09T09:10", 20),  # over a weekend
        ("2026-09-30T17:50", "2026-10-05T09:10", 20),  # over two holidays and a weekend
        ("2026-10-09T17:50", "2026-10-10T09:10", 20),  # a Saturday that is worked
        ("2026-11-07T10:00", "2026-11-08T10:00", 0),
        ("2026-11-03T10:30", "2026-11-03T10:00", 0),
        ("2026-11-03T00:00", "2026-11-04T00:00", 480),
    ],
)
def test_five_by_eight_counts_working_hours(begin: str, end: str, minutes: float) -> None:
    assert measure_minutes(at(begin), at(end), "5x8", CALENDAR, ZONE) == minutes


def test_seven_by_twentyfour_counts_every_hour() -> None:
    assert measure_minutes(at("2026-10-01T00:00"), at("2026-10-03T00:00"), "7x24", CALENDAR, ZONE) == 2 * 24 * 60


MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 12, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@settings(max_examples=50, deadline=None)
@given(MOMENTS, MOMENTS, MOMENTS)
def test_time_adds_up_and_working_time_is_part_of_it(first: datetime, second: datetime, third: datetime) -> None:
    begin, middle, end = sorted((first, second, third))
    parts = [measure_minutes(*pair, "5x8", CALENDAR, ZONE) for pair in ((begin, middle), (middle, end), (begin, end))]
    assert parts[0] + parts[1] == pytest.approx(parts[2])
    assert 0 <= parts[2] <= measure_minutes(begin, end, "7x24", CALENDAR, ZONE)
    days = [begin.date() + timedelta(days=n) for n in range(-1, (end - begin).days + 3)]
    assert parts[2] <= 480 * sum(is_working_day(day, CALENDAR) for day in days)
