"""Courses of the days to come: their ends, and what single odd values do to them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from agent.judgement.forecast import paths, trend
from tests.agent.judgement.forecast.turning import find_turn

DAYS = list(range(120))
NOISE = np.random.RandomState(3).normal(0, 0.5, len(DAYS))


def drawn(values: list[float] | np.ndarray, days: list[int] | None = None) -> paths.Ahead:
    return paths.draw_paths(days or DAYS, [float(value) for value in values], 365, daily=True)


def test_the_ends_come_from_the_courses() -> None:
    steps = np.arange(1.0, 5.0)
    ahead = paths.Ahead(steps, np.array([[1, 1, 1], [1, 1, 5], [1, 5, 5], [1, 5, 5]], dtype=float), "")
    assert ahead.list_days_to(5.0, now=0.0) == (2, 3, None)
    assert ahead.list_days_to(9.0, now=0.0) == (None, None, None)
    assert ahead.list_days_to(9.0, now=9.0) == (0, 0, 0)
    assert ahead.list_values_at([1, 4]) == [(1, 1, 1), (pytest.approx(1.8), 5, 5)]


def test_a_value_that_jumps_and_comes_back_changes_nothing() -> None:
    values = 100 + 0.5 * np.array(DAYS) + NOISE
    odd = values.copy()
    odd[[20, 57, 58, 90]] += [60, -70, -70, 80]
    plain, disturbed = (drawn(one).list_days_to(220.0, now=160.0)[1] for one in (values, odd))
    assert plain and disturbed and abs(plain - disturbed) <= 2


def test_a_gap_changes_little() -> None:
    values = 100 + 0.5 * np.array(DAYS) + NOISE
    kept = [day for day in DAYS if not 40 <= day < 75]
    ahead = drawn(values[kept], kept)
    assert ahead.list_days_to(220.0, now=160.0)[1] == pytest.approx(121, abs=4)


def test_a_purge_is_reached_at_its_peak_not_at_its_mean() -> None:
    values = 100 + 0.2 * np.array(DAYS) + 1.5 * (np.array(DAYS) % 20) + NOISE
    ahead = drawn(values)
    truth = next(day for day in range(120, 400) if 100 + 0.2 * day + 1.5 * (day % 20) >= 165)
    likely = ahead.list_days_to(165.0, now=float(values[-1]))[1]
    assert "purge" in ahead.method and likely == pytest.approx(truth - 119, abs=3)


AT = np.arange(120.0)
SERIES = {
    "line": 100 + 0.5 * AT + NOISE,
    "flat": 100 + NOISE,
    "week": 100 + 0.5 * AT - 6 * np.isin(AT % 7, [5, 6]) + NOISE,
    "purge": 100 + 0.2 * AT + 1.5 * (AT % 20) + NOISE,
    "weekly purge": 100 + 0.2 * AT + 1.5 * (AT % 20) - 4 * np.isin(AT % 7, [5, 6]) + NOISE,
    "wave": 100 + 0.3 * AT + 8 * np.sin(2 * np.pi * AT / 25) + NOISE,
    "jump": 100 + 0.4 * AT + 40 * (AT >= 70) + NOISE,
    "stopped": 100 + 0.6 * np.minimum(AT, 70) + NOISE,
    "wave, stopped": 100 + 2.0 * np.minimum(AT, 30) + 8 * np.sin(2 * np.pi * AT / 25) + NOISE,
    "bent": 100 + 40 * np.expm1(0.012 * AT) + NOISE,
    "drift": 100 + 0.4 * AT + np.cumsum(NOISE),
    "odd values": 100 + 0.5 * AT + NOISE - 30 * (AT % 23 == 3),
    "nothing": np.zeros(120),
}
# What is recognized; the days to 1.3 times the last value; and the interval on the first and on the last day. These
# are kept numbers: the backtest (make bench) says whether they are good, and these that no change moves them unseen.
KEPT: Mapping[str, tuple[str, tuple[int | None, ...], tuple[float, ...], tuple[float, ...]]] = {
    "line": ("line", (96, 97, 99), (159.3207, 160.028, 160.6854), (341.6589, 342.742, 343.672)),
    "flat": ("flat", (None, None, None), (99.26104, 99.87135, 100.6701), (98.87922, 99.85491, 100.9343)),
    "week": ("week+line", (98, 98, 99), (159.1953, 159.8588, 160.6291), (341.5887, 342.6247, 343.6137)),
    "purge": ("purge+line", (239, 240, 240), (122.9139, 123.4519, 124.1085), (202.005, 202.8933, 203.799)),
    "weekly purge": ("week+purge+line", (239, 240, 240), (122.7282, 123.5042, 124.2215), (202.1042, 202.9409, 203.83)),
    "wave": ("wave+line", (85, 86, 87), (127.7137, 128.5373, 129.4364), (249.8315, 252.4155, 254.6177)),
    "jump": ("line/", (141, 143, 144), (187.3832, 187.9416, 188.621), (332.9653, 333.8762, 334.9008)),
    "stopped": ("flat/", (None, None, None), (141.4724, 142.0489, 142.606), (137.8956, 142.273, 146.0933)),
    "wave, stopped": ("wave+flat/", (None, None, None), (151.5666, 152.1505, 152.8249), (166.3804, 167.6717, 169.0528)),
    "bent": ("bent", (29, 29, 29), (228.2049, 228.9614, 229.7035), (13493.55, 13522.19, 13546.95)),
    "drift": ("line/", (90, 95, 101), (143.0659, 143.5295, 144.1849), (300.8363, 310.0293, 318.68)),
    "odd values": ("line", (96, 97, 99), (159.3988, 160.0592, 160.7924), (341.6031, 342.5659, 343.5905)),
    "nothing": ("flat", (0, 0, 0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", SERIES)
def test_courses_are_as_they_were_kept(name: str) -> None:
    ahead, last = drawn(SERIES[name]), float(SERIES[name][-1])
    method, days, first, later = KEPT[name]
    assert (ahead.method, ahead.list_days_to(1.3 * last, now=last)) == (method, days)
    assert ahead.list_values_at([1]) == [pytest.approx(first, rel=1e-5)]
    assert ahead.list_values_at([365]) == [pytest.approx(later, rel=1e-5)]


@pytest.mark.parametrize(
    ("values", "first", "later"),
    [
        ([100, 119, 142, 160, 181], (179.93846, 181.24228, 182.50934), (260.32533, 262.72390, 264.90739)),
        ([100, 130, 119, 160, 150], (129.21606, 155.15110, 181.08614), (157.30570, 208.93996, 262.99649)),
    ],
)
def test_of_quarters_only_the_line_varies(
    values: list[float], first: tuple[float, ...], later: tuple[float, ...]
) -> None:
    ahead = paths.draw_paths([0, 91, 182, 273, 364], values, 365, daily=False)
    assert ahead.method == "line" and np.allclose(np.diff(ahead.values, 2, axis=0), 0)
    assert ahead.list_values_at([1, 365]) == [pytest.approx(first, rel=1e-5), pytest.approx(later, rel=1e-5)]


def test_the_unit_of_the_values_is_of_no_effect() -> None:
    plain, small = drawn(SERIES["drift"]), drawn(SERIES["drift"] * 2.0**-40)
    assert plain.method == small.method and np.allclose(plain.values, small.values * 2.0**40)


def test_values_below_nothing_are_nothing() -> None:
    ahead = paths.Ahead(np.array([1.0]), np.array([[-3.0, -2.0, 3.0]]), "")
    ((low, middle, high),) = ahead.list_values_at([1])
    assert (low, middle) == (0.0, 0.0) and high == pytest.approx(2.0)


def test_what_persists_is_the_share_of_a_value_that_the_next_one_keeps() -> None:
    kept = [
        paths._measure_persistence(np.array(rest)) for rest in ([1.0, -1, 1], [1.0, 1, 1, 1], [0.0, 0, 0], [1.0, 0])
    ]
    assert kept == [0.0, 0.75, 0.0, 0.0]
    assert paths._measure_persistence(np.ones(49)) == 48 / 49 and paths._measure_persistence(np.ones(51)) == 0.98


def test_noise_goes_on_from_the_last_value() -> None:
    calm = paths._continue_noise(np.array([5.0, 4, 2, 1]), 0.5, 3, np.random.RandomState(1))
    # What each value adds to half of the one before is 1.5, 0 and 0: the three are drawn together.
    assert calm.shape == (3, paths.PATHS) and np.allclose(calm, np.array([[2.0], [1.0], [0.5]]))
    blocks = paths._continue_noise(np.arange(11.0), 0.0, 16, np.random.RandomState(1))
    assert np.allclose(np.diff(blocks, axis=0)[[*range(6), *range(7, 13), 14]], 1), "seven days are drawn together"
    assert {*blocks[0], *blocks[7]} == {1, 2, 3, 4} and set(blocks[14]) == {1, 2, 3, 4}


def test_noise_of_a_bucket_is_its_mean() -> None:
    course = trend.make_course(np.array([0, 1, 2, 5, 60.0]), np.zeros(5))
    drawn_noise = np.array([[1.0, 4], [3, 0], [5, 1], [7, 2], [9, 3]])
    assert paths._mean_by_bucket(course, drawn_noise).tolist() == [[2, 2], [5, 1], [7, 2], [9, 3]]


def test_a_value_is_odd_if_it_is_off_from_both_sides() -> None:
    assert not paths._find_odd(np.array([0, 0, 0, 0, 9.0, 0, 0, 0])).any(), "of eight values none is odd"
    nine = np.array([0, 0, 0, 0, 9.0, 0, 0, 0, 0])
    assert paths._find_odd(nine).tolist() == (nine == 9).tolist()
    steps = np.where(AT < 60, 0.0, 50.0) + AT % 2
    assert not paths._find_odd(steps).any(), "a jump is no odd value"

    def is_odd(size: float) -> bool:
        return bool(paths._find_odd(steps + size * (AT == 30))[30])

    assert find_turn(is_odd, 1, 50) == 5 * 1.4826 + 1, "its neighbours are 1 more often than 0"


def test_there_is_a_course_for_each_day_to_come() -> None:
    ahead = drawn(SERIES["line"])
    assert ahead.steps.tolist() == list(range(1, 366)) and ahead.values.shape == (365, paths.PATHS)


def test_beside_purges_no_wave_is_looked_for() -> None:
    wave = 8 * np.sin(2 * np.pi * AT / 13)
    assert drawn(SERIES["line"] + wave).method == "wave+line"
    assert drawn(SERIES["purge"] + wave).method == "purge+line"
