"""What a check declares and what the rules say of it. Frozen types of the line; see ``agent.model``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.terms import (
    Actor,
    Category,
    RunAs,
    Scalar,
    Severity,
    TenantKind,
    Text,
    Unit,
    Version,
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check yields: a stable resource, its value in the check's unit, and evidence."""

    resource: str
    value: float | str | None
    evidence: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a check yields for a resource of which too little is known: it is no finding, and not well either."""

    resource: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """Structured advice. SQL may hold ``{resource}``, ``{recommended}`` and evidence placeholders.

    ``{of_tenant}`` ends a statement of ALTER SYSTEM about a resource that is a tenant: assessed from sys it names it.
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
    measure: Callable[..., Iterable[Measurement | Unjudged]]
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


def _unplaced(path: tuple[int | str, ...]) -> str:
    return ".".join(map(str, path))


# Where a part of an entry stands, by its path in the entry, for messages.
Place = Callable[[tuple[int | str, ...]], str]


@dataclass(frozen=True, slots=True)
class Mute:
    """A finding somebody answers for until a date. ``fingerprint`` or ``code`` with ``resource`` pattern."""

    owner: str
    reason: str
    until: date
    fingerprint: str = ""
    code: str = ""
    resource: str = ""
    place: Place = field(default=_unplaced, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Override:
    """A change of the shipped rules that somebody answers for until a date."""

    code: str
    owner: str
    reason: str
    until: date
    change: Mapping[str, Any]
    place: Place = field(default=_unplaced, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ScoringPolicy:
    """Numbers of the score that rules.yaml may set."""

    prior_failure_rate_pct: float = 5.0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules in force: shipped ones with overrides applied, and the mutes, as of the customer's day ``today``."""

    rules: Mapping[str, Rule]
    sha256: str
    scoring: ScoringPolicy = ScoringPolicy()
    overrides: tuple[Override, ...] = ()
    mutes: tuple[Mute, ...] = ()
    problems: tuple[Text, ...] = ()
    today: date = date.min
