"""Old histories are upgraded, newer ones refused, and the migrations end where the models are."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import threading
import warnings
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError, SAWarning

from agent.archive.history import migrate
from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.models import REVISION, Base
from agent.archive.history.sealing import HistoryKeys
from agent.archive.history.store import History
from agent.archive.snapshot import PackedSnapshot, unpack_snapshot
from agent.engagement.subscription import PeriodState, Subscription, judge_due
from agent.model.terms import Severity
from agent.support.errors import HistoryError
from tests.agent.archive.history.conftest import make_url
from tests.agent.archive.history.documents import NOON, document, found, message

SAVED = Path(__file__).parent / "saved"


def database(file: Path, script: str) -> str:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()
    return str(file)


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "agent.archive.history:migrations")
    return sorted(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def test_the_newest_revision_is_the_one_that_the_models_name() -> None:
    assert revisions()[-1] == REVISION


def test_the_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    History.open(str(tmp_path / "h.db")).close()
    require_models(f"sqlite:///{tmp_path}/h.db")


def require_models(url: str, *, reflects_keys: bool = True) -> None:
    """The tables of a database are those of the models, down to the lengths of texts and the parts of a second.

    SQLAlchemy does not read OceanBase's way to write indexes and foreign keys.
    """
    engine = create_engine(url)
    only = {"ix_assessment_columns": "sqlite"}  # Alembic does not ask of which database an index is
    options = {
        "compare_type": True,
        "include_object": lambda _, name, *rest: only.get(name, engine.dialect.name) == engine.dialect.name,
    }
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert [step for step in found if reflects_keys or step[0] not in ("add_index", "add_fk")] == []


@pytest.mark.parametrize("revision", revisions())
def test_a_history_of_every_released_schema_is_upgraded_and_read(revision: str, tmp_path: Path) -> None:
    place = database(tmp_path / "old.db", (SAVED / f"{revision}.sql").read_text(encoding="utf-8"))
    with History.open(place) as history:
        (entry,) = history.list()
        assert (entry.id, entry.customer, entry.target, entry.score) == ("a1", "acme", "shop", 81.5)
        assert history.load("a1") == history.last("acme", "shop")
        assert history.load("a1")["results"][0]["findings"][0]["resource"] == "disk"
        assert len(history.sightings("acme", "shop", "print-disk")) == 1
        (past,) = history.recorded("acme", "shop")
        unwritten = () if revision < "0003" else ("report.en.pdf", "findings.en.xlsx")
        assert (past.id, past.is_complete, past.unwritten) == ("a1", True, unwritten)
        history.save(document("a2"), claim=history.claim(claimed("2026-04-30")))


def claimed(day: str) -> Claim:
    return make_claim("acme", "shop", date.fromisoformat(day), "a run", timedelta(minutes=1))


@pytest.mark.parametrize("coverage_pct", [0.0, 6.4, 92.0])
@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_what_counted_before_the_migration_counts_as_it_did(revision: str, coverage_pct: float, tmp_path: Path) -> None:
    script = (SAVED / f"{revision}.sql").read_text(encoding="utf-8")
    place = database(tmp_path / "old.db", script + f"UPDATE assessment SET coverage_pct = {coverage_pct};")
    subscription, moment = Subscription(date(2026, 1, 31), 12, "UTC"), datetime(2026, 3, 2, tzinfo=UTC)
    with History.open(place) as history:
        assert judge_due(subscription, history.recorded("acme", "shop"), moment, 60.0).state is PeriodState.DONE


def list_servers() -> Iterator[Any]:
    """Every kind of database with every revision. The kernel makes tables slowly: all but the oldest are long there."""
    for revision in revisions():
        length = pytest.mark.slow if revision == revisions()[0] else pytest.mark.long
        yield pytest.param("sqlite", revision)
        yield pytest.param("mariadb", revision, marks=[pytest.mark.mariadb, pytest.mark.slow])
        yield pytest.param("kernel", revision, marks=[pytest.mark.kernel, length])


@pytest.fixture
def old_url(request: pytest.FixtureRequest, tmp_path: Path, kind: str, revision: str) -> Iterator[str]:
    """A database of its own for a history of this revision, on each kind of server."""
    name = f"history_{revision}"
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/{name}.sqlite"
        return
    url = make_url(kind, request, tmp_path, name)
    server = create_engine(make_url(kind, request, tmp_path, ""))
    for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
        with server.begin() as connection:
            connection.exec_driver_sql(statement)
    yield url
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")
    server.dispose()


@pytest.mark.parametrize(("kind", "revision"), list_servers())
def test_a_server_with_data_is_upgraded_from_every_schema(kind: str, revision: str, old_url: str) -> None:
    told = document("a1", findings=(found("disk", Severity.HIGH),))
    row = {
        "id": "a1", "customer": "acme", "target": "shop", "as_of": NOON.replace(tzinfo=None), "coverage_pct": 6.4,
        "ruleset_sha256": "ab" * 32, "agent_version": "0.1.0", "document": zlib.compress(json.dumps(told).encode()),
    }  # fmt: skip
    finding = {
        "assessment_id": "a1", "position": 0, "fingerprint": "print-disk", "code": "CAP-001", "resource": "磁盘",
        "severity": "high", "outcome": "finding", "risk_points": 4.5,
    }  # fmt: skip
    engine = create_engine(old_url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", "agent.archive.history:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table, values in (("assessment", row), ("finding", finding)):
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"), values)
        connection.commit()
    engine.dispose()
    with History.open(old_url) as history:
        (past,) = history.recorded("acme", "shop")
        assert (past.as_of, past.coverage_pct, past.is_complete, past.unwritten) == (NOON, 6.4, True, ())
        assert history.load("a1") == told
        (point,) = history.points()
        assert point.findings == {"high": 1} and not point.snapshot_kept
        assert history.findings()[0].resource == "磁盘"
        assert history.claim(claimed("2026-01-31")).token == 1
        keys = HistoryKeys([b"k" * 32])
        history.save(document("a2"), sealed=keys.seal("a2", PackedSnapshot(b"facts", "ab" * 32)))
        head, wrong = history.check_chain()
        assert (head.length, head.unlinked, wrong) == (1, ("a1",), ())
    require_models(old_url, reflects_keys=kind != "kernel")


def test_a_history_of_this_version_is_not_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading Alembic takes long, and every command opens the history."""
    History.open(str(tmp_path / "h.db")).close()
    monkeypatch.setitem(sys.modules, "agent.archive.history.migrate", None)
    History.open(str(tmp_path / "h.db")).close()
    with pytest.raises(HistoryError):
        History.open(str(tmp_path / "new.db"))


