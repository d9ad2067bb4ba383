"""``ob-health verify`` and ``what-if``: what is typed wrongly, and what cannot be proven, is one clear message."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from agent.archive.snapshot import save_snapshot
from agent.facts.definitions import TableDefinition
from agent.report.json.render_json import render_json
from tests.agent.cli.typed import run_here
from tests.agent.report import sample
from tests.agent.twin.made import make_snapshot, make_step

STATEMENT = "SELECT * FROM orders WHERE customer_id = ?"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "snapshot.obh"
    save_snapshot(make_snapshot(STATEMENT, make_step(0, "TABLE FULL SCAN", "orders")), path)
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--index"),
        (["--index", "orders(customer_id)"], "schema.table(column"),
        (["--index", "shop.orders(customer_id,)"], "schema.table(column"),
        (["--index", "shop.orders"], "schema.table(column"),
        (["--drop", "by_status"], "schema.table.index"),
        (["--set", "optimizer"], "name=value"),
        (["--index", "shop.nothing(a)"], "not in the snapshot"),
        (["--index", "shop.orders(customer_id,nobody)"], "no column nobody"),
        (["--drop", "shop.orders.nothing"], "it has: by_status, by_status_made"),
        (["--drop", "shop.orders.primary"], "no index primary"),
    ],
)
def test_a_change_that_is_written_wrongly(snapshot: Path, words: list[str], said: str) -> None:
    ended = run_here(snapshot.parent, "what-if", "-s", snapshot, *words)
    assert ended.code == 2 and said in ended.err.decode()


def test_without_the_extra_one_message_says_what_to_install(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    ended = run_here(snapshot.parent, "verify", "-s", snapshot)
    assert ended.code == 4 and b"not installed" in ended.err and len(ended.err.strip().splitlines()) == 1


def test_without_definitions_there_is_nothing_to_build(tmp_path: Path) -> None:
    path = tmp_path / "bare.obh"
    save_snapshot(make_snapshot(STATEMENT, more={TableDefinition: ()}), path)
    ended = run_here(tmp_path, "verify", "-s", path)
    assert ended.code == 2 and b"definition" in ended.err


def test_an_assessment_of_another_snapshot_is_not_touched(snapshot: Path) -> None:
    path = snapshot.with_name("assessment.json")
    path.write_bytes(render_json(sample.joined()))
    before = path.read_bytes()
    ended = run_here(snapshot.parent, "verify", "-s", snapshot, "--keep-in", path)
    assert ended.code == 2 and b"not of this snapshot" in ended.err
    assert path.read_bytes() == before
