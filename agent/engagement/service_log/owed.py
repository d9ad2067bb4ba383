"""What the service owes by its terms beside the assessments: topic sessions and documents. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from agent.engagement.engagement_file import Engagement, ServiceBlock
from agent.engagement.service_log.entries import Delivery, DocumentKind, TopicSession
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_terms import has_premier_tier
from agent.engagement.subscription import add_months, list_periods


@dataclass(frozen=True, slots=True)
class OwedSession:
    """One topic session that is owed on the days from ``start`` to before ``end``, and the one that was held for it."""

    number: int
    start: date
    end: date
    held: TopicSession | None

    def is_missed(self, today: date) -> bool:
        """Whether it can no longer be held in its time."""
        return self.held is None and self.end <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedDocument:
    """A document that is owed, and its delivery if one is recorded.

    ``about`` is what a delivery names it by: the number of the quarter, the id of the incident, or the name of the
    critical period. ``due`` is the first day on which it is missing; None as long as that is open, as for a fault
    that is not recovered.
    """

    kind: DocumentKind
    about: str
    due: date | None
    delivery: Delivery | None

    def is_missed(self, today: date) -> bool:
        """Whether it is due and no delivery of it is recorded."""
        return self.delivery is None and self.due is not None and self.due <= today


def list_owed_sessions(service: ServiceBlock, sessions: Iterable[TopicSession]) -> tuple[OwedSession, ...]:
    """Return the topic sessions that the whole term owes, with the first one that was held in the time of each."""
    held = sorted((one for one in sessions if one.held), key=lambda one: one.held or date.max)
    step, found = service.promises.session_months, []
    for number in range(1, service.months // step + 1):
        start, end = add_months(service.start, (number - 1) * step), add_months(service.start, number * step)
        inside = (one for one in held if one.held and start <= one.held < end)
        found.append(OwedSession(number, start, end, next(inside, None)))
    return tuple(found)


def list_owed_documents(engagement: Engagement, log: ServiceLog) -> tuple[OwedDocument, ...]:
    """Return the documents that the tier owes in the whole term beside the reports of its assessments."""
    delivered: dict[tuple[str, str], Delivery] = {}
    for one in sorted(log.deliveries, key=lambda one: one.delivered):
        delivered.setdefault((one.document, one.about), one)
    return tuple(
        OwedDocument(kind=kind, about=about, due=due, delivery=delivered.get((kind, about)))
        for kind, about, due in _list_due(engagement, log)
    )


def _list_due(engagement: Engagement, log: ServiceLog) -> Iterator[tuple[DocumentKind, str, date | None]]:
    service = engagement.service
    periods, is_premier = list_periods(service.start, service.months), has_premier_tier(engagement)
    for period in periods:
        yield DocumentKind.QUESTIONS, str(period.number), period.end
    if not is_premier:
        return
    for period in periods:
        yield DocumentKind.QUARTER, str(period.number), period.end
    for one in sorted(log.incidents, key=lambda one: one.reported):
        if one.is_major and service.start <= one.reported.astimezone(service.zone).date() < service.end:
            due = one.recovered.astimezone(service.zone).date() if one.recovered else None
            yield DocumentKind.INCIDENT, one.id, due
    critical = {one.name: one for name in engagement.targets for one in engagement.business_of(name).critical_periods}
    for name, days in critical.items():
        if service.start <= days.first < service.end:
            yield DocumentKind.READINESS, name, days.first
