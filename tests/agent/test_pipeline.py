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
from agent.archive.document_earlier import read_earlier
from agent.archive.history.store import History
from agent.catalogue import rules
from agent.catalogue.registry import Registry, load_registry
from agent.collection.journal import JournalState, verify_journal
from agent.facts.given import Administrator, BusinessProfile, CriticalPeriod
from agent.facts.growth import EarlierLevel
from agent.facts.resources import Memstore, ResourceUnit
from agent.judgement.forecast.daily import list_earlier_levels
from agent.model.assessment import Assessment
from agent.model.series import Point, Series
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, TenantKind
from agent.pipeline import AssessmentJob
from agent.support.errors import ConnectError, NotAuthorized
from tests.agent.engagements import AUTHORIZATION, MINIMAL, load
from tests.agent.signing import request_text, signed
from tests.agent.tiny import NOW, RULES, SPECS, memstore, written
from tests.agent.tiny import snapshot as facts_of
from tests.checks.figures import cases_of
from tests.harness import NOW as HARNESS_NOW
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


def grown(days: int) -> Snapshot:
    """A tenant of 260 GiB of data that grew by 2 GiB a day, on a disk of 300 GiB, with samples of so many days."""
    gib, now = 2**30, HARNESS_NOW
    unit = ResourceUnit(
        zone="z1", max_cpu=4.0, memory_size=8 * gib, log_disk_size=24 * gib, log_disk_in_use=18 * gib,
        data_disk_in_use=260 * gib, data_disk_size=300 * gib,
    )  # fmt: skip
    points = tuple(
        Point(now - timedelta(days=day), (260.0 - 2 * day + day * 7 % 5 / 4) * gib) for day in range(days, 0, -1)
    )
    sampled = Series("data_disk_used_bytes", "z1", "bytes", None, points)
    found = snapshot_of([unit, *list_earlier_levels([sampled], (), now)])
    return dataclasses.replace(found, target="orders")


def job_by_shipped_rules(directory: Path) -> AssessmentJob:
    (directory / "rules.yaml").write_text((Path(__file__).parents[2] / "rules.yaml").read_text("utf-8"), "utf-8")
    registry, ruleset = shipped()
    engagement = load(directory, MINIMAL)
    return AssessmentJob(engagement=engagement, target="orders", registry=registry, shipped=ruleset, now=HARNESS_NOW)


def test_samples_become_a_finding_with_a_day_and_a_size_also_from_a_saved_snapshot(tmp_path: Path) -> None:
    asked = job_by_shipped_rules(tmp_path)
    snapshot.save_snapshot(grown(60), tmp_path / "s.obh")
    documents = [
        build_document(pipeline.judge_snapshot(asked, "one", None, facts))
        for facts in (grown(60), snapshot.load_snapshot(tmp_path / "s.obh"))
    ]
    assert json.dumps(documents[0], sort_keys=True) == json.dumps(documents[1], sort_keys=True)
    (result,) = [result for result in documents[0]["results"] if result["code"] == "CAP030"]
    (finding,) = result["findings"]
    assert (finding["resource"], finding["severity"]) == ("z1", "high")
    assert finding["value"] == pytest.approx(20, abs=2)
    assert finding["exhausted_on"] == (HARNESS_NOW + timedelta(days=20)).date().isoformat()
    assert finding["purchase"] and finding["purchase"]["needed"] > (260 + 700) * 2**30
    (limit,) = [one for one in documents[0]["figures"]["limits"] if one["kind"] == "data_disk_used_bytes"]
    assert (limit["points_count"], limit["lack"], len(limit["points"])) == (61, "", 61)
    assert read_earlier(documents[0]).trend[-1].capacity[0].used_bytes == 260 * 2**30


def test_without_samples_the_same_tenant_is_not_assessed_on_its_growth(tmp_path: Path) -> None:
    asked = job_by_shipped_rules(tmp_path)
    document = build_document(pipeline.judge_snapshot(asked, "one", None, grown(2)))
    (result,) = [result for result in document["results"] if result["code"] == "CAP030"]
    assert result["outcome"] == "not_assessed" and "Days with a value: 3" in result["reason"]["en"]
    kept = {(level.kind, level.resource) for point in read_earlier(document).trend for level in point.levels}
    assert ("data_disk_used_bytes", "z1") not in kept, "disks come back by the capacity of their zone"


def test_ids_sort_by_time_and_differ() -> None:
    ids = [pipeline.make_assessment_id(NOW + timedelta(seconds=n)) for n in range(3)]
    assert ids == sorted(ids) and len({pipeline.make_assessment_id(NOW) for _ in range(50)}) == 50
    assert all(part.isalnum() for part in ids[0].split("-"))


def test_what_another_machine_was_given_is_given_anew_but_for_what_is_spared(tmp_path: Path) -> None:
    """A snapshot from elsewhere has what an engagement that may be an older one says of business and accounts."""
    given = "business: {peak_qps: 7}\n"
    target = "    password: env:ORDERS_PASSWORD\n"
    named = MINIMAL.replace(target, f"{target}    administrators: [ours]\n") + given
    assert named != MINIMAL + given
    theirs = {
        BusinessProfile: (BusinessProfile(peak_qps=1, concurrency=None, growth_pct_per_year=None),),
        Administrator: (Administrator(user_name="theirs", host=""),),
        CriticalPeriod: (CriticalPeriod(name="theirs", start=NOW.date(), end=NOW.date()),),
        EarlierLevel: (EarlierLevel(series="sessions", resource="theirs", at=NOW, level=1.0),),
    }
    read = dataclasses.replace(facts(), facts={**facts().facts, **theirs})
    found = pipeline.give_again(job(tmp_path, named), read)
    assert [row.peak_qps for row in found.list_rows(BusinessProfile)] == [7]
    assert [row.user_name for row in found.list_rows(Administrator)] == ["ours"]
    assert not found.list_rows(CriticalPeriod) and not found.list_rows(EarlierLevel)
    assert found.list_rows(Memstore) == read.list_rows(Memstore)
    spared = pipeline.give_again(job(tmp_path, named), read, (Administrator,))
    assert spared.facts == {**found.facts, Administrator: theirs[Administrator]}
