"""Why a finding matters to this business: the check's own consequence, the object, and the load that it would meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.model.document import Document, FindingEntry, ResultEntry
from agent.model.terms import Severity, Unit
from agent.report.words import NAME_LENGTH, Words, make_printable
from agent.support.i18n import count_digits

_PROSE_LENGTH = 4_000
_LOAD_TOLD_FROM = Severity.HIGH
_VALUE_LENGTH = 60  # of a text that is shown beside its object


def describe_impact(result: ResultEntry, severity: str, document: Document, words: Words) -> str:
    """Return what the check says of the consequence, then the customer's object and figures.

    For high and critical, also the critical period and the peak that the customer told.
    """
    texts = result["texts"].get(words.language, result["texts"]["en"])
    told = [make_printable(texts["rationale"], _PROSE_LENGTH), _describe_object(result, words)]
    if severity in list(Severity) and Severity(severity).rank >= _LOAD_TOLD_FROM.rank:
        business, day = document["business"], words.day(document["as_of"])
        told += [_describe_critical_period(business, day, words), _describe_peak(business, words)]
    return choose_space(words).join(text for text in told if text)


def _describe_object(result: ResultEntry, words: Words) -> str:
    """Name the worst finding with its value and limit, and how many others there are."""
    findings = [finding for finding in result["findings"] if not finding["muted"]] or result["findings"]
    if not findings:
        return ""
    first, others = findings[0], len(findings) - 1
    parts = {"resource": words.resource(first), "value": _format_value(first, words)}
    if parts["value"] and first["limit"] is not None:
        parts["limit"] = _format_limit(first, words)
        text = "Here: {resource}, {value} (limit {limit})."
        more = "Here: {resource}, {value} (limit {limit}), and {count} more."
    elif parts["value"]:
        text, more = "Here: {resource}, {value}.", "Here: {resource}, {value}, and {count} more."
    else:
        text, more = "Here: {resource}.", "Here: {resource}, and {count} more."
    return words(more, **parts, count=others) if others else words(text, **parts)


def _format_value(finding: FindingEntry, words: Words) -> str:
    """Return the value with as many digits as its limit asks for; a setting with its name; "" for a long text."""
    value, evidence = finding["value"], finding["evidence"]
    if isinstance(value, str) and "setting" in evidence:
        return make_printable(f"{evidence['setting']} = {value}", NAME_LENGTH)
    if value is None or (isinstance(value, str) and len(value) > _VALUE_LENGTH):
        return ""
    unit = Unit(finding["unit"])
    return words.value(value, unit, count_digits(value, unit, [finding["limit"]]))


def _format_limit(finding: FindingEntry, words: Words) -> str:
    unit = Unit(finding["unit"])
    return words.value(finding["limit"], unit, count_digits(finding["value"], unit, [finding["limit"]]))


def choose_space(words: Words) -> str:
    """Return what separates two sentences: a space, or nothing in Chinese."""
    return "" if words.language.startswith("zh") else " "


def _describe_peak(business: Mapping[str, Any], words: Words) -> str:
    qps, growth = business["peak_qps"], business["growth_pct_per_year"]
    if qps and growth:
        return words(
            "The business peaks at {qps} statements per second and grows by {growth} a year.",
            qps=words.value(qps, Unit.COUNT),
            growth=words.value(growth, Unit.PCT),
        )
    if qps:
        return words("The business peaks at {qps} statements per second.", qps=words.value(qps, Unit.COUNT))
    return ""


def _describe_critical_period(business: Mapping[str, Any], day: date, words: Words) -> str:
    """Describe the next critical period, or the one that is running; empty if there is none."""
    ahead = [period for period in business["critical_periods"] if date.fromisoformat(period["to"]) >= day]
    if not ahead:
        return ""
    period = min(ahead, key=lambda period: (period["from"], period["to"]))
    days = (date.fromisoformat(period["from"]) - day).days
    name = make_printable(period["name"], NAME_LENGTH)
    if days <= 0:
        return words("{name} runs until {last}.", name=name, last=period["to"])
    return words("{name} begins in {days} days, on {first}.", name=name, days=days, first=period["from"])
