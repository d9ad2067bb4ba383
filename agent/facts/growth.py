"""Facts about growth that no view holds: levels measured earlier, and when each level reaches its limit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from agent.facts import supplied


class LevelKind(StrEnum):
    """What is forecast; the values are the kinds of a ``Series``."""

    DATA_DISK = "data_disk_used_bytes"
    LOG_DISK = "log_disk_used_bytes"
    MEMORY = "memory_used_bytes"
    TABLETS = "tablets"
    SESSIONS = "sessions"
    AUTO_INCREMENT = "auto_increment"
    PARTITIONS = "partitions"


@supplied
class EarlierLevel:
    """How much of something was in use on one day before this assessment. ``series`` is the kind of a ``Series``."""

    series: str
    resource: str
    at: datetime
    level: float


@supplied
class DaysToLimit:
    """When a level reaches its limit, forecast from earlier levels; days from now, None: not within the horizon.

    ``near_days`` and ``far_days`` are the ends of the interval of 80 %. ``lack`` says why there is no forecast (few,
    short, limit, library), "" where there is one. ``year_high`` is the upper end of what is expected in a year.
    """

    series: str
    resource: str
    level: float
    limit: float | None
    points_count: int
    span_days: int
    horizon_days: int
    lack: str
    near_days: int | None
    likely_days: int | None
    far_days: int | None
    year_high: float | None
