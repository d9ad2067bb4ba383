from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judgement.severity import RISK_CLASSES, compute_stake, find_top_class, judge_value
from agent.model.rule import Expected, Fixed, Ladder
from agent.model.terms import Severity

L, M, H, C = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
DISK = Ladder(((M, 70.0), (H, 80.0), (C, 90.0)), worst=100.0)
DAYS_LEFT = Ladder(((M, 60.0), (H, 30.0), (C, 7.0)), descending=True)


@pytest.mark.parametrize(
    ("value", "severity", "points", "limit"),
    [
        (70, M, 1.5, 70),  # a rung is reached at equality
        (75, M, 2.25, 70),
        (80, H, 8, 80),
        (85, H, 12, 80),
        (90, C, 52, 90),
        (95, C, 71, 90),
        (100, C, 90, 90),
        (1000, C, 90, 90),  # nothing is worse than worst
        (math.inf, C, 90, 90),
    ],
)
def test_ascending_ladder(value: float, severity: Severity, points: float, limit: float) -> None:
    verdict = judge_value(DISK, value)
    assert verdict is not None
    assert (verdict.severity, verdict.limit) == (severity, limit)
    assert verdict.risk_points == pytest.approx(points)


@pytest.mark.parametrize(
    ("value", "severity", "points"), [(60, M, 1.5), (45, M, 2.25), (30, H, 8), (18.5, H, 12), (7, C, 52), (-5, C, 52)]
)
def test_descending_ladder_whose_top_has_no_worst(value: float, severity: Severity, points: float) -> None:
    verdict = judge_value(DAYS_LEFT, value)
    assert verdict is not None
    assert verdict.severity is severity
    assert verdict.risk_points == pytest.approx(points)


@pytest.mark.parametrize(("rule", "value"), [(DISK, 69.9), (DISK, -math.inf), (DAYS_LEFT, 60.1), (DAYS_LEFT, math.inf)])
def test_before_the_first_rung_all_is_fine(rule: Ladder, value: float) -> None:
    assert judge_value(rule, value) is None


def test_a_ladder_may_leave_classes_out_and_come_in_any_order() -> None:
    ladder = Ladder(((C, 90.0), (L, 50.0)))
    middle, top = judge_value(ladder, 70), judge_value(ladder, 90)
    assert middle is not None and top is not None
    assert middle.severity is L
    assert middle.risk_points == pytest.approx(0.45)
    assert (top.severity, top.risk_points) == (C, 52)


@pytest.mark.parametrize(
    ("value", "points"), [(0.25, 1.5), (0.375, 2.25), (0.5, 8.0), (0.75, 12.0), (1.0, 16.0), (7.0, 16.0)]
)
def test_a_ladder_of_shares_is_as_fine_as_one_of_hundreds(value: float, points: float) -> None:
    verdict = judge_value(Ladder(((M, 0.25), (H, 0.5)), worst=1.0), value)
    assert verdict is not None
    assert verdict.risk_points == pytest.approx(points)


def test_worst_at_the_top_rung_is_the_upper_end() -> None:
    verdict = judge_value(Ladder(((H, 0.0),), worst=0.0), 0)
    assert verdict is not None
    assert verdict.risk_points == 16


@pytest.mark.parametrize("value", [None, "70", math.nan])
def test_a_ladder_refuses_what_is_no_number(value: float | str | None) -> None:
    with pytest.raises(ValueError, match=f"measured {value!r}"):
        judge_value(DISK, value)


@pytest.mark.parametrize("value", [None, "x", 0.0, math.nan])
def test_every_measurement_of_a_fixed_rule_is_a_finding(value: float | str | None) -> None:
    verdict = judge_value(Fixed(H), value)
    assert verdict is not None
    assert (verdict.severity, verdict.risk_points, verdict.limit) == (H, 8, None)


ONE_OF = Expected(severity=M, one_of=("ON", 1.0), shown="ON")
RANGE = Expected(severity=M, minimum=10.0, maximum=20.0, shown="10-20")
AT_LEAST = Expected(severity=M, minimum=10.0, shown=">= 10")
BOTH = Expected(severity=M, one_of=(-1.0, "auto"), minimum=10.0, shown="-1 or >= 10")


@pytest.mark.parametrize(
    ("rule", "value"),
    [(ONE_OF, "ON"), (ONE_OF, 1), (RANGE, 10), (RANGE, 20.0), (AT_LEAST, 1e9), (BOTH, -1), (BOTH, "auto"), (BOTH, 10)],
)
def test_expected_values_are_fine(rule: Expected, value: float | str) -> None:
    assert judge_value(rule, value) is None


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (ONE_OF, "OFF"),
        (ONE_OF, None),
        (ONE_OF, 0),
        (RANGE, 9.99),
        (RANGE, 20.01),
        (RANGE, "15"),
        (RANGE, None),
        (RANGE, math.nan),
        (Expected(severity=M, one_of=(math.nan,), shown="?"), math.nan),
        (AT_LEAST, 9),
        (BOTH, 0),
    ],
)
def test_anything_else_than_expected_is_a_finding(rule: Expected, value: float | str | None) -> None:
    verdict = judge_value(rule, value)
    assert verdict is not None
    assert (verdict.severity, verdict.risk_points, verdict.limit) == (M, 1.5, rule.shown)


@pytest.mark.parametrize(
    ("rule", "severity", "points"),
    [(DISK, C, 52), (DAYS_LEFT, C, 52), (Ladder(((L, 1.0), (M, 2.0))), M, 1.5), (Fixed(L), L, 0.3), (RANGE, M, 1.5)],
)
def test_top_class_and_stake(rule: Ladder | Fixed | Expected, severity: Severity, points: float) -> None:
    assert find_top_class(rule) is severity
    assert compute_stake(rule) == points


def test_classes_do_not_touch() -> None:
    ends = [end for severity in Severity for end in RISK_CLASSES[severity]]
    assert ends == sorted(set(ends))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 3))
    severities = sorted(draw(st.sets(st.sampled_from(Severity), min_size=1)), key=lambda severity: severity.rank)
    has_worst = draw(st.booleans())
    size = len(severities) + has_worst
    limits = sorted(draw(st.sets(numbers, min_size=size, max_size=size)))
    descending = draw(st.booleans())
    if descending:
        limits.reverse()
    worst = limits[-1] if has_worst else None
    return Ladder(tuple(zip(severities, limits, strict=False)), worst, descending)


@given(ladders(), st.lists(st.floats(allow_nan=False), min_size=2, max_size=2))
def test_a_worse_value_never_costs_less(ladder: Ladder, values: list[float]) -> None:
    better, worse = sorted(values, reverse=ladder.descending)
    first, second = judge_value(ladder, better), judge_value(ladder, worse)
    if first is not None:
        assert second is not None
        assert second.severity.rank >= first.severity.rank
        assert second.risk_points >= first.risk_points


@given(ladders(), st.floats(allow_nan=False))
def test_points_stay_inside_the_class(ladder: Ladder, value: float) -> None:
    verdict = judge_value(ladder, value)
    if verdict is not None:
        lowest, highest = RISK_CLASSES[verdict.severity]
        assert lowest <= verdict.risk_points <= highest
        assert dict(ladder.rungs)[verdict.severity] == verdict.limit
