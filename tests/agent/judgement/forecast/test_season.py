"""What repeats is found, and nothing is found where nothing repeats."""

from __future__ import annotations

import numpy as np
import pytest

from agent.judgement.forecast import season
from tests.agent.judgement.forecast.turning import find_turn

STEPS = np.arange(180.0)
RANDOM = np.random.RandomState(5)
NOISE = RANDOM.normal(0, 1.0, len(STEPS))


def test_weekends_are_found_in_growth() -> None:
    values = 100 + 0.3 * STEPS - 8 * np.isin(STEPS % 7, [5, 6]) + NOISE
    week = season.find_week(values)
    assert np.allclose(week, np.where(np.isin(np.arange(7), [5, 6]), -8 * 5 / 7, 8 * 2 / 7), atol=1.5)


def test_noise_and_a_line_have_no_week() -> None:
    assert not season.find_week(100 + 0.3 * STEPS + NOISE).any()
    assert not season.find_week(STEPS[:20]).any()


def test_purges_are_found_and_come_again() -> None:
    values = 100 + 2.0 * (STEPS % 30) + NOISE
    purges = season.find_purges(values)
    assert purges is not None and purges.distance == 30
    ahead = purges.at(np.arange(180.0, 240.0))
    assert np.allclose(ahead[:30], ahead[30:])
    assert np.ptp(ahead) > 50


def test_one_fall_is_no_purge_and_uneven_ones_are_none() -> None:
    assert season.find_purges(np.where(STEPS < 90, 200.0, 100.0) + NOISE) is None
    assert season.find_purges(100 + 0.3 * STEPS + NOISE) is None
    uneven = np.zeros(180)
    for fall in (5, 12, 90, 170):
        uneven[fall:] -= 100
    assert season.find_purges(uneven + 2 * STEPS + NOISE) is None


def test_a_month_is_found_as_a_wave() -> None:
    wave = season.find_wave(10 * np.sin(2 * np.pi * STEPS / 30) + NOISE)
    assert wave is not None and abs(wave.period - 30) < 1.5
    assert np.allclose(wave.at(STEPS + 180), 10 * np.sin(2 * np.pi * (STEPS + 180) / 30), atol=5)


def test_noise_is_no_wave_and_two_cycles_are_too_few() -> None:
    assert season.find_wave(NOISE) is None
    assert season.find_wave(10 * np.sin(2 * np.pi * STEPS / 90)) is None
    assert season.find_wave(np.zeros(180)) is None


PATTERN = np.array([0.0, 1.0, 2.0, 0.0, -1.0, -2.0, 0.0])


def saw(falls: list[int], count: int, slope: float = 0.0, rises: list[float] | None = None) -> np.ndarray:
    """What rises by one a day, or each cycle by its own, falls to zero at each of these days, and has a trend."""
    days, starts = np.arange(float(count)), np.array([falls[0] - 10, *falls])
    cycle = np.searchsorted(falls, days, side="right")
    return np.asarray((days - starts[cycle]) * np.array(rises or np.ones(len(starts)))[cycle] + slope * days)


def test_four_weeks_tell_a_week_and_a_day_less_does_not() -> None:
    values = 10 + 2 * STEPS + PATTERN[(STEPS % 7).astype(int)]
    assert np.allclose(season.find_week(values[:28]), PATTERN)
    assert np.allclose(season.find_week(values[3:50]), np.roll(PATTERN, -3))
    assert not season.find_week(values[:27]).any()


def test_a_week_counts_where_it_stands_out_of_the_noise() -> None:
    week = PATTERN[(STEPS % 7).astype(int)]
    assert find_turn(lambda size: bool(season.find_week(size * week + NOISE).any()), 0.01, 5) == 0.2042535
    short = find_turn(lambda size: bool(season.find_week(size * week[:40] + NOISE[:40]).any()), 0.01, 5)
    assert short == 0.3133717


