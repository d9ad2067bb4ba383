"""The member ``proof`` of the document, and the remedies of a document that the twin is to try."""

from __future__ import annotations

from collections.abc import Iterator

from agent.archive.json_values import round_number
from agent.model.document import Document
from agent.model.document_proof import IndexAdviceEntry, PlanEffectEntry, ProofEntry
from agent.model.naming import name_shape
from agent.model.terms import Outcome, Text
from agent.support.i18n import render_all_languages
from agent.twin.result import Effect, IndexAdvice, Remedy, TwinReport, Why

_TEXT_CHARS = 600
_REDUNDANT = "SCH002"  # its value is the index that has the columns of the other in front


def list_remedies(document: Document) -> Iterator[Remedy]:
    """Yield what each open finding would have people run, those of the dearest checks first."""
    found = [result for result in document["results"] if result["outcome"] == Outcome.FINDING]
    for result in sorted(found, key=lambda result: (-result["points_lost"], result["code"])):
        for finding in result["findings"]:
            if finding["sql"] and not finding["muted"]:
                yield Remedy(
                    code=result["code"],
                    fingerprint=finding["fingerprint"],
                    resource=finding["resource"],
                    sql=tuple(finding["sql"]),
                    rollback=tuple(finding["rollback"]),
                )


def list_replaced(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each index that is redundant now, or was so in the last assessment, with the one that serves in its place.

    The other one has to stay: by this advice nothing else is left that begins with the same columns.
    """
    for result in document["results"]:
        if result["code"] == _REDUNDANT:
            for finding in result["findings"]:
                yield finding["resource"], str(finding["value"])
    comparison = document["comparison"]
    for change in comparison["changes"] if comparison else ():
        if change["code"] == _REDUNDANT and isinstance(change["was_value"], str):
            yield change["resource"], change["was_value"]


def add_proof(document: Document, report: TwinReport) -> Document:
    """Return a copy of the document with what the twin found. The given document is not changed."""
    return {**document, "proof": serialize_proof(report)}


def serialize_proof(report: TwinReport) -> ProofEntry:
    """Return the ``proof`` member."""
    return {
        "problem": render_all_languages(report.problem),
        "statements": [
            {
                "sql_id": told.sql_id,
                "resource": str(name_shape(told.sql_id, told.tenant_id)),
                "database": told.database,
                "match": told.match,
                "cause": told.cause,
                "text": told.text[:_TEXT_CHARS],
                "elapsed_us": told.elapsed_us,
                "executions": told.executions,
            }
            for told in report.statements
        ],
        "effects": [_serialize_effect(effect) for effect in report.effects],
        "indexes": [_serialize_index(advice) for advice in report.indexes],
        "retired": [
            {
                "database": index.schema,
                "table": index.table,
                "name": index.name,
                "columns": list(index.columns),
                "served_by": index.served_by,
                "sql": index.sql,
                "rollback": index.rollback,
            }
            for index in report.retired
        ],
        "remedies": [
            {
                "code": tried.code,
                "fingerprint": tried.fingerprint,
                "resource": tried.resource,
                "verdict": tried.verdict.value,
                "why": render_all_languages(tried.why),
                "dearer": list(tried.dearer),
            }
            for tried in report.remedies
        ],
        "lacks": [{"what": what, "reason": reason} for what, reason in report.refusals],
        "unseen": render_all_languages(report.unseen),
        "plans": report.plans,
        "seconds": round_number(report.seconds),
        "peak_bytes": report.peak_bytes,
    }


def _tell(why: Why) -> dict[str, str]:
    return render_all_languages(Text(why.value) if why.value else None)


def _serialize_effect(effect: Effect) -> PlanEffectEntry:
    return {
        "sql_id": effect.sql_id,
        "resource": str(name_shape(effect.sql_id, effect.tenant_id)),
        "database": effect.database,
        "verdict": effect.verdict.value,
        "why": _tell(effect.why),
        "cost_before": effect.cost_before,
        "cost_after": effect.cost_after,
        "plan_before": effect.plan_before,
        "plan_after": effect.plan_after,
        "least_gain_pct": round_number(effect.least_gain_pct),
        "most_gain_pct": round_number(effect.most_gain_pct),
        "indexes": list(effect.indexes),
    }


def _serialize_index(advice: IndexAdvice) -> IndexAdviceEntry:
    return {
        "database": advice.schema,
        "table": advice.table,
        "columns": list(advice.columns),
        "name": advice.name,
        "scope": advice.scope,
        "verdict": advice.verdict.value,
        "why": _tell(advice.why),
        "sql": advice.sql,
        "rollback": advice.rollback,
        "bytes": advice.bytes,
        "write_us": advice.write_us,
        "gain_us": advice.gain_us,
        "resources": [str(name_shape(effect.sql_id, effect.tenant_id)) for effect in advice.effects],
        "pins": [
            {
                "sql_id": pin.sql_id,
                "database": pin.database,
                "why": _tell(pin.why),
                "sql": pin.sql,
                "rollback": pin.rollback,
            }
            for pin in advice.pins
        ],
    }
