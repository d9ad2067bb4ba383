"""Sets findings beside what was planted: found, missed, passed although it is there, accused although it is right."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence

from agent.judgement.assessed import was_judged
from agent.model.assessment import Assessment
from agent.model.naming import name_account, name_object
from agent.model.result import CheckResult, Finding, list_signs
from agent.model.terms import ChangeKind, Severity
from agent.support.i18n import render_text
from tests.accuracy.cases import About, Fault, Kind
from tests.accuracy.planting import Planted

NO_CHECK = "no check"  # counted under this instead of a code
WIDE = ("tenant", "return code")  # what is said of the tenant as a whole may come from any of its faults
_PART = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")
_SORT = re.compile(r"^[a-z]+ (?=\S+\.)")  # "event shop.purge"
_ACCOUNT = re.compile(r"'?(?P<user>[^'@]*)'?(?:@'?(?P<host>[^']*)'?)?")


@dataclasses.dataclass(frozen=True)
class Told:
    """One thing that a check said of a resource. ``whole`` is the finding that tells it, joined or not."""

    code: str
    resource: str
    severity: Severity
    whole: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """A miss, a false alarm or another thing to look at, with all that is needed to find it again."""

    file: str
    kind: str
    object: str
    code: str
    why: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one file. ``counts`` has, by the first code of each kind, faults seeded and faults found.

    ``findings`` has, by code, all findings that are not the kernel's own and those that a planted fault explains.
    ``lines`` has what to look at: misses, false passes, false alarms, findings that nothing planted explains, and what
    could not be planted and is not counted.
    """

    seeded: Mapping[str, int]
    found: Mapping[str, int]
    findings: Mapping[str, int]
    explained: Mapping[str, int]
    same_severity: int
    lookalikes: int
    lines: Mapping[str, tuple[Line, ...]]


def split_name(name: str) -> tuple[str, ...]:
    """The parts of an object's name, also of one in backticks, in lower case."""
    return tuple((quoted.replace("``", "`") or plain).strip().lower() for quoted, plain in _PART.findall(name))


def list_told(results: Sequence[CheckResult]) -> list[Told]:
    """Everything that was found, each sign of a joined finding by itself."""
    return [told for result in results for finding in result.findings for told in _tell(result.code, finding)]


def _tell(code: str, finding: Finding) -> Iterator[Told]:
    for sign in list_signs(code, finding):
        for resource in dict.fromkeys((sign.finding.resource, *sign.finding.caused_by)):
            yield Told(sign.code, str(resource), finding.severity, finding.fingerprint)


def name_resources(planted: Planted, kind: Kind) -> tuple[str, ...]:
    """How findings name what was planted; none where any resource will do."""
    if kind.resource:
        return (kind.resource,)
    if kind.about is About.STATEMENT:
        return tuple(f"SQL {sql_id}" for sql_id in sorted(planted.sql_ids))
    if kind.about is About.SESSION:
        return (planted.account,)
    if kind.about is About.ACCOUNT:
        match = _ACCOUNT.fullmatch(planted.place.where.strip())
        return (str(name_account(match["user"], match["host"] or "")),) if match else ()
    if kind.about is About.TENANT:
        return ()
    return (str(name_object(*split_name(planted.place.where))),)


def concerns(told: Told, planted: Planted, kind: Kind) -> bool:
    """Whether a finding is about what was planted: the whole of it, a part, or what it is a part of."""
    if kind.about is About.TENANT and not kind.resource:
        return True
    if planted.account and told.resource.partition("@")[0] == planted.account:
        return True
    names = name_resources(planted, kind)
    if kind.about is About.ACCOUNT:
        return any(told.resource.lower() in (name.lower(), name.lower().partition("@")[0]) for name in names)
    if kind.about not in (About.OBJECT, About.TABLE) or kind.resource:
        return told.resource in names
    here, there = split_name(planted.place.where), split_name(_SORT.sub("", told.resource))
    if len(here) == 1 and here[0] == there[-1]:
        return True  # an outline, say, whose schema the author left out
    if kind.about is About.TABLE:
        here, there = here[:2], there[:2]
    shorter = min(len(here), len(there))
    return shorter > 0 and here[:shorter] == there[:shorter]


def judge_file(
    name: str,
    places: Sequence[Planted],
    kinds: Mapping[str, Kind],
    seen: Mapping[int, Assessment],
    own: frozenset[tuple[str, str]],
) -> Verdict:
    """Compare. ``seen`` has an assessment by age in days, 0 among them; ``own`` is what the kernel showed before."""
    standing = [planted for planted in places if not planted.error]
    faults = [planted for planted in standing if isinstance(planted.place, Fault)]
    alikes = [planted for planted in standing if not isinstance(planted.place, Fault)]
    told = {age: list_told(assessment.results) for age, assessment in seen.items()}
    counts: dict[str, dict[str, int]] = {"seeded": {}, "found": {}}
    misses, false_passes, same = [], [], 0
    for planted in faults:
        kind, place = kinds[planted.kind], planted.place
        age = place.age_days or kind.age_days
        first = kind.codes[0] if kind.codes else NO_CHECK
        _add(counts["seeded"], first)
        hits = _find(told[age], planted, kind, kind.codes)
        if hits:
            _add(counts["found"], first)
            assert isinstance(place, Fault)
            same += any(hit.severity is place.severity for hit in hits)
            continue
        misses.append(_line(name, planted, ",".join(kind.codes) or NO_CHECK, _explain(seen[age], planted, kind)))
        false_passes += [_line(name, planted, code) for code in _list_passes(seen[age], planted, kind)]
    false_alarms = [
        _line(name, planted, hit.code, hit.resource)
        for planted in alikes
        if not _shares_object(planted, faults, kinds)
        for hit in _find(told[planted.place.age_days], planted, kinds[planted.kind], kinds[planted.kind].codes)
        if not _is_of_a_fault(hit, planted, faults, kinds)
    ]
    findings, explained, unexplained = _list_explained(name, told[0], standing, kinds, own)
    return Verdict(
        seeded=counts["seeded"],
        found=counts["found"],
        findings=findings,
        explained=explained,
        same_severity=same,
        lookalikes=len(alikes),
        lines={
            "misses": tuple(misses),
            "false passes": tuple(false_passes),
            "false alarms": tuple(dict.fromkeys(false_alarms)),
            "unexplained": unexplained,
            "not planted": tuple(_line(name, planted, "", planted.error) for planted in places if planted.error),
        },
    )


