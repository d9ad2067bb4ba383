"""What an assessment leaves in the history, and what the commands on it say: from assess to restate, no database."""

from __future__ import annotations

import base64
import contextlib
import csv
import dataclasses
import io
import json
import shutil
import sqlite3
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.archive.history.sealing import read_history_keys
from agent.archive.history.store import History
from agent.archive.snapshot import unpack_snapshot
from agent.catalogue import rules
from agent.cli.history import history_app
from agent.facts.resources import Memstore
from agent.facts.settings import Variable
from agent.support import console
from agent.support.errors import HealthAgentError
from agent.support.i18n import render_text
from tests.agent.cli.actions.test_assess import NOW, Fake, fake, read
from tests.agent.tiny import RULES, memstore

__all__ = ["fake"]

QUARTER = timedelta(days=10)
KEY = base64.b64encode(b"k" * 32).decode()
STRICTER = RULES.replace("{medium: 70, high: 80, critical: 90}", "{medium: 5, high: 8, critical: 90}")


def answer(fake: Fake, used: int, switch: str = "ON") -> None:
    facts: dict[type, Any] = {Memstore: (memstore("10.0.0.1", used),), Variable: (Variable(name="v", value=switch),)}
    fake.answers["shop"] = lambda: dataclasses.replace(read(), facts=facts)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history without an assessment: copying it is faster than migrating."""
    place = tmp_path_factory.mktemp("empty") / "history.sqlite"
    History.open(str(place)).close()
    return place


@pytest.fixture
def kept(fake: Fake, empty: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Two assessments with snapshots: a critical finding, and then none."""
    monkeypatch.setenv("HISTORY_KEY", KEY)
    monkeypatch.chdir(fake.directory)
    monkeypatch.setattr(console, "out", Console(width=300))
    fake.write(more="history_key: env:HISTORY_KEY\n", days=20)
    shutil.copy(empty, fake.directory / "history.sqlite")
    answer(fake, 950)
    fake.run(now=NOW - QUARTER, formats=["json"])
    answer(fake, 100)
    fake.run(now=NOW - timedelta(days=1), formats=["json"])
    return fake


def say(fake: Fake, *words: str) -> tuple[int, str]:
    """Exit code and what the command printed; an error of ours as its text."""
    done = CliRunner().invoke(history_app, [*words, "-e", str(fake.file)])
    if isinstance(done.exception, HealthAgentError):
        return done.exception.exit_code, render_text(done.exception.text, "en")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def harm(fake: Fake, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(fake.directory / "history.sqlite", isolation_level=None)) as database:
        assert database.execute(statement).rowcount == 1


def test_an_assessment_is_kept_with_its_sealed_snapshot(kept: Fake) -> None:
    with kept.history as history:
        first, second = history.points()
        assert first.snapshot_kept and second.snapshot_kept
        keys, sealed = read_history_keys(["env:HISTORY_KEY"]), history.load_sealed(first.entry.id)
        assert keys is not None and sealed is not None
        found = unpack_snapshot(keys.open(first.entry.id, sealed), (Memstore,), "here")
        assert [row.memstore_used for row in found.list_rows(Memstore)] == [950]
    assert b"memstore" not in (kept.directory / "history.sqlite").read_bytes()
    assert say(kept, "verify")[0] == 0


