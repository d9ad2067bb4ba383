"""Attempts to assess a target: they tell whether a period without an assessment was missed, or could not be made."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from agent.archive.history.models import AttemptRow
from agent.archive.history.store import History
from agent.model.assessment import AttemptEnd, PastAttempt

# What comes of attempts is kept this often while it stays the same: a target may be away for months.
_KEPT_EACH = timedelta(hours=6)


def note_attempt(history: History, customer: str, target: str, attempt: PastAttempt) -> None:
    """Keep what came of an attempt. One like the last, a few hours after it, is not kept."""
    with history.begin() as session:
        newest = select(AttemptRow).where(AttemptRow.customer == customer, AttemptRow.target == target)
        last = session.scalars(newest.order_by(AttemptRow.at.desc()).limit(1)).one_or_none()
        if last and last.result == attempt.end.value and timedelta(0) <= attempt.at - last.at < _KEPT_EACH:
            return
        if session.get(AttemptRow, (customer, target, attempt.at)) is None:
            session.add(AttemptRow(customer=customer, target=target, at=attempt.at, result=attempt.end.value))


def list_attempts(history: History, customer: str, target: str) -> tuple[PastAttempt, ...]:
    """Return the attempts of a target that were kept, oldest first. A row with another end than ours is left out."""
    query = select(AttemptRow.at, AttemptRow.result).where(AttemptRow.customer == customer, AttemptRow.target == target)
    with history.begin() as session:
        found = session.execute(query.order_by(AttemptRow.at)).all()
    return tuple(PastAttempt(at, AttemptEnd(result)) for at, result in found if result in set(AttemptEnd))
