"""``ob-health fleet list``, ``status`` and what ``assess`` says before and after it connects."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from agent.archive.history.store import History
from agent.cli.actions.fleet_history import FleetHistories
from agent.cli.actions.fleet_outcome import STATE_WORDS, FleetOutcome, FleetResult, FleetState, build_data, name_state
from agent.cli.actions.fleet_progress import FleetProgress
from agent.engagement.fleet_files import BrokenFile
from agent.engagement.loading import load_engagement
from agent.model.terms import Text
from agent.service.fleet import make_task
from agent.support.errors import ConfigError, HistoryError
from agent.support.i18n import load_translations
from tests.agent.archive.history.documents import document
from tests.agent.cli.typed import Ended, run_here
from tests.agent.signing import authorized

TODAY = datetime.now(UTC).date()


def put(folder: Path, customer: str, start: object = TODAY - timedelta(days=10), history: str = "history.db") -> Path:
    path = folder / "customers" / customer / "engagement.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"""customer: {{name: {customer}}}
service: {{tier: premier, start: {start}, months: 12}}
targets:
  prod: {{host: 127.0.0.1, port: 1, user: reader@shop#c1, password: env:P}}
history: sqlite:///{folder / history}
schedule: {{major_compaction: none}}
""",
        encoding="utf-8",
    )
    return path


def run(folder: Path, *words: object) -> Ended:
    return run_here(folder, "fleet", *words, COLUMNS="300", OB_HEALTH_LANG="en")


def test_list_reads_files_only_and_names_the_broken_one(tmp_path: Path) -> None:
    put(tmp_path, "acme")
    broken = put(tmp_path, "bravo")
    broken.write_text(broken.read_text().replace("months: 12", "months: many"))
    done = run(tmp_path, "list", "customers")
    assert done.code == 2 and b"127.0.0.1:1/shop#c1" in done.out and b"bravo" not in done.out
    assert b"customers/bravo/engagement.yaml:2: service.months" in done.err
    (listed,) = json.loads(run(tmp_path, "list", "customers", "--json").out)
    assert listed["customer"] == "acme" and listed["is_signed"] is False
    assert not (tmp_path / "history.db").exists()


def test_status_says_what_is_owed_and_makes_no_history(tmp_path: Path) -> None:
    put(tmp_path, "acme")
    put(tmp_path, "later", TODAY + timedelta(days=3))
    done = run(tmp_path, "status", "customers")
    assert done.code == 0, done.err
    assert b"1 of 2 targets are due." in done.out and not (tmp_path / "history.db").exists()
    with History.open(f"sqlite:///{tmp_path / 'history.db'}") as history:
        made = document("20261120-184501-6d186a", band="good")
        made |= {"customer": "acme", "as_of": datetime.now(UTC).isoformat()}
        made["target"]["name"] = "prod"
        history.save(made)
    standing = {one["customer"]: one for one in json.loads(run(tmp_path, "status", "customers", "--json").out)}
    assert standing["acme"]["state"] == "done" and standing["acme"]["band"] == "good"
    assert standing["later"]["state"] == "not_started" and standing["later"]["score"] is None


def test_status_says_what_is_signed_what_ends_and_what_waits(tmp_path: Path) -> None:
    """As ``schedule list`` does: an assessment that is owed and not agreed for today is not due."""
    signed = authorized(put(tmp_path, "acme"), not_after=datetime.now(UTC) + timedelta(days=9, hours=1))
    closed = signed.read_text().replace(
        "major_compaction: none",
        f"major_compaction: none, blackouts: [{{name: inventory, from: {TODAY}, to: {TODAY + timedelta(days=2)}}}]",
    )
    signed.write_text(closed, encoding="utf-8")
    done = run(tmp_path, "status", "customers")
    assert done.code == 0 and b"0 of 1 targets are due." in done.out, done.err
    assert b"No assessment is agreed until" in done.out and b"Possible from" in done.out
    assert done.err.count(b"The authorization of acme ends in") == 1
    (told,) = json.loads(run(tmp_path, "status", "customers", "--json").out)
    assert told["state"] == "due" and told["is_due"] is False and told["authorization_days_left"] in (9, 10)
    assert told["opens"] and told["subscription_days_left"] > 300
    done = run(tmp_path, "assess", "customers", "-o", "out")
    assert done.code == 0 and b"waits for agreed hours: 1" in done.out, done.err
    assert not (tmp_path / "out" / "acme").exists(), "nothing was connected"


def test_nothing_due_connects_nothing_and_says_so(tmp_path: Path) -> None:
    put(tmp_path, "later", TODAY + timedelta(days=3))
    done = run(tmp_path, "assess", "customers", "-o", "out")
    assert done.code == 0 and b"nothing is due: 1" in done.out, done.err
    summary = json.loads((tmp_path / "out" / "fleet.json").read_text())
    assert summary["counts"]["not_due"] == 1 and summary["targets"][0]["state"] == "not_due"
    assert not (tmp_path / "out" / "later").exists()
    assert 'ob_health_fleet_targets{state="not_due"} 1.0' in (tmp_path / "out" / "fleet.prom").read_text()


def test_a_history_that_cannot_be_used_costs_its_own_targets_only(tmp_path: Path) -> None:
    """What is due cannot be known, so nothing is connected."""
    (tmp_path / "not-a-database").mkdir()
    put(tmp_path, "acme", history="not-a-database")
    put(tmp_path, "later", TODAY + timedelta(days=3))
    done = run(tmp_path, "assess", "customers", "-o", "out", "--json")
    assert done.code == 4 and b"cannot be used" in done.err
    counts = json.loads(done.out)["counts"]
    assert counts["failed"] == counts["not_due"] == 1 and sum(counts.values()) == 2


def test_wrong_words_are_told_before_anything_is_read(tmp_path: Path) -> None:
    put(tmp_path, "acme")
    for words in (["--fail-on", "awful"], ["-f", "paper"], ["-j", "0"]):
        assert run(tmp_path, "assess", "customers", "-o", "out", *words).code == 2
    assert run(tmp_path, "assess", "nowhere", "-o", "out").code == 2
    assert not (tmp_path / "history.db").exists() and not (tmp_path / "out").exists()


def test_each_place_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (load_engagement(put(tmp_path, name)) for name in ("acme", "bravo"))
    with FleetHistories(create=True) as histories:
        assert histories.open(one) is histories.open(other)
    tries = list[object]()

    def fail(place: object, create: bool) -> History:
        tries.append(place)
        raise HistoryError("gone")

    monkeypatch.setattr(History, "open", staticmethod(fail))
    with FleetHistories(create=True) as histories:
        for engagement in (one, other):
            with pytest.raises(HistoryError):
                histories.open(engagement)
    assert len(tries) == 1


@pytest.mark.parametrize("code", range(8))
def test_each_exit_code_is_a_state_with_words_in_both_languages(code: int) -> None:
    words = STATE_WORDS[name_state(code)]
    assert words and load_translations("zh-CN")[words]
    assert STATE_WORDS.keys() == set(FleetState)


def test_the_summary_counts_every_state_and_speaks_both_languages() -> None:
    moment = datetime(2026, 11, 30, tzinfo=UTC)
    results = tuple(
        FleetResult(
            engagement=Path("e.yaml"),
            customer="a",
            target=state.value,
            directory=Path("out"),
            state=state,
            code=0,
            messages=(Text("nothing is due"),),
        )
        for state in FleetState
    )
    broken = BrokenFile(Path("b.yaml"), ConfigError("wrong configuration", (Text("in part"),)))
    data = build_data(FleetOutcome(began=moment, ended=moment, exit_code=2, results=results, broken=(broken,)))
    assert data["counts"] == dict.fromkeys(FleetState, 1)
    assert data["targets"][0]["messages"] == [{"zh-CN": "无应做评测", "en": "nothing is due"}]
    assert [one["zh-CN"] for one in data["broken"][0]["messages"]] == ["配置有误", "部分完成"]


def test_the_display_shows_hostile_names_as_they_are(tmp_path: Path) -> None:
    engagement = load_engagement(put(tmp_path, "acme"))
    task = make_task(engagement, "prod", tmp_path)
    shown = io.StringIO()
    with Progress(console=Console(file=shown, force_terminal=True, width=100)) as display:
        progress = FleetProgress(display, 1)
        progress.step(task, "too early", 0, 1)
        progress.begin(task)
        progress.step(task, "Memstore\x1b[2J", 1, 2)
        display.refresh()
        assert len(display.tasks) == 2
        progress.end(task)
        assert len(display.tasks) == 1 and display.tasks[0].finished
    assert "Memstore" in shown.getvalue() and "\x1b[2J" not in shown.getvalue()
    silent = FleetProgress(None, 1)
    silent.begin(task)
    silent.end(task)
