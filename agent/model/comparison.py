"""What changed since an earlier assessment, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.model.figures import TrendPoint
from agent.model.result import CheckResult, ScoredResult
from agent.model.terms import ChangeKind, ScoreChangeKind, Severity


@dataclass(frozen=True, slots=True)
class ScoreChangeStep:
    """Points by which the score moved for one reason; the steps add up to the whole difference."""

    kind: ScoreChangeKind
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One finding compared with the last assessment."""

    kind: ChangeKind
    code: str
    fingerprint: str
    resource: str
    severity: Severity
    was_severity: Severity | None = None
    value: float | str | None = None
    was_value: float | str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed since the last assessment; ``score_delta`` is None without a comparable score.

    ``bridge`` splits the difference by reason; ``categories_was`` has the points lost then, None where nothing was
    assessed.
    """

    baseline_id: str
    baseline_as_of: datetime
    score_was: float | None
    score_delta: float | None
    ruleset_changed: bool
    changes: tuple[Change, ...] = ()
    bridge: tuple[ScoreChangeStep, ...] = ()
    categories_was: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier assessment, as scoring and comparing need it. ``trend`` has it and those before it, oldest first.

    ``score`` is None where too little was assessed to set it beside another one; ``score_shown`` is what the report of
    that time printed, None where nothing was assessed.
    """

    id: str
    as_of: datetime
    ruleset_sha256: str
    score: float | None
    results: Mapping[str, CheckResult]
    scored: Mapping[str, ScoredResult]
    categories: Mapping[str, float | None] = field(default_factory=dict)
    trend: tuple[TrendPoint, ...] = ()
    score_shown: float | None = None
