"""Readiness is judged by the document's own ladders; what was not assessed is never good."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.judgement.readiness import Demand, Grows, ReadinessVerdict, choose_worst, judge_readiness
from agent.model.terms import Severity
from tests.agent.report import sample

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
    return Demand(load_factor=factor, zone=ZoneInfo("Asia/Shanghai"), **given)


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
    assert told.verdict is ReadinessVerdict.UNKNOWN
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
