"""Which course a series has taken: a line, a line since its last break, or a curve that bends. Uses numpy and scipy.

All positions are steps since the first value; the values have no season any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

BUCKETS = 60
_LEAST_SIDE = 4  # buckets on each side of a break
_LEAST_BENT = 12
_MOST_BREAKS = 4
_PENALTY = 1.5  # of each number that a model has more, in units of the usual criterion (BIC): many models are tried
# How often the curve's rate of change grows or falls by the factor e over the values that were seen.
_BENDS = np.array([-8.0, -6.0, -4.5, -3.5, -2.75, -2.0, -1.5, -1.0, -0.6, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0, 4.0])


@dataclass(frozen=True, slots=True)
class Course:
    """What is fitted: ``steps`` and ``values`` are the buckets since the last break, ``bent`` whether they bend.

    Without a bend the course is a line. ``broken`` counts the breaks that were found.
    """

    steps: Array
    values: Array
    bent: bool
    broken: int = 0


class _Break(NamedTuple):
    """A way to split the buckets: its criterion (less is better), the first bucket after it, and the jump to undo.

    ``jump`` is None where the values before the break tell nothing of the course after it.
    """

    criterion: float
    at: int
    jump: float | None


def fill_buckets(steps: Array, values: Array, width: int) -> tuple[Array, Array]:
    """Return the means of positions and values of each ``width`` steps that have a value."""
    numbers = (steps // width).astype(int)
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    means = [np.bincount(places, weights=one) / counts for one in (steps, values)]
    return means[0], means[1]


def find_course(steps: Array, values: Array) -> Course:
    """Return the course of the last part of a series: what lies before a break is left out, or a jump is undone."""
    course = Course(steps, values.copy(), bent=False)
    while course.broken < _MOST_BREAKS:
        count = len(course.steps)
        if count < 2 * _LEAST_SIDE:
            break
        line = _criterion(_residual(_design(course.steps, "line"), course.values), count, 2)
        bend = _criterion(_find_bend(course)[1], count, 4) if count >= _LEAST_BENT else np.inf
        broken = _find_break(course)
        if broken.criterion >= min(line, bend):
            return replace(course, bent=bool(bend < line))
        course = _follow(course, broken)
    return course


def _follow(course: Course, found: _Break) -> Course:
    """Undo a jump, so that the values before it still tell the slope; else keep only what is after the break."""
    if found.jump is None:
        return Course(course.steps[found.at :], course.values[found.at :], bent=False, broken=course.broken + 1)
    values = course.values.copy()
    values[: found.at] += found.jump
    return Course(course.steps, values, bent=False, broken=course.broken + 1)


def _design(steps: Array, kind: str) -> Array:
    return np.stack([np.ones_like(steps), steps], axis=1) if kind == "line" else steps


def _residual(design: Array, values: Array) -> float:
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    return float(np.sum((values - design @ solution) ** 2))


def _criterion(residual: float, count: int, numbers: int) -> float:
    return float(count * np.log(max(residual / count, 1e-12)) + _PENALTY * numbers * np.log(count))


def _find_break(course: Course) -> _Break:
    """Return the best of: a jump between parallel lines, a line that bends at one place, two lines of their own."""
    steps, count = course.steps, len(course.steps)
    scale = max(float(np.abs(course.values).max()), 1e-300)
    values, found = course.values / scale, [_Break(np.inf, 0, None)]
    unit = steps / max(steps[-1], 1.0)
    places = np.arange(_LEAST_SIDE, count - _LEAST_SIDE + 1)
    after = (np.arange(count)[None, :] >= places[:, None]).astype(float)
    kink = np.maximum(unit[None, :] - unit[places - 1][:, None], 0.0)
    ones, lines = np.ones_like(after), np.broadcast_to(unit, after.shape)
    for columns, numbers in (
        ((ones, lines, after), 4),
        ((ones, lines, kink), 4),
        ((ones, lines, after, after * lines), 5),
    ):
        design = np.stack(columns, axis=2)
        solution = np.linalg.solve(
            design.transpose(0, 2, 1) @ design + 1e-10 * np.eye(len(columns)),
            design.transpose(0, 2, 1) @ values[None, :, None],
        )
        residuals = np.sum((values[None, :] - (design @ solution)[:, :, 0]) ** 2, axis=1)
        best = int(np.argmin(residuals))
        jump = float(solution[best, 2, 0]) * scale if columns[-1] is after else None
        criterion = _criterion(float(residuals[best]) * scale**2, count, numbers)
        found.append(_Break(criterion, int(places[best]), jump))
    return min(found, key=lambda one: one.criterion)


def _curves(steps: Array) -> Array:
    """Return for each bend the two columns (one, curve) at these positions, which run from 0 to 1 for what was seen."""
    bends = _BENDS[:, None]
    curve = np.expm1(bends * steps[None, :]) / bends
    return np.stack([np.ones_like(curve), curve], axis=2)


def _find_bend(course: Course) -> tuple[int, float]:
    """Return the number of the best bend and its squared residual."""
    design = _curves(_scale(course.steps, course.steps))
    basis = np.linalg.qr(design)[0]
    residuals = np.sum(course.values**2) - np.sum((basis.transpose(0, 2, 1) @ course.values) ** 2, axis=1)
    best = int(np.argmin(residuals))
    return best, _residual(design[best], course.values)


def _scale(steps: Array, seen: Array) -> Array:
    return (steps - seen[0]) / max(seen[-1] - seen[0], 1.0)


def fit_course(course: Course, at: Array) -> tuple[Array, Array]:
    """Return the course at the buckets and at other positions: Theil and Sen's line, or the best curve.

    The line is the median of all slopes between two buckets: what is odd in less than a quarter of them is without
    effect.
    """
    if not course.bent:
        slope, _, _, _ = stats.theilslopes(course.values, course.steps)
        level = float(np.median(course.values - slope * course.steps))
        return level + slope * course.steps, level + slope * at
    best, _ = _find_bend(course)
    design = _curves(_scale(course.steps, course.steps))[best]
    solution, *_ = np.linalg.lstsq(design, course.values, rcond=None)
    return design @ solution, _curves(_scale(at, course.steps))[best] @ solution


def vary_course(course: Course, noise: Array, at: Array) -> Array:
    """Return how the course at these positions moves with each noise (a column each) that is added to the buckets."""
    if not course.bent:
        inverse = np.linalg.pinv(_design(course.steps, "line"))
        return np.asarray(_design(at, "line") @ (inverse @ noise))
    fitted, ahead = fit_course(course, at)
    tried = fitted[:, None] + noise
    design = _curves(_scale(course.steps, course.steps))
    basis = np.linalg.qr(design)[0]
    left = np.sum(tried**2, axis=0)[None, :] - np.sum((basis.transpose(0, 2, 1) @ tried[None]) ** 2, axis=1)
    chosen = np.argmin(left, axis=0)
    curves, moved = _curves(_scale(at, course.steps)), np.empty((len(at), noise.shape[1]))
    for bend in np.unique(chosen):
        which = chosen == bend
        moved[:, which] = curves[bend] @ (np.linalg.pinv(design[bend]) @ tried[:, which])
    return moved - ahead[:, None]
