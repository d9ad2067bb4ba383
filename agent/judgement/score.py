"""From results to the score: risk points R, 100 * exp(-R/100), and what each check contributes. Pure.

Printed precision is one digit, and everything is decided on printed numbers: the band belongs to the rounded value,
points lost add up to exactly 100 minus that value, a gain is the difference of two values that a reader could see.

On a user tenant a check that the platform has to act on takes no points. It leaves coverage and range too: both say
how far the value can be trusted, and nothing that this check could have found would move the value.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.judgement.severity import RISK_CLASSES
from agent.model.comparison import Earlier
from agent.model.result import Carried, CategoryScore, CheckResult, Finding, Score, ScoredResult, Unlock
from agent.model.rule import ScoringPolicy
from agent.model.terms import Actor, Outcome, Severity, TenantKind, Text

ASSESSED = frozenset({Outcome.PASS, Outcome.FINDING, Outcome.MUTED})
NOT_ANSWERED = frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})
CARRY_LIMIT = 2  # assessments for which a finding that cannot be looked for again keeps its points
_DIGITS = 1
_SMALLEST = 0.1  # the score is never 0: however bad, mending something must be able to show
_GRADED_FROM_PCT = 60.0
_FIRM_FROM_PCT = 80.0
BANDS = (("excellent", 90.0), ("good", 75.0), ("attention", 60.0), ("poor", 40.0), ("danger", 0.0))


def was_judged(result: CheckResult | None, resource: str) -> bool:
    """Whether the check looked at this resource, so that one without a finding has none."""
    if result is None or resource in result.unjudged:
        return False
    return (result.outcome in ASSESSED and not result.reason) or resource in result.well


def list_counted_findings(result: CheckResult, scored: ScoredResult) -> tuple[Finding, ...]:
    """What the points come from: found now, or carried and not for too long."""
    return (*result.findings, *(entry.finding for entry in scored.carried if entry.runs <= CARRY_LIMIT))


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one check costs by itself. ``root`` is the cause it shares with others, or the check alone."""

    code: str
    root: tuple[str, str]
    points: float
    carried: tuple[Carried, ...] = ()


def score_results(
    results: Sequence[CheckResult], policy: ScoringPolicy, tenant_kind: TenantKind, earlier: Earlier | None = None
) -> Score:
    """The verdict on one assessment; the order of ``results`` does not matter.

    ``hidden_by_mutes`` is how many points higher the value stands for the mutes; ``hidden_by_overrides`` is left 0.0,
    for it takes a second evaluation. Raises ValueError where a check's code comes twice.
    """
    by_code = {result.code: result for result in sorted(results, key=lambda result: result.code)}
    if len(by_code) != len(results):
        raise ValueError("a check's code comes twice among the results")
    taking_part = [result for result in by_code.values() if _takes_part(result, tenant_kind)]
    costs = _costs(taking_part, earlier)
    value = _value(costs)
    open_stake = math.fsum(result.risk_stake for result in taking_part if result.outcome in NOT_ANSWERED)
    coverage_pct = _coverage_pct(taking_part)
    scored = _scored(by_code, costs, value)
    return Score(
        value=value,
        low=_value(costs, open_stake * policy.prior_failure_rate_pct / 100),
        high=value,
        band=_band(value, costs, coverage_pct),
        provisional=coverage_pct < _FIRM_FROM_PCT,
        coverage_pct=coverage_pct,
        categories=_categories(by_code.values(), taking_part, scored),
        results=scored,
        unlocks=list_unlocks(by_code.values(), tenant_kind),
        hidden_by_mutes=round(value - _value(_costs(taking_part, earlier, with_muted=True)), _DIGITS),
    )


def compute_gain(
    results: Sequence[CheckResult], codes: Collection[str], tenant_kind: TenantKind, earlier: Earlier | None = None
) -> float:
    """Points by which the score would rise if these checks were mended, all together."""
    costs = _costs([result for result in results if _takes_part(result, tenant_kind)], earlier)
    return _gain(costs, codes, _value(costs))


