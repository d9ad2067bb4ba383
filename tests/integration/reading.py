"""What the tests of reading share: accounts made with the printed grants, sessions, and the tenant's own audit."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pymysql

from agent.collection import preflight
from agent.collection.collect import ShowProgress, collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.grants import Grant, list_grants
from agent.demo import run_demo
from agent.facts import find_source_spec, list_sources
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind
from tests.database import Database, login

PASSWORD = "Reader-1-only"


def endpoint(database: Database, user: str, password: str = PASSWORD) -> Endpoint:
    return Endpoint(
        name="shop", host=database.host, port=database.port, user=login(database, user), password=lambda: password
    )


def open_session(
    database: Database, user: str, assessment_id: str = "test", budget: Budget | None = None
) -> ReadOnlySession:
    return ReadOnlySession(endpoint(database, user), budget or Budget(), assessment_id)


def give(database: Database, wanted: Iterable[Grant]) -> None:
    """Run grants by the server's root, over one connection."""
    with contextlib.closing(database.connect()) as connection:
        run_demo.run_grants(connection, wanted)


@contextlib.contextmanager
def reader(database: Database, user: str, without: Sequence[str] = (), sources: Iterable[type] = ()) -> Iterator[str]:
    """An account with the printed grants and nothing else; less those that hold one of the words ``without``.

    The grants are those of ``sources``, or of all: a hundred, which take seconds.
    """
    database.run([f"DROP USER IF EXISTS {user}", f"CREATE USER {user} IDENTIFIED BY '{PASSWORD}'"])
    printed = list_grants(list(sources) or list(list_sources()), user, "%")
    give(database, [grant for grant in printed if not any(word in grant.sql for word in without)])
    try:
        yield user
    finally:
        database.run([f"DROP USER {user}"])


def read(
    session: ReadOnlySession, sources: Iterable[type], progress: ShowProgress = lambda source, done, total: None
) -> Snapshot:
    """Preflight and collect."""
    wanted = list(sources)
    capabilities = preflight.inspect_target(session, wanted, TenantKind.USER)
    return collect_facts(session, wanted, capabilities, None, datetime.now(UTC), progress=progress)


def rows_of(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a statement run as root."""
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


class Audited(NamedTuple):
    """One statement in the tenant's own audit."""

    sql: str
    sql_id: str
    rows: int


def audited(database: Database, user: str, at_least: int, wait_s: float = 10.0) -> tuple[Audited, ...]:
    """The statements of an account in the tenant's own audit, which lags behind by up to a second.

    What the server sends to itself on the account's behalf (sampling of the optimizer) is left out.
    """
    deadline = time.monotonic() + wait_s
    while True:
        rows = rows_of(
            database,
            "SELECT QUERY_SQL, SQL_ID, RETURN_ROWS FROM oceanbase.GV$OB_SQL_AUDIT"
            f" WHERE IS_INNER_SQL = 0 AND QUERY_SQL <> '' AND USER_NAME = '{user}' ORDER BY REQUEST_ID",
        )
        if len(rows) >= at_least or time.monotonic() > deadline:
            return tuple(Audited(*row) for row in rows)
        time.sleep(0.2)


def lacks(database: Database, row: type) -> bool:
    """Whether not even root finds the views of a source."""
    spec = find_source_spec(row)
    assert spec is not None
    try:
        for view in (spec.view, *spec.also_reads):
            schema, _, name = view.partition(".")
            rows_of(database, f"SELECT 1 FROM {schema}.`{name}` LIMIT 1")
    except pymysql.MySQLError as error:
        assert error.args[0] == 1146
        return True
    return False
