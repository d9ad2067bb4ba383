"""Carries out the signed retention: removes expired assessments from history, names files left to delete."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from agent.archive.history.entries import Purged
from agent.archive.history.samples import purge_samples
from agent.archive.history.store import History
from agent.model.terms import Scalar, Text
from agent.support import console
from agent.support.errors import ConfigError, HistoryError

CLOCKS_MAY_DIFFER = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(days=366)  # four periods in which nothing was recorded


def purge_customer(history: History, customer: str, server: datetime, local: datetime) -> None:
    """Purge one customer's history after an assessment, by the ``server``'s time. A failure is only a warning.

    ``local`` is this machine's time at the same moment. If the two differ, one of them is wrong: then nothing is
    removed, because what is removed is lost.
    """
    if abs(server - local) > CLOCKS_MAY_DIFFER:
        text = (
            "Nothing is removed from the history: the clock of the target shows {server}, that of this machine "
            "{local}. Correct the wrong clock."
        )
        console.warn(Text(text, {"server": server, "local": local}))
        return
    try:
        purge_expired(history, server, customer)
    except HistoryError as error:
        console.warn(error.text)


def refuse_jumped_clock(history: History, now: datetime) -> None:
    """Raise ConfigError if nothing was recorded for so long that this machine's clock may be wrong."""
    newest = next(iter(history.list(limit=1)), None)
    if newest and now - newest.as_of > LONGEST_SILENCE:
        text = (
            "The clock of this machine shows {now}, and the newest assessment in the history is of {newest}. Nothing "
            "was removed. If the clock is right, say so: --today {today}"
        )
        args: dict[str, Scalar] = {"now": now, "newest": newest.as_of, "today": now.date().isoformat()}
        raise ConfigError(Text(text, args))


def purge_expired(history: History, now: datetime, customer: str | None = None) -> tuple[Purged, ...]:
    """Remove expired assessments and samples from history, print and return the assessments.

    Files are the user's: only their places are printed.
    """
    purge_samples(history, now, customer)
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
