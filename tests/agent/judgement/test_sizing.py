"""Sizes follow from demand, limit and growth; days only from what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from agent.facts.given import BusinessProfile
from agent.facts.growth import DaysToLimit
from agent.judgement.sizing import compute_outlooks
from agent.model.check import CheckSpec, Sizing
from agent.model.comparison import Change, Comparison
from agent.model.figures import Figures, Forecast
from agent.model.outlook import Outlook
from agent.model.rule import Fixed, Ladder, Rule
from agent.model.terms import ChangeKind, Severity, TenantKind, Unit
from agent.support.i18n import render_text
from tests.agent.scoring import failed, finding
from tests.checks.cases import capacity_outlook
from tests.harness import NOW, run_check, shipped, snapshot_of

GIB = 2**30
CHECKS, RULES = shipped()[0].checks, shipped()[1].rules
CODE = "CAP001"
DISK = Ladder(((Severity.LOW, 70.0), (Severity.HIGH, 90.0)))


def outlook(
    sizing: Sizing | None,
    value: float,
    evidence: dict[str, Any],
    judge: Ladder = DISK,
    growth: float | None = None,
    **more: Any,
) -> Outlook | None:
    spec = replace(CHECKS["CAP001"], sizing=sizing, exhausts=more.pop("exhausts", False))
    found = replace(finding(Severity.LOW), value=value, evidence=evidence)
    facts = [BusinessProfile(peak_qps=None, concurrency=None, growth_pct_per_year=growth)] if growth else []
    rule = Rule(judge=judge, params_values=more.pop("params", {}))
    told = compute_outlooks(
        [failed(CODE, found)],
        specs={CODE: spec},
        rules={CODE: rule},
        snapshot=snapshot_of(facts),
        figures=more.get("figures", Figures()),
        comparison=more.get("comparison"),
    )
    return told.get(found.fingerprint)


def test_a_disk_is_sized_so_that_it_falls_below_the_mildest_limit() -> None:
    sizing = Sizing(what="data_disk", unit=Unit.BYTES, present="size_bytes")
    told = outlook(sizing, 80.0, {"size_bytes": 100 * GIB})
    assert told and told.purchase and told.purchase.needed == 115 * GIB  # 80 / 0.7 is 114.3
    assert "80 GiB in use ÷ 70%" in render_text(told.purchase.formula, "en")
    grown = outlook(sizing, 80.0, {"size_bytes": 100 * GIB}, growth=60.0)
    assert grown and grown.purchase and grown.purchase.needed == 183 * GIB
    assert "60% growth a year" in render_text(grown.purchase.formula, "en")


def test_the_size_takes_the_finding_away() -> None:
    for value in (70.0, 70.001, 95.0):
        told = outlook(Sizing(what="memory", unit=Unit.BYTES, present="total_bytes"), value, {"total_bytes": 7 * GIB})
        assert told and told.purchase
        assert 100 * 7 * GIB * value / 100 / told.purchase.needed < 70.0


def test_cores_and_memory_are_both_sized_where_both_are_short() -> None:
    facts = snapshot_of([*capacity_outlook._use(80, 90), capacity_outlook._period(1, 9)])
    found = run_check("CAP014", facts)
    told = compute_outlooks([found], specs=CHECKS, rules=RULES, snapshot=facts, figures=Figures(), comparison=None)
    bought = {told[one.fingerprint].purchase.what for one in found.findings if told[one.fingerprint].purchase}  # type: ignore[union-attr]
    assert bought == {"cores", "memory"}


def test_cores_are_whole_and_come_from_the_share_in_use() -> None:
    told = outlook(Sizing(what="cores", unit=Unit.COUNT, present="cores_count"), 90.0, {"cores_count": 4.0})
    assert told and told.purchase and told.purchase.needed == 6


@pytest.mark.parametrize(
    ("what", "unit", "growth", "said"),
    [
        (
            "cores",
            Unit.COUNT,
            None,
            "3.6 cores at the peak ÷ 70%, the next one above; without growth, for none is told",
        ),
        ("cores", Unit.COUNT, 1.0, "(3.6 cores at the peak × (1 + 1% growth a year)) ÷ 70%, the next one above"),
        ("connections", Unit.COUNT, None, "4 in use ÷ 70%; without growth, for none is told"),
        ("connections", Unit.COUNT, 0.5, "(4 in use × (1 + 0.5% growth a year)) ÷ 70%"),
    ],
)
def test_the_way_to_the_size_is_told_with_its_figures(what: str, unit: Unit, growth: float | None, said: str) -> None:
    told = outlook(Sizing(what=what, unit=unit, present="n_count"), 90.0, {"n_count": 4.0}, growth=growth)
    assert told and told.purchase and render_text(told.purchase.formula, "en") == said


def test_what_is_enough_already_is_not_bought() -> None:
    sizing = Sizing(what="memory", unit=Unit.BYTES, present="size_bytes")
    assert outlook(sizing, 69.0, {"size_bytes": 10 * GIB}) is None, "just what there is"
    told = outlook(sizing, 70.0, {"size_bytes": 10 * GIB})
    assert told and told.purchase and told.purchase.needed == 11 * GIB


def test_only_a_ladder_and_numbers_give_a_size() -> None:
    sizing = Sizing(what="memory", unit=Unit.BYTES, present="size_bytes")
    fixed: Any = Fixed(Severity.LOW)
    assert outlook(sizing, 80.0, {"size_bytes": GIB}, fixed) is None
    assert outlook(sizing, 80.0, {"size_bytes": True}) is None
    unsized: Any = "many"
    assert outlook(Sizing(what="memory", unit=Unit.BYTES), unsized, {}) is None
    by_demand = Sizing(what="memory", unit=Unit.BYTES, demand="used_bytes")
    assert outlook(by_demand, unsized, {"used_bytes": GIB}) is None, "nobody knows what there is"
    assert outlook(sizing, unsized, {"size_bytes": GIB}) is None


@pytest.mark.parametrize("params", [{}, {"usable_pct": 0.0}, {"usable_pct": None}])
def test_without_the_param_that_says_how_far_it_may_fill_nothing_is_sized(params: dict[str, Any]) -> None:
    sizing = Sizing(what="memory", unit=Unit.BYTES, present="size_bytes", demand="used_bytes", aim_param="usable_pct")
    assert outlook(sizing, 80.0, {"size_bytes": GIB, "used_bytes": GIB}, params=params) is None


@pytest.mark.parametrize(("rest", "meta"), [(8, 1), (9, 1), (18, 2), (90, 10)])
def test_the_meta_tenant_takes_a_gib_or_a_tenth_of_all(rest: int, meta: int) -> None:
    ladder = Ladder(((Severity.LOW, 1.0),))
    sizing = Sizing(
        what="memory", unit=Unit.BYTES, present="memory_bytes", demand="objects_count", per_gib=True, with_meta=True
    )
    told = outlook(sizing, 4000, {"memory_bytes": GIB, "objects_count": rest - 0.5}, ladder)
    assert told and told.purchase and told.purchase.needed == (rest + meta) * GIB


def test_what_is_too_small_is_sized_by_the_limit_itself() -> None:
    low = Ladder(((Severity.LOW, 1.9), (Severity.MEDIUM, 1.0)), descending=True)
    told = outlook(Sizing(what="cores", unit=Unit.COUNT), 1.0, {}, low)
    assert told and told.purchase and (told.purchase.present, told.purchase.needed) == (1, 2)
    ratio = Ladder(((Severity.LOW, 2.8),), descending=True)
    sizing = Sizing(what="log_disk", unit=Unit.BYTES, present="size_bytes", times="memory_bytes")
    told = outlook(sizing, 1.0, {"size_bytes": 4 * GIB, "memory_bytes": 4 * GIB}, ratio)
    assert told and told.purchase and told.purchase.needed == 12 * GIB


def test_a_demand_that_is_no_share_is_sized_by_the_param_that_says_how_far_it_may_fill() -> None:
    days = Ladder(((Severity.LOW, 365.0),), descending=True)
    sizing = Sizing(
        what="data_disk", unit=Unit.BYTES, present="size_bytes", demand="used_bytes", aim_param="usable_pct"
    )
    evidence = {"size_bytes": 100 * GIB, "used_bytes": 80 * GIB}
    told = outlook(sizing, 90.0, evidence, days, growth=50.0, params={"usable_pct": 90})
    assert told and told.purchase and told.purchase.needed == 134 * GIB


@pytest.mark.parametrize("evidence", [{}, {"size_bytes": None}])
def test_without_a_figure_nothing_is_sized(evidence: dict[str, Any]) -> None:
    assert outlook(Sizing(what="data_disk", unit=Unit.BYTES, present="size_bytes"), 80.0, evidence) is None
    assert outlook(None, 80.0, {"size_bytes": GIB}) is None


def compared(was: float | str | None, days: float) -> Comparison:
    change = Change(
        kind=ChangeKind.WORSENED,
        code=CODE,
        fingerprint=finding(Severity.LOW).fingerprint,
        resource="r",
        severity=Severity.LOW,
        was_severity=Severity.LOW,
        value=80.0,
        was_value=was,
    )
    return Comparison(
        baseline_id="b",
        baseline_as_of=NOW - timedelta(days=days),
        score_was=None,
        score_delta=None,
        ruleset_changed=False,
        changes=(change,),
    )


def test_what_only_grows_has_a_day_once_it_was_measured_twice() -> None:
    told = outlook(None, 80.0, {}, exhausts=True, comparison=compared(60.0, 100))
    assert told and told.exhausted_on == (NOW + timedelta(days=100)).date()
    assert render_text(told.exhausted_by, "en") == "from 60% to 80% in 100 days"


@pytest.mark.parametrize(
    ("value", "was", "days", "left_days"),
    [
        (80.0, 60.0, 30.0, 30),  # just far enough apart
        (100.0, 60.0, 100.0, 0),
        (99.5, 0.0, 99.5, 0),
        (71.484375, 70.484375, 128.0, 3650),
        (71.4765625, 70.4765625, 128.0, None),  # 3651 days: nobody orders for then
        (100.5, 0.0, 100.5, None),
        (110.0, 120.0, 100.0, None),  # it falls
    ],
)
def test_a_day_within_ten_years_is_told_and_none_that_is_past(
    value: float, was: float, days: float, left_days: int | None
) -> None:
    told = outlook(None, value, {}, exhausts=True, comparison=compared(was, days))
    assert (told and told.exhausted_on) == (None if left_days is None else (NOW + timedelta(days=left_days)).date())


@pytest.mark.parametrize(("was", "days"), [(None, 100), (80.0, 100), (90.0, 100), (60.0, 29.9), (79.99, 100)])
def test_no_day_from_one_point_from_none_that_grew_or_from_two_that_lie_close(was: float | None, days: float) -> None:
    assert outlook(None, 80.0, {}, exhausts=True, comparison=compared(was, days)) is None
    assert outlook(None, 80.0, {}, comparison=compared(60.0, 100)) is None
    assert outlook(None, 80.0, {}, exhausts=True) is None


def test_a_data_disk_has_the_first_day_of_its_forecasts() -> None:
    figures = Figures(
        forecasts=(
            Forecast("data_disk", "zone1", 1e9, date(2027, 3, 1)),
            Forecast("data_disk", "zone2", 2e9, date(2027, 2, 1)),
            Forecast("data_disk", "zone3", -1.0, None),
            Forecast("log_disk", "zone1", 1e9, date(2026, 12, 1)),
        ),
    )
    sizing = Sizing(what="data_disk", unit=Unit.BYTES, present="size_bytes")
    told = outlook(sizing, 80.0, {"size_bytes": 100 * GIB}, figures=figures)
    assert told and told.exhausted_on == date(2027, 2, 1)
    assert render_text(told.exhausted_by, "en") == "by its forecast, 1.9 GiB a day"
    memory = outlook(replace(sizing, what="memory"), 80.0, {"size_bytes": 100 * GIB}, figures=figures)
    assert memory and (memory.exhausted_on, memory.exhausted_by) == (None, None), "it is not the memory that fills"
    never = replace(figures, forecasts=figures.forecasts[2:])
    told = outlook(sizing, 80.0, {"size_bytes": 100 * GIB}, figures=never)
    assert told and (told.exhausted_on, told.exhausted_by) == (None, None)


def sized() -> list[CheckSpec]:
    return [spec for spec in CHECKS.values() if spec.sizing]


def test_capacity_checks_that_ask_for_more_say_how_much() -> None:
    assert {spec.code for spec in sized()} >= {"CAP002", "CAP004", "CAP006", "CAP009", "CAP010", "CAP013", "CAP024"}
    for spec in sized():
        assert spec.sizing and isinstance(RULES[spec.code].judge, Ladder)


def test_what_scales_with_memory_is_sized_by_the_share_of_its_limit() -> None:
    sizing = Sizing(what="memory", unit=Unit.BYTES, present="memory_bytes", of_limit=True)
    told = outlook(sizing, 87.5, {"memory_bytes": 8 * GIB})
    assert told and told.purchase and told.purchase.needed == 11 * GIB  # 8 × 87.5 / 70 is 10: a limit reached is one
    assert "8 GiB × 87.5% of its limit in use ÷ 70%" in render_text(told.purchase.formula, "en")


def test_a_number_for_each_gib_is_sized_by_all_there_are() -> None:
    ladder = Ladder(((Severity.LOW, 2500.0), (Severity.HIGH, 16000.0)))
    sizing = Sizing(
        what="memory", unit=Unit.BYTES, present="memory_bytes", demand="objects_count", per_gib=True, with_meta=True
    )
    told = outlook(sizing, 4000, {"memory_bytes": 4 * GIB, "objects_count": 16_000}, ladder, growth=60.0)
    assert told and told.purchase
    assert (told.purchase.present, told.purchase.needed) == (5 * GIB, 8 * GIB)  # 6.4 and 1 for the META tenant
    assert "16,000 objects ÷ 2,500 for each GiB" in render_text(told.purchase.formula, "en")
    assert "1 GiB for the META tenant" in render_text(told.purchase.formula, "en")


def test_where_the_first_figure_is_not_there_the_other_way_is_taken() -> None:
    sizing = Sizing(
        what="connections",
        unit=Unit.COUNT,
        present="max_connections_count",
        otherwise=Sizing(what="memory", unit=Unit.BYTES, present="memory_bytes", of_limit=True),
    )
    told = outlook(sizing, 90.0, {"max_connections_count": 1000}, growth=10.0)
    assert told and told.purchase and (told.purchase.what, told.purchase.needed) == ("connections", 1415)
    told = outlook(sizing, 90.0, {"memory_bytes": 4 * GIB})
    assert told and told.purchase and told.purchase.what == "memory"
    assert outlook(sizing, 90.0, {}) is None


def test_findings_that_ask_for_more_of_the_same_tell_one_size() -> None:
    few = replace(finding(Severity.LOW), fingerprint="a", value=1.0, evidence={})
    peak = replace(finding(Severity.LOW), fingerprint="b", value=400.0, evidence={"cores_count": 1.0})
    small = replace(finding(Severity.LOW), fingerprint="c", value=1.0 * GIB, evidence={})
    log = {"size_bytes": 2 * GIB, "memory_bytes": GIB}
    short = replace(finding(Severity.LOW), fingerprint="d", value=2.0, evidence=log)
    codes = {"CAP024": few, "CAP010": peak, "CAP006": small, "CAP025": short}
    told = compute_outlooks(
        [failed(code, found) for code, found in codes.items()],
        specs=CHECKS,
        rules=RULES,
        snapshot=snapshot_of([]),
        figures=Figures(),
        comparison=None,
    )
    bought = {name: one.purchase for name, one in told.items() if one.purchase}
    assert bought["a"].needed == bought["b"].needed == 6  # 4 / 0.8 is 5, and a limit that is reached is a finding
    assert bought["a"].formula == bought["b"].formula
    assert bought["c"].needed == 5 * GIB
    assert bought["d"].needed == 15 * GIB  # by the memory that is ordered


def test_all_parts_of_a_larger_unit_are_one_cause() -> None:
    assert {RULES[code].group for code in ("CAP006", "CAP010", "CAP024", "CAP025")} == {"unit_size"}


def test_capacity_checks_whose_advice_is_more_say_how_much() -> None:
    for spec in CHECKS.values():
        asks = any(word in spec.remediation.advice for word in ("nlarge the tenant", "Order more", "larger spec"))
        if asks and spec.actor.value != "platform":
            assert spec.sizing or spec.code in {"CAP016", "SQL007", "SQL010", "SQL044", "TXN005"}, spec.code


def foretold(**more: Any) -> DaysToLimit:
    row = DaysToLimit(
        series="tablets",
        resource=finding(Severity.LOW).resource,
        level=80.0,
        limit=100.0,
        points_count=90,
        span_days=100,
        horizon_days=365,
        lack="",
        near_days=40,
        likely_days=50,
        far_days=70,
        year_high=150.0,
    )
    return replace(row, **more)


@pytest.mark.parametrize("far", [70, None])
def test_a_finding_whose_level_is_forecast_has_the_likely_day_and_the_interval(far: int | None) -> None:
    spec = replace(CHECKS["CAP012"], code=CODE, sizing=None)
    found = replace(finding(Severity.LOW), value=80.0)
    told = compute_outlooks(
        [failed(CODE, found)],
        specs={CODE: spec},
        rules={CODE: Rule(judge=DISK)},
        snapshot=snapshot_of([foretold(far_days=far), foretold(series="sessions", likely_days=1)]),
        figures=Figures(),
        comparison=compared(60.0, 100),
    )[found.fingerprint]
    assert told.exhausted_on == (NOW + timedelta(days=50)).date()
    day = (NOW + timedelta(days=40)).date().isoformat()
    end = f"between {day} and {(NOW + timedelta(days=70)).date()}" if far else f"on {day} or later"
    assert render_text(told.exhausted_by, "en") == f"by 90 daily values; in four of five cases {end}"


def test_without_a_forecast_the_line_through_two_assessments_is_told() -> None:
    spec = replace(CHECKS["CAP012"], code=CODE, sizing=None)
    found = replace(finding(Severity.LOW), value=80.0)
    told = compute_outlooks(
        [failed(CODE, found)],
        specs={CODE: spec},
        rules={CODE: Rule(judge=DISK)},
        snapshot=snapshot_of([foretold(lack="few", near_days=None, likely_days=None)]),
        figures=Figures(),
        comparison=compared(60.0, 100),
    )[found.fingerprint]
    assert render_text(told.exhausted_by, "en") == "from 60% to 80% in 100 days"


def test_a_demand_of_a_year_ahead_is_not_grown_again() -> None:
    days = Ladder(((Severity.LOW, 180.0),), descending=True)
    sizing = Sizing(
        what="data_disk", unit=Unit.BYTES, present="size_bytes", demand="year_bytes", aim_param="usable_pct", ahead=True
    )
    evidence = {"size_bytes": 100 * GIB, "year_bytes": 170 * GIB}
    told = outlook(sizing, 90.0, evidence, days, growth=50.0, params={"usable_pct": 85})
    assert told and told.purchase and told.purchase.needed == 201 * GIB  # 170 / 0.85 is 200, and a limit is a finding
    assert "170 GiB in use in a year" in render_text(told.purchase.formula, "en")


def test_a_tenant_and_its_zone_are_one_order_of_the_larger_size() -> None:
    full = replace(
        finding(Severity.LOW), fingerprint="a", resource="tenant", value=88.0, evidence={"size_bytes": 800 * GIB}
    )
    soon = {"size_bytes": 800 * GIB, "in_a_year_bytes": 1400 * GIB}
    ahead = replace(finding(Severity.LOW), fingerprint="b", resource="z1", value=40.0, evidence=soon)
    for kind, same in ((TenantKind.USER, True), (TenantKind.SYS, False)):
        told = compute_outlooks(
            [failed("CAP004", full), failed("CAP030", ahead)],
            specs=CHECKS,
            rules=RULES,
            snapshot=snapshot_of([], kind=kind),
            figures=Figures(),
            comparison=None,
        )
        first, second = told["a"].purchase, told["b"].purchase
        assert first and second and second.needed == 1648 * GIB  # 1400 / 0.85 is 1647.06
        assert (first.needed == second.needed) is same


@pytest.mark.parametrize(
    ("growth", "said"),
    [
        (None, "3 GiB in use ÷ 75%, the next whole GiB above; without growth, for none is told"),
        (20.0, "(3 GiB in use × (1 + 20% growth a year)) ÷ 75%, the next whole GiB above"),
    ],
)
def test_the_way_to_a_size_in_bytes_is_told_with_what_is_in_use(growth: float | None, said: str) -> None:
    sizing = Sizing(what="memory", unit=Unit.BYTES, present="size_bytes", demand="used_bytes")
    ladder = Ladder(((Severity.LOW, 75.0),))
    told = outlook(sizing, 80.0, {"size_bytes": 4 * GIB, "used_bytes": 3 * GIB}, ladder, growth=growth)
    assert told and told.purchase and render_text(told.purchase.formula, "en") == said
