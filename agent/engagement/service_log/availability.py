"""How long a target was not available, by the outages of production that the service log holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.engagement.service_log.entries import Incident

_WHOLE_PCT = 100.0


@dataclass(frozen=True, slots=True)
class Availability:
    """How long a target was out, and in which share of the time it was available.

    ``unrecorded`` are the ids of major faults whose outage nobody wrote down: with one of them ``share_pct`` is None,
    as it is without any time. ``running`` are the ids of outages that still last.
    """

    out: timedelta
    share_pct: float | None
    unrecorded: tuple[str, ...]
    running: tuple[str, ...]


def judge_availability(incidents: Sequence[Incident], target: str, first: datetime, last: datetime) -> Availability:
    """Return the availability of a target between two moments (aware). An incident without a target is one of all."""
    concerned = [one for one in incidents if one.production and one.target in (None, target)]
    unrecorded = tuple(
        one.id
        for one in concerned
        if one.is_major and one.outage is None and one.begun < last and (one.recovered is None or one.recovered > first)
    )
    running = tuple(one.id for one in concerned if one.outage and one.outage.last is None and one.outage.first < last)
    out, span = measure_outage(concerned, first, last), last - first
    known = not unrecorded and span > timedelta(0)
    return Availability(out, _WHOLE_PCT * (1 - out / span) if known else None, unrecorded, running)


def measure_outage(incidents: Iterable[Incident], first: datetime, last: datetime) -> timedelta:
    """Return how long the outages of incidents lasted between two moments (aware); what overlaps counts once.

    An outage that still runs lasts to the second moment.
    """
    spans = sorted(
        (max(one.outage.first, first), min(one.outage.last or last, last)) for one in incidents if one.outage
    )
    total, reached = timedelta(0), first
    for earliest, end in spans:
        begin = max(earliest, reached)
        if end > begin:
            total, reached = total + (end - begin), end
    return total
