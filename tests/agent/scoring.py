"""Builders shared by the tests of score and compare."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.score import score_results
from agent.judgement.severity import RISK_CLASSES
from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Finding, Score
from agent.model.rule import Mute, ScoringPolicy
from agent.model.terms import Actor, Category, Outcome, Severity, TenantKind, Text

# Of a hundred checks a tenth find what their rule can give at worst, in the middle of its class.
POLICY = ScoringPolicy(
    usual_findings_pct={severity: {severity: 10.0} for severity in Severity},
    usual_place_pct=50.0,
    usual_weight=5.0,
    confidence_pct=95.0,
)
MUTE = Mute(owner="Li Wei", reason="accepted until the migration", until=date(2027, 1, 31), code="X")


def points_of(severity: Severity, share: float = 0.2) -> float:
    lowest, highest = RISK_CLASSES[severity]
    return lowest + share * (highest - lowest)


def value_at(risk: float) -> float:
    return round(100 * math.exp(-risk / 100), 1)


def finding(
    severity: Severity,
    share: float = 0.2,
    *,
    resource: str = "r",
    code: str = "CAP001",
    muted: bool = False,
    value: float = 1.0,
) -> Finding:
    mark, points = fingerprint_finding("shop", code, resource), points_of(severity, share)
    mute = MUTE if muted else None
    return Finding(
        fingerprint=mark,
        resource=resource,
        severity=severity,
        risk_points=points,
        value=value,
        limit=0.5,
        evidence={},
        text=Text("found"),
        muted=mute,
    )


def failed(
    code: str,
    *findings: Finding,
    group: str = "",
    actor: Actor = Actor.CUSTOMER,
    category: Category = Category.CAPACITY,
    stake: float = 8.0,
) -> CheckResult:
    outcome = Outcome.MUTED if all(f.muted for f in findings) else Outcome.FINDING
    return CheckResult(
        code=code, outcome=outcome, findings=findings, group=group, actor=actor, category=category, risk_stake=stake
    )


def in_part(*findings: Finding, well: Collection[str] = (), code: str = "CAP001") -> CheckResult:
    """Findings of some resources, where others could not be judged."""
    return replace(failed(code, *findings), reason=Text("the rest is unknown"), well=frozenset(well))


def without_finding(
    code: str,
    outcome: Outcome = Outcome.PASS,
    *,
    group: str = "",
    actor: Actor = Actor.CUSTOMER,
    category: Category = Category.CAPACITY,
    stake: float = 8.0,
) -> CheckResult:
    return CheckResult(code=code, outcome=outcome, group=group, actor=actor, category=category, risk_stake=stake)


def many(low: int = 0, medium: int = 0, high: int = 0, critical: int = 0) -> list[CheckResult]:
    """So many checks with one finding each, at a fifth of its class."""
    counts = {Severity.LOW: low, Severity.MEDIUM: medium, Severity.HIGH: high, Severity.CRITICAL: critical}
    return [failed(f"{s.value}{n:03}", finding(s)) for s, count in counts.items() for n in range(count)]


def scored(
    results: Iterable[CheckResult], earlier: Earlier | None = None, tenant_kind: TenantKind = TenantKind.USER
) -> Score:
    return score_results(list(results), POLICY, tenant_kind, earlier)


def earlier_of(
    results: Sequence[CheckResult],
    id_: str = "q1",
    before: Earlier | None = None,
    tenant_kind: TenantKind = TenantKind.USER,
) -> Earlier:
    """What these results leave behind for the next assessment."""
    verdict = scored(results, before, tenant_kind)
    as_of = datetime(2026, 4, 1, tzinfo=UTC)
    return Earlier(
        id=id_,
        as_of=as_of,
        ruleset_sha256="rules-1",
        score=verdict.value if verdict.is_comparable else None,
        results={r.code: r for r in results},
        scored=verdict.results,
    )
