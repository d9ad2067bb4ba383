"""What became of each check, and the score that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.model.rule import Mute
from agent.model.terms import (
    Actor,
    Category,
    Effort,
    Outcome,
    Scalar,
    Severity,
    Text,
)

# The grades, best first, each with the lowest score that earns it.
BAND_LIMITS = (("excellent", 90.0), ("good", 75.0), ("attention", 60.0), ("poor", 40.0), ("danger", 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judged measurement. ``limit`` is the rung reached; ``names``, by language, is set if the name is ours.

    ``signs`` is set if findings of several checks are joined into this one: what each of them found, beginning with
    the check that the finding stays with. Severity and risk points are then those of the worst sign, the statements
    those of all. ``caused_by`` names the resources that are the whole cause, where these are others than ``resource``.
    """

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
    caused_by: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """What one check found, as a part of a joined finding. ``finding`` is as the check's rule judged it."""

    code: str
    finding: Finding


def list_signs(code: str, finding: Finding) -> tuple[Sign, ...]:
    """Return the signs of a finding of the check ``code``: itself, if it is not joined."""
    return finding.signs or (Sign(code, finding),)


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of what a check measured without a finding, the value nearest to its limit; ``count`` is how many it measured.

    ``names``: language -> name of the resource, where its name is ours.
    """

    resource: str
    value: Scalar
    count: int
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spread:
    """By how much values of a check differ from one assessment to the next without any cause.

    ``pct`` is a share of the larger value. ``counted`` names the evidence, or ``value`` itself, that tells how many
    events a value was counted from: the fewer, the more two counts differ by chance, and ``deviations`` says how many
    standard deviations of their difference are still chance.
    """

    pct: float = 0.0
    counted: str = ""
    deviations: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What became of one check. Findings are ordered worst first, then by resource.

    ``risk_stake`` is the lower end of the top class the check's rule can reach.
    ``unlock`` is the first thing that would let it be assessed; ``also_needs`` is what else is needed.
    ``reason`` beside findings says what could not be judged; ``well`` then has the resources without a finding.
    ``unjudged`` has the resources of which too little is known, with their names by language, for any outcome.
    ``hidden_us_per_s`` is the time of statements that no record of the load showed, for each second.
    ``former`` maps names that earlier versions gave to resources to those of now, where they differ.
    ``join``: findings of checks with the same word on one resource are one finding. ``told_with`` has the codes of the
    checks whose findings tell what this one found. ``cases`` are the sentences of its remediation that apply here, with
    the names of the texts that they follow; ``effort`` is what the change takes where these findings differ from others
    of the check. ``nearest`` is what a check that passed measured.
    """

    code: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: Text | None = None
    unlock: Text | None = None
    group: str = ""
    join: str = ""
    told_with: tuple[str, ...] = ()
    actor: Actor = Actor.CUSTOMER
    category: Category = Category.CAPACITY
    risk_stake: float = 0.0
    attested: bool = False
    also_needs: tuple[Text, ...] = ()
    well: frozenset[str] = frozenset()
    unjudged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    hidden_us_per_s: float = 0.0
    cases: tuple[tuple[str, str], ...] = ()
    effort: Effort | None = None
    nearest: Nearest | None = None
    spread: Spread = Spread()


@dataclass(frozen=True, slots=True)
class Carried:
    """A finding of the assessment ``since`` that none of the ``runs`` after it found again or knew to be gone."""

    finding: Finding
    since: str
    runs: int


@dataclass(frozen=True, slots=True)
class ScoredResult:
    """One check in the score: ``risk_points`` is what counts in R; ``carried`` has the longest carried first."""

    risk_points: float = 0.0
    points_lost: float = 0.0
    gain: float = 0.0
    symptom_of: str = ""
    carried: tuple[Carried, ...] = ()

    @property
    def carried_from(self) -> str:
        """The assessment that last saw the longest carried finding; empty if nothing is carried."""
        return self.carried[0].since if self.carried else ""

    @property
    def carried_runs(self) -> int:
        """How many assessments ago that was; 0 where nothing is carried."""
        return self.carried[0].runs if self.carried else 0


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """Points lost in one category; None where nothing of it was assessed."""

    points_lost: float | None
    risk_points: float
    coverage_pct: float


@dataclass(frozen=True, slots=True)
class Unlock:
    """Checks that are not assessed because all of ``needs`` is missing. If it is empty, no remedy is known.

    ``coverage_pct`` is the coverage that assessing them would add.
    """

    needs: tuple[Text, ...]
    codes: tuple[str, ...]
    coverage_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The verdict. ``band`` is None where no grade can be given; points sum to 100 - value.

    ``grade_needs`` has the codes of the checks for want of which a good grade is withheld: they could find something
    critical and were not assessed in full. It is empty where there is a grade, or none for another reason.
    """

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
    grade_needs: tuple[str, ...] = ()

    @property
    def is_comparable(self) -> bool:
        """Whether enough was assessed to set the value beside that of another assessment."""
        return self.band is not None or bool(self.grade_needs)
