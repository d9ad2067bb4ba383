"""Whether the promised response times were kept: of each question and incident, and of all together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.engagement.engagement_file import ServiceBlock
from agent.engagement.service_log.entries import Incident, SupportQuestion
from agent.engagement.service_log.working_time import ALWAYS, measure_minutes

_WHOLE_PCT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The first response to a question or an incident. ``kept`` is None as long as the promise can still be kept.

    ``taken_min`` counts the hours of the promise, up to now where nobody has responded.
    """

    id: str
    title: str
    asked: datetime
    responded: datetime | None
    is_emergency: bool
    promised_min: int
    taken_min: float
    kept: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSummary:
    """All responses of one promise. ``kept_pct`` is None where none is due; ``worst`` took the longest."""

    is_emergency: bool
    promised_min: int
    due: int
    kept: int
    kept_pct: float | None
    worst: Response | None


def judge_response(entry: SupportQuestion | Incident, service: ServiceBlock, now: datetime) -> Response:
    """Return how the promise stands for one entry at ``now`` (aware)."""
    promises = service.promises
    if isinstance(entry, SupportQuestion):
        asked, emergency = entry.asked, entry.emergency
    else:
        asked, emergency = entry.reported, entry.is_emergency
    promised = promises.emergency_response_min if emergency else promises.response_min
    # An emergency does not wait for the morning, whatever hours the other promises count.
    hours = ALWAYS if emergency else promises.hours
    taken = measure_minutes(asked, entry.responded or now, hours, service.calendar, service.zone)
    late = taken > promised
    return Response(
        id=entry.id,
        title=entry.title,
        asked=asked,
        responded=entry.responded,
        is_emergency=emergency,
        promised_min=promised,
        taken_min=taken,
        kept=None if entry.responded is None and not late else not late,
    )


def summarize_responses(responses: Iterable[Response]) -> tuple[ResponseSummary, ...]:
    """Return a summary for each promise, that for emergencies first; promises that nothing fell under are left out."""
    listed = list(responses)
    groups = ([one for one in listed if one.is_emergency is wanted] for wanted in (True, False))
    return tuple(_summarize(group) for group in groups if group)


def _summarize(responses: Sequence[Response]) -> ResponseSummary:
    due = [one for one in responses if one.kept is not None]
    kept = sum(one.kept is True for one in due)
    return ResponseSummary(
        is_emergency=responses[0].is_emergency,
        promised_min=responses[0].promised_min,
        due=len(due),
        kept=kept,
        kept_pct=_WHOLE_PCT * kept / len(due) if due else None,
        worst=max(due, key=lambda one: one.taken_min / one.promised_min, default=None),
    )
