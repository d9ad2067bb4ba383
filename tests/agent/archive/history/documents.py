"""Assessments to keep, and what an error says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agent.archive.document import build_document
from agent.model.assessment import Assessment, Period
from agent.model.check import CheckSpec, Measurement, Remediation
from agent.model.result import CheckResult, Finding, Score
from agent.model.rule import Fixed, Mute, Rule, Ruleset
from agent.model.snapshot import Snapshot, SourceRecord
from agent.model.terms import Actor, Category, Outcome, Severity, TenantKind, Text, Unit, Version
from agent.support.errors import HistoryError
from agent.support.i18n import render_text

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MUTE = Mute(owner="Li Lei", reason="known", until=date(2027, 1, 1), code="CAP-001")


def no_measurement() -> Iterator[Measurement]:
    yield from ()


SPEC = CheckSpec(
    code="CAP-001",
    name="capacity.disk_full",
    category=Category.CAPACITY,
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Disk full",
    finding="{resource} is full",
    rationale="Writes stop.",
    remediation=Remediation(advice="Enlarge it."),
    measure=no_measurement,
    facts={},
)


def found(resource: str, severity: Severity, mute: Mute | None = None) -> Finding:
    return Finding(
        fingerprint=f"print-{resource}",
        resource=resource,
        severity=severity,
        risk_points=4.5,
        value=91.0,
        limit=90.0,
        evidence={},
        text=Text("full"),
        muted=mute,
    )


def document(
    id: str,
    as_of: datetime = NOON,
    *,
    customer: str = "acme",
    target: str = "shop",
    band: str | None = "B",
    coverage_pct: float = 92.0,
    sources: Mapping[str, str] | None = None,
    findings: tuple[Finding, ...] = (),
    period: Period | None = None,
) -> Any:
    """assessment.json of one target with one check, which has these findings; ``sources`` have these statuses."""
    assessment = Assessment(
        id=id,
        agent_version="0.1.0",
        customer=customer,
        period=period,
        authorization=None,
        snapshot=Snapshot(
            target=target,
            tenant_kind=TenantKind.USER,
            version=Version(4, 2, 5),
            as_of=as_of,
            facts={},
            records=tuple(
                SourceRecord(source=name, view=f"V_{name}", status=status) for name, status in (sources or {}).items()
            ),
        ),
        specs={"CAP-001": SPEC},
        ruleset=Ruleset(rules={"CAP-001": Rule(judge=Fixed(Severity.HIGH))}, sha256="ab" * 32),
        results=(
            CheckResult(code="CAP-001", outcome=Outcome.FINDING if findings else Outcome.PASS, findings=findings),
        ),
        score=Score(
            value=81.5,
            low=80.0,
            high=83.0,
            band=band,
            provisional=False,
            coverage_pct=coverage_pct,
            categories={},
            results={},
        ),
    )
    return build_document(assessment)


def kept(id: str, days: int, as_of: datetime = NOON, **parts: Any) -> Any:
    """The same, with an authorization that lets it be kept for so many days."""
    return {**document(id, as_of, **parts), "authorization": {"retention_days": days}}


def message(error: pytest.ExceptionInfo[HistoryError]) -> str:
    """The error as a reader of English sees it; the Chinese one must be another."""
    assert render_text(error.value.text, "zh-CN") != render_text(error.value.text, "en")
    return render_text(error.value.text, "en")
