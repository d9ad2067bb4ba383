"""The quarterly service report (《季度服务报告》): what the service did in a quarter, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import Incident, Project, SupportQuestion
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.owed import list_owed_sessions
from agent.engagement.service_log.responses import ResponseSummary
from agent.engagement.service_log.states import is_open
from agent.model.assessment import Period
from agent.report.documents.assessed import (
    ReportedTarget,
    build_assessments,
    build_operation,
    count_open,
    find_last_score,
    tell_score_change,
)
from agent.report.documents.chapters import build_projects, build_requests, build_sessions, build_usage
from agent.report.documents.telling import (
    INCIDENT_SEVERITIES,
    build_actions,
    build_incidents,
    build_promises,
    build_questions,
    rate_share,
    summarize,
    tell_share,
)
from agent.report.style import Style
from agent.report.view.frame import Frame, FrameBlock, FrameChapter, KeyFigure, Occasion, build_frame_cover
from agent.report.words import NAME_LENGTH, Words, make_printable

_SESSION_NOTICE_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A quarter of the term, what the service log holds, and what the history holds of each target."""

    engagement: Engagement
    log: ServiceLog
    period: Period
    targets: tuple[ReportedTarget, ...]
    now: datetime
    occasion: Occasion

    @property
    def begin(self) -> datetime:
        """The first moment of the quarter (aware)."""
        return datetime.combine(self.period.start, time(), self.engagement.service.zone)

    @property
    def end(self) -> datetime:
        """The moment up to which the report tells: the end of the quarter, or now while it still runs."""
        return min(self.now, datetime.combine(self.period.end, time(), self.engagement.service.zone))

    @property
    def is_running(self) -> bool:
        """Whether the quarter has not ended yet."""
        return self.now < datetime.combine(self.period.end, time(), self.engagement.service.zone)

    def holds(self, moment: datetime | date | None) -> bool:
        """Whether a moment or a day lies in the quarter."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.engagement.service.zone).date()
        return moment is not None and self.period.start <= moment < self.period.end

    def before_end(self, moment: datetime | date) -> bool:
        """Whether a moment or a day lies before the end of the quarter."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.engagement.service.zone).date()
        return moment < self.period.end


def build_quarterly_report(told: Quarter, words: Words, style: Style) -> Frame:
    """Return the report. Figures that nobody recorded are shown as unknown, never as nothing."""
    log, service = told.log, told.engagement.service
    questions = [one for one in log.questions if told.holds(one.asked) or (is_open(one) and told.before_end(one.asked))]
    incidents = [one for one in log.incidents if told.holds(one.reported)]
    asked_now: list[SupportQuestion | Incident] = [one for one in questions if told.holds(one.asked)]
    promises = summarize([*asked_now, *incidents], service, told.now)
    last_day = told.period.end - timedelta(days=1)
    days = words("{first} to {last}", first=told.period.start.isoformat(), last=last_day.isoformat())
    return Frame(
        language=words.language,
        cover=build_frame_cover(
            words("Quarterly Service Report"),
            told.occasion,
            words,
            style,
            (
                (words("Quarter"), words("{number} of the term", number=told.period.number)),
                (words("Days"), days),
                (words("Service tier"), make_printable(service.tier, NAME_LENGTH)),
            ),
        ),
        verdict=_tell_verdict(told, promises, incidents, words),
        tone="warn" if any(one.kept_pct not in (None, 100) for one in promises) or _list_overdue(told) else "good",
        remarks=tuple(_tell_remarks(told, words)),
        figures=tuple(_list_figures(told, promises, questions, incidents, words)),
        chapters=(
            FrameChapter(
                "operation",
                words("Operation of the platform"),
                build_operation(told.targets, log.incidents, told.begin, told.end, words),
                words(
                    "Availability by the outages of production in the service log; growth and load by the first and "
                    "the last assessment."
                ),
            ),
            FrameChapter("promises", words("Response promises"), (build_promises(promises, words),)),
            FrameChapter("questions", words("Questions"), (build_questions(questions, service, told.now, words),)),
            FrameChapter("incidents", words("Incidents"), tuple(_build_incidents(told, incidents, words))),
            FrameChapter("projects", words("Special projects"), (build_projects(_list_projects(told), words),)),
            FrameChapter("requests", words("Requests to the product"), (build_requests(log.requests, words),)),
            FrameChapter(
                "sessions",
                words("Topic sessions"),
                build_sessions(list_owed_sessions(service, log.sessions), log.sessions, told.now, service.zone, words),
                words("One is owed every {months} months of the term.", months=service.promises.session_months),
            ),
            FrameChapter(
                "assessments",
                words("Assessments and the closure of findings"),
                build_assessments(told.targets, words),
            ),
            FrameChapter(
                "usage",
                words("Resource usage against the prepaid estimate"),
                (build_usage([one for one in log.usage if _is_month_in(told, one.month)], words),),
            ),
            FrameChapter("next", words("Next quarter"), tuple(_build_outlook(told, words))),
        ),
    )


