"""The course of a series in the days to come, many times over: when each course reaches the limit. Uses numpy.

Each course is the fitted one, moved as far as the noise of the values may have moved it, with this noise on top.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agent.judgement.forecast import season, trend

Array = NDArray[np.float64]

PATHS = 240
BLOCK = 7  # steps that are drawn together, because neighbours are alike
_ENDS = (0.1, 0.5, 0.9)  # of an interval that holds four of five courses
_NEAR = 5  # values on each side with which one is compared
_ODD = 5.0  # times the usual difference from one value to the next
_MOST_KEPT = 0.98
_WIDER = 1.2  # courses vary more than noise alone makes them; set so that intervals hold what they promise (backtest)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Courses in the future: ``values`` has a row for each of ``steps`` after the last value, a column each.

    ``method`` says what was recognized, for the backtest.
    """

    steps: Array
    values: Array
    method: str

    def list_days_to(self, limit: float, *, now: float) -> tuple[int | None, int | None, int | None]:
        """Return after how many days the limit is reached: near end, middle and far end of the interval.

        None where that is not within the horizon, 0 where ``now`` has reached it already.
        """
        if now >= limit:
            return 0, 0, 0
        reached = self.values >= limit
        first = np.where(reached.any(axis=0), self.steps[np.argmax(reached, axis=0)], np.inf)
        ends = np.quantile(first, _ENDS, method="inverted_cdf")
        near, middle, far = (int(end) if np.isfinite(end) else None for end in ends)
        return near, middle, far

    def list_values_at(self, days: Sequence[int]) -> list[tuple[float, float, float]]:
        """Return the lower end, the middle and the upper end of the interval on each day, none of them below 0."""
        found = np.maximum(np.quantile(self.values[np.array(days) - 1], _ENDS, axis=1), 0.0)
        return [(float(low), float(middle), float(high)) for low, middle, high in found.T]


def draw_paths(days: Sequence[int], seen: Sequence[float], ahead_count: int, *, daily: bool) -> Ahead:
    """Return the courses of the ``ahead_count`` days after the last of ``days``, which rise and may have gaps.

    ``daily``: there is a value on most days, so that a week, a purge, and what a single day adds can be told.
    """
    steps, values = np.array(days, dtype=float), np.array(seen, dtype=float)
    scale = float(np.abs(values).max()) or 1.0
    values = values / scale
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
    course = trend.find_course(steps, values - repeated[steps.astype(int)])
    fitted, beyond = _fit(course, future)
    wave = season.find_wave(course.values - fitted) if not purges and daily else None
    if wave:
        named.append("wave")
        start = course.steps[0]
        coming = coming + wave.at(future - start)
        course = _take_out(course, wave)
        fitted, beyond = _fit(course, future)
    named.append(course.form.value + ("/" if course.broken else ""))
    found = _spread_out(course, course.values - fitted, future, beyond + coming, noisy=daily)
    return Ahead(np.arange(1, ahead_count + 1, dtype=float), scale * found, "+".join(named))


def _fit(course: trend.Course, future: Array) -> tuple[Array, Array]:
    """Return the course at the values that were seen, and in the future."""
    at = trend.fit_course(course, np.concatenate([course.steps, future]))
    return at[: len(course.steps)], at[len(course.steps) :]


def _take_out(course: trend.Course, wave: season.Wave) -> trend.Course:
    values = course.values - wave.at(course.steps - course.steps[0])
    return replace(trend.make_course(course.steps, values, course.broken), form=course.form)


def _spread_out(course: trend.Course, rest: Array, future: Array, middle: Array, *, noisy: bool) -> Array:
    """Return the courses: ``middle`` moved as noise may have moved the fit, with the noise of single values on top."""
    random = np.random.RandomState(zlib.crc32(np.round(rest, 6).tobytes()))  # a stream that numpy never changes
    rest = rest - rest.mean()
    count, kept = len(rest), _measure_persistence(rest)
    block = min(max(count // 4, 1), round(BLOCK / (1 - kept))) if noisy else 1
    signs = np.repeat(random.randint(0, 2, size=(-(-count // block), PATHS)) * 2.0 - 1.0, block, axis=0)[:count]
    wider = _WIDER * trend.widen(len(course.buckets), 4 if course.form is trend.Form.BENT else 2)
    moved = trend.vary_course(course, _mean_by_bucket(course, rest[:, None] * signs), future)
    found = middle[:, None] + wider * moved
    return np.asarray(found + _continue_noise(rest, kept, len(future), random)) if noisy else found


def _measure_persistence(rest: Array) -> float:
    """Return how much of what a value is off by the next one is off by, too: 0 for noise, near 1 for what drifts."""
    total = float(np.sum(rest**2))
    return min(max(float(np.sum(rest[1:] * rest[:-1])) / total, 0.0), _MOST_KEPT) if total else 0.0


def _continue_noise(rest: Array, kept: float, count: int, random: np.random.RandomState) -> Array:
    """Return the noise of the days to come: it begins where the last value is, and goes on as it did."""
    fresh = rest[1:] - kept * rest[:-1]
    block = min(BLOCK, len(fresh))
    blocks = -(-count // block)
    starts = random.randint(0, len(fresh) - block + 1, size=(blocks, PATHS))
    drawn = fresh[starts[:, None, :] + np.arange(block)[None, :, None]].reshape(blocks * block, PATHS)[:count]
    before = np.full(PATHS, rest[-1])
    for number in range(count):
        before = drawn[number] = kept * before + drawn[number]
    return np.asarray(drawn)


def _mean_by_bucket(course: trend.Course, drawn: Array) -> Array:
    counts = np.diff(course.starts, append=len(drawn))
    return np.asarray(np.add.reduceat(drawn, course.starts, axis=0) / counts[:, None])


def _find_odd(values: Array) -> NDArray[np.bool_]:
    """Mark single values that jump away and come back at once: what was measured then is not how the series goes."""
    odd = np.zeros(len(values), dtype=bool)
    if len(values) < 9:
        return odd
    padded = np.pad(values, _NEAR, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _NEAR)
    before, after = np.median(windows[: len(values)], axis=1), np.median(windows[_NEAR + 1 :], axis=1)
    usual = 1.4826 * np.median(np.abs(np.diff(values)))
    off = np.minimum(np.abs(values - before), np.abs(values - after))
    return np.asarray(off > np.maximum(_ODD * usual, np.abs(after - before)) + 1e-12)
