"""What the history of assessments says in the documents of the service: operation, scores, closure of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.engagement.service_log.availability import Availability, judge_availability
from agent.engagement.service_log.entries import Incident
from agent.model.document import Document
from agent.model.labels import BANDS, CHANGES
from agent.model.terms import Unit
from agent.report.documents.telling import tell_share, tell_span
from agent.report.view.frame import Cell, Column, FrameBlock, build_table
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable

GRAVE = ("critical", "high")
_AVAILABILITY_DIGITS = 3
_COUNTED = ("new", "worsened", "improved", "resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTarget:
    """A target, its assessments of the days that are told (oldest first), and the last one before them.

    ``delivered`` are the ids of those that count for their quarter, one in each, as the schedule counts them.
    """

    name: str
    earlier: Document | None
    documents: tuple[Document, ...]
    delivered: frozenset[str]

    @property
    def last(self) -> Document | None:
        """The newest assessment up to the end of the days that are told."""
        return self.documents[-1] if self.documents else self.earlier

    @property
    def first(self) -> Document | None:
        """What the newest is compared with: the one before these days, else the first of them."""
        return self.earlier or (self.documents[0] if self.documents else None)


def find_last_score(target: ReportedTarget, words: Words) -> tuple[str, str]:
    """Return the score of the newest assessment and its grade; dashes where there is none."""
    if target.last is None:
        return NOTHING, words("not assessed yet")
    score = target.last["score"]
    band = words.label(BANDS, score["band"]) if score["band"] else words("Grade withheld")
    return format_points(score["value"]), band


def tell_score_change(target: ReportedTarget, words: Words) -> Iterator[str]:
    """Yield how the score of a target moved, if there are two assessments to compare."""
    first, last = target.first, target.last
    if first is None or last is None or first is last:
        return
    is_one_day = words.day(first["as_of"]) == words.day(last["as_of"])
    first_at, last_at = (
        words.moment(document["as_of"]) if is_one_day else str(words.day(document["as_of"]))
        for document in (first, last)
    )
    yield words(
        "Health score of {target}: {was} on {first}, {now} on {last}.",
        target=make_printable(target.name, NAME_LENGTH),
        was=format_points(first["score"]["value"]),
        first=first_at,
        now=format_points(last["score"]["value"]),
        last=last_at,
    )


def count_open(targets: Sequence[ReportedTarget]) -> int | None:
    """Return the open findings, critical or high, of the newest assessments; None where nothing was assessed."""
    known = [target.last for target in targets if target.last]
    return sum(sum(_count_severities(document)[key] for key in GRAVE) for document in known) if known else None


def _count_severities(document: Document) -> Counter[str]:
    return Counter(
        finding["severity"]
        for result in document["results"]
        if result["outcome"] == "finding"
        for finding in result["findings"]
        if not finding["muted"]
    )


def build_operation(
    targets: Sequence[ReportedTarget],
    incidents: Sequence[Incident],
    span: tuple[datetime, datetime],
    words: Words,
    *,
    is_kept: bool,
) -> tuple[FrameBlock, ...]:
    """Return availability, growth and load of each target between two moments.

    ``is_kept``: the service log holds something of this time. Without that, no outage is no sign of anything.
    """
    columns = (
        Column(words("Target"), 16),
        Column(words("Time available"), 22, is_number=True),
        Column(words("Data disk in use"), 24, is_number=True),
        Column(words("Sessions"), 17, is_number=True),
        Column(words("Statements per second"), 21, is_number=True),
    )
    rows = []
    for target in targets:
        was, now = target.first, target.last
        rows.append(
            (
                make_printable(target.name, NAME_LENGTH),
                _tell_availability(judge_availability(incidents, target.name, *span), words, is_kept=is_kept),
                _tell_growth(was, now, words),
                _tell_move(
                    *(document["instance"]["sessions"] if document else None for document in (was, now)), words=words
                ),
                _tell_move(
                    *(document["instance"]["statements_per_s"] if document else None for document in (was, now)),
                    words=words,
                ),
            )
        )
    return (build_table(columns, rows),)


def _tell_availability(judged: Availability, words: Words, *, is_kept: bool) -> Cell:
    lines = []
    if judged.share_pct is not None and is_kept:
        lines.append(tell_share(judged.share_pct, words, _AVAILABILITY_DIGITS))
    if judged.out > timedelta(0):
        lines.append(words("out for {time}", time=tell_span(judged.out, words)))
    if judged.running:
        lines.append(words("still out: {ids}", ids=words(", ").join(judged.running)))
    if judged.unrecorded:
        ids = words(", ").join(judged.unrecorded)
        lines.append(words("Unknown: the outage of {ids} is not recorded.", ids=ids))
    elif not is_kept:
        lines.append(words("Unknown: the service log holds nothing of these days."))
    is_bad = judged.out > timedelta(0) or judged.running or judged.unrecorded
    return Cell("\n".join(lines) or NOTHING, "bad" if is_bad else "" if is_kept else "warn")


def find_fullest_disk(document: Document) -> tuple[int, int | None] | None:
    """Return used and total bytes of the data disk of the fullest zone."""
    disks = [gauge for gauge in document["figures"]["capacity"] if gauge["kind"] == "data_disk"]
    fullest = max(disks, key=lambda gauge: gauge["used_bytes"], default=None)
    return (fullest["used_bytes"], fullest["size_bytes"]) if fullest else None


def _tell_growth(was: Document | None, now: Document | None, words: Words) -> str:
    before, after = (find_fullest_disk(document) if document else None for document in (was, now))
    if after is None:
        return NOTHING
    shown = words.value(after[0], Unit.BYTES)
    if after[1]:
        shown = words("{used} of {size}", used=shown, size=words.value(after[1], Unit.BYTES))
    if before is None or was is now:
        return shown
    grown = after[0] - before[0]
    sign = "+" if grown >= 0 else "−"
    told = f"{shown}\n{sign}{words.value(abs(grown), Unit.BYTES)}"
    return f"{told} ({sign}{100 * abs(grown) / before[0]:.1f}%)" if before[0] else told


def _tell_move(was: float | None, now: float | None, *, words: Words) -> str:
    told = [words.value(round(value, 1), Unit.RATIO) for value in (was, now) if value is not None]
    return " → ".join(dict.fromkeys(told)) or NOTHING


def build_assessments(targets: Sequence[ReportedTarget], words: Words) -> tuple[FrameBlock, ...]:
    """Return the assessments with score, grade and coverage, and how their findings moved."""
    columns = (
        Column(words("Target"), 15),
        Column(words("Assessed"), 15),
        Column(words("Score"), 10, is_number=True),
        Column(words("Grade"), 15),
        Column(words("Coverage"), 11, is_number=True),
        Column(words("Findings since the one before"), 22),
        Column(words("Counts for its quarter"), 12),
    )
    rows = [
        (
            make_printable(target.name, NAME_LENGTH),
            words.moment(document["as_of"]),
            format_points(document["score"]["value"]),
            words.label(BANDS, document["score"]["band"] or "")
            if document["score"]["band"]
            else words("Grade withheld"),
            tell_share(document["score"]["coverage_pct"], words),
            _tell_changes(document, words),
            Cell(words("yes"), "good") if document["assessment_id"] in target.delivered else words("no"),
        )
        for target in targets
        for document in target.documents
    ]
    return (
        build_table(columns, rows, nothing=words("No assessment was made on these days.")),
        *_build_closure(targets, words),
    )


def _tell_changes(document: Document, words: Words) -> str:
    if document["comparison"] is None:
        return words("first assessment")
    counts = Counter(change["kind"] for change in document["comparison"]["changes"])
    return "\n".join(f"{words.label(CHANGES, kind)} {counts[kind]}" for kind in _COUNTED if counts[kind]) or NOTHING


def _build_closure(targets: Sequence[ReportedTarget], words: Words) -> Iterator[FrameBlock]:
    columns = (
        Column(words("Target"), 28),
        Column(words("Resolved"), 18, is_number=True),
        Column(words("New"), 18, is_number=True),
        Column(words("Open: critical, high"), 18, is_number=True),
        Column(words("Open: all"), 18, is_number=True),
    )
    rows = []
    for target in targets:
        if not target.documents:
            continue
        moved = Counter(
            change["kind"]
            for document in target.documents
            if document["comparison"]
            for change in document["comparison"]["changes"]
        )
        left = _count_severities(target.documents[-1])
        grave = sum(left[key] for key in GRAVE)
        rows.append(
            (
                make_printable(target.name, NAME_LENGTH),
                words.count(moved["resolved"]),
                words.count(moved["new"]),
                Cell(words.count(grave), "bad" if grave else "good"),
                words.count(sum(left.values())),
            )
        )
    if rows:
        yield build_table(columns, rows, title=words("Closure of findings"))
