"""By which day work of each deadline is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from agent.model.document import CriticalPeriodEntry, Document
from agent.model.terms import Category, Deadline
from agent.report.words import Words

# Counted from the day of the assessment. What is due now still has to be read, decided and done.
DUE_DAYS: Mapping[str, int] = {Deadline.NOW: 7, Deadline.MONTH: 30, Deadline.QUARTER: 90}


def find_due_day(deadline: str, codes: Collection[str], document: Document, words: Words) -> date | None:
    """Return the day by which work on these checks should be done; None for a deadline that is not known.

    More capacity has to be there before the load comes: such work is due before the next critical period begins.
    """
    days = DUE_DAYS.get(deadline)
    if days is None:
        return None
    assessed = words.day(document["as_of"])
    due = assessed + timedelta(days=days)
    is_capacity = any(
        result["code"] in codes and result["category"] == Category.CAPACITY for result in document["results"]
    )
    period = find_next_period(document, assessed) if is_capacity else None
    before = date.fromisoformat(period["from"]) - timedelta(days=1) if period else None
    return min(due, before) if before and before > assessed else due


def find_next_period(document: Document, day: date) -> CriticalPeriodEntry | None:
    """Return the critical period that is running or comes next; None if the customer told none."""
    ahead = [one for one in document["business"]["critical_periods"] if date.fromisoformat(one["to"]) >= day]
    return min(ahead, key=lambda one: (one["from"], one["to"]), default=None)
