"""Cases of the checks that judge when a level reaches its limit: the same of each kind of level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.facts.growth import DaysToLimit, LevelKind
from agent.model.terms import Severity
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
# code -> kind, the days at which each severity begins, and the fewest values.
CHECKS: dict[str, tuple[LevelKind, dict[Severity, int], int]] = {
    "CAP030": (LevelKind.DATA_DISK, {LOW: 180, MEDIUM: 90, HIGH: 30}, 6),
    "CAP031": (LevelKind.LOG_DISK, {LOW: 90, MEDIUM: 30}, 20),
    "CAP032": (LevelKind.MEMORY, {LOW: 90, MEDIUM: 30}, 6),
    "CAP033": (LevelKind.TABLETS, {LOW: 90, MEDIUM: 30}, 6),
    "CAP034": (LevelKind.SESSIONS, {LOW: 90, MEDIUM: 30}, 20),
    "CAP035": (LevelKind.AUTO_INCREMENT, {LOW: 180, MEDIUM: 60}, 6),
    "CAP036": (LevelKind.PARTITIONS, {LOW: 180, MEDIUM: 60}, 6),
}
MAY_BE_NONE = {"CAP035", "CAP036"}
LEAST_DAYS = 42


def foretell(kind: str, near_days: int | None, resource: str = "tenant", **more: Any) -> DaysToLimit:
    """A forecast; without a near day the limit is not reached within the horizon."""
    values: dict[str, Any] = {
        "series": kind, "resource": resource, "level": 60 * 2.0**30, "limit": 100 * 2.0**30, "points_count": 90,
        "span_days": 100, "horizon_days": 365, "lack": "", "near_days": near_days, "likely_days": near_days,
        "far_days": None, "year_high": 90 * 2.0**30,
    }  # fmt: skip
    return DaysToLimit(**{**values, **more})


def _list_cases() -> Iterator[Case]:
    for code, (kind, rungs, fewest) in CHECKS.items():
        first = max(rungs.values())
        yield Case(code, [foretell(kind, first + 1)], label="beyond")
        yield Case(code, [foretell(kind, None)], label="never")
        for severity, days in rungs.items():
            yield Case(code, [foretell(kind, days)], [("tenant", severity)], label=severity.value)
        yield Case(
            code, [foretell(kind, 0, far_days=0)], [("tenant", max(rungs, key=lambda one: one.rank))], label="now"
        )
        two = [foretell(kind, first, "z1"), foretell(kind, None, "z2")]
        yield Case(code, two, [("z1", LOW)], label="one of two")
        yield Case(code, [foretell(kind, 5, points_count=fewest - 1)], not_assessed=True, label="few")
        yield Case(code, [foretell(kind, first + 1, points_count=fewest)], label="enough values")
        yield Case(code, [foretell(kind, 5, span_days=LEAST_DAYS - 1)], not_assessed=True, label="short")
        yield Case(code, [foretell(kind, first + 1, span_days=LEAST_DAYS)], label="long enough")
        for lack in ("few", "short", "limit", "library"):
            none = foretell(kind, None, lack=lack, year_high=None)
            yield Case(code, [none], not_assessed=True, label=f"lacks {lack}")
        half = [foretell(kind, first, "z1"), foretell(kind, None, "z2", lack="limit")]
        yield Case(code, half, [("z1", LOW)], label="half known")
        unknown = [foretell(kind, None, f"z{number}", lack="limit") for number in (2, 3)]
        yield Case(code, [foretell(kind, None, "z1"), *unknown], not_assessed=True, label="most unknown")
        yield Case(code, not_assessed=code not in MAY_BE_NONE, label="nothing")


CASES = list(_list_cases())
