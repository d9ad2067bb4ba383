"""Readiness is judged by the document's own ladders; what was not assessed is never good."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.judgement.readiness import MEASURED, Basis, Demand, Grows, ReadinessVerdict, choose_worst, judge_readiness
from agent.model.terms import Severity, Unit
from tests.agent.report import sample
from tests.harness import shipped

RUNGS = {"rungs": {"medium": 70.0, "high": 80.0, "critical": 90.0}, "worst": 100.0, "descending": False}
GIB = 1 << 30


def result(code: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A result of a check that measured this and found nothing, unless ``more`` says otherwise."""
    measured = None if value is None else {"resource": "zone1", "names": {}, "value": value, "count": 1}
    return {
        "code": code,
        "outcome": "pass" if value is not None else "not_assessed",
        "actor": "customer",
        "unit": "pct",
        "symptom_of": "",
        "ladder": RUNGS,
        "reason": {"en": "No samples."},
        "texts": {"en": {"title": code}},
        "findings": [],
        "measured": measured,
        **more,
    }


def finding(value: float, severity: str, *, muted: bool = False) -> dict[str, Any]:
    return {"resource": "zone2", "value": value, "severity": severity, "muted": {"owner": "x"} if muted else None}


def document(*results: dict[str, Any], **more: Any) -> Any:
    made = copy.deepcopy(sample.healthy())
    made["results"] = list(results)
    made["as_of"] = "2026-11-20T00:00:00+00:00"
    made["colophon"]["valid_until"] = "2027-02-01"
    made["figures"] = {**made["figures"], "forecasts": [], "capacity": []}
    made["business"]["growth_pct_per_year"] = None
    made["instance"]["units"] = [
        {"zone": zone, "units": 1, "cores": cores, "memory_bytes": 16 * GIB, "log_disk_bytes": 48 * GIB,
         "data_disk_bytes": 100 * GIB, "data_used_bytes": 10 * GIB}
        for zone, cores in (("zone1", 4.0), ("zone2", 8.0))
    ]  # fmt: skip
    return {**made, **more}


def demand(factor: float = 2.0, **more: Any) -> Demand:
    given = {"first": date(2026, 12, 10), "last": date(2026, 12, 12), "today": date(2026, 11, 30)} | more
    # Unless a test says otherwise the usual peaks are known, and no higher than the moment of the assessment.
    return Demand(
        load_factor=factor, zone=ZoneInfo("Asia/Shanghai"), **{"peaks": {"CAP001": 0.0, "CAP005": 0.0}, **given}
    )


ESSENTIAL = (result("CAP009", 20.0), result("CAP001", 20.0))


def test_a_tenant_with_headroom_is_ready() -> None:
    told = judge_readiness("shop", document(*ESSENTIAL), demand())
    assert told.verdict is ReadinessVerdict.READY and told.enlargements == () and told.obstacles == ()
    assert [(one.value, one.projected, one.limit, one.reached) for one in told.headroom] == [
        (20.0, 40.0, 70.0, None)
    ] * 2


@pytest.mark.parametrize(
    ("factor", "verdict", "reached"),
    [
        (3.49, ReadinessVerdict.READY, None),
        (3.5, ReadinessVerdict.CONDITIONAL, Severity.MEDIUM),
        (4.0, ReadinessVerdict.NOT_READY, Severity.HIGH),
        (4.5, ReadinessVerdict.NOT_READY, Severity.CRITICAL),
    ],
)
def test_the_load_factor_moves_the_verdict_at_the_limits_of_the_rule(
    factor: float, verdict: ReadinessVerdict, reached: Severity | None
) -> None:
    told = judge_readiness("shop", document(*ESSENTIAL), demand(factor))
    assert (told.verdict, told.headroom[0].reached) == (verdict, reached)


def test_what_does_not_follow_the_load_is_not_multiplied() -> None:
    told = judge_readiness("shop", document(*ESSENTIAL, result("CAP002", 50.0), result("CAP003", 69.0)), demand(3.0))
    assert {one.code: one.projected for one in told.headroom if one.grows is Grows.NOT} == {
        "CAP002": 50.0,
        "CAP003": 69.0,
    }


