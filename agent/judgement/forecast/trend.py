"""Which course a series has taken: a line, a line since its last break, or a curve that bends. Uses numpy and scipy.

All positions are steps since the first value; the values have no season any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

BUCKETS = 60
_LEAST_SIDE = 4  # buckets on each side of a break
_LEAST_BENT = 12
_MOST_BREAKS = 4
_TRIFLE = 0.003  # of the range of the values
_PENALTY = 2.0  # of each number that a model has more, in units of the usual criterion (BIC): many models are tried
# How often the curve's rate of change grows or falls by the factor e over the values that were seen.
_BENDS = np.concatenate([-np.geomspace(8.0, 0.3, 16), np.geomspace(0.3, 4.0, 16)])


class Form(StrEnum):
    """What a course is after its last break."""

    FLAT = "flat"
    LINE = "line"
    BENT = "bent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is fitted: the single values since the last break, with jumps undone, and their means in ``buckets``.

    ``starts`` are the places of the first value of each bucket.

    ``broken`` counts the breaks that were found.
    """

    steps: Array
    values: Array
    buckets: Array
    means: Array
    starts: NDArray[np.intp]
    form: Form = Form.LINE
    broken: int = 0


class _Break(NamedTuple):
    """A way to split the buckets: its criterion (less is better), the first bucket after it, and the jump to undo.

    ``jump`` is None where the values before the break tell nothing of the course after it.
    """

    criterion: float
    at: int
    jump: float | None


