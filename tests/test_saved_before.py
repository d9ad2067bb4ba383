"""Files that were saved before the modules moved are still read, whatever modules they name."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from agent.archive import snapshot
from agent.archive.document import read_document
from agent.archive.document_earlier import read_earlier
from agent.archive.history.store import History
from agent.catalogue import registry
from agent.catalogue.rules import load_rules
from agent.engagement.authorization.authorize import authorize
from agent.engagement.loading import load_engagement
from agent.judgement.compare import compare_assessments
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.joining import join_earlier, join_findings
from agent.judgement.score import score_results
from agent.model.snapshot import Unavailable
from agent.model.terms import ChangeKind, Outcome

SAVED = Path(__file__).parent / "data" / "before_rooms"
MADE = datetime(2026, 11, 29, 13, 0, tzinfo=UTC)
SCORE, SCORE_BEFORE = 66.9, 66.2


def test_a_snapshot_keeps_all_its_facts() -> None:
    read = snapshot.load_snapshot(SAVED / "snapshot.obh", registry.load_registry().sources)
    given = {row.__name__: rows for row, rows in read.facts.items() if not isinstance(rows, Unavailable) and rows}
    assert len(given["Parameter"]) > 100
    assert {"Table", "SqlShape", "Account", "BusinessProfile"} <= set(given)
    assert (read.target, str(read.version)) == ("shop", "4.3.5.3")
    assert read.receipt is not None


def test_a_document_is_read_for_rendering_and_for_comparing() -> None:
    document = read_document(SAVED / "assessment.json")
    assert document["score"]["value"] == SCORE
    earlier = read_earlier(document)
    assert earlier.score == SCORE
    assert len(earlier.results) == len(document["results"])


def test_what_was_told_one_by_one_is_the_same_finding_once_it_is_joined() -> None:
    read, found = snapshot.load_snapshot(SAVED / "snapshot.obh"), registry.load_registry()
    ruleset, before = load_rules(found.checks), read_earlier(read_document(SAVED / "assessment.json"))
    results = join_findings(evaluate_checks(found.checks.values(), ruleset, read))
    earlier = join_earlier(before, results)
    scored = score_results(results, ruleset.scoring, read.tenant_kind, earlier)
    comparison = compare_assessments(results, scored, ruleset.sha256, earlier)
    assert comparison is not None
    codes = {"SQL003", "SQL004", "SCH006", "SCH019"}
    assert all(before.results[code].outcome is Outcome.FINDING for code in codes)
    told = [(change.code, change.kind) for change in comparison.changes if change.code in codes]
    assert sorted(told) == [("SCH006", ChangeKind.UNCHANGED), ("SQL003", ChangeKind.UNCHANGED)]


def test_a_history_lists_and_loads_its_assessments(tmp_path: Path) -> None:
    place = shutil.copy(SAVED / "history.sqlite", tmp_path)
    with History.open(f"sqlite:///{place}", create=False) as history:
        entries = history.list()
        assert [entry.score for entry in entries] == [SCORE, SCORE_BEFORE]
        assert history.load(entries[1].id)["score"]["value"] == SCORE_BEFORE


def test_a_signed_authorization_still_holds() -> None:
    engagement = load_engagement(SAVED / "engagement.yaml")
    allowed = authorize(engagement, "shop", MADE, registry.load_registry().sources)
    assert allowed.reference == "DEMO-1"
    assert len(allowed.sources) > 30
