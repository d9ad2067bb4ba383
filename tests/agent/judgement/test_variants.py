"""The first variant that holds is the rule; where that is unknown no rule is, and the check is not assessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.facts.resources import Memstore, ResourceUnit
from agent.facts.settings import Tenant
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.variants import fit_rules
from agent.model.rule import Circumstances, Fixed, Rule, Ruleset, Variant
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, Severity, TenantKind, Version
from tests.agent.tiny import SPECS
from tests.harness import snapshot_of

GIB = 1 << 30
LOW, MEDIUM, HIGH = (Fixed(severity) for severity in (Severity.LOW, Severity.MEDIUM, Severity.HIGH))


def rules(*variants: tuple[Circumstances, Fixed]) -> Ruleset:
    rule = Rule(judge=LOW, group="g", variants=tuple(Variant(when, Rule(judge=judge)) for when, judge in variants))
    return Ruleset(rules={"CAP902": rule}, sha256="")


def unit(gib: int, cores: float | None = 4) -> ResourceUnit:
    return ResourceUnit(max_cpu=cores, memory_size=gib * GIB, log_disk_size=1, log_disk_in_use=1, data_disk_in_use=None)


def tenant(role: str | None) -> Tenant:
    return Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", tenant_role=role)


@pytest.mark.parametrize(
    ("version", "judge"),
    [
        ((4, 2, 5, 9), LOW),
        ((4, 3, 0, 0), HIGH),
        ((4, 3, 9, 9), HIGH),
        ((4, 4, 0, 0), MEDIUM),
        ((4, 4, 1, 2), MEDIUM),
        ((4, 4, 2, 0), LOW),
    ],
)
def test_the_first_span_of_versions_that_holds_is_taken(version: tuple[int, int, int, int], judge: Fixed) -> None:
    since, until = (4, 3, 0, 0), (4, 4, 1)
    ruleset = rules((Circumstances(since=since, until=(4, 3)), HIGH), (Circumstances(since=since, until=until), MEDIUM))
    rule = fit_rules(ruleset, snapshot_of([], version=Version(*version))).rules["CAP902"]
    assert (rule.judge, rule.variants) == (judge, ())


@pytest.mark.parametrize(
    ("when", "facts", "judge"),
    [
        (Circumstances(role="STANDBY"), [tenant("STANDBY")], HIGH),
        (Circumstances(role="STANDBY"), [tenant("PRIMARY")], LOW),
        (Circumstances(max_memory_bytes=8 * GIB), [unit(16), unit(8)], HIGH),
        (Circumstances(max_memory_bytes=8 * GIB), [unit(16), unit(9)], LOW),
        (Circumstances(min_memory_bytes=8 * GIB), [unit(16), unit(7)], LOW),
        (Circumstances(min_cores=4, max_cores=4), [unit(16), unit(8, 6)], HIGH),
        (Circumstances(min_cores=5), [unit(16), unit(8, 6)], LOW),
    ],
)
def test_role_and_the_smallest_unit_decide(when: Circumstances, facts: list[object], judge: Fixed) -> None:
    assert fit_rules(rules((when, HIGH)), snapshot_of(facts)).rules["CAP902"].judge == judge


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        (Circumstances(role="STANDBY"), []),
        (Circumstances(role="STANDBY"), [tenant(None)]),
        (Circumstances(min_cores=2), [unit(8, None)]),
        (Circumstances(max_memory_bytes=GIB), []),
    ],
)
def test_what_is_unknown_judges_nothing(when: Circumstances, facts: list[object]) -> None:
    snapshot: Snapshot = snapshot_of(facts)
    spec = replace(
        SPECS["CAP902"], tenants=(TenantKind.USER,), since=Version(4, 0, 0, 0), facts={"memstores": Memstore}
    )
    (result,) = evaluate_checks([spec], rules((when, HIGH)), snapshot)
    assert result.outcome is Outcome.NOT_ASSESSED and result.reason


def test_the_role_is_that_of_the_only_user_tenant() -> None:
    """sys and META tenants have a role of their own; of several tenants nobody knows which is meant."""
    when = Circumstances(role="STANDBY")
    others = [replace(tenant("PRIMARY"), tenant_id=number, tenant_type=kind) for number, kind in
              ((1, "SYS"), (1001, "META"))]  # fmt: skip

    def judge(*facts: object) -> tuple[object, bool]:
        rule = fit_rules(rules((when, HIGH)), snapshot_of([*others, *facts])).rules["CAP902"]
        return rule.judge, bool(rule.variants)

    assert judge(tenant("STANDBY")) == (HIGH, False)
    assert judge(tenant("PRIMARY")) == (LOW, False)
    assert judge(tenant("STANDBY"), tenant("STANDBY")) == judge() == (LOW, True)
    embedded = replace(snapshot_of([]), embedded=True)
    assert fit_rules(rules((when, HIGH)), embedded).rules["CAP902"].variants == (), "it has no standby tenants"


def test_the_core_count_of_one_unit_that_is_unknown_makes_all_unknown() -> None:
    facts = [unit(8, None), unit(8, 4)]
    assert fit_rules(rules((Circumstances(min_cores=2), HIGH)), snapshot_of(facts)).rules["CAP902"].variants


def test_a_version_that_does_not_fit_needs_no_size() -> None:
    when = Circumstances(since=(4, 3, 0, 0), min_cores=2)
    assert fit_rules(rules((when, HIGH)), snapshot_of([])).rules["CAP902"].judge == LOW


def test_a_rule_that_holds_keeps_what_is_of_the_check() -> None:
    ruleset = rules((Circumstances(since=(4, 0, 0, 0)), HIGH))
    rule = replace(ruleset.rules["CAP902"], overridden=True)
    fitted = fit_rules(replace(ruleset, rules={"CAP902": rule}), snapshot_of([])).rules["CAP902"]
    assert (fitted.judge, fitted.overridden, fitted.variants) == (HIGH, True, ())
