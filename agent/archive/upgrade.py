"""Upgrades a document of any earlier agent to today's form. Only this module knows what older documents lack."""

from __future__ import annotations

from typing import Any, cast

from agent.model.document import Document

SCHEMA_VERSION = 1
_NO_TEXTS = {"zh-CN": "", "en": ""}
# Defaults for what older agents did not write, one table for each kind of member.
_DOCUMENT: dict[str, Any] = {
    "period": None, "timezone": "UTC", "authorization": None, "comparison": None, "receipt": None, "sources": [],
    "problems": [], "notes": [], "roadmap": [], "statements": [], "sql": [], "unlocks": [], "proof": None,
    "track_record": None,
}  # fmt: skip
_AUTHORIZATION: dict[str, Any] = {
    "data_classes": [], "signer": "", "sha256": "", "outside_service": "", "allow_privileges": "",
    "retention_days": None,
}  # fmt: skip
_COST: dict[str, Any] = {"longest_ms": 0.0, "rows": 0, "bytes": 0, "waited_ms": 0.0, "budget": None}
_BUSINESS: dict[str, Any] = {"peak_qps": None, "concurrency": None, "growth_pct_per_year": None, "critical_periods": []}
_FIGURES: dict[str, Any] = {
    "capacity": [], "forecasts": [], "levels": [], "limits": [], "top_sql": [], "top_sql_of": "", "shapes": 0,
    "trend": [],
}  # fmt: skip
_TOP_SQL: dict[str, Any] = {"text": "", "user_name": "", "longest_us": None}
_SQL: dict[str, Any] = {"times": None}
_TREND: dict[str, Any] = {"sessions": None, "statements_per_s": None, "levels": []}
_INSTANCE: dict[str, Any] = {
    "compatible": "", "role": "", "primary_zone": "", "locality": "", "units": [], "replicas": [], "data_bytes": None,
    "sessions": None, "statements_per_s": None, "observed_s": None, "table_count": None, "tables": [],
    "setting_count": None, "settings": [],
}  # fmt: skip
_COLOPHON: dict[str, Any] = {"prepared_by": "", "reviewed_by": "", "classification": "", "valid_until": None}
_OUTLOOK = (("business", _BUSINESS), ("figures", _FIGURES), ("instance", _INSTANCE), ("colophon", _COLOPHON))
_SCORE: dict[str, Any] = {"grade_needs": [], "hidden_by_mutes": 0.0, "hidden_by_overrides": 0.0}
_RESULT: dict[str, Any] = {
    "carried": [], "carried_from": "", "carried_runs": 0, "well": [], "unjudged": [], "group": "", "symptom_of": "",
    "sources": [],
    "told_with": [], "attested": False, "overridden": False, "reason": _NO_TEXTS, "unlock": _NO_TEXTS, "measured": None,
}  # fmt: skip
_CHECK_TEXTS: dict[str, Any] = {"consequence": ""}
_FINDING: dict[str, Any] = {
    "names": {}, "sql": [], "rollback": [], "muted": None, "signs": [], "purchase": None, "exhausted_on": None,
    "exhausted_by": _NO_TEXTS,
}  # fmt: skip
_STATEMENT: dict[str, Any] = {"at": None}
_CARRIED: dict[str, Any] = {"names": {}, "muted": None, "signs": []}
_CHANGE: dict[str, Any] = {"names": {}, "was_severity": None, "value": None, "was_value": None}
_COMPARISON: dict[str, Any] = {"bridge": [], "categories_was": {}}
_PROOF: dict[str, Any] = {"unseen": _NO_TEXTS}
_RECEIPT: dict[str, Any] = {"journal_sha256": "", "reason": _NO_TEXTS, "differences": []}
_RULESET: dict[str, Any] = {"overrides": [], "problems": []}
_NULLABLE = (("authorization", _AUTHORIZATION), ("comparison", _COMPARISON), ("receipt", _RECEIPT), ("proof", _PROOF))


def upgrade_document(raw: dict[str, Any]) -> Document:
    """A document with every key of today's form. The values of ``raw`` are kept, and ``raw`` is not changed.

    Raises KeyError, TypeError or AttributeError if ``raw`` is no assessment.
    """
    document = _fill_defaults(raw, _DOCUMENT)
    document["ruleset"] = _fill_defaults(raw["ruleset"], _RULESET)
    document["score"] = _fill_defaults(raw["score"], _SCORE)
    document["cost"] = _fill_defaults(raw["cost"], _COST)
    document["sql"] = [_fill_defaults(told, _SQL) for told in document["sql"]]
    document["statements"] = [_fill_defaults(sent, _STATEMENT) for sent in document["statements"]]
    document["results"] = [_upgrade_result(result) for result in raw["results"]]
    for key, defaults in _OUTLOOK:
        document[key] = _fill_defaults(raw.get(key) or {}, defaults)
    figures = document["figures"]
    figures["top_sql"] = [_fill_defaults(shape, _TOP_SQL) for shape in figures["top_sql"]]
    figures["trend"] = [_fill_defaults(point, _TREND) for point in figures["trend"]]
    for key, defaults in _NULLABLE:
        document[key] = _fill_defaults(document[key], defaults) if document[key] else None
    if document["comparison"]:
        document["comparison"]["changes"] = [
            _fill_defaults(change, _CHANGE) for change in document["comparison"]["changes"]
        ]
    return cast(Document, document)


def _upgrade_result(raw: dict[str, Any]) -> dict[str, Any]:
    result = _fill_defaults(raw, _RESULT)
    result["findings"] = [_fill_defaults(finding, _FINDING) for finding in raw["findings"]]
    result["carried"] = [_fill_defaults(entry, _CARRIED) for entry in result["carried"]]
    result["texts"] = {language: _fill_defaults(told, _CHECK_TEXTS) for language, told in raw["texts"].items()}
    result["remediation"] = _upgrade_remediation(raw["remediation"])
    return result


def _upgrade_remediation(raw: dict[str, Any]) -> dict[str, Any]:
    """Give each language its link. Older agents wrote one for all."""
    if "links" in raw:
        return raw
    kept = {key: value for key, value in raw.items() if key != "link"}
    return {**kept, "links": dict.fromkeys(_NO_TEXTS, raw.get("link", ""))}


def _fill_defaults(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return {**defaults, **given}
