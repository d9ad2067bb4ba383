"""Records that history returns without loading the document of an assessment, and claims of periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One assessment in a list. ``score`` and ``band`` are None where coverage was too low to grade."""

    id: str
    customer: str
    target: str
    as_of: datetime
    period_number: int | None
    period_from: date | None
    period_to: date | None
    score: float | None
    band: str | None
    coverage_pct: float
    ruleset_sha256: str
    agent_version: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One finding at one time; ``severity`` and ``outcome`` are the values of their enumerations."""

    assessment_id: str
    as_of: datetime
    severity: str
    outcome: str
    risk_points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """An assessment that was removed; ``place`` is the directory that its files were written to, if any."""

    id: str
    customer: str
    target: str
    as_of: datetime
    keep_until: datetime
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right of one run to assess a target for the period that begins on ``period_from``, until ``until`` (aware).

    Each claim of a period has a higher ``token`` than those before it, and nothing is recorded under an older one.
    ``lease`` is how long the claim lasts each time that it is taken or renewed.
    """

    customer: str
    target: str
    period_from: date
    holder: str
    lease: timedelta
    token: int
    until: datetime