def _tell_verdict(
    told: Quarter, promises: Sequence[ResponseSummary], incidents: Sequence[Incident], words: Words
) -> str:
    due, kept = sum(one.due for one in promises), sum(one.kept for one in promises)
    major = sum(one.is_major for one in incidents)
    if _list_overdue(told):
        return words("An assessment of this quarter was not delivered in time.")
    if due > kept:
        return words("{missed} of {due} responses came later than promised.", missed=due - kept, due=due)
    if major:
        return words("All response promises were kept; major faults of production: {count}.", count=major)
    return (
        words("All that was owed in this quarter was delivered, and no major fault of production occurred.")
        if (not told.is_running)
        else words("All that is due so far was delivered, and no major fault of production occurred.")
    )


def _list_overdue(told: Quarter) -> list[str]:
    """Return the targets whose assessment of the quarter was owed and not delivered."""
    return [] if told.is_running else [target.name for target in told.targets if not target.delivered]


def _tell_remarks(told: Quarter, words: Words) -> Iterator[str]:
    if told.is_running:
        yield words(
            "The quarter is still running; this report tells its state at {moment}.",
            moment=f"{told.now.astimezone(words.zone):%Y-%m-%d %H:%M}",
        )
    for target in told.targets:
        yield from tell_score_change(target, words)
    yield words("All times are of the zone {zone}.", zone=told.engagement.service.timezone)


def _list_figures(
    told: Quarter,
    promises: Sequence[ResponseSummary],
    questions: Sequence[SupportQuestion],
    incidents: Sequence[Incident],
    words: Words,
) -> Iterator[KeyFigure]:
    for target in told.targets[:2]:
        score, band = find_last_score(target, words)
        yield KeyFigure(words("Health score {target}", target=make_printable(target.name, NAME_LENGTH)), score, band)
    for one in promises:
        label = words("Responses in time: emergencies") if one.is_emergency else words("Responses in time")
        note = words("{kept} of {due}", kept=one.kept, due=one.due)
        yield KeyFigure(label, tell_share(one.kept_pct, words), note, rate_share(one.kept_pct))
    still_open = sum(is_open(one) for one in questions)
    yield KeyFigure(words("Questions"), words.count(len(questions)), words("open: {count}", count=still_open))
    major = sum(one.is_major for one in incidents)
    yield KeyFigure(
        words("Incidents"),
        words.count(len(incidents)),
        words("major faults: {count}", count=major),
        "bad" if major else "",
    )
    grave = count_open(told.targets)
    yield KeyFigure(
        words("Open findings, critical or high"),
        words.count(grave) if grave is not None else "–",
        "",
        "bad" if grave else "",
    )


def _build_incidents(told: Quarter, incidents: Sequence[Incident], words: Words) -> Iterator[FrameBlock]:
    yield build_incidents(incidents, told.engagement.service, told.now, words)
    pending = [
        action
        for incident in told.log.incidents
        if told.before_end(incident.reported)
        for action in (*incident.actions, *incident.prevention)
        if action.done is None
    ]
    if pending:
        yield build_actions(pending, words, title=words("Actions that are still to be done"))
    major = [one for one in incidents if one.is_major]
    if major:
        lines = tuple(
            f"{one.id} · {words.label(INCIDENT_SEVERITIES, one.severity)} · {make_printable(one.title)}"
            for one in major
        )
        yield FrameBlock(title=words("Major faults with a report of their own"), items=lines)


def _list_projects(told: Quarter) -> list[Project]:
    """Return the special projects of the quarter: those that had begun and were not finished before it."""
    return [
        one
        for one in told.log.projects
        if told.before_end(one.start) and (one.finished is None or one.finished >= told.period.start)
    ]


def _is_month_in(told: Quarter, month: str) -> bool:
    """Whether a month overlaps the quarter."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return first < told.period.end and following > told.period.start


def _build_outlook(told: Quarter, words: Words) -> Iterator[FrameBlock]:
    service = told.engagement.service
    lines = []
    if told.period.end < service.end:
        lines.append(words("Quarterly assessment of each target, from {day}.", day=told.period.end.isoformat()))
    else:
        lines.append(
            words(
                "The term ends on {day}; the closing list states all that was owed and delivered.",
                day=(service.end - timedelta(days=1)).isoformat(),
            )
        )
    for owed in list_owed_sessions(service, told.log.sessions):
        if owed.held is None and owed.start < told.period.end + timedelta(days=_SESSION_NOTICE_DAYS):
            last = owed.end - timedelta(days=1)
            lines.append(
                words("Topic session {number}, to be held until {day}.", number=owed.number, day=last.isoformat())
            )
    for name in dict.fromkeys(told.engagement.targets):
        for critical in told.engagement.business_of(name).critical_periods:
            if told.period.end <= critical.last and critical.first < told.period.end + timedelta(
                days=2 * _SESSION_NOTICE_DAYS
            ):
                lines.append(
                    words(
                        "Critical period {name} ({first} to {last}): the plan for its protection is due before.",
                        name=make_printable(critical.name, NAME_LENGTH),
                        first=critical.first.isoformat(),
                        last=critical.last.isoformat(),
                    )
                )
    open_questions = [one for one in told.log.questions if is_open(one)]
    if open_questions:
        lines.append(words("Open questions to be answered: {ids}", ids=", ".join(one.id for one in open_questions)))
    for project in told.log.projects:
        if is_open(project):
            lines.append(
                words(
                    "Special project {title}, due on {day}.",
                    title=make_printable(project.title, NAME_LENGTH),
                    day=project.due.isoformat(),
                )
            )
    yield FrameBlock(items=tuple(dict.fromkeys(lines)))