def _add(counts: dict[str, int], code: str) -> None:
    counts[code] = counts.get(code, 0) + 1


def _line(name: str, planted: Planted, code: str, why: str = "") -> Line:
    return Line(file=name, kind=planted.kind, object=planted.place.where, code=code, why=why)


def _find(told: Sequence[Told], planted: Planted, kind: Kind, codes: Sequence[str]) -> list[Told]:
    return [one for one in told if one.code in codes and concerns(one, planted, kind)]


def _shares_object(alike: Planted, faults: Sequence[Planted], kinds: Mapping[str, Kind]) -> bool:
    """Whether a fault of the same kind was seeded on the very same object, which the look-alike cannot be told from."""
    same = [fault for fault in faults if set(kinds[fault.kind].codes) & set(kinds[alike.kind].codes)]
    if kinds[alike.kind].about is About.TENANT:
        return bool(same)
    if kinds[alike.kind].about is About.STATEMENT:
        return any(fault.sql_ids & alike.sql_ids for fault in same)
    return any(split_name(fault.place.where) == split_name(alike.place.where) for fault in same)


def _is_of_a_fault(hit: Told, alike: Planted, faults: Sequence[Planted], kinds: Mapping[str, Kind]) -> bool:
    """Whether a finding on another part of the look-alike's table is what a fault of that table explains."""
    if kinds[alike.kind].about is not About.TABLE or split_name(hit.resource) == split_name(alike.place.where):
        return False
    return any(hit.code in kinds[fault.kind].codes and concerns(hit, fault, kinds[fault.kind]) for fault in faults)


def _list_passes(seen: Assessment, planted: Planted, kind: Kind) -> list[str]:
    """The checks of the kind that looked at what is there and call it well."""
    results = {result.code: result for result in seen.results}
    names = name_resources(planted, kind) or ("tenant",)
    return [code for code in kind.codes if any(was_judged(results.get(code), name) for name in names)]


def _explain(seen: Assessment, planted: Planted, kind: Kind) -> str:
    if kind.none:
        return kind.none
    results = {result.code: result for result in seen.results}
    said = [_say(results[code]) for code in kind.codes if code in results]
    failed = f"; load: {planted.load_errors[0]}" if planted.load_errors else ""
    return ", ".join(said) + failed


def _say(result: CheckResult) -> str:
    reason = f" ({render_text(result.reason, 'en')})" if result.reason else ""
    return f"{result.code} {result.outcome.value}{reason}"


def _list_explained(
    name: str,
    told: Sequence[Told],
    standing: Sequence[Planted],
    kinds: Mapping[str, Kind],
    own: frozenset[tuple[str, str]],
) -> tuple[dict[str, int], dict[str, int], tuple[Line, ...]]:
    """Findings by the code that they are told with: how many, and how many of them a fault explains."""
    wholes: dict[str, list[Told]] = {}
    for one in told:
        wholes.setdefault(one.whole, []).append(one)
    findings: dict[str, int] = {}
    explained: dict[str, int] = {}
    unexplained = []
    for signs in wholes.values():
        code = signs[0].code
        if all((one.code, one.resource) in own for one in signs):
            continue
        _add(findings, code)
        if any(_is_explained(one, standing, kinds) for one in signs):
            _add(explained, code)
        else:
            unexplained.append(Line(file=name, kind="not seeded", object=signs[0].resource, code=code))
    return findings, explained, tuple(unexplained)


def _is_explained(one: Told, standing: Sequence[Planted], kinds: Mapping[str, Kind]) -> bool:
    faults = (planted for planted in standing if isinstance(planted.place, Fault))
    wide = one.resource.startswith(WIDE)
    return any(
        (one.code in (*kind.codes, *kind.also) and concerns(one, planted, kind)) or (wide and one.code in kind.also)
        for planted in faults
        for kind in (kinds[planted.kind],)
    )


def list_resolved(name: str, assessment: Assessment) -> tuple[Line, ...]:
    """What is called resolved although nothing was mended."""
    changes = assessment.comparison.changes if assessment.comparison else ()
    return tuple(
        Line(file=name, kind="resolved", object=change.resource, code=change.code)
        for change in changes
        if change.kind is ChangeKind.RESOLVED
    )
