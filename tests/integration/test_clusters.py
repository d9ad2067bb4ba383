"""Clusters held as data, read by the agent's own statements on the kernel and judged as their own version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.evaluate import evaluate
from agent.kernel import Kernel
from agent.model import CheckResult, Snapshot
from agent.score import score
from agent.terms import Outcome, Severity
from tests.clusters.healthy import GIVEN, healthy
from tests.clusters.held import Shelf
from tests.clusters.schema import TARGETS, Target
from tests.harness import shipped

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def shelf(kernel: Kernel) -> Iterator[Shelf]:
    shelf = Shelf(kernel)
    yield shelf
    shelf.close()


def judged(snapshot: Snapshot) -> tuple[CheckResult, ...]:
    registry, ruleset = shipped()
    return evaluate(registry.checks.values(), ruleset, snapshot)


def worst(results: tuple[CheckResult, ...]) -> dict[str, Severity]:
    """The severity of every check that found something."""
    return {result.code: result.findings[0].severity for result in results if result.findings}


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_healthy(shelf: Shelf, target: Target) -> None:
    shelf.put(healthy(target))
    snapshot = shelf.read(target, GIVEN)
    assert (snapshot.version, snapshot.tenant_kind, snapshot.embedded) == (target.full_version, target.kind, False)
    results = judged(snapshot)
    scored = score(results, shipped()[1].scoring, target.kind, None)
    for result in results:
        if result.outcome not in (Outcome.PASS,):
            print(result.code, result.outcome.value, worst((result,)), result.reason, [f.resource for f in result.findings][:3])
    for record in snapshot.records:
        if record.status != "ok": print(record)
    print(target, scored.value, scored.coverage_pct, scored.band)
    assert 0
