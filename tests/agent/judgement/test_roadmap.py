"""From findings to units of work: what is one action, by when, and where it takes the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from agent.judgement.roadmap import plan_roadmap
from agent.model.check import CheckSpec, Remediation
from agent.model.result import CheckResult
from agent.model.roadmap import WorkUnit
from agent.model.terms import Actor, Category, Deadline, Effort, RunAs, Severity, TenantKind, Unit
from tests.agent.judgement.test_score_properties import assessments
from tests.agent.scoring import failed, finding, scored, without_finding

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def spec(code: str, advice: str = "", category: Category = Category.CAPACITY, **parts: Any) -> CheckSpec:
    remedy = Remediation(advice=advice or f"Mend {code}.", **parts)
    return CheckSpec(
        code=code,
        name=f"{category}.x",
        category=category,
        unit=Unit.COUNT,
        actor=Actor.CUSTOMER,
        title=code,
        finding="{resource}",
        rationale="Why.",
        remediation=remedy,
        measure=lambda: (),
        facts={},
    )


def planned(results: Sequence[CheckResult], specs: Sequence[CheckSpec] = ()) -> tuple[WorkUnit, ...]:
    known = {result.code: spec(result.code) for result in results} | {given.code: given for given in specs}
    return plan_roadmap(results, scored(results), known, TenantKind.USER)


@given(assessments())
def test_the_curve_climbs(results: list[CheckResult]) -> None:
    units = planned(results)
    score = scored(results)
    curve = [score.value, *(unit.score_after for unit in units)]
    assert curve == sorted(curve)
    assert all(unit.gain >= 0 for unit in units)
    codes = [code for unit in units for code in unit.codes]
    assert len(codes) == len(set(codes))
    deadlines = [list(Deadline).index(unit.deadline) for unit in units]
    assert deadlines == sorted(deadlines)


@given(assessments())
def test_what_costs_points_and_is_open_is_in_the_roadmap(results: list[CheckResult]) -> None:
    score = scored(results)
    codes = {code for unit in planned(results) for code in unit.codes}
    for result in results:
        if any(not found.muted for found in result.findings) and score.results[result.code].risk_points:
            assert result.code in codes


@pytest.mark.parametrize(
    ("severity", "deadline"),
    [
        (CRITICAL, Deadline.NOW), (HIGH, Deadline.MONTH), (MEDIUM, Deadline.QUARTER), (LOW, Deadline.QUARTER),
    ],
)  # fmt: skip
def test_the_worse_the_sooner(severity: Severity, deadline: Deadline) -> None:
    assert [unit.deadline for unit in planned([failed("CAP001", finding(severity))])] == [deadline]


def test_what_is_muted_hurries_nobody() -> None:
    worst = finding(HIGH, resource="a", muted=True)
    result = replace(failed("CAP001", finding(LOW, resource="b")), findings=(worst, finding(LOW, resource="b")))
    assert [unit.deadline for unit in planned([result])] == [Deadline.QUARTER]


def test_a_group_is_one_unit_led_by_what_costs_most() -> None:
    results = [
        failed("CAP001", finding(MEDIUM), group="disk"),
        failed("CAP002", finding(HIGH, code="CAP002"), group="disk"),
    ]
    (unit,) = planned(results)
    assert unit.codes == ("CAP002", "CAP001")
    assert unit.score_after == 100.0


def test_the_same_advice_is_one_unit() -> None:
    results = [failed("STA001", finding(MEDIUM)), failed("STA002", finding(MEDIUM, code="STA002"))]
    specs = [spec("STA001", "Gather."), spec("STA002", "Gather.")]
    assert [unit.codes for unit in planned(results, specs)] == [("STA001", "STA002")]
    assert len(planned(results)) == 2


def test_settings_that_are_set_alike_are_one_unit() -> None:
    def wrong(code: str, severity: Severity) -> CheckResult:
        return failed(code, replace(finding(severity, code=code), sql=("SET GLOBAL x = 1",)))

    results = [wrong("PAR001", MEDIUM), wrong("PAR002", MEDIUM), wrong("PAR003", HIGH), wrong("PAR004", MEDIUM)]
    specs = [spec(f"PAR00{number}", category=Category.PARAMETERS) for number in range(1, 4)]
    specs.append(spec("PAR004", category=Category.PARAMETERS, restart=True))
    assert [(unit.codes, unit.effort) for unit in planned(results, specs)] == [
        (("PAR003",), Effort.TRIAL),
        (("PAR001", "PAR002"), Effort.TRIAL),
        (("PAR004",), Effort.RESTART),
    ]


@pytest.mark.parametrize(
    ("category", "sql"), [(Category.CAPACITY, ("DROP INDEX x",)), (Category.PARAMETERS, ()), (Category.CAPACITY, ())]
)
def test_only_settings_that_a_statement_sets_are_set_together(category: Category, sql: tuple[str, ...]) -> None:
    results = [failed(code, replace(finding(MEDIUM, code=code), sql=sql)) for code in ("CAP001", "CAP002")]
    assert len(planned(results, [spec(result.code, category=category) for result in results])) == 2


def test_settings_of_another_deadline_or_place_are_set_apart() -> None:
    def wrong(code: str, severity: Severity) -> CheckResult:
        return failed(code, replace(finding(severity, code=code), sql=("SET GLOBAL x = 1",)))

    results = [wrong("PAR001", MEDIUM), wrong("PAR002", HIGH), wrong("PAR003", MEDIUM)]
    specs = [spec(code, category=Category.PARAMETERS) for code in ("PAR001", "PAR002")]
    specs.append(spec("PAR003", category=Category.PARAMETERS, run_as=RunAs.SYS))
    assert sorted(unit.codes for unit in planned(results, specs)) == [("PAR001",), ("PAR002",), ("PAR003",)]


@pytest.mark.parametrize(
    ("parts", "sql", "effort"),
    [
        ({}, (), Effort.PROJECT),
        ({}, ("DROP INDEX x",), Effort.TRIAL),
        ({}, ("SELECT 1",), Effort.PROJECT),
        ({"effort": Effort.ONLINE}, ("ALTER SYSTEM MINOR FREEZE",), Effort.ONLINE),
        ({"effort": Effort.ONLINE, "window": True}, (), Effort.WINDOW),
        ({"run_as": RunAs.SYS}, (), Effort.OPERATION),
        ({"window": True}, ("DROP INDEX x",), Effort.WINDOW),
        ({"window": True, "restart": True}, (), Effort.RESTART),
        ({"run_as": RunAs.CONSOLE}, (), Effort.CONSOLE),
    ],
)
def test_effort_is_what_the_remediation_declares(parts: dict[str, Any], sql: tuple[str, ...], effort: Effort) -> None:
    result = failed("CAP001", replace(finding(MEDIUM), sql=sql))
    assert [unit.effort for unit in planned([result], [spec("CAP001", **parts)])] == [effort]


def test_the_platforms_findings_are_not_the_customers_work() -> None:
    assert planned([failed("CAP001", finding(HIGH), actor=Actor.PLATFORM), without_finding("CAP002")]) == ()
