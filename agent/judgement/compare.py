"""Compares findings with those of an earlier assessment, by fingerprint. Pure.

A change is claimed only where the check was assessed both times. A muted finding is compared like any other: a mute
changes no fact, so muting a finding does not resolve it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.judgement.assessed import is_known_gone, was_judged
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.score_change import explain_score_change
from agent.judgement.severity import RISK_CLASSES
from agent.model.comparison import Change, Comparison, Earlier
from agent.model.result import CheckResult, Finding, Score
from agent.model.terms import ChangeKind

_NOISE_SHARE = 0.05  # share of a class's width: a smaller move of risk points counts as unchanged
_KIND_ORDER = list(ChangeKind)


def recognize_former(earlier: Earlier | None, results: Iterable[CheckResult], target: str) -> Earlier | None:
    """Return an earlier assessment with the names that its resources have now, so that its findings are recognized."""
    renamed = {result.code: result.former for result in results if result.former}
    if earlier is None or not renamed:
        return earlier

    def rename(finding: Finding, code: str) -> Finding:
        now = renamed[code].get(finding.resource)
        mark = fingerprint_finding(target, code, now) if now else ""
        return replace(finding, resource=now, fingerprint=mark) if now else finding

    found, scored = dict(earlier.results), dict(earlier.scored)
    for code, names in renamed.items():
        if code in found:
            result, carried = found[code], scored[code].carried
            found[code] = replace(
                result,
                findings=tuple(rename(finding, code) for finding in result.findings),
                well=frozenset(names.get(resource, resource) for resource in result.well),
                unjudged={names.get(resource, resource): known for resource, known in result.unjudged.items()},
            )
            entries = tuple(replace(entry, finding=rename(entry.finding, code)) for entry in carried)
            scored[code] = replace(scored[code], carried=entries)
    return replace(earlier, results=found, scored=scored)


def compare_assessments(
    results: Sequence[CheckResult], score: Score, ruleset_sha256: str, earlier: Earlier | None
) -> Comparison | None:
    """Compare this assessment with an earlier one; None without one.

    ``score_delta`` needs a grade both times. It is given even if the rules changed; ``ruleset_changed`` then says
    that the tenant did not cause all of it.
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
        changes=tuple(sorted(_list_changes(results, earlier), key=_make_sort_key)),
        bridge=explain_score_change(results, score, ruleset_sha256, earlier),
        categories_was=earlier.categories,
    )


def _list_changes(results: Sequence[CheckResult], earlier: Earlier) -> list[Change]:
    by_code = {result.code: result for result in results}
    before = _index_findings(earlier.results.values())
    now = _index_findings(results)
    changes = []
    for code, finding in now.values():
        was = before[finding.fingerprint][1] if finding.fingerprint in before else None
        known = was_judged(earlier.results.get(code), finding.resource)
        unmatched = ChangeKind.NEW if known else ChangeKind.NOT_COMPARABLE
        changes.append(_build_change(code, finding, was, _classify_change(was, finding) if was else unmatched))
    for mark, (code, was) in before.items():
        if mark not in now:
            known = is_known_gone(by_code.get(code), was)
            kind = ChangeKind.RESOLVED if known else ChangeKind.NOT_COMPARABLE
            changes.append(
                Change(
                    kind=kind,
                    code=code,
                    fingerprint=mark,
                    resource=was.resource,
                    severity=was.severity,
                    was_severity=was.severity,
                    was_value=was.value,
                    names=was.names,
                )
            )
    return changes


def _index_findings(results: Iterable[CheckResult]) -> dict[str, tuple[str, Finding]]:
    return {finding.fingerprint: (result.code, finding) for result in results for finding in result.findings}


def _classify_change(was: Finding, finding: Finding) -> ChangeKind:
    # Severity goes first: another release may have given it other points.
    by_class = finding.severity.rank - was.severity.rank
    by_points = finding.risk_points - was.risk_points
    lowest, highest = RISK_CLASSES[finding.severity]
    if by_class == 0 and abs(by_points) <= _NOISE_SHARE * (highest - lowest):
        return ChangeKind.UNCHANGED
    return ChangeKind.WORSENED if (by_class, by_points) > (0, 0) else ChangeKind.IMPROVED


def _build_change(code: str, finding: Finding, was: Finding | None, kind: ChangeKind) -> Change:
    change = Change(
        kind=kind,
        code=code,
        fingerprint=finding.fingerprint,
        resource=finding.resource,
        severity=finding.severity,
        value=finding.value,
        names=finding.names,
    )
    return replace(change, was_severity=was.severity, was_value=was.value) if was else change


def _make_sort_key(change: Change) -> tuple[int, int, str, str, str]:
    """Sort by kind in the order of ``ChangeKind``, then worst first, then by code and resource."""
    return _KIND_ORDER.index(change.kind), -change.severity.rank, change.code, change.resource, change.fingerprint
