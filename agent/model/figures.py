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
    """How a data disk grows; ``full_on`` is None if it does not reach its size within the horizon."""

    kind: str
    resource: str
    bytes_per_day: float
    full_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much of something was in use at one time; ``limit`` is None where it is not known. ``kind`` as in a Series.

    ``unit`` is the value of a ``Unit``.
    """

    kind: str
    resource: str
    unit: str
    value: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class BandPoint:
    """Where a forecast is on one day: its middle, and the interval that holds four of five courses."""

    on: date
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitForecast:
    """When a level reaches its limit, in days from the assessment; None where it does not within the horizon.

    ``near_days`` and ``far_days`` are the ends of the interval of 80 %. ``year_value`` and ``year_high`` are the middle
    and the upper end of what is expected a year ahead, None without a forecast. ``lack`` says why there is none: it is
    "" where there is one. ``points_count`` days have a value, over ``span_days``. ``points`` are the daily values.
    """

    level: Level
    points_count: int
    span_days: int
    lack: str = ""
    near_days: int | None = None
    likely_days: int | None = None
    far_days: int | None = None
    year_value: float | None = None
    year_high: float | None = None
    points: tuple[tuple[date, float], ...] = ()
    band: tuple[BandPoint, ...] = ()


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
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``trend`` are earlier assessments, oldest first. ``top_sql_of`` names the view that ``top_sql`` comes from.

    ``levels`` are what is forecast at later assessments, ``limits`` the forecasts of this one.
    """

    capacity: tuple[Capacity, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    levels: tuple[Level, ...] = ()
    limits: tuple[LimitForecast, ...] = ()
    top_sql: tuple[TopSql, ...] = ()
    top_sql_of: str = ""
    shapes: int = 0
    trend: tuple[TrendPoint, ...] = ()
