"""Frozen types of the whole line.

Imports nothing of ours but ``agent.terms``, ``spec``, ``spending``, ``permission`` and ``outlook``. Conventions: bytes
are ``int``, percentages ``float`` 0-100, times aware UTC, ``Text`` is anything a person reads (rendered late, per
language).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from agent.outlook import BridgeStep, Colophon, Figures, TrendPoint, Unlock, WorkUnit
from agent.permission import Authorization
from agent.spec import CheckSpec, Mute, Ruleset
from agent.spending import Budget, Cost, Receipt, Sent
from agent.terms import (
    Actor,
    Category,
    ChangeKind,
    Outcome,
    Scalar,
    Severity,
    TenantKind,
    Text,
    UnavailableKind,
    Version,
)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A fact set that could not be had: why, and what would unlock it."""

    kind: UnavailableKind
    reason: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What happened to one fact source: for the coverage table and the journal."""

    source: str
    view: str
    status: str
    rows: int = 0
    duration_ms: float = 0.0
    truncated: bool = False
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something preflight saw that limits the assessment."""

    what: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the target is and what our account may see there (preflight's answer).

    ``columns`` maps an upper-case system view name to its upper-case columns; ``privileges`` are the
    account's global privileges in upper case; ``grants`` maps an upper-case view name to the columns
    granted (empty = all), and key ``"*"`` stands for the whole system schema. ``beyond_reading`` is what the account
    may do beyond reading, and where; None where the server does not say.
    """

    version: Version
    tenant_kind: TenantKind
    account: str
    system_schema: str = "oceanbase"
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    privileges: frozenset[str] = frozenset()
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    embedded: bool = False
    problems: tuple[Problem, ...] = ()
    beyond_reading: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything checks may know. ``as_of`` is the only clock.

    ``facts`` maps a row type to its rows or to ``Unavailable``. ``budget`` and ``receipt`` are
    None where they were not kept.
    """

    target: str
    tenant_kind: TenantKind
    version: Version
    as_of: datetime
    facts: Mapping[type, tuple[Any, ...] | Unavailable]
    records: tuple[SourceRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    cost: Cost = field(default_factory=Cost)
    embedded: bool = False
    budget: Budget | None = None
    receipt: Receipt | None = None
    statements: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged measurement. ``limit`` is the rung reached; ``names``, by language, where the resource has ours."""

    fingerprint: str
    resource: str
    severity: Severity
    risk_points: float
    value: float | str | None
    limit: float | str | None
    evidence: Mapping[str, Scalar]
    text: Text
    sql: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    muted: Mute | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of one check. Findings are ordered worst first, then by resource.

    ``risk_stake`` is the lower end of the top class the check's rule can reach.
    ``unlock`` is the first thing that would let it be assessed, ``also_needs`` what else is needed then.
    ``reason`` beside findings says what could not be judged; ``well`` are then the resources without a finding.
    ``unjudged``, with their names by language, are those of which too little is known, whatever the outcome.
    """

    code: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: Text | None = None
    unlock: Text | None = None
    group: str = ""
    actor: Actor = Actor.CUSTOMER
    category: Category = Category.CAPACITY
    risk_stake: float = 0.0
    attested: bool = False
    also_needs: tuple[Text, ...] = ()
    well: frozenset[str] = frozenset()
    unjudged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Carried:
    """A finding of the assessment ``since`` that none of the ``runs`` after it found again or knew to be gone."""

    finding: Finding
    since: str
    runs: int


@dataclass(frozen=True, slots=True)
class ScoredResult:
    """The score's view of one check: ``risk_points`` is what counts in R; ``carried`` the longest first."""

    risk_points: float = 0.0
    points_lost: float = 0.0
    gain: float = 0.0
    symptom_of: str = ""
    carried: tuple[Carried, ...] = ()

    @property
    def carried_from(self) -> str:
        """The assessment that last saw what is carried; empty where nothing is."""
        return self.carried[0].since if self.carried else ""

    @property
    def carried_runs(self) -> int:
        return self.carried[0].runs if self.carried else 0


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """Points lost in one category; None where nothing of it was assessed."""

    points_lost: float | None
    risk_points: float
    coverage_pct: float


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict. ``band`` is None when coverage is too low to grade; points sum to 100 - value."""

    value: float
    low: float
    high: float
    band: str | None
    provisional: bool
    coverage_pct: float
    categories: Mapping[str, CategoryScore]
    results: Mapping[str, ScoredResult]
    hidden_by_mutes: float = 0.0
    hidden_by_overrides: float = 0.0
    unlocks: tuple[Unlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One finding against the last assessment."""

    kind: ChangeKind
    code: str
    fingerprint: str
    resource: str
    severity: Severity
    was_severity: Severity | None = None
    value: float | str | None = None
    was_value: float | str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the last assessment; ``score_delta`` None without a comparable score.

    ``bridge`` deals the difference out; ``categories_was`` are the points lost then, None where nothing was assessed.
    """

    baseline_id: str
    baseline_as_of: datetime
    score_was: float | None
    score_delta: float | None
    ruleset_changed: bool
    changes: tuple[Change, ...] = ()
    bridge: tuple[BridgeStep, ...] = ()
    categories_was: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier assessment as score and compare need it. ``trend``: those before it and itself, oldest first."""

    id: str
    as_of: datetime
    ruleset_sha256: str
    score: float | None
    results: Mapping[str, CheckResult]
    scored: Mapping[str, ScoredResult]
    categories: Mapping[str, float | None] = field(default_factory=dict)
    trend: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """One of the 4n quarters of a subscription; ``number`` counts from 1, ``end`` is exclusive."""

    number: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that history stores and renderers print of one target, with times as in ``timezone``, a name of IANA."""

    id: str
    agent_version: str
    customer: str
    period: Period | None
    authorization: Authorization | None
    snapshot: Snapshot
    specs: Mapping[str, CheckSpec]
    ruleset: Ruleset
    results: tuple[CheckResult, ...]
    score: Score
    comparison: Comparison | None = None
    notes: tuple[Text, ...] = ()
    roadmap: tuple[WorkUnit, ...] = ()
    figures: Figures = field(default_factory=Figures)
    colophon: Colophon = field(default_factory=Colophon)
    timezone: str = "UTC"
