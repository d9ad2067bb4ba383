"""What ``ob-health service`` does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.adding import add_entry
from agent.engagement.service_log.entries import KINDS, Incident, LogEntry, SupportQuestion
from agent.engagement.service_log.loading import load_service_log
from agent.engagement.service_log.responses import judge_response
from agent.engagement.service_log.states import describe_state, find_day, is_open
from agent.engagement.service_terms import Entitlement, require_entitlement
from agent.model.terms import Text
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.suggestions import suggest_words

_OF_THE_PREMIER_TIER = {"session": Entitlement.SESSIONS, "preparation": Entitlement.PROTECTION}


def add_to_log(engagement: Engagement, kind: str, values: Sequence[str], now: datetime, outside_service: str) -> None:
    """Write an entry and say where. Raises ConfigError, and NotAuthorized for what the tier does not have."""
    if kind in _OF_THE_PREMIER_TIER:
        require_entitlement(engagement, _OF_THE_PREMIER_TIER[kind], outside_service)
    console.say("written: {path}", path=str(add_entry(engagement, kind, values, now)))


def print_log(engagement: Engagement, kind: str, now: datetime, *, only_open: bool) -> None:
    """Print the entries as a table. Raises ConfigError for a log with problems and for an unknown kind."""
    if kind and kind not in KINDS.values():
        args = {"kind": kind, "known": ", ".join(KINDS.values())}
        text = Text("The service log has no kind {kind}; known are {known}.", args)
        raise ConfigError(text, suggest_words([kind], tuple(KINDS.values())))
    log = load_service_log(engagement, now)
    rows = [
        _build_row(engagement, name, entry, now)
        for plural, name in KINDS.items()
        if kind in ("", name)
        for entry in log.entries(plural)
        if is_open(entry) or not only_open
    ]
    if not rows:
        console.say("The service log has no such entry.")
        return
    console.print_table(("kind", "id", "title", "day", "state", "response"), rows)


def _build_row(engagement: Engagement, kind: str, entry: LogEntry, now: datetime) -> tuple[str, ...]:
    day = find_day(entry)
    return (
        console.localize(kind),
        entry.id,
        entry.title,
        _format_day(day, engagement.service.zone),
        console.localize(describe_state(entry, now.astimezone(engagement.service.zone).date())),
        " ".join(_tell_response(engagement, entry, now)) or "–",
    )


def _tell_response(engagement: Engagement, entry: LogEntry, now: datetime) -> Iterator[str]:
    if not isinstance(entry, SupportQuestion | Incident):
        return
    response = judge_response(entry, engagement.service, now)
    taken = math.ceil(round(response.taken_min, 3))  # rounded down, a minute too late would look kept
    yield console.localize("{taken}/{promised} min").format(taken=taken, promised=response.promised_min)
    if response.kept is None:
        yield console.localize("waiting")
    elif not response.kept:
        yield console.localize("missed")


def _format_day(day: date | datetime | str, zone: ZoneInfo) -> str:
    if isinstance(day, datetime):
        return f"{day.astimezone(zone):%Y-%m-%d %H:%M}"
    return str(day)
