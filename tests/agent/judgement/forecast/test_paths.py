"""Courses of the days to come: their ends, and what single odd values do to them."""

from __future__ import annotations

import numpy as np
import pytest

from agent.judgement.forecast import paths

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