def test_what_the_saved_schema_keeps_is_read(tmp_path: Path) -> None:
    place = database(tmp_path / "old.db", (SAVED / "0006.sql").read_text(encoding="utf-8"))
    with History.open(place) as history:
        head, wrong = history.check_chain()
        assert (head.length, head.unlinked, wrong) == (1, (), ())
        sealed = history.load_sealed("a1")
        assert sealed and unpack_snapshot(HistoryKeys([b"k" * 32]).open("a1", sealed), (), "a1").target == "shop"
        (told,) = history.predictions()
        assert (told.kind, told.predicted, told.measured, told.came_true) == ("value", 80.0, 71.5, True)


def test_claims_of_the_saved_schema_are_read(tmp_path: Path) -> None:
    place = database(tmp_path / "old.db", (SAVED / "0003.sql").read_text(encoding="utf-8"))
    with History.open(place) as history:
        assert history.claim(claimed("2026-01-31")).token == 2, "the one of the file has ended"


@pytest.mark.parametrize(
    "script",
    ["", "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);"],
    ids=["empty file", "empty version table"],
)
def test_a_database_without_a_revision_gets_all_of_them(script: str, tmp_path: Path) -> None:
    with History.open(database(tmp_path / "h.db", script)) as history:
        history.save(document("a1"))
        assert len(history.list()) == 1


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "h.db"
    History.open(str(file)).close()
    database(file, "UPDATE alembic_version SET version_num = '9999';")
    before = file.read_bytes()
    with pytest.raises(HistoryError) as error:
        History.open(str(file))
    assert f"The history at {file} was written by a newer version of ob-health (schema 9999). Update" in message(error)
    assert file.read_bytes() == before


def test_another_programs_tables_are_left_alone(tmp_path: Path) -> None:
    place = database(tmp_path / "h.db", "CREATE TABLE finding (mine TEXT); INSERT INTO finding VALUES ('kept');")
    with pytest.raises(HistoryError) as error:
        History.open(place)
    assert "finding already exists" in message(error)
    connection = sqlite3.connect(place)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("finding",)]
    connection.close()


OPEN = """
import sys
from agent.archive.history.store import History
print("ready", flush=True)
sys.stdin.readline()
History.open(sys.argv[1]).close()
"""


def test_several_processes_may_open_a_new_history_at_once(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    opening = [sys.executable, "-c", OPEN, str(tmp_path / "h.db")]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(Popen(opening, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env=environment))
            for _ in range(4)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.communicate(timeout=30)[1] for process in processes] == [""] * 4


@pytest.mark.parametrize(("code", "other_ends"), [(1050, True), (1060, True), (1050, False), (1142, True)])
def test_who_finds_what_another_process_makes_waits_for_it(
    code: int, other_ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On MySQL each CREATE is a transaction of its own, and two may begin at once."""
    monkeypatch.setattr(migrate, "_PATIENCE_S", 0.5)
    upgrade = command.upgrade

    def come_second(config: Config, revision: str) -> None:
        if other_ends:
            upgrade(config, revision)
            config.attributes["connection"].commit()
        raise ProgrammingError("CREATE TABLE", None, Exception(code, "what the server says"))

    monkeypatch.setattr(command, "upgrade", come_second)
    if other_ends and code != 1142:
        with History.open(str(tmp_path / "h.db")) as history:
            assert history.list() == ()
    else:
        with pytest.raises(HistoryError) as caught:
            History.open(str(tmp_path / "h.db"))
        assert "what the server says" in message(caught)


def test_several_threads_may_each_open_a_new_history(tmp_path: Path) -> None:
    barrier = threading.Barrier(4)

    def open_one(number: int) -> int:
        barrier.wait()
        with History.open(str(tmp_path / f"{number}.db")) as history:
            history.save(document(f"a{number}"))
            return len(history.list())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_one, range(4))) == [1] * 4


def test_migrating_is_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    handlers = list(logging.getLogger("alembic").handlers)
    History.open(str(tmp_path / "h.db")).close()
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("alembic").handlers == handlers
