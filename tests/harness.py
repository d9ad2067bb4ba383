"""What the tests of checks share: cases as data, plants as SQL, and one check run by the shipped rules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any

from agent import registry, rules
from agent.evaluate import evaluate
from agent.facts import spec_of
from agent.facts.given import Build, Clock
from agent.model import CheckResult, Ruleset, Snapshot, Unavailable
from agent.registry import Registry
from agent.terms import Severity, TenantKind, Text, UnavailableKind, Version

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One check on literal facts. ``found`` is (resource, severity), worst first; empty means PASS.

    A row type that the check needs and ``facts`` does not hold is an empty row set; ``not_assessed`` expects that outcome.
    """

    code: str
    facts: Sequence[Any] = ()
    found: Sequence[tuple[str, Severity]] = ()
    not_assessed: bool = False
    tenant_kind: TenantKind = TenantKind.USER
    version: Version = Version(4, 2, 5, 1)
    label: str = ""


@dataclass(frozen=True)
class Plant:
    """One fault on the real kernel, run as root. ``resource`` and ``severity`` are what the check must then say.

    ``{db}`` in SQL is a database made for this plant; ``settle_s`` waits after planting and after the cure.
    ``cure`` is what a person would do; afterwards the finding on ``resource`` is gone.
    ``during`` are statements held open in another session while assessing (a transaction, say).
    ``load`` is a workload that another account sends in ``{db}``, once it is planted and again once it is cured
    (``mended_load`` then, where the cure is to send something else): the audit leaves out the reader's own statements.
    ``errors`` are the error numbers that the load is meant to meet.
    """

    code: str
    plant: Sequence[str]
    cure: Sequence[str]
    resource: str
    severity: Severity
    during: Sequence[str] = ()
    settle_s: float = 0.0
    always: Sequence[str] = field(default_factory=tuple)
    load: Sequence[str] = ()
    mended_load: Sequence[str] | None = None
    errors: frozenset[int] = frozenset()


@cache
def shipped() -> tuple[Registry, Ruleset]:
    """The registry and the shipped rules."""
    found = registry.load()
    return found, rules.load(found.checks)


def snapshot_of(
    facts: Iterable[Any], *, kind: TenantKind = TenantKind.USER, version: Version = Version(4, 2, 5, 1)
) -> Snapshot:
    """A snapshot that holds these rows (or Unavailable facts as ``(row_type, Unavailable)``); every other set is empty."""
    sets: dict[type, Any] = dict.fromkeys(shipped()[0].sources, ())
    sets[Clock] = (Clock(as_of=NOW),)
    sets[Build] = (Build(version=version, tenant_kind=kind, embedded=False),)
    for item in facts:
        if isinstance(item, tuple) and isinstance(item[0], type):
            sets[item[0]] = item[1]
        else:
            sets[type(item)] = (*sets.get(type(item), ()), item)
    return Snapshot("test", kind, version, NOW, sets)


def unavailable_everywhere() -> Snapshot:
    """A snapshot in which nothing could be read."""
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test"))
    return snapshot_of([(row, gone) for row in shipped()[0].sources if spec_of(row)])


def run_check(code: str, snapshot: Snapshot) -> CheckResult:
    """One check by the shipped rules."""
    found, ruleset = shipped()
    return evaluate([found.checks[code]], ruleset, snapshot)[0]


def gathered(package: ModuleType, name: str) -> list[Any]:
    """The lists called ``name`` of every module of a package, joined."""
    found: list[Any] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        found += getattr(importlib.import_module(f"{package.__name__}.{info.name}"), name, [])
    return found
