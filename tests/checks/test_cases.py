"""Every check on literal facts: it fires, it stays quiet, and each case says what it expects."""

from __future__ import annotations

import pytest

from agent.model.terms import Outcome
from tests.checks import cases
from tests.harness import Case, gathered, run_check, snapshot_of

CASES: list[Case] = gathered(cases, "CASES")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.label or len(case.found)}")
def test_case(case: Case) -> None:
    result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
    expected = Outcome.NOT_ASSESSED if case.not_assessed else Outcome.FINDING if case.found else Outcome.PASS
    assert result.outcome is expected, result.reason
    assert [(finding.resource, finding.severity) for finding in result.findings] == list(case.found)
