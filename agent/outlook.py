"""Frozen types of what looks beyond single results: work to do, figures over time, why the score moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from agent.terms import BridgeKind, Deadline, Effort, Text


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """One action: ``codes`` are the checks that it clears, the dearest first.

    ``gain`` is what it brings alone; ``score_after`` the score once it and all before it in the roadmap are done.
    """

    codes: tuple[str, ...]
    deadline: Deadline
    effort: Effort
    gain: float
    score_after: float


@dataclass(frozen=True, slots=True)
class Unlock:
    """Checks that are not assessed for want of the same: ``needs``, all of it; nothing known where it is empty.

    ``coverage_pct`` is the coverage that assessing them would add.
    """

    needs: tuple[Text, ...]
    codes: tuple[str, ...]
    coverage_pct: float


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """Points by which the score moved for one reason; the steps add up to the whole difference."""

    kind: BridgeKind
    points: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """Bytes in use in one zone, of ``size_bytes`` where that is known. ``kind``: data_disk or log_disk."""

    kind: str
    resource: str
    used_bytes: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A straight line through the values of several assessments; ``full_on`` None where it does not rise that far."""

    kind: str
    resource: str
    bytes_per_day: float
    full_on: date | None


@dataclass(frozen=True, slots=True)
class TopSql:
    """One SQL shape; ``share_pct`` is its part of the time of all shapes that were read."""

    sql_id: str
    db_name: str
    executions: int
    elapsed_us: int
    share_pct: float


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """An assessment as one point of a curve; ``score`` is None without a grade."""

    as_of: datetime
    score: float | None
    capacity: tuple[Capacity, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """``trend`` are earlier assessments, oldest first. ``top_sql_of`` names the view that ``top_sql`` comes from."""

    capacity: tuple[Capacity, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    top_sql: tuple[TopSql, ...] = ()
    top_sql_of: str = ""
    shapes: int = 0
    trend: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Colophon:
    """Who answers for the report, how secret it is, and until when (exclusive) it should be relied on."""

    prepared_by: str = ""
    reviewed_by: str = ""
    classification: str = ""
    valid_until: date | None = None
