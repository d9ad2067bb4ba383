"""Makes the rows of an assessment that is recorded: itself, its findings, its predictions, and its sealed snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from agent.archive.document_outlook import read_comparable_score
from agent.archive.history.models import AssessmentRow, FindingRow, PredictionRow, SnapshotPartRow, SnapshotRow
from agent.archive.history.sealing import SealedSnapshot
from agent.model.document import Document, FindingEntry, ResultEntry
from agent.model.unread import list_unread

# A server takes 16 MiB in one packet at least; OceanBase and MySQL more.
_PART_BYTES = 1 << 20


def keep_snapshot(session: Session, assessment_id: str, sealed: SealedSnapshot) -> None:
    """Keep a sealed snapshot with its assessment, in parts that every server takes."""
    header = {
        "assessment_id": assessment_id,
        "sha256": sealed.sha256,
        "sealed_sha256": sealed.sealed_sha256,
        "key_id": sealed.key_id,
        "sealed_bytes": len(sealed.content),
        "pruned_at": None,
    }
    session.execute(insert(SnapshotRow), [header])
    for position, start in enumerate(range(0, len(sealed.content), _PART_BYTES)):
        content = sealed.content[start : start + _PART_BYTES]
        part = {"assessment_id": assessment_id, "position": position, "content": content}
        session.execute(insert(SnapshotPartRow), [part])


def keep_predictions(session: Session, document: Document) -> None:
    """Keep what became of earlier predictions, as the document tells it, in rows that can be counted."""
    told = document["track_record"]
    rows = [
        {
            "assessment_id": document["assessment_id"],
            "position": position,
            "kind": entry["kind"],
            "code": entry["code"],
            "fingerprint": entry["fingerprint"],
            "resource": entry["resource"],
            "advised_id": entry["advised_id"],
            "predicted": entry["predicted"],
            "predicted_most": entry["predicted_most"],
            "measured": entry["measured"],
            "came_true": entry["came_true"],
        }
        for position, entry in enumerate(told["predictions"] if told else ())
    ]
    if rows:
        session.execute(insert(PredictionRow), rows)


def build_row(
    document: Document, place: Path | None, unwritten: Iterable[str], deliver_to: Iterable[str] = ()
) -> AssessmentRow:
    """Return the row of an assessment with those of its findings."""
    period, score, as_of = document["period"], document["score"], datetime.fromisoformat(document["as_of"])
    days = document["authorization"]["retention_days"] if document["authorization"] else None
    findings = [(result, finding) for result in document["results"] for finding in result["findings"]]
    return AssessmentRow(
        id=document["assessment_id"],
        customer=document["customer"],
        target=document["target"]["name"],
        as_of=as_of,
        period_number=period["number"] if period else None,
        period_from=date.fromisoformat(period["from"]) if period else None,
        period_to=date.fromisoformat(period["to"]) if period else None,
        score=read_comparable_score(score),
        band=score["band"],
        coverage_pct=score["coverage_pct"],
        ruleset_sha256=document["ruleset"]["sha256"],
        agent_version=document["agent_version"],
        document=dict(document),
        keep_until=as_of + timedelta(days=days) if days else None,
        place=str(place.absolute()) if place else None,
        is_complete=score["coverage_pct"] > 0 and not list_unread(document),
        unwritten="\n".join(unwritten),
        deliver_to="\n".join(deliver_to),
        findings=[_build_finding_row(position, *pair) for position, pair in enumerate(findings)],
    )


def _build_finding_row(position: int, result: ResultEntry, finding: FindingEntry) -> FindingRow:
    return FindingRow(
        position=position,
        fingerprint=finding["fingerprint"],
        code=result["code"],
        resource=finding["resource"],
        severity=finding["severity"],
        outcome="muted" if finding["muted"] else result["outcome"],
        risk_points=finding["risk_points"],
    )
