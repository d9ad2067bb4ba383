"""Turns the entry ``scoring`` of rules.yaml into a ScoringPolicy. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from agent.catalogue.rule_problems import RuleProblems
from agent.model.rule import ScoringPolicy
from agent.model.terms import Severity

_KEYS = tuple(field.name for field in dataclasses.fields(ScoringPolicy))
_TABLE = "usual_findings_pct"
# Lowest and highest number of each other key; a confidence of 0 or 100 would make a range of nothing or of everything.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "usual_place_pct": (0.0, 100.0),
    "usual_weight": (0.1, 1000.0),
    "confidence_pct": (50.0, 99.9),
    "counts_from_coverage_pct": (0.0, 100.0),
    "spread_pct": (0.0, 100.0),
    "sampled_spread_pct": (0.0, 100.0),
    "counted_deviations": (0.0, 10.0),
}


def parse_scoring(data: Any, problems: RuleProblems) -> ScoringPolicy:
    """Return the policy. What is missing or wrong is added to the problems."""
    if not isinstance(data, dict):
        problems.add(("scoring",), "{place}: a mapping is expected")
        return ScoringPolicy()
    for key in sorted(set(data) - set(_KEYS), key=str):
        problems.unknown_key(("scoring", key), _KEYS)
    for key in (key for key in _KEYS if key not in data):
        problems.add(("scoring",), "{place}: {key} is missing", key=key)
    usual = _parse_table(data.get(_TABLE, {}), problems)
    numbers = {
        key: _parse_number(data.get(key, lowest), ("scoring", key), lowest, highest, problems)
        for key, (lowest, highest) in _BOUNDS.items()
    }
    return ScoringPolicy(usual_findings_pct=usual, **numbers)


def _parse_table(data: Any, problems: RuleProblems) -> dict[Severity, dict[Severity, float]]:
    """The worst severity of a rule -> severity -> per cent; a class that is left out finds nothing."""
    table: dict[Severity, dict[Severity, float]] = {}
    for name, row in _list_severities(data, (_TABLE,), problems):
        rates = {
            severity: _parse_number(pct, ("scoring", _TABLE, name.value, severity.value), 0.0, 100.0, problems)
            for severity, pct in _list_severities(row, (_TABLE, name.value), problems)
        }
        if any(severity.rank > name.rank for severity in rates):
            problems.add(
                ("scoring", _TABLE, name.value), "{place}: no severity above {severity} is possible", severity=name
            )
        if sum(rates.values()) > 100:
            problems.add(("scoring", _TABLE, name.value), "{place}: the numbers add up to more than 100")
        table[name] = rates
    return table


def _list_severities(data: Any, path: tuple[str, ...], problems: RuleProblems) -> list[tuple[Severity, Any]]:
    if not isinstance(data, dict):
        problems.add(("scoring", *path), "{place}: a mapping is expected")
        return []
    known = [severity.value for severity in Severity]
    for key in sorted(set(data) - set(known), key=str):
        problems.unknown_key(("scoring", *path, key), known)
    return [(Severity(key), data[key]) for key in known if key in data]


def _parse_number(number: Any, loc: tuple[str, ...], lowest: float, highest: float, problems: RuleProblems) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not lowest <= number <= highest:
        problems.add(loc, "{place}: a number from {lowest} to {highest} is expected", lowest=lowest, highest=highest)
        return highest
    return float(number)
