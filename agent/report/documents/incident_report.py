"""The report on a major fault of production (《故障处理报告》), from the service log and what the tenant still held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import Incident
from agent.engagement.service_log.responses import Response, judge_response
from agent.model.incident import Signal, Timeline
from agent.model.labels import N_
from agent.report.documents.telling import (
    build_actions,
    tell_minutes,
    tell_moment,
    tell_response,
    tell_second,
    tell_severity,
    tell_span,
    tell_text,
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
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable

_CERTAINTIES: Mapping[str, str] = {
    "confirmed": N_("Confirmed"),
    "probable": N_("Probable, by the signals below; not confirmed"),
    "open": N_("Still to be found"),
}
_SERVICE, _LOG = N_("Service"), N_("Service log")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReport:
    """An incident and the timelines that were collected for it."""

    engagement: Engagement
    incident: Incident
    timelines: tuple[Timeline, ...]
    now: datetime
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the timeline: when, what, and who or which record says so."""

    at: datetime
    text: str
    origin: str
    tone: str = ""
    is_minute: bool = False

    @property
    def order(self) -> datetime:
        """Where it stands: a record of a whole minute behind what happened in that minute."""
        return self.at + timedelta(seconds=59) if self.is_minute else self.at


def build_incident_report(told: IncidentReport, words: Words, style: Style) -> Frame:
    """Return the report. A cause that nobody confirmed is called probable, with its evidence, or open."""
    incident = told.incident
    response = judge_response(incident, told.engagement.service, told.now)
    severity = tell_severity(incident, words)
    return Frame(
        language=words.language,
        cover=build_frame_cover(
            words("Fault Report"),
            told.occasion,
            words,
            style,
            (
                (words("Fault"), make_printable(incident.title, NAME_LENGTH)),
                (words("Severity"), severity),
                (words("Target"), make_printable(incident.target or "", NAME_LENGTH)),
                (words("Occurred"), tell_moment(incident.begun, words)),
            ),
        ),
        verdict=_tell_verdict(incident, words),
        tone="warn" if incident.recovered else "bad",
        remarks=tuple(_tell_remarks(told, words)),
        figures=(
            KeyFigure(words("Severity"), incident.severity, severity, "bad"),
            KeyFigure(words("Out of service"), *_tell_outage(told, words)),
            _tell_first_response(response, words),
            KeyFigure(
                words("Recovered after the report"),
                tell_span(incident.recovered - incident.reported, words) if incident.recovered else NOTHING,
            ),
        ),
        chapters=(
            FrameChapter("summary", words("The fault in brief"), tuple(_build_summary(incident, words))),
            FrameChapter(
                "timeline",
                words("Timeline"),
                tuple(_build_timeline(told, words)),
                words("All times are of the zone {zone}.", zone=told.engagement.service.timezone),
            ),
            FrameChapter(
                "impact", words("Impact"), (_tell_prose(incident.impact, words("The impact is not recorded yet.")),)
            ),
            FrameChapter("cause", words("Root cause"), tuple(_build_cause(told, words))),
            FrameChapter(
                "recovery", words("Recovery"), (_tell_prose(incident.recovery, words("Nothing is recorded yet.")),)
            ),
            FrameChapter(
                "actions",
                words("Actions"),
                (build_actions(incident.actions, words, nothing=words("No action is agreed yet.")),),
            ),
            FrameChapter(
                "prevention",
                words("Prevention"),
                (build_actions(incident.prevention, words, nothing=words("No prevention is agreed yet.")),),
                words("The checks of the next assessment see whether each measure holds."),
            ),
        ),
    )


def _tell_verdict(incident: Incident, words: Words) -> str:
    title = make_printable(incident.title, NAME_LENGTH)
    if incident.recovered is None:
        return words("{title}: not recovered yet.", title=title)
    return words("{title}: recovered at {moment}.", title=title, moment=tell_moment(incident.recovered, words))


def _tell_outage(told: IncidentReport, words: Words) -> tuple[str, str]:
    """Return how long the outage lasted, or lasts up to the report, and a note on that."""
    outage = told.incident.outage
    if outage is None:
        return NOTHING, words("not recorded")
    lasts = words("still out at {moment}", moment=tell_moment(told.now, words)) if outage.last is None else ""
    return tell_span((outage.last or told.now) - outage.first, words), lasts


def _tell_first_response(response: Response, words: Words) -> KeyFigure:
    """Return the first response in the hours that its promise counts, and in all hours where these are more."""
    told = tell_response(response, words)
    if response.responded is None:
        return KeyFigure(words("First response"), NOTHING, told.text, told.tone)
    passed = response.responded - response.asked
    note = told.text
    if passed > timedelta(minutes=response.taken_min + 1):
        by_clock = tell_span(passed, words)
        note = words("{promise}; in working hours. By the clock: {passed}.", promise=note, passed=by_clock)
    return KeyFigure(words("First response"), tell_minutes(response.taken_min, words), note, told.tone)


def _tell_remarks(told: IncidentReport, words: Words) -> Iterator[str]:
    cause = told.incident.cause
    signals = _list_causes(told)
    if cause and cause.certainty == "confirmed":
        yield words("Root cause: {cause}", cause=make_printable(cause.text))
    elif cause and cause.certainty == "probable":
        yield words("Probable root cause, to be confirmed: {cause}", cause=make_printable(cause.text))
    elif signals and cause is None:
        causes = words("; ").join(words.pick(signal.cause).rstrip(".。") for signal in signals)
        yield words("Probable root cause, to be confirmed: {cause}", cause=causes)
    else:
        yield words("The root cause is still to be found.")
    for actions, text in (
        (told.incident.actions, N_("Actions still to be done: {count}.")),
        (told.incident.prevention, N_("Measures of prevention still to be done: {count}.")),
    ):
        pending = sum(action.done is None for action in actions)
        if pending:
            yield words(text, count=pending)


