"""The TAM's calendar: due dates as an iCalendar file (RFC 5545), written anew each time with the same identities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event

from agent.service.due_dates import DueDate
from agent.support import console
from agent.support.console import strip_controls
from agent.support.files import write_whole

_PRODUCT = "-//ob-health//schedule//EN"


def build_calendar(dates: Iterable[DueDate], now: datetime) -> bytes:
    """Return the calendar with an entry of whole days for each date, in the language of the console."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for due in {due.key: due for due in dates}.values():
        event = Event()
        event.add("uid", f"{hashlib.sha256(due.key.encode()).hexdigest()[:32]}@ob-health")
        event.add("dtstamp", now)
        event.add("dtstart", due.first)
        event.add("dtend", due.last + timedelta(days=1))  # the day after the last one, by the standard
        event.add("summary", strip_controls(console.localize_text(due.title)))
        event.add("transp", "TRANSPARENT")  # a quarter is not an appointment: the days stay free
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def write_calendar(path: Path, dates: Iterable[DueDate], now: datetime) -> None:
    """Write the calendar to a file, whole or not at all. Raises WriteError."""
    write_whole(path, build_calendar(dates, now))
