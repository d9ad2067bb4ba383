"""In which state an entry of the service log is, and its day. Pure."""

from __future__ import annotations

from datetime import date, datetime

from agent.engagement.service_log.entries import (
    Delivery,
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
_LAPSED, _DELIVERED = N_("Not held on the day planned"), N_("Delivered")


def describe_state(entry: LogEntry, today: date) -> str:
    """Return the state of an entry on a day of the service's zone, as a message."""
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
            lapsed = entry.held is None and entry.planned is not None and entry.planned < today
            return _HELD if entry.held else _LAPSED if lapsed else _TO_COME
        case Delivery():
            return _DELIVERED
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
    found: date | datetime | str | None = None
    match entry:
        case SupportQuestion():
            found = entry.asked
        case Incident():
            found = entry.reported
        case Project():
            found = entry.start
        case ProductRequest():
            found = entry.raised
        case TopicSession():
            found = entry.held or entry.planned
        case Preparation():
            found = entry.freeze.first if entry.freeze else None
        case Usage():
            found = entry.month
        case Delivery():
            found = entry.delivered
    return found or ""
