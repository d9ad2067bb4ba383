"""How long a target was not available, by the outages of production that the service log holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.engagement.service_log.entries import Incident

_WHOLE_PCT = 100.0


def measure_outage(incidents: Iterable[Incident], target: str, first: datetime, last: datetime) -> timedelta:
    """Return how long production of a target was out between two moments (aware); what overlaps counts once.

    An incident without a target is one of all targets.
    """
    spans = sorted(
        (max(one.outage.first, first), min(one.outage.last, last))
        for one in incidents
        if one.outage and one.production and one.target in (None, target)
    )
    total, reached = timedelta(0), first
    for earliest, end in spans:
        begin = max(earliest, reached)
        if end > begin:
            total, reached = total + (end - begin), end
    return total


def compute_availability(out: timedelta, first: datetime, last: datetime) -> float | None:
    """Return the share of the time between two moments in which the target was available; None without any time."""
    span = last - first
    return _WHOLE_PCT * (1 - out / span) if span > timedelta(0) else None
