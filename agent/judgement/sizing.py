"""What to buy and by when: sizes from demand, limit and growth, and the day on which something runs out. Pure.

A size is the least with which the finding would be gone, a year of the growth that the customer told included. A day
comes from values that were measured in two assessments at least; nothing is guessed from one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.facts.given import BusinessProfile
from agent.facts.growth import DaysToLimit
from agent.model.check import CheckSpec, Sizing
from agent.model.comparison import Comparison
from agent.model.figures import Figures
from agent.model.labels import N_
from agent.model.outlook import Outlook, Purchase
from agent.model.result import CheckResult, Finding
from agent.model.rule import Ladder, Rule
from agent.model.snapshot import Snapshot
from agent.model.terms import Scalar, TenantKind, Text, Unit

_WHOLE = 100.0
_FAR_DAYS = 3650
_FEWEST_DAYS = 30.0  # between two assessments that a line is drawn through
_MEMORY = "memory"
_GIB = 2**30
_GROWN = {
    "bytes": N_("({used_bytes} in use × (1 + {growth_pct} growth a year)) ÷ {aim_pct}, the next whole GiB above"),
    "cores": N_("({used_ratio} cores at the peak × (1 + {growth_pct} growth a year)) ÷ {aim_pct}, the next one above"),
    "connections": N_("({used_count} in use × (1 + {growth_pct} growth a year)) ÷ {aim_pct}"),
    "of_limit": N_(
        "({base_bytes} × {share_pct} of its limit in use × (1 + {growth_pct} growth a year)) ÷ {aim_pct}, the next "
        "whole GiB above"
    ),
}
_STEADY = {
    "bytes": N_("{used_bytes} in use ÷ {aim_pct}, the next whole GiB above; without growth, for none is told"),
    "cores": N_("{used_ratio} cores at the peak ÷ {aim_pct}, the next one above; without growth, for none is told"),
    "connections": N_("{used_count} in use ÷ {aim_pct}; without growth, for none is told"),
    "of_limit": N_(
        "{base_bytes} × {share_pct} of its limit in use ÷ {aim_pct}, the next whole GiB above; without growth, for "
        "none is told"
    ),
}
_AHEAD = N_("{used_bytes} in use in a year (the upper end of the forecast) ÷ {aim_pct}, the next whole GiB above")
_LEAST = {
    Unit.BYTES: N_("the next whole size above {least_bytes}, at which it is a finding"),
    Unit.COUNT: N_("the next whole number above {least_ratio} cores, at which it is a finding"),
}
_KINDS = {"cores": "cores", "connections": "connections"}
_BETWEEN = N_("by {points_count} daily values; in four of five cases between {first} and {last}")
_BETWEEN_OR_LATER = N_("by {points_count} daily values; in four of five cases on {first} or later")
_WITH_META = N_("{formula}, and {meta_bytes} for the META tenant")
_TIMES = N_("{least_ratio} × {base_bytes} of memory, the next whole GiB above")
_PER_GIB = N_("{objects_count} objects ÷ {least_count} for each GiB, the next whole GiB above")


def compute_outlooks(
    results: Sequence[CheckResult],
    *,
    specs: Mapping[str, CheckSpec],
    rules: Mapping[str, Rule],
    snapshot: Snapshot,
    figures: Figures,
    comparison: Comparison | None,
) -> Mapping[str, Outlook]:
    """Return what is known of sizes and days, by the fingerprint of the finding; nothing for the others."""
    growth = next((row.growth_pct_per_year for row in snapshot.list_rows(BusinessProfile)), None) or 0.0
    was = {change.fingerprint: change.was_value for change in comparison.changes} if comparison else {}
    purchases = _list_purchases(results, specs, rules, growth, alone=snapshot.tenant_kind is TenantKind.USER)
    found = {}
    for result in results:
        spec = specs[result.code]
        for finding in result.findings:
            purchase = purchases.get(finding.fingerprint)
            day, basis = _find_forecast_day(spec, finding, snapshot)
            if day is None and spec.exhausts and comparison:
                moment = comparison.baseline_as_of
                day, basis = _extrapolate(finding.value, was.get(finding.fingerprint), moment, snapshot.as_of)
            elif day is None and spec.sizing and spec.sizing.what == "data_disk":
                day, basis = _find_full_day(figures)
            if purchase or day:
                found[finding.fingerprint] = Outlook(purchase, day, basis)
    return found


def _list_purchases(
    results: Sequence[CheckResult],
    specs: Mapping[str, CheckSpec],
    rules: Mapping[str, Rule],
    growth_pct: float,
    *,
    alone: bool,
) -> Mapping[str, Purchase]:
    """Return the size to buy by the fingerprint of the finding.

    Findings that ask for more of the same thing are one purchase: each tells the size that is enough for all of them.
    Those of a user tenant (``alone``) are about one order, whether they name the tenant or one of its zones.
    """
    asked = [
        (finding, sizing, rules[result.code])
        for result in results
        for finding in result.findings
        if (sizing := _choose_sizing(specs[result.code].sizing, finding))
    ]
    asked.sort(key=lambda item: item[1].what != _MEMORY)  # other sizes go by the memory that is ordered
    found: dict[str, tuple[tuple[str, str], Purchase]] = {}
    largest: dict[tuple[str, str], Purchase] = {}
    for finding, sizing, rule in asked:
        place = "" if alone else finding.resource
        memory = largest.get((_MEMORY, place))
        purchase = _size(sizing, finding, rule, growth_pct, memory.needed if memory else 0.0)
        if purchase:
            key = purchase.what, place
            found[finding.fingerprint] = key, purchase
            largest[key] = max(largest.get(key, purchase), purchase, key=lambda one: one.needed)
    return {
        fingerprint: replace(largest[key], present=purchase.present) for fingerprint, (key, purchase) in found.items()
    }


def _choose_sizing(sizing: Sizing | None, finding: Finding) -> Sizing | None:
    """Return the first way to find the size for which the finding tells what there is."""
    while sizing and sizing.present and _read_number(finding.evidence.get(sizing.present)) is None:
        sizing = sizing.otherwise
    return sizing


def _size(
    sizing: Sizing, finding: Finding, rule: Rule, growth_pct: float, ordered_memory: float = 0.0
) -> Purchase | None:
    """Return the size to buy; None where a figure is missing, or it would be no more than there is.

    What goes by the memory goes by the memory that is to be ordered, where that is more.
    """
    present = _read_number(finding.evidence.get(sizing.present) if sizing.present else finding.value)
    if not isinstance(rule.judge, Ladder) or present is None:
        return None
    if sizing.times:
        found = _size_by_ratio(sizing, finding, _find_mildest(rule.judge), ordered_memory)
    elif sizing.per_gib:
        found = _size_by_number(sizing, finding, _find_mildest(rule.judge))
    elif rule.judge.descending and not sizing.demand:
        found = _size_by_limit(sizing, _find_mildest(rule.judge))
    else:
        found = _size_by_use(sizing, finding, rule, present, growth_pct)
    if found is None:
        return None
    needed, formula = _round_up(found[0], sizing.unit), found[1]
    if sizing.with_meta:
        meta = _find_meta(needed)
        needed, present = needed + meta, present + _find_meta(present)
        formula = Text(_WITH_META, {"formula": formula, "meta_bytes": meta})
    return Purchase(sizing.what, present, needed, sizing.unit, formula) if needed > present else None


def _size_by_limit(sizing: Sizing, least: float) -> tuple[float, Text]:
    return least, Text(_LEAST[sizing.unit], {_name("least", sizing.unit): least})


def _size_by_number(sizing: Sizing, finding: Finding, least: float) -> tuple[float, Text] | None:
    """Return the bytes for so many objects at a number for each GiB that is a finding."""
    count = _read_number(finding.evidence.get(sizing.demand))
    if count is None:
        return None
    return count / least * _GIB, Text(_PER_GIB, {"objects_count": int(count), "least_count": least})


def _find_meta(rest: float) -> float:
    """Return what the META tenant takes beside this much memory: 1 GiB, of units above 10 GiB a tenth.

    Source: 100.system-tenants/700.create-resource-unit.md of 4.2.5, as cited by the checks of units.
    """
    return float(max(_GIB, math.ceil(rest / 9)))


def _size_by_ratio(sizing: Sizing, finding: Finding, ratio: float, ordered_memory: float) -> tuple[float, Text] | None:
    given = _read_number(finding.evidence.get(sizing.times))
    if given is None:
        return None
    base = max(given, ordered_memory)
    return ratio * base, Text(_TIMES, {"least_ratio": ratio, "base_bytes": base})


def _size_by_use(
    sizing: Sizing, finding: Finding, rule: Rule, present: float, growth_pct: float
) -> tuple[float, Text] | None:
    """Return what is in use, with a year of growth, as the share of the size that is aimed at."""
    share = _read_number(finding.evidence.get(sizing.share) if sizing.share else finding.value)
    used = _read_number(finding.evidence.get(sizing.demand)) if sizing.demand else _multiply(present, share)
    given = rule.params_values.get(sizing.aim_param) if sizing.aim_param else None
    aim_pct = _read_number(given) if sizing.aim_param else _find_mildest(rule.judge)  # type: ignore[arg-type]
    if used is None or not aim_pct:
        return None
    if sizing.ahead:
        return used / (aim_pct / _WHOLE), Text(_AHEAD, {"aim_pct": aim_pct, "used_bytes": used})
    kind = "of_limit" if sizing.of_limit else _KINDS.get(sizing.what, "bytes")
    args: dict[str, Scalar] = {"aim_pct": aim_pct, "growth_pct": growth_pct, "share_pct": share, "base_bytes": present}
    args |= {"used_bytes": used, "used_ratio": used, "used_count": round(used)}
    formula = (_GROWN if growth_pct > 0 else _STEADY)[kind]
    return used * (1 + growth_pct / _WHOLE) / (aim_pct / _WHOLE), Text(formula, args)


def _multiply(present: float, share_pct: float | None) -> float | None:
    return None if share_pct is None else present * share_pct / _WHOLE


def _name(stem: str, unit: Unit) -> str:
    """Return the name of a figure with the ending that tells its unit."""
    return f"{stem}_bytes" if unit is Unit.BYTES else f"{stem}_ratio"


def _find_mildest(ladder: Ladder) -> float:
    limits = [limit for _, limit in ladder.rungs]
    return max(limits) if ladder.descending else min(limits)


def _read_number(value: Scalar) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _round_up(value: float, unit: Unit) -> float:
    """Return the next whole GiB or core above: a limit that is just reached is a finding still."""
    step = _GIB if unit is Unit.BYTES else 1
    return float((math.floor(value / step) + 1) * step)


def _extrapolate(
    value: float | str | None, was: float | str | None, before: datetime, now: datetime
) -> tuple[date | None, Text | None]:
    """Return when a share reaches all of it, by the line through two assessments that lie far enough apart."""
    days = (now - before) / timedelta(days=1)
    if not isinstance(value, int | float) or not isinstance(was, int | float) or days < _FEWEST_DAYS:
        return None, None
    per_day = (value - was) / days
    left_days = (_WHOLE - value) / per_day if per_day > 0 else math.inf
    if not 0 <= left_days <= _FAR_DAYS:
        return None, None
    text = Text("from {was_pct} to {now_pct} in {span_days}", {"was_pct": was, "now_pct": value, "span_days": days})
    return (now + timedelta(days=left_days)).date(), text


def _find_forecast_day(spec: CheckSpec, finding: Finding, snapshot: Snapshot) -> tuple[date | None, Text | None]:
    """Return the likely day by the forecast of this very level, with its interval."""
    kind = spec.foretells or (spec.level.kind if spec.level else "")
    rows = snapshot.list_rows(DaysToLimit) if kind else ()
    row = next((row for row in rows if (row.series, row.resource) == (kind, finding.resource)), None)
    if row is None or row.lack or row.likely_days is None or row.near_days is None:
        return None, None
    today = snapshot.as_of.astimezone(UTC).date()
    first, last = (today + timedelta(days=days) for days in (row.near_days, row.far_days or row.horizon_days))
    args: dict[str, Scalar] = {"points_count": row.points_count, "first": first.isoformat(), "last": last.isoformat()}
    text = _BETWEEN if row.far_days is not None else _BETWEEN_OR_LATER
    return today + timedelta(days=row.likely_days), Text(text, args)


def _find_full_day(figures: Figures) -> tuple[date | None, Text | None]:
    """Return the first day on which a data disk is full by its forecast."""
    dated = [forecast for forecast in figures.forecasts if forecast.kind == "data_disk" and forecast.full_on]
    if not dated:
        return None, None
    first = min(dated, key=lambda forecast: forecast.full_on or date.max)
    return first.full_on, Text("by its forecast, {growth_bytes} a day", {"growth_bytes": round(first.bytes_per_day)})