def test_without_a_key_no_snapshot_is_kept_and_the_run_says_so(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert fake.run() == 0
    assert "no snapshot is kept in the history: the engagement names no history_key" in capsys.readouterr().out
    with fake.history as history:
        assert [point.snapshot_kept for point in history.points()] == [False]
    code, said = say(fake, "restate")
    assert code == 0 and "1 assessments have no snapshot" in said


def test_a_key_that_is_none_is_told_before_anything_is_connected(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HISTORY_KEY", "nothing")
    fake.write(more="history_key: env:HISTORY_KEY\n")
    assert fake.run() == 2 and fake.connected == []
    assert "history_key: env:HISTORY_KEY holds no key" in capsys.readouterr().err


def test_restating_by_the_same_rules_changes_nothing(kept: Fake) -> None:
    code, said = say(kept, "restate", "--json")
    told = json.loads(said)
    assert code == 0 and len(told) == 2
    for one in told:
        assert one["restated"]["published"] == one["restated"]["restated"] and one["restated"]["delta"] == 0
        assert one["error"] is None and one["restated"]["checks"] == 2


def test_restating_by_stricter_rules_tells_both(kept: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept.directory / "stricter.yaml"
    path.write_text(STRICTER)
    monkeypatch.setattr(rules, "locate_shipped_rules", lambda: path)
    first, second = json.loads(say(kept, "restate", "--json")[1])
    assert first["restated"]["delta"] == 0, "a critical finding stays critical"
    assert second["restated"]["delta"] < -5 and second["restated"]["added"] == [["CAP901", "10.0.0.1"]]
    assert second["restated"]["published"] == second["score"] or second["score"] is None
    code, said = say(kept, "restate")
    assert code == 0 and "+1 −0" in said and f"{second['restated']['restated']:.1f}" in said


def test_one_snapshot_that_was_altered_is_one_message_and_the_rest_goes_on(kept: Fake, capsys: Any) -> None:
    with kept.history as history:
        first = history.points()[0].entry.id
    harm(kept, f"UPDATE snapshot_part SET content = x'00' WHERE assessment_id = '{first}'")
    code, said = say(kept, "restate", "--json")
    told = json.loads(said[said.index("[") :])
    assert code == 2 and [one["restated"] is None for one in told] == [True, False]
    assert first in told[0]["error"] and "altered" in told[0]["error"]
    code, _ = say(kept, "verify")
    assert code == 2


def test_another_key_restates_nothing_and_says_which_is_missing(kept: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISTORY_KEY", base64.b64encode(b"o" * 32).decode())
    code, said = say(kept, "restate", "--json")
    told = json.loads(said[said.index("[") :])
    assert code == 2 and all("history_key does not name" in one["error"] for one in told)


def test_a_document_of_a_newer_agent_is_one_message(kept: Fake) -> None:
    with kept.history as history:
        first, second = (point.entry.id for point in history.points())
        document = history.load(first)
    newer = zlib.compress(json.dumps({**document, "schema_version": 99}).encode()).hex()
    harm(kept, f"UPDATE assessment SET document = x'{newer}' WHERE id = '{first}'")
    code, said = say(kept, "diff", first, second)
    assert code == 2 and "written by a newer agent" in said and first in said
    code, said = say(kept, "restate", "--json")
    assert code == 2 and [one["restated"] is None for one in json.loads(said[said.index("[") :])] == [True, False]


def test_predictions_are_judged_in_the_next_report_and_listed(kept: Fake) -> None:
    told = kept.document()["track_record"]
    kinds = {entry["kind"]: entry for entry in told["predictions"]}
    assert kinds["value"]["predicted"] == 70.0 and kinds["value"]["measured"] == 10.0 and kinds["value"]["came_true"]
    assert kinds["gain"]["predicted"] > 30 and kinds["gain"]["measured"] == pytest.approx(
        kinds["gain"]["predicted"], abs=0.2
    )
    assert (told["came_true"], told["counted"]) == (2, 2)
    code, said = say(kept, "track-record")
    assert code == 0 and "CAP901" in said and "100%" in said and "34% – 100%" in said
    rates = json.loads(say(kept, "track-record", "--json")[1])["rates"]
    assert rates["all"]["counted"] == 2 and rates["time"]["pct"] is None
    kept.run(formats=["html"])
    report = next((kept.out / "shop").glob("report*.html")).read_text("utf-8")
    assert "Earlier predictions that came true" in report and "2 of 2" in report


def test_the_trend_tells_each_assessment_oldest_first(kept: Fake) -> None:
    code, said = say(kept, "trend")
    assert code == 0 and said.index("Acme · shop") < said.index(f"{NOW - QUARTER:%Y-%m-%d}")
    assert said.index(f"{NOW - QUARTER:%Y-%m-%d}") < said.index(f"{NOW - timedelta(days=1):%Y-%m-%d}")
    first, second = json.loads(say(kept, "trend", "--json")[1])
    assert (first["critical_findings"], second["critical_findings"]) == (1, 0)
    assert second["score"] > first["score"]
    assert say(kept, "trend", "--target", "nobody")[1].strip() == "History holds no such assessment."


def test_the_difference_of_two_assessments(kept: Fake) -> None:
    with kept.history as history:
        first, second = (point.entry.id for point in history.points())
    told = json.loads(say(kept, "diff", first, second, "--json")[1])
    (change,) = told["changes"]
    assert (change["kind"], change["code"], change["resource"]) == ("resolved", "CAP901", "10.0.0.1")
    assert told["score_delta"] > 0 and not told["ruleset_changed"]
    back = json.loads(say(kept, "diff", second, first, "--json")[1])
    assert [change["kind"] for change in back["changes"]] == ["new"] and back["score_delta"] == -told["score_delta"]
    code, said = say(kept, "diff", first, second)
    assert code == 0 and "Resolved" in said and "findings are as they were" in said


def test_two_targets_have_no_difference(kept: Fake) -> None:
    harm(kept, "UPDATE assessment SET target = 'x' WHERE id = (SELECT MIN(id) FROM assessment)")
    with kept.history as history:
        first = history.points()[0].entry.id
        other: Any = dict(history.load(first))
        other |= {"assessment_id": "zz", "target": {**other["target"], "name": "y"}}
        history.save(other)
    code, said = say(kept, "diff", first, "zz")
    assert code == 2 and "are of different targets" in said


def test_export_in_each_form(kept: Fake, tmp_path: Path) -> None:
    code, said = say(kept, "export")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert code == 0 and [row["customer"] for row in rows] == ["Acme"] * 2 and rows[0]["critical_findings"] == "1"
    findings = list(csv.DictReader(io.StringIO(say(kept, "export", "--what", "findings")[1])))
    assert [row["code"] for row in findings] == ["CAP901"]
    assert [one["target"] for one in json.loads(say(kept, "export", "-f", "json")[1])] == ["shop"] * 2
    metrics = say(kept, "export", "-f", "openmetrics", "--latest")[1]
    assert metrics.count("ob_health_score{") == 1 and metrics.rstrip().endswith("# EOF")
    out = tmp_path / "deep" / "out.csv"
    out.parent.mkdir()
    assert say(kept, "export", "-o", str(out))[0] == 0
    assert list(csv.DictReader(io.StringIO(out.read_bytes().decode(), newline=""))) == rows


@pytest.mark.parametrize(
    "words",
    [("-f", "xml"), ("--what", "tables"), ("-f", "openmetrics", "--what", "findings"), ("--latest",)],
)
def test_an_export_that_makes_no_sense_is_one_message(kept: Fake, words: tuple[str, ...]) -> None:
    code, said = say(kept, "export", *words)
    assert (code == 2 and words[0] in said) or "--what" in said


def test_prune_lists_first_and_removes_with_yes(kept: Fake) -> None:
    with kept.history as history:
        first, second = (point.entry.id for point in history.points())
    assert say(kept, "prune")[0] == 2
    code, said = say(kept, "prune", "--keep", "1")
    assert code == 0 and first in said and second not in said and "add --yes" in said
    assert "1 assessments were removed" not in said and first in say(kept, "trend")[1]
    assert "The snapshots of 1 assessments were removed" in say(kept, "prune", "--keep", "1", "--snapshots", "--yes")[1]
    assert first in say(kept, "trend")[1]
    assert "1 assessments were removed" in say(kept, "prune", "--keep", "1", "--yes")[1]
    assert first not in say(kept, "trend")[1] and second in say(kept, "trend")[1]
    code, said = say(kept, "verify")
    assert code == 0 and "2 links; 1 of them are tombstones" in said
    assert "Nothing in history" in say(kept, "prune", "--keep", "1", "--yes")[1]
    assert "Nothing in history" in say(kept, "prune", "--before", "2001-01-01", "--yes")[1]


def test_verify_names_what_was_changed(kept: Fake) -> None:
    harm(kept, "UPDATE assessment SET score = 99 WHERE id = (SELECT MIN(id) FROM assessment)")
    code, said = say(kept, "verify")
    assert code == 2 and "is not what was recorded" in said
