"""Why the score moved: the reasons add up to the difference, and each is the right one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from agent.judgement import score_change
from agent.judgement.score_change import explain_score_change
from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Finding
from agent.model.terms import Outcome, ScoreChangeKind, Severity
from tests.agent.judgement.test_score_properties import assessments
from tests.agent.scoring import earlier_of, failed, finding, in_part, scored, without_finding

CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
NEW, WORSENED, COVERAGE, RULES, CHANCE, IMPROVED, RESOLVED = ScoreChangeKind


REST = [without_finding(f"X{number:03}") for number in range(9)]  # so that there is always a grade


def steps(results: list[CheckResult], earlier: Earlier, rules: str = "rules-1") -> dict[ScoreChangeKind, float]:
    return {step.kind: step.points for step in explain_score_change(results, scored(results, earlier), rules, earlier)}


@given(assessments(min_size=1), assessments(min_size=1))
def test_the_steps_add_up_to_the_difference(before: list[CheckResult], now: list[CheckResult]) -> None:
    earlier = earlier_of(before)
    score = scored(now, earlier)
    found = explain_score_change(now, score, "rules-1", earlier)
    if earlier.score is None or not score.is_comparable:
        assert found == ()
    else:
        assert round(sum(step.points for step in found), 1) == round(score.value - earlier.score, 1)


@given(assessments(min_size=1))
def test_nothing_changed_moves_nothing(results: list[CheckResult]) -> None:
    assert steps(results, earlier_of(results)) == {}


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (without_finding("CAP001"), failed("CAP001", finding(HIGH)), NEW),
        (failed("CAP001", finding(MEDIUM)), failed("CAP001", finding(HIGH)), WORSENED),
        (failed("CAP001", finding(HIGH)), failed("CAP001", finding(MEDIUM)), IMPROVED),
        (failed("CAP001", finding(HIGH)), without_finding("CAP001"), RESOLVED),
        (without_finding("CAP001", Outcome.NOT_ASSESSED), failed("CAP001", finding(HIGH)), COVERAGE),
    ],
)
def test_each_reason_by_itself(before: CheckResult, now: CheckResult, kind: ScoreChangeKind) -> None:
    rest = [without_finding(f"X{number:03}") for number in range(9)]  # so that both times there is a grade
    earlier = earlier_of([before, *rest])
    moved = steps([now, *rest], earlier)
    assert list(moved) == [kind]
    assert earlier.score is not None
    assert moved[kind] == round(scored([now, *rest], earlier).value - earlier.score, 1)


def test_points_of_findings_that_are_unchanged_moved_by_chance() -> None:
    was, now = finding(HIGH, 0.6, resource="a"), finding(MEDIUM, 0.2, resource="a")
    other = finding(MEDIUM, resource="b")
    earlier = earlier_of([failed("CAP001", was), *REST])

    def reasons(*findings: Finding, unchanged: set[str]) -> list[ScoreChangeKind]:
        results = [failed("CAP001", *findings), *REST]
        found = explain_score_change(results, scored(results, earlier), "rules-1", earlier, unchanged)
        return [step.kind for step in found]

    assert reasons(now, unchanged={now.fingerprint}) == [CHANCE]
    assert reasons(now, unchanged={other.fingerprint}) == [IMPROVED]
    assert reasons(other, unchanged={now.fingerprint, other.fingerprint}) == [IMPROVED]
    assert reasons(unchanged={now.fingerprint}) == [RESOLVED]


def test_the_same_values_judged_by_other_rules_are_the_rules_doing() -> None:
    milder = failed("CAP001", finding(MEDIUM))
    assert list(steps([failed("CAP001", finding(HIGH))], earlier_of([milder]), "rules-2")) == [RULES]
    other_value = failed("CAP001", replace(finding(HIGH), value=2.0))
    assert list(steps([other_value], earlier_of([milder]), "rules-2")) == [WORSENED]


def test_opposite_reasons_do_not_hide_each_other() -> None:
    before = [failed("CAP001", finding(HIGH)), without_finding("CAP002")]
    now = [without_finding("CAP001"), failed("CAP002", finding(HIGH, code="CAP002"))]
    moved = steps(now, earlier_of(before))
    assert moved[NEW] < 0 < moved[RESOLVED]
    assert moved[NEW] + moved[RESOLVED] == 0


def test_a_cause_that_takes_over_from_its_symptom_is_one_step() -> None:
    """Within a group the dearest pays: who pays may change, and only what the group costs moves the score."""
    symptom = failed("CAP001", finding(HIGH), group="disk")
    before = [symptom, without_finding("CAP002", group="disk")]
    now = [symptom, failed("CAP002", finding(CRITICAL, code="CAP002"), group="disk")]
    assert list(steps(now, earlier_of(before))) == [WORSENED]


def test_a_check_that_is_no_longer_there_stays_with_its_cause() -> None:
    """A plug-in that was taken away: what it found is not new under another check's name."""
    before = [failed("CAP001", finding(HIGH), group="disk"), without_finding("CAP002", group="disk")]
    now = [failed("CAP002", finding(CRITICAL, code="CAP002"), group="disk")]
    assert list(steps(now, earlier_of(before))) == [COVERAGE]


