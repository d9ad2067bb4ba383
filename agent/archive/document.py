"""Assessment <-> assessment.json, the contract for machines (``assessment.schema.json``).

The document holds every text in every language, so that renderers and history need nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.archive.document_outlook import serialize_outlook
from agent.collection.receipt import compare_with_journal
from agent.model.assessment import Assessment
from agent.model.check import CheckSpec
from agent.model.comparison import Comparison
from agent.model.cost import Receipt
from agent.model.result import Carried, CheckResult, Finding, Score, ScoredResult
from agent.model.rule import Expected, Fixed, Ladder, Rule
from agent.model.snapshot import SourceRecord
from agent.model.terms import RunAs, Scalar, TenantKind, Text
from agent.support.errors import SnapshotError
from agent.support.files import read_whole
from agent.support.i18n import render_all_languages

SCHEMA_VERSION = 1
Document = dict[str, Any]
LocalizeText = Callable[[Text | None], dict[str, str]]
_POINT_DIGITS = 4


def build_document(assessment: Assessment) -> Document:
    """The whole assessment as plain JSON values."""
    snapshot, authorization, period = assessment.snapshot, assessment.authorization, assessment.period
    tell = partial(render_all_languages, zone=ZoneInfo(assessment.timezone))
    return {
        "schema_version": SCHEMA_VERSION,
        "agent_version": assessment.agent_version,
        "assessment_id": assessment.id,
        "ruleset": {
            "sha256": assessment.ruleset.sha256,
            "overrides": [
                _plain_fields(o, "code", "owner", "reason", "until", "change") for o in assessment.ruleset.overrides
            ],
            "problems": [tell(problem) for problem in assessment.ruleset.problems],
        },
        "customer": assessment.customer,
        "period": period
        and {"number": period.number, "from": to_json_value(period.start), "to": to_json_value(period.end)},
        "target": {
            "name": snapshot.target,
            "version": str(snapshot.version),
            "kind": snapshot.tenant_kind.value,
            "embedded": snapshot.embedded,
        },
        "as_of": to_json_value(snapshot.as_of),
        "timezone": assessment.timezone,
        "authorization": authorization
        and {
            "reference": authorization.reference,
            "approver": authorization.approver,
            "until": to_json_value(authorization.not_after),
            "data_classes": sorted(authorization.data_classes),
            "signer": authorization.signer,
            "sha256": authorization.sha256,
            "outside_service": authorization.outside_service,
            "allow_privileges": authorization.allow_privileges,
            "retention_days": authorization.retention_days,
        },
        "score": serialize_score(assessment.score),
        "results": [
            _result(
                result,
                assessment.specs[result.code],
                assessment.ruleset.rules[result.code],
                assessment.score,
                snapshot.tenant_kind,
                tell,
            )
            for result in assessment.results
        ],
        "comparison": assessment.comparison and _comparison(assessment.comparison),
        "cost": {
            **_plain_fields(snapshot.cost, "statements", "database_ms", "longest_ms", "rows", "bytes", "waited_ms"),
            "budget": snapshot.budget
            and _plain_fields(snapshot.budget, "statement_timeout_s", "total_database_ms", "max_rows", "max_bytes"),
        },
        "receipt": snapshot.receipt and serialize_receipt(snapshot.receipt),
        "sources": [_source(record, tell) for record in snapshot.records],
        "problems": [{"what": tell(p.what), "remedy": tell(p.remedy)} for p in snapshot.problems],
        "notes": [tell(note) for note in assessment.notes],
        "unlocks": [
            {
                "needs": [tell(text) for text in unlock.needs],
                **_plain_fields(unlock, "codes", "coverage_pct"),
            }
            for unlock in assessment.score.unlocks
        ],
        **serialize_outlook(assessment),
    }


def add_notes(document: Document, notes: Iterable[Text]) -> Document:
    """The document with further notes; the one given stays as it is."""
    return {**document, "notes": [*document["notes"], *map(render_all_languages, notes)]}


def to_json_value(value: Any) -> Any:
    """A JSON value: dates as ISO 8601, floats rounded to what is meaningful."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, _POINT_DIGITS)
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [to_json_value(item) for item in value]
    return value


def _plain_fields(record: Any, *names: str) -> Document:
    return {name: to_json_value(getattr(record, name)) for name in names}


def serialize_score(score: Score) -> Document:
    """The ``score`` member."""
    document = _plain_fields(
        score, "value", "low", "high", "band", "provisional", "coverage_pct", "hidden_by_mutes", "hidden_by_overrides"
    )
    document["categories"] = {
        name: _plain_fields(category, "points_lost", "risk_points", "coverage_pct")
        for name, category in sorted(score.categories.items())
    }
    return document


