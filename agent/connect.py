"""The one door to the customer's database: a single pymysql connection, read-only, timed and budgeted.

Nothing is sent but what ``agent.gate`` lets pass. Each statement carries our marker, by which the customer finds
it in the audit, and a timeout hint. One reconnect is allowed when the server breaks the connection.
"""

from __future__ import annotations

import math
import re
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pymysql

from agent import gate
from agent.errors import ConnectError, StatementError, StatementRefused
from agent.facts import OWN_MARKER, server
from agent.spending import Budget, Cost
from agent.terms import Scalar, Text, UnavailableKind

if TYPE_CHECKING:
    from agent.journal import Journal

__all__ = ["Budget", "Endpoint", "Row", "Session"]

Row = tuple[Any, ...]
_KINDS = {
    1142: UnavailableKind.PRIVILEGE, 1143: UnavailableKind.PRIVILEGE, 1044: UnavailableKind.PRIVILEGE,
    1227: UnavailableKind.PRIVILEGE, 1370: UnavailableKind.PRIVILEGE,
    1146: UnavailableKind.NO_VIEW, 1054: UnavailableKind.NO_COLUMN, 1049: UnavailableKind.NO_VIEW,
    4012: UnavailableKind.TIMEOUT, 1317: UnavailableKind.TIMEOUT, 3024: UnavailableKind.TIMEOUT,
    6212: UnavailableKind.TIMEOUT,
}  # fmt: skip
_LOST = frozenset({0, 2006, 2013, 2014, 2055, 5066})
# What stands in the marker must not be able to end it.
_IN_MARKER = re.compile(r"[A-Za-z0-9_-]{1,100}")


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


