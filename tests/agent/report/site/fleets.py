"""Histories of made-up fleets: rows as assessments leave them, without assessing anything."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, column, create_engine, insert, table
from sqlalchemy.orm import Session

from agent.archive.history.models import AssessmentRow, FindingRow
from agent.archive.history.store import History
from agent.model.labels import BANDS

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
QUARTER = timedelta(days=91)
CHECKS = tuple(
    (f"CHK{number:03}", f"Check number {number} finds something wrong", f"第 {number} 项检查发现问题")
    for number in range(60)
)
_SEVERITIES = ("critical", *("high",) * 4, *("medium",) * 10, *("low",) * 15)
SQL_TEXT = "SELECT secret_column FROM payroll"
_PACKED = table("assessment", *(column(name) for name in ("id",)), column("document", LargeBinary))


def make_finding(fingerprint: str, resource: str, severity: str = "high", **more: Any) -> dict[str, Any]:
    """A finding as a document has it, with a statement in every place that can hold one."""
    return {
        "fingerprint": fingerprint, "resource": resource, "names": {}, "severity": severity, "risk_points": 8.0,
        "value": 1.0, "limit": 1.0, "evidence": {"text": SQL_TEXT}, "unit": "count", "sql": [SQL_TEXT],
        "rollback": [SQL_TEXT], "muted": None, "texts": {"en": SQL_TEXT, "zh-CN": SQL_TEXT}, "signs": [],
        "purchase": None, "exhausted_on": None, "exhausted_by": {"en": "", "zh-CN": ""}, **more,
    }  # fmt: skip


def make_result(code: str, title: dict[str, str], findings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A result of a check as a document has it."""
    told = {"consequence": SQL_TEXT, "rationale": SQL_TEXT, "advice": SQL_TEXT}
    return {
        "code": code, "name": f"made.{code}", "outcome": "finding" if findings else "pass", "carried": [],
        "texts": {language: {"title": title[language], **told} for language in ("en", "zh-CN")},
        "findings": list(findings),
    }  # fmt: skip


def make_document(
    target: str, findings: Sequence[tuple[str, dict[str, Any]]], until: datetime | None, low: float = 40.0
) -> dict[str, Any]:
    """A document with what the site reads, and statements in members that it must not read."""
    by_code: dict[str, list[dict[str, Any]]] = {}
    for code, finding in findings:
        by_code.setdefault(code, []).append(finding)
    return {
        "timezone": "Asia/Shanghai",
        "target": {"name": target, "version": "4.2.5.1", "kind": "user", "embedded": False},
        "score": {"value": 50.0, "low": low, "high": 90.0, "band": None, "provisional": False},
        "authorization": {"until": until.isoformat()} if until else None,
        "results": [make_result(code, {"en": en, "zh-CN": zh}, by_code.get(code, ())) for code, en, zh in CHECKS],
        "figures": {"forecasts": [], "top_sql": [{"text": SQL_TEXT}]},
        "sql": [{"text": SQL_TEXT}],
    }


def add_assessment(
    history: Path,
    id: str,
    customer: str,
    target: str,
    as_of: datetime,
    document: dict[str, Any] | bytes,
    **columns: Any,
) -> None:
    """Add one assessment with the findings of its document; bytes are a document as the database holds it."""
    add_assessments(history, [(id, customer, target, as_of, document, columns)])


def add_assessments(
    history: Path, rows: Sequence[tuple[str, str, str, datetime, dict[str, Any] | bytes, dict[str, Any]]]
) -> None:
    """Add several assessments, as ``add_assessment``."""
    History.open(str(history)).close()
    engine = create_engine(f"sqlite:///{history}")
    with Session(engine) as session, session.begin():
        for id, customer, target, as_of, document, columns in rows:
            made = document if isinstance(document, dict) else {}
            session.execute(insert(AssessmentRow).values(
                id=id, customer=customer, target=target, as_of=as_of, coverage_pct=columns.get("coverage_pct", 92.0),
                ruleset_sha256="ab" * 32, agent_version="0.1.0", document=made, score=columns.get("score"),
                band=columns.get("band"), period_number=columns.get("period_number"), is_complete=True, unwritten="",
                place=columns.get("place"),
            ))  # fmt: skip
            if isinstance(document, bytes):
                session.connection().execute(_PACKED.update().where(_PACKED.c.id == id).values(document=document))
            findings = [(result["code"], told) for result in made.get("results", ()) for told in result["findings"]]
            if findings:
                session.execute(insert(FindingRow), [
                    {"assessment_id": id, "position": position, "fingerprint": told["fingerprint"], "code": code,
                     "resource": told["resource"], "severity": told["severity"],
                     "outcome": "muted" if told["muted"] else "finding", "risk_points": 1.0}
                    for position, (code, told) in enumerate(findings)
                ])  # fmt: skip
    engine.dispose()


