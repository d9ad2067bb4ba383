from __future__ import annotations

import random
from dataclasses import replace

import pytest

from agent.judgement import compare
from agent.judgement.compare import compare_assessments, recognize_former
from agent.judgement.fingerprint import fingerprint_finding
from agent.model.comparison import Change, Earlier
from agent.model.result import Carried, CheckResult, Finding, Spread
from agent.model.terms import ChangeKind, Outcome, Scalar, ScoreChangeKind, Severity, Text
from tests.agent.scoring import earlier_of, failed, finding, scored, without_finding

L, M, H, C = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
NEW, WORSENED, UNCHANGED, IMPROVED, RESOLVED, NOT_COMPARABLE = ChangeKind


def changes(results: list[CheckResult], earlier: Earlier) -> tuple[Change, ...]:
    comparison = compare_assessments(results, scored(results), "rules-1", earlier)
    assert comparison is not None
    return comparison.changes


def kinds(results: list[CheckResult], before: list[CheckResult]) -> list[ChangeKind]:
    return [change.kind for change in changes(results, earlier_of(before))]


def renamed(code: str, was: str, *, found: bool = True, carried: bool = False) -> Earlier:
    """An earlier assessment of the target shop, which wrote the resource as ``was``."""
    one = replace(finding(H, 0.2), resource=was, fingerprint=fingerprint_finding("shop", code, was))
    result = failed(code, one) if found else replace(without_finding(code), well=frozenset({was}))
    earlier = earlier_of([result])
    entry = replace(earlier.scored[code], carried=(Carried(one, "long ago", 1),)) if carried else earlier.scored[code]
    return replace(earlier, scored={code: entry})


def test_a_finding_under_an_earlier_name_is_recognized() -> None:
    code, name = "CAP001", "`p.q`.r"
    now = replace(finding(H, 0.2), resource=name, fingerprint=fingerprint_finding("shop", code, name))
    result = replace(failed(code, now), former={"p.q.r": name})
    earlier = renamed(code, "p.q.r")
    assert [change.kind for change in changes([result], earlier)] == [NEW, RESOLVED]
    known = recognize_former(earlier, [result], "shop")
    assert known is not None
    assert [change.kind for change in changes([result], known)] == [UNCHANGED]


def test_a_finding_under_an_earlier_name_is_resolved_where_only_part_was_judged() -> None:
    code, name = "CAP001", "`p.q`.r"
    partly = replace(without_finding(code), outcome=Outcome.NOT_ASSESSED, reason=Text("rest"))
    result = replace(partly, well=frozenset({name}), former={"p.q.r": name})
    earlier = renamed(code, "p.q.r")
    known = recognize_former(earlier, [result], "shop")
    assert known is not None
    assert [change.kind for change in changes([result], earlier)] == [NOT_COMPARABLE]
    assert [change.kind for change in changes([result], known)] == [RESOLVED]


def test_earlier_names_are_recognized_wherever_an_earlier_assessment_has_them() -> None:
    code, name = "CAP001", "`p.q`.r"
    result = replace(without_finding(code), former={"p.q.r": name})
    well = recognize_former(renamed(code, "p.q.r", found=False), [result], "shop")
    carried = recognize_former(renamed(code, "p.q.r", carried=True), [result], "shop")
    assert well is not None and well.results[code].well == {name}
    assert carried is not None and [entry.finding.resource for entry in carried.scored[code].carried] == [name]
    assert recognize_former(None, [result], "shop") is None
    plain = renamed(code, "shop.t")
    assert recognize_former(plain, [without_finding(code)], "shop") is plain


