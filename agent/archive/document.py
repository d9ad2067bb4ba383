"""Builds and reads the document ``assessment.json``, the contract for machines (``assessment.schema.json``).

The document holds every text in every language, so that renderers and history need nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.archive.document_outlook import serialize_outlook
from agent.archive.document_result import LocalizeText, serialize_result
from agent.archive.document_types import find_wrong_member
from agent.archive.json_values import parse_json, round_number, to_json_value
from agent.archive.upgrade import SCHEMA_VERSION, upgrade_document
from agent.model.assessment import Assessment, Period
from agent.model.authorization import Authorization
from agent.model.check import CheckSpec
from agent.model.comparison import Comparison
from agent.model.cost import Budget, Cost, Receipt, compare_with_journal
from agent.model.document import (
    AuthorizationEntry,
    BudgetEntry,
    ComparisonEntry,
    CostEntry,
    Document,
    GradeNeedEntry,
    OverrideEntry,
    PeriodEntry,
    ReceiptEntry,
    ScoreEntry,
    SourceEntry,
)
from agent.model.result import CheckResult
from agent.model.rule import Override
from agent.model.snapshot import SourceRecord
from agent.model.terms import Scalar, Text
from agent.support.errors import SnapshotError
from agent.support.files import read_whole
from agent.support.i18n import render_all_languages


def build_document(assessment: Assessment) -> Document:
    """The whole assessment as plain JSON values."""
    snapshot, score = assessment.snapshot, assessment.score
    tell = partial(render_all_languages, zone=ZoneInfo(assessment.timezone), brought=assessment.translations)
    return {
        "schema_version": SCHEMA_VERSION,
        "agent_version": assessment.agent_version,
        "assessment_id": assessment.id,
        "ruleset": {
            "sha256": assessment.ruleset.sha256,
            "overrides": [_serialize_override(override) for override in assessment.ruleset.overrides],
            "problems": [tell(problem) for problem in assessment.ruleset.problems],
        },
        "customer": assessment.customer,
        "period": _serialize_period(assessment.period) if assessment.period else None,
        "target": {
            "name": snapshot.target,
            "version": str(snapshot.version),
            "kind": snapshot.tenant_kind.value,
            "embedded": snapshot.embedded,
        },
        "as_of": snapshot.as_of.isoformat(),
        "timezone": assessment.timezone,
        "authorization": _serialize_authorization(assessment.authorization) if assessment.authorization else None,
        "score": _serialize_score(assessment, tell),
        "results": [
            serialize_result(
                result,
                assessment.specs,
                assessment.ruleset.rules[result.code],
                scored=score.results.get(result.code),
                kind=snapshot.tenant_kind,
                outlooks=assessment.outlooks,
                tell=tell,
            )
            for result in assessment.results
        ],
        "comparison": _serialize_comparison(assessment.comparison) if assessment.comparison else None,
        "cost": _serialize_cost(snapshot.cost, snapshot.budget),
        "receipt": serialize_receipt(snapshot.receipt) if snapshot.receipt else None,
        "sources": [_serialize_source(record, tell) for record in snapshot.records],
        "problems": [{"what": tell(p.what), "remedy": tell(p.remedy)} for p in snapshot.problems],
        "notes": [tell(note) for note in assessment.notes],
        "unlocks": [
            {
                "needs": [tell(text) for text in unlock.needs],
                "codes": list(unlock.codes),
                "coverage_pct": round_number(unlock.coverage_pct),
            }
            for unlock in score.unlocks
        ],
        "proof": None,
        "track_record": None,
        **serialize_outlook(assessment, tell),
    }


def add_notes(document: Document, notes: Iterable[Text]) -> Document:
    """A copy of the document with further notes. The given document is not changed."""
    return {**document, "notes": [*document["notes"], *map(render_all_languages, notes)]}


def _serialize_score(assessment: Assessment, tell: LocalizeText) -> ScoreEntry:
    score = assessment.score
    return {
        "value": round_number(score.value),
        "low": round_number(score.low),
        "high": round_number(score.high),
        "band": score.band,
        "grade_needs": [
            _serialize_grade_need(result, assessment.specs[result.code], tell)
            for result in assessment.results
            if result.code in score.grade_needs
        ],
        "provisional": score.provisional,
        "coverage_pct": round_number(score.coverage_pct),
        "hidden_by_mutes": round_number(score.hidden_by_mutes),
        "hidden_by_overrides": round_number(score.hidden_by_overrides),
        "categories": {
            name: {
                "points_lost": None if category.points_lost is None else round_number(category.points_lost),
                "risk_points": round_number(category.risk_points),
                "coverage_pct": round_number(category.coverage_pct),
            }
            for name, category in sorted(score.categories.items())
        },
    }


def _serialize_grade_need(result: CheckResult, spec: CheckSpec, tell: LocalizeText) -> GradeNeedEntry:
    need = result.unlock or result.reason
    args: dict[str, Scalar | Text] = {"title": Text(spec.title), "code": result.code}
    text = Text("{title} ({code}): {need}", {**args, "need": need}) if need else Text("{title} ({code})", args)
    return {"code": result.code, "text": tell(text)}


def _serialize_override(override: Override) -> OverrideEntry:
    return {
        "code": override.code,
        "owner": override.owner,
        "reason": override.reason,
        "until": override.until.isoformat(),
        "change": to_json_value(override.change),
    }


def _serialize_period(period: Period) -> PeriodEntry:
    return {"number": period.number, "from": period.start.isoformat(), "to": period.end.isoformat()}


def _serialize_authorization(authorization: Authorization) -> AuthorizationEntry:
    return {
        "reference": authorization.reference,
        "approver": authorization.approver,
        "until": authorization.not_after.isoformat(),
        "data_classes": [str(data_class) for data_class in sorted(authorization.data_classes)],
        "signer": authorization.signer,
        "sha256": authorization.sha256,
        "outside_service": authorization.outside_service,
        "allow_privileges": authorization.allow_privileges,
        "retention_days": authorization.retention_days,
    }


def _serialize_comparison(comparison: Comparison) -> ComparisonEntry:
    return {
        "baseline_id": comparison.baseline_id,
        "baseline_as_of": comparison.baseline_as_of.isoformat(),
        "score_was": _round_optional(comparison.score_was),
        "score_delta": _round_optional(comparison.score_delta),
        "ruleset_changed": comparison.ruleset_changed,
        "changes": [
            {
                "kind": change.kind,
                "code": change.code,
                "fingerprint": change.fingerprint,
                "resource": change.resource,
                "severity": change.severity,
                "was_severity": change.was_severity,
                "value": to_json_value(change.value),
                "was_value": to_json_value(change.was_value),
                "names": dict(change.names),
            }
            for change in comparison.changes
        ],
        "bridge": [{"kind": step.kind, "points": round_number(step.points)} for step in comparison.bridge],
        "categories_was": dict(comparison.categories_was),
    }


def _round_optional(value: float | None) -> float | None:
    return None if value is None else round_number(value)


def _serialize_cost(cost: Cost, budget: Budget | None) -> CostEntry:
    return {
        "statements": cost.statements,
        "database_ms": round_number(cost.database_ms),
        "longest_ms": round_number(cost.longest_ms),
        "rows": cost.rows,
        "bytes": cost.bytes,
        "waited_ms": round_number(cost.waited_ms),
        "budget": _serialize_budget(budget) if budget else None,
    }


def _serialize_budget(budget: Budget) -> BudgetEntry:
    return {
        "statement_timeout_s": round_number(budget.statement_timeout_s),
        "total_database_ms": round_number(budget.total_database_ms),
        "max_rows": budget.max_rows,
        "max_bytes": budget.max_bytes,
    }


def serialize_receipt(receipt: Receipt) -> ReceiptEntry:
    """The ``receipt`` member."""
    return {
        "way": receipt.way,
        "sent": receipt.sent,
        "sent_ms": round_number(receipt.sent_ms),
        "sent_rows": receipt.sent_rows,
        "found": receipt.found,
        "total_ms": round_number(receipt.total_ms),
        "longest_ms": round_number(receipt.longest_ms),
        "rows": receipt.rows,
        "writes": receipt.writes,
        "journal_sha256": receipt.journal_sha256,
        "reason": render_all_languages(receipt.reason),
        "differences": [render_all_languages(text) for text in compare_with_journal(receipt)],
    }


def _serialize_source(record: SourceRecord, tell: LocalizeText) -> SourceEntry:
    return {
        "source": record.source,
        "view": record.view,
        "status": record.status,
        "rows": record.rows,
        "duration_ms": round_number(record.duration_ms),
        "truncated": record.truncated,
        "reason": tell(record.reason),
    }


def read_document(path: Path) -> Document:
    """Read an assessment.json of this or any earlier agent. Raises SnapshotError for other files and newer formats."""
    args: dict[str, Scalar] = {"path": str(path)}
    content = read_whole(path, SnapshotError)
    try:
        raw = parse_json(content.decode())
        version = raw["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise SnapshotError(Text("{path}: written by a newer agent; upgrade this one.", args))
        document = upgrade_document(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = "{path}: not an assessment.json, or only a part of one. Name a file that assess or evaluate wrote."
        raise SnapshotError(Text(text, args)) from None
    if place := find_wrong_member(document):
        text = "{path}: {place} is not what an assessment.json holds there. Name a file that assess or evaluate wrote."
        raise SnapshotError(Text(text, args | {"place": place}))
    return document
