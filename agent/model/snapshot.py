"""What was collected from one target, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from agent.model.cost import Budget, Cost, Receipt, Sent
from agent.model.terms import (
    TenantKind,
    Text,
    UnavailableKind,
    Version,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A fact set that is unavailable: why, and what would make it available."""

    kind: UnavailableKind
    reason: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What happened to one fact source: for the coverage table and the journal."""

    source: str
    view: str
    status: str
    rows: int = 0
    duration_ms: float = 0.0
    truncated: bool = False
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something preflight saw that limits the assessment."""

    what: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the target is and what our account may see there (preflight's answer).

    ``columns`` maps an upper-case system view name to its upper-case columns; ``privileges`` are the
    account's global privileges in upper case; ``grants`` maps an upper-case view name to the columns
    granted (empty = all), and key ``"*"`` stands for the whole system schema. ``beyond_reading`` is what the account
    may do beyond reading, and where; None where the server does not say.
    """

    version: Version
    tenant_kind: TenantKind
    account: str
    system_schema: str = "oceanbase"
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    privileges: frozenset[str] = frozenset()
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    embedded: bool = False
    problems: tuple[Problem, ...] = ()
    beyond_reading: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything checks may know. ``as_of`` is the only clock.

    ``facts`` maps a row type to its rows or to ``Unavailable``. ``budget`` and ``receipt`` are
    None where they were not kept.
    """

    target: str
    tenant_kind: TenantKind
    version: Version
    as_of: datetime
    facts: Mapping[type, tuple[Any, ...] | Unavailable]
    records: tuple[SourceRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    cost: Cost = field(default_factory=Cost)
    embedded: bool = False
    budget: Budget | None = None
    receipt: Receipt | None = None
    statements: tuple[Sent, ...] = ()
    _worked_out: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def work_out(self, work: Callable[..., T], *given: Hashable) -> T:
        """Return ``work(self, *given)``, worked out once: what three hundred checks ask of the same facts.

        ``work`` is pure, and a function of a module.
        """
        key = work, given
        if key not in self._worked_out:
            self._worked_out[key] = work(self, *given)
        found: T = self._worked_out[key]
        return found

    def list_rows(self, row: type[T]) -> tuple[T, ...]:
        """Return the rows of a type; none where they could not be read, or were not collected."""
        found = self.facts.get(row, ())
        return () if isinstance(found, Unavailable) else found
