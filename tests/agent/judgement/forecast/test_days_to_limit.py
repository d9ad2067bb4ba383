"""A forecast says when, how sure it is, and why there is none."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.facts.growth import DaysToLimit, EarlierLevel
from agent.judgement.forecast.days_to_limit import HORIZON_DAYS, Lack, forecast_level, forecast_levels, state_days
from agent.model.figures import Level, LimitForecast
from tests.harness import NOW, snapshot_of

TODAY = NOW.date()


def level(value: float, limit: float | None = 200.0) -> Level:
    return Level(kind="data_disk_used_bytes", resource="z1", unit="bytes", value=value, limit=limit)


def days(values: list[float], apart: int = 1) -> list[tuple[date, float]]:
    return [(TODAY - timedelta(days=apart * (len(values) - 1 - number)), value) for number, value in enumerate(values)]


def line(count: int, per_day: float, start: float = 100.0) -> list[float]:
    """A line with a little unevenness that has no trend."""
    return [start + per_day * number + (0.2 if number % 2 else -0.2) for number in range(count)]


def forecast(values: list[float], limit: float | None = 200.0, apart: int = 1) -> LimitForecast:
    return forecast_level(level(values[-1], limit), days(values, apart))


def test_a_line_reaches_its_limit_when_it_does() -> None:
    found = forecast(line(100, 0.5))
    assert found.lack == ""
    assert found.near_days is not None and found.likely_days is not None and found.far_days is not None
    assert found.near_days <= found.likely_days <= found.far_days
    assert abs(found.likely_days - 101) <= 2  # (200 − 149.5) ÷ 0.5
    assert found.far_days - found.near_days <= 6


@pytest.mark.parametrize("per_day", [0.0, -0.5])
def test_what_does_not_grow_never_reaches_it(per_day: float) -> None:
    found = forecast(line(100, per_day))
    assert (found.lack, found.near_days, found.likely_days, found.far_days) == ("", None, None, None)


def test_what_is_reached_already_is_reached_today() -> None:
    found = forecast(line(100, 0.5), limit=120.0)
    assert (found.near_days, found.likely_days, found.far_days) == (0, 0, 0)


@pytest.mark.parametrize(
    ("values", "apart", "lack"),
    [
        ([100.0], 1, Lack.FEW),
        ([100.0, 101.0, 102.0], 90, Lack.FEW),
        (line(28, 1.0), 1, Lack.SHORT),  # 27 days
        (line(29, 1.0), 1, ""),
        ([100.0, 110.0, 121.0, 130.0], 91, ""),
    ],
)
def test_too_few_values_and_too_short_a_time_give_none_and_say_so(values: list[float], apart: int, lack: str) -> None:
    found = forecast(values, apart=apart)
    assert found.lack == lack
    assert (found.year_value is None) is bool(lack)
    assert found.points_count == len(values) and found.span_days == apart * (len(values) - 1)


def test_without_a_limit_the_growth_is_told_all_the_same() -> None:
    found = forecast(line(100, 0.5), limit=None)
    assert (found.lack, found.likely_days) == (Lack.LIMIT, None)
    assert found.year_value == pytest.approx(149.5 + 365 * 0.5, abs=3)


def test_four_quarters_are_less_certain_than_a_hundred_days_of_the_same_growth() -> None:
    sparse = forecast([100.0, 119.0, 142.0, 160.0], apart=91)
    assert sparse.near_days is not None
    assert sparse.near_days < (sparse.likely_days or HORIZON_DAYS) and sparse.far_days != sparse.near_days
    assert sparse.year_high is not None and sparse.year_value is not None
    assert sparse.year_high - sparse.year_value > 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e18), min_size=30, max_size=120), st.floats(1, 2e18))
def test_any_values_give_ordered_ends_and_finite_figures(values: list[float], limit: float) -> None:
    found = forecast(values, limit)
    ends = [HORIZON_DAYS + 1 if end is None else end for end in (found.near_days, found.likely_days, found.far_days)]
    assert ends == sorted(ends) and all(end >= 0 for end in ends)
    for point in found.band:
        assert 0 <= point.low <= point.middle <= point.high < float("inf")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(1, 1e6), min_size=30, max_size=60), st.sampled_from([2.0**10, 2.0**30]))
def test_bytes_and_gibibytes_give_the_same_days(values: list[float], unit: float) -> None:
    plain, scaled = forecast(values, 2e6), forecast([value * unit for value in values], 2e6 * unit)
    assert (plain.near_days, plain.likely_days, plain.far_days) == (
        scaled.near_days, scaled.likely_days, scaled.far_days,
    )  # fmt: skip


def test_a_value_that_is_no_number_is_left_out() -> None:
    values = line(100, 0.5)
    values[40] = float("nan")
    found = forecast(values)
    assert found.points_count == 99 and found.lack == ""


def test_the_same_values_give_the_same_bytes_in_another_process() -> None:
    code = (
        "from tests.agent.judgement.forecast.test_days_to_limit import *\n"
        "import sys; sys.stdout.write(repr(forecast([100 + (n * 7919) % 13 + n * 0.4 for n in range(90)])))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)]
    assert runs[0] == runs[1] and runs[0]


def earlier(values: list[float], series: str = "data_disk_used_bytes") -> list[EarlierLevel]:
    return [
        EarlierLevel(series=series, resource="z1", at=datetime(day.year, day.month, day.day, tzinfo=UTC), level=value)
        for day, value in days(values)[:-1]
    ]


def test_the_forecast_takes_the_earlier_levels_of_the_snapshot_and_todays() -> None:
    values = line(60, 0.5)
    found = forecast_levels(snapshot_of([*earlier(values), *earlier(values, "tablets")]), [level(values[-1])])
    assert found == (forecast(values),)
    (row,) = state_days(found)
    assert isinstance(row, DaysToLimit)
    assert (row.series, row.resource, row.near_days) == ("data_disk_used_bytes", "z1", found[0].near_days)
    assert json.dumps(dataclasses.asdict(row))


def test_what_is_older_than_three_years_tells_nothing() -> None:
    old = dataclasses.replace(earlier([1.0, 2.0])[0], at=NOW - timedelta(days=1200))
    (found,) = forecast_levels(snapshot_of([old]), [level(100.0)])
    assert found.points_count == 1


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "agent.judgement.forecast.paths", None)
    monkeypatch.delattr("agent.judgement.forecast.paths", raising=False)
    assert forecast(line(100, 0.5)).lack == Lack.LIBRARY


def test_who_has_nothing_to_forecast_does_not_wait_for_the_libraries() -> None:
    code = (
        "import sys, agent.pipeline\n"
        "from tests.agent.judgement.forecast.test_days_to_limit import forecast\n"
        "assert forecast([1.0, 2.0]).lack == 'few'\n"
        "assert not {'numpy', 'scipy'} & set(sys.modules), 'imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_interval_is_told_for_a_year_beginning_with_today() -> None:
    found = forecast(line(100, 0.5))
    apart = [(point.on - TODAY).days for point in found.band]
    assert apart == [0, 7, 14, 30, 60, 90, 120, 150, 180, 240, 300, 365]
    today, last = found.band[0], found.band[-1]
    assert (today.low, today.middle, today.high) == (149.7, 149.7, 149.7)
    assert (last.middle, last.high) == (found.year_value, found.year_high) and last.middle < last.high


def test_all_of_a_forecast_is_stated() -> None:
    found = forecast([100.0, 130.0, 119.0, 160.0, 150.0], apart=91)
    (row,) = state_days([found])
    assert row == DaysToLimit(
        series="data_disk_used_bytes", resource="z1", level=150.0, limit=200.0, points_count=5, span_days=364,
        horizon_days=365, lack="", near_days=found.near_days, likely_days=found.likely_days, far_days=found.far_days,
        year_high=found.year_high,
    )  # fmt: skip
    assert row.near_days and row.likely_days and row.year_high and row.near_days < row.likely_days


@pytest.mark.parametrize(("limit", "lack"), [(None, Lack.LIMIT), (-1.0, Lack.LIMIT), (0.0, Lack.LIMIT), (0.5, "")])
def test_a_limit_is_more_than_nothing(limit: float | None, lack: str) -> None:
    assert forecast(line(100, 0.5), limit).lack == lack
    assert forecast([0.0] * 100, limit).likely_days is None


def test_levels_are_told_in_order_of_kind_and_resource() -> None:
    levels = [dataclasses.replace(level(1.0), kind=kind, resource=resource) for kind, resource in ("bz", "az", "ba")]
    found = forecast_levels(snapshot_of([]), levels)
    assert [one.level.kind + one.level.resource for one in found] == ["az", "ba", "bz"]
    assert [(one.points_count, one.span_days) for one in found] == [(1, 0)] * 3


@pytest.mark.parametrize(("age_days", "points_count"), [(1095, 2), (1096, 1), (-1, 1)])
def test_three_years_are_looked_at_and_nothing_after_today(age_days: int, points_count: int) -> None:
    row = EarlierLevel(series="data_disk_used_bytes", resource="z1", at=NOW - timedelta(days=age_days), level=1.0)
    (found,) = forecast_levels(snapshot_of([row]), [level(100.0)])
    assert found.points_count == points_count


@pytest.mark.parametrize(("points_count", "is_daily"), [(50, True), (49, True), (48, False)])
def test_days_are_told_apart_if_half_of_them_have_a_value(
    points_count: int, is_daily: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.judgement.forecast import paths

    asked: list[bool] = []

    def draw(*given: Any, daily: bool) -> paths.Ahead:
        asked.append(daily)
        return draw_paths(*given, daily=daily)

    draw_paths = paths.draw_paths
    monkeypatch.setattr(paths, "draw_paths", draw)
    every_second = days(line(50, 1.0), 2)  # 98 days
    found = forecast_level(level(149.0), [*every_second[:1], *every_second[51 - points_count :]])
    assert (found.span_days, found.points_count, asked) == (98, points_count, [is_daily])
