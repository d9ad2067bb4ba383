"""Numbers for the charts of a report: capacity, statements and earlier scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Capacity:
    """Bytes in use in one zone, of ``size_bytes`` where that is known. ``kind``: data_disk or log_disk."""

    kind: str
    resource: str
    used_bytes: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A straight line through several assessments; ``full_on`` is None if it does not reach the size."""

    kind: str
    resource: str
    bytes_per_day: float
    full_on: date | None


@dataclass(frozen=True, slots=True)
class TopSql:
    """One SQL shape; ``share_pct`` is its part of the time of all shapes that were read.

    ``text`` has no literals; it is "" where no text was granted or kept. ``longest_us`` is that of the audit ring, None
    where the ring does not hold the shape.
    """

    sql_id: str
    db_name: str
    executions: int
    elapsed_us: int
    share_pct: float
    text: str = ""
    user_name: str = ""
    longest_us: int | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """An assessment as one point of a curve; ``score`` is None without a grade, and what was not read is None."""

    as_of: datetime
    score: float | None
    capacity: tuple[Capacity, ...] = ()
    sessions: int | None = None
    statements_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``trend`` are earlier assessments, oldest first. ``top_sql_of`` names the view that ``top_sql`` comes from."""

    capacity: tuple[Capacity, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    top_sql: tuple[TopSql, ...] = ()
    top_sql_of: str = ""
    shapes: int = 0
    trend: tuple[TrendPoint, ...] = ()
