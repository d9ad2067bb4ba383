"""What was predicted is held against what is measured, and only what can turn out otherwise is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.facts.sql import SqlTotal
from agent.judgement.track_record import judge_predictions
from agent.model.snapshot import Snapshot
from agent.model.terms import Severity
from agent.model.track_record import Prediction, PredictionKind
from tests.agent.archive.history.documents import MUTE, NOON, document, found
from tests.agent.scoring import failed, finding, points_of, scored
from tests.harness import snapshot_of

LATER = NOON + timedelta(days=90)
RUNGS = {"rungs": {"medium": 70.0, "high": 80.0}, "worst": None, "descending": False}
FALLING = {"rungs": {"medium": 60.0, "high": 30.0}, "worst": None, "descending": True}
VALUE, GAIN, TIME = PredictionKind


def pair(ladder: Any = RUNGS, resource: str = "disk", **result: Any) -> tuple[Any, Any]:
    """An assessment with one finding, and the next in which it is resolved."""
    before, now = document("a1", findings=(found(resource, Severity.HIGH),)), document("a2", LATER)
    before["results"][0] |= {"ladder": ladder, **result}
    mark = before["results"][0]["findings"][0]["fingerprint"]
    now["comparison"] = {"baseline_id": "a1", "changes": [{"kind": "resolved", "fingerprint": mark}]}
    return before, now


def judge(
    before: Any, now: Any, values: Mapping[str, Any] | None = None, snapshot: Snapshot | None = None
) -> list[Prediction]:
    return list(judge_predictions(before, now, snapshot or snapshot_of([]), lambda code, wanted: dict(values or {})))


@pytest.mark.parametrize(
    ("ladder", "value", "came_true"),
    [(RUNGS, 69.9, True), (RUNGS, 70.0, False), (RUNGS, 75, False), (FALLING, 60.1, True), (FALLING, 60.0, False)],
)
def test_a_value_is_held_against_the_limit_that_was_published(ladder: Any, value: float, came_true: bool) -> None:
    (told,) = judge(*pair(ladder), values={"disk": value, "other": 1.0})
    limit = 60.0 if ladder is FALLING else 70.0
    assert (told.kind, told.predicted, told.measured, told.came_true) == (VALUE, limit, value, came_true)
    assert (told.code, told.resource, told.advised_id, told.fingerprint) == ("CAP-001", "disk", "a1", "print-disk")


@pytest.mark.parametrize("values", [{}, {"disk": "ON"}, {"disk": True}, {"disk": None}])
def test_what_cannot_be_measured_is_not_counted(values: Mapping[str, Any]) -> None:
    assert judge(*pair(), values=values) == []


def test_without_a_limit_there_is_no_prediction_of_a_value() -> None:
    assert judge(*pair({"severity": "high"}), values={"disk": 1.0}) == []


def test_only_what_was_advised_last_time_and_is_resolved_counts() -> None:
    before, now = pair()
    muted = document("a1", findings=(found("disk", Severity.HIGH, MUTE),))
    muted["results"][0] |= {"ladder": RUNGS, "outcome": "finding"}
    assert judge(muted, now, {"disk": 1.0}) == []
    assert judge({**before, "assessment_id": "a0"}, now, {"disk": 1.0}) == []
    assert judge(before, {**now, "comparison": None}, {"disk": 1.0}) == []
    now["comparison"]["changes"][0]["kind"] = "not_comparable"
    assert judge(before, now, {"disk": 1.0}) == []


def with_risk(told: Any, value: float, **points: float) -> Any:
    """The document with this score and these points of its check."""
    told["score"]["value"] = value
    told["results"][0] |= points
    return told


def test_a_gain_is_held_against_the_points_that_the_score_rose_by() -> None:
    before, now = pair({"severity": "high"}, gain=8.0)
    (kept,) = judge(with_risk(before, 80.0, risk_points=10.0), with_risk(now, 88.4, risk_points=0.0))
    assert (kept.kind, kept.predicted, kept.came_true) == (GAIN, 8.0, True)
    assert kept.measured == pytest.approx(8.4, abs=0.1)
    (broken,) = judge(with_risk(before, 80.0, risk_points=4.0), with_risk(now, 83.3, risk_points=0.0))
    assert broken.measured == pytest.approx(3.3, abs=0.1) and not broken.came_true


def test_a_gain_counts_once_nothing_of_its_check_is_left_and_both_have_a_score() -> None:
    before, now = pair({"severity": "high"}, gain=8.0, risk_points=10.0)
    now["results"][0]["findings"] = before["results"][0]["findings"]
    assert judge(before, now) == []
    before, now = pair({"severity": "high"}, gain=0.4, risk_points=10.0)
    assert judge(before, now) == [], "less than a rounding"
    before, now = pair({"severity": "high"}, gain=8.0, risk_points=10.0)
    now["score"]["band"] = None
    assert judge(before, now) == []


@given(
    shares=st.lists(st.floats(0, 1), min_size=2, max_size=6),
    severities=st.lists(st.sampled_from([Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]), min_size=6, max_size=6),
)
@settings(max_examples=50, deadline=None)
def test_where_nothing_else_changes_a_promised_gain_is_kept(shares: list[float], severities: list[Severity]) -> None:
    results = [
        failed(f"CAP{number:03}", finding(severity, share))
        for number, (share, severity) in enumerate(zip(shares, severities, strict=False))
    ]
    was, is_now = scored(results), scored([*results[1:]])
    entry = was.results["CAP000"]
    before, now = pair({"severity": "high"}, gain=entry.gain, risk_points=entry.risk_points)
    told = judge(with_risk(before, was.value), with_risk(now, is_now.value, risk_points=0.0))
    assert all(one.came_true for one in told)
    assert entry.gain < 0.5 or told[0].measured == pytest.approx(entry.gain, abs=0.3)
    assert points_of(Severity.LOW) < points_of(Severity.HIGH)


def statement(average_us: int, sql_id: str = "A" * 32) -> SqlTotal:
    counts = dict.fromkeys(("disk_reads", "retries", "wait_us", "remote_executions"), 0)
    return SqlTotal(
        sql_id=sql_id,
        db_name="shop",
        executions=100,
        elapsed_us=100 * average_us,
        rows_processed=100,
        rows_read=100,
        **counts,
    )


def with_proof(before: Any, verdict: str = "verified", record: str = "plan cache") -> Any:
    resource = before["results"][0]["findings"][0]["resource"]
    before["sql"] = [{"resource": resource, "record": record, "average_us": 10_000.0}]
    effect = {"resource": resource, "verdict": verdict, "least_gain_pct": 60.0, "most_gain_pct": 90.0}
    before["proof"] = {"effects": [effect]}
    return before


@pytest.mark.parametrize(("average_us", "saved_pct", "came_true"), [(3000, 70.0, True), (5000, 50.0, False)])
def test_the_time_of_a_statement_is_held_against_the_range_of_its_proof(
    average_us: int, saved_pct: float, came_true: bool
) -> None:
    name = "SQL " + "A" * 32
    before, now = pair({"severity": "high"}, resource=name)
    (told,) = judge(with_proof(before), now, snapshot=snapshot_of([statement(average_us)]))
    assert (told.kind, told.predicted, told.predicted_most) == (TIME, 60.0, 90.0)
    assert (told.measured, told.came_true, told.resource) == (saved_pct, came_true, name)


def test_a_statement_that_no_record_shows_or_that_was_not_proven_is_not_counted() -> None:
    name, facts = "SQL " + "A" * 32, snapshot_of([statement(3000)])
    before, now = pair({"severity": "high"}, resource=name)
    assert judge(with_proof(before), now) == []
    assert judge(with_proof(before, "unverified"), now, snapshot=facts) == []
    assert judge(with_proof(before, record="audit ring"), now, snapshot=facts) == []
    other = dataclasses.replace(facts, as_of=datetime.now(UTC))
    assert len(judge(with_proof(before), now, snapshot=other)) == 1


def test_each_value_is_judged_by_the_ladder_of_its_check_and_by_the_lowest_limit() -> None:
    before, now = pair()
    second = {**before["results"][0], "code": "CAP-002", "ladder": FALLING, "findings": [
        {**before["results"][0]["findings"][0], "fingerprint": "print-log", "resource": "log"},
    ]}  # fmt: skip
    before["results"].append(second)
    now["comparison"]["changes"].append({"kind": "resolved", "fingerprint": "print-log"})
    asked: list[tuple[str, frozenset[str]]] = []

    def measure(code: str, wanted: frozenset[str]) -> dict[str, Any]:
        asked.append((code, wanted))
        return {"disk": 69.0, "log": 61}

    told = judge_predictions(before, now, snapshot_of([]), measure)
    assert [(one.code, one.predicted, one.measured, one.came_true) for one in told] == [
        ("CAP-001", 70.0, 69.0, True), ("CAP-002", 60.0, 61.0, True),
    ]  # fmt: skip
    assert asked == [("CAP-001", frozenset({"disk"})), ("CAP-002", frozenset({"log"}))]


def test_a_ladder_without_rungs_promises_nothing() -> None:
    assert judge(*pair({"rungs": {}, "worst": None, "descending": False}), values={"disk": 1.0}) == []


def test_what_was_muted_or_did_not_count_then_was_not_advised() -> None:
    before, now = pair()
    before["results"][0]["outcome"] = "muted"
    assert judge(before, now, {"disk": 1.0}) == []
    before, now = pair()
    now["comparison"]["changes"].append({"kind": "unchanged", "fingerprint": "print-other"})
    other = {**before["results"][0]["findings"][0], "fingerprint": "print-other", "resource": "other"}
    before["results"][0]["findings"].append(other)
    assert [one.resource for one in judge(before, now, {"disk": 1.0, "other": 1.0})] == ["disk"]


def test_a_gain_is_what_the_whole_cause_took_and_its_tolerance_is_a_fifth() -> None:
    """Of a group all members count, by their cause; another check is none of them."""
    for removed, came_true in ((8.0, True), (7.9, False)):
        before, now = pair({"severity": "high"}, gain=10.0, group="unit", risk_points=6.0)
        entry = {**before["results"][0], "findings": []}
        before["results"] += [
            {**entry, "code": "CAP-002", "risk_points": removed, "outcome": "joined"},
            {**entry, "code": "CAP-003", "group": "", "risk_points": 50.0, "outcome": "joined"},
        ]
        now["results"] = [{**entry, "risk_points": 6.0}, {**entry, "code": "CAP-003", "group": "", "risk_points": 1.0}]
        (told,) = judge(with_score(before, 100.0), with_score(now, 100.0))
        assert (told.measured, told.predicted, told.came_true) == (removed, 10.0, came_true)
        assert (told.kind, told.code, told.advised_id) == (GAIN, "CAP-001", "a1")


def with_score(told: Any, value: float) -> Any:
    told["score"]["value"] = value
    return told


@pytest.mark.parametrize(("gain", "is_told"), [(0.4, False), (0.5, True)])
def test_a_gain_of_half_a_point_can_be_told(gain: float, is_told: bool) -> None:
    assert bool(judge(*pair({"severity": "high"}, gain=gain, risk_points=10.0))) is is_told


@pytest.mark.parametrize(
    ("place", "entry", "is_told"),
    [
        (0, {"band": None}, False),
        (1, {"band": None}, False),
        (0, {"band": None, "grade_needs": ["CAP-009"]}, True),
        (1, {"band": None, "grade_needs": ["CAP-009"]}, True),
    ],
)
def test_a_score_that_saw_too_little_tells_no_gain(place: int, entry: dict[str, Any], is_told: bool) -> None:
    both = pair({"severity": "high"}, gain=8.0, risk_points=10.0)
    both[place]["score"] |= {"grade_needs": [], **entry}
    assert bool(judge(*both)) is is_told


def test_what_is_carried_is_still_there() -> None:
    before, now = pair({"severity": "high"}, gain=8.0, risk_points=10.0)
    assert len(judge(before, now)) == 1
    now["results"][0]["carried"] = [{"runs": 1}]
    assert judge(before, now) == []


@pytest.mark.parametrize(
    ("was_us", "now_us", "saved_pct", "came_true"),
    [(10_000.0, 4000, 60.0, True), (10_000.0, 4010, 59.9, False), (1.0, 4000, -399900.0, False)],
)
def test_the_time_saved_is_told_in_tenths_against_the_least_of_the_range(
    was_us: float, now_us: int, saved_pct: float, came_true: bool
) -> None:
    before, now = pair({"severity": "high"}, resource="SQL " + "A" * 32)
    with_proof(before)["sql"][0]["average_us"] = was_us
    (told,) = judge(before, now, snapshot=snapshot_of([statement(now_us)]))
    assert (told.measured, told.came_true, told.advised_id) == (saved_pct, came_true, "a1")
    before["sql"][0]["average_us"] = 0.0
    assert judge(before, now, snapshot=snapshot_of([statement(now_us)])) == []


def test_a_proof_of_another_statement_promises_nothing_of_this_one() -> None:
    before, now = pair({"severity": "high"}, resource="SQL " + "A" * 32)
    facts = snapshot_of([statement(3000), statement(1, "B" * 32)])
    with_proof(before)
    other = {**before["proof"]["effects"][0], "resource": "SQL " + "B" * 32}
    before["proof"]["effects"] = [other]
    assert judge(before, now, snapshot=facts) == []
    with_proof(before)["sql"][0]["resource"] = "SQL " + "B" * 32
    assert judge(before, now, snapshot=facts) == []
