"""Joins signs of one cause: what checks with one ``join`` word find on one resource becomes one finding. Pure.

The finding stays with the lowest code among those that found something, so that small moves of the figures do not
give it to another check in the next quarter. A muted finding is joined with muted ones only: a mute hides the sign that
it names and no other, and a sign that it hides lends no severity to what is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Finding, Sign, list_signs
from agent.model.terms import Outcome


@dataclass(slots=True)
class _JoinedCheck:
    """What is left with one check, and the checks that tell the rest. ``lost_open``: some of it is not muted."""

    findings: list[Finding] = field(default_factory=list)
    told_with: set[str] = field(default_factory=set)
    lost_open: bool = False


def join_findings(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the results in their order, with signs of one cause joined. What is joined already stays so.

    The order of the results and of their findings does not matter. No finding is lost: each is one of these, or a sign
    of at least one.
    """
    joined = {result.code: result for result in results}
    for word in {result.join for result in results if result.join}:
        joined |= _join_members([result for result in results if result.join == word])
    return tuple(joined[result.code] for result in results)


def join_earlier(earlier: Earlier | None, results: Iterable[CheckResult]) -> Earlier | None:
    """Return an earlier assessment with its findings joined as those of ``results`` are."""
    if earlier is None:
        return None
    words = {result.code: result.join for result in results}
    joined = join_findings([replace(was, join=words.get(code, "")) for code, was in earlier.results.items()])
    return replace(earlier, results={result.code: result for result in joined})


def join_signs(signs: Sequence[Sign]) -> Finding:
    """Return one finding of these signs. The first one leads; a single sign is the finding itself."""
    leader = signs[0].finding
    if len(signs) == 1:
        return leader
    worst = max((sign.finding for sign in signs), key=lambda found: (found.severity.rank, found.risk_points))
    return replace(
        leader,
        severity=worst.severity,
        risk_points=worst.risk_points,
        sql=_unite(sign.finding.sql for sign in signs),
        rollback=_unite(sign.finding.rollback for sign in signs),
        signs=tuple(signs),
    )


def list_identity(finding: Finding) -> tuple[str, ...]:
    """Return the fingerprints by which a finding is known again: those of its signs on its own resource.

    A sign on another resource can be told in several findings, so it says nothing about which of them this is.
    """
    signs = (sign.finding for sign in finding.signs)
    own = (found.fingerprint for found in signs if found.resource == finding.resource)
    return tuple(dict.fromkeys((finding.fingerprint, *own)))


def _unite(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in lists for text in texts))


def _join_members(members: Sequence[CheckResult]) -> Mapping[str, CheckResult]:
    """Join the findings of all checks with one word, those that are muted among themselves."""
    checks = {member.code: _JoinedCheck() for member in members}
    for muted in (False, True):
        found = [(m.code, finding) for m in members for finding in m.findings if bool(finding.muted) is muted]
        for place, signs in _group_by_place(found).items():
            # An earlier finding may hold signs of checks that are not joined any more; none of these can lead.
            leader = min(s.code for s in signs if s.code in checks and s.finding.resource == place)
            signs.sort(key=lambda s: (s.code != leader, s.finding.resource != place, s.code, s.finding.resource))
            checks[leader].findings.append(join_signs(signs))
            for sign in signs:
                if sign.code != leader and sign.code in checks:
                    checks[sign.code].told_with.add(leader)
                    checks[sign.code].lost_open |= not muted
    return {member.code: _rebuild_result(member, checks[member.code]) for member in members}


def _group_by_place(found: Sequence[tuple[str, Finding]]) -> Mapping[str, list[Sign]]:
    """Resource -> its signs. What other resources cause stands with each of these, if all of them have findings."""
    groups: defaultdict[str, list[Sign]] = defaultdict(list)
    for code, finding in found:
        if not finding.caused_by:
            groups[finding.resource] += list_signs(code, finding)
    places = frozenset(groups)
    for code, finding in found:
        if finding.caused_by:
            is_told = not finding.signs and places.issuperset(finding.caused_by)
            for place in finding.caused_by if is_told else (finding.resource,):
                groups[place] += list_signs(code, finding)
    return groups


def _rebuild_result(member: CheckResult, joined: _JoinedCheck) -> CheckResult:
    if not joined.told_with:
        return replace(member, findings=_sort_findings(joined.findings))
    is_open = any(not finding.muted for finding in joined.findings)
    kept = Outcome.FINDING if is_open else Outcome.MUTED
    outcome = Outcome.JOINED if not joined.findings or (joined.lost_open and not is_open) else kept
    return replace(
        member,
        outcome=outcome,
        findings=_sort_findings(joined.findings),
        told_with=tuple(sorted({*member.told_with, *joined.told_with})),
    )


def _sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (-finding.risk_points, finding.resource)))
