"""The quarterly service report (《季度服务报告》): what the service did in a quarter, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.days import (
    LogDays,
    is_kept,
    list_incidents,
    list_projects,
    list_promised,
    list_questions,
    list_requests,
    list_sessions,
    list_standing,
    list_usage,
)
from agent.engagement.service_log.entries import Incident, SupportQuestion
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.owed import OwedSession, list_owed_sessions
from agent.engagement.service_log.responses import ResponseSummary
from agent.engagement.service_log.states import is_open
from agent.engagement.subscription import MONTHS_PER_PERIOD, add_months
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
    build_actions,
    build_incidents,
    build_promises,
    build_questions,
    build_rates,
    summarize,
    tell_severity,
)
from agent.report.style import Style
from agent.report.view.frame import Frame, FrameBlock, FrameChapter, KeyFigure, Occasion, build_frame_cover
from agent.report.words import NAME_LENGTH, Words, make_printable

_PLAN_NOTICE_DAYS = 30  # the plan of a critical period is prepared so long before it


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

    @property
    def days(self) -> LogDays:
        """The days of the quarter."""
        return LogDays(self.period.start, self.period.end, self.engagement.service.zone)

    @property
    def today(self) -> date:
        """The day on which the report is made, in the service's zone."""
        return self.now.astimezone(self.engagement.service.zone).date()

    def list_sessions(self) -> list[OwedSession]:
        """Return the topic sessions whose time has a part in the quarter."""
        owed = list_owed_sessions(self.engagement.service, self.log.sessions)
        return [one for one in owed if one.start < self.period.end and one.end > self.period.start]


def build_quarterly_report(told: Quarter, words: Words, style: Style) -> Frame:
    """Return the report. Figures that nobody recorded are shown as unknown, never as nothing."""
    log, service, today = told.log, told.engagement.service, told.today
    questions, incidents = list_questions(log, told.days), list_incidents(log, told.days)
    promises = summarize(list_promised(log, told.days), service, told.now)
    shortfalls = tuple(_list_shortfalls(told, promises, incidents, words))
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
        verdict=shortfalls[0][0] if shortfalls else _tell_good(told, words),
        tone=_choose_tone(tone for _, tone in shortfalls),
        remarks=(*(text for text, _ in shortfalls[1:]), *_tell_remarks(told, words)),
        figures=tuple(_list_figures(told, promises, questions, incidents, words)),
        chapters=(
            FrameChapter(
                "operation",
                words("Operation of the platform"),
                build_operation(
                    told.targets, log.incidents, (told.begin, told.end), words, is_kept=is_kept(log, told.days)
                ),
                words(
                    "Availability by the outages of production in the service log; growth and load by the first and "
                    "the last assessment."
                ),
            ),
            FrameChapter("promises", words("Response promises"), (build_promises(promises, words),)),
            FrameChapter("questions", words("Questions"), (build_questions(questions, service, told.now, words),)),
            FrameChapter("incidents", words("Incidents"), tuple(_build_incidents(told, incidents, words))),
            FrameChapter(
                "projects", words("Special projects"), (build_projects(list_projects(log, told.days), today, words),)
            ),
            FrameChapter(
                "requests",
                words("Requests to the product"),
                (build_requests(list_requests(log, told.days), today, words),),
            ),
            FrameChapter(
                "sessions",
                words("Topic sessions"),
                build_sessions(told.list_sessions(), list_sessions(log, told.days), today, words),
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
                (build_usage(list_usage(log, told.days), words),),
            ),
            FrameChapter("next", words("Next quarter"), tuple(_build_outlook(told, words))),
        ),
    )


def _list_shortfalls(
    told: Quarter, promises: Sequence[ResponseSummary], incidents: Sequence[Incident], words: Words
) -> Iterator[tuple[str, str]]:
    """Yield what the quarter lacks, as sentence and tone, the gravest first."""
    standing = [one for one in list_standing(told.log, told.days) if one.is_major]
    if standing:
        ids = words(", ").join(one.id for one in standing)
        yield words("Major faults of production that are not recovered: {ids}.", ids=ids), "bad"
    overdue = _list_overdue(told)
    if overdue:
        names = words(", ").join(make_printable(name, NAME_LENGTH) for name in overdue)
        yield words("The assessment of this quarter was not delivered in time: {targets}.", targets=names), "warn"
    missed = [one for one in told.list_sessions() if one.end <= told.period.end and one.is_missed(told.today)]
    for one in missed:
        last = (one.end - timedelta(days=1)).isoformat()
        yield words("Topic session {number} was not held until {day}.", number=one.number, day=last), "warn"
    due, kept = sum(one.due for one in promises), sum(one.kept for one in promises)
    if due > kept:
        yield words("{missed} of {due} responses came later than promised.", missed=due - kept, due=due), "warn"
    major = sum(one.is_major for one in incidents)
    if major:
        yield words("Major faults of production: {count}.", count=major), "warn"


