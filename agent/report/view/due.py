"""By which day work of each deadline is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from agent.model.terms import Deadline

# Counted from the day of the assessment. What is due now still has to be read, decided and done.
DUE_DAYS: Mapping[str, int] = {Deadline.NOW: 7, Deadline.MONTH: 30, Deadline.QUARTER: 90}


def find_due_day(deadline: str, assessed: date) -> date | None:
    """Return the day by which it should be done; None for a deadline that is not known."""
    days = DUE_DAYS.get(deadline)
    return None if days is None else assessed + timedelta(days=days)
