"""Judges a measured value by its rule: a severity and risk points. Pure.

Every severity has a class of risk points that does not touch another, so points alone tell the severity. A ladder
places the value inside the class; a yes/no rule and an expected value take the lower end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from agent.model.rule import Expected, Fixed, Ladder
from agent.model.terms import Severity


class RiskClass(NamedTuple):
    """The risk points that a severity can have, both ends included."""

    lowest: float
    highest: float

    def place(self, share: float) -> float:
        """Return the points at this share (0-1) of the class."""
        return self.lowest + share * (self.highest - self.lowest)


RISK_CLASSES: Mapping[Severity, RiskClass] = MappingProxyType(
    {
        Severity.LOW: RiskClass(0.3, 0.6),
        Severity.MEDIUM: RiskClass(1.5, 3.0),
        Severity.HIGH: RiskClass(8.0, 16.0),
        Severity.CRITICAL: RiskClass(52.0, 90.0),
    }
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A measurement that is a finding. ``limit`` is the rung reached, or what was expected, or None (yes/no rule)."""

    severity: Severity
    risk_points: float
    limit: float | str | None


def judge_value(rule: Ladder | Fixed | Expected, value: float | str | None) -> Judgement | None:
    """Judge one value; None if it is fine.

    Raises ValueError if a ladder gets anything but a number. That is a fault of the check: it must neither pass nor
    become a finding.
    """
    if isinstance(rule, Ladder):
        return _judge_on_ladder(rule, value)
    if isinstance(rule, Fixed):
        return Judgement(rule.severity, RISK_CLASSES[rule.severity].lowest, None)
    if _is_expected(rule, value):
        return None
    return Judgement(rule.severity, RISK_CLASSES[rule.severity].lowest, rule.shown)


def find_top_class(rule: Ladder | Fixed | Expected) -> Severity:
    """Return the worst severity that the rule can give."""
    if isinstance(rule, Ladder):
        return max((severity for severity, _ in rule.rungs), key=lambda severity: severity.rank)
    return rule.severity


def compute_stake(rule: Ladder | Fixed | Expected) -> float:
    """Return the risk points at stake while the check is not assessed: the lower end of its top class."""
    return RISK_CLASSES[find_top_class(rule)].lowest


def find_class(risk_points: float) -> Severity:
    """Return the severity whose class holds these points, or the one below; LOW for less than any class has."""
    reached = (severity for severity in Severity if RISK_CLASSES[severity].lowest <= risk_points)
    return max(reached, key=lambda severity: severity.rank, default=Severity.LOW)


def _judge_on_ladder(rule: Ladder, value: float | str | None) -> Judgement | None:
    if not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"a ladder judges numbers, but the check measured {value!r}")
    sign = -1.0 if rule.descending else 1.0
    rungs = _sort_rungs(rule.rungs)
    reached = [place for place, (_, limit) in enumerate(rungs) if sign * value >= sign * limit]
    if not reached:
        return None
    severity, limit = rungs[reached[-1]]
    bounds = [bound for _, bound in rungs[reached[-1] + 1 :]]
    bound = bounds[0] if bounds else rule.worst
    share = 0.0 if bound is None else _compute_share(sign * (value - limit), sign * (bound - limit))
    return Judgement(severity, RISK_CLASSES[severity].place(share), limit)


@cache  # a large schema calls this a hundred thousand times with a handful of ladders
def _sort_rungs(rungs: tuple[tuple[Severity, float], ...]) -> tuple[tuple[Severity, float], ...]:
    return tuple(sorted(rungs, key=lambda rung: rung[0].rank))


def _compute_share(passed: float, span: float) -> float:
    """How far the value is into its class, 0-1. Beyond ``worst`` it stays 1, and an empty span gives 1 at once."""
    return min(1.0, passed / span) if span > 0 else 1.0


def _is_expected(rule: Expected, value: float | str | None) -> bool:
    # Compared one by one, because ``in`` would let the very same NaN object pass.
    if any(value == expected for expected in rule.one_of):
        return True
    if not isinstance(value, int | float) or (rule.minimum is None and rule.maximum is None):
        return False
    lowest = -math.inf if rule.minimum is None else rule.minimum
    highest = math.inf if rule.maximum is None else rule.maximum
    return lowest <= value <= highest
