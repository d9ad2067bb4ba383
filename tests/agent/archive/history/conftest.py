"""One suite for every kind of database that a history may lie in: SQLite, MariaDB, OceanBase."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from agent.archive.history.store import History
from agent.kernel.start import Kernel
from tests.mariadb import running_mariadb

EVERY_DATABASE = [
    "sqlite",
    pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
    pytest.param("kernel", marks=[pytest.mark.kernel, pytest.mark.long]),
]
TABLES = ("claim", "delivery", "snapshot_part", "snapshot", "prediction", "finding", "assessment", "link")


@pytest.fixture(scope="session")
def history_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    make = ("CREATE DATABASE history;", "GRANT ALL ON *.* TO reader@'%';")
    with running_mariadb(tmp_path_factory.mktemp("history_server"), *make) as port:
        yield port


@pytest.fixture(scope="session")
def empty_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of this version without an assessment: copying it is faster than migrating."""
    place = tmp_path_factory.mktemp("empty_history") / "history.sqlite"
    History.open(str(place)).close()
    return place


def make_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path, name: str) -> str:
    """A database of this name and kind."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("empty_history"), tmp_path / f"{name}.sqlite")
        return f"sqlite:///{tmp_path}/{name}.sqlite"
    if kind == "mariadb":
        port = request.getfixturevalue("history_server")
        return f"mysql+pymysql://reader:p@127.0.0.1:{port}/{name}"
    kernel: Kernel = request.getfixturevalue("kernel")
    if name:
        kernel.run([f"CREATE DATABASE IF NOT EXISTS {name}"])
    parts = (kernel.user, kernel.password, kernel.host, kernel.port, name)
    return URL.create("mysql+pymysql", *parts).render_as_string(hide_password=False)


@pytest.fixture(params=EVERY_DATABASE)
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for an empty history, on each kind of database."""
    place = make_url(request.param, request, tmp_path, "history")
    yield place
    if request.param != "sqlite":
        empty(place)


def empty(place: str) -> None:
    """Remove all that a history holds, and begin its chain anew."""
    with History.open(place) as history, history._engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM chain"))
        connection.execute(text("INSERT INTO chain (id, position, sha256) VALUES (1, 0, '')"))


@pytest.fixture
def any_history(any_url: str) -> Iterator[History]:
    with History.open(any_url) as opened:
        yield opened
