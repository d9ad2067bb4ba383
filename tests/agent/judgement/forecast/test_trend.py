"""The course since the last break: what lies before it is undone or left out."""

from __future__ import annotations

import numpy as np
import pytest

from agent.judgement.forecast import trend

STEPS = np.arange(180.0)
NOISE = np.random.RandomState(7).normal(0, 0.5, len(STEPS))


def slope_of(course: trend.Course) -> float:
    first, last = trend.fit_course(course, np.array([180.0, 280.0]))
    return float(last - first) / 100


def test_a_line_is_a_line() -> None:
    course = trend.find_course(STEPS, 100 + 0.4 * STEPS + NOISE)
    assert (course.form, course.broken) == (trend.Form.LINE, 0)
    assert slope_of(course) == pytest.approx(0.4, abs=0.01)


def test_what_does_not_move_is_flat() -> None:
    assert trend.find_course(STEPS, 100 + NOISE).form is trend.Form.FLAT


@pytest.mark.parametrize("jump", [40.0, -90.0])
def test_a_jump_is_undone_and_all_values_tell_the_slope(jump: float) -> None:
    course = trend.find_course(STEPS, 100 + 0.4 * STEPS + jump * (STEPS >= 151) + NOISE)
    assert course.broken == 1 and len(course.steps) == 180
    assert slope_of(course) == pytest.approx(0.4, abs=0.02)
    assert trend.fit_course(course, np.array([180.0]))[0] == pytest.approx(172 + jump, abs=2)


def test_growth_that_stopped_is_flat_since_then() -> None:
    course = trend.find_course(STEPS, 100 + 0.6 * np.minimum(STEPS, 120) + NOISE)
    assert course.broken >= 1 and course.steps[0] > 100
    assert abs(slope_of(course)) < 0.03


@pytest.mark.parametrize("bend", [0.01, -0.02])
def test_what_bends_goes_on_bending(bend: float) -> None:
    values = 100 + 50 * (np.expm1(bend * STEPS) / bend / 100) + NOISE / 2
    course = trend.find_course(STEPS, values)
    assert course.form is trend.Form.BENT
    ahead = trend.fit_course(course, np.array([240.0]))[0]
    assert ahead == pytest.approx(100 + 50 * np.expm1(bend * 240) / bend / 100, rel=0.05)


def test_odd_buckets_do_not_turn_the_line() -> None:
    values = 100 + 0.4 * STEPS + NOISE
    values[30:45] += 200
    course = trend.make_course(STEPS, values)
    assert slope_of(course) == pytest.approx(0.4, abs=0.05)


def test_fewer_buckets_are_less_certain() -> None:
    widths = [trend.widen(buckets, 2) for buckets in (3, 4, 8, 60)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(1.0, abs=0.05)


def test_a_counter_without_noise_has_no_break_where_it_paused_for_a_day() -> None:
    course = trend.find_course(STEPS, 1000 + 200 * np.minimum(STEPS, 178))
    assert (course.form, course.broken) == (trend.Form.LINE, 0)
    assert slope_of(course) == pytest.approx(200, rel=0.01)
