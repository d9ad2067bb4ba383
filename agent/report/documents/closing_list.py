"""The closing list at the end of a term: all that was owed, and all that was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.days import (
    LogDays,
    list_incidents,
    list_projects,
    list_promised,
    list_questions,
    list_requests,
    list_sessions,
    list_standing,
    list_usage,
)
from agent.engagement.service_log.entries import DocumentKind
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.owed import OwedDocument, OwedSession, list_owed_documents, list_owed_sessions
from agent.engagement.service_log.states import is_open
from agent.engagement.service_terms import has_premier_tier
from agent.engagement.subscription import list_periods
from agent.model.assessment import Period
from agent.model.labels import N_
from agent.report.documents.assessed import ReportedTarget, count_open
from agent.report.documents.chapters import build_projects, build_requests, build_sessions, build_usage
from agent.report.documents.telling import (
    build_actions,
    build_incidents,
    build_promises,
    build_questions,
    build_rates,
    join_lines,
    summarize,
    tell_day,
)
from agent.report.style import Style
from agent.report.view.frame import (
    Cell,
    Column,
    Frame,
    FrameBlock,
    FrameChapter,
    KeyFigure,
    Occasion,
    build_frame_cover,
    build_table,
)
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable

_DOCUMENTS = {
    DocumentKind.QUESTIONS: N_("List of Questions"),
    DocumentKind.QUARTER: N_("Quarterly Service Report"),
    DocumentKind.INCIDENT: N_("Fault Report"),
    DocumentKind.READINESS: N_("Plan for the Protection of a Critical Period"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A whole term, what the service log holds, and all assessments of each target."""

    engagement: Engagement
    log: ServiceLog
    targets: tuple[ReportedTarget, ...]
    now: datetime
    occasion: Occasion

    @property
    def days(self) -> LogDays:
        """The days of the term."""
        service = self.engagement.service
        return LogDays(service.start, service.end, service.zone)

    @property
    def today(self) -> date:
        """The day on which the list is made, in the service's zone."""
        return self.now.astimezone(self.engagement.service.zone).date()


@dataclass(frozen=True, slots=True)
class _OwedAssessment:
    """An assessment that is owed for a target in a period, and what was delivered for it."""

    period: Period
    target: str
    delivered: str
    score: str

    def is_missed(self, today: date) -> bool:
        """Whether it can no longer be delivered."""
        return not self.delivered and self.period.end <= today


