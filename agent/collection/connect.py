"""The one door to the customer's database: a single pymysql connection, read-only, timed and budgeted.

Only statements that the gate lets pass are sent. Each carries our marker, by which the customer finds it in
the audit, and hints that keep it short. One reconnect is allowed when the connection breaks, or when we shut it on a
statement that does not end. The server is not trusted: it is told the password only where that is safe, and no more of
an answer is read than was asked for and is left of the budget.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pymysql

from agent.collection import gate, server_errors, tls_errors
from agent.collection.deadline import limit_time
from agent.collection.guarded_driver import (
    AnswerCut,
    GuardedDriver,
    OddAnswer,
    PasswordWithheld,
    check_labels,
    check_width,
)
from agent.collection.only_row import build_only_row
from agent.collection.server_clock import ServerClock
from agent.collection.spending import Spending
from agent.collection.tls_pin import verifies_server
from agent.facts import OWN_MARKER
from agent.facts.own_statements import session
from agent.model.cost import Budget, Cost, Sent
from agent.model.terms import Text, UnavailableKind
from agent.support.errors import ConfigError, ConnectError, NotAuthorized, StatementError, StatementRefused

if TYPE_CHECKING:
    from agent.collection.journal import Journal

    Driver = pymysql.Connection[Any]
else:
    Driver = pymysql.Connection  # generic in its types only

__all__ = ["Budget", "Endpoint", "ReadOnlySession", "Row"]

Row = tuple[Any, ...]
Permit = Callable[[datetime], Text | None]
# A text inside the marker must not be able to end it.
_IN_MARKER = re.compile(r"[A-Za-z0-9_-]{1,100}")
# System tables have no statistics: sampling them for a plan costs the tenant as much as all our statements together.
# Their rows are made one by one, and gathering those into vectors first doubles what an aggregate over them takes.
_HINTS = "QUERY_TIMEOUT({timeout_us}) DYNAMIC_SAMPLING(0) OPT_PARAM('rowsets_enabled', 'false')"
# Seconds that a statement may go on after the limit that the server was given; then we hang up.
_GRACE_S = 1.0
_NAMES_OF = {
    source: [name for name, its in session.DISPENSABLE.items() if its == source]
    for source in session.DISPENSABLE.values()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how to connect. ``password`` is read once, when the connection opens. ``tls`` None is plain text.

    ``dial`` returns a socket that reaches the server through ``via``, a jump host.
    """

    name: str
    host: str
    port: int
    user: str
    password: Callable[[], str]
    tls: ssl.SSLContext | None = None
    connect_timeout_s: int = 10
    via: str = ""
    dial: Callable[[], socket.socket] | None = None


class _Connection(GuardedDriver, Driver):
    """The driver's connection, guarded."""


