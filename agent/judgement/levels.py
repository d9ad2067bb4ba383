"""The levels of today that are forecast: disks by zone, and what checks measure against a limit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agent.facts.resources import ResourceUnit
from agent.judgement.evaluate import list_measured
from agent.judgement.figures import find_bought_bytes, sum_capacity
from agent.judgement.forecast.daily import list_disk_levels
from agent.model.check import CheckSpec, LevelSpec, Measurement
from agent.model.figures import Level
from agent.model.rule import Ruleset
from agent.model.snapshot import Snapshot
from agent.model.terms import Unit

MOST_OF_A_KIND = 10  # those nearest to their limit: there may be thousands of AUTO_INCREMENT columns


def list_levels(specs: Iterable[CheckSpec], ruleset: Ruleset, snapshot: Snapshot) -> tuple[Level, ...]:
    """Return the levels of a snapshot; of each kind those nearest to their limit."""
    units = snapshot.list_rows(ResourceUnit)
    found = [*list_disk_levels(sum_capacity(units, find_bought_bytes(snapshot)))]
    for spec in specs:
        if spec.level:
            measured = _list_by_resource(spec.level, list_measured(spec, ruleset.rules[spec.code], snapshot))
            found += sorted(measured.values(), key=_rank)[:MOST_OF_A_KIND]
    return tuple(found)


def _rank(level: Level) -> tuple[float, str]:
    return -level.value / level.limit if level.limit else 0.0, level.resource


def _list_by_resource(spec: LevelSpec, measured: Iterable[Measurement]) -> Mapping[str, Level]:
    """Return the level of each resource that was measured; the one nearest to its limit where there are several."""
    found: dict[str, Level] = {}
    for level in _read_levels(spec, measured):
        found[level.resource] = min(found.get(level.resource, level), level, key=_rank)
    return found


def _read_levels(spec: LevelSpec, measured: Iterable[Measurement]) -> Iterator[Level]:
    unit = Unit.BYTES if spec.used.endswith("_bytes") else Unit.COUNT
    for item in measured:
        used, limit = item.evidence.get(spec.used), item.evidence.get(spec.limit)
        if isinstance(used, int | float) and isinstance(limit, int | float):
            yield Level(
                kind=spec.kind, resource=str(item.resource), unit=unit.value, value=float(used), limit=float(limit)
            )
