"""The range and the grade where checks were not assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judgement.score import score_results
from agent.judgement.score_range import estimate_hidden_risk
from agent.judgement.severity import RISK_CLASSES
from agent.model.result import CheckResult, Finding
from agent.model.rule import ScoringPolicy
from agent.model.terms import Actor, Outcome, Severity, TenantKind
from tests.agent.judgement.test_score_properties import KINDS, assessments
from tests.agent.scoring import (
    POLICY,
    earlier_of,
    failed,
    finding,
    in_part,
    points_of,
    scored,
    value_at,
    without_finding,
)

M, H, C = Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
STAKES = {severity: RISK_CLASSES[severity].lowest for severity in Severity}


def policy(
    usual: Mapping[Severity, Mapping[Severity, float]], confidence_pct: float = 95.0, weight: float = 1e9
) -> ScoringPolicy:
    """Findings lie at the lower end of their class; with the usual weight a tenant's own checks hardly count."""
    return ScoringPolicy(
        usual_findings_pct=usual, usual_place_pct=0.0, usual_weight=weight, confidence_pct=confidence_pct
    )


def unseen(code: str, severity: Severity = H, group: str = "") -> CheckResult:
    return without_finding(code, Outcome.NOT_ASSESSED, stake=STAKES[severity], group=group)


def passed(count: int, severity: Severity = H) -> list[CheckResult]:
    return [without_finding(f"SQL{number:03}", stake=STAKES[severity]) for number in range(count)]


def hidden(results: list[CheckResult], rules: ScoringPolicy, points: Mapping[str, float] | None = None) -> float:
    return estimate_hidden_risk(results, points or {}, rules)


def test_nothing_missing_is_a_range_without_width() -> None:
    verdict = scored([failed("CAP001", finding(H)), *passed(9)])
    assert (verdict.low, verdict.high) == (verdict.value, verdict.value)


def test_without_numbers_everything_that_is_missing_is_the_worst() -> None:
    results = [failed("CAP001", finding(H)), unseen("CAP002", C), unseen("CAP003", H)]
    verdict = score_results(results, ScoringPolicy(), TenantKind.USER)
    assert verdict.low == value_at(points_of(H) + 90 + 16)


@pytest.mark.parametrize(("confidence_pct", "points"), [(89.0, 0.0), (90.0, 0.0), (90.1, 8.0), (99.9, 8.0)])
def test_one_hidden_check_counts_once_it_is_likely_enough(confidence_pct: float, points: float) -> None:
    assert hidden([unseen("CAP001")], policy({H: {H: 10.0}}, confidence_pct)) == points


def test_of_several_the_sum_counts() -> None:
    """Ten at a tenth each: none in 34.9 of 100 cases, at most one in 73.6, two in 93.0, three in 98.7."""
    ten = [unseen(f"CAP{number:03}") for number in range(10)]
    found = [hidden(ten, policy({H: {H: 10.0}}, pct)) for pct in (50.0, 73.0, 74.0, 92.9, 93.1, 98.6, 98.8)]
    assert found == [8.0, 8.0, 16.0, 16.0, 24.0, 24.0, 32.0]


def test_a_check_may_find_less_than_its_worst() -> None:
    rules = {C: {M: 10.0, H: 10.0, C: 10.0}}
    found = [hidden([unseen("CAP001", C)], policy(rules, pct)) for pct in (69.0, 71.0, 81.0, 91.0)]
    assert found == [0.0, 1.5, 8.0, 52.0]


def test_a_cause_counts_once_and_beyond_what_is_known_of_it() -> None:
    rules = policy({H: {H: 10.0}})
    three = [unseen(code, group="memory") for code in ("CAP001", "CAP002", "CAP003")]
    assert hidden(three, rules) == 8.0
    known = failed("CAP004", finding(M, 1.0), group="memory")
    assert hidden([*three, known], rules, {"CAP004": 3.0}) == 5.0
    assert hidden([*three, known], rules, {"CAP004": 9.0}) == 0.0


def test_a_check_in_part_may_hide_what_exceeds_its_points() -> None:
    part = replace(in_part(finding(M, 1.0)), risk_stake=8.0)
    assert hidden([part], policy({H: {H: 10.0}}), {"CAP001": 3.0}) == 5.0
    assert hidden([replace(part, reason=None)], policy({H: {H: 10.0}}), {"CAP001": 3.0}) == 0.0


