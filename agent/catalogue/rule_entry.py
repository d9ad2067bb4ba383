"""Turns one entry of rules.yaml into a Rule and checks it against the check's header. Pure."""

from __future__ import annotations

import dataclasses
import sys
import typing
from typing import Any

from agent.catalogue.rule_circumstances import CIRCUMSTANCE_KEYS, includes, parse_circumstances
from agent.catalogue.rule_problems import RuleProblems
from agent.model.check import ABOVE_ZERO, CheckSpec
from agent.model.rule import Expected, Fixed, Ladder, LeastEvidence, Rule, Variant
from agent.model.terms import Scalar, Severity
from agent.support.yaml_file import Loc

_COMMON_KEYS = {"params", "group", "join", "enabled", "evidence", "by"}
_EVIDENCE_KEYS = tuple(field.name for field in dataclasses.fields(LeastEvidence))
_LADDER_KEYS = _COMMON_KEYS | {"ladder", "worst", "descending"}
_FIXED_KEYS = _COMMON_KEYS | {"severity"}
_VALUE_KEYS = _COMMON_KEYS | {"severity", "expected", "recommended"}
_EXPECTED_KEYS = {"equals", "one_of", "min", "max", "unit"}
# What a variant may say otherwise. Evidence, group and join are of the check, whatever the version.
_VARIANT_KEYS = {"ladder", "worst", "descending", "severity", "expected", "recommended", "params", "enabled"}


def parse_rule(spec: CheckSpec, entry: Any, loc: Loc, problems: RuleProblems) -> Rule | None:
    """Return the rule with its variants; None if it is wrong, with its problems added."""
    if not isinstance(entry, dict):
        problems.add(loc, "{place}: a mapping is expected")
        return None
    before = len(problems)
    rule = _parse_plain_rule(spec, entry, loc, problems)
    if rule is None or "by" not in entry or len(problems) > before:
        return rule
    return dataclasses.replace(rule, variants=_parse_variants(spec, entry, (*loc, "by"), problems))


def _parse_variants(spec: CheckSpec, entry: dict[str, Any], loc: Loc, problems: RuleProblems) -> tuple[Variant, ...]:
    """The variants in the order of the file, each as a whole rule: what a variant does not say is as the entry says."""
    listed = entry["by"]
    if not isinstance(listed, list) or not listed:
        problems.add(loc, "{place}: a list of variants is expected, such as {{since: 4.3.0.0, severity: low}}")
        return ()
    base = {key: value for key, value in entry.items() if key != "by"}
    found: list[Variant] = []
    for index, item in enumerate(listed):
        there = (*loc, index)
        if not isinstance(item, dict):
            problems.add(there, "{place}: a mapping is expected")
            continue
        for key in sorted(set(item) - CIRCUMSTANCE_KEYS - _VARIANT_KEYS):
            problems.unknown_key((*there, key), CIRCUMSTANCE_KEYS | _VARIANT_KEYS)
        change = {key: value for key, value in item.items() if key in _VARIANT_KEYS}
        if set(item) <= CIRCUMSTANCE_KEYS:
            problems.add(there, "{place}: the variant changes nothing; say what holds then, or delete it")
        when = parse_circumstances(spec, item, there, problems)
        rule = _parse_plain_rule(spec, {**base, **change}, there, problems)
        if when and any(includes(earlier.when, when) for earlier in found):
            problems.add(there, "{place}: the variant can never hold, because one above it always does; put it first")
        elif when and rule:
            found.append(Variant(when, rule))
    return tuple(found)


def _parse_plain_rule(spec: CheckSpec, entry: dict[str, Any], loc: Loc, problems: RuleProblems) -> Rule | None:
    known = _VALUE_KEYS if spec.expects_value else _LADDER_KEYS if "ladder" in entry else _FIXED_KEYS
    for key in sorted(set(entry) - known):
        problems.unknown_key((*loc, key), known)
    judge = _parse_judge(spec, entry, loc, problems)
    values, params = _parse_params(spec, entry.get("params", {}), (*loc, "params"), problems)
    group, join, enabled = entry.get("group", ""), entry.get("join", ""), entry.get("enabled", True)
    for key, word in (("group", group), ("join", join)):
        if not isinstance(word, str):
            problems.add((*loc, key), "{place}: a word is expected")
    if not isinstance(enabled, bool):
        problems.add((*loc, "enabled"), "{place}: true or false is expected")
    evidence = parse_evidence(entry.get("evidence", {}), (*loc, "evidence"), problems)
    if judge is None:
        return None
    return Rule(
        judge=judge,
        evidence=evidence,
        params=params,
        params_values=values,
        group=group,
        join=join,
        enabled=enabled,
    )


