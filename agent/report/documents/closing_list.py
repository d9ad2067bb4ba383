"""The closing list at the end of a term: all that was owed, and all that was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import Incident, SupportQuestion
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.owed import list_owed_sessions
from agent.engagement.service_log.states import is_open
from agent.engagement.subscription import list_periods
from agent.model.assessment import Period
from agent.report.documents.assessed import ReportedTarget
from agent.report.documents.chapters import build_projects, build_requests, build_sessions, build_usage
from agent.report.documents.telling import (
    build_actions,
    build_incidents,
    build_promises,
    build_questions,
    rate_share,
    summarize,
    tell_share,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A whole term, what the service log holds, and all assessments of each target."""

    engagement: Engagement
    log: ServiceLog
    targets: tuple[ReportedTarget, ...]
    now: datetime
    occasion: Occasion


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
    log, service = told.log, told.engagement.service
    today, last_day = told.now.astimezone(service.zone).date(), service.end - timedelta(days=1)
    entries: list[SupportQuestion | Incident] = [*log.questions, *log.incidents]
    promises = summarize(entries, service, told.now)
    assessments, sessions = _list_assessments(told), list_owed_sessions(service, log.sessions)
    missed = sum(one.is_missed(today) for one in assessments)
    missed += sum(one.held is None and one.end <= today for one in sessions)
    days = words("{first} to {last}", first=service.start.isoformat(), last=last_day.isoformat())
    delivered, held = sum(bool(one.delivered) for one in assessments), sum(bool(one.held) for one in sessions)
    return Frame(
        language=words.language,
        cover=build_frame_cover(
            words("Closing List of the Service Term"),
            told.occasion,
            words,
            style,
            ((words("Term"), days), (words("Service tier"), make_printable(service.tier, NAME_LENGTH))),
        ),
        verdict=_tell_verdict(missed, is_over=today >= service.end, words=words),
        tone="bad" if missed else "good",
        remarks=(words("All times are of the zone {zone}.", zone=service.timezone),),
        figures=(
            KeyFigure(words("Assessments"), words("{done} of {owed}", done=delivered, owed=len(assessments))),
            KeyFigure(words("Topic sessions"), words("{done} of {owed}", done=held, owed=len(sessions))),
            *(
                KeyFigure(
                    words("Responses in time: emergencies") if one.is_emergency else words("Responses in time"),
                    tell_share(one.kept_pct, words),
                    words("{kept} of {due}", kept=one.kept, due=one.due),
                    rate_share(one.kept_pct),
                )
                for one in promises
            ),
        ),
        chapters=(
            FrameChapter(
                "assessments", words("Assessments owed and delivered"), (_build_assessments(assessments, today, words),)
            ),
            FrameChapter(
                "sessions",
                words("Topic sessions"),
                build_sessions(sessions, log.sessions, told.now, service.zone, words),
            ),
            FrameChapter("promises", words("Response promises"), (build_promises(promises, words),)),
            FrameChapter("questions", words("Questions"), (build_questions(log.questions, service, told.now, words),)),
            FrameChapter("incidents", words("Incidents"), (build_incidents(log.incidents, service, told.now, words),)),
            FrameChapter("projects", words("Special projects"), (build_projects(log.projects, words),)),
            FrameChapter("requests", words("Requests to the product"), (build_requests(log.requests, words),)),
            FrameChapter(
                "usage", words("Resource usage against the prepaid estimate"), (build_usage(log.usage, words),)
            ),
            FrameChapter("left", words("What is handed over open"), tuple(_build_left(log, words))),
        ),
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


def _tell_verdict(missed: int, *, is_over: bool, words: Words) -> str:
    if missed:
        return words("Not delivered of what was owed: {count}.", count=missed)
    if is_over:
        return words("All that the term owed was delivered.")
    return words("All that is due so far was delivered; the term still runs.")


def _build_left(log: ServiceLog, words: Words) -> Iterator[FrameBlock]:
    lines = [
        f"{entry.id} · {make_printable(entry.title, NAME_LENGTH)}"
        for entry in (*log.questions, *log.projects, *log.requests)
        if is_open(entry)
    ]
    yield FrameBlock(items=tuple(lines), nothing=words("Nothing is left open."))
    pending = [
        action for incident in log.incidents for action in (*incident.actions, *incident.prevention) if not action.done
    ]
    if pending:
        yield build_actions(pending, words, title=words("Actions that are still to be done"))
