"""What the twin found: how faithful it is, and advice with verdicts. A check, a chapter or a program reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.model.labels import N_
from agent.model.terms import Text


class Verdict(StrEnum):
    """What a proof has come to. Rejected advice is never shown as advice."""

    VERIFIED = N_("verified")
    WITH_PINS = N_("verified with pins")
    UNVERIFIED = N_("unverified")
    REJECTED = N_("rejected")
    NOT_VERIFIABLE = N_("not verifiable here")


class Why(StrEnum):
    """Why something is not verified."""

    NONE = ""
    SMALL_GAIN = N_("the estimated gain is too small to tell from an error of the estimate")
    EARLY_STOP = N_("the new plan is cheaper only if it may stop early")
    ESTIMATE_OFF = N_("the tenant's own estimate for this statement was off by a factor of ten or more")
    NEAR_TIE = N_("its plan costs nearly as much with the index, so the server may choose either")
    NO_OUTLINE = N_("the plans could not be forced for comparison")
    PLAN_NOT_REPRODUCED = N_("the tenant's plan cannot be had on the twin")
    NOT_IN_CACHE = N_("no plan of it was in the cache")
    NOT_PARSED = N_("its text was cut or cannot be parsed")
    REFUSED = N_("the twin does not take it")
    NO_BENEFICIARY = N_("no statement is proven to gain by it")
    OUT_OF_PLANS = N_("too many plans would have been needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one statement stands on the twin. ``match`` is a value of ``matched.Match``, ``cause`` is more of it.

    ``text`` is masked, and "" where it is not known.
    """

    sql_id: str
    tenant_id: int | None
    database: str
    match: str
    cause: str
    text: str
    elapsed_us: int
    executions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a set of indexes does to one statement. Costs are the optimizer's estimates: they rank, they do not promise.

    The share of its time that may be saved lies between ``least_gain_pct`` and ``most_gain_pct``.
    """

    sql_id: str
    tenant_id: int | None
    database: str
    verdict: Verdict
    why: Why
    cost_before: int
    cost_after: int
    plan_before: str
    plan_after: str
    indexes: tuple[str, ...]
    elapsed_us: int
    executions: int
    least_gain_pct: float
    most_gain_pct: float
    outline_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A statement that is to keep its plan, and how: first its outline, then the index."""

    sql_id: str
    database: str
    why: Why
    sql: str
    rollback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdvice:
    """One index: what makes it and takes it away, its size, what it costs writes, who gains, and who must be pinned.

    ``bytes`` is before compression, None where the table was never counted; ``write_us`` is an estimate over the same
    time as the load of the statements.
    """

    schema: str
    table: str
    columns: tuple[str, ...]
    name: str
    scope: str
    verdict: Verdict
    why: Why
    sql: str
    rollback: str
    bytes: int | None
    write_us: int
    gain_us: int
    effects: tuple[Effect, ...] = ()
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireAdvice:
    """An index that no top statement loses by. ``served_by`` is the index that has its columns in front, if one has."""

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    served_by: str
    sql: str
    rollback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What a finding would have people run."""

    code: str
    fingerprint: str
    resource: str
    sql: tuple[str, ...]
    rollback: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a remedy on the twin. ``dearer`` are the SQL_IDs of statements whose plans cost more by it."""

    code: str
    fingerprint: str
    resource: str
    verdict: Verdict
    why: Text | None = None
    dearer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinReport:
    """All that the twin found. ``matches`` counts statements by how their plans match; ``refusals`` are what it lacks.

    ``problem`` is why there is no proof at all, or why it ended early; None if it did not. ``unseen`` is what the
    cached plans do not show of the load, where no index is advised to go for that reason.
    """

    statements: tuple[Told, ...] = ()
    matches: Mapping[str, int] = field(default_factory=dict)
    indexes: tuple[IndexAdvice, ...] = ()
    retired: tuple[RetireAdvice, ...] = ()
    effects: tuple[Effect, ...] = ()
    remedies: tuple[Tried, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()
    plans: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    problem: Text | None = None
    unseen: Text | None = None

    @property
    def fidelity_pct(self) -> float | None:
        """Of the statements whose plans could be compared, the share that has the tenant's plan unforced."""
        compared = sum(self.matches.get(name, 0) for name in ("same", "forced", "other"))
        return 100 * self.matches.get("same", 0) / compared if compared else None