def make_course(steps: Array, values: Array, broken: int = 0) -> Course:
    """Return the course of these values before anything is known of it: a line through all."""
    width = max(1, -(-int(steps[-1] - steps[0] + 1) // BUCKETS))
    numbers = ((steps - steps[0]) // width).astype(int)
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    buckets, means = (np.bincount(places, weights=one) / counts for one in (steps, values))
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    return Course(steps=steps, values=values, buckets=buckets, means=means, starts=starts, broken=broken)


def find_course(steps: Array, values: Array) -> Course:
    """Return the course of the last part of a series: what lies before a break is left out, or a jump is undone."""
    course = make_course(steps, values)
    while True:
        count = len(course.means)
        if count < 2 * _LEAST_SIDE:
            return course
        floor = _find_floor(course)
        forms = {Form.FLAT: _criterion(_residual(_lines(course.buckets)[:, :1], course.means), count, 1, floor)}
        forms[Form.LINE] = _criterion(_residual(_lines(course.buckets), course.means), count, 2, floor)
        if count >= _LEAST_BENT:
            forms[Form.BENT] = _criterion(_find_bend(course)[1], count, 4, floor)
        best, broken = min(forms, key=lambda form: forms[form]), _find_break(course)
        if broken.criterion >= forms[best] or course.broken == _MOST_BREAKS:
            return replace(course, form=best)
        course = _follow(course, broken)


def _follow(course: Course, found: _Break) -> Course:
    """Undo a jump, so that the values before it still tell the slope; else keep only what is after the break.

    The break lies somewhere in a bucket: it is where two neighbours differ most.
    """
    first, last = course.buckets[found.at - 1], course.buckets[found.at + 1]
    near = np.flatnonzero((course.steps >= first) & (course.steps <= last))
    at = int(near[int(np.argmax(np.abs(np.diff(course.values[near]))))]) + 1
    if found.jump is None:
        return make_course(course.steps[at:], course.values[at:], course.broken + 1)
    return make_course(
        course.steps, course.values + np.where(np.arange(len(course.values)) < at, found.jump, 0.0), course.broken + 1
    )


def _lines(steps: Array) -> Array:
    return np.stack([np.ones_like(steps), steps], axis=1)


def _residual(design: Array, values: Array) -> float:
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    return float(np.sum((values - design @ solution) ** 2))


def _criterion(residual: float, count: int, numbers: int, floor: float) -> float:
    """Return what a model costs: what it leaves over, but no less than ``floor``, and its numbers."""
    return float(count * np.log(max(residual, 0.0) / count + floor) + _PENALTY * numbers * np.log(count))


def _find_floor(course: Course) -> float:
    """Return the mean square below which a deviation is not worth a break: counters may have no noise at all."""
    return (_TRIFLE * float(np.ptp(course.means))) ** 2 + 1e-30


def _find_break(course: Course) -> _Break:
    """Return the best of: a jump between parallel lines, a line that bends at one place, two lines of their own."""
    steps, count, floor = course.buckets - course.buckets[0], len(course.buckets), _find_floor(course)
    found: list[_Break] = []
    unit = steps / steps[-1]
    places = np.arange(_LEAST_SIDE, count - _LEAST_SIDE + 1)
    after = (np.arange(count)[None, :] >= places[:, None]).astype(float)
    kink = np.maximum(unit[None, :] - unit[places - 1][:, None], 0.0)
    ones, lines = np.ones_like(after), np.broadcast_to(unit, after.shape)
    mixed = (np.arange(count)[None, :] == places[:, None]).astype(float)  # the bucket in which a jump falls
    for columns, numbers in (
        ((ones, lines, kink), 4),
        ((ones, lines, after, mixed), 5),
        ((ones, lines, after, mixed, after * lines), 6),
    ):
        design = np.stack(columns, axis=2)
        solution = np.linalg.solve(
            design.transpose(0, 2, 1) @ design + 1e-10 * np.eye(len(columns)),
            design.transpose(0, 2, 1) @ course.means[None, :, None],
        )
        residuals = np.sum((course.means[None, :] - (design @ solution)[:, :, 0]) ** 2, axis=1)
        best = int(np.argmin(residuals))
        jump = float(solution[best, 2, 0]) if columns[-1] is mixed else None
        criterion = _criterion(float(residuals[best]), count, numbers, floor)
        found.append(_Break(criterion, int(places[best]), jump))
    return min(found, key=lambda one: one.criterion)


def _curves(steps: Array, bends: Array) -> Array:
    """Return for each bend the two columns (one, curve) at these positions, which run from 0 to 1 for what was seen."""
    curve = np.expm1(bends[:, None] * steps[None, :])
    return np.stack([np.ones_like(curve), curve], axis=2)


def _find_bend(course: Course) -> tuple[float, float]:
    """Return the best bend and its squared residual."""
    scaled = _scale(course.buckets, course.buckets)
    rough, _ = _choose_bend(scaled, _BENDS, course.means)
    return _choose_bend(scaled, _list_bends_near(rough), course.means)


def _choose_bend(scaled: Array, bends: Array, means: Array) -> tuple[float, float]:
    residuals = _list_residuals(_curves(scaled, bends), means)
    best = int(np.argmin(residuals))
    return float(bends[best]), float(residuals[best])


def _list_bends_near(bend: float) -> Array:
    return np.asarray(bend * np.geomspace(0.5, 2.0, 61))


def _list_residuals(designs: Array, values: Array) -> Array:
    """Return the squared residual of each design, for values in one column or in several."""
    basis = np.linalg.qr(designs)[0].transpose(0, 2, 1)
    return np.asarray(np.sum(values**2, axis=0) - np.sum((basis @ values) ** 2, axis=1))


def _scale(steps: Array, seen: Array) -> Array:
    return np.asarray((steps - seen[0]) / max(float(seen[-1] - seen[0]), 1.0))


def fit_course(course: Course, at: Array) -> Array:
    """Return the course at these positions: Theil and Sen's line, or the best curve.

    The line is the median of all slopes between two buckets: what is odd in less than a quarter of them is without
    effect.
    """
    if course.form is Form.FLAT:
        return np.full(len(at), float(np.median(course.means)))
    if course.form is Form.LINE:
        slope, *_ = stats.theilslopes(course.means, course.buckets)
        level = float(np.median(course.means - slope * course.buckets))
        return np.asarray(level + slope * at)
    bend = np.array([_find_bend(course)[0]])
    (design,) = _curves(_scale(course.buckets, course.buckets), bend)
    (wanted,) = _curves(_scale(at, course.buckets), bend)
    solution, *_ = np.linalg.lstsq(design, course.means, rcond=None)
    return np.asarray(wanted @ solution)


def vary_course(course: Course, noise: Array, at: Array) -> Array:
    """Return how the course at these positions moves with each noise (a column each) that is added to the buckets."""
    if course.form is not Form.BENT:  # what looks flat may rise a little all the same
        inverse = np.linalg.pinv(_lines(course.buckets))
        return np.asarray(_lines(at) @ (inverse @ noise))
    tried = fit_course(course, course.buckets)[:, None] + noise
    bends = _list_bends_near(_find_bend(course)[0])
    design = _curves(_scale(course.buckets, course.buckets), bends)
    chosen = np.argmin(_list_residuals(design, tried), axis=0)
    curves, moved = _curves(_scale(at, course.buckets), bends), np.empty((len(at), noise.shape[1]))
    for number in np.unique(chosen):
        which = chosen == number
        moved[:, which] = curves[number] @ (np.linalg.pinv(design[number]) @ tried[:, which])
    return np.asarray(moved - fit_course(course, at)[:, None])


def widen(buckets: int, numbers: int) -> float:
    """Return by how much noise that was left over must be larger to stand for the noise there was: of few buckets most
    goes into the fit, and how large it is is not well known (Student)."""
    free = max(buckets - numbers, 1)
    return float(np.sqrt(buckets / free) * stats.t.ppf(0.9, free) / stats.norm.ppf(0.9))