def test_without_an_earlier_assessment_there_is_no_comparison() -> None:
    assert compare_assessments([], scored([]), "rules-1", None) is None


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (finding(H, 0.2), finding(H, 0.2), UNCHANGED),
        (finding(H, 0.2), finding(H, 0.24), UNCHANGED),
        (finding(H, 0.24), finding(H, 0.2), UNCHANGED),
        (replace(finding(H), risk_points=0.0), replace(finding(H), risk_points=0.4), UNCHANGED),  # a twentieth of 8
        (finding(H, 0.2), finding(H, 0.3), WORSENED),
        (finding(H, 0.3), finding(H, 0.2), IMPROVED),
        (finding(L, 0.2), finding(L, 0.3), WORSENED),
        (finding(M, 1.0), finding(H, 0.0), WORSENED),
        (finding(C, 0.0), finding(H, 1.0), IMPROVED),
        (finding(H), finding(H, muted=True), UNCHANGED),
        (finding(H, muted=True), finding(H), UNCHANGED),
        (finding(H), finding(C, muted=True), WORSENED),
        (finding(H), finding(M, muted=True), IMPROVED),
    ],
)
def test_a_finding_seen_twice(was: Finding, now: Finding, kind: ChangeKind) -> None:
    was, now = replace(was, value=1.0), replace(now, value=2.0)
    (change,) = changes([failed("CAP001", now)], earlier_of([failed("CAP001", was)]))
    assert change == Change(
        kind=kind,
        code="CAP001",
        fingerprint=now.fingerprint,
        resource="r",
        severity=now.severity,
        was_severity=was.severity,
        value=2.0,
        was_value=1.0,
    )


def test_the_severity_decides_where_an_older_release_gave_other_points() -> None:
    was, now = replace(finding(M), risk_points=9.6), finding(H)
    assert kinds([failed("CAP001", now)], [failed("CAP001", was)]) == [WORSENED]
    assert kinds([failed("CAP001", was)], [failed("CAP001", now)]) == [IMPROVED]


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.FINDING, Outcome.MUTED])
def test_new_if_the_check_was_assessed_then(outcome: Outcome) -> None:
    other = (finding(L, resource="other"),) if outcome is not Outcome.PASS else ()
    before = CheckResult(code="CAP001", outcome=outcome, findings=other)
    (change, *_) = changes([failed("CAP001", finding(H))], earlier_of([before]))
    assert (change.kind, change.was_severity, change.was_value) == (NEW, None, None)


@pytest.mark.parametrize(
    "before",
    [[], [without_finding("CAP001", Outcome.NOT_ASSESSED)], [without_finding("CAP001", Outcome.ERROR)],
     [without_finding("CAP001", Outcome.NOT_APPLICABLE)], [without_finding("CAP001", Outcome.DISABLED)]],
)  # fmt: skip
def test_not_new_if_nobody_looked_then(before: list[CheckResult]) -> None:
    assert kinds([failed("CAP001", finding(H))], before) == [NOT_COMPARABLE]


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ([without_finding("CAP001")], RESOLVED),
        ([without_finding("CAP001", Outcome.NOT_ASSESSED)], NOT_COMPARABLE),
        ([without_finding("CAP001", Outcome.ERROR)], NOT_COMPARABLE),
        ([without_finding("CAP001", Outcome.NOT_APPLICABLE)], NOT_COMPARABLE),
        ([without_finding("CAP001", Outcome.DISABLED)], NOT_COMPARABLE),
        ([], NOT_COMPARABLE),
    ],
)
def test_resolved_only_if_the_check_ran(now: list[CheckResult], kind: ChangeKind) -> None:
    was = finding(H, value=7.0)
    (change,) = changes(now, earlier_of([failed("CAP001", was)]))
    assert change == Change(
        kind=kind,
        code="CAP001",
        fingerprint=was.fingerprint,
        resource="r",
        severity=H,
        was_severity=H,
        value=None,
        was_value=7.0,
    )


def test_what_could_not_all_be_judged_says_nothing_of_what_is_not_found() -> None:
    one, other = finding(M, resource="a"), finding(H, resource="b")
    in_part = replace(failed("CAP001", one), reason=Text("b is unknown"))
    assert kinds([in_part], [failed("CAP001", one, other)]) == [UNCHANGED, NOT_COMPARABLE]
    assert kinds([failed("CAP001", one, other)], [in_part]) == [UNCHANGED, NOT_COMPARABLE]
    well = replace(in_part, well=frozenset({other.resource}))
    assert kinds([well], [failed("CAP001", one, other)]) == [UNCHANGED, RESOLVED]
    assert sorted(kinds([failed("CAP001", one, other)], [well])) == sorted([NEW, UNCHANGED])


