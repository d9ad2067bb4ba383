"""Reads what score and compare need of an earlier assessment from its assessment.json."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from agent.archive.document_outlook import read_comparable_score, read_trend
from agent.model.comparison import Earlier
from agent.model.document import (
    CarriedEntry,
    Document,
    FindingEntry,
    JudgedEntry,
    MuteEntry,
    ResultEntry,
    UnseenEntry,
)
from agent.model.result import Carried, CheckResult, Finding, Score, ScoredResult, Sign
from agent.model.rule import Mute
from agent.model.terms import Actor, Category, Outcome, Severity, Text


def read_earlier(document: Document) -> Earlier:
    """Read from a document what score and compare need of an earlier assessment."""
    return Earlier(
        id=document["assessment_id"],
        as_of=datetime.fromisoformat(document["as_of"]),
        ruleset_sha256=document["ruleset"]["sha256"],
        score=read_comparable_score(document["score"]),
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
        score_shown=document["score"]["value"] if document["score"]["coverage_pct"] else None,
    )


def read_score(document: Document) -> Score:
    """Read the score of a document, with what each check counts in it, as comparing needs it."""
    score = document["score"]
    return Score(
        value=score["value"],
        low=score["low"],
        high=score["high"],
        band=score["band"],
        grade_needs=tuple(need["code"] for need in score["grade_needs"]),
        provisional=score["provisional"],
        coverage_pct=score["coverage_pct"],
        categories={},
        results=read_earlier(document).scored,
    )


def _read_result(item: ResultEntry) -> CheckResult:
    return CheckResult(
        code=item["code"],
        outcome=Outcome(item["outcome"]),
        findings=tuple(_read_finding(finding) for finding in item["findings"]),
        group=item["group"],
        told_with=tuple(item["told_with"]),
        actor=Actor(item["actor"]),
        category=Category(item["category"]),
        risk_stake=item["risk_stake"],
        attested=item["attested"],
        reason=Text(reason) if (reason := item["reason"]["en"]) else None,
        well=frozenset(item["well"]),
        unjudged={entry["resource"]: entry["names"] for entry in item["unjudged"]},
    )


def _read_finding(item: FindingEntry) -> Finding:
    signs = tuple(Sign(sign["code"], _read_judged(sign)) for sign in item["signs"])
    return replace(_read_judged(item), signs=signs)


def _read_judged(item: JudgedEntry) -> Finding:
    return Finding(
        fingerprint=item["fingerprint"],
        resource=item["resource"],
        severity=Severity(item["severity"]),
        risk_points=item["risk_points"],
        value=item["value"],
        limit=item["limit"],
        evidence=item["evidence"],
        text=Text(item["texts"]["en"]),
        muted=_read_mute(item["muted"]),
        names=item["names"],
    )


def _read_carried(item: CarriedEntry) -> Carried:
    signs = tuple(Sign(sign["code"], _read_unseen(sign)) for sign in item["signs"])
    return Carried(replace(_read_unseen(item), signs=signs), item["since"], item["runs"])


def _read_unseen(item: UnseenEntry) -> Finding:
    return Finding(
        fingerprint=item["fingerprint"],
        resource=item["resource"],
        severity=Severity(item["severity"]),
        risk_points=item["risk_points"],
        value=item["value"],
        limit=None,
        evidence={},
        text=Text(""),
        muted=_read_mute(item["muted"]),
        names=item["names"],
    )


def _read_mute(item: MuteEntry | None) -> Mute | None:
    """The mute of a finding. It is read so that the finding is not new when its mute ends."""
    return Mute(owner=item["owner"], reason=item["reason"], until=date.fromisoformat(item["until"])) if item else None
