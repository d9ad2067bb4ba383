"""Where a history may lie, and what is said when it cannot lie there."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import stat
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from agent.archive.history.places import PLACE_VARIABLE, parse_place, prepare_file, report_failures
from agent.archive.history.store import History
from agent.support.errors import DamagedHistory, HistoryError, HistoryPlaceError, NoHistory
from agent.support.i18n import render_text
from tests.agent.archive.history.documents import NOON, document, message

SECRET = "s3cr3t-Pa"


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_default_is_the_users_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLACE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with History.open() as history:
        file = Path(history.where)
    assert file.name == "history.sqlite"
    assert "ob-health" in file.parts
    assert file.is_relative_to(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_environment_names_another_place_and_an_argument_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE_VARIABLE, str(tmp_path / "deep" / "er" / "environment.db"))
    with History.open() as by_environment, History.open(f"sqlite:///{tmp_path}/argument.db") as by_argument:
        by_environment.save(document("a1"))
        assert by_argument.list() == ()
    assert (tmp_path / "deep" / "er" / "environment.db").stat().st_size > 0
    assert (tmp_path / "argument.db").exists()


@pytest.mark.parametrize("place", ["mysql+pymysql://tam@127.0.0.1/health", "sqlite:///file:health?uri=true"])
def test_no_file_is_made_for_what_is_none(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_file(parse_place(place), True)
    prepare_file(parse_place(place), False)
    assert list(tmp_path.iterdir()) == []


def test_a_history_that_may_only_be_read_can_be_listed(tmp_path: Path) -> None:
    with History.open(str(tmp_path / "h.db")) as history:
        history.save(document("a1"))
    with History.open(f"sqlite:///file:{tmp_path}/h.db?mode=ro&uri=true") as history:
        assert [entry.id for entry in history.list()] == ["a1"]
        with pytest.raises(HistoryError) as error:
            history.save(document("a2"))
    assert "readonly" in message(error)


@pytest.mark.parametrize("place", ["file/under/h.db", "folder", "/proc/none/h.db"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with pytest.raises(HistoryError) as error:
        History.open(str(tmp_path / place))
    assert f"The history at {tmp_path / place} cannot be used: " in message(error)
    assert PLACE_VARIABLE in message(error)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes, by no means a database\n" * 100)
    before = file.read_bytes()
    with pytest.raises(HistoryError) as error:
        History.open(str(file))
    assert f"The history at {file} cannot be used: file is not a database. " in message(error)
    assert file.read_bytes() == before


def test_what_must_be_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "h.db"
    with pytest.raises(NoHistory) as error:
        History.open(str(file), create=False)
    assert f"There is no history at {file}." in message(error) and not file.parent.exists()
    file.parent.mkdir()
    sqlite3.connect(file).close()
    file.touch()
    with pytest.raises(NoHistory):
        History.open(str(file), create=False)
    assert file.read_bytes() == b""
    with History.open(str(file)) as made:
        made.save(document("a1"))
    with History.open(str(file), create=False) as found:
        assert [entry.id for entry in found.list()] == ["a1"]


def test_no_failure_repeats_what_was_to_be_kept(tmp_path: Path) -> None:
    """Neither in the message nor in the error of the database behind it."""
    half = document("a1", customer="a secret customer")
    half["target"]["name"] = None
    with History.open(str(tmp_path / "h.db")) as history, pytest.raises(HistoryError) as error:
        history.save(half)
    cause = error.value.__cause__
    assert cause is not None and "NOT NULL" in str(cause)
    assert "a secret customer" not in message(error) + str(cause)


def test_a_failure_without_words_is_told_by_its_kind() -> None:
    with pytest.raises(HistoryError) as error, report_failures(parse_place("h.db")):
        raise OSError
    assert "cannot be used: OSError. " in message(error)


def test_a_damaged_document_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "h.db"
    with History.open(str(file)) as history:
        history.save(document("a1"))
        with sqlite3.connect(file) as database:
            database.execute("UPDATE assessment SET document = x'00ff'")
        database.close()
        with pytest.raises(HistoryError) as error:
            history.load("a1")
    assert f"The assessment a1 in the history at {file} is damaged: " in message(error)


DAMAGES = {
    "cut": "UPDATE assessment SET document = substr(document, 1, 50) WHERE id = 'a1'",
    "a list": f"UPDATE assessment SET document = x'{zlib.compress(b'[1, 2]').hex()}' WHERE id = 'a1'",
    "a number": f"UPDATE assessment SET document = x'{zlib.compress(b'7').hex()}' WHERE id = 'a1'",
    "no UTF-8": f"UPDATE assessment SET document = x'{zlib.compress(bytes([255] * 9)).hex()}' WHERE id = 'a1'",
    "deep": f"UPDATE assessment SET document = x'{zlib.compress(b'[' * 100_000).hex()}' WHERE id = 'a1'",
    "a text": "UPDATE assessment SET document = 'text' WHERE id = 'a1'",
    "another object": f"UPDATE assessment SET document = x'{zlib.compress(b'{}').hex()}' WHERE id = 'a1'",
}
ROWS = {
    "no time": "UPDATE assessment SET as_of = 'yesterday' WHERE id = 'a1'",
    "no number": "UPDATE assessment SET coverage_pct = 'much' WHERE id = 'a1'",
    "no score": "UPDATE assessment SET score = 'good' WHERE id = 'a1'",
    "the first year": "UPDATE assessment SET as_of = '0001-01-01 00:00:00.000000' WHERE id = 'a1'",
    "the last year": "UPDATE assessment SET as_of = '9999-12-31 23:59:59.000000' WHERE id = 'a1'",
    "no day": "UPDATE assessment SET period_from = 'x' WHERE id = 'a1'",
}


def harmed(file: Path, statement: str) -> History:
    """A history of two assessments, of which a1 is damaged by this statement."""
    with History.open(str(file)) as history:
        history.save(document("a1"))
        history.save(document("a2", NOON + timedelta(days=90)))
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        assert database.execute(statement).rowcount == 1
    return History.open(str(file))


@pytest.mark.parametrize("harm", DAMAGES)
def test_a_damaged_document_is_one_message_and_the_others_are_read(harm: str, tmp_path: Path) -> None:
    with harmed(tmp_path / "h.db", DAMAGES[harm]) as history:
        with pytest.raises(DamagedHistory) as error:
            history.load("a1")
        assert f"The assessment a1 in the history at {tmp_path / 'h.db'} is damaged: " in message(error)
        assert error.value.exit_code == 2
        with pytest.raises(DamagedHistory):
            history.last("acme", "shop", NOON + timedelta(days=1))
        with pytest.raises(HistoryError):
            history.save(document("a1", band="D"))
        assert history.load("a2") == history.last("acme", "shop")
        assert [entry.id for entry in history.list()] == ["a2", "a1"]


@pytest.mark.parametrize("harm", ROWS)
def test_a_damaged_row_is_left_out_and_named(harm: str, tmp_path: Path) -> None:
    with harmed(tmp_path / "h.db", ROWS[harm]) as history:
        assert [entry.id for entry in history.list()] == ["a2"]
        assert history.find_damaged("acme") == ("a1",)
        assert history.find_damaged("acme", "bank") == ()
        assert "a2" in [past.id for past in history.recorded("acme", "shop")]
        assert history.load("a2")
        assert history.purge(NOON) == ()


def test_a_server_that_does_not_answer() -> None:
    port = closed_port()
    with pytest.raises(HistoryError) as error:
        History.open(f"mysql+pymysql://tam:{SECRET}@127.0.0.1:{port}/health")
    assert str(port) in message(error) and "Can't connect to MySQL server" in message(error)
    assert SECRET not in message(error) + str(error.value) + repr(error.value.text)


@pytest.mark.parametrize(
    "place",
    [
        f"mysql+pymysql://tam:{SECRET}@host:port/db",
        f"mysql+pymysql://tam:x@{SECRET}@host/db",
        f"mysql:tam:{SECRET}@host/db",
        f"mysql+pymysql//tam:{SECRET}@host/db",
        f"nosuch://tam:{SECRET}@host/db",
        f"mysql+nosuch://tam:{SECRET}@host/db?password={SECRET}",
        f"://tam:{SECRET}",
    ],
)
def test_a_wrong_url_is_refused_without_its_password(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE_VARIABLE, place)
    with pytest.raises(HistoryError) as error:
        History.open()
    said = message(error) + render_text(error.value.text, "zh-CN") + str(error.value) + repr(error.value.text)
    assert SECRET not in said


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (f"mysql://tam:{SECRET}@host/db", "write mysql+pymysql:// instead"),
        (f"mariadb://tam:{SECRET}@host/db", "write mariadb+pymysql:// instead"),
        (f"mysql+mysqldb://tam:{SECRET}@host/db", "write mysql+pymysql:// instead"),
        (f"mysql+pymysql://tam:{SECRET}@127.0.0.1:1/db?nosuch=1", "'nosuch'"),
        (f"mysql+pymysql://tam:x@127.0.0.1:1/db?pasword={SECRET}", "'pasword'"),
        (f"mysql+pymysql://tam:{SECRET}@127.0.0.1:1/db?connect_timeout=long", "cannot be used as written"),
        (f"mysql+pymysql://tam:{SECRET}@127.0.0.1:1/db?charset=nosuch", "cannot be used as written"),
        ("sqlite:///{folder}/h.db?nosuch=1", "nosuch"),
        ("sqlite:///{folder}/h.db?timeout=long", "cannot be used as written ({folder}/h.db): "),
        ("sqlite+nosuch:///{folder}/h.db", "cannot be used as written"),
        ("mysql+pymysql//host/db", "is not understood"),
        ("sqlite://", "The history at sqlite:// would be forgotten"),
        ("sqlite:///:memory:", "would be forgotten"),
        ("sqlite+pysqlite:///", "would be forgotten"),
    ],
)
def test_a_place_written_wrongly_is_told_before_anything_is_connected(place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(HistoryPlaceError) as error:
        History.open(place.replace("{folder}", str(tmp_path)))
    said = message(error)
    assert words.replace("{folder}", str(tmp_path)) in said and error.value.exit_code == 2
    assert SECRET not in said + render_text(error.value.text, "zh-CN") + str(error.value) + repr(error.value.text)
