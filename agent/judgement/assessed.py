"""What an assessment has looked at, and which findings count.

Asked when results are scored and when they are compared.
"""

from __future__ import annotations

from agent.judgement.load_records import estimate_time_rate
from agent.model.result import CheckResult, Finding, ScoredResult
from agent.model.terms import Outcome

ASSESSED = frozenset({Outcome.PASS, Outcome.FINDING, Outcome.MUTED, Outcome.JOINED})
NOT_ANSWERED = frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})
CARRY_LIMIT = 2  # assessments for which a finding that cannot be looked for again keeps its points


def was_judged(result: CheckResult | None, resource: str) -> bool:
    """Whether the check looked at this resource, so that no finding means that there is nothing to find."""
    if result is None or resource in result.unjudged:
        return False
    return (result.outcome in ASSESSED and not result.reason) or resource in result.well


def is_known_gone(result: CheckResult | None, was: Finding) -> bool:
    """Whether a finding of an earlier assessment is not there any more, if this one did not find it again.

    A statement that no record shows may have left the plan cache. It is known to be gone only if it took more time
    than all that is not shown.
    """
    if result is None or not was_judged(result, was.resource):
        return False
    if not result.hidden_us_per_s or was.resource in result.well:
        return True
    rate = estimate_time_rate(was.evidence)
    return rate is not None and rate > result.hidden_us_per_s


def list_counted_findings(result: CheckResult, scored: ScoredResult) -> tuple[Finding, ...]:
    """Return the findings that points come from: those of now, and those carried for at most ``CARRY_LIMIT`` runs."""
    return (*result.findings, *(entry.finding for entry in scored.carried if entry.runs <= CARRY_LIMIT))
