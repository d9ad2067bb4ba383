"""The backtest can fail, its trials are what they say, and its short form meets the aims."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.forecast import backtest, methods
from tests.forecast.public import SERIES, make_public_trials, read_values
from tests.forecast.shapes import HORIZON, SHAPES, make_trials


def score(name: str, *, ours: float, other: float, inside: int) -> backtest.Score:
    return backtest.Score(name, 100, {backtest.OURS: ours, "last value": other, "least squares": other}, inside)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_truth_is_the_first_day_at_the_limit_and_trials_are_always_the_same(shape: str) -> None:
    trials = list(make_trials(shape, 5, 1))
    assert len(trials) == 5
    for trial, again in zip(trials, make_trials(shape, 5, 1), strict=True):
        assert (trial.limit, trial.truth) == (again.limit, again.truth) and np.array_equal(trial.values, again.values)
        assert 1 <= trial.truth <= HORIZON and list(trial.days) == sorted({*trial.days})
        assert shape == "outliers" or trial.values[-30:].max() < trial.limit
    assert [trial.limit for trial in make_trials(shape, 5, 2)] != [trial.limit for trial in trials]


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.file)
def test_public_series_are_read_whole(series: object) -> None:
    (found,) = [one for one in SERIES if one is series]
    values = read_values(found)
    assert len(values) > found.seen + found.horizon and np.isfinite(values).all()
    trials = list(make_public_trials(found, 3, 1))
    assert [len(trial.values) for trial in trials] == [found.seen] * 3
    assert all(1 <= trial.truth <= found.horizon for trial in trials)


def test_each_aim_that_is_missed_is_named() -> None:
    good = [score(f"s{number}", ours=1, other=9, inside=80) for number in range(12)]
    assert backtest.list_missed(good, good) == []
    worse = [dataclasses.replace(good[0], errors={backtest.OURS: 1.06, "last value": 1.0, "least squares": 9.0})]
    assert backtest.list_missed([*worse, *good[1:]], good) == ["s0: 1.1 days, the best method 1.0"]
    like_last = [score(f"s{number}", ours=1, other=1, inside=80) for number in range(6)]
    missed = backtest.list_missed([*like_last, *good[6:]], good)
    assert missed == ["better than last value on 6 shapes only", "better than least squares on 6 shapes only"]
    for inside in (74, 86):
        (told,) = backtest.list_missed(good, [score("s", ours=1, other=9, inside=inside)])
        assert told.startswith(f"{inside}.0%")


def test_a_plain_method_that_sees_no_growth_says_the_horizon() -> None:
    flat = dataclasses.replace(next(make_trials("linear", 1, 1)), values=np.full(180, 5.0), limit=9.0)
    assert {ask(flat) for ask in methods.PLAIN.values()} == {float(HORIZON)}


@pytest.mark.slow
def test_the_forecast_is_better_than_plain_methods_on_fresh_series() -> None:
    scores = backtest.score_shapes(12, seed=77)
    for plain in ("last value", "least squares"):
        assert sum(one.errors[backtest.OURS] < one.errors[plain] for one in scores) >= backtest.LEAST_BETTER
    assert 0.7 <= backtest.measure_coverage(scores) <= 0.92, "some 144 truths: four of five, as far as so few can tell"
