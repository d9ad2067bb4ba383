"""Explains why the score moved since an earlier assessment, in points that add up to the difference. Pure.

Risk points are additive and points of the score are not. So each difference of risk points is weighed with the
logarithmic mean of both scores: 100 * exp(-R/100) then splits exactly, in any order of the reasons.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from agent.judgement.assessed import is_known_gone, list_counted_findings
from agent.model.comparison import Earlier, ScoreChangeStep
from agent.model.result import CheckResult, Finding, Score, Sign, list_signs
from agent.model.terms import ScoreChangeKind

_Side = list[tuple[CheckResult, tuple[Finding, ...]]]  # each check of one root, and the findings that count
_SCALE = 10  # the score is printed in tenths


def explain_score_change(
    results: Sequence[CheckResult],
    score: Score,
    ruleset_sha256: str,
    earlier: Earlier,
    unchanged: Set[str] = frozenset(),
) -> tuple[ScoreChangeStep, ...]:
    """Return one step per reason that moved the score; none if one of the two saw too little to be compared.

    ``unchanged`` has the fingerprints of findings whose values moved no more than they do without a cause.
    """
    if earlier.score is None or not score.is_comparable:
        return ()
    moved = _sum_moved_risk(results, score, ruleset_sha256 != earlier.ruleset_sha256, earlier, unchanged)
    if not moved:
        return ()
    weight = compute_logarithmic_mean(score.value, earlier.score) / 100
    exact = {kind: -weight * risk for kind, risk in moved.items()}
    return _build_steps(exact, round((score.value - earlier.score) * _SCALE))


def _sum_moved_risk(
    results: Sequence[CheckResult], score: Score, rules_changed: bool, earlier: Earlier, unchanged: Set[str]
) -> Mapping[ScoreChangeKind, float]:
    """Risk points now minus then, by reason. A cause and its symptoms are one entry, and so are joined checks."""
    now: defaultdict[str, float] = defaultdict(float)
    was: defaultdict[str, float] = defaultdict(float)
    before: defaultdict[str, _Side] = defaultdict(list)
    after: defaultdict[str, _Side] = defaultdict(list)
    roots = {result.code: result.group or result.join or result.code for result in results}
    for result in results:
        root = roots[result.code]
        now[root] += score.results[result.code].risk_points
        after[root].append((result, list_counted_findings(result, score.results[result.code])))
    for code, result in earlier.results.items():
        root = roots.get(code, result.group or code)  # causes are grouped as they are now
        was[root] += earlier.scored[code].risk_points
        before[root].append((result, list_counted_findings(result, earlier.scored[code])))
    moved: defaultdict[ScoreChangeKind, float] = defaultdict(float)
    for root in sorted(now.keys() | was.keys()):
        if risk := now[root] - was[root]:
            sides = before[root], after[root]
            reason = _choose_reason(risk, was[root], now[root], sides, rules_changed=rules_changed)
            moved[ScoreChangeKind.CHANCE if _is_chance(reason, sides, unchanged) else reason] += risk
    return moved


def _choose_reason(
    risk: float, was: float, now: float, sides: tuple[_Side, _Side], *, rules_changed: bool
) -> ScoreChangeKind:
    before, after = sides
    if rules_changed and _collect_values(before) == _collect_values(after):
        return ScoreChangeKind.RULES
    if _has_unseen(before, after) or _has_unseen(after, before):
        return ScoreChangeKind.COVERAGE
    if risk > 0:
        return ScoreChangeKind.WORSENED if was else ScoreChangeKind.NEW
    return ScoreChangeKind.IMPROVED if now else ScoreChangeKind.RESOLVED


def _is_chance(reason: ScoreChangeKind, sides: tuple[_Side, _Side], unchanged: Set[str]) -> bool:
    """Whether the same findings cost other points although each of them is unchanged."""
    if reason not in (ScoreChangeKind.WORSENED, ScoreChangeKind.IMPROVED):
        return False
    were, are = ({finding.fingerprint for _, findings in side for finding in findings} for side in sides)
    return were == are and were <= unchanged


def _collect_values(side: _Side) -> frozenset[tuple[str, str]]:
    """What was measured, before any rule judged it."""
    signs = _list_signs((result, result.findings) for result, _ in side)
    return frozenset((sign.finding.fingerprint, str(sign.finding.value)) for sign in signs)


def _has_unseen(one: _Side, other: _Side) -> bool:
    """Whether one side has a finding that the other neither found nor could rule out."""
    there = {sign.finding.fingerprint for sign in _list_signs(other)}
    results = {result.code: result for result, _ in other}
    return any(
        sign.finding.fingerprint not in there and not is_known_gone(results.get(sign.code), sign.finding)
        for sign in _list_signs(one)
    )


def _list_signs(side: Iterable[tuple[CheckResult, tuple[Finding, ...]]]) -> Iterator[Sign]:
    for result, findings in side:
        for finding in findings:
            yield from list_signs(result.code, finding)


def compute_logarithmic_mean(one: float, other: float) -> float:
    """Return the logarithmic mean of two scores, by which a difference of risk points weighs."""
    return one if one == other else (one - other) / math.log(one / other)


def _build_steps(exact: Mapping[ScoreChangeKind, float], total: int) -> tuple[ScoreChangeStep, ...]:
    """Round to tenths by largest remainder, so that the printed points add up to the total."""
    tenths = {kind: math.floor(points * _SCALE) for kind, points in exact.items()}
    order = sorted(exact, key=lambda kind: (tenths[kind] - exact[kind] * _SCALE, kind))
    left = total - sum(tenths.values())
    for number in range(abs(left)):
        tenths[order[number % len(order)]] += 1 if left > 0 else -1
    return tuple(ScoreChangeStep(kind, tenths[kind] / _SCALE) for kind in ScoreChangeKind if tenths.get(kind))