def test_the_tenants_own_checks_move_the_usual() -> None:
    """At weight 5 and ten checks that usually find 1 together: none found makes 5/6 of the usual, six found 11/6."""
    rules = policy({H: {H: 10.0}}, 91.0, weight=5.0)
    assert hidden([*passed(10), unseen("CAP001")], rules) == 0.0
    bad = [failed(f"SQL{n:03}", finding(M), stake=8.0) for n in range(6)]
    assert hidden([*bad, *passed(10)[6:], unseen("CAP001")], rules, {r.code: 1.8 for r in bad}) == 8.0
    low = {result.code: 0.36 for result in bad}
    assert hidden([*bad, *passed(10)[6:], unseen("CAP001")], rules, low) == 0.0


def test_on_a_user_tenant_the_platforms_checks_hide_nothing() -> None:
    verdict = scored([without_finding("CAP001", Outcome.NOT_ASSESSED, stake=52, actor=Actor.PLATFORM), *passed(3)])
    assert (verdict.low, verdict.band, verdict.grade_needs) == (100, "excellent", ())


def test_what_is_carried_may_be_mended() -> None:
    results = [failed("CAP001", finding(H))]
    verdict = scored([unseen("CAP001")], earlier_of(results))
    assert (verdict.value, verdict.high) == (value_at(points_of(H)), 100)


@pytest.mark.parametrize(
    ("known", "band"), [([], None), ([finding(H)], None), ([finding(H)] * 4, "attention"), ([finding(C)], "poor")]
)
def test_a_good_grade_needs_every_critical_check(known: list[Finding], band: str | None) -> None:
    found = [failed(f"PAR{number:03}", item) for number, item in enumerate(known)]
    results = [*found, *passed(20), unseen("CAP001", C), unseen("CAP002", H)]
    verdict = scored(results)
    assert verdict.coverage_pct >= 60
    assert (verdict.band, verdict.grade_needs) == (band, () if band else ("CAP001",))
    assert verdict.is_comparable


def test_a_critical_check_in_part_is_not_assessed_in_full() -> None:
    part = replace(in_part(finding(Severity.LOW)), risk_stake=52.0)
    assert scored([part, *passed(9)]).grade_needs == ("CAP001",)


def test_too_little_coverage_names_no_checks() -> None:
    verdict = scored([unseen("CAP001", C), *passed(2)])
    assert (verdict.band, verdict.grade_needs, verdict.is_comparable) == (None, (), False)


@given(assessments(min_size=1), KINDS, st.data())
def test_losing_sight_of_what_is_well_never_narrows(
    results: list[CheckResult], kind: TenantKind, data: st.DataObject
) -> None:
    well = [result for result in results if result.outcome is Outcome.PASS]
    lost = data.draw(st.lists(st.sampled_from(well), unique_by=lambda result: result.code)) if well else []
    blind = [replace(r, outcome=Outcome.NOT_ASSESSED) if r in lost else r for r in results]
    seen, less = scored(results, None, kind), scored(blind, None, kind)
    assert (less.value, less.high) == (seen.value, seen.high)
    assert less.low <= seen.low
    assert less.band in (seen.band, None)


@given(assessments(), KINDS)
def test_blindness_never_looks_good(results: list[CheckResult], kind: TenantKind) -> None:
    verdict = scored(results, None, kind)
    blind = [r for r in results if r.risk_stake >= 52 and r.outcome in (Outcome.NOT_ASSESSED, Outcome.ERROR)]
    counted = [r for r in blind if kind is TenantKind.SYS or r.actor is not Actor.PLATFORM]
    assert verdict.band not in ("excellent", "good") or not counted
    assert set(verdict.grade_needs) >= {r.code for r in counted} or not verdict.grade_needs
    assert not (verdict.band and verdict.grade_needs)


@given(assessments(min_size=1), KINDS, st.data())
def test_the_same_whatever_the_order(results: list[CheckResult], kind: TenantKind, data: st.DataObject) -> None:
    verdict = score_results(data.draw(st.permutations(results)), POLICY, kind)
    assert (verdict.low, verdict.grade_needs) == (
        scored(results, None, kind).low,
        scored(results, None, kind).grade_needs,
    )
