"""What ``ob-health incident`` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from agent.archive.history.store import History
from agent.archive.timeline_file import load_timeline, save_timeline
from agent.cli.actions.documents import DocumentOptions, validate_wish, write_one
from agent.cli.actions.targets import for_each_target, make_job, show_progress
from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import MAJOR_SEVERITIES, Incident
from agent.engagement.service_log.loading import find_entry, load_service_log
from agent.engagement.service_terms import Entitlement, require_entitlement
from agent.model.incident import Timeline
from agent.model.terms import Scalar, Text
from agent.report.documents.incident_report import IncidentReport, build_incident_report
from agent.report.view.frame import Occasion
from agent.service.incident_collection import collect_timeline
from agent.service.own_folder import refuse_foreign_folder
from agent.support import console
from agent.support.errors import ConfigError

_LONGEST = timedelta(days=31)


def collect_all_timelines(
    engagement: Engagement,
    history: History | None,
    *,
    out: Path,
    target: str | None,
    span: tuple[str, str],
    now: datetime,
    outside_service: str,
) -> int:
    """Write a timeline for each target to DIR/<target>/. Return the exit code."""
    require_entitlement(engagement, Entitlement.RESCUE, outside_service)
    first, last = _read_span(engagement, span, now)

    def work(name: str) -> int:
        directory = out / name
        refuse_foreign_folder(directory, engagement.customer.name, name)
        with show_progress() as show:
            job = make_job(engagement, name, history, now, outside_service).with_progress(show)
            timeline = collect_timeline(job, directory, first, last)
        path = directory / f"timeline_{first:%Y%m%dT%H%M%SZ}_{last:%Y%m%dT%H%M%SZ}.json"
        save_timeline(timeline, path)
        console.say("written: {path}", path=str(path))
        _print_timeline(timeline, engagement)
        return 0

    return for_each_target(engagement, target, work)


def _read_span(engagement: Engagement, span: tuple[str, str], now: datetime) -> tuple[datetime, datetime]:
    first, last = (
        _read_moment(engagement, option, text) for option, text in zip(("--from", "--to"), span, strict=True)
    )
    args: dict[str, Scalar] = {"first": span[0], "last": span[1]}
    if first >= last:
        raise ConfigError(Text("The end {last} is not after the beginning {first}. Correct --from or --to.", args))
    if first > now:
        raise ConfigError(Text("The beginning {first} is in the future. Correct --from.", args))
    if last - first > _LONGEST:
        text = "From {first} to {last} is longer than {days} days. Name the time of the fault and an hour around it."
        raise ConfigError(Text(text, args | {"days": str(_LONGEST.days)}))
    return first, min(last, now)


def _read_moment(engagement: Engagement, option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            Text("{option} takes a time such as 2026-11-11T00:00, not {given}.", {"option": option, "given": text})
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=engagement.service.zone)


def _print_timeline(timeline: Timeline, engagement: Engagement) -> None:
    language = console.choose_language()
    rows = [
        (f"{event.at.astimezone(engagement.service.zone):%Y-%m-%d %H:%M}", event.view, event.texts[language])
        for event in timeline.events
    ]
    if rows:
        console.print_table(("at", "record", "event"), rows)
    else:
        console.say("The tenant holds nothing of this time any more.")
    for unseen in timeline.unseen:
        since = f"{unseen.since.astimezone(engagement.service.zone):%Y-%m-%d %H:%M}" if unseen.since else ""
        console.say("  {view}: {reason} {since}", "dim", view=unseen.view, reason=unseen.texts[language], since=since)


def write_incident_report(
    engagement: Engagement, options: DocumentOptions, id: str, files: Sequence[Path], now: datetime
) -> None:
    """Write the report on an incident. Raises NotAuthorized for a tier without it, ConfigError for a minor fault."""
    reason = require_entitlement(engagement, Entitlement.RESCUE, options.outside_service)
    validate_wish(engagement, options)
    incident = find_entry(load_service_log(engagement, now), "incidents", id)
    assert isinstance(incident, Incident)
    _require_major(incident)
    occasion = Occasion(
        customer=engagement.customer.name,
        subject=incident.title,
        number=f"FR-{incident.id}",
        made=now,
        outside_service=reason,
    )
    told = IncidentReport(
        engagement=engagement,
        incident=incident,
        timelines=_read_timelines(engagement, incident, files, now),
        now=now,
        occasion=occasion,
    )
    write_one(
        engagement,
        options,
        "fault-report",
        occasion,
        lambda words, style: build_incident_report(told, words, style),
        subject=incident.id,
    )


def _require_major(incident: Incident) -> None:
    """Raise ConfigError unless the service owes a report on the incident."""
    if incident.is_major:
        return
    args: dict[str, Scalar] = {
        "id": incident.id,
        "severity": incident.severity,
        "major": ", ".join(MAJOR_SEVERITIES),
    }
    text = (
        "A fault report is for major faults of production ({major}); {id} is {severity}. It stands in the list of "
        "questions and in the quarterly report."
        if incident.production
        else "A fault report is for faults of production; {id} is of another environment (production: false). It "
        "stands in the list of questions and in the quarterly report."
    )
    raise ConfigError(Text(text, args))


def _read_timelines(
    engagement: Engagement, incident: Incident, files: Sequence[Path], now: datetime
) -> tuple[Timeline, ...]:
    """Return the timelines of a fault. Raises ConfigError for one of another customer, target or time."""
    found = tuple(_read_own_timeline(engagement, file) for file in files)
    for file, timeline in zip(files, found, strict=True):
        _require_its_own(engagement, incident, file, timeline, now)
    if found and not any(one.first <= incident.begun <= one.last for one in found):
        args = {"id": incident.id, "moment": _tell_moment(engagement, incident.begun)}
        text = (
            "No timeline covers the beginning of {id} ({moment}), so none can show its cause. Collect that time, or "
            'correct "occurred" in the service log.'
        )
        raise ConfigError(Text(text, args))
    return found


def _require_its_own(engagement: Engagement, incident: Incident, file: Path, timeline: Timeline, now: datetime) -> None:
    args: dict[str, Scalar] = {"path": str(file), "id": incident.id, "theirs": timeline.target}
    if incident.target not in (None, timeline.target):
        text = "{path} is a timeline of {theirs}, but {id} concerns {ours}. Give that of {ours}."
        raise ConfigError(Text(text, args | {"ours": incident.target or ""}))
    end = max(incident.recovered or now, incident.begun)
    if timeline.last < incident.begun or timeline.first > end:
        args |= {"first": _tell_moment(engagement, timeline.first), "last": _tell_moment(engagement, timeline.last)}
        args |= {"begun": _tell_moment(engagement, incident.begun), "end": _tell_moment(engagement, end)}
        text = (
            "{path} tells of {first} to {last}, but {id} lasted from {begun} to {end}. Collect the time of the fault, "
            'or correct "occurred" in the service log.'
        )
        raise ConfigError(Text(text, args))


def _tell_moment(engagement: Engagement, moment: datetime) -> str:
    return f"{moment.astimezone(engagement.service.zone):%Y-%m-%d %H:%M}"


def _read_own_timeline(engagement: Engagement, file: Path) -> Timeline:
    timeline = load_timeline(file)
    ours = engagement.customer.name
    if timeline.customer != ours:
        args = {"path": str(file), "theirs": timeline.customer, "ours": ours}
        raise ConfigError(Text("{path} is a timeline of {theirs}, not of {ours}. Give that of this customer.", args))
    return timeline