def list_unlocks(results: Collection[CheckResult], tenant_kind: TenantKind) -> tuple[Unlock, ...]:
    """What would let the checks that are not assessed be assessed, by what it adds to the coverage, most first.

    The additions and the coverage now are tenths that add up to exactly 100 %, where any check applies.
    """
    groups: dict[str, list[CheckResult]] = {}
    needs: dict[str, tuple[Text, ...]] = {}
    counted = {result.code: result for result in results if _takes_part(result, tenant_kind)}
    for result in sorted(results, key=lambda result: result.code):
        if result.outcome in NOT_ANSWERED:
            wanted = (*([result.unlock] if result.unlock else []), *result.also_needs)
            key = "\n".join(sorted(map(repr, wanted)))
            groups.setdefault(key, []).append(result)
            needs.setdefault(key, wanted)
    stakes = {key: math.fsum(r.risk_stake for r in members if r.code in counted) for key, members in groups.items()}
    added = _dealt_out(stakes, 100 - _coverage_pct(list(counted.values())))
    found = [Unlock(needs[key], tuple(r.code for r in members), added[key]) for key, members in groups.items()]
    return tuple(sorted(found, key=lambda unlock: (-unlock.coverage_pct, unlock.codes)))


def _takes_part(result: CheckResult, tenant_kind: TenantKind) -> bool:
    applies = result.outcome in ASSESSED or result.outcome in NOT_ANSWERED
    return applies and not (tenant_kind is TenantKind.USER and result.actor is Actor.PLATFORM)


def _costs(results: Iterable[CheckResult], earlier: Earlier | None, *, with_muted: bool = False) -> list[_Cost]:
    """Every check that costs or is carried, dearest first, then by code."""
    costs = []
    for result in results:
        root = (result.group, "" if result.group else result.code)
        carried = tuple(_carried(result, earlier, with_muted)) if earlier else ()
        points = _points(list_counted_findings(result, ScoredResult(carried=carried)), with_muted)
        if points or carried:
            costs.append(_Cost(result.code, root, points, carried))
    return sorted(costs, key=lambda cost: (-cost.points, cost.code))


def _points(findings: Iterable[Finding], with_muted: bool) -> float:
    """One check costs once: its worst finding, moved towards the cap by how many are as severe. 0.0 without any.

    A muted finding leaves, unless it is critical: nobody can sign a danger away.
    """
    counted = [finding for finding in findings if _counts(finding, with_muted)]
    if not counted:
        return 0.0
    severity = max((finding.severity for finding in counted), key=lambda severity: severity.rank)
    points = [finding.risk_points for finding in counted if finding.severity is severity]
    cap = RISK_CLASSES[severity].highest
    return cap - (cap - max(points)) / (1 + math.log2(len(points)))


def _counts(finding: Finding, with_muted: bool) -> bool:
    return with_muted or not finding.muted or finding.severity is Severity.CRITICAL


def _carried(result: CheckResult, earlier: Earlier, with_muted: bool) -> Iterator[Carried]:
    """What counted then and is neither found nor well now, where not all could be judged; the longest first.

    After ``CARRY_LIMIT`` assessments its points leave. Where the check is not assessed at all, the entry stays
    without points and withholds the band; where it is in part, a resource unseen for so long is taken to be gone.
    """
    before = earlier.results.get(result.code)
    if before is None:
        return
    found = {finding.resource for finding in result.findings}
    entries = [Carried(entry.finding, entry.since, entry.runs + 1) for entry in earlier.scored[result.code].carried]
    entries += [Carried(finding, earlier.id, 1) for finding in before.findings]
    for entry in entries:
        lasts = entry.runs <= CARRY_LIMIT or result.outcome in NOT_ANSWERED
        seen = entry.finding.resource in found or was_judged(result, entry.finding.resource)
        if lasts and not seen and _counts(entry.finding, with_muted):
            yield entry


