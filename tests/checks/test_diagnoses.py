"""Statements of the corpus whose diagnosis was written beforehand: found as said, nothing else, nothing without facts.

All checks on statements look at each statement. The data is in ``tests/data/statements/diagnoses.yaml``.
"""

from __future__ import annotations

from collections import Counter

import pytest

from agent.facts import find_source_spec
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Category, Outcome, Text, UnavailableKind
from tests.checks.removals import blinder_than, with_load
from tests.data.statements.diagnoses import Diagnosis, load_diagnoses
from tests.harness import rules_of_cases, shipped, snapshot_of

REGISTRY, RULESET = shipped()
# They tell how much a statement takes, and not why: one that is alone takes all, and a report may take its time.
_OF_COST = frozenset({"SQL002", "SQL008"})
_CHECKS = [spec for spec in REGISTRY.checks.values() if spec.category is Category.SQL and spec.code not in _OF_COST]
# Those that name what is wrong with a statement: each needs some that have it, and some that only look so.
DIAGNOSING = frozenset(
    {"SQL003", "SQL004", "SQL012", "SQL013", "SQL014", "SQL017", "SQL018", "SQL019"}
    | {f"SQL{number:03}" for number in range(22, 35)}
)
LEAST_STATEMENTS, LEAST_OF_EACH, MOST_KNOWN = 120, 3, 2
DIAGNOSES = load_diagnoses()
# Where what is left is evidence of its own: (code, name of the diagnosis) -> why.
ENOUGH = {("SQL012", "orm: sequelize include, app"): "the plan that goes took hardly any time"}
_GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test"))


def _evaluate(snapshot: Snapshot) -> dict[str, CheckResult]:
    return {result.code: result for result in evaluate_checks(_CHECKS, rules_of_cases(), snapshot)}


def _name(diagnosis: Diagnosis) -> str:
    return diagnosis.name


def test_there_are_enough_of_each() -> None:
    right = [diagnosis for diagnosis in DIAGNOSES if not diagnosis.because]
    assert len({diagnosis.name for diagnosis in DIAGNOSES}) == len(DIAGNOSES)
    assert len({diagnosis.statement.name for diagnosis in right}) >= LEAST_STATEMENTS
    fired = Counter(code for diagnosis in right for code in diagnosis.finds)
    alike = Counter(code for diagnosis in right for code in diagnosis.like)
    assert fired.keys() == alike.keys() == DIAGNOSING
    assert min(*fired.values(), *alike.values()) >= LEAST_OF_EACH, (fired, alike)


@pytest.mark.parametrize("diagnosis", DIAGNOSES, ids=_name)
def test_found_as_said(diagnosis: Diagnosis) -> None:
    results = _evaluate(snapshot_of(diagnosis.facts))
    found = {code for code, result in results.items() if result.outcome is Outcome.FINDING}
    assert found == (diagnosis.finds | diagnosis.later) - diagnosis.missed | diagnosis.blamed
    assert not any(result.outcome is Outcome.ERROR for result in results.values())
    alike = {code: results[code].outcome for code in diagnosis.like if code not in diagnosis.blamed}
    assert alike == dict.fromkeys(alike, Outcome.PASS)


def test_what_is_known_to_be_wrong_is_little_and_has_its_reason() -> None:
    known = [diagnosis for diagnosis in DIAGNOSES if diagnosis.missed or diagnosis.blamed]
    assert len(known) <= MOST_KNOWN
    assert all(diagnosis.because for diagnosis in known)


@pytest.mark.parametrize("diagnosis", [each for each in DIAGNOSES if each.finds], ids=_name)
def test_without_a_source_it_is_not_assessed(diagnosis: Diagnosis) -> None:
    """A check that can judge without a source still finds what it found; none passes."""
    snapshot = with_load(snapshot_of(diagnosis.facts))
    for code in diagnosis.finds - diagnosis.missed:
        spec = REGISTRY.checks[code]
        sources = {name: row for name, row in spec.facts.items() if find_source_spec(row)}
        assert sources
        for name, row in sources.items():
            blind = Snapshot(
                target=snapshot.target, tenant_kind=snapshot.tenant_kind, version=snapshot.version,
                as_of=snapshot.as_of, facts={**snapshot.facts, row: _GONE},
            )  # fmt: skip
            outcome = evaluate_checks([spec], RULESET, blind)[0].outcome
            allowed = {Outcome.NOT_ASSESSED} | ({Outcome.FINDING} if name in spec.optional else set())
            assert outcome in allowed, (code, name)


@pytest.mark.parametrize("diagnosis", [each for each in DIAGNOSES if each.finds], ids=_name)
def test_no_way_of_missing_facts_makes_it_a_pass(diagnosis: Diagnosis) -> None:
    snapshot = with_load(snapshot_of(diagnosis.facts))
    passed = [
        (code, way)
        for code in diagnosis.finds - diagnosis.missed
        if (code, diagnosis.name) not in ENOUGH
        for way, blind in blinder_than(snapshot, REGISTRY.checks[code])
        if evaluate_checks([REGISTRY.checks[code]], RULESET, blind)[0].outcome
        not in (Outcome.NOT_ASSESSED, Outcome.FINDING)
    ]
    assert passed == []
