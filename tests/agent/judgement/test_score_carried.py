"""What can no longer be assessed keeps its points for a while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Score
from agent.model.terms import Category, Outcome, Severity
from tests.agent.scoring import earlier_of, failed, finding, in_part, points_of, scored, value_at, without_finding

L, M, H, C = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


def lost(code: str = "CAP001", outcome: Outcome = Outcome.NOT_ASSESSED, group: str = "") -> CheckResult:
    return without_finding(code, outcome, group=group)


PASSED = without_finding("CAP002", stake=100)


@pytest.mark.parametrize("outcome", [Outcome.NOT_ASSESSED, Outcome.ERROR])
def test_a_failed_check_keeps_its_points_for_two_assessments(outcome: Outcome) -> None:
    now = [lost(outcome=outcome), PASSED]
    earlier: Earlier = earlier_of([failed("CAP001", finding(H)), PASSED])
    seen: list[Score] = []
    for quarter in ("q2", "q3", "q4", "q5"):
        seen.append(scored(now, earlier))
        earlier = earlier_of(now, quarter, earlier)
    assert [verdict.value for verdict in seen] == [value_at(points_of(H))] * 2 + [100] * 2
    assert [verdict.band for verdict in seen] == ["good", "good", None, None]
    entries = [verdict.results["CAP001"] for verdict in seen]
    assert [(entry.carried_from, entry.carried_runs) for entry in entries] == [("q1", n) for n in (1, 2, 3, 4)]
    assert entries[1].points_lost == entries[1].gain == round(100 - seen[1].value, 1)
    assert seen[0].coverage_pct < 100
    assert seen[0].low < seen[0].value


@pytest.mark.parametrize("now", [PASSED, without_finding("CAP001"), without_finding("CAP001", Outcome.NOT_APPLICABLE)])
def test_only_what_cannot_be_assessed_now_is_carried(now: CheckResult) -> None:
    verdict = scored([now], earlier_of([failed("CAP001", finding(H))]))
    assert verdict.value == 100
    assert {entry.carried_from for entry in verdict.results.values()} == {""}


@pytest.mark.parametrize("before", [without_finding("CAP001"), lost(), failed("CAP001", finding(H, muted=True))])
def test_what_cost_nothing_is_not_carried(before: CheckResult) -> None:
    verdict = scored([lost(), PASSED], earlier_of([before, PASSED]))
    assert (verdict.value, verdict.band) == (100, "excellent")
    assert verdict.results["CAP001"].carried_from == ""


def test_what_was_judged_and_is_well_now_is_not_carried_though_the_rest_is_unknown() -> None:
    cured, other = finding(C, resource="cured"), finding(M, resource="other")
    earlier = earlier_of([failed("CAP001", cured, other), PASSED])
    for before, well, points in (
        (earlier, [cured], points_of(M)),
        (earlier, [cured, other], 0.0),
        (earlier_of([failed("CAP001", cured), PASSED]), [cured], 0.0),
        (earlier_of([lost(), PASSED], "q2", earlier), [cured], points_of(M)),
        (earlier_of([lost(), PASSED], "q2", earlier), [cured, other], 0.0),
    ):
        now = replace(lost(), well=frozenset(found.resource for found in well))
        entry = scored([now, PASSED], before).results["CAP001"]
        assert (entry.risk_points, entry.carried_from) == (points, "q1" if points else "")


@pytest.mark.parametrize("muted", [False, True])
def test_a_danger_that_cannot_be_looked_for_again_stays_beside_what_is_found(muted: bool) -> None:
    danger, mild = finding(C, resource="danger"), finding(L, resource="mild", muted=muted)
    earlier = earlier_of([failed("CAP001", danger, mild), PASSED])
    still = scored([in_part(mild), PASSED], earlier)
    assert (still.value, still.band) == (scored([failed("CAP001", danger), PASSED]).value, "poor")
    assert [(entry.finding, entry.since, entry.runs) for entry in still.results["CAP001"].carried] == [
        (danger, "q1", 1)
    ]
    assert scored([in_part(mild, well=("danger",)), PASSED], earlier).value == scored([in_part(mild), PASSED]).value
    worse = finding(H, resource="danger")  # measured anew, it counts as it is now
    assert scored([in_part(worse), PASSED], earlier).value == value_at(points_of(H))


def test_what_a_check_that_sees_others_has_not_seen_for_long_is_taken_to_be_gone() -> None:
    mild, now = finding(L, resource="mild"), [in_part(finding(L, resource="mild")), PASSED]
    earlier = earlier_of([failed("CAP001", finding(H, resource="dropped"), mild), PASSED])
    values = []
    for quarter in ("q2", "q3", "q4"):
        values.append((scored(now, earlier).value, scored(now, earlier).band))
        earlier = earlier_of(now, quarter, earlier)
    assert values == [(value_at(points_of(H)), "good")] * 2 + [(value_at(points_of(L)), "excellent")]


def test_each_finding_is_carried_for_its_own_time() -> None:
    one, other = finding(H, resource="a"), finding(M, resource="b")
    first = earlier_of([failed("CAP001", one), PASSED])
    second = earlier_of([in_part(other), PASSED], "q2", first)
    entries = scored([lost(), PASSED], second).results["CAP001"].carried
    assert [(entry.finding, entry.since, entry.runs) for entry in entries] == [(one, "q1", 2), (other, "q2", 1)]


def test_a_check_assessed_again_forgets_that_it_was_carried() -> None:
    carried = earlier_of([lost(), PASSED], "q2", earlier_of([failed("CAP001", finding(H)), PASSED]))
    again = earlier_of([failed("CAP001", finding(M)), PASSED], "q3", carried)
    entry = scored([lost(), PASSED], again).results["CAP001"]
    assert (entry.risk_points, entry.carried_from, entry.carried_runs) == (points_of(M), "q3", 1)


def test_a_carried_symptom_pays_once_its_leader_is_mended() -> None:
    before = [failed("CAP001", finding(H), group="memory"), failed("CAP002", finding(M), group="memory")]
    symptom = lost("CAP002", group="memory")
    still = scored([before[0], symptom], earlier_of(before))
    mended = scored([without_finding("CAP001", group="memory"), symptom], earlier_of(before))
    assert (still.value, still.results["CAP002"].symptom_of) == (value_at(points_of(H)), "CAP001")
    assert mended.value == value_at(points_of(M))


@pytest.mark.parametrize("severity", [H, L])
def test_a_category_with_carried_points_shows_them(severity: Severity) -> None:
    elsewhere = without_finding("SQL001", category=Category.SQL)
    verdict = scored([lost(), elsewhere], earlier_of([failed("CAP001", finding(severity))]))
    assert verdict.categories["capacity"].points_lost is not None
    assert verdict.categories["capacity"].points_lost == round(100 - verdict.value, 1)
    assert verdict.categories["capacity"].coverage_pct == 0
