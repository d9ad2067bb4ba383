"""The interval of a rate holds the truth as often as it says."""

from __future__ import annotations

import math

import pytest

from agent.model.track_record import compute_interval, count_hits


@pytest.mark.parametrize(
    ("hits", "counted", "low", "high"),
    [(8, 10, 49.0, 94.3), (0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0), (1, 1, 20.7, 100.0), (0, 0, 0.0, 100.0)],
)
def test_wilsons_interval(hits: int, counted: int, low: float, high: float) -> None:
    """The figures are those of statsmodels' proportion_confint(method="wilson")."""
    assert compute_interval(hits, counted) == (low, high)


@pytest.mark.parametrize("counted", [20, 60])
@pytest.mark.parametrize("rate", [0.3, 0.5, 0.8, 0.9])
def test_it_holds_the_true_rate_in_about_95_of_100_cases(counted: int, rate: float) -> None:
    held = 0.0
    for hits in range(counted + 1):
        low, high = compute_interval(hits, counted)
        chance = math.comb(counted, hits) * rate**hits * (1 - rate) ** (counted - hits)
        held += chance if low <= 100 * rate <= high else 0
    assert 0.92 < held < 0.99


def test_hits_are_counted() -> None:
    rate = count_hits([True, False, True, True])
    assert (rate.came_true, rate.counted, rate.pct) == (3, 4, 75.0)
    assert rate.low_pct < 75 < rate.high_pct
    assert count_hits([]).pct is None
