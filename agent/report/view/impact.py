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
    "capacity": N_("When the limit is reached, writes of every application on this tenant are slowed down or refused."),
    "parameters": N_("A setting off its recommended value works until load or a failure puts it to the test."),
    "sql": N_("Slow statements take CPU and connections from all others, and users wait for their pages."),
    "transactions": N_("Transactions that hold locks make others wait; orders and payments time out behind them."),
    "availability": N_("If a node or zone fails now, the service may stop or lose its latest changes."),
    "backup": N_("If data is deleted or damaged, it may not be possible to bring it back."),
    "compaction": N_("Data that is not compacted makes reads slower every day and takes space until writes stop."),
    "schema": N_("What is built into the tables costs with every statement, and more with every row."),
    "statistics": N_("With wrong statistics, a statement that was fast yesterday can turn slow without any change."),
    "security": N_("Data can be read or changed by somebody who should not be able to, without being noticed."),
    "version": N_("Known defects stay in production, and help with them takes longer."),
    "operations": N_("Trouble is noticed later, and its cause is harder to find."),
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
        return words("{name} is running until {last}.", name=name, last=period["to"])
    return words("{name} begins in {days} days, on {first}.", name=name, days=days, first=period["from"])
