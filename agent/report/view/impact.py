"""Why a finding matters to this business: what its category puts at stake, and the load that it would meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.model.document import Document, ResultEntry
from agent.model.labels import N_
from agent.model.terms import Severity, Unit
from agent.report.words import NAME_LENGTH, Words, make_printable

STAKES: Mapping[str, str] = {
    "capacity": N_("At the limit, writes of all applications on this tenant are throttled or refused."),
    "parameters": N_("Settings that deviate from the recommended value cause no trouble until high load or a failure."),
    "sql": N_("Slow statements take CPU and connections from other statements, and users notice slow pages."),
    "transactions": N_("Transactions that hold locks for long make others wait; orders and payments then time out."),
    "availability": N_(
        "If a node or zone fails now, the service may be interrupted or the latest changes may be lost."
    ),
    "backup": N_("Deleted or damaged data may not be recoverable."),
    "compaction": N_(
        "Without major compaction, reads become slower every day and space usage grows until writes stop."
    ),
    "schema": N_("Problems of the schema cost time in every statement, and more as the data grows."),
    "statistics": N_("With wrong statistics, a fast statement can turn slow without any change."),
    "security": N_("Unauthorized persons may read or change data unnoticed."),
    "version": N_("Known defects remain in production, and support takes longer."),
    "operations": N_("Problems are noticed later, and their cause is harder to find."),
}
_LOAD_TOLD_FROM = Severity.HIGH


def describe_impact(result: ResultEntry, severity: str, document: Document, words: Words) -> str:
    """Return what is at stake; for high and critical, also the critical period and the peak that the customer told."""
    stake = words(STAKES[result["category"]]) if result["category"] in STAKES else ""
    if severity not in list(Severity) or Severity(severity).rank < _LOAD_TOLD_FROM.rank:
        return stake
    business = document["business"]
    day = words.day(document["as_of"])
    told = [stake, _describe_critical_period(business, day, words), _describe_peak(business, words)]
    return choose_space(words).join(text for text in told if text)


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
