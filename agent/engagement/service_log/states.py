"""In which state an entry of the service log is, and its day. Pure."""

from __future__ import annotations

from datetime import date, datetime

from agent.engagement.service_log.entries import (
    Incident,
    LogEntry,
    Preparation,
    ProductRequest,
    Project,
    SupportQuestion,
    TopicSession,
    Usage,
)
from agent.model.labels import N_

OPEN, IN_WORK, DONE = N_("Open"), N_("In progress"), N_("Closed")
_REQUESTS = {
    "open": N_("Under review"),
    "planned": N_("Planned"),
    "delivered": N_("Delivered"),
    "declined": N_("Declined"),
}
_FINISHED, _HELD, _TO_COME, _RECOVERED = N_("Finished"), N_("Held"), N_("To come"), N_("Recovered")


def describe_state(entry: LogEntry) -> str:
    """Return the state of an entry as a message."""
    match entry:
        case SupportQuestion():
            return DONE if entry.closed else IN_WORK if entry.responded else OPEN
        case Incident():
            if entry.recovered is None:
                return IN_WORK if entry.responded else OPEN
            return _RECOVERED if is_open(entry) else DONE
        case Project():
            return _FINISHED if entry.finished else IN_WORK
        case ProductRequest():
            return _REQUESTS[entry.state]
        case TopicSession():
            return _HELD if entry.held else _TO_COME
    return ""


def is_open(entry: LogEntry) -> bool:
    """Whether something is still to be done: an incident is open until all its actions are done, too."""
    match entry:
        case SupportQuestion():
            return entry.closed is None
        case Incident():
            pending = any(action.done is None for action in (*entry.actions, *entry.prevention))
            return entry.recovered is None or pending
        case Project():
            return entry.finished is None
        case ProductRequest():
            return entry.state in ("open", "planned")
        case TopicSession():
            return entry.held is None
    return False


def find_day(entry: LogEntry) -> date | datetime | str:
    """Return when an entry began: a moment, a day, or the month of a usage; empty where it has none."""
    match entry:
        case SupportQuestion():
            return entry.asked
        case Incident():
            return entry.reported
        case Project():
            return entry.start
        case ProductRequest():
            return entry.raised
        case TopicSession():
            return entry.held or entry.planned or ""
        case Preparation():
            return entry.freeze.first if entry.freeze else ""
        case Usage():
            return entry.month
    return ""
