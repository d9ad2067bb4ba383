"""The one door to the customer's database: a single pymysql connection, read-only, timed and budgeted.

Nothing is sent but what ``agent.gate`` lets pass. Each statement carries our marker, by which the customer finds
it in the audit, and a timeout hint. One reconnect is allowed when the server breaks the connection.
"""

from __future__ import annotations

import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pymysql

from agent import gate
from agent.errors import ConnectError, StatementError
from agent.facts import OWN_MARKER, server
from agent.model import Cost
from agent.terms import Scalar, Text, UnavailableKind

Row = tuple[Any, ...]
_KINDS = {
    1142: UnavailableKind.PRIVILEGE, 1143: UnavailableKind.PRIVILEGE, 1044: UnavailableKind.PRIVILEGE,
    1227: UnavailableKind.PRIVILEGE, 1370: UnavailableKind.PRIVILEGE,
    1146: UnavailableKind.NO_VIEW, 1054: UnavailableKind.NO_COLUMN, 1049: UnavailableKind.NO_VIEW,
    4012: UnavailableKind.TIMEOUT, 1317: UnavailableKind.TIMEOUT, 3024: UnavailableKind.TIMEOUT, 6212: UnavailableKind.TIMEOUT,
}  # fmt: skip
_LOST = frozenset({0, 2006, 2013, 2014, 2055, 5066})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to connect. ``password`` is read once, when the connection opens. ``tls`` None is plain text."""

    name: str
    host: str
    port: int
    user: str
    password: Callable[[], str]
    tls: ssl.SSLContext | None = None
    connect_timeout_s: int = 10


@dataclass(frozen=True, slots=True)
class Budget:
    """What one assessment may cost the target."""

    statement_timeout_s: float = 10.0
    total_database_ms: float = 30_000.0
    max_rows: int = 200_000


class Session:
    """A read-only session. ``fetch`` is all it can do; ``cost`` is what it has spent."""

    def __init__(self, endpoint: Endpoint, budget: Budget, assessment_id: str) -> None:
        self.endpoint = endpoint
        self._budget = budget
        self._assessment_id = assessment_id
        self._reconnected = False
        self.system_schema = "oceanbase"
        self.server_version = ""
        self.cost = Cost()
        self._connection = self._open()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection.open:
            self._connection.close()

    def fetch(self, sql: str, source: str) -> list[Row]:
        """All rows of one statement. Raises StatementError with its kind; the session stays usable."""
        gate.check(sql, self.system_schema)
        self._within_budget(source)
        try:
            return self._run(sql, source)
        except StatementError as error:
            broken = error.kind is UnavailableKind.LOST or not self._connection.open
            if broken and not self._reconnected:
                self._reconnected = True
                self._reopen(error)
            raise

    def _within_budget(self, source: str) -> None:
        spent, budget = self.cost, self._budget
        if spent.database_ms >= budget.total_database_ms or spent.rows >= budget.max_rows:
            args: dict[str, Scalar] = {"source": source, "spent_ms": spent.database_ms, "rows_count": spent.rows}
            raise StatementError(
                Text("The load budget is spent ({spent_ms}, {rows_count} rows); {source} was not read.", args),
                UnavailableKind.BUDGET,
            )

    def _run(self, sql: str, source: str) -> list[Row]:
        started = time.perf_counter()
        rows: list[Row] = []
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(self._dressed(sql, source))
                rows = list(cursor.fetchall())
            return rows
        except pymysql.MySQLError as error:
            raise _classified(error, source) from None
        except (UnicodeError, ValueError, LookupError, struct.error) as error:
            # The driver gave up in the middle of an answer: what is left of it would be taken for the next one.
            raise _classified(pymysql.MySQLError(0, f"unreadable answer: {error}"), source) from None
        finally:
            self._spend((time.perf_counter() - started) * 1000, len(rows))

    def _dressed(self, sql: str, source: str) -> str:
        marker = f"/*{OWN_MARKER} {self._assessment_id} {source}*/ "
        timeout_us = int(self._budget.statement_timeout_s * 1_000_000)
        return marker + sql.replace("SELECT ", f"SELECT /*+ QUERY_TIMEOUT({timeout_us}) */ ", 1)

    def _spend(self, duration_ms: float, rows: int) -> None:
        cost = self.cost
        self.cost = Cost(
            cost.statements + 1, cost.database_ms + duration_ms, max(cost.longest_ms, duration_ms), cost.rows + rows
        )

    def _reopen(self, cause: StatementError) -> None:
        self._connection.close()
        try:
            self._connection = self._open()
        except ConnectError:
            raise cause from None

    def _open(self) -> pymysql.Connection[Any]:
        endpoint = self.endpoint
        args = {"target": endpoint.name, "host": endpoint.host, "port": str(endpoint.port), "user": endpoint.user}
        read_timeout = int(self._budget.statement_timeout_s) + 5
        try:
            connection: pymysql.Connection[Any] = pymysql.connect(
                host=endpoint.host, port=endpoint.port, user=endpoint.user, password=endpoint.password(),
                database="information_schema", charset="utf8mb4", autocommit=None, local_infile=False, ssl=endpoint.tls,
                ssl_disabled=endpoint.tls is None, connect_timeout=endpoint.connect_timeout_s,
                read_timeout=read_timeout, write_timeout=read_timeout,
            )  # fmt: skip
        except pymysql.MySQLError as error:
            raise _connect_error(error, args) from None
        except (ValueError, LookupError, struct.error) as error:
            raise _connect_error(pymysql.MySQLError(0, f"it does not speak the MySQL protocol ({error})"), args) from None
        self._connection = connection
        self._spend(0.0, 0)  # the driver's own SET NAMES
        try:
            self._prepare(args)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, args: dict[str, Any]) -> None:
        try:
            self._run(server.SESSION_READ_ONLY, "session")
            version = str(self._run(server.SERVER, "server")[0][0])
            self.server_version = version
            if "oceanbase" not in version.lower():
                raise ConnectError(
                    Text(
                        "{target}: the server at {host}:{port} is not OceanBase (it says {version})."
                        " Check host and port of the target in the engagement.",
                        {**args, "version": version},
                    )
                )
            timeout_us = int(self._budget.statement_timeout_s * 1_000_000)
            self._run(server.SESSION_SETTINGS.format(timeout_us=timeout_us), "session")
        except StatementError as error:
            raise ConnectError(
                Text("{target}: the session could not be prepared: {reason}", {**args, "reason": str(error.text.args.get("reason"))})
            ) from None


def _classified(error: pymysql.MySQLError, source: str) -> StatementError:
    """A server or client error as one of ours; its text never carries a statement."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = str(error.args[-1] if error.args else error)[:300]
    broken = number in _LOST  # 0 is the driver's own: packets out of order
    kind = UnavailableKind.LOST if broken else _KINDS.get(number, UnavailableKind.ERROR)
    if number == 2013 and "timed out" in message:  # the server did not heed its own limit: the driver hung up
        kind = UnavailableKind.TIMEOUT
    args = {"source": source, "number": str(number), "reason": message}
    return StatementError(Text("{source}: the server answered error {number}: {reason}", args), kind, number)


def _connect_error(error: pymysql.MySQLError, args: dict[str, Any]) -> ConnectError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    values = {**args, "number": str(number), "reason": str(error.args[-1] if error.args else error)[:300]}
    if number == 1045:
        return ConnectError(
            Text(
                "{target}: {host}:{port} refused the account {user} or its password (error 1045)."
                " Check user and password reference of the target, and the account's allowed hosts.",
                values,
            )
        )
    if number in (2003, 2005):
        return ConnectError(
            Text(
                "{target}: {host}:{port} cannot be reached ({reason})."
                " Check host, port, the whitelist of the tenant and the network between.",
                values,
            )
        )
    return ConnectError(Text("{target}: connecting to {host}:{port} failed with error {number}: {reason}", values))
