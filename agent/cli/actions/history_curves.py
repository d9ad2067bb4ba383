"""What ``ob-health history trend``, ``diff`` and ``track-record`` do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from agent.archive.document_earlier import read_earlier, read_score
from agent.archive.history.entries import HistoryPoint, KeptPrediction
from agent.archive.history.exporting import list_assessment_records
from agent.archive.history.store import History
from agent.cli.actions.targets import say_damaged
from agent.judgement.compare import compare_assessments
from agent.model.comparison import Change
from agent.model.document import Document
from agent.model.labels import CHANGES, SEVERITIES
from agent.model.terms import ChangeKind, Severity, Text, Unit
from agent.model.track_record import HitRate, PredictionKind, count_hits
from agent.support import console
from agent.support.errors import ConfigError, DamagedHistory
from agent.support.i18n import format_value

_UNKNOWN = "–"
_SEVERITIES = tuple(sorted(Severity, key=lambda severity: -severity.rank))
_UNITS = {PredictionKind.GAIN: Unit.RATIO, PredictionKind.TIME: Unit.PCT, PredictionKind.VALUE: Unit.RATIO}
_KINDS = {PredictionKind.VALUE: "value", PredictionKind.GAIN: "gain", PredictionKind.TIME: "time of a statement"}


def print_trend(history: History, customer: str | None, target: str | None, *, as_json: bool) -> int:
    """Print each target's assessments, oldest first. Return the exit code: 2 if some are damaged and left out."""
    points = history.points(customer, target)
    code = DamagedHistory.exit_code if say_damaged(history, customer, target) else 0
    if as_json:
        console.print_json(list(list_assessment_records(points)))
        return code
    if not points:
        console.say("History holds no such assessment.")
    for (owner, name), group in groupby(points, key=lambda point: (point.entry.customer, point.entry.target)):
        console.say("{customer} · {target}", "bold", customer=owner, target=name)
        told = list(group)
        rows = [_list_point_cells(point, before) for point, before in zip(told, [None, *told], strict=False)]
        headings = ("as of (UTC)", "period", "score", "change", "coverage", *_SEVERITIES, "rules", "snapshot", "id")
        console.print_table(headings, rows)
    return code


def _list_point_cells(point: HistoryPoint, before: HistoryPoint | None) -> tuple[object, ...]:
    entry, was = point.entry, before.entry if before else None
    score, earlier = entry.score, was.score if was else None
    same_rules = was is None or was.ruleset_sha256 == entry.ruleset_sha256
    return (
        f"{entry.as_of:%Y-%m-%d %H:%M}",
        entry.period_number or _UNKNOWN,
        _UNKNOWN if score is None else f"{score:.1f}",
        _UNKNOWN if score is None or earlier is None else f"{score - earlier:+.1f}",
        f"{entry.coverage_pct:.0f}%",
        *(point.findings.get(severity.value, 0) for severity in _SEVERITIES),
        _UNKNOWN if same_rules else console.localize("rules changed"),
        console.localize("yes") if point.snapshot_kept else _UNKNOWN,
        entry.id,
    )


def print_difference(history: History, first: str, second: str, *, as_json: bool) -> None:
    """Print what changed from one assessment to another of the same target. Raises ConfigError for two targets."""
    before, after = history.load(first), history.load(second)
    if _name_owner(before) != _name_owner(after):
        args = {"first": before["assessment_id"], "second": after["assessment_id"]}
        text = "{first} and {second} are of different targets. Name two assessments of one target."
        raise ConfigError(Text(text, args))
    earlier = read_earlier(before)
    results, score = tuple(read_earlier(after).results.values()), read_score(after)
    comparison = compare_assessments(results, score, after["ruleset"]["sha256"], earlier)
    assert comparison is not None
    changes = [change for change in comparison.changes if change.kind is not ChangeKind.UNCHANGED]
    if as_json:
        console.print_json(
            {
                "first": before["assessment_id"],
                "second": after["assessment_id"],
                "score_was": comparison.score_was,
                "score_delta": comparison.score_delta,
                "ruleset_changed": comparison.ruleset_changed,
                "changes": [_describe_change(change) for change in changes],
            }
        )
        return
    console.say("{customer} · {target}", "bold", customer=before["customer"], target=before["target"]["name"])
    rows = [
        (
            document["assessment_id"],
            f"{datetime.fromisoformat(document['as_of']):%Y-%m-%d %H:%M}",
            *_list_score_cells(document),
        )
        for document in (before, after)
    ]
    console.print_table(("id", "as of (UTC)", "score", "coverage"), rows)
    if comparison.ruleset_changed:
        text = (
            "The rules changed in between, so not every change is the tenant's. `ob-health history restate` tells both."
        )
        console.say(text)
    if changes:
        titles = {result["code"]: result["texts"] for result in (*before["results"], *after["results"])}
        console.print_table(
            ("change", "code", "title", "resource", "severity", "value"),
            [_list_change_cells(change, titles) for change in changes],
        )
    unchanged = len(comparison.changes) - len(changes)
    console.say("{count} findings are as they were.", count=unchanged)


