"""Bounds of range partitions as dates: what reads as one, what only looks like one, and how many are ready ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable
from checks.schema.bounds import ends_of, moment_of, ranges_of
from checks.schema.range_partitions_run_out import RangeParams, range_partitions_run_out

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def table(first: str | None, last: str | None, ranges: int = 3, **parts: Any) -> PartitionedTable:
    values: dict[str, Any] = {
        "table_schema": "s", "table_name": "t", "method": "RANGE", "expression": None, "partitions": ranges,
        "subpartitions": None, "pieces": ranges, "table_rows": 0, "largest_rows": 0, "first_bound": first,
        "last_bound": last, "catch_all_pieces": 0, "catch_all_rows": None,
    }  # fmt: skip
    return PartitionedTable(**{**values, **parts})


def days(first: str | None, last: str | None, ranges: int = 3) -> tuple[str, str] | None:
    ends = ends_of(table(first, last, ranges))
    return (f"{ends[0]:%Y-%m-%d %H}", f"{ends[1]:%Y-%m-%d %H}") if ends else None


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ({}, 3),
        ({"catch_all_pieces": 1}, 2),
        ({"catch_all_pieces": 4}, 2),
        ({"method": "range columns"}, 3),
        ({"method": "HASH"}, 0),
        ({"method": "HASH", "subpartitions": 5}, 5),
        ({"method": "HASH", "subpartitions": 5, "catch_all_pieces": 3}, 4),
    ],
)
def test_ranges_with_a_bound_are_counted(parts: dict[str, Any], count: int) -> None:
    assert ranges_of(table("20260101", "20260301", **parts)) == count


@pytest.mark.parametrize(
    ("expression", "bound", "moment"),
    [
        ("to_days(d)", None, None),
        (None, None, None),
        ("to_days(d)", "", None),
        ("to_days(d)", "739982", datetime(2026, 1, 1, tzinfo=UTC)),
        ("YEAR(d)", "2026.0", datetime(2026, 1, 1, tzinfo=UTC)),
        ("year(d)", "0", None),
        ("other(d)", "2026", None),
        (None, "'2026-01-02 03:04:05'", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        (None, "'2026-13-02'", None),
    ],
)
def test_a_bound_of_a_date_function_or_a_quoted_date(
    expression: str | None, bound: str | None, moment: datetime | None
) -> None:
    assert moment_of(expression, bound) == moment


@pytest.mark.parametrize(
    ("first", "last"), [("20260101", "x"), ("x", "20260301"), (None, "20260301"), ("20260101", None)]
)
def test_both_bounds_must_read_as_dates(first: str | None, last: str | None) -> None:
    assert days(first, last) is None


def test_a_list_whose_last_value_stands_for_no_end_ends_with_the_calendar() -> None:
    ends = ends_of(table("'2026-11-01'", "'9999-12-31'", method="LIST COLUMNS"))
    assert ends is not None and ends[0].year > 2026 and ends[1].date() == datetime.max.date()


def test_numbers_that_name_hours_are_kept_to_the_hour_and_others_to_the_day() -> None:
    assert days("2026010100", "20260301") == ("2026-01-01 00", "2026-03-01 00")
    assert days("2026010105", "2026030123") == ("2026-01-01 05", "2026-03-01 23")
    assert days("20260101", "20260301") == ("2026-01-01 00", "2026-03-01 00")


def test_dates_stand_a_day_apart_and_hours_an_hour() -> None:
    assert days("20260101", "20260103", 5) is None, "half a day each"
    assert days("2026010100", "2026010300", 5) == ("2026-01-01 00", "2026-01-03 00")
    assert days("2026010100", "2026010102", 5) is None, "half an hour each"


def seconds(moment: datetime, **shift: float) -> str:
    return str(int((moment + timedelta(**shift)).timestamp()))


FIRST, LAST = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_summer_time_moves_a_midnight_by_one_hour(hours: int) -> None:
    assert days(seconds(FIRST), seconds(LAST, hours=hours), 7) == ("2026-01-10 00", "2026-07-10 00")


@pytest.mark.parametrize("minutes", [61, 12 * 60, 23 * 60 - 1])
def test_what_lies_apart_by_more_is_no_midnight(minutes: int) -> None:
    assert days(seconds(FIRST), seconds(LAST, minutes=minutes), 7) is None


@pytest.mark.parametrize("ahead_of_utc", [-10, 0, 8, 11])
def test_midnight_in_any_zone_is_of_the_day_that_begins_there(ahead_of_utc: int) -> None:
    first, last = (seconds(moment, hours=-ahead_of_utc) for moment in (FIRST, LAST))
    assert days(first, last, 7) == ("2026-01-10 00", "2026-07-10 00")


def found(tables: PartitionedTable, ahead_count: int) -> list[object]:
    params, clock = RangeParams(ahead_count=ahead_count), (Clock(as_of=NOW),)
    return [one.value for one in range_partitions_run_out((tables,), None, None, clock, params)]


def test_how_many_are_ready_ahead_follows_from_the_mean_width() -> None:
    two = table("20261113", "20261213", 2)  # 30 days wide; the last ends in 20
    assert (found(two, 1), found(two, 2)) == ([], [20])
    three = table("20261103", "20270102", 3)  # 30 days each; the last ends in 40
    assert (found(three, 2), found(three, 3)) == ([], [40])


def test_nobody_is_taken_to_add_subpartitions() -> None:
    below = table("20261103", "20270102", method="HASH", subpartitions=3)
    assert found(below, 1) == [40] and found(below, 0) == []
