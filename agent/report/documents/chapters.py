"""Chapters on parts of the service log that the quarterly report and the closing list have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from agent.engagement.service_log.entries import ProductRequest, Project, TopicSession, Usage
from agent.engagement.service_log.owed import OwedSession
from agent.report.documents.telling import join_lines, tell_day, tell_share, tell_state, tell_text
from agent.report.view.frame import Cell, Column, FrameBlock, build_table
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable

_WHOLE_PCT = 100.0


def build_projects(projects: Sequence[Project], today: date, words: Words) -> FrameBlock:
    """Return the table of special projects with goal and result."""
    columns = (
        Column(words("ID"), 11),
        Column(words("Project and goal"), 33),
        Column(words("Days"), 15),
        Column(words("State"), 11),
        Column(words("Outcome"), 30),
    )
    rows = (
        (
            project.id,
            join_lines(tell_text(project.title), tell_text(project.goal)),
            join_lines(tell_day(project.start), tell_day(project.finished or project.due)),
            tell_state(project, today, words),
            join_lines(
                tell_text(project.result),
                *(f"{tell_text(one.what)}: {one.before} → {one.after}" for one in project.measures),
            ),
        )
        for project in projects
    )
    return build_table(columns, rows, nothing=words("No special project was agreed."))


def build_requests(requests: Sequence[ProductRequest], today: date, words: Words) -> FrameBlock:
    """Return the table of what the customer wants of the product."""
    columns = (
        Column(words("ID"), 11),
        Column(words("Request"), 33),
        Column(words("Raised"), 16),
        Column(words("State"), 12),
        Column(words("Answer"), 28),
    )
    rows = (
        (
            request.id,
            tell_text(request.title),
            join_lines(tell_day(request.raised), request.raised_by),
            tell_state(request, today, words),
            join_lines(tell_text(request.answer), request.planned_for),
        )
        for request in requests
    )
    return build_table(columns, rows, nothing=words("No request was raised."))


def build_sessions(
    owed: Sequence[OwedSession], sessions: Sequence[TopicSession], today: date, words: Words
) -> tuple[FrameBlock, ...]:
    """Return the sessions that the term owes with what was held for each, and all that were held or planned."""
    columns = (
        Column(words("No."), 8),
        Column(words("To be held"), 32),
        Column(words("State"), 18),
        Column(words("Topic"), 42),
    )
    rows = (
        (
            words.count(one.number),
            words("{first} to {last}", first=str(one.start), last=str(one.end - timedelta(days=1))),
            Cell(words("Held"), "good")
            if one.held
            else Cell(words("Missed"), "bad")
            if one.is_missed(today)
            else Cell(words("To come"), "soft"),
            join_lines(tell_text(one.held.title), tell_day(one.held.held)) if one.held else NOTHING,
        )
        for one in owed
    )
    held = (
        (
            session.id,
            join_lines(tell_text(session.title), session.audience),
            tell_day(session.held or session.planned),
            tell_state(session, today, words),
            join_lines(
                tell_text(session.result),
                words("Speaker: {name}", name=session.speaker) if session.speaker.strip() else "",
            ),
        )
        for session in sessions
    )
    told = (
        Column(words("ID"), 11),
        Column(words("Topic"), 34),
        Column(words("Day"), 14),
        Column(words("State"), 12),
        Column(words("Outcome"), 29),
    )
    return (
        build_table(columns, rows, title=words("Owed"), nothing=words("The term owes no topic session.")),
        build_table(told, held, title=words("Held and planned"), nothing=words("No topic session is recorded.")),
    )


def build_usage(usage: Sequence[Usage], words: Words) -> FrameBlock:
    """Return the table of usage against the estimate."""
    columns = (
        Column(words("Month"), 14),
        Column(words("Resource"), 36),
        Column(words("Estimated"), 18, is_number=True),
        Column(words("Used"), 18, is_number=True),
        Column(words("Share used"), 14, is_number=True),
    )
    rows = (
        (
            one.month,
            join_lines(tell_text(one.title), one.target or ""),
            _tell_quantity(one.estimated, one.unit),
            _tell_quantity(one.used, one.unit),
            _tell_share_used(one, words),
        )
        for one in sorted(usage, key=lambda one: (one.month, one.title))
    )
    return build_table(columns, rows, nothing=words("No usage is recorded for these months."))


def _tell_share_used(usage: Usage, words: Words) -> Cell:
    if not usage.estimated:
        return Cell(NOTHING)
    share = _WHOLE_PCT * usage.used / usage.estimated
    return Cell(tell_share(share, words), "warn" if share > _WHOLE_PCT else "")


def _tell_quantity(value: float, unit: str) -> str:
    return f"{value:,.6g} {make_printable(unit, NAME_LENGTH)}"
