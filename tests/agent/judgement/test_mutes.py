"""A mute hides exactly what it names, for as long as it may."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.catalogue.rules import find_unused_mutes
from agent.facts.settings import Variable
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.mutes import LONGEST, LONGEST_CRITICAL
from agent.judgement.score import score_results
from agent.model.result import CheckResult
from agent.model.rule import Mute, Ruleset
from agent.model.terms import Outcome, TenantKind
from agent.support.i18n import render_text
from tests.agent.tiny import NOW, SPECS, memstore, ruleset, snapshot

TODAY = NOW.date()
FACTS = snapshot(
    [memstore("10.0.0.1", 950), memstore("10.0.0.2", 850), memstore("10.0.1.1", 710)],
    [Variable(name="v", value="0"), Variable(name="w", value="0")],
)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return ruleset(tmp_path_factory.mktemp("rules"))


def results(rules: Ruleset, mutes: Sequence[Mute] = ()) -> dict[str, CheckResult]:
    muted = dataclasses.replace(rules, mutes=tuple(mutes), today=TODAY)
    return {result.code: result for result in evaluate_checks(SPECS.values(), muted, FACTS)}


def mute(
    until: date = TODAY + timedelta(days=10), *, fingerprint: str = "", code: str = "", resource: str = ""
) -> Mute:
    return Mute(owner="Li", reason="known", until=until, fingerprint=fingerprint, code=code, resource=resource)


def hidden(found: dict[str, CheckResult]) -> set[str]:
    return {finding.resource for result in found.values() for finding in result.findings if finding.muted}


@given(chosen=st.integers(0, 4), days=st.integers(0, 30))
@settings(max_examples=30)
def test_muting_one_fingerprint_changes_nothing_else(rules: Ruleset, chosen: int, days: int) -> None:
    plain = results(rules)
    findings = [finding for result in plain.values() for finding in result.findings]
    victim = findings[chosen]
    quiet = results(rules, [mute(TODAY + timedelta(days=days), fingerprint=victim.fingerprint)])
    assert hidden(quiet) == {victim.resource}
    shown = {
        code: dataclasses.replace(
            result,
            findings=tuple(dataclasses.replace(f, muted=None) for f in result.findings),
            outcome=plain[code].outcome,
        )
        for code, result in quiet.items()
    }
    assert shown == plain


def test_code_and_pattern(rules: Ruleset) -> None:
    assert hidden(results(rules, [mute(code="CAP901", resource="10.0.0.*")])) == {"10.0.0.1", "10.0.0.2"}
    assert hidden(results(rules, [mute(code="CAP902", resource="*")])) == set()
    assert hidden(results(rules, [mute(code="VAR901", resource="V")])) == set()
    assert hidden(results(rules, [mute(code="VAR901", resource="v")])) == {"v"}


def test_muted_only_when_all_findings_are(rules: Ruleset) -> None:
    assert results(rules, [mute(code="VAR901", resource="v")])["VAR901"].outcome is Outcome.FINDING
    assert results(rules, [mute(code="VAR901", resource="?")])["VAR901"].outcome is Outcome.MUTED


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (TODAY - timedelta(days=1), set()),
        (TODAY, {"10.0.0.1", "10.0.0.2", "10.0.1.1"}),
        (TODAY + LONGEST_CRITICAL, {"10.0.0.1", "10.0.0.2", "10.0.1.1"}),
        (TODAY + LONGEST_CRITICAL + timedelta(days=1), {"10.0.0.2", "10.0.1.1"}),
        (TODAY + LONGEST, {"10.0.0.2", "10.0.1.1"}),
        (TODAY + LONGEST + timedelta(days=1), set()),
    ],
)
def test_how_long_a_mute_may_last(rules: Ruleset, until: date, expected: set[str]) -> None:
    """10.0.0.1 is critical: muted for thirty days at most."""
    assert hidden(results(rules, [mute(until, code="CAP901", resource="*")])) == expected


def test_a_muted_critical_finding_stays_in_the_score(rules: Ruleset) -> None:
    def value(mutes: Sequence[Mute]) -> float:
        return score_results(list(results(rules, mutes).values()), rules.scoring, TenantKind.USER, None).value

    assert value([mute(code="CAP901", resource="10.0.0.1")]) == value([]) < 60
    assert value([mute(code="VAR901", resource="*")]) > value([])


def test_what_hides_nothing_is_said(rules: Ruleset) -> None:
    used, idle = mute(code="VAR901", resource="v"), mute(code="CAP901", resource="nowhere")
    muted = dataclasses.replace(rules, mutes=(used, idle), today=TODAY)
    notes = find_unused_mutes(muted, results(rules, [used, idle]).values())
    assert [render_text(note, "en") for note in notes] == ["The mute of CAP901 nowhere hid nothing this time."]


def test_longest_spans_are_the_agreed_ones(tmp_path: Path) -> None:
    assert (LONGEST.days, LONGEST_CRITICAL.days) == (180, 30)
