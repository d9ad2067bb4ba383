"""From a saved snapshot on, the line is pure: the same input gives the same bytes."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import pipeline
from agent.archive import snapshot
from agent.archive.document import build_document
from agent.archive.history.store import History
from agent.catalogue import rules
from agent.catalogue.registry import Registry, load_registry
from agent.collection.journal import JournalState, verify_journal
from agent.facts.resources import Memstore
from agent.model.assessment import Assessment
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, TenantKind
from agent.pipeline import AssessmentJob
from agent.support.errors import ConnectError, NotAuthorized
from tests.agent.engagements import AUTHORIZATION, MINIMAL, load
from tests.agent.signing import request_text, signed
from tests.agent.tiny import NOW, RULES, SPECS, memstore, written
from tests.agent.tiny import snapshot as facts_of
from tests.checks.figures import cases_of
from tests.harness import shipped, snapshot_of

DAY = timedelta(days=1)


def job(directory: Path, content: str = MINIMAL, now: datetime = NOW) -> AssessmentJob:
    path = written(directory, RULES)
    return AssessmentJob(
        engagement=load(directory, content),
        target="orders",
        registry=Registry(SPECS),
        shipped=rules.load_rules(SPECS, path),
        now=now,
    )


def signed_job(directory: Path, content: str = MINIMAL, now: datetime = NOW) -> AssessmentJob:
    """With an authorization that the customer signed for this engagement."""
    found = job(directory, content + AUTHORIZATION, now)
    text = request_text(found.engagement, found.registry.sources, not_before=NOW - DAY, not_after=NOW + DAY)
    signed(directory / "authorization.yaml", text)
    return found


@pytest.fixture(autouse=True)
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Overrides change entries of this file instead of the shipped one."""
    monkeypatch.setattr(rules, "locate_shipped_rules", lambda: tmp_path / "rules.yaml")


def facts() -> Snapshot:
    return dataclasses.replace(facts_of([memstore("10.0.0.1", 950), memstore("10.0.0.2", 750)]), target="orders")


def judged(assessment: Assessment) -> str:
    document = build_document(assessment)
    return json.dumps({"results": document["results"], "score": document["score"]}, sort_keys=True)


def test_the_same_snapshot_and_rules_give_the_same_bytes(tmp_path: Path) -> None:
    snapshot.save_snapshot(facts(), tmp_path / "s.obh")
    first = pipeline.judge_snapshot(job(tmp_path), "one", None, snapshot.load_snapshot(tmp_path / "s.obh"))
    again = pipeline.judge_snapshot(job(tmp_path), "two", None, snapshot.load_snapshot(tmp_path / "s.obh"))
    assert judged(first) == judged(again)
    assert judged(pipeline.judge_snapshot(job(tmp_path), "three", None, facts())) == judged(first)
    other = dataclasses.replace(facts(), facts={**facts().facts, Memstore: ()})
    assert judged(pipeline.judge_snapshot(job(tmp_path), "four", None, other)) != judged(first)


def facts_of_many_cases() -> Snapshot:
    """What some case of each check is about, as far as no other check's case has rows of the same types."""
    rows: dict[type, list[object]] = {}
    for code in shipped()[0].checks:
        for case in cases_of()[code]:
            types = {type(fact) for fact in case.facts}
            if case.found and case.tenant_kind is TenantKind.USER and types.isdisjoint({tuple, *rows}):
                for fact in case.facts:
                    rows.setdefault(type(fact), []).append(fact)
                break
    return dataclasses.replace(snapshot_of([fact for found in rows.values() for fact in found]), target="orders")


def print_document(directory: Path) -> None:
    """The document of these facts by the shipped rules, as this process orders it."""
    found, ruleset = shipped()
    whole = dataclasses.replace(job(directory), registry=found, shipped=ruleset)
    sys.stdout.write(json.dumps(build_document(pipeline.judge_snapshot(whole, "one", None, facts_of_many_cases()))))


def test_the_shipped_rules_judge_the_same_snapshot_the_same_way_in_every_process(tmp_path: Path) -> None:
    """Not in this one alone: the order of a set is another one in each process."""
    script = "import sys\nfrom pathlib import Path\nfrom tests.agent.test_pipeline import print_document\n"
    command = [sys.executable, "-c", script + "print_document(Path(sys.argv[1]))", str(tmp_path)]
    first, again = (
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        for seed in ("1", "2")
    )
    assert first.stdout == again.stdout
    results = json.loads(first.stdout)["results"]
    assert len(results) == len(load_registry().checks)
    assert len([result for result in results if result["findings"]]) > 20


