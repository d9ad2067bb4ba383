"""Why a finding matters to this business: the check's own consequence, the object, and the load that it would meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.model.document import Document, FindingEntry, ResultEntry
from agent.model.naming import tenant_name
from agent.model.setting_words import read_bare_unit
from agent.model.terms import Category, Severity, Unit
from agent.report.view.due import find_next_period
from agent.report.words import NAME_LENGTH, Words, make_printable
from agent.support.i18n import count_digits

_PROSE_LENGTH = 4_000
_LOAD_TOLD_FROM = Severity.HIGH
_VALUE_LENGTH = 60  # of the value of a setting in a sentence
_BARE = frozenset({Unit.COUNT, Unit.RATIO, Unit.TEXT})  # a number alone says nothing


def describe_impact(result: ResultEntry, severity: str, document: Document, words: Words) -> str:
    """Return what the check says of the consequence, then the customer's object and figures.

    For high and critical, and for capacity, also the critical period and the peak that the customer told.
    """
    texts = result["texts"].get(words.language, result["texts"]["en"])
    told = [make_printable(texts["rationale"], _PROSE_LENGTH), _describe_object(result, words)]
    is_grave = severity in list(Severity) and Severity(severity).rank >= _LOAD_TOLD_FROM.rank
    if is_grave or result["category"] == Category.CAPACITY:
        told += [_describe_critical_period(document, words), _describe_peak(document["business"], words)]
    return choose_space(words).join(text for text in told if text)


def _describe_object(result: ResultEntry, words: Words) -> str:
    """Say of the worst finding what was measured against which limit, and how many others there are."""
    findings = [finding for finding in result["findings"] if not finding["muted"]] or result["findings"]
    if not findings:
        return ""
    first, others = findings[0], len(findings) - 1
    parts = {"resource": _name_object(first, words), **_list_figures(first, result, words)}
    if not others and len(parts) == 1 and _is_of_tenant(first):
        return ""  # that it concerns the tenant says nothing
    one, several = _choose_sentences(parts)
    return words(several, **parts, count=others) if others else words(one, **parts)


def _choose_sentences(parts: Mapping[str, str]) -> tuple[str, str]:
    """Return the sentence for one object, and the one for several."""
    if "setting" in parts:
        return (
            "Here, {setting} is {value}, and {limit} is expected.",
            "Here, {setting} is {value}, and {limit} is expected; {count} more values are not as expected.",
        )
    if "value" in parts:
        return (
            "For {resource}, {value} was measured (limit {limit}).",
            "For {resource}, {value} was measured (limit {limit}); {count} more are beyond the limit, too.",
        )
    return "This concerns {resource}.", "This concerns {resource} and {count} more."


def _name_object(finding: FindingEntry, words: Words) -> str:
    return words("this tenant") if _is_of_tenant(finding) else words.resource(finding)


def _is_of_tenant(finding: FindingEntry) -> bool:
    return finding["resource"] == tenant_name(None)


def _list_figures(finding: FindingEntry, result: ResultEntry, words: Words) -> dict[str, str]:
    """Return value and limit where a sentence can say them: a count means nothing without its noun.

    They have as many digits as it takes to tell them apart.
    """
    value, limit, unit, judge = finding["value"], finding["limit"], Unit(finding["unit"]), result["ladder"]
    if "expected" in judge:
        setting, present = finding["evidence"].get("setting"), str(value or "")
        if not setting or limit is None or len(present) > _VALUE_LENGTH:
            return {}
        told = words.setting(present, read_bare_unit(judge["expected"]))
        return {
            "setting": make_printable(str(setting), NAME_LENGTH),
            "value": told,
            "limit": words.expected(str(limit)),
        }
    if value is None or limit is None or unit in _BARE:
        return {}
    digits = count_digits(value, unit, [limit])
    sign = ("≤ " if judge["descending"] else "≥ ") if "rungs" in judge else ""
    return {"value": words.value(value, unit, digits), "limit": sign + words.value(limit, unit, digits)}


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


def _describe_critical_period(document: Document, words: Words) -> str:
    """Describe the next critical period, or the one that is running; empty if there is none."""
    day = words.day(document["as_of"])
    period = find_next_period(document, day)
    if period is None:
        return ""
    days = (date.fromisoformat(period["from"]) - day).days
    name = make_printable(period["name"], NAME_LENGTH)
    if days <= 0:
        return words("{name} runs until {last}.", name=name, last=period["to"])
    return words("{name} begins in {days} days, on {first}.", name=name, days=days, first=period["from"])
