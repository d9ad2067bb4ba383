"""Sets what was published beside what today's rules say of the same snapshot: over the checks assessed in both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.judgement.assessed import ASSESSED
from agent.judgement.score import score_results
from agent.model.result import CheckResult
from agent.model.rule import ScoringPolicy
from agent.model.terms import TenantKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """Both scores over the ``checks`` that were assessed in both; None where there is no such check.

    ``added`` and ``dropped`` are the open findings of these checks, by code and resource, that only today's rules find
    and that only those of then found.
    """

    checks: int
    published: float | None
    restated: float | None
    added: tuple[tuple[str, str], ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()

    @property
    def delta(self) -> float | None:
        """By how many points today's rules judge better; None without checks assessed in both."""
        return None if self.published is None or self.restated is None else round(self.restated - self.published, 1)


def restate_results(
    published: Sequence[CheckResult], restated: Sequence[CheckResult], policy: ScoringPolicy, tenant_kind: TenantKind
) -> Restated:
    """Compare both judgements of one snapshot. Points carried from earlier assessments count in neither."""
    codes = _list_assessed(published) & _list_assessed(restated)
    then = [result for result in published if result.code in codes]
    now = [result for result in restated if result.code in codes]
    if not codes:
        return Restated(checks=0, published=None, restated=None)
    were, are = _list_open(then), _list_open(now)
    return Restated(
        checks=len(codes),
        published=score_results(then, policy, tenant_kind).value,
        restated=score_results(now, policy, tenant_kind).value,
        added=tuple(sorted(are - were)),
        dropped=tuple(sorted(were - are)),
    )


def _list_assessed(results: Iterable[CheckResult]) -> set[str]:
    return {result.code for result in results if result.outcome in ASSESSED}


def _list_open(results: Iterable[CheckResult]) -> set[tuple[str, str]]:
    return {(result.code, finding.resource) for result in results for finding in result.findings if not finding.muted}
