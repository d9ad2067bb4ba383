"""Plants a case file on a fresh kernel and keeps its sessions open while the tenant is assessed."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pymysql

from agent.kernel.start import Kernel
from tests.accuracy.cases import CaseFile, Fault, Kind, LookAlike, Place, Run

PASSWORD = "Accuracy-2026"
PATIENCE = "SET SESSION ob_query_timeout = 600000000"
# Wide enough that the statements of a whole file stay in it; what is right for a busy tenant.
ROOM = ("SET GLOBAL ob_sql_audit_percentage = 10", "SET GLOBAL ob_plan_cache_percentage = 20")
SNAPSHOT = "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT()"
FORGET = (
    "ALTER SYSTEM FLUSH PLAN CACHE",
    "SET GLOBAL ob_sql_audit_percentage = 0",
    "DO SLEEP(1.2)",
    "SET GLOBAL ob_sql_audit_percentage = {share}",
    "DO SLEEP(1.2)",
)
BRING_IN = "CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()"
# What the server does by itself every quarter of an hour: whoever assesses a minute after planting would not see it.
# Of a statement with many rows all but the first 256 are counted with a change of its session a second later.
COUNTED = ("DO SLEEP(1.2)", BRING_IN)
_GATHERING = re.compile(r"CALL DBMS_STATS\.GATHER_", re.IGNORECASE)
_CHANGES_NOTHING = re.compile(r"(?:USE|COMMIT|SELECT)\b", re.IGNORECASE)
_MADE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?([\w.`]+)", re.IGNORECASE)
_DAY = re.compile(r"\{day([+-]\d+)\}")
IDLE_S = 12.0  # a session is idle with changes after ten seconds


@dataclasses.dataclass(kw_only=True)
class Planted:
    """One place as it came to be. ``sql_ids`` are those of its load, ``account`` holds its session open.

    ``error`` says why it could not be planted: it is not counted then, but listed.
    """

    place: Fault | LookAlike
    account: str = ""
    sql_ids: frozenset[str] = frozenset()
    error: str = ""
    load_errors: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.place.kind if isinstance(self.place, Fault) else self.place.like


class Field:
    """A fresh kernel with one case file planted on it."""

    def __init__(self, kernel: Kernel, file: CaseFile, nightly: frozenset[str] = frozenset()) -> None:
        self.kernel = kernel
        self.schema = file.schema_name
        places: list[Fault | LookAlike] = [*file.faults, *file.lookalikes]
        self.places = [Planted(place=place) for place in places]
        self._file = file
        self._nightly = nightly
        self._held = contextlib.ExitStack()
        self._application = f"{self.schema}_load"  # no case has an account of this name

    def plant(self) -> None:
        """Set up, plant tables and what statements need, send these; then plant the rest, which may hide statements.

        What made the tables is forgotten before: it is no load of the application, and would crowd that out.
        """
        self.kernel.run(ROOM)
        self.run_alone(self._file.setup)
        self._make_account(self._application)
        loaded = [planted for planted in self.places if planted.place.run]
        sent = " ".join(run.statement for planted in loaded for run in planted.place.run)
        needed = [planted for planted in self.places if planted.place.run or _makes_table_of(planted.place, sent)]
        first = [planted for planted in self.places if planted in needed or _stands_alone(planted.place)]
        for planted in first:
            self._try(planted, planted.place.planted)
        for planted in self.places:
            if planted in first and planted.kind in self._nightly and not planted.error:
                self._gather(planted)
        self.forget()
        self._hold(needed)
        self._send([planted for planted in loaded if not planted.error])
        self._snapshot()
        self._hold([planted for planted in first if planted not in needed])
        for planted in self.places:
            if planted not in first:
                self._try(planted, planted.place.planted)
                self._hold([planted])
        self.run_alone(COUNTED)
        if any(planted.place.held for planted in self.places):
            time.sleep(IDLE_S)

    def close(self) -> None:
        """End the sessions that are held open."""
        self._held.close()

    def forget(self) -> None:
        """Let the load leave the audit ring and the plan cache, as hours of other statements would.

        The share of the audit is what it was afterwards: it may be a planted fault.
        """
        with contextlib.closing(self.kernel.connect()) as connection:
            ((share,),) = _ask(connection, "SELECT @@GLOBAL.ob_sql_audit_percentage")
            for statement in FORGET:
                connection.cursor().execute(statement.format(share=share))

    def run_alone(self, statements: Sequence[str]) -> None:
        """Statements of the administrator in a session of their own.

        The changes that a session has counted arrive late: before statistics are gathered they are brought in, so that
        the gathering begins to count anew, as that of the next night would.
        """
        with contextlib.closing(self.kernel.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            for statement in statements:
                if _GATHERING.match(statement):
                    cursor.execute(BRING_IN)
                cursor.execute(put_days(statement))

    def _try(self, planted: Planted, statements: Sequence[str]) -> None:
        try:
            self.run_alone([f"USE `{self.schema}`", *statements])
        except pymysql.MySQLError as error:
            planted.error = f"{error.args[0]} {error.args[-1]}"

    def _gather(self, planted: Planted) -> None:
        """Gather the statistics of the place's table, as the nightly window will have done when the fault is old."""
        schema, table = planted.place.where.split(".")[:2]
        self.run_alone([f"CALL DBMS_STATS.GATHER_TABLE_STATS('{schema}', '{table}')"])

    def _make_account(self, name: str) -> None:
        self.run_alone(
            [
                f"CREATE USER '{name}'@'{self.kernel.host}' IDENTIFIED BY '{PASSWORD}'",
                f"GRANT ALL ON `{self.schema}`.* TO '{name}'@'{self.kernel.host}'",
            ]
        )

    def _open(self, account: str) -> pymysql.Connection[Any]:
        connection = self.kernel.connect(account, PASSWORD, self.schema)
        self._held.callback(_close_quietly, connection)
        connection.cursor().execute(PATIENCE)
        return connection

    def _hold(self, places: Sequence[Planted]) -> None:
        for planted in places:
            if planted.error or not (planted.place.held or planted.place.waiting):
                continue
            planted.account = f"{self.schema}_s{self.places.index(planted)}"
            try:
                self._make_account(planted.account)
                self._hold_open(self._open(planted.account), planted.place)
            except pymysql.MySQLError as error:
                planted.error = f"{error.args[0]} {error.args[-1]}"

    def _hold_open(self, connection: pymysql.Connection[Any], place: Place) -> None:
        for statement in place.held:
            connection.cursor().execute(statement)
        if place.waiting:
            waiting = self.kernel.connect(self._application, PASSWORD, self.schema)
            threading.Thread(target=_send_quietly, args=(waiting, place.waiting), daemon=True).start()

    def _send(self, places: Sequence[Planted]) -> None:
        """Send each load in a session of its own, so that the audit tells which statements were whose."""
        sessions: dict[int, Planted] = {}
        for planted in places:
            with contextlib.closing(self.kernel.connect(self._application, PASSWORD, self.schema)) as connection:
                (number,) = _ask(connection, "SELECT CONNECTION_ID()")[0]
                _ask(connection, PATIENCE)
                sessions[int(number)] = planted
                failed: dict[str, None] = {}
                for error in _send_all(connection, planted.place.run):
                    failed[error] = None
                planted.load_errors = tuple(failed)
        time.sleep(1.2)  # the audit lags behind by up to a second
        for number, planted in sessions.items():
            planted.sql_ids = self._list_sql_ids(number)

    def _list_sql_ids(self, session: int) -> frozenset[str]:
        asked = (
            "SELECT DISTINCT SQL_ID FROM oceanbase.GV$OB_SQL_AUDIT"
            f" WHERE SID = {session} AND IS_INNER_SQL = 0 AND SQL_ID <> ''"
            " AND QUERY_SQL NOT LIKE 'SET %' AND QUERY_SQL <> 'SELECT CONNECTION_ID()'"
        )
        with contextlib.closing(self.kernel.connect()) as connection:
            return frozenset(str(sql_id) for (sql_id,) in _ask(connection, asked))

    def _snapshot(self) -> None:
        """Let the workload repository see the load, where it is open to the tenant."""
        with contextlib.suppress(pymysql.MySQLError):
            self.run_alone([SNAPSHOT])


