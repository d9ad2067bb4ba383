"""An assessment.json holds all that a later assessment needs, and another file is refused."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.archive.document import build_document, read_document
from agent.archive.document_earlier import read_earlier
from agent.archive.json_values import to_json_value
from agent.archive.upgrade import SCHEMA_VERSION
from agent.catalogue.rules import apply_engagement
from agent.facts.settings import Variable
from agent.judgement.compare import compare_assessments
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.score import score_results
from agent.model.assessment import Assessment
from agent.model.result import CheckResult
from agent.model.rule import Mute
from agent.model.snapshot import Unavailable
from agent.model.terms import Outcome, Severity, TenantKind, Text, UnavailableKind
from agent.support.errors import SnapshotError
from agent.support.i18n import render_text
from tests.agent.report import sample
from tests.agent.tiny import NOW, SPECS, memstore, ruleset, snapshot


def assessment(directory: Path) -> Assessment:
    mute = Mute(owner="Li", reason="known", until=NOW.date() + timedelta(days=9), code="VAR901", resource="quiet")
    rules = apply_engagement(
        ruleset(directory), SPECS, path=directory / "rules.yaml", overrides=(), mutes=[mute], today=NOW.date()
    )
    facts = snapshot(
        [memstore("10.0.0.1", 950), memstore("10.0.0.2\x1b", 850)],
        [Variable(name="loud", value="0"), Variable(name="quiet", value="0")],
    )
    results = evaluate_checks(SPECS.values(), rules, facts)
    scored = score_results(results, rules.scoring, TenantKind.USER, None)
    return Assessment(
        id="20261123-x",
        agent_version="0.0",
        customer="Acme",
        period=None,
        authorization=None,
        snapshot=facts,
        specs=SPECS,
        ruleset=rules,
        results=results,
        score=scored,
    )


def test_what_was_judged_comes_back_for_the_next_time(tmp_path: Path) -> None:
    done = assessment(tmp_path)
    document = json.loads(json.dumps(build_document(done), allow_nan=False))
    back = read_earlier(document)
    assert (back.id, back.as_of, back.ruleset_sha256) == ("20261123-x", NOW, done.ruleset.sha256)
    for result in done.results:
        read = back.results[result.code]
        assert (read.outcome, read.actor, read.category, read.group) == (
            result.outcome,
            result.actor,
            result.category,
            result.group,
        )
        assert [(f.fingerprint, f.resource, f.severity, f.value) for f in read.findings] == [
            (f.fingerprint, f.resource, f.severity, f.value) for f in result.findings
        ]
        assert [bool(f.muted) for f in read.findings] == [bool(f.muted) for f in result.findings]
    assert compare_assessments(done.results, done.score, done.ruleset.sha256, back) is not None


def test_signs_of_joined_findings_come_back_for_the_next_time() -> None:
    document = json.loads(json.dumps(sample.joined()))
    results = {item["code"]: item for item in document["results"]}
    (first, _, second) = (results[code] for code in ("SQL003", "SQL004", "SQL017"))
    assert (second["outcome"], second["findings"], second["told_with"]) == ("joined", [], ["SQL003", "SQL004"])
    (told,) = first["findings"]
    assert (told["severity"], told["sql"]) == ("high", ["ANALYZE t"])
    assert [(sign["code"], sign["severity"], sign["texts"]["en"]) for sign in told["signs"]] == [
        ("SQL003", "low", "It scans 30,000 rows."),
        ("SQL004", "high", "It reads 4,000,000 rows for each."),
        ("SQL017", "low", "It pages by OFFSET."),
    ]
    back = read_earlier(document)
    (read,) = back.results["SQL003"].findings
    assert [(s.code, s.finding.fingerprint, s.finding.severity, s.finding.value) for s in read.signs] == [
        (s["code"], s["fingerprint"], s["severity"], s["value"]) for s in told["signs"]
    ]
    assert (back.results["SQL017"].outcome, read.severity) == (Outcome.JOINED, Severity.HIGH)


def test_signs_of_carried_findings_come_back_too() -> None:
    unseen = [sample.without_findings(entry, Outcome.NOT_ASSESSED) for entry in sample.scans()]
    document = json.loads(json.dumps(build_document(sample.assessment(unseen, sample.joined()))))
    (entry,) = next(item["carried"] for item in document["results"] if item["code"] == "SQL003")
    assert [sign["code"] for sign in entry["signs"]] == ["SQL003", "SQL004", "SQL017"]
    (read,) = read_earlier(document).scored["SQL003"].carried
    assert [(s.code, s.finding.severity) for s in read.finding.signs] == [
        ("SQL003", Severity.LOW),
        ("SQL004", Severity.HIGH),
        ("SQL017", Severity.LOW),
    ]


def test_times_in_texts_are_those_of_the_zone_and_data_stay_in_utc(tmp_path: Path) -> None:
    ended = Text("ended at {moment}", {"moment": NOW})
    done = dataclasses.replace(assessment(tmp_path), notes=(ended,), timezone="Asia/Kolkata")
    document = build_document(done)
    assert document["timezone"] == "Asia/Kolkata" and document["as_of"] == NOW.isoformat()
    assert document["notes"][0]["en"].endswith(f"{NOW + timedelta(hours=5, minutes=30):%Y-%m-%d %H:%M} UTC+5:30")


def test_the_document_holds_every_text_in_every_language(tmp_path: Path) -> None:
    (memory,) = [item for item in build_document(assessment(tmp_path))["results"] if item["code"] == "CAP901"]
    assert memory["outcome"] == Outcome.FINDING and memory["severity"] == Severity.CRITICAL
    assert set(memory["texts"]) == {"zh-CN", "en"} and memory["texts"]["en"]["title"] == "Full"
    assert memory["findings"][0]["texts"]["en"] == "10.0.0.1 is 95% full, the limit is ≥ 90%; it uses 950 B."
    assert memory["ladder"] == {
        "rungs": {"medium": 70.0, "high": 80.0, "critical": 90.0},
        "worst": 100.0,
        "descending": False,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1 / 3, 0.3333),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        ((1, (2.00001,)), [1, [2.0]]),
        ({"a": {1: None}}, {"a": {"1": None}}),
        (True, True),
        ("x", "x"),
        (None, None),
    ],
)
def test_plain(value: Any, shown: Any) -> None:
    assert to_json_value(value) == shown


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", '{"schema_version": 1}', "not json", "[" * 100_000])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SnapshotError) as error:
        read_document(tmp_path / "a.json")
    assert "not an assessment.json" in render_text(error.value.text, "en")


@pytest.mark.parametrize(
    ("version", "refused"), [(SCHEMA_VERSION, False), (SCHEMA_VERSION + 1, True), ("1", True), (None, True)]
)
def test_a_newer_document_is_refused(tmp_path: Path, version: Any, refused: bool) -> None:
    document = {**build_document(assessment(tmp_path)), "schema_version": version}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    if refused:
        with pytest.raises(SnapshotError):
            read_document(path)
    else:
        assert read_document(path)["customer"] == "Acme"
    with pytest.raises(SnapshotError):
        read_document(tmp_path / "nowhere.json")


def test_what_a_good_grade_needs_is_said_and_the_score_stays_comparable(tmp_path: Path) -> None:
    rules = ruleset(tmp_path)
    facts = snapshot(Unavailable(UnavailableKind.PRIVILEGE, Text("No."), Text("Grant it.")), [])
    blind = next(r for r in evaluate_checks(SPECS.values(), rules, facts) if r.code == "CAP901")
    passed = (CheckResult(code="VAR901", outcome=Outcome.PASS, risk_stake=90.0), blind)
    scored = score_results(passed, rules.scoring, TenantKind.USER)
    document = build_document(dataclasses.replace(assessment(tmp_path), snapshot=facts, results=passed, score=scored))
    said = document["score"]
    assert (said["band"], said["value"]) == (None, 100.0)
    (need,) = said["grade_needs"]
    assert (need["code"], need["text"]["en"]) == ("CAP901", "Full (CAP901): Grant it.")
    assert read_earlier(document).score == 100.0
    assert read_earlier({**document, "score": {**said, "grade_needs": []}}).score is None
