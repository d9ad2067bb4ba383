"""Signs of one cause are one finding: none is lost, none counts twice, and only joined ones move the score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.joining import join_findings, list_identity
from agent.judgement.severity import RISK_CLASSES
from agent.model.result import CheckResult, Finding, Sign, list_signs
from agent.model.terms import Outcome, Severity, TenantKind, Text
from tests.agent.scoring import MUTE, failed, finding, scored, without_finding

L, M, H, C = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
CODES = [f"SQL{number:03}" for number in range(5)]
PLACES = "abcd"


def found(code: str, *findings: Finding, join: str = "scan", group: str = "scan") -> CheckResult:
    """A check with these findings, each under its own fingerprint."""
    own = [replace(one, fingerprint=fingerprint_finding("shop", code, one.resource)) for one in findings]
    result = failed(code, *own, group=group) if own else without_finding(code, group=group)
    return replace(result, join=join)


@st.composite
def findings(draw: st.DrawFn, resource: str) -> Finding:
    share = draw(st.sampled_from([0.0, 0.2, 0.5, 1.0]))
    one = finding(draw(st.sampled_from(Severity)), share, resource=resource, muted=draw(st.booleans()))
    statements = draw(st.lists(st.sampled_from(["A;", "B;"]), unique=True))
    causes = draw(st.lists(st.sampled_from(PLACES), unique=True)) if draw(st.booleans()) else []
    return replace(one, sql=tuple(statements), caused_by=tuple(causes))


@st.composite
def assessments(draw: st.DrawFn) -> list[CheckResult]:
    results = []
    for code in CODES:
        places = draw(st.lists(st.sampled_from(PLACES), unique=True))
        join = draw(st.sampled_from(["", "one", "two"]))
        result = found(code, *(draw(findings(place)) for place in places), join=join, group=join)
        in_part = bool(places) and draw(st.booleans())
        results.append(replace(result, reason=Text("the rest is unknown")) if in_part else result)
    return results


def signs_of(results: Sequence[CheckResult]) -> Iterator[Sign]:
    for result in results:
        for one in result.findings:
            yield from list_signs(result.code, one)


@given(assessments())
def test_no_finding_is_lost_and_none_is_invented(results: list[CheckResult]) -> None:
    before, after = ({s.finding.fingerprint: s for s in signs_of(of)} for of in (results, join_findings(results)))
    assert after == before


@given(assessments())
def test_a_resource_has_one_open_finding_of_a_join(results: list[CheckResult]) -> None:
    told = Counter(
        (result.join, one.resource, bool(one.muted))
        for result in join_findings(results)
        for one in result.findings
        if result.join
    )
    assert all(count == 1 for count in told.values())


@given(assessments())
def test_a_joined_finding_is_its_worst_sign_told_by_the_lowest_code_on_its_resource(results: list[CheckResult]) -> None:
    for result in join_findings(results):
        for one in result.findings:
            signs = list_signs(result.code, one)
            assert (one.severity.rank, one.risk_points) == max(
                (sign.finding.severity.rank, sign.finding.risk_points) for sign in signs
            )
            assert signs[0].code == result.code == min(s.code for s in signs if s.finding.resource == one.resource)
            assert set(one.sql) == {text for sign in signs for text in sign.finding.sql}
            assert len(set(one.sql)) == len(one.sql)


@given(assessments())
def test_muted_signs_neither_lead_nor_lend(results: list[CheckResult]) -> None:
    for result in join_findings(results):
        for one in result.findings:
            assert {bool(sign.finding.muted) for sign in list_signs(result.code, one)} == {bool(one.muted)}


@given(assessments())
def test_outcomes_tell_what_is_left(results: list[CheckResult]) -> None:
    joined = join_findings(results)
    by_code = {result.code: result for result in joined}
    for before, after in zip(results, joined, strict=True):
        left_open = any(not one.muted for one in after.findings)
        assert (after.outcome is Outcome.FINDING) == left_open
        assert (after.outcome is Outcome.JOINED) <= bool(after.told_with)
        assert (after.outcome is Outcome.PASS) == (before.outcome is Outcome.PASS)
        assert after.reason == before.reason
        for code in after.told_with:
            codes = {sign.code for one in by_code[code].findings for sign in one.signs}
            assert after.code in codes


@given(assessments(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_joining_again_changes_nothing(results: list[CheckResult], random: Random) -> None:
    joined = {result.code: result for result in join_findings(results)}
    shuffled = [
        replace(result, findings=tuple(random.sample(result.findings, len(result.findings)))) if result.join else result
        for result in results
    ]
    random.shuffle(shuffled)
    assert {result.code: result for result in join_findings(shuffled)} == joined
    assert {result.code: result for result in join_findings(list(joined.values()))} == joined


@given(assessments(), st.sampled_from(TenantKind))
def test_what_is_not_joined_costs_what_it_did(results: list[CheckResult], kind: TenantKind) -> None:
    joined = list(join_findings(results))
    # Not only where another check tells it: a check may have findings that its own others cause.
    if not any(finding.signs for result in joined for finding in result.findings):
        assert scored(joined, None, kind) == scored(results, None, kind)


def test_what_a_check_s_own_finding_causes_is_one_finding_and_costs_as_one() -> None:
    cause, effect = finding(H, resource="a"), replace(finding(L, resource="b"), caused_by=("a",))
    joined = join_findings([found("SQL000", cause, effect)])
    assert [(one.resource, len(one.signs)) for one in joined[0].findings] == [("a", 2)]
    assert scored(joined, None).value == scored([found("SQL000", cause)], None).value


@given(assessments(), st.sampled_from(TenantKind))
def test_a_cause_costs_points_of_its_worst_class_before_and_after(results: list[CheckResult], kind: TenantKind) -> None:
    """Joining changes how many findings a check has, and so the place in the class, never the class."""

    def classes(of: Sequence[CheckResult]) -> dict[str, Severity | None]:
        verdict = scored(of, None, kind)
        points = {
            group: max(verdict.results[r.code].risk_points for r in of if r.group == group)
            for group in ("one", "two")
            if any(r.group == group for r in of)
        }
        return {
            group: next((name for name, (low, high) in RISK_CLASSES.items() if low <= value <= high), None)
            for group, value in points.items()
        }

    assert classes(join_findings(results)) == classes(results)


@given(assessments(), st.sampled_from(TenantKind))
def test_no_check_is_assessed_less(results: list[CheckResult], kind: TenantKind) -> None:
    before, after = scored(results, None, kind), scored(join_findings(results), None, kind)
    assert (after.coverage_pct, after.unlocks) == (before.coverage_pct, before.unlocks)


def test_four_signs_are_one_finding_and_cost_once() -> None:
    severities = {"SQL003": L, "SQL004": H, "SQL017": M, "SQL019": L}
    results = [found(code, finding(severity, 0.2)) for code, severity in severities.items()]
    joined = join_findings(results)
    assert [(r.code, r.outcome, len(r.findings), r.told_with) for r in joined] == [
        ("SQL003", Outcome.FINDING, 1, ()),
        *((code, Outcome.JOINED, 0, ("SQL003",)) for code in ("SQL004", "SQL017", "SQL019")),
    ]
    (one,) = joined[0].findings
    assert (one.severity, [sign.code for sign in one.signs]) == (H, list(severities))
    assert scored(joined).value == scored(results).value
    assert scored(joined).results["SQL004"].symptom_of == ""


def test_a_check_keeps_what_no_other_found() -> None:
    first = found("SQL003", finding(L))
    second = found("SQL004", finding(L), finding(M, resource="other"))
    _, left = join_findings([first, second])
    assert (left.outcome, [one.resource for one in left.findings], left.told_with) == (
        Outcome.FINDING,
        ["other"],
        ("SQL003",),
    )


def test_a_muted_sign_stays_with_its_check_and_the_rest_is_told_by_the_next() -> None:
    hidden, shown = found("SQL003", finding(H, muted=True)), found("SQL004", finding(L))
    first, second = join_findings([hidden, shown])
    assert (first, second) == (hidden, shown)
    all_hidden = [found(code, finding(severity, muted=True)) for code, severity in (("SQL003", L), ("SQL004", C))]
    first, second = join_findings(all_hidden)
    assert (first.outcome, first.findings[0].severity, second.outcome) == (Outcome.MUTED, C, Outcome.JOINED)
    assert first.findings[0].muted == MUTE
    assert scored([first, second]).value == scored(all_hidden).value < 60


def on_database(*causes: str) -> Finding:
    return replace(finding(L, 1.0, resource="shop"), caused_by=causes)


def test_what_tables_cause_is_told_with_each_of_them() -> None:
    tables = found("SCH006", finding(L, 0.0, resource="shop.a"), finding(L, 0.0, resource="shop.b"), group="")
    whole = found("SCH019", on_database("shop.a", "shop.b"), group="")
    leaders, sign = join_findings([whole, tables])[::-1]
    assert (sign.outcome, sign.told_with) == (Outcome.JOINED, ("SCH006",))
    assert [[s.code for s in one.signs] for one in leaders.findings] == [["SCH006", "SCH019"]] * 2
    assert {one.risk_points for one in leaders.findings} == {whole.findings[0].risk_points}
    # The sign is about the database, so it does not tell which of the tables a finding is about.
    assert [list_identity(one) for one in leaders.findings] == [(one.fingerprint,) for one in tables.findings]


@pytest.mark.parametrize("causes", [(), ("shop.a", "shop.c"), ("shop.a", "shop.m"), ("shop",)])
def test_what_something_else_causes_too_stays_a_finding(causes: tuple[str, ...]) -> None:
    tables = found("SCH006", finding(L, resource="shop.a"), finding(L, resource="shop.m", muted=True), group="")
    whole = found("SCH019", on_database(*causes), group="")
    assert join_findings([tables, whole]) == (tables, whole)
