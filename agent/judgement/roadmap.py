"""Groups findings into units of work, in the order in which they should be done. Pure.

One action that clears several findings is one unit: the members of a root-cause group, checks with the same advice,
and parameters and variables that are set in the same way by the same deadline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.judgement.score import compute_gain
from agent.model.check import CheckSpec
from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Score
from agent.model.roadmap import WorkUnit
from agent.model.sql_stages import changes_something
from agent.model.terms import Category, Deadline, Effort, Outcome, RunAs, Severity, TenantKind

_DEADLINES: Mapping[Severity, Deadline] = {
    Severity.CRITICAL: Deadline.NOW,
    Severity.HIGH: Deadline.MONTH,
    Severity.MEDIUM: Deadline.QUARTER,
    Severity.LOW: Deadline.QUARTER,
}
_DEADLINE_ORDER = list(Deadline)


def plan_roadmap(
    results: Sequence[CheckResult],
    scored: Score,
    specs: Mapping[str, CheckSpec],
    tenant_kind: TenantKind,
    earlier: Earlier | None = None,
) -> tuple[WorkUnit, ...]:
    """Return the units of work by deadline, then by gain. Findings that cost nothing (the platform's) are left out."""
    units: defaultdict[tuple[str, ...], list[CheckResult]] = defaultdict(list)
    for result in results:
        point = scored.results[result.code]
        if result.outcome is Outcome.FINDING and (point.risk_points or point.symptom_of):
            units[_make_unit_key(result, specs[result.code])].append(result)
    found = []
    for members in units.values():
        members.sort(key=lambda result: (-scored.results[result.code].risk_points, result.code))
        codes = tuple(result.code for result in members)
        deadline = min((_choose_deadline(result) for result in members), key=_DEADLINE_ORDER.index)
        gain = compute_gain(results, codes, tenant_kind, earlier)
        found.append(WorkUnit(codes, deadline, classify_effort(members[0], specs[codes[0]]), gain, 0.0))
    found.sort(key=lambda unit: (_DEADLINE_ORDER.index(unit.deadline), -unit.gain, unit.codes))
    return _climb(found, results, scored, tenant_kind, earlier)


def _climb(
    units: Sequence[WorkUnit],
    results: Sequence[CheckResult],
    scored: Score,
    tenant_kind: TenantKind,
    earlier: Earlier | None,
) -> tuple[WorkUnit, ...]:
    """Return the units with what each adds in this order, so that the gains add up to the last score."""
    done: list[str] = []
    climbed = []
    reached = round(scored.value, 1)
    for unit in units:
        done += unit.codes
        after = round(scored.value + compute_gain(results, done, tenant_kind, earlier), 1)
        climbed.append(replace(unit, gain=round(after - reached, 1), score_after=after))
        reached = after
    return tuple(climbed)


def _make_unit_key(result: CheckResult, spec: CheckSpec) -> tuple[str, ...]:
    """A key that is equal for results that one action clears."""
    remedy = spec.remediation
    if result.group:
        return ("group", result.group)
    if spec.category is Category.PARAMETERS and any(finding.sql for finding in result.findings):
        return ("settings", remedy.run_as, classify_effort(result, spec), _choose_deadline(result))
    return ("advice", remedy.advice)


def _choose_deadline(result: CheckResult) -> Deadline:
    open_ones = [finding.severity for finding in result.findings if not finding.muted]
    worst = max(open_ones, key=lambda severity: severity.rank, default=Severity.LOW)
    return _DEADLINES[worst]


def classify_effort(result: CheckResult, spec: CheckSpec) -> Effort:
    """Return what a remediation takes, from what it declares and from what its statements do.

    Only what is declared to be harmless is told as online: a REVOKE is a short statement, and it makes others fail.
    """
    remedy = spec.remediation
    if remedy.restart:
        return Effort.RESTART
    if result.effort:
        return result.effort
    if remedy.window:
        return Effort.WINDOW
    if remedy.effort:
        return remedy.effort
    if remedy.run_as is RunAs.CONSOLE:
        return Effort.CONSOLE
    if any(changes_something(finding.sql) for finding in result.findings):
        return Effort.TRIAL
    return Effort.OPERATION if remedy.run_as is RunAs.SYS else Effort.PROJECT
