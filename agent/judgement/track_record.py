"""Compares what an earlier assessment predicted of findings that are resolved now with what is measured. Pure.

Only what can turn out otherwise is counted: a value against the limit that was published then, the points that mending
was to bring, and the time that a proven index was to take off a statement. What cannot be measured now is left out,
and so is a finding that somebody muted: nobody was advised to mend it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from agent.facts.workload import read_snapshot_workload
from agent.judgement.score_change import compute_logarithmic_mean
from agent.model.document import Document, FindingEntry, ResultEntry, ScoreEntry
from agent.model.naming import name_shape
from agent.model.snapshot import Snapshot
from agent.model.terms import ChangeKind, Outcome, Scalar
from agent.model.track_record import Prediction, PredictionKind

# A promise of points is kept by this much less: scores are printed in tenths, and other changes move them too.
_GAIN_TOLERANCE = 0.2
_LEAST_GAIN = 0.5  # points; less cannot be told from rounding
_VERIFIED = "verified"

MeasureNow = Callable[[str, frozenset[str]], Mapping[str, Scalar]]


class _Described(TypedDict):
    code: str
    fingerprint: str
    resource: str


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A finding of the earlier assessment that is resolved now, and the result that it was part of."""

    result: ResultEntry
    finding: FindingEntry


def judge_predictions(
    before: Document, now: Document, snapshot: Snapshot, measure: MeasureNow
) -> tuple[Prediction, ...]:
    """Return what became of the predictions of ``before``, the assessment that ``now`` is compared with.

    ``measure`` returns what a check (by its code) measures now of these resources; of one that is gone, nothing.
    """
    resolved = list(_list_resolved(before, now))
    return (
        *_judge_values(before["assessment_id"], resolved, measure),
        *_judge_gains(before, now, resolved),
        *_judge_times(before, resolved, snapshot),
    )


def _list_resolved(before: Document, now: Document) -> Iterator[_Resolved]:
    comparison = now["comparison"]
    if not comparison or comparison["baseline_id"] != before["assessment_id"]:
        return
    gone = {change["fingerprint"] for change in comparison["changes"] if change["kind"] == ChangeKind.RESOLVED}
    for result in before["results"]:
        if result["outcome"] == Outcome.FINDING:
            for finding in result["findings"]:
                if finding["fingerprint"] in gone and not finding["muted"]:
                    yield _Resolved(result, finding)


def _judge_values(advised_id: str, resolved: Iterable[_Resolved], measure: MeasureNow) -> Iterator[Prediction]:
    """Yield for each value with a limit whether it keeps the limit of then. A rule that changed resolves nothing."""
    by_code: dict[str, list[_Resolved]] = {}
    for one in resolved:
        by_code.setdefault(one.result["code"], []).append(one)
    for code, found in by_code.items():
        ladder = found[0].result["ladder"]
        if "rungs" not in ladder or not ladder["rungs"]:
            continue
        limits, descending = ladder["rungs"].values(), ladder["descending"]
        limit = max(limits) if descending else min(limits)
        values = measure(code, frozenset(one.finding["resource"] for one in found))
        for one in found:
            value = values.get(one.finding["resource"])
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            kept = value > limit if descending else value < limit
            yield Prediction(
                kind=PredictionKind.VALUE,
                **_describe(one),
                advised_id=advised_id,
                predicted=limit,
                measured=float(value),
                came_true=kept,
            )


def _judge_gains(before: Document, now: Document, resolved: Iterable[_Resolved]) -> Iterator[Prediction]:
    """Yield for each check of which nothing is left whether the score rose by what was promised.

    Points are split as the report splits a difference of scores: risk points, weighed with the logarithmic mean.
    """
    was, is_now = _read_score(before["score"]), _read_score(now["score"])
    if was is None or is_now is None:
        return
    weight = compute_logarithmic_mean(was, is_now) / 100
    left = {result["code"] for result in now["results"] if result["findings"] or result["carried"]}
    first = {one.result["code"]: one for one in resolved}
    for code, one in first.items():
        promised = one.result["gain"]
        if code in left or promised < _LEAST_GAIN:
            continue
        root = one.result["group"] or code
        removed = _sum_root(before["results"], root) - _sum_root(now["results"], root)
        measured = round(weight * removed, 1)
        yield Prediction(
            kind=PredictionKind.GAIN,
            **_describe(one),
            advised_id=before["assessment_id"],
            predicted=promised,
            measured=measured,
            came_true=measured >= promised * (1 - _GAIN_TOLERANCE),
        )


def _judge_times(before: Document, resolved: Iterable[_Resolved], snapshot: Snapshot) -> Iterator[Prediction]:
    """Yield for each statement that a proven index was to make faster by how much it is, in the same record."""
    proof = before["proof"]
    if not proof:
        return
    promised = {effect["resource"]: effect for effect in proof["effects"] if effect["verdict"] == _VERIFIED}
    were = {told["resource"]: told for told in before["sql"]}
    averages = _read_averages(snapshot)
    for resource, one in {one.finding["resource"]: one for one in resolved}.items():
        effect, told = promised.get(resource), were.get(resource)
        now_us = averages.get((resource, told["record"])) if told else None
        if effect is None or told is None or now_us is None or told["average_us"] <= 0:
            continue
        saved_pct = round(100 * (told["average_us"] - now_us) / told["average_us"], 1)
        yield Prediction(
            kind=PredictionKind.TIME,
            **_describe(one),
            advised_id=before["assessment_id"],
            predicted=effect["least_gain_pct"],
            predicted_most=effect["most_gain_pct"],
            measured=saved_pct,
            came_true=saved_pct >= effect["least_gain_pct"],
        )


def _read_averages(snapshot: Snapshot) -> dict[tuple[str, str], float]:
    """Return the average microseconds of each statement in each record that has it."""
    return {
        (str(name_shape(statement.sql_id, statement.tenant_id)), load.record.value): load.average_us
        for statement in read_snapshot_workload(snapshot)
        for load in statement.loads
    }


def _describe(one: _Resolved) -> _Described:
    return {"code": one.result["code"], "fingerprint": one.finding["fingerprint"], "resource": one.finding["resource"]}


def _read_score(score: ScoreEntry) -> float | None:
    return score["value"] if score["band"] or score["grade_needs"] else None


def _sum_root(results: Iterable[ResultEntry], root: str) -> float:
    return math.fsum(result["risk_points"] for result in results if root in (result["group"], result["code"]))
