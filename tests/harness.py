"""What the tests of checks share: cases as data, plants as SQL, and one check run by the shipped rules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any

from agent.catalogue import registry, rules
from agent.catalogue.registry import Registry
from agent.facts import find_source_spec
from agent.facts.given import Build, Clock
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.rule import Ruleset
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import RunAs, Severity, TenantKind, Text, UnavailableKind, Version

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
READING = ("SELECT ", "SHOW ")
MOST_STATEMENTS = 76  # that an assessment may send for facts, on any version and kind of tenant


@dataclass(frozen=True)
class Case:
    """One check on literal facts. ``found`` is (resource, severity), worst first; empty means PASS.

    A row type that the check needs and ``facts`` does not hold is an empty row set; ``not_assessed`` expects that.
    """

    code: str
    facts: Sequence[Any] = ()
    found: Sequence[tuple[str, Severity]] = ()
    not_assessed: bool = False
    tenant_kind: TenantKind = TenantKind.USER
    version: Version = Version(4, 2, 5, 1)
    label: str = ""

    @property
    def name(self) -> str:
        return f"{self.code}-{self.label}"


@dataclass(frozen=True)
class Ground:
    """What several plants stand on together. Plants on equal ground are planted, assessed and cured in one pass.

    ``prepare`` runs before the loads, at planting and at the cure; ``restore`` at the end, come what may.
    """

    name: str
    prepare: Sequence[str] = ()
    restore: Sequence[str] = ()


@dataclass(frozen=True)
class Plant:
    """One fault on the real kernel, run as root. ``resource`` and ``severity`` are what the check must then say.

    The finding's own SQL is run then, as printed, and must mend it; its rollback must bring it back. ``cure`` is what
    a person would do where that SQL cannot be run here: where the advice has none that changes anything, where the
    platform runs it, or where ``no_loop`` says why not.
    ``{db}`` in SQL is a database made for this plant; ``settle_s`` waits after planting.
    ``during`` are statements held open while assessing (a transaction, say) in a session of an account ``load_<code>``.
    ``load`` is a workload that this account sends in ``{db}``, once it is planted and again once it is cured
    (``mended_load`` then, where the cure is to send something else): the audit leaves out the reader's own statements.
    ``errors`` are the error numbers that the load is meant to meet.
    ``later`` lets the fault grow old: every assessment of it has the time of planting plus this as its clock.
    """

    code: str
    plant: Sequence[str]
    resource: str
    severity: Severity
    cure: Sequence[str] = ()
    no_loop: str = ""
    during: Sequence[str] = ()
    settle_s: float = 0.0
    always: Sequence[str] = field(default_factory=tuple)
    load: Sequence[str] = ()
    mended_load: Sequence[str] | None = None
    errors: frozenset[int] = frozenset()
    later: timedelta = timedelta(0)
    ground: Ground | None = None


@cache
def shipped() -> tuple[Registry, Ruleset]:
    """The registry and the shipped rules."""
    found = registry.load_registry()
    return found, rules.load_rules(found.checks)


@cache
def _list_sources() -> tuple[type, ...]:
    return shipped()[0].sources


def snapshot_of(
    facts: Iterable[Any], *, kind: TenantKind = TenantKind.USER, version: Version = Version(4, 2, 5, 1)
) -> Snapshot:
    """A snapshot of these rows (or Unavailable facts as ``(row_type, Unavailable)``); every other set is empty."""
    sets: dict[type, Any] = dict.fromkeys(_list_sources(), ())
    sets[Clock] = (Clock(as_of=NOW),)
    sets[Build] = (Build(version=version, tenant_kind=kind, embedded=False),)
    rows: dict[type, list[Any]] = {}
    for item in facts:
        if isinstance(item, tuple) and isinstance(item[0], type):
            sets[item[0]] = item[1]
        else:
            rows.setdefault(type(item), []).append(item)
    for row, found in rows.items():
        sets[row] = (*sets.get(row, ()), *found)
    return Snapshot(target="test", tenant_kind=kind, version=version, as_of=NOW, facts=sets)


def unavailable_everywhere(kind: TenantKind = TenantKind.USER) -> Snapshot:
    """A snapshot in which nothing could be read."""
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test"))
    return snapshot_of([(row, gone) for row in shipped()[0].sources if find_source_spec(row)], kind=kind)


@cache
def rules_of_cases() -> Ruleset:
    """The shipped rules for checks on literal facts: of the load, a case shows as much as it says."""
    rules = {
        code: replace(rule, evidence=replace(rule.evidence, span_hours=None, load_pct=None))
        for code, rule in shipped()[1].rules.items()
    }
    return replace(shipped()[1], rules=rules)


def run_check(code: str, snapshot: Snapshot) -> CheckResult:
    """One check by the shipped rules, whatever share of the load the snapshot shows."""
    return evaluate_checks([shipped()[0].checks[code]], keep_rule(rules_of_cases(), code), snapshot)[0]


def keep_rule(ruleset: Ruleset, code: str) -> Ruleset:
    """The rule of one check alone: to fit all of them to a snapshot takes longer than the check."""
    return replace(ruleset, rules={code: ruleset.rules[code]})


def modules_of(package: ModuleType, ending: str = "") -> list[ModuleType]:
    """The modules of a package whose names end so, in order."""
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.name.endswith(ending))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def gathered(package: ModuleType, name: str) -> list[Any]:
    """The lists called ``name`` of every module of a package, joined."""
    return [item for module in modules_of(package) for item in getattr(module, name, [])]


def why_not_its_own(code: str, no_loop: str) -> str:
    """Why a finding's own SQL does not mend the planted fault: empty where it does."""
    remedy = shipped()[0].checks[code].remediation
    if all(statement.startswith(READING) for statement in remedy.sql):
        return "the SQL of the advice only reads" if remedy.sql else "the advice is no SQL"
    if remedy.run_as is not RunAs.TENANT:
        return "the platform carries it out"
    return no_loop