def _tell_good(told: Quarter, words: Words) -> str:
    if told.is_running:
        return words("All that is due so far was delivered, and no major fault of production is recorded.")
    return words("All that was owed in this quarter was delivered, and no major fault of production is recorded.")


def _choose_tone(tones: Iterable[str]) -> str:
    found = set(tones)
    return "bad" if "bad" in found else "warn" if found else "good"


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
    yield from build_rates(promises, words)
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
        if told.days.is_before_end(incident.reported)
        for action in (*incident.actions, *incident.prevention)
        if action.done is None
    ]
    if pending:
        yield build_actions(pending, words, title=words("Actions that are still to be done"))
    major = [one for one in incidents if one.is_major]
    if major:
        lines = tuple(f"{one.id} · {tell_severity(one, words)} · {make_printable(one.title)}" for one in major)
        yield FrameBlock(title=words("Major faults with a report of their own"), items=lines)


def _build_outlook(told: Quarter, words: Words) -> Iterator[FrameBlock]:
    service = told.engagement.service
    lines = list[str]()
    if told.period.end < service.end:
        lines.append(words("Quarterly assessment of each target, from {day}.", day=told.period.end.isoformat()))
    else:
        lines.append(
            words(
                "The term ends on {day}; the closing list states all that was owed and delivered.",
                day=(service.end - timedelta(days=1)).isoformat(),
            )
        )
    lines += (
        *_tell_sessions_to_come(told, words),
        *_tell_critical_periods(told, words),
        *_tell_left(told, words),
    )
    yield FrameBlock(items=tuple(dict.fromkeys(lines)))


def _tell_sessions_to_come(told: Quarter, words: Words) -> Iterator[str]:
    """Yield the sessions of the next quarter: those that are planned in it, and those that it can still hold."""
    following = _find_next(told)
    planned = [one for one in told.log.sessions if one.held is None and following.holds(one.planned)]
    for session in planned:
        yield words(
            "Topic session {title}, planned on {day}.",
            title=make_printable(session.title, NAME_LENGTH),
            day=str(session.planned),
        )
    for owed in list_owed_sessions(told.engagement.service, told.log.sessions):
        if owed.held is None and owed.start < following.end and owed.end > following.first:
            last = owed.end - timedelta(days=1)
            yield words("Topic session {number}, to be held until {day}.", number=owed.number, day=last.isoformat())


def _tell_critical_periods(told: Quarter, words: Words) -> Iterator[str]:
    """Yield the critical periods that are ahead and whose plan falls in the next quarter, or is still to be made."""
    following = _find_next(told)
    begin = told.today if told.is_running else told.period.end
    latest = following.end + timedelta(days=_PLAN_NOTICE_DAYS)
    for name in told.engagement.targets:
        for critical in told.engagement.business_of(name).critical_periods:
            if begin <= critical.last and critical.first < latest:
                yield words(
                    "Critical period {name} ({first} to {last}): the plan for its protection is due before.",
                    name=make_printable(critical.name, NAME_LENGTH),
                    first=critical.first.isoformat(),
                    last=critical.last.isoformat(),
                )


def _tell_left(told: Quarter, words: Words) -> Iterator[str]:
    """Yield what goes on into the next quarter: faults, questions and special projects that are not done."""
    standing = list_standing(told.log, told.days)
    if standing:
        yield words("Faults to be recovered: {ids}", ids=words(", ").join(one.id for one in standing))
    waiting = [one for one in list_questions(told.log, told.days) if is_open(one)]
    if waiting:
        yield words("Open questions to be answered: {ids}", ids=words(", ").join(one.id for one in waiting))
    for project in list_projects(told.log, told.days):
        day = project.due.isoformat()
        title = make_printable(project.title, NAME_LENGTH)
        if is_open(project) and project.due >= told.period.end:
            yield words("Special project {title}, due on {day}.", title=title, day=day)
        elif is_open(project) and project.due < told.today:
            yield words("Special project {title}, overdue since {day}.", title=title, day=day)


def _find_next(told: Quarter) -> LogDays:
    """Return the days of the next quarter."""
    end = add_months(told.period.end, MONTHS_PER_PERIOD)
    return LogDays(told.period.end, end, told.engagement.service.zone)
