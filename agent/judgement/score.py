"""Computes the score from results: risk points R, 100 * exp(-R/100), and what each check contributes. Pure.

Scores are printed with one digit, and everything is decided on printed numbers: the band follows from the rounded
value, points lost add up to exactly 100 minus that value, a gain is the difference of two values as printed.

On a user tenant a check that the platform has to act on takes no points. It does not count in coverage and range
either: both say how far the value can be trusted, and no finding of this check would move the value.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.judgement.assessed import ASSESSED, CARRY_LIMIT, NOT_ANSWERED, list_counted_findings
from agent.judgement.carrying import list_carried
from agent.judgement.score_range import Root, estimate_hidden_risk, find_root, is_answered_in_full
from agent.judgement.severity import RISK_CLASSES, find_class
from agent.model.comparison import Earlier
from agent.model.result import BAND_LIMITS, Carried, CategoryScore, CheckResult, Finding, Score, ScoredResult, Unlock
from agent.model.rule import ScoringPolicy
from agent.model.terms import Actor, Severity, TenantKind, Text
from agent.support.i18n import render_text

_DIGITS = 1
_LOWEST_SCORE = 0.1  # the score is never 0, so that an improvement always shows
_GRADED_FROM_PCT = 60.0
_FIRM_FROM_PCT = 80.0
# No grade may say that all is well while a check that could find something critical has not seen everything.
_BANDS_OF_FULL_SIGHT = frozenset({"excellent", "good"})


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one check costs by itself. ``root`` is the cause that it shares with other checks, or the check itself."""

    code: str
    root: Root
    points: float
    carried: tuple[Carried, ...] = ()


def score_results(
    results: Sequence[CheckResult], policy: ScoringPolicy, tenant_kind: TenantKind, earlier: Earlier | None = None
) -> Score:
    """Score one assessment; the order of ``results`` does not matter.

    ``high`` leaves out what is carried from earlier assessments: it may be mended. ``low`` allows for what checks may
    hide that were not assessed.

    ``hidden_by_mutes`` is the number of points by which the mutes raise the value. ``hidden_by_overrides`` stays 0.0,
    because it needs a second evaluation. Raises ValueError if a check's code occurs twice.
    """
    by_code = {result.code: result for result in sorted(results, key=lambda result: result.code)}
    if len(by_code) != len(results):
        raise ValueError("a check's code comes twice among the results")
    taking_part = [result for result in by_code.values() if _takes_part(result, tenant_kind)]
    costs = _list_costs(taking_part, earlier)
    value = _compute_value(costs)
    points = {cost.code: cost.points for cost in costs}
    coverage_pct = _compute_coverage_pct(taking_part)
    band = _choose_band(value, costs, coverage_pct)
    blocking = _list_unseen_critical(taking_part) if band in _BANDS_OF_FULL_SIGHT else ()
    scored = _score_checks(by_code, costs, value)
    return Score(
        value=value,
        low=_compute_value(costs, estimate_hidden_risk(taking_part, points, policy)),
        high=_compute_value(_list_costs(taking_part, None)),
        band=None if blocking else band,
        grade_needs=blocking,
        provisional=coverage_pct < _FIRM_FROM_PCT,
        coverage_pct=coverage_pct,
        categories=_score_categories(by_code.values(), taking_part, scored),
        results=scored,
        unlocks=list_unlocks(by_code.values(), tenant_kind),
        hidden_by_mutes=round(value - _compute_value(_list_costs(taking_part, earlier, with_muted=True)), _DIGITS),
    )


def compute_gain(
    results: Sequence[CheckResult], codes: Collection[str], tenant_kind: TenantKind, earlier: Earlier | None = None
) -> float:
    """Return the points by which the score would rise if all these checks were mended."""
    costs = _list_costs([result for result in results if _takes_part(result, tenant_kind)], earlier)
    return _measure_gain(costs, codes, _compute_value(costs))


def list_unlocks(results: Collection[CheckResult], tenant_kind: TenantKind) -> tuple[Unlock, ...]:
    """Return what would let more checks be assessed; what adds most to the coverage comes first.

    The additions and the present coverage are in tenths and add up to exactly 100 %, if any check applies.
    """
    groups: dict[str, list[CheckResult]] = {}
    needs: dict[str, tuple[Text, ...]] = {}
    counted = {result.code: result for result in results if _takes_part(result, tenant_kind)}
    for result in sorted(results, key=lambda result: result.code):
        if result.outcome in NOT_ANSWERED:
            wanted = (*([result.unlock] if result.unlock else []), *result.also_needs)
            key = "\n".join(sorted(render_text(text, "en") for text in wanted))  # values that are not said do not part
            groups.setdefault(key, []).append(result)
            needs.setdefault(key, wanted)
    stakes = {key: math.fsum(r.risk_stake for r in members if r.code in counted) for key, members in groups.items()}
    added = _split_in_tenths(stakes, 100 - _compute_coverage_pct(list(counted.values())))
    found = [Unlock(needs[key], tuple(r.code for r in members), added[key]) for key, members in groups.items()]
    return tuple(sorted(found, key=lambda unlock: (-unlock.coverage_pct, unlock.codes)))


def _takes_part(result: CheckResult, tenant_kind: TenantKind) -> bool:
    applies = result.outcome in ASSESSED or result.outcome in NOT_ANSWERED
    return applies and not (tenant_kind is TenantKind.USER and result.actor is Actor.PLATFORM)


