"""``ob-health history`` and ``schedule`` as they are typed: they only read, and what they print can be typed again."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.archive.history.store import History
from agent.cli.history import history_app
from agent.cli.schedule import schedule_app
from agent.support import console
from agent.support.errors import ConfigError, NoHistory
from agent.support.i18n import render_text
from tests.agent.archive.history.documents import document
from tests.agent.archive.history.documents import kept as kept_document
from tests.agent.cli.typed import run_here
from tests.agent.engagements import MINIMAL

Said = Callable[..., str]
OF_CHINESE = "第 3 期评测已完成；下一次评测应于 2026-11-28 进行。"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """What a command says to a terminal of so many columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OB_HEALTH_LANG", "en")

    def run(*arguments: str, app: object = history_app, columns: int = 80) -> str:
        monkeypatch.setattr(console, "out", Console(width=columns))
        done = CliRunner().invoke(app, arguments)  # type: ignore[arg-type]
        if done.exception:
            raise done.exception
        return done.output

    return run


def kept(place: str, *ids: str) -> str:
    with History.open(place) as history:
        for name in ids:
            history.save(document(name, band="good"))
    return place


@pytest.mark.parametrize("columns", [40, 80])
def test_ids_are_never_shortened(tmp_path: Path, said: Said, columns: int) -> None:
    ids = ("20261123-184501-6d186a", "20261124-184501-6d186b")
    place = kept(str(tmp_path / "h.db"), *ids)
    output = said("list", "--history", place, columns=columns)
    assert all(name in output for name in ids) and "…" not in output


@pytest.mark.parametrize("command", [["list"], ["show", "a1"], ["purge"]])
@pytest.mark.parametrize("place", ["foo", "sqlite:///foo"])
def test_a_mistyped_place_is_refused_and_nothing_is_made(
    tmp_path: Path, said: Said, command: list[str], place: str
) -> None:
    with pytest.raises(NoHistory) as caught:
        said(*command, "--history", place)
    assert caught.value.exit_code == 2 and "There is no history at" in render_text(caught.value.text, "en")
    assert not list(tmp_path.iterdir())


def test_a_database_that_is_no_history_is_left_as_it_is(tmp_path: Path, said: Said) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(NoHistory):
        said("list", "--history", "empty")
    assert not (tmp_path / "empty").read_bytes()


def test_an_empty_history_and_one_without_such_assessments(tmp_path: Path, said: Said) -> None:
    place = kept(str(tmp_path / "h.db"))
    assert said("list", "--history", place).replace("\n", "") == f"The history at {place} holds no assessment yet."
    kept(place, "a1")
    assert said("list", "--history", place, "--customer", "Nobody") == "History holds no such assessment.\n"


def test_the_engagement_says_where_history_is(tmp_path: Path, said: Said) -> None:
    place = kept(f"sqlite:///{tmp_path}/own.db", "a1")
    file = tmp_path / "engagement.yaml"
    file.write_text(MINIMAL + f"history: {place}\n")
    assert "a1" in said("list", "-e", str(file))
    assert "acme" in said("show", "a1", "-e", str(file))
    assert "past its retention" in said("purge", "-e", str(file))


def test_the_schedule_makes_no_history_and_names_last_days(tmp_path: Path, said: Said) -> None:
    file = tmp_path / "engagement.yaml"
    file.write_text(MINIMAL.replace("2026-01-31", "2020-01-01") + f"history: sqlite:///{tmp_path}/own.db\n")
    output = said("list", "-e", str(file), app=schedule_app, columns=200)
    assert "1 (2020-01-01 – 2020-03-31)" in output and "2 (2020-04-01 – 2020-06-30)" in output
    assert sorted(tmp_path.iterdir()) == [file]


def harmed(tmp_path: Path, statement: str) -> str:
    """A history of two assessments, of which a1 is damaged."""
    place = kept(str(tmp_path / "h.db"), "a1", "a2")
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as database:
        assert database.execute(statement).rowcount == 1
    return place


def run_it(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, and what was said on both streams."""
    done = run_here(folder, *words, OB_HEALTH_LANG="en")
    return done.code, done.out.decode(), done.err.decode()


def test_a_damaged_row_is_one_message_and_the_rest_is_listed(tmp_path: Path) -> None:
    place = harmed(tmp_path, "UPDATE assessment SET as_of = 'yesterday' WHERE id = 'a1'")
    code, out, err = run_it(tmp_path, "history", "list", "--history", place)
    assert code == 2 and "a2" in out and "a1" not in out
    assert "The assessment a1 in the history" in err and err.count("\n") == 1
    assert run_it(tmp_path, "history", "list", "--history", place, "--customer", "Nobody")[0] == 0


@pytest.mark.parametrize("document", ["x'00'", f"x'{zlib.compress(b'[]').hex()}'", "'text'"])
def test_a_damaged_document_is_one_message(tmp_path: Path, document: str) -> None:
    place = harmed(tmp_path, f"UPDATE assessment SET document = {document} WHERE id = 'a1'")
    for command in (("history", "show", "a1"), ("render", "-a", "a1", "-o", str(tmp_path / "out"), "-f", "json")):
        code, _, err = run_it(tmp_path, *command, "--history", place)
        assert code == 2 and "a1" in err and "damaged" in err and err.count("\n") == 1
    assert run_it(tmp_path, "history", "show", "a2", "--history", place)[0] == 0


@pytest.mark.parametrize("place", ["mysql://tam@host/db", "sqlite:///h.db?nosuch=1", "mysql+pymysql://h/db?nosuch=1"])
def test_a_place_written_wrongly_is_one_message(place: str, tmp_path: Path) -> None:
    commands = (("history", "list"), ("history", "show", "a1"), ("history", "purge"), ("render", "-a", "a1", "-o", "o"))
    for command in commands:
        code, _, err = run_it(tmp_path, *command, "--history", place)
        assert code == 2 and err.count("\n") == 1, err


def test_a_clock_far_ahead_purges_nothing_until_somebody_says_the_day(tmp_path: Path, said: Said) -> None:
    place = str(tmp_path / "h.db")
    with History.open(place) as history:
        history.save(kept_document("a1", 30, datetime.now(UTC) - timedelta(days=3 * 365)))
    with pytest.raises(ConfigError, match="newest assessment"):
        said("purge", "--history", place)
    assert "a1" in said("list", "--history", place)
    assert "removed from history: a1" in said("purge", "--history", place, "--today", f"{datetime.now(UTC):%Y-%m-%d}")


def test_a_wrong_time_is_refused_before_anything_is_announced(
    tmp_path: Path, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "engagement.yaml").write_text(MINIMAL)
    with pytest.raises(ConfigError, match="is not a time of day"):
        said("run", "-e", "engagement.yaml", "-o", "out", "--at", "25:00", app=schedule_app)
    assert "Checking daily" not in capsys.readouterr().out


def test_a_table_folds_and_never_cuts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "out", Console(width=60))
    console.print_table(("id", "state", "overdue"), [("20261123-184501-6d186a", OF_CHINESE * 2, "x" * 50)])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert "20261123-184501-6d186a" in lines[0]
    assert "".join(lines).replace(" ", "").count("x") == 50
    shown = "".join(char for line in lines for char in line[24:] if char not in "x ")
    assert sorted(shown) == sorted((OF_CHINESE * 2).replace(" ", "")), "every character is there"
