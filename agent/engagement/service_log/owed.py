"""What the service owes by its terms beside the assessments: topic sessions. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agent.engagement.engagement_file import ServiceBlock
from agent.engagement.service_log.entries import TopicSession
from agent.engagement.subscription import add_months


@dataclass(frozen=True, slots=True)
class OwedSession:
    """One topic session that is owed on the days from ``start`` to before ``end``, and the one that was held for it."""

    number: int
    start: date
    end: date
    held: TopicSession | None


def list_owed_sessions(service: ServiceBlock, sessions: Iterable[TopicSession]) -> tuple[OwedSession, ...]:
    """Return the topic sessions that the whole term owes, with the first one that was held in the time of each."""
    held = sorted((one for one in sessions if one.held), key=lambda one: one.held or date.max)
    step, found = service.promises.session_months, []
    for number in range(1, service.months // step + 1):
        start, end = add_months(service.start, (number - 1) * step), add_months(service.start, number * step)
        inside = (one for one in held if one.held and start <= one.held < end)
        found.append(OwedSession(number, start, end, next(inside, None)))
    return tuple(found)
