"""What the page of one target says, in one language: its trend, its findings through time, and its reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

from agent.model.fleet import FleetFinding, FleetTarget, KeptAssessment, Named
from agent.model.labels import BANDS, SEVERITIES
from agent.report.site.first_page import MARKS, describe_run_out, format_change, format_score, list_marks
from agent.report.site.target_line import TargetLine, list_counted, rank_severity
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable
from agent.support.i18n import render_text

COLUMNS = 8  # of findings through time: two years of quarters
_BARS = 12
_TOP, _BOTTOM = 18.0, 118.0  # pixels from the top of the plot to a score of 100, and of 0


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A score of the trend: ``x`` in per cent of the width, ``y`` in pixels."""

    x: float
    y: float
    shown: str
    day: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a report, with its SHA-256 or nothing."""

    path: Path
    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """One assessment, newest first. ``counts`` are by severity, worst first."""

    id: str
    day: str
    period: str
    score: str
    band: str
    change: str
    change_key: str
    coverage: str
    counts: tuple[str, ...]
    agent_version: str
    files: tuple[ShownFile, ...]
    unwritten: str


@dataclass(frozen=True, slots=True)
class SeenAt:
    """A finding at one assessment; ``key`` is its severity, or nothing where it was not found."""

    key: str
    label: str


_UNSEEN = SeenAt("", "")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding through time."""

    code: str
    title: str
    resource: str
    is_open: bool
    sights: tuple[SeenAt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPage:
    """The page. ``lines`` and ``points`` are the trend; ``days`` head the columns of ``findings``."""

    customer: str
    target: str
    facts: tuple[tuple[str, str], ...]
    score: str
    band: str
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    points: tuple[CurvePoint, ...]
    segments: tuple[tuple[CurvePoint, CurvePoint], ...]
    assessments: tuple[PastLine, ...]
    days: tuple[str, ...]
    findings: tuple[FindingLine, ...]
    run_outs: tuple[tuple[str, str, str], ...]


def build_target_page(found: FleetTarget, line: TargetLine, now: datetime, words: Words) -> TargetPage:
    """Return the page of a target at ``now`` (aware); days are those of the customer's zone."""
    past = found.kept.assessments if found.kept else ()
    points = _place_points(past, words)
    latest = found.kept.latest if found.kept else None
    return TargetPage(
        customer=make_printable(found.customer, NAME_LENGTH),
        target=make_printable(found.target, NAME_LENGTH),
        facts=tuple(_list_facts(line, words)),
        score=format_score(line, words),
        band=words.label(BANDS, line.band) if line.band else "",
        marks=tuple(words(MARKS[mark]) for mark in list_marks(line, now)),
        notes=tuple(_list_notes(line, words)),
        points=tuple(point for point in points if point),
        segments=tuple((one, other) for one, other in pairwise(points) if one and other),
        assessments=tuple(_list_assessments(found, past, words)),
        days=tuple(_tell_day(kept, words) for kept in past[-COLUMNS:]),
        findings=_list_findings(found, past[-COLUMNS:], words),
        run_outs=tuple(
            (told.day.isoformat(), describe_run_out(told, line.titles, words), words.pick(told.by, NAME_LENGTH))
            for told in latest.run_outs
        )
        if latest
        else (),
    )


def _tell_day(kept: KeptAssessment, words: Words) -> str:
    return kept.as_of.astimezone(words.zone).date().isoformat()


def _list_facts(line: TargetLine, words: Words) -> Iterator[tuple[str, str]]:
    if line.version:
        yield words("Version"), make_printable(line.version, NAME_LENGTH)
    if line.as_of:
        yield words("Assessed"), words.moment(line.as_of.isoformat())
    if line.until:
        yield words("Authorization until"), words.moment(line.until.isoformat())
    if line.agreed:
        last = date.fromordinal(line.agreed.subscribed_until.toordinal() - 1)
        yield words("Subscription until"), last.isoformat()


def _list_notes(line: TargetLine, words: Words) -> Iterator[str]:
    if line.agreed:
        yield make_printable(render_text(line.agreed.state, words.language, words.zone))
        if line.agreed.overdue:
            numbers = ", ".join(str(period.number) for period in line.agreed.overdue)
            yield words("Periods that ended without an assessment that counts: {numbers}.", numbers=numbers)
        if line.agreed.problem:
            yield make_printable(render_text(line.agreed.problem, words.language, words.zone))
    else:
        yield words("No engagement file was given for it: subscription and overdue assessments are not known.")
    if line.carried:
        yield words("Findings of earlier assessments that could not be looked for again: {count}.", count=line.carried)
    if line.provisional:
        yield words("The grade is provisional: a part could not be assessed.")
    if line.is_damaged:
        yield words(
            "The last assessment is damaged in the history: titles, dates and the range of the score are missing."
        )


def _place_points(past: Sequence[KeptAssessment], words: Words) -> list[CurvePoint | None]:
    shown = past[-_BARS:]
    step = 92 / max(1, len(shown) - 1)
    return [
        None
        if kept.score is None
        else CurvePoint(
            round(4 + number * step, 2),
            round(_BOTTOM - min(100.0, max(0.0, kept.score)) * (_BOTTOM - _TOP) / 100, 1),
            f"{kept.score:.0f}",
            _tell_day(kept, words)[2:7],
        )
        for number, kept in enumerate(shown)
    ]


def _list_assessments(found: FleetTarget, past: Sequence[KeptAssessment], words: Words) -> Iterator[PastLine]:
    for number in range(len(past) - 1, -1, -1):
        kept = past[number]
        change, change_key = format_change(kept.score, past[number - 1].score if number else None)
        counted = list_counted(found) if number == len(past) - 1 else [told for told in kept.findings if told.counts]
        counts = Counter(told.severity for told in counted)
        yield PastLine(
            id=make_printable(kept.id, NAME_LENGTH),
            day=_tell_day(kept, words),
            period=str(kept.period_number) if kept.period_number else NOTHING,
            score=NOTHING if kept.score is None else f"{kept.score:.1f}",
            band=words.label(BANDS, kept.band) if kept.band else words("No grade"),
            change=change,
            change_key=change_key,
            coverage=f"{kept.coverage_pct:.0f}%",
            counts=tuple(str(counts[severity]) for severity in SEVERITIES),
            agent_version=make_printable(kept.agent_version, NAME_LENGTH),
            files=tuple(
                ShownFile(file.path, make_printable(file.path.name, NAME_LENGTH), file.sha256 or "")
                for file in found.files.get(kept.id, ())
            ),
            unwritten=make_printable(", ".join(kept.unwritten)),
        )


def _list_findings(found: FleetTarget, past: Sequence[KeptAssessment], words: Words) -> tuple[FindingLine, ...]:
    """Return the findings of these assessments: the open ones first, the worst first."""
    if not past:
        return ()
    last, latest = len(past) - 1, found.kept.latest if found.kept else None
    seen: dict[str, dict[int, FleetFinding]] = {}
    for number, kept in enumerate(past):
        for finding in list_counted(found) if number == last else kept.findings:
            seen.setdefault(finding.fingerprint, {})[number] = finding
        for finding in kept.findings if number == last else ():
            seen.setdefault(finding.fingerprint, {}).setdefault(number, finding)  # the muted ones
    titles: Mapping[str, Named] = latest.titles if latest else {}
    names: Mapping[str, Named] = latest.names if latest else {}
    tell = cache(partial(_tell_sight, words=words))  # few differ, and there are a thousand on a page
    rows = []
    for fingerprint, sights in seen.items():
        newest = sights[max(sights)]
        told = names.get(fingerprint, {}).get(words.language, newest.resource)
        row = FindingLine(
            make_printable(newest.code, NAME_LENGTH),
            words.pick(titles.get(newest.code, {}), NAME_LENGTH),
            make_printable(told, NAME_LENGTH),
            last in sights,
            tuple(
                tell(seen_then.severity, seen_then.outcome) if (seen_then := sights.get(number)) else _UNSEEN
                for number in range(len(past))
            ),
        )
        rows.append((last not in sights, -max(sights), -rank_severity(newest.severity), newest.code, row.resource, row))
    return tuple(entry[-1] for entry in sorted(rows, key=lambda entry: entry[:-1]))


def _tell_sight(severity: str, outcome: str, words: Words) -> SeenAt:
    label = words.label(SEVERITIES, severity)
    if outcome == "muted":
        label = words("{severity}, muted", severity=label)
    elif outcome == "carried":
        label = words("{severity}, carried over", severity=label)
    return SeenAt(severity if severity in SEVERITIES else "", label)
