"""What the rules say about a check: limits, mutes and overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.model.terms import (
    Scalar,
    Severity,
    Text,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def find_side(self, value: float | str) -> str:
        """Return ``below`` or ``above`` for a number outside of the range, "" for anything else."""
        if isinstance(value, str):
            return ""
        if self.minimum is not None and value < self.minimum:
            return "below"
        return "above" if self.maximum is not None and value > self.maximum else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastEvidence:
    """The least that a check must have seen before it may pass, or call an earlier finding resolved.

    ``rows_count``: rows of each source that it needs. ``judged_pct``: share of the resources that it looked at which it
    could judge. ``span_hours``, ``load_pct``: for a check on the load, how much time one of its records covers, and
    which share of the time that statements took it shows (None where the check is not about the load).
    """

    rows_count: int = 0
    judged_pct: float = 100.0
    span_hours: float | None = None
    load_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When a variant of a rule holds; what is not given does not matter.

    ``until`` holds for every version that begins with its numbers. ``role`` is that of the tenant. The sizes are of the
    smallest of the tenant's units, in bytes and cores, and the bounds belong to them.
    """

    since: tuple[int, ...] = ()
    until: tuple[int, ...] = ()
    role: str = ""
    min_memory_bytes: int | None = None
    max_memory_bytes: int | None = None
    min_cores: float | None = None
    max_cores: float | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """The whole rule of a check for some versions, roles or sizes."""

    when: Circumstances
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What rules.yaml says about one check.

    ``group``: only the dearest check of it costs points. ``join``: findings of its checks on one resource are one.
    Of ``variants`` the first that holds goes before the rule itself; ``agent.judgement.variants`` picks it, and sets
    ``applies`` to False where that one judges nothing.
    """

    judge: Ladder | Fixed | Expected
    evidence: LeastEvidence = LeastEvidence()
    params: Any = None
    params_values: Mapping[str, Scalar] = field(default_factory=dict)
    group: str = ""
    join: str = ""
    enabled: bool = True
    overridden: bool = False
    variants: tuple[Variant, ...] = ()
    applies: bool = True


def _join_path(path: tuple[int | str, ...]) -> str:
    return ".".join(map(str, path))


# Gives the place of a part of an entry from its path in the entry, for messages.
Place = Callable[[tuple[int | str, ...]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Hides findings until a date; somebody answers for it. By ``fingerprint``, or ``code`` and ``resource``."""

    owner: str
    reason: str
    until: date
    fingerprint: str = ""
    code: str = ""
    resource: str = ""
    place: Place = field(default=_join_path, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A change of the shipped rules that somebody answers for until a date."""

    code: str
    owner: str
    reason: str
    until: date
    change: Mapping[str, Any]
    place: Place = field(default=_join_path, repr=False, compare=False)


# Without numbers every check that was not assessed is taken to find the worst that its rule can give.
_ALWAYS_THE_WORST = {severity: {severity: 100.0} for severity in Severity}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringPolicy:
    """What the low end of the score's range allows for in checks that were not assessed, and what counts.

    ``usual_findings_pct``: the worst severity that a check's rule can give -> severity -> of 100 such checks, how many
    find this at worst. ``usual_place_pct``: where in the class of its severity such a finding lies. ``usual_weight``:
    against what a tenant's own checks find, the usual weighs as much as so many findings. ``confidence_pct``: in so
    many of 100 cases no more is hidden than the low end allows for.

    ``counts_from_coverage_pct`` is not about the range: an assessment of less coverage counts for its period of the
    subscription only if it read all that the customer's authorization grants.

    ``spread_pct`` and ``sampled_spread_pct`` are for comparing: a value that moved less is unchanged. The second is for
    checks on the load, of which each assessment sees another sample. ``counted_deviations`` is for values that are
    counted from events: so many standard deviations of the difference of two counts are chance.
    """

    usual_findings_pct: Mapping[Severity, Mapping[Severity, float]] = field(default_factory=lambda: _ALWAYS_THE_WORST)
    usual_place_pct: float = 100.0
    usual_weight: float = 1.0
    confidence_pct: float = 99.0
    counts_from_coverage_pct: float = 100.0
    spread_pct: float = 0.0
    sampled_spread_pct: float = 0.0
    counted_deviations: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPolicy:
    """What proven advice asks for. ``retire``: what the cached plans must show before an index is advised to go."""

    retire: LeastEvidence = LeastEvidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All rules in force on the customer's day ``today``: the shipped ones with overrides applied, and the mutes."""

    rules: Mapping[str, Rule]
    sha256: str
    scoring: ScoringPolicy = ScoringPolicy()
    overrides: tuple[Override, ...] = ()
    mutes: tuple[Mute, ...] = ()
    problems: tuple[Text, ...] = ()
    today: date = date.min