class ReadOnlySession:
    """A read-only session. It can only ``fetch``; ``cost`` is what it has spent, ``sent`` lists the statements.

    With a journal, every statement is written there before it is sent, and its result after. The customer signed
    no statement of the names in ``withheld``, so those are not sent. ``permit`` returns why nothing may be
    sent at a moment. It is asked before connecting, by our ``clock``, and before each statement, by the server's.
    Raises NotAuthorized where it refuses from the start, or where the server's clock is far from ours.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        budget: Budget,
        assessment_id: str,
        journal: Journal | None = None,
        withheld: frozenset[str] = frozenset(),
        *,
        permit: Permit = lambda moment: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not _IN_MARKER.fullmatch(assessment_id):
            raise ValueError(f"not an assessment id: {assessment_id!r}")
        self.endpoint = endpoint
        self.budget = budget
        self.assessment_id = assessment_id
        self.connections = 0
        self._journal = journal
        self._withheld = withheld
        self._permit, self._own_clock = permit, clock
        self._reconnected = False
        self._opened = self._last_answer = time.perf_counter()
        self._clock: ServerClock | None = None
        self.system_schema = "oceanbase"
        self.server_version = ""
        self._spending = Spending(budget, journal)
        self._connection = self._open_connection()

    @property
    def cost(self) -> Cost:
        """What the session has spent."""
        return self._spending.cost

    @property
    def sent(self) -> list[Sent]:
        """The statements that were sent, in their order."""
        return self._spending.sent

    def __enter__(self) -> ReadOnlySession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.open:
            self._connection.close()

    def fetch(self, sql: str, source: str) -> list[Row]:
        """Return all rows of one statement; each has the columns that were asked for.

        Raises StatementError with its kind for everything else; what was read before stays good.
        """
        shape = gate.check_statement(sql, self.system_schema)
        if not _IN_MARKER.fullmatch(source):
            reason = "its source has no proper name"
            raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))
        if all(self.is_withheld(name) for name in _NAMES_OF.get(source, ("",))):
            text = "The signed authorization does not list this statement, so it is not sent: {source}."
            raise StatementError(Text(text, {"source": source}), UnavailableKind.NOT_GRANTED)
        self._spending.check(source)
        if refusal := self._find_refusal():
            raise StatementError(refusal, UnavailableKind.CLOSED)
        if not self._connection.open:
            text = "The connection to the target was lost, so {source} was not read."
            raise StatementError(Text(text, {"source": source}), UnavailableKind.LOST)
        try:
            return self._send_statement(sql, source, shape, self._spending.left_ms / 1000)
        except StatementError as error:
            if error.kind is UnavailableKind.LOST or not self._connection.open:
                self._reconnect_once(error)
            if error.kind is UnavailableKind.TIMEOUT:
                self._spending.check(source)  # the budget may have ended it, not its own limit
            raise

    def is_withheld(self, name: str) -> bool:
        """Whether the customer did not sign this one of our own statements (``DISPENSABLE``), so it is not sent."""
        return name in self._withheld

    def window_us(self) -> tuple[int, int]:
        """Return when connecting began and the last answer came: microseconds since 1970 by the server's clock."""
        return self._clock.place(self._opened, self._last_answer) if self._clock else (0, 1)

    def _find_refusal(self) -> Text | None:
        return self._permit(self._clock.tell_time() if self._clock else self._own_clock())

    def _send_statement(self, sql: str, source: str, shape: gate.AnswerShape, at_most_s: float = math.inf) -> list[Row]:
        limit_s = min(self.budget.statement_timeout_s, at_most_s)
        dressed = self._attach_hints(sql, source, limit_s)
        if self._journal:
            self._journal.sent(source, dressed)
        connection = self._connection
        connection.expect(shape, self._spending.left_rows, self._spending.left_bytes)
        started = time.perf_counter()
        rows: list[Row] = []
        failed: StatementError | None = None
        try:
            with limit_time(limit_s + _GRACE_S, connection.hang_up), connection.cursor() as cursor:
                cursor.execute(dressed)
                check_labels(cursor.description or (), shape)
                rows = list(cursor.fetchall())
                check_width(rows, len(cursor.description or ()))
                if cursor.nextset():
                    raise OddAnswer(Text("another answer follows"))
        except Exception as error:  # noqa: BLE001 - the driver raises many kinds of errors in the middle of an answer
            failed = _explain_failure(error, source, limit_s)
        self._last_answer = time.perf_counter()
        read = connection.rows_read if failed else len(rows)
        took_ms = (self._last_answer - started) * 1000
        self._spending.record(source, took_ms, read, connection.bytes_read, failed.errno if failed else None)
        if failed:
            raise failed
        return rows

    def _attach_hints(self, sql: str, source: str, limit_s: float) -> str:
        marker = f"/*{OWN_MARKER} {self.assessment_id} {source}*/ "
        hints = _HINTS.format(timeout_us=int(limit_s * 1_000_000))
        return marker + (sql.replace("SELECT ", f"SELECT /*+ {hints} */ ", 1) if sql.startswith("SELECT ") else sql)

    def _reconnect_once(self, cause: StatementError) -> None:
        """Connect again, once. The rest of a broken answer must never be read as the next answer."""
        if self._connection.open:
            self._connection.close()
        if self._reconnected or self._spending.is_spent:
            return
        self._reconnected = True
        try:
            self._connection = self._open_connection()
        except (ConnectError, ConfigError, NotAuthorized):
            raise cause from None

    @property
    def _patience_s(self) -> float:
        return self.budget.statement_timeout_s + _GRACE_S

    def _open_connection(self) -> _Connection:
        endpoint = self.endpoint
        args = {"target": endpoint.name, "host": endpoint.host, "port": str(endpoint.port), "user": endpoint.user}
        connection = self._build_connection(endpoint.password())
        self._require_permit()  # the password may have been waited for
        way = self._dial_jump_host()
        if self._journal:
            self._journal.sent("driver", session.DRIVER)
        try:
            way = way or _dial_server(endpoint)
            with limit_time(endpoint.connect_timeout_s + self._patience_s, connection.hang_up):
                connection.connect(way)
        except Exception as error:  # noqa: BLE001 - as above
            raise self._explain_no_connection(error, args) from None
        self._connection = connection
        self.connections += 1
        try:
            self._spending.record("driver", 0.0, 0, 0, None)  # the driver's own SET NAMES
            self._prepare_session(args)
        except BaseException:
            connection.close()
            raise
        return connection

    def _build_connection(self, password: str) -> _Connection:
        endpoint = self.endpoint
        backstop_s = self._patience_s + _GRACE_S
        return _Connection(
            verifies_server(endpoint.tls),
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=password.encode(),  # the driver would encode it as Latin-1, and cite it in an error
            database="information_schema",
            charset="utf8mb4",
            autocommit=None,
            local_infile=False,
            ssl=endpoint.tls,
            ssl_disabled=endpoint.tls is None,
            connect_timeout=endpoint.connect_timeout_s,
            read_timeout=backstop_s,
            write_timeout=backstop_s,
        )

    def _dial_jump_host(self) -> socket.socket | None:
        """Return a socket through the jump host, or None if there is no jump host."""
        if self.endpoint.dial is None:
            return None
        if self._journal:
            self._journal.through(self.endpoint.via)
        return self.endpoint.dial()

    def _explain_no_connection(self, error: Exception, args: dict[str, Any]) -> ConnectError:
        said, cause = _describe_failure(error), getattr(error, "original_exception", None)
        number = server_errors.read_error_number(said)
        if self._journal:
            self._journal.answered(0.0, 0, 0, number)
        if isinstance(error, PasswordWithheld):
            return tls_errors.explain_withheld(str(error), args)
        if isinstance(cause, ssl.SSLError):
            return tls_errors.explain_tls_failure(cause, args)
        if number == tls_errors.NO_TLS:
            return tls_errors.explain_no_tls(args)
        return server_errors.explain_no_connection(said, args)

    def _require_permit(self) -> None:
        if refusal := self._find_refusal():
            raise NotAuthorized(refusal)

    def _prepare_session(self, args: dict[str, Any]) -> None:
        """Set the session up as every session of ours. Raises NotAuthorized for a clock that is far from ours."""
        try:
            self._send_own(session.SESSION_READ_ONLY, "session")
            self._read_server(args)
            timeout_us = int(self.budget.statement_timeout_s * 1_000_000)
            self._send_own(session.SESSION_SETTINGS.format(timeout_us=timeout_us), "session")
        except StatementError as error:
            raise ConnectError(
                Text("{target}: the session could not be prepared: {reason}", {**args, "reason": error.text})
            ) from None

    def _read_server(self, args: dict[str, Any]) -> None:
        """Read what the server is, and its clock."""
        asked_s = time.perf_counter()

        def read(version: object, server_s: Any) -> tuple[str, ServerClock]:
            times = {"asked_s": asked_s, "answered_s": self._last_answer, "local_s": time.time()}
            return server_errors.cut_name(version), ServerClock(server_s=float(server_s), **times)

        self.server_version, reading = build_only_row(self._send_own(session.SERVER, "server"), "server", read)
        if "oceanbase" not in self.server_version.lower():
            raise ConnectError(
                Text(
                    "{target}: the server at {host}:{port} is not OceanBase (it says {version})."
                    " Check host and port of the target in the engagement.",
                    {**args, "version": self.server_version},
                )
            )
        if apart := reading.explain_apart(self.endpoint.name):
            raise NotAuthorized(apart)
        self._clock = self._clock or reading
        self._require_permit()

    def _send_own(self, sql: str, source: str) -> list[Row]:
        return self._send_statement(sql, source, gate.check_statement(sql))