def _result(
    result: CheckResult, spec: CheckSpec, rule: Rule, score: Score, kind: TenantKind, tell: LocalizeText
) -> Document:
    scored = score.results.get(result.code, ScoredResult())
    remedy = spec.remediation
    texts = {
        "title": spec.title,
        "rationale": spec.rationale,
        "advice": remedy.advice,
        "risk": remedy.risk,
        "pre_check": remedy.pre_check,
        "post_check": remedy.post_check,
        "no_rollback": remedy.no_rollback,
    }
    rendered = {name: render_all_languages(Text(text)) for name, text in texts.items()}
    return {
        "code": result.code,
        "name": spec.name,
        "category": spec.category.value,
        "actor": spec.actor.value,
        "outcome": result.outcome.value,
        "severity": max((f.severity for f in result.findings), key=lambda s: s.rank, default=None),
        **_plain_fields(scored, "risk_points", "points_lost", "gain", "symptom_of", "carried_from", "carried_runs"),
        "carried": [_carried(entry) for entry in scored.carried],
        "risk_stake": to_json_value(result.risk_stake),
        "group": result.group,
        "attested": result.attested,
        "reason": tell(result.reason),
        "well": sorted(result.well),
        "unjudged": [{"resource": name, "names": dict(names)} for name, names in sorted(result.unjudged.items())],
        "unlock": tell(result.unlock),
        "unit": spec.unit.value,
        "params": to_json_value(rule.params_values),
        "ladder": _judge(rule.judge),
        "overridden": rule.overridden,
        "texts": {language: {name: rendered[name][language] for name in rendered} for language in rendered["title"]},
        "remediation": {
            "run_as": _run_as(remedy.run_as, kind).value,
            "sql": list(remedy.sql),
            "rollback": list(remedy.rollback),
            "restart": remedy.restart,
            "window": remedy.window,
            "link": remedy.link,
        },
        "findings": [_finding(finding, spec, tell) for finding in result.findings],
    }


def _run_as(declared: RunAs, kind: TenantKind) -> RunAs:
    """The assessed tenant's own account is one of sys where that is assessed; its statements name other tenants."""
    return RunAs.SYS if kind is TenantKind.SYS and declared is RunAs.TENANT else declared


def _judge(judge: Ladder | Fixed | Expected) -> Document:
    if isinstance(judge, Ladder):
        rungs = {severity.value: to_json_value(limit) for severity, limit in judge.rungs}
        return {"rungs": rungs, "worst": to_json_value(judge.worst), "descending": judge.descending}
    if isinstance(judge, Fixed):
        return {"severity": judge.severity.value}
    return {"severity": judge.severity.value, "expected": judge.shown, "recommended": judge.recommended}


def _finding(finding: Finding, spec: CheckSpec, tell: LocalizeText) -> Document:
    mute = finding.muted
    return {
        **_plain_fields(
            finding, "fingerprint", "resource", "severity", "risk_points", "value", "limit", "evidence", "names"
        ),
        "unit": spec.unit.value,
        "sql": list(finding.sql),
        "rollback": list(finding.rollback),
        "muted": mute and _plain_fields(mute, "owner", "reason", "until"),
        "texts": tell(finding.text),
    }


def _carried(entry: Carried) -> Document:
    """What the next assessment needs of it, and what a report says."""
    finding, mute = entry.finding, entry.finding.muted
    return {
        **_plain_fields(entry, "since", "runs"),
        **_plain_fields(finding, "fingerprint", "resource", "severity", "risk_points", "value", "names"),
        "muted": mute and _plain_fields(mute, "owner", "reason", "until"),
    }


def _comparison(comparison: Comparison) -> Document:
    document = _plain_fields(comparison, "baseline_id", "baseline_as_of", "score_was", "score_delta", "ruleset_changed")
    document["changes"] = [
        _plain_fields(
            c, "kind", "code", "fingerprint", "resource", "severity", "was_severity", "value", "was_value", "names"
        )
        for c in comparison.changes
    ]
    document["bridge"] = [_plain_fields(step, "kind", "points") for step in comparison.bridge]
    document["categories_was"] = dict(comparison.categories_was)
    return document


def serialize_receipt(receipt: Receipt) -> Document:
    """The ``receipt`` member."""
    document = _plain_fields(
        receipt,
        "way",
        "sent",
        "sent_ms",
        "sent_rows",
        "found",
        "total_ms",
        "longest_ms",
        "rows",
        "writes",
        "journal_sha256",
    )
    return {
        **document,
        "reason": render_all_languages(receipt.reason),
        "differences": [render_all_languages(text) for text in compare_with_journal(receipt)],
    }


def _source(record: SourceRecord, tell: LocalizeText) -> Document:
    document = _plain_fields(record, "source", "view", "status", "rows", "duration_ms", "truncated")
    return {**document, "reason": tell(record.reason)}


def read_document(path: Path) -> Document:
    """A saved assessment.json. Raises SnapshotError if it is none or of a newer format."""
    args: dict[str, Scalar] = {"path": str(path)}
    content = read_whole(path, SnapshotError)
    try:
        document = json.loads(content)
        version = document["schema_version"]
        document["score"], document["results"], document["target"]
    except (ValueError, KeyError, TypeError, RecursionError):
        text = "{path}: not an assessment.json, or only a part of one. Name a file that assess or evaluate wrote."
        raise SnapshotError(Text(text, args)) from None
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise SnapshotError(Text("{path}: written by a newer agent; upgrade this one.", args))
    found: Document = document
    return found