def parse_evidence(data: Any, loc: Loc, problems: RuleProblems) -> LeastEvidence:
    """Return the least evidence; what is not said is as ``LeastEvidence`` has it. Problems are added."""
    if not isinstance(data, dict):
        problems.add(loc, "{place}: a mapping is expected")
        return LeastEvidence()
    for key in sorted(set(data) - set(_EVIDENCE_KEYS)):
        problems.unknown_key((*loc, key), _EVIDENCE_KEYS)
    found: dict[str, float] = {}
    for key in _EVIDENCE_KEYS:
        if key in data:
            limit = 100 if key.endswith("_pct") else None
            if not _is_number(data[key]) or data[key] < 0 or (limit is not None and data[key] > limit):
                problems.add((*loc, key), "{place}: a number that is not negative is expected, per cent up to 100")
            else:
                found[key] = data[key]
    rows_count = int(found.pop("rows_count", 0))
    return LeastEvidence(rows_count=rows_count, **found)


def _parse_judge(
    spec: CheckSpec, entry: dict[str, Any], loc: Loc, problems: RuleProblems
) -> Ladder | Fixed | Expected | None:
    if spec.expects_value:
        return _parse_expected(spec, entry, loc, problems)
    if ("ladder" in entry) == ("severity" in entry):
        problems.add(loc, "{place}: either ladder or severity is expected")
        return None
    if "severity" in entry:
        severity = _parse_severity(entry["severity"], (*loc, "severity"), problems)
        return Fixed(severity) if severity else None
    return _parse_ladder(entry, loc, problems)


