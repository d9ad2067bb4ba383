"""Samples and assessments become one value a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.facts.growth import EarlierLevel, LevelKind
from agent.judgement.forecast.daily import list_disk_levels, list_earlier_levels, reduce_to_days
from agent.model.figures import Capacity, Level, TrendPoint
from agent.model.series import Point, Series

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def points(*values: float, start: datetime = NOW - 40 * HOUR) -> tuple[Point, ...]:
    return tuple(Point(start + number * HOUR, value) for number, value in enumerate(values))


def test_what_has_peaks_counts_at_its_highest_and_what_is_stored_at_its_last() -> None:
    day = (NOW - 40 * HOUR).date()
    assert reduce_to_days(LevelKind.SESSIONS, points(3, 9, 4)) == [(day, 9)]
    assert reduce_to_days(LevelKind.DATA_DISK, points(3, 9, 4)) == [(day, 4)]


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1e15)), max_size=60), st.sampled_from(LevelKind))
def test_there_is_one_value_a_day_in_order_whatever_the_order_given(
    given_points: list[tuple[int, float]], kind: LevelKind
) -> None:
    found = [Point(NOW + hour * HOUR, value) for hour, value in given_points]
    days = reduce_to_days(kind, found)
    assert days == reduce_to_days(kind, reversed(found))
    assert [day for day, _ in days] == sorted({point.at.date() for point in found})
    assert {value for _, value in days} <= {point.value for point in found}


def test_samples_and_assessments_of_one_level_are_one_series() -> None:
    sampled = Series("tablets", "tenant", "count", None, points(5, start=NOW - timedelta(days=2)))
    level = Level(kind="tablets", resource="tenant", unit="count", value=3.0, limit=None)
    trend = TrendPoint(NOW - timedelta(days=90), 80.0, (Capacity("data_disk", "z1", 7, 9),), levels=(level,))
    found = list(list_earlier_levels([sampled], [trend], NOW))
    assert [(row.series, row.resource, row.level) for row in found] == [
        ("data_disk_used_bytes", "z1", 7), ("tablets", "tenant", 3), ("tablets", "tenant", 5),
    ]  # fmt: skip
    assert found[2] == EarlierLevel(
        series="tablets", resource="tenant", at=datetime(2026, 9, 29, tzinfo=UTC), level=5.0
    )


def test_what_is_of_now_or_later_is_no_earlier_value() -> None:
    later = Series("tablets", "tenant", "count", None, (Point(NOW, 5.0), Point(NOW + HOUR, 6.0)))
    assert list(list_earlier_levels([later], [], NOW)) == []


def test_a_disk_of_unknown_size_has_no_limit() -> None:
    (data, log) = list_disk_levels([Capacity("data_disk", "z1", 7, None), Capacity("log_disk", "z1", 7, 9)])
    assert (data.kind, data.limit, log.kind, log.limit) == ("data_disk_used_bytes", None, "log_disk_used_bytes", 9)


def test_samples_of_load_and_of_memory_with_its_cache_are_no_levels() -> None:
    kinds = ("qps", "memory_used_bytes", "sessions")
    sampled = [Series(kind, "tenant", "count", None, points(5.0)) for kind in kinds]
    assert {row.series for row in list_earlier_levels(sampled, [], NOW)} == {"sessions"}
    level = Level(kind="memory_used_bytes", resource="tenant", unit="bytes", value=3.0, limit=9.0)
    (row,) = list_earlier_levels([], [TrendPoint(NOW - timedelta(days=90), 80.0, levels=(level,))], NOW)
    assert (row.series, row.level) == ("memory_used_bytes", 3.0)