def fill_fleet(history: Path, tenants: int, quarters: int, ballast: Sequence[Any] = ()) -> None:
    """Fill a history with tenants, two of each customer, and a score that wanders; the same each time.

    ``ballast`` is a member that nobody reads, for documents of the size of real ones.
    """
    chance = random.Random(1)
    History.open(str(history)).close()
    engine = create_engine(f"sqlite:///{history}")
    weight = json.dumps(ballast, ensure_ascii=False)
    unread = zlib.compress(f'{{"weight": {weight}}}'.encode())
    with Session(engine) as session, session.begin():
        for tenant in range(tenants):
            _add_tenant(session, chance, tenant, quarters, weight, unread)
    engine.dispose()


def _add_tenant(
    session: Session, chance: random.Random, tenant: int, quarters: int, weight: str, unread: bytes
) -> None:
    """Add a tenant. Its newest document is its own; the older ones, which nobody reads, are ``unread``."""
    customer, target = f"Customer {tenant // 2:04}", ("orders", "stock")[tenant % 2]
    standing = [(code, number) for code, *_ in chance.sample(CHECKS, 22) for number in range(chance.choice((1, 1, 2)))]
    score = chance.uniform(30, 99)
    for quarter in range(quarters):
        score = min(99.5, max(5.0, score + chance.gauss(1, 6)))
        graded = chance.random() > 0.04
        as_of = NOW - QUARTER * (quarters - 1 - quarter) - timedelta(hours=tenant % 500)
        id = f"{as_of:%Y%m%d-%H%M%S}-{tenant:06x}"
        findings = [
            (code, make_finding(f"{tenant:04x}{code}{number}", f"zone{number + 1}", chance.choice(_SEVERITIES)))
            for code, number in standing
            if chance.random() > 0.1
        ]
        packed = unread
        if quarter == quarters - 1:
            if tenant % 3 == 0 and findings:
                findings[0][1]["exhausted_on"] = (NOW + timedelta(days=tenant % 200)).date().isoformat()
            document = make_document(target, findings, NOW + timedelta(days=tenant % 365 - 10))
            text = json.dumps(document, ensure_ascii=False).removesuffix("}")
            packed = zlib.compress(f'{text}, "weight": {weight}}}'.encode(), 1)
        session.execute(insert(AssessmentRow).values(
            id=id, customer=customer, target=target, as_of=as_of, coverage_pct=90.0, ruleset_sha256="ab" * 32,
            agent_version="0.1.0", document={}, score=score if graded else None,
            band=_find_band(score) if graded else None, period_number=quarter + 1, is_complete=True, unwritten="",
            place=f"/srv/reports/{tenant}",
        ))  # fmt: skip
        session.execute(_PACKED.update().where(_PACKED.c.id == id).values(document=packed))
        session.execute(insert(FindingRow), list(_list_rows(id, findings)))


def _list_rows(id: str, findings: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for position, (code, told) in enumerate(findings):
        yield {
            "assessment_id": id, "position": position, "fingerprint": told["fingerprint"], "code": code,
            "resource": told["resource"], "severity": told["severity"],
            "outcome": "muted" if told["muted"] else "finding", "risk_points": 1.0,
        }  # fmt: skip


def _find_band(score: float) -> str:
    limits = zip(BANDS, (90, 75, 60, 40, 0), strict=True)
    return next(band for band, limit in limits if score >= limit)