def test_without_a_grade_then_or_now_there_is_no_bridge() -> None:
    blind = [without_finding("CAP001", Outcome.NOT_ASSESSED)]
    seen = [failed("CAP001", finding(HIGH))]
    assert explain_score_change(seen, scored(seen), "rules-1", earlier_of(blind)) == ()
    assert explain_score_change(blind, scored(blind, earlier_of(seen)), "rules-1", earlier_of(seen)) == ()


A, B = finding(HIGH, resource="a"), finding(CRITICAL, resource="b")


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (in_part(A), failed("CAP001", A, B), COVERAGE),
        (in_part(A, well=("b",)), failed("CAP001", A, B), WORSENED),
        (in_part(A), in_part(A, B), COVERAGE),
        (failed("CAP001", A, B), in_part(A, well=("b",)), IMPROVED),
        (in_part(A), in_part(replace(A, risk_points=9.9)), WORSENED),
        (failed("CAP001", B), failed("CAP001"), RESOLVED),
    ],
)
def test_what_was_not_looked_at_both_times_is_a_matter_of_coverage(
    before: CheckResult, now: CheckResult, kind: ScoreChangeKind
) -> None:
    assert list(steps([now, *REST], earlier_of([before, *REST]))) == [kind]


def test_points_that_are_no_longer_carried_are_not_called_mended() -> None:
    now = [in_part(A), *REST]
    earlier = earlier_of([failed("CAP001", A, B), *REST])
    seen = []
    for quarter in ("q2", "q3", "q4"):
        seen.append(list(steps(now, earlier)))
        earlier = earlier_of(now, quarter, earlier)
    assert seen == [[], [], [COVERAGE]]


@pytest.mark.parametrize(
    ("exact", "tenths", "shown"),
    [
        ({NEW: -1.25, IMPROVED: 0.34}, -9, {NEW: -1.2, IMPROVED: 0.3}),  # the larger remainder is rounded up
        ({NEW: -1.26, IMPROVED: 0.36}, -9, {NEW: -1.3, IMPROVED: 0.4}),  # the same, of the other sign
        ({NEW: -0.04, IMPROVED: 0.04}, 0, {}),
        ({NEW: -1.0, IMPROVED: 1.0}, -2, {NEW: -1.1, IMPROVED: 0.9}),
        ({NEW: -1.0}, -7, {NEW: -0.7}),
        ({NEW: -1.0}, -10, {NEW: -1.0}),
    ],
)
def test_points_are_rounded_so_that_they_add_up(
    exact: dict[ScoreChangeKind, float], tenths: int, shown: dict[ScoreChangeKind, float]
) -> None:
    built = score_change._build_steps(exact, tenths)
    assert {step.kind: step.points for step in built} == shown
    assert [step.kind for step in built] == [kind for kind in ScoreChangeKind if kind in shown]