def _dial_server(endpoint: Endpoint) -> socket.socket:
    try:
        way = socket.create_connection((endpoint.host, endpoint.port), endpoint.connect_timeout_s)
    except (OSError, UnicodeError) as error:
        raise pymysql.OperationalError(server_errors.UNREACHABLE, str(error)) from None
    way.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    way.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return way


def _describe_failure(error: Exception) -> tuple[object, ...]:
    """Return number and message of why no connection was made."""
    if isinstance(error, pymysql.MySQLError):
        return error.args
    if isinstance(error, TimeoutError):
        return server_errors.LOST, str(error)
    return server_errors.UNREADABLE, f"it does not speak the MySQL protocol ({error})"


def _explain_failure(error: Exception, source: str, limit_s: float) -> StatementError:
    for timeout in (error, error.__context__):
        if isinstance(timeout, TimeoutError) and timeout.errno is None:  # with a number it is the network's own
            return server_errors.explain_shut(source, limit_s)
    if isinstance(error, AnswerCut):
        return server_errors.explain_cut(source)
    if isinstance(error, OddAnswer):
        return server_errors.explain_odd_answer(source, error.what)
    if isinstance(error, pymysql.MySQLError):
        return server_errors.explain_failed_statement(error.args, source)
    said = (server_errors.UNREADABLE, f"unreadable answer: {error}")
    return server_errors.explain_failed_statement(said, source)