def test_what_overrides_hide_is_told(tmp_path: Path) -> None:
    change = "until: 2026-12-01, change: {ladder: {critical: 99}}"
    softened = f"rules:\n  overrides:\n    - {{code: CAP901, owner: Li, reason: small, {change}}}\n"
    plain = pipeline.judge_snapshot(job(tmp_path), "x", None, facts())
    soft = pipeline.judge_snapshot(job(tmp_path, MINIMAL + softened), "x", None, facts())
    assert soft.score.value > plain.score.value
    assert soft.score.hidden_by_overrides == pytest.approx(soft.score.value - plain.score.value, abs=0.06)
    assert plain.score.hidden_by_overrides == 0


def test_times_are_told_as_the_service_counts_days(tmp_path: Path) -> None:
    told = MINIMAL.replace("months: 24", "months: 24\n  timezone: Asia/Kolkata")
    assert told != MINIMAL
    for content, zone in ((MINIMAL, "Asia/Shanghai"), (told, "Asia/Kolkata")):
        assert build_document(pipeline.judge_snapshot(job(tmp_path, content), "x", None, facts()))["timezone"] == zone


def test_an_idle_mute_is_a_note(tmp_path: Path) -> None:
    idle = 'mutes:\n  - {code: CAP901, resource: "10.9.*", owner: Li, reason: known, until: 2026-12-01}\n'
    assessment = pipeline.judge_snapshot(job(tmp_path, MINIMAL + idle), "x", None, facts())
    assert [note.args["name"] for note in assessment.notes] == ["CAP901 10.9.*"]
    assert assessment.results[0].outcome is Outcome.FINDING


def test_outside_the_authorization_nothing_is_connected_to(tmp_path: Path) -> None:
    late = signed_job(tmp_path, now=datetime(2036, 1, 2, tzinfo=UTC))
    with pytest.raises(NotAuthorized, match="expired"):
        pipeline.collect_snapshot(late, "x", tmp_path / "out")
    journal = tmp_path / "out" / "journal-x.jsonl"
    assert verify_journal(journal).state is JournalState.INTACT and verify_journal(journal).statements == 0
    assert "expired" in journal.read_text()


def test_waiting_counts(tmp_path: Path) -> None:
    """The command began in time; before this target was connected, the permission had ended."""
    waited = dataclasses.replace(signed_job(tmp_path), clock=lambda: NOW + DAY + timedelta(seconds=1))
    with pytest.raises(NotAuthorized, match="expired"):
        pipeline.collect_snapshot(waited, "x", tmp_path / "out")
    assert verify_journal(tmp_path / "out" / "journal-x.jsonl").statements == 0


def test_a_target_that_cannot_be_reached_is_its_own_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PASSWORD", "x")
    with pytest.raises(ConnectError):
        pipeline.collect_snapshot(signed_job(tmp_path, MINIMAL.replace("db.example.com", "db.invalid")), "x")


def test_the_next_assessment_knows_the_last(tmp_path: Path) -> None:
    history = History.open(str(tmp_path / "history.db"))
    first = dataclasses.replace(job(tmp_path), history=history)
    assert first.earlier is None
    document = build_document(pipeline.judge_snapshot(first, pipeline.make_assessment_id(NOW), None, facts()))
    assert pipeline.record_assessment(first, document) == ()
    later = dataclasses.replace(first, now=NOW + timedelta(days=90))
    assert later.earlier is not None and later.earlier.id == document["assessment_id"]
    following = pipeline.judge_snapshot(later, "later", None, dataclasses.replace(facts(), as_of=later.now))
    assert following.comparison is not None and following.comparison.score_delta == 0


def test_ids_sort_by_time_and_differ() -> None:
    ids = [pipeline.make_assessment_id(NOW + timedelta(seconds=n)) for n in range(3)]
    assert ids == sorted(ids) and len({pipeline.make_assessment_id(NOW) for _ in range(50)}) == 50
    assert all(part.isalnum() for part in ids[0].split("-"))
