"""Nothing but evidence is a pass: whatever is taken away from a snapshot with findings, no check passes on the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
import yaml

from agent.catalogue.rules import locate_shipped_rules
from agent.judgement.assessed import is_known_gone
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome
from tests.checks.figures import cases_of
from tests.checks.removals import blinder_than, with_load
from tests.harness import keep_rule, shipped, snapshot_of

REGISTRY, RULESET = shipped()
# Where what is left is evidence of its own: (code, label of the case) -> why.
ENOUGH = {
    ("CAP004", "view wins"): "the attested size stands in for the view's",
    ("SQL008", "worse since its plan was made"): "the repository shows the same statement over a longer time",
    ("SQL012", "no time at all"): "the plan that goes took no time, so nothing is hidden",
    ("SQL014", "once in the ring"): "the plan cache shows the same statement over a longer time",
    ("SQL019", "counts all the same"): "the plan cache shows the same statement over a longer time",
}
# Checks that judge a record of the load itself: their cases say what it shows.
JUDGE_THE_RECORD = frozenset({"SQL007", "OPS002"})


@dataclass(frozen=True)
class Blinded:
    """One check on a snapshot with findings, and on a blinder one."""

    way: str
    full: CheckResult
    blind: CheckResult


def evaluate(code: str, snapshot: Snapshot) -> CheckResult:
    """One check by the shipped rules."""
    return evaluate_checks([REGISTRY.checks[code]], keep_rule(RULESET, code), snapshot)[0]


@cache
def blinded(code: str) -> tuple[Blinded, ...]:
    """Every way to blind every case of a check that finds something."""
    return tuple(_blind(code))


def _blind(code: str) -> Iterator[Blinded]:
    for case in cases_of()[code]:
        if not case.found or (code, case.label) in ENOUGH:
            continue
        snapshot = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
        if code not in JUDGE_THE_RECORD:
            snapshot = with_load(snapshot)
        full = evaluate(code, snapshot)
        for way, blinder in blinder_than(snapshot, REGISTRY.checks[code]):
            if code in JUDGE_THE_RECORD and way.startswith("ring short"):
                continue  # that is what it finds
            yield Blinded(f"{case.label or 'case'}: {way}", full, evaluate(code, blinder))


@pytest.mark.parametrize("code", sorted(REGISTRY.checks))
def test_removing_facts_makes_no_pass(code: str) -> None:
    tried = blinded(code)
    assert tried, "no case of it was blinded"
    passed = [item.way for item in tried if item.blind.outcome not in (Outcome.NOT_ASSESSED, Outcome.FINDING)]
    assert passed == []


@pytest.mark.parametrize("code", sorted(REGISTRY.checks))
def test_removing_facts_resolves_nothing(code: str) -> None:
    resolved = [
        f"{item.way}: {was.resource}"
        for item in blinded(code)
        for was in item.full.findings
        if was.fingerprint not in {finding.fingerprint for finding in item.blind.findings}
        and is_known_gone(item.blind, was)
    ]
    assert resolved == []


def test_each_check_states_its_least_evidence() -> None:
    entries = yaml.safe_load(locate_shipped_rules().read_text(encoding="utf-8"))["checks"]
    assert {code for code, entry in entries.items() if not entry.get("evidence")} == set()


def test_with_the_whole_load_the_cases_find_what_they_find() -> None:
    """The ground of the tests above: blinding begins at a finding."""
    lost = [
        (code, case.label)
        for code, cases in cases_of().items()
        for case in cases
        if case.found
        and evaluate(code, with_load(snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))).outcome
        is not Outcome.FINDING
        and code not in JUDGE_THE_RECORD
    ]
    assert lost == []
