"""An untouched fresh kernel gives nothing above medium; what it does give is listed."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime

import pytest

from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.preflight import inspect_target
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import run_kernel
from agent.model.terms import Outcome, Severity, TenantKind
from tests.harness import shipped

# What is truly so on a fresh embedded kernel: a small unit with a small log disk, an audit ring of seconds, no password
# rules.
EXPECTED = {"CAP006", "CAP024", "CAP025", "PAR047", "SQL007", "SEC008", "SEC011", "SEC012"}


@pytest.mark.slow
@pytest.mark.kernel
def test_nothing_above_medium() -> None:
    # Not imported here: the library does not live with the others that a test process has loaded.
    if importlib.util.find_spec("pylibseekdb") is None:
        pytest.skip("the embedded kernel is not installed (pip install '.[kernel]')")
    registry, ruleset = shipped()
    with run_kernel() as kernel:
        endpoint = Endpoint(
            name="fresh", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
        )
        with ReadOnlySession(endpoint, Budget(), "fresh") as session:
            capabilities = inspect_target(session, registry.sources, TenantKind.USER)
            facts = collect_facts(session, registry.sources, capabilities, None, datetime.now(UTC))
    results = evaluate_checks(registry.checks.values(), ruleset, facts)
    assert [result for result in results if result.outcome is Outcome.ERROR] == []
    worst = {
        result.code: max(result.findings, key=lambda finding: finding.severity.rank).severity
        for result in results
        if result.findings
    }
    assert {code for code, severity in worst.items() if severity.rank > Severity.MEDIUM.rank} == set()
    assert set(worst) <= EXPECTED, worst
