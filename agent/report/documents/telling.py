"""Cells and sentences that several documents of the service have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import ServiceBlock
from agent.engagement.service_log.entries import Action, Incident, LogEntry, SupportQuestion
from agent.engagement.service_log.responses import Response, ResponseSummary, judge_response, summarize_responses
from agent.engagement.service_log.states import describe_state, is_open
from agent.model.labels import N_
from agent.model.terms import Unit
from agent.report.view.frame import Cell, Column, FrameBlock, KeyFigure, build_table
from agent.report.words import NOTHING, Words, make_printable

# Severities of an incident, as both sides use them.
INCIDENT_SEVERITIES = {
    "P1": N_("P1 · Production stopped"),
    "P2": N_("P2 · Production severely impaired"),
    "P3": N_("P3 · Partly impaired"),
    "P4": N_("P4 · No effect on the business"),
}
# The same faults in an environment that is not production.
TEST_SEVERITIES = {
    "P1": N_("P1 · Not production: stopped"),
    "P2": N_("P2 · Not production: severely impaired"),
    "P3": N_("P3 · Not production: partly impaired"),
    "P4": N_("P4 · Not production: no effect"),
}
_HOUR_MIN, _DAY_MIN = 60, 24 * 60
_IN_MINUTES_BELOW = 2 * _HOUR_MIN
_IN_HOURS_BELOW = 2 * _DAY_MIN
_WHOLE_PCT = 100.0
_LONG = 4000  # characters of an answer or a cause that are printed


def tell_moment(moment: datetime | None, words: Words) -> str:
    """Return a moment in the customer's zone, without the zone: the cover names it once."""
    return f"{moment.astimezone(words.zone):%Y-%m-%d %H:%M}" if moment else NOTHING


def tell_second(moment: datetime, words: Words) -> str:
    """Return a moment to the second, as ``tell_moment`` does to the minute."""
    return f"{moment.astimezone(words.zone):%Y-%m-%d %H:%M:%S}"


def tell_day(day: date | None) -> str:
    """Return a day, or a dash."""
    return day.isoformat() if day else NOTHING


def tell_minutes(minutes: float, words: Words) -> str:
    """Return a duration. It is rounded up, to seconds below an hour and to minutes above.

    So it never seems to keep a promise, which is in whole minutes, that it missed.
    """
    seconds = math.ceil(round(minutes * 60, 3))
    if seconds < _HOUR_MIN * 60:
        whole, left = divmod(seconds, 60)
        parts = [(words("{count} min", count=whole), whole), (words("{count} s", count=left), left or not whole)]
        return " ".join(text for text, is_told in parts if is_told)
    total = math.ceil(seconds / 60)
    if total < _IN_MINUTES_BELOW:
        return words("{count} min", count=total)
    days, rest = divmod(total, _DAY_MIN) if total >= _IN_HOURS_BELOW else (0, total)
    hours, left = divmod(rest, _HOUR_MIN)
    told = (
        words("{count} d", count=days) if days else "",
        words("{count} h", count=hours) if hours else "",
        words("{count} min", count=left) if left else "",
    )
    return " ".join(filter(None, told))


def tell_span(span: timedelta, words: Words) -> str:
    """Return a duration in the unit that fits."""
    return tell_minutes(span / timedelta(minutes=1), words)


def tell_share(pct: float | None, words: Words, digits: int = 1) -> str:
    """Return a share in per cent, or a dash where there is nothing to share.

    What is less than all is never rounded to all, and what is more is not either.
    """
    return NOTHING if pct is None else tell_beside(pct, _WHOLE_PCT, words, Unit.PCT, digits)


def tell_beside(value: float, limit: float | None, words: Words, unit: Unit | None, digits: int = 1) -> str:
    """Return a value so that rounding does not take it to its limit, or back to it from beyond."""
    scale = 10.0**digits
    shown = round(value, digits)
    if limit is not None and value < limit <= shown:
        shown = math.floor(value * scale) / scale
    elif limit is not None and value > limit >= shown:
        shown = math.ceil(value * scale) / scale
    return words.value(shown, unit, digits if digits > 1 else None)


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


def tell_state(entry: LogEntry, today: date, words: Words) -> Cell:
    """Return the state of an entry on a day of the service's zone."""
    return Cell(words(describe_state(entry, today)), "warn" if is_open(entry) else "good")


def tell_severity(incident: Incident, words: Words) -> str:
    """Return the severity of an incident, and whether it is one of production."""
    return words.label(INCIDENT_SEVERITIES if incident.production else TEST_SEVERITIES, incident.severity)


def tell_person(name: str, words: Words) -> str:
    """Return who is responsible, so that it does not read as what was answered; empty for nobody."""
    return words("Responsible: {name}", name=make_printable(name, _LONG)) if name.strip() else ""


def build_rates(summaries: Sequence[ResponseSummary], words: Words) -> tuple[KeyFigure, ...]:
    """Return the figures of the first page on the response promises."""
    return tuple(
        KeyFigure(
            words("Responses in time: emergencies") if one.is_emergency else words("Responses in time"),
            tell_share(one.kept_pct, words),
            words("{kept} of {due}", kept=one.kept, due=one.due),
            rate_share(one.kept_pct),
        )
        for one in summaries
    )


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
    questions: Sequence[SupportQuestion], service: ServiceBlock, now: datetime, words: Words, nothing: str = ""
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
    today = now.astimezone(service.zone).date()
    rows = (
        (
            question.id,
            join_lines(tell_text(question.title), question.category, question.target or ""),
            join_lines(tell_moment(question.asked, words), question.asked_by),
            tell_response(judge_response(question, service, now), words),
            tell_state(question, today, words),
            join_lines(tell_text(question.answer), tell_person(question.owner, words)),
        )
        for question in questions
    )
    return build_table(columns, rows, nothing=nothing or words("No question was asked."))


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
    today = now.astimezone(service.zone).date()
    rows = (
        (
            incident.id,
            join_lines(tell_text(incident.title), incident.target or ""),
            Cell(tell_severity(incident, words), "bad" if incident.is_major else ""),
            tell_moment(incident.reported, words),
            tell_response(judge_response(incident, service, now), words),
            tell_span(incident.recovered - incident.reported, words)
            if incident.recovered
            else Cell(words("not recovered"), "bad" if incident.is_major else "warn"),
            tell_state(incident, today, words),
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