def test_falls_are_purges_from_a_quarter_of_the_range_on() -> None:
    # With a slope s the fall is 9 − s, and the range 9 + 170 s or, at the ends of the series, near it.
    assert find_turn(lambda slope: season.find_purges(STEPS % 10 + slope * STEPS) is None, 0.01, 1) == 0.1475410
    assert find_turn(lambda noise: season.find_purges(STEPS % 10 + noise * NOISE) is None, 0.01, 5) == 1.1920710
    small = season.find_purges(1e-9 * (STEPS % 10))
    assert small is not None and small.distance == 10
    assert season.find_purges(np.full(180, 5.0)) is None


def test_three_falls_at_distances_that_differ_by_half_are_purges() -> None:
    assert season.find_purges(saw([10, 20], 40)) is None
    assert season.find_purges(saw([10, 20, 30, 46], 60)) is None
    uneven = season.find_purges(saw([10, 20, 30, 45], 60))
    assert uneven is not None and (uneven.falls, uneven.distance, len(uneven.profile)) == ((10, 20, 30, 45), 10, 15)
    short = season.find_purges(STEPS % 3)
    assert short is not None and short.distance == 3
    assert season.find_purges(STEPS % 2) is None


@pytest.mark.parametrize("late", [[10, 20, 30], [10, 11, 20, 21, 30, 31]])
def test_a_fall_that_takes_two_or_three_days_is_one(late: list[int]) -> None:
    falls = season.find_purges(100 + saw([10, 20, 30], 40) + 5 * np.isin(np.arange(40), late))
    assert falls is not None and falls.falls == (10, 20, 30)


def test_the_cycle_of_a_purge_is_what_differs_from_the_line_through_the_middles() -> None:
    found = season.find_purges(saw([10, 20, 30], 40, slope=0.5))
    assert found is not None and np.allclose(found.profile, np.arange(10) - 4.5)
    # Days of the last cycle are the medians: they tell how the line goes on after the last middle.
    found = season.find_purges(saw([10, 20, 30], 40, rises=[1.0, 0.8, 1.0, 0.9]))
    middles, means = np.array([0, 14.5, 24.5, 39]), np.array([2.295, 3.6, 4.5, 5.805])
    assert found is not None
    rests = np.outer([0.8, 1.0, 0.9], np.arange(10)) - np.interp(np.arange(10, 40), middles, means).reshape(3, 10)
    assert np.allclose(found.profile, np.median(rests, axis=0))


def test_a_purge_goes_on_at_its_distance_before_and_after_what_was_seen() -> None:
    cycle = season.Purges(falls=(3, 9, 13), distance=5, profile=np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert [int(value) for value in cycle.at(np.arange(24.0))] == [
        2, 3, 4,  0, 1, 2, 3, 4, 4,  0, 1, 2, 3,  0, 1, 2, 3, 4,  0, 1, 2, 3, 4,  0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("period", "count", "found"),
    [(8, 24, 8.0), (8, 23, None), (8, 80, 8.0), (7, 80, None), (30, 90, 30.0), (30, 88, 88 / 3)],
)
def test_a_wave_has_eight_days_or_more_and_was_seen_three_times(period: int, count: int, found: float | None) -> None:
    wave = season.find_wave(np.sin(2 * np.pi * np.arange(count) / period))
    assert (wave.period if wave else None) == (found and pytest.approx(found))


def test_a_wave_of_any_shape_is_kept_in_two_tones() -> None:
    angles = 2 * np.pi * STEPS / 30
    values = 10 * np.sin(angles) - 3 * np.cos(angles) + 4 * np.sin(2 * angles)
    wave = season.find_wave(values)
    assert wave is not None and wave.period == 30 and np.allclose(wave.numbers, [10, 4, -3, 0])
    assert np.allclose(wave.at(STEPS + 45), np.roll(values, -45))


def test_a_wave_counts_from_a_share_of_what_differs_on() -> None:
    values = 10 * np.sin(2 * np.pi * STEPS / 30)
    assert find_turn(lambda noise: season.find_wave(values + noise * NOISE + 7) is None, 0.1, 50) == 7.0964056
