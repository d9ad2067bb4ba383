"""What an assessment has looked at, and which findings count: asked when results are scored and when they are compared."""

from __future__ import annotations

from agent.model.result import CheckResult, Finding, ScoredResult
from agent.model.terms import Outcome

ASSESSED = frozenset({Outcome.PASS, Outcome.FINDING, Outcome.MUTED})
NOT_ANSWERED = frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})
CARRY_LIMIT = 2  # assessments for which a finding that cannot be looked for again keeps its points


def was_judged(result: CheckResult | None, resource: str) -> bool:
    """Whether the check looked at this resource, so that no finding means that there is nothing to find."""
    if result is None or resource in result.unjudged:
        return False
    return (result.outcome in ASSESSED and not result.reason) or resource in result.well


def list_counted_findings(result: CheckResult, scored: ScoredResult) -> tuple[Finding, ...]:
    """Return the findings that points come from: those of now, and those carried for at most ``CARRY_LIMIT`` runs."""
    return (*result.findings, *(entry.finding for entry in scored.carried if entry.runs <= CARRY_LIMIT))
