"""What a person states never hides what SQL shows, unless that is what was stated: a "no" is no reason for silence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from agent.engagement.engagement_file import AttestationsBlock
from agent.facts.given import Attestation
from agent.model.result import CheckResult
from agent.model.terms import Outcome
from tests.checks.figures import cases_of
from tests.harness import NOW, Case, run_check, shipped, snapshot_of

CHECKS = shipped()[0].checks
ASKING = [code for code, spec in CHECKS.items() if Attestation in spec.facts.values()]
# Keys that a person answers with yes or no, each a good thing where the answer is yes.
SWITCHES = ("console_backup_enabled", "tde_enabled", "console_whitelist_restricted")


def _judge(case: Case, facts: list[Any]) -> CheckResult:
    return run_check(case.code, snapshot_of(facts, kind=case.tenant_kind, version=case.version))


def _state(key: str, value: bool) -> Attestation:
    return Attestation(key=key, value=value, by="Li", on=NOW.date() - timedelta(days=9), valid_until=date(2099, 1, 1))


def _ranks(result: CheckResult) -> dict[str, int]:
    return {finding.resource: finding.severity.rank for finding in result.findings}


def test_every_switch_of_the_engagement_is_tried() -> None:
    kinds = {key: str(field.annotation) for key, field in AttestationsBlock.model_fields.items()}
    assert set(SWITCHES) == {key for key, kind in kinds.items() if "[bool]" in kind}
    asked = {row.key for code in ASKING for case in cases_of()[code] for row in case.facts if type(row) is Attestation}
    assert set(SWITCHES) <= asked


@pytest.mark.parametrize("key", SWITCHES)
@pytest.mark.parametrize("code", ASKING)
def test_a_no_hides_nothing(code: str, key: str) -> None:
    """Neither a finding that is there without an answer, nor one that a yes would have hidden, becomes less bad."""
    for case in cases_of()[code]:
        others = [row for row in case.facts if not (type(row) is Attestation and row.key == key)]
        silent, denied = _judge(case, others), _judge(case, [*others, _state(key, False)])
        agreed = _judge(case, [*others, _state(key, True)])
        for other in (silent, agreed):
            better = {name for name, rank in _ranks(other).items() if _ranks(denied).get(name, -1) < rank}
            assert not better, (case.label, better)
        if silent.outcome is not Outcome.PASS:
            assert denied.outcome is not Outcome.PASS, case.label
