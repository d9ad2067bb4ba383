"""A redacted snapshot is evaluated by whoever gets it: without an engagement, and never in another customer's name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.archive.redaction.key import RedactionKey
from agent.archive.redaction.redact import redact_file
from tests.agent.cli.typed import Ended, run_here
from tests.agent.engagements import MINIMAL

ROOT = Path(__file__).parents[3]
ORIGINAL = ROOT / "tests" / "data" / "before_rooms" / "snapshot.obh"
ACME = MINIMAL.replace("2026-01-31", "2026-01-01") + "language: [en]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ORIGINAL, tmp_path / "original.obh")
    redact_file(ORIGINAL, RedactionKey(b"k" * 32), tmp_path / "shared.obh")
    return tmp_path


def evaluate(folder: Path, *words: str, snapshot: str = "shared.obh") -> Ended:
    return run_here(folder, "evaluate", "-s", snapshot, "-o", "out", "-f", "json", *words)


def read(folder: Path) -> Any:
    return json.loads((folder / "out" / "assessment.json").read_text("utf-8"))


def outcomes(document: Any) -> list[tuple[Any, ...]]:
    return [(item["code"], item["outcome"], item["severity"], item["risk_points"]) for item in document["results"]]


def test_without_an_engagement_it_is_judged_as_the_original_is(folder: Path) -> None:
    ended = evaluate(folder)
    assert ended.code == 0, ended
    shared = read(folder)
    assert shared["target"]["name"].startswith("target_") and shared["period"] is None
    shutil.rmtree(folder / "out")
    (folder / "shop.yaml").write_text(ACME.replace("orders:", "shop:"), "utf-8")
    assert evaluate(folder, "-e", "shop.yaml", snapshot="original.obh").code == 0
    original = read(folder)
    assert outcomes(shared) == outcomes(original) and shared["score"] == original["score"]


def test_where_the_twin_can_prove_nothing_the_evaluation_goes_on_with_the_same_score(folder: Path) -> None:
    assert evaluate(folder).code == 0
    before = read(folder)
    assert evaluate(folder, "--verify").code == 0
    after = read(folder)
    assert before["proof"] is None and after["proof"]["problem"]["en"]
    assert (after["score"], after["results"]) == (before["score"], before["results"])


def test_an_engagement_that_is_named_lends_its_rules_but_needs_no_such_target(folder: Path) -> None:
    mute = "mutes: [{code: SEC001, resource: '*', owner: Li, reason: known, until: 2026-12-31}]\n"
    (folder / "own.yaml").write_text(ACME + mute, "utf-8")
    assert evaluate(folder, "-e", "own.yaml").code == 0
    document = read(folder)
    assert document["customer"] == "Acme" and document["target"]["name"].startswith("target_")


def test_the_engagement_of_the_folder_gives_it_no_customer(folder: Path) -> None:
    (folder / "engagement.yaml").write_text(ACME, "utf-8")
    assert evaluate(folder).code == 0
    assert read(folder)["customer"] == "redacted"


def test_any_other_snapshot_needs_its_engagement(folder: Path) -> None:
    ended = evaluate(folder, snapshot="original.obh")
    assert ended.code == 2 and b"No engagement is named" in ended.err
    (folder / "engagement.yaml").write_text(ACME, "utf-8")
    ended = evaluate(folder, snapshot="original.obh")
    assert ended.code == 2 and b"no target shop" in ended.err
    assert b"The engagement was engagement.yaml of this folder" in ended.err
    assert not (folder / "out").exists()


def test_what_is_no_snapshot_is_told_with_and_without_an_engagement(folder: Path) -> None:
    (folder / "shared.obh").write_bytes(b"nothing")
    ended = evaluate(folder)
    assert ended.code == 2 and b"not a snapshot" in ended.err


def test_a_snapshot_is_not_judged_in_the_name_of_another_customer(folder: Path) -> None:
    """A plain snapshot names no customer: the assessment beside it does, and a redacted copy of it may lie there."""
    (folder / "acme.yaml").write_text(ACME.replace("orders:", "shop:"), "utf-8")
    (folder / "bolt.yaml").write_text(ACME.replace("orders:", "shop:").replace("Acme", "Bolt"), "utf-8")
    assert evaluate(folder, "-e", "acme.yaml", snapshot="original.obh").code == 0
    for name in ("original.obh", "shared.obh"):
        shutil.copy(folder / name, folder / "out" / name)
    ended = run_here(folder, "evaluate", "-s", "out/original.obh", "-o", "bolt", "-f", "json", "-e", "bolt.yaml")
    assert ended.code == 2 and "of Acme, and the engagement is of Bolt" in ended.err.decode(), ended
    assert not (folder / "bolt").exists()
    assert run_here(folder, "evaluate", "-s", "out/shared.obh", "-o", "elsewhere", "-f", "json").code == 0
    assert run_here(folder, "evaluate", "-s", "original.obh", "-o", "copied", "-f", "json", "-e", "bolt.yaml").code == 0


@pytest.mark.parametrize("engagement", ["", "acme.yaml"])
def test_the_command_that_writes_what_is_missing_later_can_be_run_as_printed(folder: Path, engagement: str) -> None:
    """Without assessment.json it begins from the same snapshot, wherever that lies, and in the same house style."""
    (folder / "acme.yaml").write_text(ACME.replace("orders:", "shop:"), "utf-8")
    snapshot, more = ("original.obh", ("-e", engagement)) if engagement else ("shared.obh", ())
    words = ("evaluate", "-s", snapshot, "-o", "out", "-f", "pdf", *more)
    ended = run_here(folder, *words, OB_HEALTH_CHROMIUM=str(folder / "none"))
    assert ended.code == 4, ended
    printed = ended.err.decode().split("with: ob-health ")[1].split()
    assert printed[:3] == ["evaluate", "-s", snapshot] and printed[printed.index("-o") + 1] == "out"
    assert printed[-2:] == ["-e", engagement] if engagement else "-e" not in printed
    assert run_here(folder, *printed, OB_HEALTH_CHROMIUM=str(folder / "none")).code == 4
