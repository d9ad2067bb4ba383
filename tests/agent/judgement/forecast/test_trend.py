"""The course since the last break: what lies before it is undone or left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from agent.judgement.forecast import trend
from tests.agent.judgement.forecast.turning import find_turn

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


def of_days(values: np.ndarray, **more: Any) -> trend.Course:
    return replace(trend.make_course(np.arange(float(len(values))), values), **more)


def test_as_many_days_are_a_bucket_as_make_sixty_of_all() -> None:
    course = trend.make_course(np.array([0, 1, 2, 5, 60.0]), np.array([1, 2, 3, 4, 5.0]))  # 61 days: two a bucket
    assert (course.buckets.tolist(), course.means.tolist()) == ([0.5, 2, 5, 60], [1.5, 3, 4, 5])
    assert course.starts.tolist() == [0, 2, 3, 4]
    later = trend.make_course(np.array([7, 8, 9, 12, 66.0]), np.array([1, 2, 3, 4, 5.0]), broken=2)  # 60: one
    assert (later.buckets.tolist(), later.starts.tolist()) == ([7, 8, 9, 12, 66], [0, 1, 2, 3, 4])
    assert later.broken == 2
    assert [len(of_days(np.arange(float(count))).means) for count in (60, 61, 120, 121)] == [60, 31, 60, 41]


def test_a_line_is_the_median_of_slopes_and_a_flat_one_the_median_of_values() -> None:
    values, at = np.array([0, 1, 2, 3, 10.0]), np.array([0, 10.0])
    assert trend.fit_course(of_days(values), at).tolist() == [0, 10]
    assert trend.fit_course(of_days(values, form=trend.Form.FLAT), at).tolist() == [2, 2]


@pytest.mark.parametrize("bend", [-8.0, -0.3, 0.3, 4.0])
def test_a_curve_of_a_bend_that_is_tried_is_met(bend: float) -> None:
    def curve(days: np.ndarray) -> np.ndarray:
        return np.asarray(5 + 3 * np.expm1(bend * days / 39) / bend)

    course = of_days(curve(np.arange(40.0)), form=trend.Form.BENT)
    ahead = np.array([0, 20, 39, 60, 78.0])
    assert np.allclose(trend.fit_course(course, ahead), curve(ahead))
    assert np.allclose(trend.vary_course(course, np.stack([np.zeros(40), np.full(40, 2.0)], axis=1), ahead), [0, 2])


def test_it_does_not_matter_at_which_step_a_curve_begins() -> None:
    values = 5 + 3 * np.expm1(2 * np.arange(40.0) / 39)
    courses = [replace(trend.make_course(first + np.arange(40.0), values), form=trend.Form.BENT) for first in (0, 900)]
    here, there = (trend.fit_course(course, course.steps[0] + np.array([0, 39, 78.0])) for course in courses)
    assert np.allclose(here, there)


def test_a_curve_is_found_by_two_looks_at_a_list_of_bends() -> None:
    course = of_days(5 + 3 * np.expm1(1.5 * np.arange(40.0) / 39) / 1.5, form=trend.Form.BENT)
    assert trend.fit_course(course, np.array([0, 39, 78.0])) == pytest.approx([4.993804, 11.955421, 42.735621])
    noise = np.stack([np.arange(40.0) / 39, 0.2 * np.sin(np.arange(40.0))], axis=1)
    moved = trend.vary_course(course, noise, np.array([0, 39, 78.0]))
    assert moved == pytest.approx(
        np.array([[0.014689, 0.041136], [0.985941, 0.041546], [-0.859223, 2.285236]]), abs=1e-5
    )


@pytest.mark.parametrize("form", [trend.Form.LINE, trend.Form.FLAT])
def test_noise_moves_a_line_as_least_squares_have_it(form: trend.Form) -> None:
    course = of_days(np.zeros(40), form=form)
    noise = np.stack([np.ones(40), np.arange(40.0), np.eye(40)[0]], axis=1)
    moved = trend.vary_course(course, noise, np.array([0, 78.0]))
    first = [1 / 40 + (at - 19.5) * -19.5 / 5330 for at in (0, 78)]  # 5330: 40 × (40² − 1) ÷ 12
    assert moved == pytest.approx(np.array([[1, 0, first[0]], [1, 78, first[1]]]), abs=1e-12)


@pytest.mark.parametrize(
    ("values", "low", "high", "turn"),
    [
        (lambda a: a * STEPS + NOISE, 1e-4, 1, 0.0020814),
        (lambda a: 0.1 * STEPS + NOISE + a * (STEPS >= 90), 0.01, 30, 0.6654726),
        (lambda a: 0.1 * STEPS + NOISE + a * (STEPS >= 165), 0.01, 30, 0.6142810),
        (lambda a: 0.1 * STEPS + NOISE + a * np.maximum(STEPS - 120, 0), 0.001, 10, 0.0117873),
        (lambda a: NOISE + 20 * (STEPS >= 90) + a * np.maximum(STEPS - 90, 0), 0.0005, 1, 0.0052389),
        # Without noise: what is a trifle of the range.
        (lambda a: STEPS + a * (STEPS >= 90), 0.01, 30, 1.5244764),
        (lambda a: STEPS + a * np.maximum(STEPS - 120, 0), 0.001, 10, 0.0277746),
    ],
    ids=["slope", "jump", "late jump", "kink", "other line", "trifling jump", "trifling kink"],
)
def test_where_another_course_is_believed(values: Any, low: float, high: float, turn: float) -> None:
    def name(size: float) -> tuple[trend.Form, int, bool]:
        course = trend.find_course(STEPS, values(size))
        return course.form, course.broken, len(course.steps) == len(STEPS)

    plain = name(low)
    assert find_turn(lambda size: name(size) != plain, low, high) == turn


@pytest.mark.parametrize(("sign", "turn"), [(1, 0.1667112), (-1, 0.6347346)])
def test_where_a_curve_is_believed(sign: int, turn: float) -> None:
    def is_bent(bend: float) -> bool:
        values = 30 * np.expm1(sign * bend * STEPS / 180) / (sign * bend)
        return trend.find_course(STEPS, values + NOISE).form is trend.Form.BENT

    assert find_turn(is_bent, 0.01, 2) == turn


@pytest.mark.parametrize("day", [20, 150, 151, 152, 153, 154, 280])
def test_a_jump_is_undone_at_its_day_within_a_bucket(day: int) -> None:
    days = np.arange(300.0)
    course = trend.find_course(days, 0.5 * days + 40 * (days >= day))
    assert (course.form, course.broken, len(course.steps)) == (trend.Form.LINE, 1, 300)
    assert np.allclose(course.values, 0.5 * days + 40)


@pytest.mark.parametrize("day", [20, 100, 151, 152, 153, 200, 280])
def test_of_two_lines_only_the_last_is_kept(day: int) -> None:
    days = np.arange(300.0)
    course = trend.find_course(days, np.where(days < day, 0.1 * days, 100 + 2 * days))
    assert (course.form, course.broken, course.steps[0]) == (trend.Form.LINE, 1, day)
    assert trend.fit_course(course, np.array([400.0]))[0] == pytest.approx(900)
    bent = trend.find_course(days, 3 * np.maximum(days - day, 0))
    assert bent.broken == 1 and day <= bent.steps[0] <= day + 3
    assert trend.fit_course(bent, np.array([400.0]))[0] == pytest.approx(3 * (400 - day))


def test_a_course_has_a_form_from_eight_buckets_and_may_bend_from_twelve_on() -> None:
    days = {count: np.arange(float(count)) for count in (7, 8, 11, 12)}
    jumps = {count: trend.find_course(seen, 0.3 * seen + 20 * (seen >= count // 2)) for count, seen in days.items()}
    assert [course.broken for course in jumps.values()] == [0, 1, 1, 1]
    curves = {count: trend.find_course(seen, np.expm1(seen / 3)).form for count, seen in days.items()}
    assert [curves[11], curves[12]] == [trend.Form.LINE, trend.Form.BENT]


@pytest.mark.parametrize("seed", [5, 20])
def test_at_most_four_breaks_are_followed(seed: int) -> None:
    random = np.random.RandomState(seed)
    levels = np.repeat(random.randint(-200, 200, 12), 25) + random.normal(0, 0.3, 300)  # five breaks, and six
    assert trend.find_course(np.arange(300.0), levels).broken == 4


@pytest.mark.parametrize("day", [148, 152, 157])
def test_a_break_is_where_two_days_of_its_bucket_or_beside_it_differ_most(day: int) -> None:
    days = np.arange(300.0)
    values = 10.0 * (days >= day) + 20.0 * (days >= 147) + 20.0 * (days >= 158)  # 147 and 157 are the middles beside it
    course = trend.make_course(days, values)
    undone = trend._follow(course, trend._Break(0.0, 30, -5.0))
    assert (values - undone.values).tolist() == [5.0] * day + [0.0] * (300 - day)
    kept = trend._follow(course, trend._Break(0.0, 30, None))
    assert (kept.steps[0], len(kept.steps), kept.broken, undone.broken) == (day, 300 - day, 1, 1)


def test_the_less_is_left_over_of_few_buckets_the_wider() -> None:
    # √(buckets ÷ free) × Student's t at 90 % (tables: 1.3968 of 8 free, 3.0777 of 1) ÷ 1.28155 of the normal one.
    assert trend.widen(10, 2) == pytest.approx(1.11803 * 1.39682 / 1.28155, rel=1e-4)
    assert trend.widen(4, 4) == pytest.approx(2 * 3.07768 / 1.28155, rel=1e-4)
    assert trend.widen(3, 2) == pytest.approx(1.73205 * 3.07768 / 1.28155, rel=1e-4)
