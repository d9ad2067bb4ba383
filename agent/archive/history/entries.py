"""Records that history returns without loading the document of an assessment, and claims of periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


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


class ChainProblemKind(StrEnum):
    """What is wrong at one place of the chain."""

    BROKEN = "broken"  # a link does not follow from the one before, or its own hash is wrong
    MISSING = "missing"  # its assessment is gone and nobody pruned it
    ALTERED = "altered"  # its assessment, findings or snapshot are not what was recorded
    CUT = "cut"  # the last links are gone


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """A place at which the chain and what is recorded differ. ``assessment_id`` is empty where the end is cut off."""

    kind: ChainProblemKind
    position: int
    assessment_id: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the chain. ``unlinked`` are assessments without a link: recorded before there was a chain."""

    length: int
    sha256: str
    tombstones: int
    unlinked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """One assessment in a curve; ``findings`` counts those that are open, by severity."""

    entry: Entry
    findings: Mapping[str, int]
    snapshot_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """One finding as its row has it; ``severity`` and ``outcome`` are the values of their enumerations."""

    assessment_id: str
    customer: str
    target: str
    as_of: datetime
    code: str
    fingerprint: str
    resource: str
    severity: str
    outcome: str
    risk_points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrediction:
    """What an assessment predicted (``advised_id``), and what a later one (``assessment_id``) measured.

    Both are those of ``agent.model.track_record.Prediction``, and so are their units.
    """

    assessment_id: str
    customer: str
    target: str
    as_of: datetime
    kind: str
    code: str
    fingerprint: str
    resource: str
    advised_id: str
    predicted: float
    predicted_most: float | None
    measured: float
    came_true: bool