def test_what_could_not_be_judged_among_what_passed_is_not_resolved() -> None:
    was = finding(H, resource="tenant 1004")
    idle = replace(without_finding("CAP001"), unjudged={"tenant 1004": {}})
    assert kinds([idle], [failed("CAP001", was)]) == [NOT_COMPARABLE]
    assert kinds([failed("CAP001", was)], [idle]) == [NOT_COMPARABLE]
    assert scored([idle], earlier_of([failed("CAP001", was)])).value == scored([failed("CAP001", was)]).value


@pytest.mark.parametrize("muted", [False, True])
def test_one_resource_resolved_beside_another_that_stays(muted: bool) -> None:
    stays, goes = finding(M, resource="a", muted=muted), finding(H, resource="b")
    assert kinds([failed("CAP001", stays)], [failed("CAP001", stays, goes)]) == [UNCHANGED, RESOLVED]


def test_order_is_by_kind_then_worst_first_then_by_name() -> None:
    before = [failed("CAP001", finding(L, resource="gone")), without_finding("CAP002"), without_finding("CAP003")]
    now = [
        failed("CAP003", finding(M, code="CAP003", resource="b"), finding(C, code="CAP003", resource="z")),
        failed("CAP002", finding(M, code="CAP002", resource="c"), finding(M, code="CAP002", resource="a")),
        without_finding("CAP001"),
    ]
    found = changes(now, earlier_of(before))
    assert [(c.kind, c.code, c.resource) for c in found] == [
        (NEW, "CAP003", "z"),
        (NEW, "CAP002", "a"),
        (NEW, "CAP002", "c"),
        (NEW, "CAP003", "b"),
        (RESOLVED, "CAP001", "gone"),
    ]
    shuffled = random.Random(7).sample(now, len(now))
    assert changes(shuffled, earlier_of(before[::-1])) == found


def test_header_and_score_delta() -> None:
    earlier = earlier_of([failed("CAP001", finding(H))])
    now = [without_finding("CAP001")]
    comparison = compare_assessments(now, scored(now), "rules-2", earlier)
    assert comparison is not None
    assert (comparison.baseline_id, comparison.baseline_as_of) == ("q1", earlier.as_of)
    assert (comparison.score_was, comparison.score_delta) == (earlier.score, 9.2)
    assert comparison.ruleset_changed


@pytest.mark.parametrize("blind_then", [True, False])
def test_no_delta_without_a_grade_both_times(blind_then: bool) -> None:
    clear, blind = [without_finding("CAP001")], [without_finding("CAP001", Outcome.NOT_ASSESSED)]
    before, now = (blind, clear) if blind_then else (clear, blind)
    comparison = compare_assessments(now, scored(now), "rules-1", earlier_of(before))
    assert comparison is not None
    assert comparison.score_delta is None
    assert not comparison.ruleset_changed


def moved(
    was: float | str, now: float | str, spread_pct: float, points: tuple[float, float] = (0.2, 0.6)
) -> ChangeKind:
    before = replace(finding(H, points[0]), value=was)
    after = replace(failed("SQL001", replace(finding(H, points[1]), value=now)), spread=Spread(spread_pct))
    return kinds([after], [failed("SQL001", before)])[0]


def test_a_value_that_moved_less_than_its_spread_is_unchanged() -> None:
    assert moved(100.0, 110.0, 20.0) is UNCHANGED
    assert moved(110.0, 100.0, 20.0, (0.6, 0.2)) is UNCHANGED
    assert moved(100.0, 126.0, 20.0) is WORSENED
    assert moved(126.0, 100.0, 20.0, (0.6, 0.2)) is IMPROVED
    assert moved(100.0, 110.0, 2.0) is WORSENED
    assert moved("OFF", "DEMAND", 20.0) is WORSENED


def test_another_severity_is_a_change_however_little_the_value_moved() -> None:
    was = failed("SQL001", replace(finding(M, 0.9), value=99.0))
    now = replace(failed("SQL001", replace(finding(H, 0.0), value=101.0)), spread=Spread(20.0))
    assert kinds([now], [was]) == [WORSENED]


