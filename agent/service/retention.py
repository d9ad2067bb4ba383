"""Carries out the signed retention: removes expired assessments from history, names files left to delete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent.archive.history.entries import Purged
from agent.archive.history.store import History
from agent.support import console
from agent.support.errors import HistoryError


def purge_customer(history: History, now: datetime, customer: str) -> None:
    """Purge one customer's history before a new assessment. A failure is only a warning."""
    try:
        purge_expired(history, now, customer)
    except HistoryError as error:
        console.warn(error.text)


def purge_expired(history: History, now: datetime, customer: str | None = None) -> tuple[Purged, ...]:
    """Remove expired assessments from history, print and return them. Files are the user's: only places are printed."""
    removed = history.purge(now, customer)
    for gone in removed:
        console.say(
            "removed from history: {id} of {customer}, {target}; it was to be kept until {keep_until}",
            id=gone.id,
            customer=gone.customer,
            target=gone.target,
            keep_until=gone.keep_until,
        )
    for place in dict.fromkeys(gone.place for gone in removed):
        if place and Path(place).exists():
            last = max(gone.as_of for gone in removed if gone.place == place)
            console.say(
                "    {path} may still hold reports, snapshots and journals from {day} and before: delete them there.",
                path=place,
                day=str(last.date()),
            )
    return removed
