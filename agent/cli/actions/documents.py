"""What ``ob-health document`` does: read the service log and the history, and write a document from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.targets import locate_history, say_damaged
from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.loading import load_service_log
from agent.engagement.service_terms import Entitlement, require_entitlement
from agent.engagement.subscription import find_current_period, list_done, list_periods
from agent.model.assessment import Period
from agent.model.terms import Text
from agent.report.documents.assessed import ReportedTarget
from agent.report.documents.closing_list import Term, build_closing_list
from agent.report.documents.quarterly_report import Quarter, build_quarterly_report
from agent.report.documents.question_list import QuestionList, build_question_list
from agent.report.documents.write_document import Build, DocumentWish, validate_document_formats, write_document
from agent.report.view.frame import Occasion
from agent.support import console
from agent.support.errors import ConfigError, NoHistory, RenderError


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOptions:
    """Options of every command that writes a document. ``languages`` None stands for those of the engagement."""

    out: Path
    formats: Sequence[str]
    languages: Sequence[str] | None = None
    outside_service: str = ""


def write_question_list(
    engagement: Engagement, options: DocumentOptions, first: date | None, last: date | None, now: datetime
) -> None:
    """Write the list of questions. Without days it is that of the running quarter, up to today."""
    validate_wish(engagement, options)
    today = now.astimezone(engagement.service.zone).date()
    last = last or today
    period = find_current_period(engagement.subscription, now)
    first = first or (period.start if period else engagement.service.start)
    if last < first:
        args = {"first": first.isoformat(), "last": last.isoformat()}
        raise ConfigError(Text("The last day {last} is before the first day {first}. Correct --from or --to.", args))
    occasion = Occasion(
        customer=engagement.customer.name,
        subject=f"{first} – {last}",
        number=f"QL-{first:%Y%m%d}-{last:%Y%m%d}",
        made=now,
    )
    told = QuestionList(
        engagement=engagement,
        log=load_service_log(engagement, now),
        first=first,
        last=last,
        now=now,
        occasion=occasion,
    )
    write_one(
        engagement,
        options,
        "questions",
        occasion,
        lambda words, style: build_question_list(told, words, style),
        subject=f"{first:%Y%m%d}-{last:%Y%m%d}",
    )


def write_quarterly_report(engagement: Engagement, options: DocumentOptions, number: int, now: datetime) -> None:
    """Write the quarterly service report of a period of the term, by its number; 0 is the one that runs now."""
    reason = require_entitlement(engagement, Entitlement.QUARTERLY, options.outside_service)
    validate_wish(engagement, options)
    period = _choose_period(engagement, number, now)
    occasion = Occasion(
        customer=engagement.customer.name,
        subject=f"Q{period.number} · {period.start} – {period.end - timedelta(days=1)}",
        number=f"QSR-{period.number:02}-{now.astimezone(engagement.service.zone):%Y%m%d}",
        made=now,
        outside_service=reason,
    )
    told = Quarter(
        engagement=engagement,
        log=load_service_log(engagement, now),
        period=period,
        targets=read_assessed(engagement, period.start, period.end),
        now=now,
        occasion=occasion,
    )
    write_one(
        engagement,
        options,
        "quarterly-report",
        occasion,
        lambda words, style: build_quarterly_report(told, words, style),
        subject=f"Q{period.number}",
    )


def write_closing_list(engagement: Engagement, options: DocumentOptions, now: datetime) -> None:
    """Write the closing list of the term."""
    reason = require_entitlement(engagement, Entitlement.CLOSING, options.outside_service)
    validate_wish(engagement, options)
    service = engagement.service
    occasion = Occasion(
        customer=engagement.customer.name,
        subject=f"{service.start} – {service.end - timedelta(days=1)}",
        number=f"CL-{now.astimezone(service.zone):%Y%m%d}",
        made=now,
        outside_service=reason,
    )
    told = Term(
        engagement=engagement,
        log=load_service_log(engagement, now),
        targets=read_assessed(engagement, service.start, service.end),
        now=now,
        occasion=occasion,
    )
    write_one(
        engagement,
        options,
        "closing-list",
        occasion,
        lambda words, style: build_closing_list(told, words, style),
        subject="",
    )


def validate_wish(engagement: Engagement, options: DocumentOptions) -> None:
    """Raise ConfigError for formats and languages that are not known, before anything is read or written."""
    validate_document_formats(options.formats, options.languages or engagement.language)


def _choose_period(engagement: Engagement, number: int, now: datetime) -> Period:
    periods = list_periods(engagement.service.start, engagement.service.months)
    if not number:
        current = find_current_period(engagement.subscription, now)
        if current is None:
            text = "No quarter of the term runs today. Name one with --period, from 1 to {count}."
            raise ConfigError(Text(text, {"count": str(len(periods))}))
        return current
    today = now.astimezone(engagement.service.zone).date()
    chosen = next((period for period in periods if period.number == number), None)
    if chosen is None:
        text = "The term has no quarter {number}; it has {count}. Correct --period."
        raise ConfigError(Text(text, {"number": str(number), "count": str(len(periods))}))
    if chosen.start > today:
        text = "Quarter {number} begins only on {day}; there is nothing to report of it yet."
        raise ConfigError(Text(text, {"number": str(number), "day": chosen.start.isoformat()}))
    return chosen


def read_assessed(engagement: Engagement, first: date, end: date) -> tuple[ReportedTarget, ...]:
    """Return each target with its recorded assessments from ``first`` to before ``end``, and the last one before.

    Without a history nothing was assessed; assessments that are damaged are left out with a warning.
    """
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            say_damaged(history, engagement.customer.name)
            return tuple(_read_target(engagement, history, name, first, end) for name in engagement.targets)
    except NoHistory as error:
        console.warn(error.text)
    return tuple(
        ReportedTarget(name=name, earlier=None, documents=(), delivered=frozenset()) for name in engagement.targets
    )


def _read_target(engagement: Engagement, history: History, name: str, first: date, end: date) -> ReportedTarget:
    least_pct, zone = rules.load_scoring().counts_from_coverage_pct, engagement.service.zone
    past = history.recorded(engagement.customer.name, name)
    inside = [one for one in past if first <= one.as_of.astimezone(zone).date() < end]
    before = [one for one in past if one.as_of.astimezone(zone).date() < first]
    return ReportedTarget(
        name=name,
        earlier=history.load(before[-1].id) if before else None,
        documents=tuple(history.load(one.id) for one in inside),
        delivered=frozenset(one.id for one in list_done(engagement.subscription, past, least_pct) if one),
    )


def write_one(
    engagement: Engagement, options: DocumentOptions, kind: str, occasion: Occasion, build: Build, *, subject: str
) -> None:
    """Write a document and say which files were written. Raises RenderError if one could not be."""
    wish = DocumentWish(
        kind=kind,
        customer=engagement.customer.name,
        subject=subject,
        made=occasion.made,
        zone=engagement.service.zone,
        build=build,
        house=engagement.report,
        directory=options.out,
        formats=options.formats,
        languages=options.languages or engagement.language,
    )
    try:
        files = write_document(wish)
    except RenderError as error:
        for path in error.written:
            console.say("written: {path}", path=str(path))
        raise
    for path in files:
        console.say("written: {path}", path=str(path))
