"""What became of each finding since an earlier assessment, by fingerprint. Pure.

A change is claimed only where the check was assessed both times. A mute changes no fact: a muted finding is compared
like any other, and only one that is really gone is resolved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.judgement.score import was_judged
from agent.judgement.score_change import explain_score_change
from agent.judgement.severity import RISK_CLASSES
from agent.model.comparison import Change, Comparison, Earlier
from agent.model.result import CheckResult, Finding, Score
from agent.model.terms import ChangeKind

_NOISE_SHARE = 0.05  # of a class's width: a smaller move of risk points is the same finding
_KIND_ORDER = list(ChangeKind)


def fingerprint_finding(target: str, code: str, resource: str) -> str:
    """A finding's identity over assessments: 16 hex characters.

    Hashed as a JSON list, whose quoting keeps the parts apart whatever text a database puts into a resource's name.
    """
    return hashlib.sha256(json.dumps([target, code, resource]).encode()).hexdigest()[:16]


def compare_assessments(
    results: Sequence[CheckResult], score: Score, ruleset_sha256: str, earlier: Earlier | None
) -> Comparison | None:
    """This assessment against an earlier one, or None without one.

    ``score_delta`` needs a grade both times. Where the rules changed it still stands, but ``ruleset_changed`` says
    that not all of it is the tenant's doing.
    """
    if earlier is None:
        return None
    was = earlier.score
    return Comparison(
        baseline_id=earlier.id,
        baseline_as_of=earlier.as_of,
        score_was=was,
        score_delta=None if was is None or score.band is None else round(score.value - was, 1),
        ruleset_changed=ruleset_sha256 != earlier.ruleset_sha256,
        changes=tuple(sorted(_changes(results, earlier), key=_order)),
        bridge=explain_score_change(results, score, ruleset_sha256, earlier),
        categories_was=earlier.categories,
    )


def _changes(results: Sequence[CheckResult], earlier: Earlier) -> list[Change]:
    by_code = {result.code: result for result in results}
    before = _by_fingerprint(earlier.results.values())
    now = _by_fingerprint(results)
    changes = []
    for code, finding in now.values():
        was = before[finding.fingerprint][1] if finding.fingerprint in before else None
        known = was_judged(earlier.results.get(code), finding.resource)
        unmatched = ChangeKind.NEW if known else ChangeKind.NOT_COMPARABLE
        changes.append(_change(code, finding, was, _moved(was, finding) if was else unmatched))
    for mark, (code, was) in before.items():
        if mark not in now:
            known = was_judged(by_code.get(code), was.resource)
            kind = ChangeKind.RESOLVED if known else ChangeKind.NOT_COMPARABLE
            changes.append(
                Change(kind, code, mark, was.resource, was.severity, was.severity, was_value=was.value, names=was.names)
            )
    return changes


def _by_fingerprint(results: Iterable[CheckResult]) -> dict[str, tuple[str, Finding]]:
    return {finding.fingerprint: (result.code, finding) for result in results for finding in result.findings}


def _moved(was: Finding, finding: Finding) -> ChangeKind:
    # Severity first: another release may have had other points for it.
    by_class = finding.severity.rank - was.severity.rank
    by_points = finding.risk_points - was.risk_points
    lowest, highest = RISK_CLASSES[finding.severity]
    if by_class == 0 and abs(by_points) <= _NOISE_SHARE * (highest - lowest):
        return ChangeKind.UNCHANGED
    return ChangeKind.WORSENED if (by_class, by_points) > (0, 0) else ChangeKind.IMPROVED


def _change(code: str, finding: Finding, was: Finding | None, kind: ChangeKind) -> Change:
    change = Change(
        kind, code, finding.fingerprint, finding.resource, finding.severity, value=finding.value, names=finding.names
    )
    return replace(change, was_severity=was.severity, was_value=was.value) if was else change


def _order(change: Change) -> tuple[int, int, str, str, str]:
    """By kind as ``ChangeKind`` lists them, then worst first, by code and resource."""
    return _KIND_ORDER.index(change.kind), -change.severity.rank, change.code, change.resource, change.fingerprint