def test_the_data_grow_by_the_day_and_faster_in_the_period() -> None:
    grown = document(*ESSENTIAL, result("CAP004", 50.0))
    grown["business"]["growth_pct_per_year"] = 365.0
    told = judge_readiness("shop", grown, demand(2.0))
    disk = next(one for one in told.headroom if one.code == "CAP004")
    assert disk.projected == pytest.approx(50.0 * (1 + 0.01 * (20 + 2 * 3)))  # 20 days until, then 3 at twice the load
    gauge = {"kind": "data_disk", "resource": "zone1", "used_bytes": 100 * GIB, "size_bytes": 200 * GIB}
    line = {"kind": "data_disk", "resource": "zone1", "bytes_per_day": 2 * GIB, "full_on": None}
    grown["figures"] = {**grown["figures"], "capacity": [gauge], "forecasts": [line]}
    measured = next(one for one in judge_readiness("shop", grown, demand(2.0)).headroom if one.code == "CAP004")
    assert measured.projected == pytest.approx(50.0 * (1 + 0.02 * 26)), "what was measured goes before what was told"


def test_an_enlargement_brings_the_value_below_the_lowest_limit() -> None:
    told = judge_readiness("shop", document(result("CAP009", 40.0), result("CAP001", 40.0)), demand(2.0))
    sizes = {one.what: (one.present, one.needed) for one in told.enlargements}
    assert sizes == {"cores": (4.0, 5.0), "memory_bytes": (16.0 * GIB, 19.0 * GIB)}
    for one in told.enlargements:
        assert 80.0 * one.present / one.needed < 70.0


@pytest.mark.parametrize("missing", ["CAP009", "CAP001"])
def test_without_cpu_or_memstore_nothing_is_called_ready(missing: str) -> None:
    results = [each if each["code"] != missing else result(missing, None) for each in ESSENTIAL]
    told = judge_readiness("shop", document(*results), demand())
    assert told.verdict is ReadinessVerdict.UNKNOWN and told.missing == (missing,)
    assert next(one for one in told.headroom if one.code == missing).reason == {"en": "No samples."}
    assert judge_readiness("shop", document(), demand()).verdict is ReadinessVerdict.UNKNOWN
    assert judge_readiness("shop", None, demand()).verdict is ReadinessVerdict.UNKNOWN


def test_what_is_over_a_limit_is_not_ready_even_if_the_rest_is_unknown() -> None:
    told = judge_readiness("shop", document(result("CAP009", None), result("CAP001", 60.0)), demand(2.0))
    assert told.verdict is ReadinessVerdict.NOT_READY


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([finding(1, "critical")], ReadinessVerdict.NOT_READY),
        ([finding(1, "high"), finding(2, "low")], ReadinessVerdict.CONDITIONAL),
        ([finding(1, "medium")], ReadinessVerdict.READY),
        ([finding(1, "critical", muted=True)], ReadinessVerdict.READY),
    ],
)
def test_open_findings_stand_in_the_way(found: list[dict[str, Any]], verdict: ReadinessVerdict) -> None:
    other = result("BAK001", None, outcome="finding", findings=found, unit="count")
    told = judge_readiness("shop", document(*ESSENTIAL, other), demand())
    assert told.verdict is verdict
    platform = {**other, "actor": "platform"}
    assert judge_readiness("shop", document(*ESSENTIAL, platform), demand()).verdict is ReadinessVerdict.READY


def test_the_worst_resource_counts_also_where_it_is_a_finding() -> None:
    both = result("CAP009", 20.0, outcome="finding", findings=[finding(75.0, "medium")])
    told = judge_readiness("shop", document(both, ESSENTIAL[1]), demand(1.0))
    assert told.headroom[0].resource == "zone2" and told.headroom[0].reached is Severity.MEDIUM


def test_an_assessment_that_has_expired_is_a_condition() -> None:
    told = judge_readiness("shop", document(*ESSENTIAL), demand(today=date(2027, 2, 1)))
    assert told.is_stale and told.verdict is ReadinessVerdict.CONDITIONAL


def test_of_several_targets_the_worst_verdict_counts() -> None:
    ready, unknown, conditional, not_ready = (
        ReadinessVerdict.READY,
        ReadinessVerdict.UNKNOWN,
        ReadinessVerdict.CONDITIONAL,
        ReadinessVerdict.NOT_READY,
    )
    assert choose_worst([ready, unknown, conditional, not_ready]) is not_ready
    assert choose_worst([ready, conditional, unknown]) is unknown
    assert choose_worst([ready, conditional]) is conditional
    assert choose_worst([ready]) is ready and choose_worst([]) is unknown