def _name_owner(document: Document) -> tuple[str, str]:
    return document["customer"], document["target"]["name"]


def _list_score_cells(document: Document) -> tuple[str, str]:
    score = document["score"]
    return f"{score['value']:.1f}", f"{score['coverage_pct']:.0f}%"


def _list_change_cells(change: Change, titles: dict[str, Any]) -> tuple[str, ...]:
    language = console.choose_language()
    was, now = change.was_severity, change.severity
    gone = change.kind is ChangeKind.RESOLVED
    severity = console.localize(SEVERITIES[was or now]) if gone or was is None else ""
    if not severity:
        steps = [console.localize(SEVERITIES[one]) for one in dict.fromkeys((was or now, now))]
        severity = " → ".join(steps)
    values = [_format(value) for value in (change.was_value, change.value) if value is not None]
    return (
        console.localize(CHANGES[change.kind]),
        change.code,
        titles[change.code][language]["title"],
        change.names.get(language) or change.resource,
        severity,
        " → ".join(dict.fromkeys(values)) or _UNKNOWN,
    )


def _describe_change(change: Change) -> dict[str, Any]:
    return {name: value for name, value in asdict(change).items() if name != "names"}


def print_track_record(history: History, customer: str | None, target: str | None, *, as_json: bool) -> int:
    """Print what became of predictions, and how many came true. Return the exit code as ``print_trend``."""
    found = history.predictions(customer, target)
    code = DamagedHistory.exit_code if say_damaged(history, customer, target) else 0
    rates = [(kind, count_hits(one.came_true for one in found if one.kind == kind.value)) for kind in PredictionKind]
    whole = count_hits(one.came_true for one in found)
    if as_json:
        told = {kind.value: _describe_rate(rate) for kind, rate in rates}
        records = [{**asdict(one), "as_of": one.as_of.isoformat()} for one in found]
        console.print_json({"rates": {**told, "all": _describe_rate(whole)}, "predictions": records})
        return code
    if not found:
        console.say("No prediction can be judged yet: no finding was resolved between two assessments.")
        return code
    console.print_table(
        ("measured in", "target", "kind", "code", "resource", "predicted", "measured", "came true"),
        [_list_prediction_cells(one) for one in found],
    )
    rows = [(console.localize(_KINDS[kind]), *_list_rate_cells(rate)) for kind, rate in rates if rate.counted]
    rows.append((console.localize("all"), *_list_rate_cells(whole)))
    console.print_table(("kind", "hits", "of", "rate", "interval (95 %)"), rows)
    return code


def _list_prediction_cells(one: KeptPrediction) -> tuple[str, ...]:
    kind = PredictionKind(one.kind)
    predicted = _format(one.predicted, _UNITS[kind])
    if one.predicted_most is not None:
        predicted = f"{predicted} – {_format(one.predicted_most, _UNITS[kind])}"
    return (
        one.assessment_id,
        f"{one.customer} · {one.target}",
        console.localize(_KINDS[kind]),
        one.code,
        one.resource,
        predicted,
        _format(one.measured, _UNITS[kind]),
        console.localize("yes") if one.came_true else console.localize("no"),
    )


def _list_rate_cells(rate: HitRate) -> tuple[object, ...]:
    shown = _UNKNOWN if rate.pct is None else f"{rate.pct:.0f}%"
    return rate.came_true, rate.counted, shown, f"{rate.low_pct:.0f}% – {rate.high_pct:.0f}%"


def _describe_rate(rate: HitRate) -> dict[str, float | int | None]:
    return {**asdict(rate), "pct": rate.pct}


def _format(value: float | str | None, unit: Unit | None = Unit.RATIO) -> str:
    return format_value(value, None if isinstance(value, str) else unit, console.choose_language())
