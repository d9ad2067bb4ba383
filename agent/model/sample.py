"""One sample of a target between two assessments, and what the next one takes differences from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.model.snapshot import Capabilities
from agent.model.terms import Unit

_BYTES = frozenset({"data_disk_used_bytes", "log_disk_used_bytes", "memory_used_bytes"})
_COUNTS = frozenset({"tablets", "sessions"})
Key = tuple[str, str]  # kind and resource, as ``Series`` has them


@dataclass(frozen=True, slots=True)
class StatementGrowth:
    """By how much the totals of one statement grew between two samples; time in microseconds."""

    sql_id: str
    executions: int
    elapsed_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What counts since the start of servers: counters by tenant and name, statements by id (executions, time)."""

    counters: Mapping[str, int] = field(default_factory=dict)
    statements: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Values of one moment (aware) and their limits, where there are any, by kind and resource."""

    at: datetime
    values: Mapping[Key, float]
    limits: Mapping[Key, float]
    statements: tuple[StatementGrowth, ...] = ()


def find_unit(kind: str) -> Unit:
    """Return the unit of a kind of series; rates are ratios."""
    if kind in _BYTES:
        return Unit.BYTES
    return Unit.COUNT if kind in _COUNTS else Unit.RATIO


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSample:
    """The newest sample of a target (aware), and what preflight found at ``capabilities_at``; None: nothing usable."""

    taken_at: datetime
    totals: Totals
    capabilities: Capabilities | None = None
    capabilities_at: datetime | None = None