def test_a_headroom_tells_the_limit_that_is_reached_or_else_the_nearest() -> None:
    for value, limit in ((69.9, 70.0), (70.0, 70.0), (85.0, 80.0), (90.0, 90.0)):
        (one,) = judge_readiness("shop", document(result("CAP002", value)), demand()).headroom
        assert (one.value, one.projected, one.limit, one.unit, one.resource) == (value, value, limit, "pct", "zone1")
    for ladder in ({"severity": "high"}, {**RUNGS, "rungs": {}}):
        (one,) = judge_readiness("shop", document(result("CAP002", 99.0, ladder=ladder)), demand()).headroom
        assert (one.limit, one.reached) == (None, None)


@pytest.mark.parametrize("more", [{"outcome": "not_applicable"}, {"unit": "count"}])
def test_what_does_not_apply_or_is_no_share_is_no_headroom(more: dict[str, Any]) -> None:
    told = judge_readiness("shop", document(*ESSENTIAL, result("CAP002", 95.0, **more)), demand())
    assert [one.code for one in told.headroom] == ["CAP009", "CAP001"] and told.verdict is ReadinessVerdict.READY


def test_the_worst_of_several_resources_is_measured_and_words_are_no_number() -> None:
    found = [finding(30.0, "low"), {**finding(40.0, "low"), "resource": "zone3"}, {**finding(0, "low"), "value": "99"}]
    (one,) = judge_readiness("shop", document(result("CAP002", 35.0, findings=found)), demand()).headroom
    assert (one.resource, one.value, one.reason) == ("zone3", 40.0, {})
    words = result("CAP002", None, findings=[{**finding(0, "low"), "value": "99"}])
    (one,) = judge_readiness("shop", document(words), demand()).headroom
    assert (one.value, one.projected, one.limit, one.reached, one.resource) == (None, None, None, None, "")


def grown(
    growth_pct: float | None, *lines: tuple[str, str, float], capacity: tuple[tuple[str, str, int], ...] = ()
) -> Any:
    made = document(*ESSENTIAL, result("CAP004", 50.0))
    made["business"]["growth_pct_per_year"] = growth_pct
    gauges = [{"kind": kind, "resource": place, "used_bytes": used} for kind, place, used in capacity]
    forecasts = [{"kind": kind, "resource": place, "bytes_per_day": per_day} for kind, place, per_day in lines]
    made["figures"] = {**made["figures"], "capacity": gauges, "forecasts": forecasts}
    return made


@pytest.mark.parametrize(
    ("first", "factor", "days"),
    [
        (date(2026, 12, 10), 1.0, 23),  # 20 until the period, and its three
        (date(2026, 12, 12), 2.0, 24),
        (date(2026, 11, 20), 1.0, 23),
        (date(2026, 11, 10), 1.0, 33),  # it has begun before the assessment: none of its days is taken off
    ],
)
def test_the_days_of_growth_are_those_until_the_period_and_its_own(first: date, factor: float, days: int) -> None:
    told = judge_readiness("shop", grown(73.0), demand(factor, first=first))
    assert told.headroom[2].projected == pytest.approx(50.0 * (1 + 0.002 * days))


def test_the_day_of_an_assessment_is_that_of_the_target() -> None:
    late = grown(73.0)
    late["as_of"] = "2026-11-19T17:00:00+00:00"  # the 20th in Shanghai
    told = judge_readiness("shop", late, demand(1.0))
    assert told.headroom[2].projected == pytest.approx(50.0 * (1 + 0.002 * 23))


