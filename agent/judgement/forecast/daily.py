"""Earlier values as one value a day: from samples and from earlier assessments. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time

from agent.facts.growth import EarlierLevel, LevelKind
from agent.model.figures import Capacity, Level, TrendPoint
from agent.model.series import Point, Series
from agent.model.terms import Unit

# What goes up and down within a day fails at its highest; of what is stored, the last value of the day is what stays.
PEAKS = frozenset({LevelKind.MEMORY, LevelKind.SESSIONS})
# What samples tell as assessments do. Memory is not among it: a sample does not tell the block cache, which fills all.
_SAMPLED = frozenset(LevelKind) - {LevelKind.MEMORY}
_DISKS = {"data_disk": LevelKind.DATA_DISK, "log_disk": LevelKind.LOG_DISK}


def list_earlier_levels(series: Iterable[Series], trend: Sequence[TrendPoint], now: datetime) -> Iterator[EarlierLevel]:
    """Yield a level for each day on which something was sampled or assessed, strictly before ``now`` (aware)."""
    points: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for one in series:
        if one.kind in _SAMPLED:
            points[one.kind, one.resource] += one.points
    for moment in trend:
        for level in (*list_disk_levels(moment.capacity), *moment.levels):
            points[level.kind, level.resource].append(Point(moment.as_of, level.value))
    for (kind, resource), found in sorted(points.items()):
        for day, value in reduce_to_days(kind, [point for point in found if point.at < now]):
            at = datetime.combine(day, time(), UTC)
            yield EarlierLevel(series=kind, resource=resource, at=at, level=value)


def list_disk_levels(gauges: Iterable[Capacity]) -> Iterator[Level]:
    """Yield the levels of data disks and log disks, zone by zone."""
    for gauge in gauges:
        limit = float(gauge.size_bytes) if gauge.size_bytes else None
        yield Level(
            kind=_DISKS[gauge.kind],
            resource=gauge.resource,
            unit=Unit.BYTES.value,
            value=float(gauge.used_bytes),
            limit=limit,
        )


def reduce_to_days(kind: str, points: Iterable[Point]) -> list[tuple[date, float]]:
    """Return one value a day (UTC), in order of days: the highest of what has peaks, the last of what is stored."""
    days: dict[date, float] = {}
    for point in sorted(points, key=lambda point: (point.at, point.value)):
        day = point.at.astimezone(UTC).date()
        days[day] = max(days[day], point.value) if kind in PEAKS and day in days else point.value
    return sorted(days.items())
