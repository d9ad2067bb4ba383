"""What was read: every statement that was sent, with its number, and what became of each source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from agent.model.document import Document, SourceEntry, StatementEntry
from agent.model.labels import OWN_STATEMENTS, STATUSES
from agent.model.terms import Unit
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable

_READ = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One statement that was sent, or a source for which none was: then ``id`` is empty.

    ``id`` is what figures name as their source (``S12``); ``error`` is empty or the server's number. What became of the
    source stands in its first line. ``source`` is the view that was read, or in words what the agent asked for itself.
    """

    id: str
    source: str
    status: str
    rows: str
    duration: str
    at: str
    error: str
    truncated: bool
    reason: str


def list_read_lines(document: Document, words: Words) -> tuple[ReadLine, ...]:
    """Return the statements in the order of sending, then the sources that were not asked for."""
    records = {record["source"]: record for record in document["sources"]}
    lines, told = [], set[str]()
    for number, sent in enumerate(document["statements"], start=1):
        record = records.get(sent["source"])
        lines.append(_build_line(f"S{number}", sent, None if sent["source"] in told else record, words))
        told.add(sent["source"])
    # Documents of older agents list no statements, so there nothing is known of what was asked.
    has_statements = bool(lines)
    for name, record in records.items():
        if name not in told:
            line = _build_line("", None, record, words)
            lines.append(_tell_unasked(line, record, words) if has_statements else line)
    return tuple(lines)


def _tell_unasked(line: ReadLine, record: SourceEntry, words: Words) -> ReadLine:
    """A source is not asked where another one already told that it has nothing: that is not reading no rows."""
    if record["rows"]:
        return line
    if record["status"] != _READ:
        return replace(line, rows=NOTHING, duration=NOTHING)
    return replace(line, status=words("Nothing to read"), rows=NOTHING, duration=NOTHING)


def _build_line(mark: str, sent: StatementEntry | None, record: SourceEntry | None, words: Words) -> ReadLine:
    name = sent["source"] if sent else record["source"] if record else ""
    rows = sent["rows"] if sent else record["rows"] if record else 0
    spent = sent["duration_ms"] if sent else record["duration_ms"] if record else 0.0
    return ReadLine(
        id=mark,
        source=_name_source(name, record, words),
        status=words.label(STATUSES, record["status"]) if record else "",
        rows=words.count(rows),
        duration=words.value(spent, Unit.MILLISECONDS),
        at=_format_clock(sent["at"], words) if sent else "",
        error="" if sent is None or sent["error"] is None else str(sent["error"]),
        truncated=bool(record and record["truncated"]),
        reason=words.pick(record["reason"]) if record else "",
    )


def _name_source(name: str, record: SourceEntry | None, words: Words) -> str:
    """Return what was read in the reader's terms: names of row types are the agent's own and say nothing to a DBA."""
    if record and record["view"]:
        return make_printable(record["view"], NAME_LENGTH)
    return words(OWN_STATEMENTS[name]) if name in OWN_STATEMENTS else make_printable(name, NAME_LENGTH)


def _format_clock(at: str | None, words: Words) -> str:
    """Return the time of day in the customer's zone, for the report tells the day elsewhere; "" for what is no time."""
    try:
        return f"{datetime.fromisoformat(at or '').astimezone(words.zone):%H:%M:%S}"
    except (ValueError, OverflowError):
        return ""


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where figures come from: the view, the numbers of its statements with the first as a link, and the time."""

    view: str
    first: str
    numbers: str
    at: str


class FigureSources:
    """Names the sources of figures, by the names of their sources in the document."""

    def __init__(self, document: Document, words: Words) -> None:
        self._views = {record["source"]: record["view"] for record in document["sources"] if record["rows"]}
        self._sent: defaultdict[str, list[tuple[int, str | None]]] = defaultdict(list)
        for number, sent in enumerate(document["statements"], start=1):
            if sent["error"] is None:
                self._sent[sent["source"]].append((number, sent["at"]))
        self._words = words

    def list_sources(self, names: Iterable[str]) -> tuple[FigureSource, ...]:
        """Return the sources that gave rows, each view once; none for documents of older agents."""
        by_view: dict[str, list[tuple[int, str | None]]] = {}
        for name in names:
            if name in self._views:
                by_view.setdefault(self._views[name], []).extend(self._sent[name])
        return tuple(self._build(view, sorted(set(sent))) for view, sent in by_view.items())

    def _build(self, view: str, sent: list[tuple[int, str | None]]) -> FigureSource:
        name = make_printable(view.removeprefix("oceanbase."), NAME_LENGTH)
        marks = [f"S{number}" for number, _ in sent]
        numbers = f"{marks[0]}–{marks[-1]}" if _is_run(sent) else ", ".join(marks)
        at = _format_clock(sent[0][1], self._words) if sent else ""
        return FigureSource(name, marks[0] if marks else "", numbers, at)


def _is_run(sent: list[tuple[int, str | None]]) -> bool:
    return len(sent) > 2 and sent[-1][0] - sent[0][0] == len(sent) - 1


def describe_sources(sources: Iterable[FigureSource]) -> str:
    """Return the sources in one line, for cells of a table: ``GV$OB_UNITS (S12, 08:01:02)``."""
    return "; ".join(
        f"{source.view} ({', '.join(filter(None, (source.numbers, source.at)))})" if source.first else source.view
        for source in sources
    )