@pytest.mark.parametrize(
    ("made", "share"),
    [
        (grown(None), 0.0),
        (grown(-73.0), 0.0),
        (grown(73.0, ("data_disk", "z1", -5.0), capacity=(("data_disk", "z1", 100),)), 0.0),
        (grown(73.0, ("data_disk", "z1", 1.0), capacity=(("data_disk", "z2", 100), ("log_disk", "z1", 100))), 0.002),
        (grown(73.0, ("data_disk", "z1", 1.0), capacity=(("data_disk", "z1", 0),)), 0.002),
        (
            grown(
                73.0, ("data_disk", "z1", 1.0), ("data_disk", "z2", 3.0),
                capacity=(("data_disk", "z1", 100), ("data_disk", "z2", 200)),
            ),
            0.015,
        ),
    ],
)  # fmt: skip
def test_the_fastest_zone_tells_the_growth_and_what_shrinks_tells_none(made: Any, share: float) -> None:
    told = judge_readiness("shop", made, demand(1.0))
    assert told.headroom[2].projected == pytest.approx(50.0 * (1 + share * 23))


def test_each_limit_in_the_way_enlarges_its_size_and_the_largest_is_told_once() -> None:
    codes = {"CAP009": 40.0, "CAP010": 90.0, "CAP001": 45.0, "CAP002": 75.0, "CAP003": 72.0, "CAP012": 71.0}
    told = judge_readiness("shop", document(*(result(code, value) for code, value in codes.items())), demand(2.0))
    assert [(one.what, one.present, one.needed, one.code) for one in told.enlargements] == [
        ("cores", 4.0, 6.0, "CAP010"),  # 4 × 90 ÷ 70 is 5.1
        ("memory_bytes", 16 * GIB, 21 * GIB, "CAP001"),  # 16 × 90 ÷ 70 is 20.6
        ("log_disk_bytes", 48 * GIB, 50 * GIB, "CAP003"),
    ]
    disk = judge_readiness("shop", document(result("CAP004", 70.0)), demand(1.0)).enlargements
    assert [(one.what, one.needed) for one in disk] == [("data_disk_bytes", 101 * GIB)]
    assert judge_readiness("shop", document(result("CAP005", 99.0)), demand()).enlargements == ()


@pytest.mark.parametrize(
    ("code", "projected", "basis", "what"),
    [
        ("CAP009", 144.0, Basis.PEAK, "cores"),
        ("CAP010", 72.0, Basis.EXPECTED, "cores"),
        ("CAP001", 144.0, Basis.MOMENT, "memory_bytes"),
        ("CAP002", 72.0, Basis.STATE, "memory_bytes"),
        ("CAP012", 72.0, Basis.STATE, "memory_bytes"),
        ("CAP003", 72.0, Basis.STATE, "log_disk_bytes"),
        ("CAP004", 72.0, Basis.STATE, "data_disk_bytes"),
        ("CAP005", 144.0, Basis.MOMENT, ""),
    ],
)
def test_each_limit_by_itself_follows_the_load_in_its_way_and_has_its_size(
    code: str, projected: float, basis: Basis, what: str
) -> None:
    told = judge_readiness("shop", document(result(code, 72.0)), demand(2.0, peaks={}))
    assert [(one.code, one.projected, one.basis) for one in told.headroom] == [(code, projected, basis)]
    assert [one.what for one in told.enlargements] == ([what] if what else [])


def test_every_limit_is_that_of_a_shipped_check_in_per_cent() -> None:
    checks = shipped()[0].checks
    assert {checks[code].unit for code in MEASURED} == {Unit.PCT}


def test_without_a_size_or_a_limit_nothing_is_enlarged() -> None:
    made = document(result("CAP003", 75.0))
    for unit in made["instance"]["units"]:
        unit["log_disk_bytes"] = 0
    assert judge_readiness("shop", made, demand()).enlargements == ()
    made["instance"]["units"][1]["log_disk_bytes"] = 8 * GIB
    assert [one.present for one in judge_readiness("shop", made, demand()).enlargements] == [8 * GIB]
    made["instance"]["units"] = []
    assert judge_readiness("shop", made, demand()).enlargements == ()
    lowest = {**RUNGS, "rungs": {"medium": 0.0}}
    assert judge_readiness("shop", document(result("CAP003", 75.0, ladder=lowest)), demand()).enlargements == ()


def other(code: str, *found: dict[str, Any], **more: Any) -> dict[str, Any]:
    return result(code, None, **{"outcome": "finding", "findings": list(found), "unit": "count", **more})