def _list_causes(told: IncidentReport) -> Sequence[Signal]:
    """Return the signals that name a cause; the others only tell how the fault showed itself."""
    return [signal for signal in _list_signals(told) if not signal.is_symptom]


def _list_signals(told: IncidentReport) -> Sequence[Signal]:
    return [signal for timeline in told.timelines for signal in timeline.signals]


def _build_summary(incident: Incident, words: Words) -> Iterator[FrameBlock]:
    outage = incident.outage
    pairs = (
        (words("Symptom"), tell_text(incident.symptom)),
        (words("Occurred"), tell_moment(incident.begun, words)),
        (words("Reported"), _join(tell_moment(incident.reported, words), incident.reported_by)),
        (words("First response"), _join(tell_moment(incident.responded, words), incident.owner)),
        (words("Recovered at"), tell_moment(incident.recovered, words)),
        (
            words("Out of service"),
            f"{tell_moment(outage.first, words)} – {_tell_end(outage.last, words)}" if outage else NOTHING,
        ),
        (words("Progress notices"), words.count(len(incident.notices))),
    )
    yield FrameBlock(pairs=tuple(pair for pair in pairs if pair[1] != NOTHING))


def _tell_end(moment: datetime | None, words: Words) -> str:
    return tell_moment(moment, words) if moment else words("still out")


def _join(*parts: str) -> str:
    return " · ".join(make_printable(part, NAME_LENGTH) for part in parts if part)


def _tell_prose(text: str, nothing: str) -> FrameBlock:
    told = text.strip()
    return FrameBlock(paragraphs=(tell_text(told),)) if told else FrameBlock(nothing=nothing)


def _build_timeline(told: IncidentReport, words: Words) -> Iterator[FrameBlock]:
    lines = sorted(
        (*_list_own_lines(told.incident, words), *_list_read_lines(told, words)), key=lambda line: line.order
    )
    columns = (Column(words("Point in time"), 18), Column(words("Event"), 56), Column(words("Recorded by"), 26))
    yield build_table(
        columns,
        (
            (
                tell_moment(line.at, words) if line.is_minute else tell_second(line.at, words),
                Cell(line.text, line.tone),
                line.origin,
            )
            for line in lines
        ),
    )
    unseen = tuple(_list_unseen(told, words))
    if unseen:
        yield FrameBlock(title=words("What the records do not hold"), items=unseen)
    if not told.timelines:
        yield FrameBlock(paragraphs=(words("No records of the tenant were collected for this report."),))


def _list_own_lines(incident: Incident, words: Words) -> Iterator[_Line]:
    by_service, log = words(_SERVICE), words(_LOG)
    if incident.occurred:
        yield _Line(incident.occurred, words("The fault occurred"), log, "bad")
    yield _Line(incident.reported, words("Reported by {name}", name=tell_text(incident.reported_by)), log, "warn")
    if incident.responded:
        yield _Line(incident.responded, words("First response"), _join(by_service, incident.owner))
    for notice in incident.notices:
        text = words("Progress notice: {text}", text=tell_text(notice.text))
        yield _Line(notice.at, text, _join(by_service, notice.by))
    for event in incident.events:
        yield _Line(event.at, tell_text(event.text), make_printable(event.source, NAME_LENGTH) or log)
    if incident.recovered:
        yield _Line(incident.recovered, words("Recovered"), log, "good")


def _list_read_lines(told: IncidentReport, words: Words) -> Iterator[_Line]:
    for timeline in told.timelines:
        for event in timeline.events:
            text = words.pick(event.texts)
            if event.until:
                text = words("{event} Until {moment}.", event=text, moment=tell_moment(event.until, words))
            is_minute = not (event.at.second or event.at.microsecond)
            yield _Line(event.at, text, _join(timeline.target, event.view), is_minute=is_minute)


def _list_unseen(told: IncidentReport, words: Words) -> Iterator[str]:
    for timeline in told.timelines:
        for one in timeline.unseen:
            since = words("from {moment} on", moment=tell_moment(one.since, words)) if one.since else ""
            yield _join(timeline.target, one.view, words.pick(one.texts), since)


def _build_cause(told: IncidentReport, words: Words) -> Iterator[FrameBlock]:
    cause, signals = told.incident.cause, _list_signals(told)
    if cause:
        yield FrameBlock(pairs=((words("State"), words.label(_CERTAINTIES, cause.certainty)),))
        yield FrameBlock(paragraphs=(tell_text(cause.text),))
        if cause.evidence:
            yield FrameBlock(title=words("What speaks for it"), items=tuple(tell_text(text) for text in cause.evidence))
    elif _list_causes(told):
        yield FrameBlock(pairs=((words("State"), words.label(_CERTAINTIES, "probable")),))
    else:
        yield FrameBlock(pairs=((words("State"), words.label(_CERTAINTIES, "open")),))
        yield FrameBlock(
            paragraphs=(
                words("The records that were collected name no cause, and none is written down yet.")
                if told.timelines
                else words("No cause is written down yet, and no records of the tenant were collected."),
            )
        )
    if signals:
        columns = (Column(words("What the records speak for"), 42), Column(words("What speaks for it"), 58))
        rows = (
            (_tell_signal(signal, words), "\n".join(words.pick(text) for text in signal.evidence)) for signal in signals
        )
        yield build_table(columns, rows, title=words("Signals in the records of the tenant"))


def _tell_signal(signal: Signal, words: Words) -> str:
    told = words.pick(signal.cause)
    return f"{told}\n{words('How the fault showed itself, not its cause.')}" if signal.is_symptom else told
