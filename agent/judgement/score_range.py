"""Estimates the risk that checks hide which were not assessed, for the low end of the score's range. Pure.

A check that was not assessed is taken to have findings as often as checks of its class usually have (``scoring`` in
rules.yaml), times how this tenant compares: where the assessed checks find twice as much as usual, the others are
taken to hide twice as much. A root cause counts once, as in the score, and only by what exceeds its known points.

The sum of what is hidden is a chance, so its whole distribution is added up, and the answer is a high quantile of it:
the points that are exceeded in few cases only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.judgement.assessed import NOT_ANSWERED
from agent.judgement.severity import RISK_CLASSES, find_class
from agent.model.result import CheckResult
from agent.model.rule import ScoringPolicy
from agent.model.terms import Severity

Root = tuple[str, str]
_STEP = 0.25  # risk points: how finely the distribution is kept
_NEGLIGIBLE = 1e-9
_WORST_FIRST = sorted(Severity, key=lambda severity: -severity.rank)


@dataclass(frozen=True, slots=True)
class _Chance:
    """That a cause hides so many risk points beyond those known of it, in steps."""

    steps: int
    probability: float


def find_root(result: CheckResult) -> Root:
    """Return the cause that a check shares with others, or the check itself."""
    return result.group, "" if result.group else result.code


def is_answered_in_full(result: CheckResult) -> bool:
    """Whether the check was assessed and knows of nothing that it could not judge."""
    return result.outcome not in NOT_ANSWERED and not result.reason


def estimate_hidden_risk(results: Sequence[CheckResult], points: Mapping[str, float], policy: ScoringPolicy) -> float:
    """Return risk points; in ``policy.confidence_pct`` of cases no more than these are hidden. 0.0 if nothing can be.

    ``results`` are those that count in the score. ``points`` has the risk points of those with findings that count,
    by code; carried ones among them.
    """
    hidden: defaultdict[Root, list[CheckResult]] = defaultdict(list)
    known: defaultdict[Root, float] = defaultdict(float)
    for result in sorted(results, key=lambda result: result.code):
        root = find_root(result)
        known[root] = max(known[root], points.get(result.code, 0.0))
        if not is_answered_in_full(result):
            hidden[root].append(result)
    if not hidden:
        return 0.0
    factor = _compare_with_usual(results, points, policy)
    chances = [_list_chances(hidden[root], known[root], factor, policy) for root in sorted(hidden)]
    return _find_quantile(_add_chances(chances), policy.confidence_pct / 100)


def _compare_with_usual(results: Iterable[CheckResult], points: Mapping[str, float], policy: ScoringPolicy) -> float:
    """How many times as many checks have findings above low as is usual; 1.0 where nothing was assessed.

    The usual weighs as much as ``usual_weight`` checks with findings, so that few checks do not decide it.
    """
    found, usual = policy.usual_weight, [policy.usual_weight]
    for result in results:
        is_above_low = find_class(points.get(result.code, 0.0)).rank > Severity.LOW.rank
        if is_above_low or is_answered_in_full(result):
            found += is_above_low
            usual.append(_sum_usual(find_class(result.risk_stake), Severity.MEDIUM, policy))
    return found / math.fsum(usual)


def _sum_usual(top: Severity, least: Severity, policy: ScoringPolicy) -> float:
    """The usual share of checks of this class whose worst finding is at least so severe."""
    rates = policy.usual_findings_pct.get(top, {})
    return sum(pct for severity, pct in rates.items() if severity.rank >= least.rank) / 100


def _list_chances(members: Iterable[CheckResult], known: float, factor: float, policy: ScoringPolicy) -> list[_Chance]:
    """What the checks of one cause may hide: its worst finding costs, by how much it exceeds what is known."""
    classes = [find_class(result.risk_stake) for result in members]
    chances, worse = [], 0.0
    for severity in _WORST_FIRST:
        none = math.prod(1 - min(1.0, factor * _sum_usual(top, severity, policy)) for top in classes)
        more = max(0.0, RISK_CLASSES[severity].place(policy.usual_place_pct / 100) - known)
        chances.append(_Chance(round(more / _STEP), max(0.0, 1 - none - worse)))
        worse = max(worse, 1 - none)
    return [chance for chance in chances if chance.steps and chance.probability]


def _add_chances(causes: Iterable[Sequence[_Chance]]) -> Sequence[float]:
    """The probability of each sum, in steps. Large sums of hardly any probability are left out."""
    total = [1.0]
    for chances in causes:
        longest = max((chance.steps for chance in chances), default=0)
        nothing = 1 - math.fsum(chance.probability for chance in chances)
        added = [nothing * probability for probability in total] + [0.0] * longest
        for chance in chances:
            for steps, probability in enumerate(total, chance.steps):
                added[steps] += chance.probability * probability
        while added[-1] < _NEGLIGIBLE:
            added.pop()
        total = added
    return total


def _find_quantile(probabilities: Sequence[float], share: float) -> float:
    reached = 0.0
    for steps, probability in enumerate(probabilities):
        reached += probability
        if reached >= share:
            return steps * _STEP
    return (len(probabilities) - 1) * _STEP
