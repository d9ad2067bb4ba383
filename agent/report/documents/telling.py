"""Cells and sentences that several documents of the service have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import ServiceBlock
from agent.engagement.service_log.entries import Action, Incident, LogEntry, SupportQuestion
from agent.engagement.service_log.responses import Response, ResponseSummary, judge_response, summarize_responses
from agent.engagement.service_log.states import describe_state, is_open
from agent.model.labels import N_
from agent.model.terms import Unit
from agent.report.view.frame import Cell, Column, FrameBlock, build_table
from agent.report.words import NOTHING, Words, make_printable

# Severities of an incident, as both sides use them.
INCIDENT_SEVERITIES = {
    "P1": N_("P1 · Production stopped"),
    "P2": N_("P2 · Production severely impaired"),
    "P3": N_("P3 · Partly impaired"),
    "P4": N_("P4 · No effect on the business"),
}
_LONG = 4000  # characters of an answer or a cause that are printed


def tell_moment(moment: datetime | None, words: Words) -> str:
    """Return a moment in the customer's zone, without the zone: the cover names it once."""
    return f"{moment.astimezone(words.zone):%Y-%m-%d %H:%M}" if moment else NOTHING


def tell_day(day: date | None) -> str:
    """Return a day, or a dash."""
    return day.isoformat() if day else NOTHING


def tell_minutes(minutes: float, words: Words) -> str:
    """Return a duration in the unit that fits."""
    return words.value(minutes * 60, Unit.SECONDS)


def tell_span(span: timedelta, words: Words) -> str:
    """Return a duration in the unit that fits."""
    return tell_minutes(span / timedelta(minutes=1), words)


def tell_share(pct: float | None, words: Words) -> str:
    """Return a share in per cent, or a dash where there is nothing to share."""
    return NOTHING if pct is None else words.value(pct, Unit.PCT)


def tell_text(text: str) -> str:
    """Return what a person wrote, printable and not without end; a dash for nothing."""
    return make_printable(text.strip(), _LONG) or NOTHING


def join_lines(*lines: str) -> str:
    """Return the lines of a cell, printable, without the empty ones."""
    return "\n".join(make_printable(line, _LONG) for line in lines if line and line != NOTHING) or NOTHING


def tell_response(response: Response, words: Words) -> Cell:
    """Return how long the first response took, against its promise."""
    promised = tell_minutes(response.promised_min, words)
    if response.responded is None and response.kept is None:
        return Cell(words("not yet due; promised: {promised}", promised=promised), "soft")
    taken = tell_minutes(response.taken_min, words)
    if response.kept:
        return Cell(words("{taken} (promised: {promised})", taken=taken, promised=promised), "good")
    if response.responded is None:
        return Cell(words("no response for {taken} (promised: {promised})", taken=taken, promised=promised), "bad")
    return Cell(words("{taken}, late (promised: {promised})", taken=taken, promised=promised), "bad")


def tell_state(entry: LogEntry, words: Words) -> Cell:
    """Return the state of an entry."""
    return Cell(words(describe_state(entry)), "warn" if is_open(entry) else "good")


def summarize(
    entries: Iterable[SupportQuestion | Incident], service: ServiceBlock, now: datetime
) -> Sequence[ResponseSummary]:
    """Return how the promises were kept for these entries."""
    return summarize_responses(judge_response(entry, service, now) for entry in entries)


def build_promises(summaries: Sequence[ResponseSummary], words: Words) -> FrameBlock:
    """Return the table of promises: how often each was due and kept, and its worst case."""
    columns = (
        Column(words("Promise"), 34),
        Column(words("Responses due"), 14, is_number=True),
        Column(words("Kept"), 12, is_number=True),
        Column(words("Share kept"), 12, is_number=True),
        Column(words("Worst case"), 28),
    )
    return build_table(
        columns,
        (_tell_promise(summary, words) for summary in summaries),
        nothing=words("Nothing that a promise holds for was reported."),
    )


def _tell_promise(summary: ResponseSummary, words: Words) -> tuple[Cell | str, ...]:
    name = words("First response in an emergency") if summary.is_emergency else words("First response")
    worst = summary.worst
    return (
        words("{name}, within {promised}", name=name, promised=tell_minutes(summary.promised_min, words)),
        words.count(summary.due),
        words.count(summary.kept),
        Cell(tell_share(summary.kept_pct, words), rate_share(summary.kept_pct)),
        f"{worst.id} · {tell_minutes(worst.taken_min, words)}" if worst else NOTHING,
    )


def rate_share(kept_pct: float | None) -> str:
    """Return the tone of a share of promises: only all of them are good."""
    return "" if kept_pct is None else "good" if kept_pct >= 100 else "bad"


def build_questions(
    questions: Sequence[SupportQuestion], service: ServiceBlock, now: datetime, words: Words, title: str = ""
) -> FrameBlock:
    """Return the table of questions."""
    columns = (
        Column(words("ID"), 11),
        Column(words("Question"), 24),
        Column(words("Asked"), 15),
        Column(words("First response"), 15),
        Column(words("State"), 10),
        Column(words("Answer"), 25),
    )
    rows = (
        (
            question.id,
            join_lines(tell_text(question.title), question.category, question.target or ""),
            join_lines(tell_moment(question.asked, words), question.asked_by),
            tell_response(judge_response(question, service, now), words),
            tell_state(question, words),
            join_lines(tell_text(question.answer), question.owner),
        )
        for question in questions
    )
    return build_table(columns, rows, title=title, nothing=words("No question was asked."))


def build_incidents(incidents: Sequence[Incident], service: ServiceBlock, now: datetime, words: Words) -> FrameBlock:
    """Return the table of incidents."""
    columns = (
        Column(words("ID"), 11),
        Column(words("Incident"), 22),
        Column(words("Severity"), 16),
        Column(words("Reported"), 14),
        Column(words("First response"), 15),
        Column(words("Recovered after"), 11),
        Column(words("State"), 11),
    )
    rows = (
        (
            incident.id,
            join_lines(tell_text(incident.title), incident.target or ""),
            Cell(words.label(INCIDENT_SEVERITIES, incident.severity), "bad" if incident.is_major else ""),
            tell_moment(incident.reported, words),
            tell_response(judge_response(incident, service, now), words),
            tell_span(incident.recovered - incident.reported, words) if incident.recovered else NOTHING,
            tell_state(incident, words),
        )
        for incident in incidents
    )
    return build_table(columns, rows, nothing=words("No incident was reported."))


def build_actions(actions: Sequence[Action], words: Words, *, title: str = "", nothing: str = "") -> FrameBlock:
    """Return the table of actions with who does them until when, and the checks that see whether they hold."""
    columns = (
        Column(words("Measure"), 44),
        Column(words("Responsible"), 16),
        Column(words("Due"), 13),
        Column(words("Done"), 13),
        Column(words("Checked by"), 14),
    )
    rows = (
        (
            tell_text(action.action),
            tell_text(action.owner),
            tell_day(action.due),
            Cell(tell_day(action.done), "good" if action.done else ""),
            ", ".join(action.checks) or NOTHING,
        )
        for action in actions
    )
    return build_table(columns, rows, title=title, nothing=nothing)