class Session:
    """A read-only session. ``fetch`` is all it can do; ``cost`` is what it has spent.

    With a journal, every statement is written there before it is sent, and its result after. For the sources in
    ``withheld`` the customer signed no statement: nothing is sent for them.
    """

    def __init__(
        self, endpoint: Endpoint, budget: Budget, assessment_id: str, journal: Journal | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        if not _IN_MARKER.fullmatch(assessment_id):
            raise ValueError(f"not an assessment id: {assessment_id!r}")
        self.endpoint = endpoint
        self.budget = budget
        self.assessment_id = assessment_id
        self.connections = 0
        self._journal = journal
        self._withheld = withheld
        self._reconnected = False
        self._opened = self._last_answer = time.perf_counter()
        self._clock: tuple[float, float] | None = None
        self.system_schema = "oceanbase"
        self.server_version = ""
        self.cost = Cost()
        self._connection = self._open()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.open:
            self._connection.close()

    def fetch(self, sql: str, source: str) -> list[Row]:
        """All rows of one statement. Raises StatementError with its kind; the session stays usable."""
        gate.check(sql, self.system_schema)
        if not _IN_MARKER.fullmatch(source):
            reason = "its source has no proper name"
            raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))
        if source in self._withheld:
            text = "The signed authorization does not list this statement, so it is not sent: {source}."
            raise StatementError(Text(text, {"source": source}), UnavailableKind.NOT_GRANTED)
        self._within_budget(source)
        try:
            return self._run(sql, source, self._left_ms() / 1000)
        except StatementError as error:
            broken = error.kind is UnavailableKind.LOST or not self._connection.open
            if broken and not self._reconnected:
                self._reconnected = True
                self._reopen(error)
            if error.kind is UnavailableKind.TIMEOUT:
                self._within_budget(source)  # it may have met the end of the budget, not its own limit
            raise

    def _within_budget(self, source: str) -> None:
        spent = self.cost
        if self._left_ms() <= 0 or spent.rows >= self.budget.max_rows or spent.bytes >= self.budget.max_bytes:
            args: dict[str, Scalar] = {
                "source": source, "spent_ms": spent.database_ms, "rows_count": spent.rows, "spent_bytes": spent.bytes,
            }  # fmt: skip
            raise StatementError(
                Text(
                    "The load budget is spent ({spent_ms}, {rows_count} rows, {spent_bytes}); {source} was not read.",
                    args,
                ),
                UnavailableKind.BUDGET,
            )

    def _left_ms(self) -> float:
        return self.budget.total_database_ms - self.cost.database_ms

    def window_us(self) -> tuple[int, int]:
        """From before connecting until the last answer, in microseconds since 1970 by the server's clock."""
        earlier, later = self._clock or (0.0, 0.0)
        return int((self._opened + earlier) * 1_000_000), int((self._last_answer + later) * 1_000_000) + 1

    def _run(self, sql: str, source: str, at_most_s: float = math.inf) -> list[Row]:
        dressed = self._dressed(sql, source, at_most_s)
        if self._journal:
            self._journal.sent(source, dressed)
        started = time.perf_counter()
        rows: list[Row] = []
        failed: StatementError | None = None
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(dressed)
                rows = list(cursor.fetchall())
        except pymysql.MySQLError as error:
            failed = _classified(error, source)
        except (UnicodeError, ValueError, LookupError, struct.error) as error:
            # The driver gave up in the middle of an answer: what is left of it would be taken for the next one.
            failed = _classified(pymysql.MySQLError(0, f"unreadable answer: {error}"), source)
        self._spend((time.perf_counter() - started) * 1000, rows, failed.errno if failed else None)
        if failed:
            raise failed
        return rows

    def _dressed(self, sql: str, source: str, at_most_s: float) -> str:
        marker = f"/*{OWN_MARKER} {self.assessment_id} {source}*/ "
        timeout_us = int(min(self.budget.statement_timeout_s, at_most_s) * 1_000_000)
        return marker + sql.replace("SELECT ", f"SELECT /*+ QUERY_TIMEOUT({timeout_us}) */ ", 1)

    def _spend(self, duration_ms: float, rows: list[Row], errno: int | None) -> None:
        cost, size = self.cost, sum(_size(value) for row in rows for value in row)
        self.cost = Cost(
            cost.statements + 1, cost.database_ms + duration_ms, max(cost.longest_ms, duration_ms),
            cost.rows + len(rows), cost.bytes + size,
        )  # fmt: skip
        self._last_answer = time.perf_counter()
        if self._journal:
            self._journal.answered(duration_ms, len(rows), size, errno)

    def _reopen(self, cause: StatementError) -> None:
        self._connection.close()
        try:
            self._connection = self._open()
        except ConnectError:
            raise cause from None

    def _open(self) -> pymysql.Connection[Any]:
        endpoint = self.endpoint
        args = {"target": endpoint.name, "host": endpoint.host, "port": str(endpoint.port), "user": endpoint.user}
        read_timeout = int(self.budget.statement_timeout_s) + 5
        if self._journal:
            self._journal.sent("driver", server.DRIVER)
        try:
            connection: pymysql.Connection[Any] = pymysql.connect(
                host=endpoint.host, port=endpoint.port, user=endpoint.user, password=endpoint.password(),
                database="information_schema", charset="utf8mb4", autocommit=None, local_infile=False, ssl=endpoint.tls,
                ssl_disabled=endpoint.tls is None, connect_timeout=endpoint.connect_timeout_s,
                read_timeout=read_timeout, write_timeout=read_timeout,
            )  # fmt: skip
        except pymysql.MySQLError as error:
            raise self._not_connected(error, args) from None
        except (ValueError, LookupError, struct.error) as error:
            garbled = pymysql.MySQLError(0, f"it does not speak the MySQL protocol ({error})")
            raise self._not_connected(garbled, args) from None
        self._connection = connection
        self.connections += 1
        self._spend(0.0, [], None)  # the driver's own SET NAMES
        try:
            self._prepare(args)
        except BaseException:
            connection.close()
            raise
        return connection

    def _not_connected(self, error: pymysql.MySQLError, args: dict[str, Any]) -> ConnectError:
        if self._journal:
            self._journal.answered(0.0, 0, 0, _number(error))
        return _connect_error(error, args)

    def _prepare(self, args: dict[str, Any]) -> None:
        try:
            self._run(server.SESSION_READ_ONLY, "session")
            asked = time.perf_counter()
            version, server_time = self._run(server.SERVER, "server")[0]
            self.server_version = version = str(version)
            # Which of our moments the server's answer belongs to is known between these two.
            self._clock = self._clock or (float(server_time) - self._last_answer, float(server_time) - asked)
            if "oceanbase" not in version.lower():
                raise ConnectError(
                    Text(
                        "{target}: the server at {host}:{port} is not OceanBase (it says {version})."
                        " Check host and port of the target in the engagement.",
                        {**args, "version": version},
                    )
                )
            timeout_us = int(self.budget.statement_timeout_s * 1_000_000)
            self._run(server.SESSION_SETTINGS.format(timeout_us=timeout_us), "session")
        except (StatementError, LookupError, ValueError, TypeError) as error:
            reason = str(error.text.args.get("reason")) if isinstance(error, StatementError) else "unreadable answer"
            raise ConnectError(
                Text("{target}: the session could not be prepared: {reason}", {**args, "reason": reason})
            ) from None


def _size(value: Any) -> int:
    """Bytes of a value as it was sent, nearly: the protocol sends text."""
    if isinstance(value, bytes):
        return len(value)
    return 0 if value is None else len(str(value).encode("utf-8", "replace"))


def _number(error: pymysql.MySQLError) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _classified(error: pymysql.MySQLError, source: str) -> StatementError:
    """A server or client error as one of ours; its text never carries a statement."""
    number = _number(error)
    message = str(error.args[-1] if error.args else error)[:300]
    broken = number in _LOST  # 0 is the driver's own: packets out of order
    kind = UnavailableKind.LOST if broken else _KINDS.get(number, UnavailableKind.ERROR)
    if number == 2013 and "timed out" in message:  # the server did not heed its own limit: the driver hung up
        kind = UnavailableKind.TIMEOUT
    args = {"source": source, "number": str(number), "reason": message}
    return StatementError(Text("{source}: the server answered error {number}: {reason}", args), kind, number)


def _connect_error(error: pymysql.MySQLError, args: dict[str, Any]) -> ConnectError:
    number = _number(error)
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