def test_signs_of_two_checks_have_no_spread_in_common() -> None:
    """Their values are of different things, and so are those of which one is no number."""
    was, now = replace(finding(H, 0.2), value=100.0), replace(finding(H, 0.6), value=101.0)
    assert compare._classify_change(was, now, Spread(20.0)) is UNCHANGED
    assert compare._classify_change(was, replace(now, fingerprint="another"), Spread(20.0)) is WORSENED
    assert compare._classify_change(was, replace(now, value="101"), Spread(20.0)) is WORSENED
    assert compare._classify_change(replace(was, value=True), now, Spread(20.0)) is WORSENED
    for by_points, kind in ((0.4, UNCHANGED), (0.41, WORSENED), (-0.4, UNCHANGED), (-0.41, IMPROVED)):
        start = replace(finding(H), value="x", risk_points=0.0)
        assert compare._classify_change(start, replace(start, risk_points=by_points), Spread(20.0)) is kind, by_points
    edge = replace(now, value=125.0)
    assert compare._classify_change(was, edge, Spread(20.0)) is UNCHANGED, "a fifth of the larger one"


def counted(was: tuple[float, Scalar], now: tuple[float, Scalar], spread: Spread) -> ChangeKind:
    """What a change is called of two values, each with the number of events that it was counted from."""
    before = replace(finding(H, 0.2), value=was[0], evidence={"errors_count": was[1]})
    after = replace(finding(H, 0.6), value=now[0], evidence={"errors_count": now[1]})
    return kinds([replace(failed("SQL006", after), spread=spread)], [failed("SQL006", before)])[0]


def test_a_share_of_few_events_moves_by_chance() -> None:
    by_errors = Spread(20.0, "errors_count", 2.0)
    assert counted((27.0, 10), (16.3, 6), by_errors) is UNCHANGED  # 10 of 370 and 6 of 368 statements
    assert counted((27.0, 1000), (16.3, 600), by_errors) is WORSENED  # the points say which way
    assert counted((16.3, 6), (27.0, 10), by_errors) is UNCHANGED
    assert counted((27.0, 10), (16.3, 6), Spread(20.0, "errors_count", 0.5)) is WORSENED
    assert counted((27.0, 10), (16.3, 6), Spread(20.0, "", 2.0)) is WORSENED


def test_chance_ends_at_so_many_deviations_of_the_difference() -> None:
    by_itself = Spread(0.0, "value", 2.0)
    assert counted((9.0, None), (19.5, None), by_itself) is UNCHANGED  # 10.5 apart; 2 * sqrt(9 + 19.5) = 10.7
    assert counted((9.0, None), (20.0, None), by_itself) is WORSENED  # 11 apart; 2 * sqrt(9 + 20) = 10.8
    assert counted((0.0, None), (4.0, None), by_itself) is UNCHANGED  # 2 * sqrt(4): just chance
    assert counted((0.0, None), (4.1, None), by_itself) is WORSENED


def test_what_passes_a_limit_by_chance_is_unchanged_and_moves_the_score_by_chance() -> None:
    was = replace(finding(H), value=27.0, evidence={"errors_count": 10})
    now = replace(finding(M), value=16.3, evidence={"errors_count": 6})
    result = replace(failed("SQL006", now), spread=Spread(20.0, "errors_count", 2.0))
    results = [result, *(without_finding(f"X{number:03}") for number in range(9))]
    found = compare_assessments(results, scored(results), "rules-1", earlier_of([failed("SQL006", was), *results[1:]]))
    assert found is not None
    assert [change.kind for change in found.changes] == [UNCHANGED]
    assert [step.kind for step in found.bridge] == [ScoreChangeKind.CHANCE]
    same = replace(result, findings=(replace(now, value=27.0, evidence={"errors_count": 10}),))
    assert kinds([same], [failed("SQL006", was)]) == [IMPROVED], "another rule judged the same value"


@pytest.mark.parametrize("unknown", [None, 0, -1, "10", True])
def test_where_nobody_knows_the_count_the_usual_spread_holds(unknown: Scalar) -> None:
    spread = Spread(20.0, "errors_count", 2.0)
    assert counted((27.0, unknown), (16.3, unknown), spread) is WORSENED
    assert counted((27.0, unknown), (25.0, unknown), spread) is UNCHANGED