def build_closing_list(told: Term, words: Words, style: Style) -> Frame:
    """Return the list. It can be made before the end of the term; then it says what is still to come."""
    log, service, today, term = told.log, told.engagement.service, told.today, told.days
    last_day = service.end - timedelta(days=1)
    promises = summarize(list_promised(log, term), service, told.now)
    owed = _list_owed(told)
    late = sum(one.due - one.kept for one in promises)
    days = words("{first} to {last}", first=service.start.isoformat(), last=last_day.isoformat())
    return Frame(
        language=words.language,
        cover=build_frame_cover(
            words("Closing List of the Service Term"),
            told.occasion,
            words,
            style,
            ((words("Term"), days), (words("Service tier"), make_printable(service.tier, NAME_LENGTH))),
        ),
        verdict=tell_closing_verdict(owed.count_missed(today), late, is_over=today >= service.end, words=words),
        tone="bad" if owed.count_missed(today) else "warn" if late else "good",
        remarks=tuple(_tell_remarks(told, owed, late, words)),
        figures=(*owed.list_figures(words), *build_rates(promises, words)),
        chapters=(
            *_build_owed(told, owed, words),
            FrameChapter(
                "promises",
                words("Response promises"),
                (build_promises(promises, words),),
                words("Counted from what was asked and reported on these days."),
            ),
            FrameChapter(
                "questions",
                words("Questions"),
                (build_questions(list_questions(log, term), service, told.now, words),),
            ),
            FrameChapter(
                "incidents",
                words("Incidents"),
                (build_incidents(list_incidents(log, term), service, told.now, words),),
            ),
            FrameChapter(
                "projects", words("Special projects"), (build_projects(list_projects(log, term), today, words),)
            ),
            FrameChapter(
                "requests", words("Requests to the product"), (build_requests(list_requests(log, term), today, words),)
            ),
            FrameChapter(
                "usage",
                words("Resource usage against the prepaid estimate"),
                (build_usage(list_usage(log, term), words),),
            ),
            FrameChapter("left", words("What is handed over open"), tuple(_build_left(told, owed, words))),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """All that the tier owes in the term, one by one. What it does not have is empty."""

    assessments: list[_OwedAssessment]
    sessions: tuple[OwedSession, ...]
    documents: tuple[OwedDocument, ...]

    def count_missed(self, today: date) -> int:
        """Return how much of it is due and was not delivered."""
        missed = sum(one.is_missed(today) for one in self.assessments)
        missed += sum(one.is_missed(today) for one in self.sessions)
        return missed + sum(one.is_missed(today) for one in self.documents)

    def list_figures(self, words: Words) -> Iterator[KeyFigure]:
        """Yield how much of each kind was delivered."""
        for label, done, owed in (
            (words("Assessments"), sum(bool(one.delivered) for one in self.assessments), len(self.assessments)),
            (words("Topic sessions"), sum(bool(one.held) for one in self.sessions), len(self.sessions)),
            (words("Documents"), sum(bool(one.delivery) for one in self.documents), len(self.documents)),
        ):
            if owed:
                yield KeyFigure(label, words("{done} of {owed}", done=done, owed=owed))


def _list_owed(told: Term) -> _Owed:
    service, is_premier = told.engagement.service, has_premier_tier(told.engagement)
    return _Owed(
        assessments=_list_assessments(told) if is_premier else [],
        sessions=list_owed_sessions(service, told.log.sessions) if is_premier else (),
        documents=list_owed_documents(told.engagement, told.log),
    )


def _build_owed(told: Term, owed: _Owed, words: Words) -> Iterator[FrameChapter]:
    if has_premier_tier(told.engagement):
        yield FrameChapter(
            "assessments",
            words("Assessments owed and delivered"),
            (_build_assessments(owed.assessments, told.today, words),),
            words("The plan of enlargement is part of the report of each assessment."),
        )
        held = list_sessions(told.log, told.days)
        yield FrameChapter("sessions", words("Topic sessions"), build_sessions(owed.sessions, held, told.today, words))
    yield FrameChapter(
        "documents",
        words("Documents owed and delivered"),
        (_build_documents(owed.documents, told, words),),
        words("By the deliveries in the service log: a document of which none is recorded counts as not delivered."),
    )


def _list_assessments(told: Term) -> list[_OwedAssessment]:
    service, found = told.engagement.service, []
    for period in list_periods(service.start, service.months):
        for target in told.targets:
            inside = [
                document
                for document in target.documents
                if document["assessment_id"] in target.delivered
                and period.start
                <= datetime.fromisoformat(document["as_of"]).astimezone(service.zone).date()
                < period.end
            ]
            last = inside[-1] if inside else None
            score = format_points(last["score"]["value"]) if last else NOTHING
            found.append(_OwedAssessment(period, target.name, last["assessment_id"] if last else "", score))
    return found


def _build_assessments(assessments: list[_OwedAssessment], today: date, words: Words) -> FrameBlock:
    columns = (
        Column(words("Quarter"), 10, is_number=True),
        Column(words("Days"), 26),
        Column(words("Target"), 20),
        Column(words("State"), 16),
        Column(words("Score"), 10, is_number=True),
        Column(words("Report number"), 18),
    )
    rows = (
        (
            words.count(one.period.number),
            words("{first} to {last}", first=str(one.period.start), last=str(one.period.end - timedelta(days=1))),
            make_printable(one.target, NAME_LENGTH),
            Cell(words("Delivered"), "good")
            if one.delivered
            else Cell(words("Missed"), "bad")
            if one.is_missed(today)
            else Cell(words("Not due yet"), "soft"),
            one.score,
            one.delivered or NOTHING,
        )
        for one in assessments
    )
    return build_table(columns, rows)


def _build_documents(documents: tuple[OwedDocument, ...], told: Term, words: Words) -> FrameBlock:
    columns = (
        Column(words("Document"), 34),
        Column(words("About"), 28),
        Column(words("State"), 18),
        Column(words("Delivered on"), 20),
    )
    rows = (
        (
            words(_DOCUMENTS[one.kind]),
            _tell_subject(one, words),
            Cell(words("Delivered"), "good")
            if one.delivery
            else Cell(words("No delivery recorded"), "bad")
            if one.is_missed(told.today)
            else Cell(words("Not due yet"), "soft"),
            join_lines(tell_day(one.delivery.delivered), one.delivery.received_by) if one.delivery else NOTHING,
        )
        for one in documents
    )
    return build_table(columns, rows, nothing=words("The term owes no document."))


def _tell_subject(one: OwedDocument, words: Words) -> str:
    if one.kind in (DocumentKind.QUESTIONS, DocumentKind.QUARTER):
        return words("Quarter {number}", number=one.about)
    return make_printable(one.about, NAME_LENGTH)


def tell_closing_verdict(missed: int, late: int, *, is_over: bool, words: Words) -> str:
    """Return the verdict: all that is due and not recorded as delivered goes before promises that were not kept."""
    if missed:
        return words("Of what was owed, so much is not recorded as delivered: {count}.", count=missed)
    if late:
        return words("All that is due was delivered; responses that came later than promised: {count}.", count=late)
    if is_over:
        return words("All that the term owed was delivered.")
    return words("All that is due so far was delivered; the term still runs.")


def _tell_remarks(told: Term, owed: _Owed, late: int, words: Words) -> Iterator[str]:
    if late and owed.count_missed(told.today):
        yield words("Responses that came later than promised: {count}.", count=late)
    if told.today < told.engagement.service.end:
        yield words("The term still runs; this list tells its state on {day}.", day=told.today.isoformat())
    yield words("All times are of the zone {zone}.", zone=told.engagement.service.timezone)


def _build_left(told: Term, owed: _Owed, words: Words) -> Iterator[FrameBlock]:
    log, term = told.log, told.days
    entries = (
        *list_standing(log, term),
        *(one for one in list_questions(log, term) if is_open(one)),
        *(one for one in list_projects(log, term) if is_open(one)),
        *(one for one in list_requests(log, term) if is_open(one)),
    )
    lines = [f"{entry.id} · {make_printable(entry.title, NAME_LENGTH)}" for entry in entries]
    lines += [
        words("Topic session {number}, not held", number=one.number)
        for one in owed.sessions
        if one.is_missed(told.today)
    ]
    grave = count_open(told.targets)
    if grave:
        lines.append(words("Open findings, critical or high: {count}", count=grave))
    yield FrameBlock(items=tuple(lines), nothing=words("Nothing is left open."))
    pending = [
        action
        for incident in log.incidents
        if term.is_before_end(incident.reported)
        for action in (*incident.actions, *incident.prevention)
        if not action.done
    ]
    if pending:
        yield build_actions(pending, words, title=words("Actions that are still to be done"))