def _list_costs(results: Collection[CheckResult], earlier: Earlier | None, *, with_muted: bool = False) -> list[_Cost]:
    """Every check that costs points or has carried findings, dearest first, then by code."""
    costs, unseen = [], list_carried(results, earlier)
    for result in results:
        carried = tuple(entry for entry in unseen.get(result.code, ()) if _is_counted(entry.finding, with_muted))
        if not result.findings and not carried:
            continue
        points = _compute_points(list_counted_findings(result, ScoredResult(carried=carried)), with_muted)
        if points or carried:
            costs.append(_Cost(result.code, find_root(result), points, carried))
    return sorted(costs, key=lambda cost: (-cost.points, cost.code))


def _compute_points(findings: Iterable[Finding], with_muted: bool) -> float:
    """Risk points of one check: its worst finding, moved towards the cap by how many are as severe. 0.0 without any.

    A muted finding does not count, unless it is critical: a mute must not hide a danger from the score.
    """
    counted = [finding for finding in findings if _is_counted(finding, with_muted)]
    if not counted:
        return 0.0
    severity = max((finding.severity for finding in counted), key=lambda severity: severity.rank)
    points = [finding.risk_points for finding in counted if finding.severity is severity]
    cap = RISK_CLASSES[severity].highest
    return cap - (cap - max(points)) / (1 + math.log2(len(points)))


def _is_counted(finding: Finding, with_muted: bool) -> bool:
    return with_muted or not finding.muted or finding.severity is Severity.CRITICAL


def _find_leaders(costs: Iterable[_Cost]) -> dict[Root, _Cost]:
    """Root -> the check whose points count for it. ``costs`` must be sorted, dearest first."""
    leaders: dict[Root, _Cost] = {}
    for cost in costs:
        if cost.points:
            leaders.setdefault(cost.root, cost)
    return leaders


def _compute_value(costs: Iterable[_Cost], hidden: float = 0.0) -> float:
    # fsum is exact in any order, so neither the order nor a removal can move the sum the wrong way.
    risk = math.fsum([hidden, *(cost.points for cost in _find_leaders(costs).values())])
    return max(_LOWEST_SCORE, round(100 * math.exp(-risk / 100), _DIGITS))


def _measure_gain(costs: Sequence[_Cost], codes: Collection[str], value: float) -> float:
    return round(_compute_value([cost for cost in costs if cost.code not in codes]) - value, _DIGITS)


def _score_checks(codes: Iterable[str], costs: Sequence[_Cost], value: float) -> dict[str, ScoredResult]:
    leaders = _find_leaders(costs)
    counted = {leader.code: leader.points for leader in leaders.values()}
    lost = _split_in_tenths(counted, 100 - value)
    scored = {code: ScoredResult() for code in codes}
    for cost in costs:
        is_symptom = cost.points and cost.code not in counted
        scored[cost.code] = ScoredResult(
            risk_points=counted.get(cost.code, 0.0),
            points_lost=lost.get(cost.code, 0.0),
            gain=_measure_gain(costs, (cost.code,), value),
            symptom_of=leaders[cost.root].code if is_symptom else "",
            carried=cost.carried,
        )
    return scored


def _split_in_tenths(parts: Mapping[str, float], whole: float) -> dict[str, float]:
    """Split the whole in proportion to the parts, in tenths that add up: by largest remainder, ties by key."""
    scale = 10**_DIGITS
    total, sum_of_parts = round(whole * scale), math.fsum(parts.values())
    exact = {key: part / sum_of_parts * total if sum_of_parts else 0.0 for key, part in parts.items()}
    shares = {key: math.floor(share) for key, share in exact.items()}
    left = total - sum(shares.values()) if sum_of_parts else 0
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += 1
    return {key: share / scale for key, share in shares.items()}


def _score_categories(
    results: Iterable[CheckResult], taking_part: Sequence[CheckResult], scored: Mapping[str, ScoredResult]
) -> dict[str, CategoryScore]:
    """One entry per category that has a check.

    Its points are None if nothing of it was assessed, unless carried points count there: the table must add up.
    """
    categories = {}
    for category in sorted({result.category for result in results}):
        members = [result for result in taking_part if result.category is category]
        risk_points = math.fsum(scored[member.code].risk_points for member in members)
        known = risk_points > 0 or any(member.outcome in ASSESSED for member in members)
        lost = round(math.fsum(scored[member.code].points_lost for member in members), _DIGITS)
        categories[category.value] = CategoryScore(lost if known else None, risk_points, _compute_coverage_pct(members))
    return categories


def _compute_coverage_pct(taking_part: Sequence[CheckResult]) -> float:
    """Share of the risk points at stake that assessed checks have, 0-100; 0.0 if no check applies."""
    at_stake = math.fsum(result.risk_stake for result in taking_part)
    assessed = math.fsum(result.risk_stake for result in taking_part if result.outcome in ASSESSED)
    return round(100 * assessed / at_stake, _DIGITS) if at_stake else 0.0


def _choose_band(value: float, costs: Iterable[_Cost], coverage_pct: float) -> str | None:
    if coverage_pct < _GRADED_FROM_PCT or _has_long_unseen(costs):
        return None
    band = next(name for name, lowest in BAND_LIMITS if value >= lowest)
    has_high = any(cost.points >= RISK_CLASSES[Severity.HIGH].lowest for cost in costs)
    return "good" if has_high and band == "excellent" else band


def _list_unseen_critical(taking_part: Iterable[CheckResult]) -> tuple[str, ...]:
    """Codes of the checks that could find something critical and were not assessed in full."""
    return tuple(
        result.code
        for result in taking_part
        if find_class(result.risk_stake) is Severity.CRITICAL and not is_answered_in_full(result)
    )


def _has_long_unseen(costs: Iterable[_Cost]) -> bool:
    return any(entry.runs > CARRY_LIMIT for cost in costs for entry in cost.carried)
