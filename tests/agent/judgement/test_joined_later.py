"""A joined finding over several assessments: its checks may change places, and none of it is called new or resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.judgement.compare import compare_assessments, recognize_former
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.joining import join_earlier, join_findings
from agent.model.comparison import Change, Comparison, Earlier
from agent.model.result import CheckResult, Finding, Score
from agent.model.terms import ChangeKind, Outcome, ScoreChangeKind, Severity
from tests.agent.scoring import earlier_of, failed, finding, points_of, scored, value_at, without_finding

L, M, H = Severity.LOW, Severity.MEDIUM, Severity.HIGH
NEW, WORSENED, UNCHANGED, IMPROVED, RESOLVED, NOT_COMPARABLE = ChangeKind
CODES = ("SQL003", "SQL004", "SQL019")


def found(code: str, *findings: Finding, group: str = "scan", join: str = "scan") -> CheckResult:
    own = [replace(one, fingerprint=fingerprint_finding("shop", code, one.resource)) for one in findings]
    return replace(failed(code, *own, group=group), join=join)


def quarter(**severities: Severity | Outcome | None) -> list[CheckResult]:
    """Checks on one statement: what each found, its outcome without a finding, or None where it passes."""
    results = []
    for code in CODES:
        what = severities.get(code)
        outcome = what if isinstance(what, Outcome) else Outcome.PASS
        silent = replace(without_finding(code, outcome, group="scan"), join="scan")
        results.append(found(code, finding(what)) if isinstance(what, Severity) else silent)
    return results


def compare(now: Sequence[CheckResult], earlier: Earlier) -> Comparison:
    joined = join_findings(now)
    before = join_earlier(earlier, joined)
    verdict = scored(joined, before)
    comparison = compare_assessments(joined, verdict, "rules-2", before)
    assert comparison is not None
    return comparison


def changes(now: Sequence[CheckResult], before: Sequence[CheckResult]) -> list[tuple[ChangeKind, str]]:
    """The changes since an assessment that joined its findings; the same since one from before joining."""
    said = [
        [(change.kind, change.code) for change in compare(now, earlier_of(was)).changes]
        for was in (join_findings(before), before)
    ]
    assert said[0] == said[1]
    return said[0]


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (quarter(SQL003=L, SQL004=H), quarter(SQL003=L, SQL004=H), (UNCHANGED, "SQL003")),
        (quarter(SQL003=L, SQL004=H), quarter(SQL004=H, SQL019=L), (UNCHANGED, "SQL004")),
        (quarter(SQL004=H, SQL019=L), quarter(SQL003=H, SQL004=H), (UNCHANGED, "SQL003")),
        (quarter(SQL003=H, SQL004=L), quarter(SQL004=L), (IMPROVED, "SQL004")),
        (quarter(SQL004=L), quarter(SQL003=H, SQL004=L), (WORSENED, "SQL003")),
        (quarter(SQL003=L, SQL004=H), quarter(), (RESOLVED, "SQL003")),
        (quarter(), quarter(SQL003=L, SQL004=H), (NEW, "SQL003")),
        # What could not be looked for says nothing of better or worse.
        (quarter(SQL003=H, SQL004=L), quarter(SQL003=Outcome.NOT_ASSESSED, SQL004=L), (UNCHANGED, "SQL004")),
        (quarter(SQL003=Outcome.NOT_ASSESSED, SQL004=L), quarter(SQL003=H, SQL004=L), (NOT_COMPARABLE, "SQL003")),
        (quarter(SQL003=H, SQL004=L), quarter(SQL003=Outcome.NOT_ASSESSED), (NOT_COMPARABLE, "SQL003")),
    ],
)
def test_one_statement_is_one_change(
    before: list[CheckResult], now: list[CheckResult], change: tuple[ChangeKind, str]
) -> None:
    assert changes(now, before) == [change]


def test_muting_one_sign_changes_no_fact() -> None:
    before = quarter(SQL003=H, SQL004=L)
    now = [found("SQL003", finding(H, muted=True)), *before[1:]]
    assert changes(now, before) == [(UNCHANGED, "SQL003"), (UNCHANGED, "SQL004")]
    assert changes(before, now) == [(UNCHANGED, "SQL003")]


def test_values_are_compared_within_one_check() -> None:
    before = [found("SQL003", finding(L, value=10.0)), found("SQL004", finding(H, value=70.0))]
    same = compare(before, earlier_of(join_findings(before))).changes[0]
    assert (same.value, same.was_value, same.severity, same.was_severity) == (10.0, 10.0, H, H)
    other = compare([before[1], quarter()[0]], earlier_of(join_findings(before))).changes[0]
    assert (other.value, other.was_value, other.severity, other.was_severity) == (70.0, 70.0, H, H)
    first = compare(before, earlier_of([before[1], quarter()[0]])).changes[0]
    assert (first.value, first.was_value) == (10.0, None)


def tables(*names: str, whole: bool = True) -> list[CheckResult]:
    """Tables with a limited character set, and their database."""
    own = [finding(L, 0.0, resource=f"shop.{name}") for name in names]
    database = replace(finding(L, 1.0, resource="shop"), caused_by=tuple(f"shop.{name}" for name in names))
    parts = [("SCH006", own), ("SCH019", [database] if whole else [])]
    return [
        found(code, *some, group="", join="charset") if some else replace(without_finding(code), join="charset")
        for code, some in parts
    ]


def told(now: list[CheckResult], before: Sequence[CheckResult]) -> list[tuple[ChangeKind, str]]:
    return [(change.kind, change.resource) for change in compare(now, earlier_of(before)).changes]


def test_a_sign_on_the_database_does_not_make_one_table_another() -> None:
    before = join_findings(tables("a", "b"))
    assert told(tables("a", "b"), before) == [(UNCHANGED, "shop.a"), (UNCHANGED, "shop.b")]
    assert told(tables("b"), before) == [(UNCHANGED, "shop.b"), (RESOLVED, "shop.a")]
    assert told(tables("a", "b", "c"), before)[0] == (NEW, "shop.c")
    assert told(tables(whole=False), before) == [(RESOLVED, "shop.a"), (RESOLVED, "shop.b")]
    mixed = tables("a", "b")
    mixed[1] = found("SCH019", finding(L, 1.0, resource="shop"), group="", join="charset")
    assert told(mixed, before) == [(UNCHANGED, "shop.a"), (UNCHANGED, "shop.b"), (UNCHANGED, "shop")]


def test_what_was_told_of_tables_and_database_one_by_one_is_not_resolved_by_joining() -> None:
    before, now = tables("a", "b"), tables("a", "b")
    comparison = compare(now, earlier_of(before))
    assert [(change.kind, change.resource) for change in comparison.changes] == [
        (UNCHANGED, "shop.a"),
        (UNCHANGED, "shop.b"),
    ]
    assert [step.kind for step in comparison.bridge] == [ScoreChangeKind.RULES]


def test_a_joined_finding_is_recognized_by_earlier_names_of_its_signs() -> None:
    before = join_findings(quarter(SQL003=L, SQL004=H))
    renamed = [replace(one, former={"r": "`r`"}) for one in quarter()]
    known = recognize_former(earlier_of(before), renamed, "shop")
    assert known is not None
    (one,) = known.results["SQL003"].findings
    marks = [fingerprint_finding("shop", code, "`r`") for code in ("SQL003", "SQL004")]
    assert [sign.finding.fingerprint for sign in one.signs] == marks
    assert (one.resource, one.fingerprint) == ("`r`", marks[0])


def carried(verdict: Score) -> dict[str, list[tuple[str, list[str], int]]]:
    """Check -> its carried findings: since when, of which signs, for how long."""
    return {
        code: [(entry.since, [sign.code for sign in entry.finding.signs], entry.runs) for entry in one.carried]
        for code, one in verdict.results.items()
        if one.carried
    }


def test_a_joined_finding_is_carried_once() -> None:
    before = join_findings(quarter(SQL003=L, SQL004=H))
    gone = quarter(SQL003=Outcome.NOT_ASSESSED, SQL004=Outcome.NOT_ASSESSED)
    verdict = scored(gone, earlier_of(before))
    assert carried(verdict) == {"SQL003": [("q1", ["SQL003", "SQL004"], 1)]}
    assert verdict.value == value_at(points_of(H))
    again = scored(gone, earlier_of(gone, "q2", earlier_of(before)))
    assert carried(again) == {"SQL003": [("q1", ["SQL003", "SQL004"], 2)]}
    assert again.value == verdict.value


def test_of_a_joined_finding_only_what_cannot_be_looked_for_is_carried() -> None:
    before = join_findings(quarter(SQL003=L, SQL004=H, SQL019=M))
    now = join_findings(quarter(SQL003=L, SQL004=Outcome.NOT_ASSESSED))
    verdict = scored(now, earlier_of(before))
    assert carried(verdict) == {"SQL004": [("q1", [], 1)]}
    assert verdict.value == value_at(points_of(H))
    told_again = join_findings(quarter(SQL003=L, SQL004=H, SQL019=Outcome.NOT_ASSESSED))
    assert carried(scored(told_again, earlier_of(before))) == {"SQL019": [("q1", [], 1)]}


def test_a_sign_of_several_findings_is_carried_once() -> None:
    before = join_findings(tables("a", "b"))
    now = tables("a", "b", whole=False)
    now[1] = replace(without_finding("SCH019", Outcome.NOT_ASSESSED), join="charset")
    assert carried(scored(now, earlier_of(before))) == {"SCH019": [("q1", [], 1)]}


def kinds(found: Sequence[Change]) -> list[ChangeKind]:
    return [change.kind for change in found]


def test_a_joined_finding_that_is_not_known_to_be_gone_is_not_resolved() -> None:
    before = join_findings(quarter(SQL003=L, SQL004=H))
    hidden = [replace(one, hidden_us_per_s=1.0) if one.code == "SQL004" else one for one in quarter()]
    assert kinds(compare(hidden, earlier_of(before)).changes) == [NOT_COMPARABLE]
