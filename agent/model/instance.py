"""What the assessed instance is: its specification, its replicas, its largest tables, what was set, how busy it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceUnit:
    """The resource units of one zone together; a size of the data disk that nobody knows is None."""

    zone: str
    units: int
    cores: float
    memory_bytes: int
    log_disk_bytes: int
    data_disk_bytes: int | None
    data_used_bytes: int | None


@dataclass(frozen=True, slots=True)
class ZoneReplicas:
    """The replicas of log streams in one zone, of one type."""

    zone: str
    kind: str
    leaders: int
    followers: int


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table; ``rows`` and ``data_bytes`` are None where there are no statistics of it."""

    database: str
    table: str
    rows: int | None
    data_bytes: int | None


@dataclass(frozen=True, slots=True)
class ChangedSetting:
    """A parameter that is not at its default. Of several servers' values all are named."""

    name: str
    value: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The instance at the time of the assessment. What could not be read is None, or "" among the texts.

    ``statements_per_s`` is that of the audit ring, over ``observed_s``. ``data_bytes`` is one copy of the data: that of
    the zone with the largest. ``tables`` and ``settings`` are the first of as many as the counts say.
    """

    compatible: str = ""
    role: str = ""
    primary_zone: str = ""
    locality: str = ""
    units: tuple[InstanceUnit, ...] = ()
    replicas: tuple[ZoneReplicas, ...] = ()
    data_bytes: int | None = None
    sessions: int | None = None
    statements_per_s: float | None = None
    observed_s: float | None = None
    table_count: int | None = None
    tables: tuple[TableSize, ...] = ()
    setting_count: int | None = None
    settings: tuple[ChangedSetting, ...] = ()
