"""Assessments to keep, and what an error says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agent.archive.document import build_document
from agent.model.assessment import Assessment, Period
from agent.model.check import CheckSpec, Measurement, Remediation
from agent.model.result import CheckResult, Finding, Score
from agent.model.rule import Fixed, Mute, Rule, Ruleset
from agent.model.snapshot import Snapshot
from agent.model.terms import Actor, Category, Outcome, Severity, TenantKind, Text, Unit, Version
from agent.support.errors import HistoryError
from agent.support.i18n import render_text

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MUTE = Mute("Li Lei", "known", date(2027, 1, 1), code="CAP-001")


def no_measurement() -> Iterator[Measurement]:
    yield from ()


SPEC = CheckSpec(
    "CAP-001", "capacity.disk_full", Category.CAPACITY, Unit.PCT, Actor.CUSTOMER, "Disk full", "{resource} is full",
    "Writes stop.", Remediation("Enlarge it."), no_measurement, {},
)  # fmt: skip


def found(resource: str, severity: Severity, mute: Mute | None = None) -> Finding:
    return Finding(f"print-{resource}", resource, severity, 4.5, 91.0, 90.0, {}, Text("full"), muted=mute)


def document(
    id: str,
    as_of: datetime = NOON,
    *,
    customer: str = "acme",
    target: str = "shop",
    band: str | None = "B",
    findings: tuple[Finding, ...] = (),
    period: Period | None = None,
) -> Any:
    """assessment.json of one target with one check, which has these findings."""
    assessment = Assessment(
        id,
        "0.1.0",
        customer,
        period,
        None,
        Snapshot(target, TenantKind.USER, Version(4, 2, 5), as_of, {}),
        {"CAP-001": SPEC},
        Ruleset({"CAP-001": Rule(Fixed(Severity.HIGH))}, "ab" * 32),
        (CheckResult("CAP-001", Outcome.FINDING if findings else Outcome.PASS, findings),),
        Score(81.5, 80.0, 83.0, band, False, 92.0, {}, {}),
    )
    return build_document(assessment)


def kept(id: str, days: int, as_of: datetime = NOON, **parts: Any) -> Any:
    """The same, with an authorization that lets it be kept for so many days."""
    return {**document(id, as_of, **parts), "authorization": {"retention_days": days}}


def message(error: pytest.ExceptionInfo[HistoryError]) -> str:
    """The error as a reader of English sees it; the Chinese one must be another."""
    assert render_text(error.value.text, "zh-CN") != render_text(error.value.text, "en")
    return render_text(error.value.text, "en")