@contextlib.contextmanager
def planted_on(kernel: Kernel, file: CaseFile, kinds: Mapping[str, Kind] = MappingProxyType({})) -> Iterator[Field]:
    """The file planted, its sessions open for the time of the block."""
    field = Field(kernel, file, frozenset(word for word, kind in kinds.items() if kind.nightly))
    try:
        field.plant()
        yield field
    finally:
        field.close()


def _makes_table_of(place: Place, sent: str) -> bool:
    """Whether the statements that are sent, perhaps those of another place, name a table that this one makes."""
    made = {name for statement in place.planted for name in _MADE.findall(statement)}
    return any(re.search(rf"(?<![\w.`]){re.escape(name)}(?![\w`])", sent) for name in made)


def _stands_alone(place: Place) -> bool:
    """Whether a place makes tables of its own and does nothing else, so that no other statement runs otherwise."""
    made = {name for statement in place.planted for name in _MADE.findall(statement)}
    own = [statement for statement in place.planted if not _CHANGES_NOTHING.match(statement)]
    return bool(made) and all(any(_names(statement, name) for name in made) for statement in own)


def _names(statement: str, table: str) -> bool:
    """Whether a statement names a table, with its schema or by its own name in quotes."""
    pattern = rf"(?<![\w.`]){re.escape(table)}(?![\w`])|'{re.escape(table.rsplit('.', maxsplit=1)[-1])}'"
    return re.search(pattern, statement) is not None


def put_days(statement: str) -> str:
    """Put dates in: ``{day-30}`` is the date thirty days ago."""
    today = datetime.now(UTC).date()
    return _DAY.sub(lambda found: (today + timedelta(days=int(found[1]))).isoformat(), statement)


def _ask(connection: pymysql.Connection[Any], statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _send_all(connection: pymysql.Connection[Any], runs: Sequence[Run]) -> Iterator[str]:
    """Send the statements; yield what the server refuses, for a load may be meant to fail."""
    for run in runs:
        for _ in range(run.times):
            try:
                _ask(connection, run.statement)
            except pymysql.MySQLError as error:
                yield f"{error.args[0]} {error.args[-1]}"


def _send_quietly(connection: pymysql.Connection[Any], statements: Sequence[str]) -> None:
    """Wait in this thread, which alone closes the connection: whoever else did would wait for the answer, too."""
    with contextlib.suppress(pymysql.MySQLError, OSError), contextlib.closing(connection):
        for statement in (PATIENCE, *statements):
            connection.cursor().execute(statement)


def _close_quietly(connection: pymysql.Connection[Any]) -> None:
    with contextlib.suppress(pymysql.MySQLError, OSError):
        connection.close()
