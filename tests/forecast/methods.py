"""The forecast and the plain methods that it is held against. Each returns the days until the limit is reached."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.tsa.seasonal import STL

from agent.judgement.forecast.paths import draw_paths
from tests.forecast.shapes import Array, Trial

WEEK = 7
RECENT = 45


@dataclass(frozen=True)
class Answer:
    """The likely day and the ends of the interval, the horizon where that is never."""

    near: float
    likely: float
    far: float
    method: str


def ask_forecast(trial: Trial) -> Answer:
    """What the agent says."""
    days = [int(day) for day in trial.days]
    dense = len(days) >= 0.5 * (days[-1] - days[0])
    ahead = draw_paths(days, [float(value) for value in trial.values], trial.horizon, daily=dense)
    found = ahead.list_days_to(trial.limit, now=float(trial.values[-1]))
    near, likely, far = (trial.horizon if end is None else end for end in found)
    return Answer(near, likely, far, ahead.method)


def _reach(level: float, slope: float, trial: Trial) -> float:
    if level >= trial.limit:
        return 1.0
    days = np.ceil((trial.limit - level) / slope) if slope > 0 else trial.horizon
    return float(min(trial.horizon, max(1.0, days)))


def last_value(trial: Trial) -> float:
    """Nothing changes."""
    return _reach(float(trial.values[-1]), 0.0, trial)


def least_squares(trial: Trial) -> float:
    """The line through all values."""
    slope, start = np.polyfit(trial.days, trial.values, 1)
    return _reach(float(start + slope * trial.days[-1]), float(slope), trial)


def _theil_sen(days: Array, values: Array, trial: Trial) -> float:
    slope, start, *_ = stats.theilslopes(values, days)
    return _reach(float(start + slope * days[-1]), float(slope), trial)


def theil_sen(trial: Trial) -> float:
    """Theil and Sen's line through all values."""
    return _theil_sen(trial.days, trial.values, trial)


def theil_sen_recent(trial: Trial) -> float:
    """The same through the last weeks."""
    kept = trial.days > trial.days[-1] - RECENT
    return _theil_sen(trial.days[kept], trial.values[kept], trial)


def stl(trial: Trial) -> float:
    """The trend of STL with a week, by Theil and Sen's line through its last weeks, and its season."""
    grid = np.arange(trial.days[0], trial.days[-1] + 1)
    whole = np.interp(grid, trial.days, trial.values)
    if len(whole) < 2 * WEEK:
        return theil_sen(trial)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = STL(whole, period=WEEK, robust=True).fit()
    slope, start, *_ = stats.theilslopes(parts.trend[-RECENT:], grid[-RECENT:])
    ahead = np.arange(1, trial.horizon + 1)
    season = parts.seasonal[-WEEK:][(ahead - 1) % WEEK]
    reached = np.flatnonzero(start + slope * (grid[-1] + ahead) + season >= trial.limit)
    return float(reached[0] + 1) if len(reached) else float(trial.horizon)


PLAIN: Mapping[str, Callable[[Trial], float]] = {
    "last value": last_value,
    "least squares": least_squares,
    "Theil-Sen": theil_sen,
    "Theil-Sen, 45 days": theil_sen_recent,
    "STL": stl,
}