def _leaders(costs: Iterable[_Cost]) -> dict[tuple[str, str], _Cost]:
    """Root -> the check that pays for it. ``costs`` come dearest first."""
    leaders: dict[tuple[str, str], _Cost] = {}
    for cost in costs:
        if cost.points:
            leaders.setdefault(cost.root, cost)
    return leaders


def _value(costs: Iterable[_Cost], prior: float = 0.0) -> float:
    # fsum is exact whatever the order, so neither order nor a removal can move the sum the wrong way.
    risk = math.fsum([prior, *(cost.points for cost in _leaders(costs).values())])
    return max(_SMALLEST, round(100 * math.exp(-risk / 100), _DIGITS))


def _gain(costs: Sequence[_Cost], codes: Collection[str], value: float) -> float:
    return round(_value([cost for cost in costs if cost.code not in codes]) - value, _DIGITS)


def _scored(codes: Iterable[str], costs: Sequence[_Cost], value: float) -> dict[str, ScoredResult]:
    leaders = _leaders(costs)
    counted = {leader.code: leader.points for leader in leaders.values()}
    lost = _dealt_out(counted, 100 - value)
    scored = {code: ScoredResult() for code in codes}
    for cost in costs:
        is_symptom = cost.points and cost.code not in counted
        scored[cost.code] = ScoredResult(
            risk_points=counted.get(cost.code, 0.0),
            points_lost=lost.get(cost.code, 0.0),
            gain=_gain(costs, (cost.code,), value),
            symptom_of=leaders[cost.root].code if is_symptom else "",
            carried=cost.carried,
        )
    return scored


def _dealt_out(parts: Mapping[str, float], whole: float) -> dict[str, float]:
    """The whole, dealt out by the parts in tenths by largest remainder (ties by key), so that the tenths add up."""
    scale = 10**_DIGITS
    total, sum_of_parts = round(whole * scale), math.fsum(parts.values())
    exact = {key: part / sum_of_parts * total if sum_of_parts else 0.0 for key, part in parts.items()}
    shares = {key: math.floor(share) for key, share in exact.items()}
    left = total - sum(shares.values()) if sum_of_parts else 0
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += 1
    return {key: share / scale for key, share in shares.items()}


def _categories(
    results: Iterable[CheckResult], taking_part: Sequence[CheckResult], scored: Mapping[str, ScoredResult]
) -> dict[str, CategoryScore]:
    """One entry per category that has a check at all.

    Its points are None where nothing of it was assessed, unless carried points count there: the table must add up.
    """
    categories = {}
    for category in sorted({result.category for result in results}):
        members = [result for result in taking_part if result.category is category]
        risk_points = math.fsum(scored[member.code].risk_points for member in members)
        known = risk_points > 0 or any(member.outcome in ASSESSED for member in members)
        lost = round(math.fsum(scored[member.code].points_lost for member in members), _DIGITS)
        categories[category.value] = CategoryScore(lost if known else None, risk_points, _coverage_pct(members))
    return categories


def _coverage_pct(taking_part: Sequence[CheckResult]) -> float:
    """Risk points at stake in assessed checks, of all that apply; 0.0 where nothing does."""
    at_stake = math.fsum(result.risk_stake for result in taking_part)
    assessed = math.fsum(result.risk_stake for result in taking_part if result.outcome in ASSESSED)
    return round(100 * assessed / at_stake, _DIGITS) if at_stake else 0.0


def _band(value: float, costs: Iterable[_Cost], coverage_pct: float) -> str | None:
    if coverage_pct < _GRADED_FROM_PCT or _long_unseen(costs):
        return None
    band = next(name for name, lowest in BANDS if value >= lowest)
    has_high = any(cost.points >= RISK_CLASSES[Severity.HIGH].lowest for cost in costs)
    return "good" if has_high and band == "excellent" else band


def _long_unseen(costs: Iterable[_Cost]) -> bool:
    return any(entry.runs > CARRY_LIMIT for cost in costs for entry in cost.carried)