def _parse_severity(value: Any, loc: Loc, problems: RuleProblems) -> Severity | None:
    if value not in list(Severity):
        problems.add(loc, "{place}: one of low, medium, high, critical is expected")
        return None
    return Severity(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _parse_ladder(entry: dict[str, Any], loc: Loc, problems: RuleProblems) -> Ladder | None:
    steps = entry["ladder"]
    if not isinstance(steps, dict) or not steps:
        problems.add((*loc, "ladder"), "{place}: a mapping of severities to numbers is expected")
        return None
    rungs = []
    for key, value in steps.items():
        severity = _parse_severity(key, (*loc, "ladder", key), problems)
        if not _is_number(value):
            problems.add((*loc, "ladder", key), "{place}: a number is expected")
        elif severity:
            rungs.append((severity, float(value)))
    worst = entry.get("worst")
    if worst is not None and not _is_number(worst):
        problems.add((*loc, "worst"), "{place}: a number is expected")
        return None
    rungs.sort(key=lambda rung: rung[0].rank)
    values = [value for _, value in rungs] + ([float(worst)] if worst is not None else [])
    descending = entry.get("descending", len(values) > 1 and values[-1] < values[0])
    if not isinstance(descending, bool):
        problems.add((*loc, "descending"), "{place}: true or false is expected")
        return None
    ordered = sorted(set(values), reverse=descending)
    if values != ordered:
        problems.add((*loc, "ladder"), "{place}: the numbers must rise, or fall, from low to critical and to worst")
        return None
    return (
        Ladder(tuple(rungs), None if worst is None else float(worst), descending) if len(rungs) == len(steps) else None
    )


def _parse_expected(spec: CheckSpec, entry: dict[str, Any], loc: Loc, problems: RuleProblems) -> Expected | None:
    severity = _parse_severity(entry.get("severity"), (*loc, "severity"), problems)
    expected = entry.get("expected")
    if not isinstance(expected, dict) or expected.keys() <= {"unit"} or set(expected) - _EXPECTED_KEYS:
        problems.add(
            (*loc, "expected"), "{place}: a mapping with {known} is expected", known=", ".join(sorted(_EXPECTED_KEYS))
        )
        return None
    words = _read_accepted_values(expected, (*loc, "expected"), problems)
    one_of = [_parse_value(spec, word, (*loc, "expected"), problems) for word in words]
    low, high = (_parse_bound(spec, expected, key, (*loc, "expected", key), problems) for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        problems.add((*loc, "expected"), "{place}: min is above max")
    recommended = str(entry.get("recommended", expected.get("equals", "")))
    if not recommended:
        problems.add((*loc, "recommended"), "{place}: the value that the advice sets is missing")
    if not severity or None in one_of:
        return None
    fine = [word for word in one_of if word is not None]
    rule = Expected(
        severity=severity,
        one_of=tuple(fine),
        minimum=low,
        maximum=high,
        recommended=recommended,
        shown=_format_expected(expected, words),
    )
    if recommended and not _fits(rule, _parse_value(spec, recommended, (*loc, "recommended"), problems)):
        problems.add((*loc, "recommended"), "{place}: the recommended value is not one that the rule accepts")
    return rule


def _read_accepted_values(expected: dict[str, Any], loc: Loc, problems: RuleProblems) -> list[Any]:
    """The accepted values as written: those of ``one_of``, or the one of ``equals``."""
    words = expected.get("one_of", [expected["equals"]] if "equals" in expected else [])
    if not isinstance(words, list) or ("one_of" in expected and ("equals" in expected or not words)):
        problems.add((*loc, "one_of"), "{place}: a list of values is expected, and no equals beside it")
        return []
    return words


def _parse_bound(spec: CheckSpec, expected: dict[str, Any], key: str, loc: Loc, problems: RuleProblems) -> float | None:
    if key not in expected:
        return None
    bound = _parse_value(spec, expected[key], loc, problems)
    if isinstance(bound, str):
        problems.add(loc, "{place}: a number is expected")
        return None
    return bound


def _fits(rule: Expected, value: float | str | None) -> bool:
    if value in rule.one_of:
        return True
    if isinstance(value, str) or value is None or (rule.minimum is None and rule.maximum is None):
        return False
    return (rule.minimum is None or value >= rule.minimum) and (rule.maximum is None or value <= rule.maximum)


def _parse_value(spec: CheckSpec, word: Any, loc: Loc, problems: RuleProblems) -> float | str | None:
    if spec.parse is None:
        return None
    if not isinstance(word, str | int | float):
        problems.add(loc, "{place}: a single value is expected")
        return None
    try:
        return spec.parse(str(word))
    except ValueError as error:
        problems.add(loc, "{place}: {reason}", reason=str(error))
        return None


def _format_expected(expected: dict[str, Any], words: list[Any]) -> str:
    parts = [str(word) for word in words]
    unit = str(expected.get("unit", ""))  # for bare numbers, which do not name a unit
    unit = unit if unit in ("", "%") else f" {unit}"
    if "min" in expected and "max" in expected:
        parts.append(f"{expected['min']} – {expected['max']}{unit}")
    elif "min" in expected:
        parts.append(f"≥ {expected['min']}{unit}")
    elif "max" in expected:
        parts.append(f"≤ {expected['max']}{unit}")
    return " / ".join(parts)


def _parse_params(spec: CheckSpec, data: Any, loc: Loc, problems: RuleProblems) -> tuple[dict[str, Scalar], Any]:
    """The params' values as written, and as the check's own type. Names and types must match exactly."""
    if not isinstance(data, dict):
        problems.add(loc, "{place}: a mapping is expected")
        return {}, None
    hints = typing.get_type_hints(spec.params) if spec.params else {}
    positive = _list_positive(spec)
    for name in sorted(set(hints) - set(data)):
        problems.add((*loc, name), "{place}: this key is missing; add it")
    for name in sorted(set(data) - set(hints)):
        problems.unknown_key((*loc, name), hints)
    for name in sorted(set(data) & set(hints)):
        wanted, value = hints[name], data[name]
        fits = (
            _is_number(value) and (wanted is float or isinstance(value, int))
            if wanted in (int, float)
            else isinstance(value, wanted)
        )
        if not fits:
            problems.add((*loc, name), "{place}: a value of type {wanted} is expected", wanted=wanted.__name__)
        elif name in positive and value <= 0:
            problems.add((*loc, name), "{place}: the check cannot calculate with 0 here; set a number above 0")
    if spec.params is None or set(data) != set(hints):
        return dict(data), None
    assert dataclasses.is_dataclass(spec.params)
    return dict(data), spec.params(**data)


def _list_positive(spec: CheckSpec) -> set[str]:
    """Return the names of the params that must be above 0."""
    hints = typing.get_type_hints(spec.params, include_extras=True) if spec.params else {}
    return {name for name, hint in hints.items() if ABOVE_ZERO in getattr(hint, "__metadata__", ())}
