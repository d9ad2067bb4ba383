"""Frozen types of the whole line.

Imports nothing of ours but its vocabulary (``agent.terms``). Conventions: bytes are ``int``, percentages
``float`` 0-100, times aware UTC, ``Text`` is anything a person reads (rendered late, per language).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from agent.terms import (
    Actor,
    Category,
    ChangeKind,
    DataClass,
    Outcome,
    RunAs,
    Scalar,
    Severity,
    TenantKind,
    Text,
    UnavailableKind,
    Unit,
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
    granted (empty = all), and key ``"*"`` stands for the whole system schema.
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


@dataclass(frozen=True, slots=True)
class Cost:
    """What the assessment cost the database (durations by our own clock).

    ``bytes`` are those of the values received; ``waited_ms`` is how long we held back because the target was busy.
    """

    statements: int = 0
    database_ms: float = 0.0
    longest_ms: float = 0.0
    rows: int = 0
    bytes: int = 0
    waited_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What one assessment may cost the target, over one connection."""

    statement_timeout_s: float = 10.0
    total_database_ms: float = 30_000.0
    max_rows: int = 200_000
    max_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Receipt:
    """Our statements as the target's own SQL audit has them, beside what the journal says was sent (``sent_*``).

    ``way`` is how they were found: by our ``marker``, by our ``account`` and the time, or ``""``: not at all, and
    ``reason`` says why. ``writes`` counts statements that changed a row. Times in milliseconds. ``journal_sha256`` is
    the hash of the journal's last line.
    """

    way: str = ""
    sent: int = 0
    sent_ms: float = 0.0
    sent_rows: int = 0
    found: int = 0
    total_ms: float = 0.0
    longest_ms: float = 0.0
    rows: int = 0
    writes: int = 0
    reason: Text | None = None
    journal_sha256: str = ""


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
    cost: Cost = Cost()
    embedded: bool = False
    budget: Budget | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check yields: a stable resource, its value in the check's unit, and evidence."""

    resource: str
    value: float | str | None
    evidence: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remediation:
    """Structured advice. SQL may hold ``{resource}``, ``{recommended}`` and evidence placeholders.

    ``rollback`` is SQL; where there is none, ``no_rollback`` says why.
    """

    advice: str
    run_as: RunAs = RunAs.TENANT
    sql: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    no_rollback: str = ""
    pre_check: str = ""
    post_check: str = ""
    risk: str = ""
    restart: bool = False
    window: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A check's header, built by the ``@check`` decorator.

    ``facts`` maps the measuring function's parameter names to row types; those in ``optional``
    are passed as None when unavailable. ``params`` is the type of its other numbers, or None.
    ``rationale`` is the docstring; ``finding`` the one-line template of a finding. ``rule`` is the entry
    that a plug-in brings in the form of rules.yaml; our own checks have theirs in that file, and None here.
    """

    code: str
    name: str
    category: Category
    unit: Unit
    actor: Actor
    title: str
    finding: str
    rationale: str
    remediation: Remediation
    measure: Callable[..., Iterable[Measurement]]
    facts: Mapping[str, type]
    optional: frozenset[str] = frozenset()
    params_name: str = ""
    params: type | None = None
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS)
    since: Version = Version(4, 0, 0, 0)
    attested: bool = False
    expects_value: bool = False
    parse: Callable[[str], float | str] | None = None
    rule: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs on the measured value; ascending (more is worse) or descending (less is worse)."""

    rungs: tuple[tuple[Severity, float], ...]
    worst: float | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """A yes/no rule: every measurement is a finding of this severity."""

    severity: Severity


@dataclass(frozen=True, slots=True)
class Expected:
    """A parameter's expected value, set of values, or range; anything else is a finding.

    ``recommended`` is what the remediation sets, as the server spells it.
    """

    severity: Severity
    one_of: tuple[float | str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    recommended: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What rules.yaml says of one check."""

    judge: Ladder | Fixed | Expected
    params: Any = None
    params_values: Mapping[str, Scalar] = field(default_factory=dict)
    group: str = ""
    enabled: bool = True
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Mute:
    """A finding somebody answers for until a date. ``fingerprint`` or ``code`` with ``resource`` pattern."""

    owner: str
    reason: str
    until: date
    fingerprint: str = ""
    code: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A change of the shipped rules that somebody answers for until a date."""

    code: str
    owner: str
    reason: str
    until: date
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScoringPolicy:
    """Numbers of the score that rules.yaml may set."""

    prior_failure_rate_pct: float = 5.0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules in force: shipped ones with overrides applied, and the mutes."""

    rules: Mapping[str, Rule]
    sha256: str
    scoring: ScoringPolicy = ScoringPolicy()
    overrides: tuple[Override, ...] = ()
    mutes: tuple[Mute, ...] = ()
    problems: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged measurement. ``limit`` is the rung reached; ``risk_points`` lie inside the class of the severity."""

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


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of one check. Findings are ordered worst first, then by resource.

    ``risk_stake`` is the lower end of the top class the check's rule can reach.
    ``carried_runs`` counts assessments since a carried result was last assessed.
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


@dataclass(frozen=True, slots=True)
class ScoredResult:
    """The score's view of one check: ``risk_points`` is what counts in R."""

    risk_points: float = 0.0
    points_lost: float = 0.0
    gain: float = 0.0
    symptom_of: str = ""
    carried_from: str = ""
    carried_runs: int = 0


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the last assessment; ``score_delta`` None without a comparable score."""

    baseline_id: str
    baseline_as_of: datetime
    score_was: float | None
    score_delta: float | None
    ruleset_changed: bool
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier assessment as score and compare need it."""

    id: str
    as_of: datetime
    ruleset_sha256: str
    score: float | None
    results: Mapping[str, CheckResult]
    scored: Mapping[str, ScoredResult]


@dataclass(frozen=True, slots=True)
class Period:
    """One of the 4n quarters of a subscription; ``number`` counts from 1, ``end`` is exclusive."""

    number: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class SourceScope:
    """The most that the customer lets one fact source read. ``filter``, ``grouped_by`` and ``joined`` are SQL."""

    data_class: DataClass
    views: frozenset[str]
    columns: frozenset[str]
    filter: str
    grouped_by: str
    joined: str
    rows: int


@dataclass(frozen=True, slots=True)
class Authorization:
    """The customer's verified permission. ``not_after`` is exclusive; ``sources`` is by name of the row type.

    ``signer`` is the key's fingerprint, ``sha256`` that of the signed document, ``withheld`` names what else of our own
    may not be sent (``facts.server.DISPENSABLE``), ``outside_service`` is the reason for an assessment that the
    subscription does not cover.
    """

    reference: str
    approver: str
    not_before: datetime
    not_after: datetime
    data_classes: frozenset[DataClass]
    targets: tuple[str, ...] = ()
    signer: str = ""
    sha256: str = ""
    sources: Mapping[str, SourceScope] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    outside_service: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the line produces for one target: everything history stores and renderers print."""

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
