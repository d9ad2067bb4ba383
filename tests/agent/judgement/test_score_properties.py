"""What must hold of the score whatever was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.judgement.assessed import ASSESSED, NOT_ANSWERED
from agent.judgement.score import compute_gain, list_unlocks
from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Finding
from agent.model.terms import Actor, Category, Outcome, Severity, TenantKind, Text
from tests.agent.scoring import MUTE, earlier_of, finding, scored

pytestmark = pytest.mark.slow

CODES = [f"CAP{number:03}" for number in range(6)]
SILENT = [Outcome.PASS, Outcome.NOT_ASSESSED, Outcome.ERROR, Outcome.NOT_APPLICABLE, Outcome.DISABLED]
KINDS = st.sampled_from(TenantKind)


SHARES = st.sampled_from([0.0, 0.01, 0.2, 0.5, 0.99, 1.0])
MENDED: dict[str, Any] = {"outcome": Outcome.PASS, "findings": (), "reason": None, "well": frozenset()}
FINDINGS = st.builds(finding, st.sampled_from(Severity), SHARES, resource=st.sampled_from("abcde"), muted=st.booleans())


@st.composite
def results_of(draw: st.DrawFn, code: str) -> CheckResult:
    found = tuple(draw(st.lists(FINDINGS, max_size=3, unique_by=lambda f: f.resource)))
    outcome = Outcome.FINDING if found else draw(st.sampled_from(SILENT))
    if found and all(f.muted for f in found):
        outcome = Outcome.MUTED
    may_be_in_part = found or outcome is Outcome.NOT_ASSESSED
    in_part = may_be_in_part and draw(st.booleans())
    well = draw(st.frozensets(st.sampled_from("abcde"))) - {f.resource for f in found} if in_part else frozenset()
    return CheckResult(
        code=code,
        outcome=outcome,
        findings=found,
        reason=Text("the rest is unknown") if in_part else None,
        well=well,
        group=draw(st.sampled_from(["", "memory", "disk"])),
        actor=draw(st.sampled_from(Actor)),
        category=draw(st.sampled_from([Category.CAPACITY, Category.SQL, Category.BACKUP])),
        risk_stake=draw(st.sampled_from([0.3, 1.5, 8.0, 52.0])),
    )


@st.composite
def assessments(draw: st.DrawFn, min_size: int = 0) -> list[CheckResult]:
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, min_size=min_size))
    return [draw(results_of(code)) for code in codes]


def histories() -> st.SearchStrategy[Earlier | None]:
    """Nothing, one assessment, or one after another, so that some points are carried already."""
    one = assessments().map(earlier_of)
    two = st.builds(lambda first, then: earlier_of(then, "q2", earlier_of(first)), assessments(), assessments())
    return st.none() | one | two


def pick(data: st.DataObject, results: list[CheckResult]) -> CheckResult:
    assume(results)
    return data.draw(st.sampled_from(results))


def with_result(results: list[CheckResult], changed: CheckResult) -> list[CheckResult]:
    return [changed if result.code == changed.code else result for result in results]


@given(assessments(), histories(), KINDS)
def test_bounded(results: list[CheckResult], earlier: Earlier | None, kind: TenantKind) -> None:
    verdict = scored(results, earlier, kind)
    assert 0 < verdict.low <= verdict.value <= verdict.high <= 100
    assert 0 <= verdict.coverage_pct <= 100
    assert verdict.hidden_by_mutes >= 0
    assert set(verdict.results) == {result.code for result in results}


@given(assessments(), histories(), KINDS, st.randoms(use_true_random=False))
def test_order_free(results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, random: object) -> None:
    shuffled = list(results)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert scored(shuffled, earlier, kind) == scored(results, earlier, kind)


@given(assessments(min_size=1), histories(), KINDS, st.data(), FINDINGS)
def test_a_new_measurement_never_raises(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject, new: Finding
) -> None:
    # Of a check that was assessed: where it was not, carried points may well be dearer than what is found again.
    chosen = pick(data, [result for result in results if result.outcome in ASSESSED])
    # Nor of a resource of which the points are carried: it is measured anew, and may have become better.
    carried = {entry.finding.resource for entry in scored(results, earlier, kind).results[chosen.code].carried}
    assume(new.resource not in carried)
    worse = replace(chosen, outcome=Outcome.FINDING, findings=(*chosen.findings, new))
    assert scored(with_result(results, worse), earlier, kind).value <= scored(results, earlier, kind).value


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_a_worse_measurement_never_raises(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    chosen = pick(data, [result for result in results if result.findings])
    was = data.draw(st.sampled_from(chosen.findings))
    now = replace(data.draw(FINDINGS), resource=was.resource, muted=was.muted)
    # A mute cannot hide a finding that has become critical, so that direction is covered too.
    assume(now.risk_points >= was.risk_points)
    worse = replace(chosen, findings=tuple(now if f is was else f for f in chosen.findings))
    assert scored(with_result(results, worse), earlier, kind).value <= scored(results, earlier, kind).value


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_a_cure_never_lowers(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(results))
    cured = replace(chosen, **MENDED)
    assert scored(with_result(results, cured), earlier, kind).value >= scored(results, earlier, kind).value


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_curing_one_of_several_resources_never_lowers(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    chosen = pick(data, [result for result in results if len(result.findings) > 1])
    well = chosen.well | {chosen.findings[0].resource} if chosen.reason else frozenset()
    cured = replace(chosen, findings=chosen.findings[1:], well=well)
    assert scored(with_result(results, cured), earlier, kind).value >= scored(results, earlier, kind).value


@given(assessments(), histories(), KINDS, SHARES, st.booleans())
def test_a_critical_forces_under_60(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, share: float, muted: bool
) -> None:
    critical = CheckResult(
        code="SQL001",
        outcome=Outcome.FINDING,
        findings=(finding(Severity.CRITICAL, share, muted=muted),),
        risk_stake=52,
    )
    verdict = scored([*results, critical], earlier, kind)
    assert verdict.value < 60
    assert verdict.band in (None, "poor", "danger")


@given(assessments(), histories(), KINDS)
def test_lost_points_add_up(results: list[CheckResult], earlier: Earlier | None, kind: TenantKind) -> None:
    verdict = scored(results, earlier, kind)
    missing = round(100 - verdict.value, 1)
    entries = verdict.results.values()
    assert round(sum(entry.points_lost for entry in entries), 1) == missing
    assert round(sum(category.points_lost or 0.0 for category in verdict.categories.values()), 1) == missing
    assert all(entry.points_lost >= 0 and (entry.risk_points > 0 or entry.points_lost == 0) for entry in entries)
    assert all(not entry.symptom_of or entry.risk_points == 0 for entry in entries)


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_gain_equals_scoring_again(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(results), unique_by=lambda result: result.code))
    verdict = scored(results, earlier, kind)
    mended = [replace(result, **MENDED) if result in chosen else result for result in results]
    gain = round(scored(mended, earlier, kind).value - verdict.value, 1)
    assert compute_gain(results, {result.code for result in chosen}, kind, earlier) == gain >= 0
    if len(chosen) == 1:
        assert verdict.results[chosen[0].code].gain == gain


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_a_group_costs_its_largest_member(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    grouped = [replace(result, group="memory") for result in results]
    alone = {entry.risk_points for one in grouped for entry in scored([one], earlier, kind).results.values()}
    together = [entry for entry in scored(grouped, earlier, kind).results.values() if entry.risk_points]
    assert [entry.risk_points for entry in together] == ([max(alone)] if max(alone) else [])


@given(assessments(), KINDS)
def test_mutes_hide_exactly_what_unmuting_would_cost(results: list[CheckResult], kind: TenantKind) -> None:
    bare = [replace(result, findings=tuple(replace(f, muted=None) for f in result.findings)) for result in results]
    verdict = scored(results, tenant_kind=kind)
    assert verdict.hidden_by_mutes == round(verdict.value - scored(bare, tenant_kind=kind).value, 1)


@given(assessments(min_size=1), histories(), KINDS, st.data())
def test_a_mute_never_lowers(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, data: st.DataObject
) -> None:
    chosen = pick(data, [result for result in results if result.findings])
    muted = replace(chosen, outcome=Outcome.MUTED, findings=tuple(replace(f, muted=MUTE) for f in chosen.findings))
    assert scored(with_result(results, muted), earlier, kind).value >= scored(results, earlier, kind).value


@given(assessments(), histories(), KINDS, st.integers(1, 5))
def test_passing_checks_change_no_value(
    results: list[CheckResult], earlier: Earlier | None, kind: TenantKind, count: int
) -> None:
    passing = [CheckResult(code=f"SQL{number:03}", outcome=Outcome.PASS, risk_stake=52) for number in range(count)]
    before, after = scored(results, earlier, kind), scored([*results, *passing], earlier, kind)
    assert after.value - before.value == 0.0
    assert (after.low >= before.low, after.high) == (True, before.high)
    assert after.coverage_pct >= before.coverage_pct


@given(assessments(min_size=1), KINDS, st.sampled_from([Outcome.NOT_ASSESSED, Outcome.ERROR]), st.data())
def test_losing_facts_never_raises(
    results: list[CheckResult], kind: TenantKind, outcome: Outcome, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(results), unique_by=lambda result: result.code))
    applicable = [r for r in chosen if r.outcome not in (Outcome.NOT_APPLICABLE, Outcome.DISABLED)]
    blind = [replace(r, outcome=outcome, findings=()) if r in applicable else r for r in results]
    earlier = earlier_of(results, tenant_kind=kind)
    seen, unseen = scored(results, None, kind), scored(blind, earlier, kind)
    assert unseen.value == seen.value
    assert unseen.low <= seen.low
    assert unseen.coverage_pct <= seen.coverage_pct
    again = scored(blind, earlier_of(blind, "q2", earlier, kind), kind)
    assert again.value <= seen.value


NEEDS = st.lists(st.sampled_from([Text("grant {view}", {"view": view}) for view in "ABC"]), unique_by=str, max_size=2)


@given(assessments(), st.lists(NEEDS, min_size=len(CODES), max_size=len(CODES)), KINDS)
def test_what_is_unlocked_adds_up_to_everything(
    results: list[CheckResult], needs: list[list[Text]], kind: TenantKind
) -> None:
    """Every check that is not assessed waits for exactly one thing, nothing counts below zero, and all is 100 %."""
    wanting = [
        replace(result, unlock=needed[0] if needed else None, also_needs=tuple(needed[1:]))
        for result, needed in zip(results, needs, strict=False)
    ]
    found = list_unlocks(wanting, kind)
    assert sorted(code for unlock in found for code in unlock.codes) == sorted(
        result.code for result in wanting if result.outcome in NOT_ANSWERED
    )
    assert [unlock.coverage_pct for unlock in found] == sorted((u.coverage_pct for u in found), reverse=True)
    assert all(unlock.coverage_pct >= 0 for unlock in found)
    whole = scored(wanting, None, kind).coverage_pct + sum(unlock.coverage_pct for unlock in found)
    applying = [r for r in wanting if r.outcome in ASSESSED | NOT_ANSWERED]
    counted = [r for r in applying if not (kind is TenantKind.USER and r.actor is Actor.PLATFORM)]
    assert round(whole, 6) == (100 if counted else 0)


@given(assessments(), KINDS)
def test_one_need_is_told_once(results: list[CheckResult], kind: TenantKind) -> None:
    """What a need does not say, such as the hours that one of the checks wants, makes no second need."""
    wanting = [replace(result, unlock=Text("more memory", {"hours": n})) for n, result in enumerate(results)]
    assert len(list_unlocks(wanting, kind)) == any(result.outcome in NOT_ANSWERED for result in wanting)


@given(assessments(), st.lists(NEEDS, min_size=len(CODES), max_size=len(CODES)), KINDS)
def test_an_unlock_adds_what_assessing_its_checks_adds(
    results: list[CheckResult], needs: list[list[Text]], kind: TenantKind
) -> None:
    wanting = [
        replace(result, unlock=needed[0] if needed else None) for result, needed in zip(results, needs, strict=False)
    ]
    now = scored(wanting, None, kind).coverage_pct
    for unlock in list_unlocks(wanting, kind):
        assessed = [replace(r, outcome=Outcome.PASS) if r.code in unlock.codes else r for r in wanting]
        assert abs(scored(assessed, None, kind).coverage_pct - now - unlock.coverage_pct) <= 0.2
