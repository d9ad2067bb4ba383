"""Compares findings with those of an earlier assessment, by fingerprint. Pure.

A change is claimed only where the check was assessed both times. A muted finding is compared like any other: a mute
changes no fact, so muting a finding does not resolve it. A joined finding is known by any of its signs: it is neither
new nor resolved because another check tells it now. A value that moved less than its natural spread within the same
severity is unchanged, and so is one that chance alone moves as far, whatever its severity is now.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from agent.judgement.assessed import is_known_gone, was_judged
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.joining import list_identity
from agent.judgement.score_change import explain_score_change
from agent.judgement.severity import RISK_CLASSES
from agent.model.comparison import Change, Comparison, Earlier
from agent.model.result import CheckResult, Finding, Score, Sign, Spread, list_signs
from agent.model.terms import ChangeKind, Scalar

_NOISE_SHARE = 0.05  # share of a class's width: a smaller move of risk points counts as unchanged
_KIND_ORDER = list(ChangeKind)


def recognize_former(earlier: Earlier | None, results: Iterable[CheckResult], target: str) -> Earlier | None:
    """Return an earlier assessment with the names that its resources have now, so that its findings are recognized."""
    renamed = {result.code: result.former for result in results if result.former}
    if earlier is None or not renamed:
        return earlier

    def rename(finding: Finding, code: str) -> Finding:
        now = renamed.get(code, {}).get(finding.resource)
        signs = tuple(Sign(sign.code, rename(sign.finding, sign.code)) for sign in finding.signs)
        if not now:
            return replace(finding, signs=signs) if signs else finding
        return replace(finding, resource=now, fingerprint=fingerprint_finding(target, code, now), signs=signs)

    found, scored = dict(earlier.results), dict(earlier.scored)
    for code, result in earlier.results.items():
        names, carried = renamed.get(code, {}), scored[code].carried
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

    ``score_delta`` needs enough assessed both times; ``score_was`` is told without, as that report printed it. The
    difference is given even if the rules changed; ``ruleset_changed`` then says that the tenant did not cause all
    of it.
    """
    if earlier is None:
        return None
    was = earlier.score
    changes = _list_changes(results, earlier)
    unchanged = frozenset(change.fingerprint for change in changes if change.kind is ChangeKind.UNCHANGED)
    return Comparison(
        baseline_id=earlier.id,
        baseline_as_of=earlier.as_of,
        score_was=earlier.score_shown if was is None else was,
        score_delta=None if was is None or not score.is_comparable else round(score.value - was, 1),
        ruleset_changed=ruleset_sha256 != earlier.ruleset_sha256,
        changes=tuple(sorted(changes, key=_make_sort_key)),
        bridge=explain_score_change(results, score, ruleset_sha256, earlier, unchanged),
        categories_was=earlier.categories,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One assessment: its checks and its findings, by fingerprint.

    By the fingerprint of a sign, ``tellers`` has the findings that tell it, ``owners`` those that are known by it.
    """

    results: Mapping[str, CheckResult]
    findings: Mapping[str, tuple[str, Finding]]
    tellers: Mapping[str, Sequence[str]]
    owners: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, results: Iterable[CheckResult]) -> _Side:
        by_code = {result.code: result for result in results}
        findings = {f.fingerprint: (result.code, f) for result in by_code.values() for f in result.findings}
        tellers, owners = defaultdict(list), defaultdict(list)
        for mark, (code, finding) in findings.items():
            for told in list_signs(code, finding):
                tellers[told.finding.fingerprint].append(mark)
            for known in list_identity(finding):
                owners[known].append(mark)
        return cls(by_code, findings, dict(tellers), dict(owners))

    def list_signs(self, mark: str) -> tuple[Sign, ...]:
        return list_signs(*self.findings[mark])

    def find_mates(self, code: str, finding: Finding) -> tuple[str, ...]:
        """Return which of these findings a finding of the other side is; none if none tells what it is known by."""
        identity = list_identity(finding)
        if not any(mark in self.tellers for mark in identity):
            return ()
        mates = [mate for mark in identity for mate in self.tellers.get(mark, ())]
        for sign in list_signs(code, finding):
            mates += self.owners.get(sign.finding.fingerprint, ())
        return tuple(dict.fromkeys(mates))


def _list_changes(results: Sequence[CheckResult], earlier: Earlier) -> list[Change]:
    now, before = _Side.read(results), _Side.read(earlier.results.values())
    changes = [_compare_finding(code, finding, now=now, before=before) for code, finding in now.findings.values()]
    for mark, (code, was) in before.findings.items():
        if not any(known in now.tellers for known in list_identity(was)):
            changes.append(_build_missing(mark, code, was, now))
    return changes


def _compare_finding(code: str, finding: Finding, *, now: _Side, before: _Side) -> Change:
    """Compare a finding with what it was, by those of its signs that were looked for both times."""
    signs, mates = list_signs(code, finding), before.find_mates(code, finding)
    if not mates:
        own = (sign for sign in signs if sign.finding.resource == finding.resource)
        known = any(was_judged(before.results.get(sign.code), finding.resource) for sign in own)
        return _build_change(code, finding, None, ChangeKind.NEW if known else ChangeKind.NOT_COMPARABLE)
    told = {sign.finding.fingerprint for sign in signs}
    were = [
        sign.finding
        for mate in mates
        for sign in before.list_signs(mate)
        if sign.finding.fingerprint in told or _is_gone(sign, now)
    ]
    are = [
        sign
        for sign in signs
        if sign.finding.fingerprint in before.tellers
        or was_judged(before.results.get(sign.code), sign.finding.resource)
    ]
    was, worst = max(were, key=_rank_finding), max(are, key=lambda sign: _rank_finding(sign.finding))
    present = worst.finding
    if present.severity is not finding.severity:  # what is worst now was not looked for then
        return _build_change(code, finding, None, ChangeKind.NOT_COMPARABLE)
    same = next((one for one in were if one.fingerprint == finding.fingerprint), None)
    change = _build_change(code, finding, was, _classify_change(was, present, now.results[worst.code].spread))
    return replace(change, was_value=same.value if same else None)


def _is_gone(sign: Sign, now: _Side) -> bool:
    """Whether an earlier sign is known to be there no more, and is not told elsewhere: muting splits a finding."""
    return sign.finding.fingerprint not in now.tellers and is_known_gone(now.results.get(sign.code), sign.finding)


def _rank_finding(finding: Finding) -> tuple[int, float]:
    return finding.severity.rank, finding.risk_points


def _build_missing(mark: str, code: str, was: Finding, now: _Side) -> Change:
    own = [sign for sign in list_signs(code, was) if sign.finding.resource == was.resource]
    known = all(is_known_gone(now.results.get(sign.code), sign.finding) for sign in own)
    return Change(
        kind=ChangeKind.RESOLVED if known else ChangeKind.NOT_COMPARABLE,
        code=code,
        fingerprint=mark,
        resource=was.resource,
        severity=was.severity,
        was_severity=was.severity,
        was_value=was.value,
        names=was.names,
    )


def _classify_change(was: Finding, finding: Finding, spread: Spread) -> ChangeKind:
    # Severity goes first: another release may have given it other points.
    by_class = finding.severity.rank - was.severity.rank
    by_points = finding.risk_points - was.risk_points
    lowest, highest = RISK_CLASSES[finding.severity]
    if by_class == 0 and abs(by_points) <= _NOISE_SHARE * (highest - lowest):
        return ChangeKind.UNCHANGED
    if _is_within_spread(was, finding, spread):
        return ChangeKind.UNCHANGED
    return ChangeKind.WORSENED if (by_class, by_points) > (0, 0) else ChangeKind.IMPROVED


def _is_within_spread(was: Finding, finding: Finding, spread: Spread) -> bool:
    """Whether the value of one and the same check moved less than such values do from one look to the next.

    The usual spread holds within a severity, for a limit that is passed is a change however near it was. What chance
    moves passes limits by chance.
    """
    before, after = was.value, finding.value
    if was.fingerprint != finding.fingerprint or not (_is_number(before) and _is_number(after)):
        return False
    same_class = was.severity is finding.severity
    usual = spread.pct / 100 * max(abs(after), abs(before)) if same_class else 0.0
    by_chance = spread.deviations * math.hypot(_deviate(was, spread.counted), _deviate(finding, spread.counted))
    moved = abs(after - before)
    return moved <= max(usual, by_chance) and (same_class or moved > 0)


def _deviate(finding: Finding, counted: str) -> float:
    """Return the standard deviation of a value that was counted from events; 0 if it was not, or nobody knows.

    That of a count is its square root, if each event happens by itself (Poisson), and what is calculated from the count
    varies as it does. For a share near 100 % that is more than there is.
    """
    value = finding.value
    events = value if counted == "value" else finding.evidence.get(counted)
    if not (_is_number(value) and _is_number(events)) or events <= 0:
        return 0.0
    return abs(value) / math.sqrt(events)


def _is_number(value: Scalar) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
