"""What repeats in a series: the days of the week, purges that let it fall again and again, and any other period.

Uses numpy. Positions are steps since the first value, without gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEEK = 7
_LEAST_WEEKS = 3
_CLEAR = 6.0  # times the noise's share, from which on a pattern is no chance
_LEAST_FALLS = 3
_UNEVEN = 0.5  # of the usual distance, that another may differ
_DROP = 0.25  # of the whole range, from which on a fall may be a purge
_CYCLES = 3.0
_SHORTEST = 8
_SHARE = 0.45  # of the variance, from which on a wave counts
_WAVES = 2


def find_week(values: Array) -> Array:
    """Return the usual difference of each day of the week from the days around it; zeros where there is none."""
    none = np.zeros(WEEK)
    if len(values) < _LEAST_WEEKS * WEEK + WEEK:
        return none
    around = np.convolve(values, np.full(WEEK, 1 / WEEK), "valid")
    half = WEEK // 2
    rest = values[half : half + len(around)] - around
    phases = (np.arange(len(rest)) + half) % WEEK
    profile = np.array([np.median(rest[phases == day]) for day in range(WEEK)])
    profile -= profile.mean()
    noise = _spread(rest - profile[phases])
    clear = np.mean(profile**2) > _CLEAR * noise**2 * WEEK / len(rest)
    return profile if clear else none


@dataclass(frozen=True, slots=True)
class Purges:
    """Falls that come again and again: where they were, their usual distance, and what a purge's cycle looks like.

    ``profile`` is the difference from the trend by the steps since the last fall.
    """

    falls: tuple[int, ...]
    distance: int
    profile: Array

    def at(self, steps: Array) -> Array:
        """Return the difference from the trend at these positions, which may lie in the future."""
        falls = np.array(self.falls)
        place = np.searchsorted(falls, steps, side="right") - 1
        since = np.where(place >= 0, steps - falls[place], (steps - falls[0]) % self.distance)
        late = steps >= falls[-1]
        since = np.where(late, (steps - falls[-1]) % self.distance, since)
        return np.asarray(self.profile[np.minimum(since, len(self.profile) - 1).astype(int)])


def find_purges(values: Array) -> Purges | None:
    """Return the purges of a series; None where it does not fall at fairly even distances."""
    change = np.diff(values)
    usual = _spread(change)
    falls = np.flatnonzero(change < -max(_DROP * float(np.ptp(values)), 6 * usual, 1e-12)) + 1
    falls = falls[np.insert(np.diff(falls) > 2, 0, True)] if len(falls) else falls
    if len(falls) < _LEAST_FALLS:
        return None
    gaps = np.diff(falls)
    distance = round(float(np.median(gaps)))
    if np.abs(gaps - distance).max() > _UNEVEN * distance:
        return None
    days = np.arange(len(values))
    trend = np.interp(days, *_means_of_cycles(values, falls))
    rest = values - trend
    since = days - falls[np.searchsorted(falls, days, "right") - 1]  # below 0 before the first fall: no day of a cycle
    profile = np.array([np.median(rest[since == step]) for step in range(int(gaps.max()))])
    return Purges(tuple(int(fall) for fall in falls), distance, profile)


def _means_of_cycles(values: Array, falls: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the middle and the mean of each whole cycle, and of the line through them at both ends."""
    pairs = list(pairwise(falls))
    middles = np.array([(start + end - 1) / 2 for start, end in pairs])
    means = np.array([values[start:end].mean() for start, end in pairs])
    slope = np.polyfit(middles, means, 1)[0]
    first, last = 0.0, float(len(values) - 1)
    return (
        np.array([first, *middles, last]),
        np.array([means[0] - slope * middles[0], *means, means[-1] + slope * (last - middles[-1])]),
    )


@dataclass(frozen=True, slots=True)
class Wave:
    """A smooth pattern of some period, as the numbers of its sines and cosines."""

    period: float
    numbers: Array

    def at(self, steps: Array) -> Array:
        """Return the pattern at these positions."""
        return np.asarray(_sines(steps, self.period) @ self.numbers)


def find_wave(rest: Array) -> Wave | None:
    """Return the strongest wave in what a trend leaves over; None where none stands out or too few cycles were seen."""
    count = len(rest)
    if count < 3 * _SHORTEST or not np.any(rest):
        return None
    padded = 4 * count
    power = np.abs(np.fft.rfft(rest - rest.mean(), padded)) ** 2
    periods = padded / np.maximum(np.arange(len(power)), 1e-9)
    allowed = (periods <= count / _CYCLES) & (periods >= _SHORTEST)
    if not allowed.any():
        return None
    period = float(periods[allowed][np.argmax(power[allowed])])
    steps = np.arange(count, dtype=float)
    design = _sines(steps, period)
    numbers, *_ = np.linalg.lstsq(design, rest, rcond=None)
    share = 1 - np.var(rest - design @ numbers) / np.var(rest)
    return Wave(period, np.asarray(numbers, dtype=float)) if share > _SHARE else None


def _sines(steps: Array, period: float) -> Array:
    angles = 2 * np.pi * np.outer(steps / period, np.arange(1, _WAVES + 1))
    return np.hstack([np.sin(angles), np.cos(angles)])


def _spread(values: Array) -> float:
    """Return a standard deviation that single odd values do not change."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
