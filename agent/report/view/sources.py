"""What was read: the sources, and every statement that was sent."""

from __future__ import annotations

from dataclasses import dataclass

from agent.model.document import Document
from agent.model.labels import STATUSES
from agent.model.terms import Unit
from agent.report.words import NAME_LENGTH, Words, make_printable


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One fact source, and what became of it."""

    source: str
    view: str
    status: str
    rows: str
    duration: str
    truncated: bool
    reason: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement as it was sent; ``error`` is empty or its number."""

    number: int
    source: str
    rows: str
    duration: str
    error: str


def list_source_lines(document: Document, words: Words) -> tuple[SourceLine, ...]:
    """Return the sources in the order of reading."""
    return tuple(
        SourceLine(
            source=make_printable(source["source"], NAME_LENGTH),
            view=make_printable(source["view"], NAME_LENGTH),
            status=words.label(STATUSES, source["status"]),
            rows=words.count(source["rows"]),
            duration=words.value(source["duration_ms"], Unit.MILLISECONDS),
            truncated=source["truncated"],
            reason=words.pick(source["reason"]),
        )
        for source in document["sources"]
    )


def list_statement_lines(document: Document, words: Words) -> tuple[StatementLine, ...]:
    """Return every statement in the order of sending; none for documents of older agents."""
    return tuple(
        StatementLine(
            number,
            make_printable(sent["source"], NAME_LENGTH),
            words.count(sent["rows"]),
            words.value(sent["duration_ms"], Unit.MILLISECONDS),
            "" if sent["error"] is None else str(sent["error"]),
        )
        for number, sent in enumerate(document["statements"], start=1)
    )
