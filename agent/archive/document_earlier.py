"""Reads what score and compare need of an earlier assessment from its assessment.json."""

from __future__ import annotations

from datetime import date, datetime

from agent.archive.document_outlook import read_trend
from agent.model.comparison import Earlier
from agent.model.document import CarriedEntry, Document, MuteEntry, ResultEntry
from agent.model.result import Carried, CheckResult, Finding, ScoredResult
from agent.model.rule import Mute
from agent.model.terms import Actor, Category, Outcome, Severity, Text


def read_earlier(document: Document) -> Earlier:
    """Read from a document what score and compare need of an earlier assessment."""
    return Earlier(
        id=document["assessment_id"],
        as_of=datetime.fromisoformat(document["as_of"]),
        ruleset_sha256=document["ruleset"]["sha256"],
        score=document["score"]["value"] if document["score"]["band"] else None,
        results={item["code"]: _read_result(item) for item in document["results"]},
        scored={
            item["code"]: ScoredResult(
                item["risk_points"],
                item["points_lost"],
                item["gain"],
                item["symptom_of"],
                tuple(_read_carried(entry) for entry in item["carried"]),
            )
            for item in document["results"]
        },
        categories={name: item["points_lost"] for name, item in document["score"]["categories"].items()},
        trend=read_trend(document),
    )


def _read_result(item: ResultEntry) -> CheckResult:
    findings = tuple(
        Finding(
            fingerprint=f["fingerprint"],
            resource=f["resource"],
            severity=Severity(f["severity"]),
            risk_points=f["risk_points"],
            value=f["value"],
            limit=f["limit"],
            evidence=f["evidence"],
            text=Text(f["texts"]["en"]),
            muted=_read_mute(f["muted"]),
            names=f["names"],
        )
        for f in item["findings"]
    )
    return CheckResult(
        code=item["code"],
        outcome=Outcome(item["outcome"]),
        findings=findings,
        group=item["group"],
        actor=Actor(item["actor"]),
        category=Category(item["category"]),
        risk_stake=item["risk_stake"],
        attested=item["attested"],
        reason=Text(reason) if (reason := item["reason"]["en"]) else None,
        well=frozenset(item["well"]),
        unjudged={entry["resource"]: entry["names"] for entry in item["unjudged"]},
    )


def _read_carried(item: CarriedEntry) -> Carried:
    severity, mute, text = Severity(item["severity"]), _read_mute(item["muted"]), Text("")
    finding = Finding(
        fingerprint=item["fingerprint"],
        resource=item["resource"],
        severity=severity,
        risk_points=item["risk_points"],
        value=item["value"],
        limit=None,
        evidence={},
        text=text,
        muted=mute,
        names=item["names"],
    )
    return Carried(finding, item["since"], item["runs"])


def _read_mute(item: MuteEntry | None) -> Mute | None:
    """The mute of a finding. It is read so that the finding is not new when its mute ends."""
    return Mute(owner=item["owner"], reason=item["reason"], until=date.fromisoformat(item["until"])) if item else None
