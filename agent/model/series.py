"""One quantity of one resource over time, as it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value. ``at`` is aware UTC."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one quantity, oldest first, and the limit that it must not reach; None where that is not known.

    ``kind``: data_disk_used_bytes, log_disk_used_bytes, memory_used_bytes, tablets, sessions, auto_increment,
    partitions. ``unit`` is the value of a ``Unit``.
    """

    kind: str
    resource: str
    unit: str
    limit: float | None
    points: tuple[Point, ...]
