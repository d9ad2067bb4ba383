"""The course of a series in the days to come, many times over: when each course reaches the limit. Uses numpy.

Each course is the fitted one, moved as far as the noise of the values may have moved it, with this noise on top.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.judgement.forecast import season, trend

Array = NDArray[np.float64]

PATHS = 240
BLOCK = 7  # steps that are drawn together, because neighbours are alike
INTERVAL_PCT = 80.0
_ODD = 6.0
_WIDER = 1.25  # courses vary more than noise alone makes them; set so that intervals hold what they promise (backtest)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Courses in the future: ``values`` has a row for each of ``steps`` after the last value, a column each."""

    steps: Array
    values: Array
    method: str

    def first_at(self, limit: float) -> Array:
        """Return the step at which each course first reaches the limit; infinity where it does not."""
        reached = self.values >= limit
        return np.where(reached.any(axis=0), self.steps[np.argmax(reached, axis=0)], np.inf)


def draw_paths(steps: Array, values: Array, ahead_count: int, *, daily: bool) -> Ahead:
    """Return the courses for ``ahead_count`` steps after the last of ``steps``, which rise and may have gaps."""
    kept = ~_find_odd(values)
    steps, values = steps[kept] - steps[0], values[kept]
    grid = np.arange(steps[-1] + 1)
    whole = np.interp(grid, steps, values)
    future = steps[-1] + np.arange(1, ahead_count + 1, dtype=float)
    named, repeated, coming = [], np.zeros(len(grid)), np.zeros(ahead_count)
    if daily:
        week = season.find_week(whole)
        if week.any():
            named.append("week")
        repeated, coming = week[grid.astype(int) % 7], week[future.astype(int) % 7]
    purges = season.find_purges(whole - repeated) if daily else None
    if purges:
        named.append("purge")
        repeated, coming = repeated + purges.at(grid), coming + purges.at(future)
    plain = values - repeated[steps.astype(int)]
    width = max(1, -(-len(grid) // trend.BUCKETS))
    course = trend.find_course(*trend.fill_buckets(steps, plain, width))
    fitted, beyond = trend.fit_course(course, np.concatenate([grid, future]))
    inside = grid >= course.steps[0]
    wave = season.find_wave((whole - repeated - beyond[: len(grid)])[inside]) if not purges else None
    if wave:
        named.append("wave")
        start = grid[inside][0]
        repeated, coming = repeated + wave.at(grid - start), coming + wave.at(future - start)
        course = _without(course, wave, start)
        fitted, beyond = trend.fit_course(course, np.concatenate([grid, future]))
    named.append("bent" if course.bent else "broken" if course.broken else "line")
    rest = (whole - repeated - beyond[: len(grid)])[inside]
    values_ahead = _spread_out(course, rest, future, beyond[len(grid) :] + coming, noisy=daily)
    return Ahead(np.arange(1, ahead_count + 1, dtype=float), values_ahead, "+".join(named))


def _without(course: trend.Course, wave: season.Wave, start: float) -> trend.Course:
    return trend.Course(course.steps, course.values - wave.at(course.steps - start), course.bent, course.broken)


def _spread_out(course: trend.Course, rest: Array, future: Array, middle: Array, *, noisy: bool) -> Array:
    random = np.random.RandomState(zlib.crc32(np.round(rest, 6).tobytes()))  # a stream that numpy never changes
    rest = rest - rest.mean()
    count, block = len(rest), min(BLOCK, len(rest))
    blocks = -(-max(count, len(future)) // block)
    starts = random.randint(0, max(count - block, 0) + 1, size=(2, blocks, PATHS))
    drawn = rest[starts[:, :, None, :] + np.arange(block)[None, None, :, None]].reshape(2, blocks * block, PATHS)
    free = max(len(course.steps) - (4 if course.bent else 2), 1)
    wider = _WIDER * np.sqrt(len(course.steps) / free)
    seen = drawn[0, :count]
    places = np.clip(np.searchsorted(course.steps, np.arange(count) + course.steps[0]), 0, len(course.steps) - 1)
    noise = np.zeros((len(course.steps), PATHS))
    np.add.at(noise, places, seen)
    noise /= np.maximum(np.bincount(places, minlength=len(course.steps)), 1)[:, None]
    found = middle[:, None] + wider * trend.vary_course(course, noise, future)
    return np.asarray(found + drawn[1, : len(future)] if noisy else found)


def _find_odd(values: Array) -> NDArray[np.bool_]:
    """Mark single values that jump away and come back at once: what was measured then is not how the series goes."""
    odd = np.zeros(len(values), dtype=bool)
    if len(values) < 9:
        return odd
    padded = np.pad(values, 3, mode="edge")
    around = np.stack([padded[shift : shift + len(values)] for shift in (0, 1, 2, 4, 5, 6)])
    before, after = np.median(around[:3], axis=0), np.median(around[3:], axis=0)
    usual = np.median(np.abs(np.diff(values)))
    off = np.minimum(np.abs(values - before), np.abs(values - after))
    return np.asarray(off > np.maximum(_ODD * 1.4826 * usual, 2 * np.abs(after - before)) + 1e-12)
