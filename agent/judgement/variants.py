"""Picks the variant of each rule that holds for the assessed tenant: its version, role and size. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.facts.resources import ResourceUnit
from agent.facts.settings import Tenant
from agent.model.rule import Circumstances, Rule, Ruleset
from agent.model.snapshot import Snapshot
from agent.model.terms import Version

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Traits:
    """What variants ask for; None where the server does not show it. Sizes are of the smallest unit."""

    version: Version
    role: str | None
    memory_bytes: int | None
    cores: float | None


def fit_rules(ruleset: Ruleset, snapshot: Snapshot) -> Ruleset:
    """Return the ruleset with the rules that hold for the tenant of a snapshot.

    A rule keeps its variants where what they ask for is unknown: then no one can say which holds, and a check with such
    a rule is not assessed.
    """
    traits = _read_traits(snapshot)
    return dataclasses.replace(ruleset, rules={code: _fit_rule(rule, traits) for code, rule in ruleset.rules.items()})


def _fit_rule(rule: Rule, traits: _Traits) -> Rule:
    if not rule.variants:
        return rule
    for variant in rule.variants:
        holds = _check_circumstances(variant.when, traits)
        if holds is None:
            return rule
        if holds:
            applies = variant.rule.enabled or not rule.enabled
            kept = dataclasses.replace(variant.rule, enabled=rule.enabled, overridden=rule.overridden)
            return dataclasses.replace(kept, applies=applies, evidence=rule.evidence)
    return dataclasses.replace(rule, variants=())


def _check_circumstances(when: Circumstances, traits: _Traits) -> bool | None:
    """Whether they are so; None where that is unknown. One that is not so decides, whatever else is unknown."""
    version = traits.version
    answers = (
        version >= when.since and version[: len(when.until)] <= when.until,
        _compare(when.role or None, traits.role, lambda wanted, given: wanted == given),
        _compare(when.min_memory_bytes, traits.memory_bytes, lambda low, given: low <= given),
        _compare(when.max_memory_bytes, traits.memory_bytes, lambda high, given: given <= high),
        _compare(when.min_cores, traits.cores, lambda low, given: low <= given),
        _compare(when.max_cores, traits.cores, lambda high, given: given <= high),
    )
    return False if False in answers else None if None in answers else True


def _compare(wanted: T | None, given: T | None, fits: Callable[[T, T], bool]) -> bool | None:
    if wanted is None:
        return True
    return None if given is None else fits(wanted, given)


def _read_traits(snapshot: Snapshot) -> _Traits:
    tenants = [row for row in snapshot.list_rows(Tenant) if row.tenant_type == "USER"]
    units = snapshot.list_rows(ResourceUnit)
    cores = [row.max_cpu for row in units]
    return _Traits(
        version=snapshot.version,
        # The embedded kernel has no standby tenants, and no view of tenants.
        role="PRIMARY" if snapshot.embedded else tenants[0].tenant_role if len(tenants) == 1 else None,
        memory_bytes=min((row.memory_size for row in units), default=None),
        cores=min((core for core in cores if core is not None), default=None) if None not in cores else None,
    )