def test_obstacles_are_told_the_worst_first_with_their_effort_and_number() -> None:
    made = document(
        *ESSENTIAL,
        other("BAK002", finding(1, "high")),
        other("BAK001", finding(1, "high"), finding(2, "critical"), finding(3, "medium")),
        other("AVA001", finding(1, "critical", muted=True), finding(1, "high")),
        other("SEC001", finding(1, "critical"), symptom_of="BAK001"),
        other("SEC002", finding(1, "critical"), outcome="muted"),
        other("CAP004", finding(1, "high")),
        roadmap=[{"codes": ["BAK001", "BAK009"], "effort": "hours"}, {"codes": ["BAK003"], "effort": "days"}],
    )
    told = judge_readiness("shop", made, demand()).obstacles
    assert [(one.code, one.severity, one.count, one.effort) for one in told] == [
        ("BAK001", Severity.CRITICAL, 2, "hours"),
        ("AVA001", Severity.HIGH, 1, ""),
        ("BAK002", Severity.HIGH, 1, ""),
    ]
    assert (told[0].actor, told[0].titles) == ("customer", {"en": "BAK001"})


@pytest.mark.parametrize(
    ("today", "valid_until", "is_stale"),
    [
        (date(2027, 1, 31), "2027-02-01", False),
        (date(2027, 2, 1), "2027-02-01", True),
        (date(2027, 2, 2), "2027-02-01", True),
        (date(2030, 1, 1), None, False),
    ],
)
def test_an_assessment_is_stale_from_the_day_it_is_valid_until(
    today: date, valid_until: str | None, is_stale: bool
) -> None:
    made = document(*ESSENTIAL)
    made["colophon"]["valid_until"] = valid_until
    told = judge_readiness("shop", made, demand(today=today))
    assert told.is_stale is is_stale
    assert told.verdict is (ReadinessVerdict.CONDITIONAL if is_stale else ReadinessVerdict.READY)
    assert (told.target, told.score) == ("shop", made["score"]["value"])
    assert told.as_of is not None and told.as_of.isoformat() == made["as_of"]
    assert judge_readiness("shop", None, demand()).is_stale is False


MOMENTS = ("CAP001", "CAP005")


@pytest.mark.parametrize("code", MOMENTS)
def test_the_moment_of_an_assessment_is_no_peak_and_is_not_multiplied(code: str) -> None:
    results = [*(each for each in ESSENTIAL if each["code"] != code), result(code, 10.0)]
    peaks = {other: 0.0 for other in MOMENTS if other != code}
    told = judge_readiness("shop", document(*results), demand(3.0, peaks=peaks))
    (one,) = (each for each in told.headroom if each.code == code)
    assert (one.value, one.projected, one.reached, one.is_unproven) == (10.0, None, None, True)
    assert told.verdict is ReadinessVerdict.CONDITIONAL, "nobody can call it ready"
    # The peak is no less than the moment: where even that reaches a limit, the limit is reached.
    reached = judge_readiness("shop", document(*results), demand(8.0, peaks=peaks))
    (one,) = (each for each in reached.headroom if each.code == code)
    assert (one.projected, one.reached) == (80.0, Severity.HIGH)


@pytest.mark.parametrize(("peak", "base", "basis"), [(30.0, 30.0, Basis.PEAK), (5.0, 10.0, Basis.PEAK)])
@pytest.mark.parametrize("code", MOMENTS)
def test_a_usual_peak_that_is_told_is_what_the_load_is_set_upon(
    code: str, peak: float, base: float, basis: Basis
) -> None:
    told = judge_readiness("shop", document(result(code, 10.0)), demand(2.0, peaks={code: peak}))
    (one,) = told.headroom
    assert (one.value, one.projected, one.basis) == (base, 2 * base, basis)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_peak_that_the_customer_expects_holds_the_event_already(factor: float) -> None:
    (one,) = judge_readiness("shop", document(result("CAP010", 60.0)), demand(factor)).headroom
    assert (one.value, one.projected, one.basis) == (60.0, 60.0, Basis.EXPECTED)


def test_an_enlargement_tells_the_limit_that_it_stays_below() -> None:
    (cores,) = judge_readiness("shop", document(result("CAP010", 400.0)), demand()).enlargements
    assert (cores.below_pct, cores.needed) == (70.0, 23.0)  # 4 x 400 / 70 is 22.9
    assert 400.0 * cores.present / cores.needed < cores.below_pct
