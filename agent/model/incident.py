"""The timeline of a fault: what a tenant's records still hold of a span of time, and what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# A sentence in every language.
Told = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """Something that happened at ``at``, or lasted from there ``until``; ``view`` is the record that holds it."""

    at: datetime
    until: datetime | None = None
    view: str
    texts: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A record that could not be read, or goes back only to ``since``: what was before is in it no more."""

    view: str
    texts: Told
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A cause that the records speak for, and why. ``is_symptom``: it only tells how the fault showed itself."""

    cause: Told
    evidence: tuple[Told, ...]
    is_symptom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What was found for the span from ``first`` to ``last`` (aware), read at ``collected_at``. Events are in order."""

    customer: str
    target: str
    version: str
    first: datetime
    last: datetime
    collected_at: datetime
    events: tuple[TimelineEvent, ...]
    unseen: tuple[Unseen, ...]
    signals: tuple[Signal, ...]
