"""The one door to the customer's database: a single pymysql connection, read-only, timed and budgeted.

Only statements that the gate lets pass are sent. Each carries our marker, by which the customer finds it in
the audit, and hints that keep it short. One reconnect is allowed when the server breaks the connection.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import pymysql

from agent.collection import gate, server_errors, tls_errors
from agent.collection.deadline import limit_time
from agent.facts import OWN_MARKER
from agent.facts.own_statements import session
from agent.model.cost import Budget, Cost, Sent
from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import ConfigError, ConnectError, StatementError, StatementRefused

if TYPE_CHECKING:
    from agent.collection.journal import Journal

__all__ = ["Budget", "Endpoint", "ReadOnlySession", "Row"]

Row = tuple[Any, ...]
# A text inside the marker must not be able to end it.
_IN_MARKER = re.compile(r"[A-Za-z0-9_-]{1,100}")
# System tables have no statistics: sampling them for a plan costs the tenant as much as all our statements together.
# Their rows are made one by one, and gathering those into vectors first doubles what an aggregate over them takes.
_HINTS = "QUERY_TIMEOUT({timeout_us}) DYNAMIC_SAMPLING(0) OPT_PARAM('rowsets_enabled', 'false')"
# Seconds that the network may add to the server's own limit.
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how to connect. ``password`` is read once, when the connection opens. ``tls`` None is plain text.

    ``dial`` returns a socket that reaches the server through ``via``, a jump host; without it the driver connects.
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


class ReadOnlySession:
    """A read-only session. It can only ``fetch``; ``cost`` is what it has spent, ``sent`` lists the statements.

    With a journal, every statement is written there before it is sent, and its result after. The customer signed
    no statement for the sources in ``withheld``, so nothing is sent for them.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        budget: Budget,
        assessment_id: str,
        journal: Journal | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
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
        self.sent: list[Sent] = []
        self._connection = self._open_connection()

    def __enter__(self) -> ReadOnlySession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.open:
            self._connection.close()

    def fetch(self, sql: str, source: str) -> list[Row]:
        """Return all rows of one statement. Raises StatementError with its kind; the session stays usable."""
        gate.check_statement(sql, self.system_schema)
        if not _IN_MARKER.fullmatch(source):
            reason = "its source has no proper name"
            raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))
        if source in self._withheld:
            text = "The signed authorization does not list this statement, so it is not sent: {source}."
            raise StatementError(Text(text, {"source": source}), UnavailableKind.NOT_GRANTED)
        if not self._connection.open:
            text = "The connection to the target was lost, so {source} was not read."
            raise StatementError(Text(text, {"source": source}), UnavailableKind.LOST)
        self._check_budget(source)
        try:
            return self._send_statement(sql, source, self._compute_left_ms() / 1000)
        except StatementError as error:
            if error.kind is UnavailableKind.LOST or not self._connection.open:
                self._reconnect_once(error)
            if error.kind is UnavailableKind.TIMEOUT:
                self._check_budget(source)  # the budget may have ended it, not its own limit
            raise

    def _check_budget(self, source: str) -> None:
        spent = self.cost
        if self._compute_left_ms() <= 0 or spent.rows >= self.budget.max_rows or spent.bytes >= self.budget.max_bytes:
            args: dict[str, Scalar] = {
                "source": source,
                "spent_ms": spent.database_ms,
                "rows_count": spent.rows,
                "spent_bytes": spent.bytes,
            }
            raise StatementError(
                Text(
                    "The load budget is spent ({spent_ms}, {rows_count} rows, {spent_bytes}); {source} was not read.",
                    args,
                ),
                UnavailableKind.BUDGET,
            )

    def _compute_left_ms(self) -> float:
        return self.budget.total_database_ms - self.cost.database_ms

    def window_us(self) -> tuple[int, int]:
        """Return when connecting began and the last answer came: microseconds since 1970 by the server's clock."""
        earlier, later = self._clock or (0.0, 0.0)
        return int((self._opened + earlier) * 1_000_000), int((self._last_answer + later) * 1_000_000) + 1

    def _send_statement(self, sql: str, source: str, at_most_s: float = math.inf) -> list[Row]:
        dressed = self._attach_hints(sql, source, at_most_s)
        if self._journal:
            self._journal.sent(source, dressed)
        started = time.perf_counter()
        rows: list[Row] = []
        failed: StatementError | None = None
        try:
            with (
                limit_time(self._patience_s, lambda: _shut_socket(self._connection)),
                self._connection.cursor() as cursor,
            ):
                cursor.execute(dressed)
                rows = list(cursor.fetchall())
        except pymysql.MySQLError as error:
            failed = server_errors.explain_failed_statement(error.args, source)
        except TimeoutError as error:
            failed = server_errors.explain_failed_statement((server_errors.LOST, str(error)), source)
        except Exception as error:  # noqa: BLE001 - the driver raises many kinds of errors in the middle of an answer
            failed = server_errors.explain_failed_statement(
                (server_errors.UNREADABLE, f"unreadable answer: {error}"), source
            )
        self._record_cost(source, (time.perf_counter() - started) * 1000, rows, failed.errno if failed else None)
        if failed:
            raise failed
        return rows

    def _attach_hints(self, sql: str, source: str, at_most_s: float) -> str:
        marker = f"/*{OWN_MARKER} {self.assessment_id} {source}*/ "
        timeout_us = int(min(self.budget.statement_timeout_s, at_most_s) * 1_000_000)
        return marker + sql.replace("SELECT ", f"SELECT /*+ {_HINTS.format(timeout_us=timeout_us)} */ ", 1)

    def _record_cost(self, source: str, duration_ms: float, rows: list[Row], errno: int | None) -> None:
        cost, size = self.cost, sum(_measure_bytes(value) for row in rows for value in row)
        self.cost = Cost(
            statements=cost.statements + 1,
            database_ms=cost.database_ms + duration_ms,
            longest_ms=max(cost.longest_ms, duration_ms),
            rows=cost.rows + len(rows),
            bytes=cost.bytes + size,
        )
        self.sent.append(Sent(source, duration_ms, len(rows), errno))
        self._last_answer = time.perf_counter()
        if self._journal:
            self._journal.answered(duration_ms, len(rows), size, errno)

    def _reconnect_once(self, cause: StatementError) -> None:
        """Connect again, once. The rest of a broken answer must never be read as the next answer."""
        if self._connection.open:
            self._connection.close()
        if self._reconnected:
            return
        self._reconnected = True
        try:
            self._connection = self._open_connection()
        except (ConnectError, ConfigError):
            raise cause from None

    @property
    def _patience_s(self) -> float:
        return self.budget.statement_timeout_s + _GRACE_S

    def _open_connection(self) -> pymysql.Connection[Any]:
        endpoint = self.endpoint
        args = {"target": endpoint.name, "host": endpoint.host, "port": str(endpoint.port), "user": endpoint.user}
        password = endpoint.password().encode()  # the driver would encode it as Latin-1, and cite it in an error
        way = self._dial_jump_host()
        if self._journal:
            self._journal.sent("driver", session.DRIVER)
        connection: pymysql.Connection[Any] = pymysql.Connection(
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=password,
            database="information_schema",
            charset="utf8mb4",
            autocommit=None,
            local_infile=False,
            ssl=endpoint.tls,
            ssl_disabled=endpoint.tls is None,
            connect_timeout=endpoint.connect_timeout_s,
            read_timeout=self._patience_s,
            write_timeout=self._patience_s,
            defer_connect=True,
            auth_plugin_map=dict.fromkeys(("mysql_clear_password", "dialog"), _refuse_password),
        )
        try:
            with limit_time(endpoint.connect_timeout_s + self._patience_s, lambda: _shut_socket(connection)):
                connection.connect(way)
        except pymysql.MySQLError as error:
            raise self._build_connect_error(error.args, args, getattr(error, "original_exception", None)) from None
        except TimeoutError as error:
            raise self._build_connect_error((server_errors.LOST, str(error)), args) from None
        except Exception as error:  # noqa: BLE001 - as above
            garbled = f"it does not speak the MySQL protocol ({error})"
            raise self._build_connect_error((server_errors.UNREADABLE, garbled), args) from None
        self._connection = connection
        self.connections += 1
        try:
            self._record_cost("driver", 0.0, [], None)  # the driver's own SET NAMES
            self._prepare_session(args)
        except BaseException:
            connection.close()
            raise
        return connection

    def _dial_jump_host(self) -> socket.socket | None:
        """Return a socket through the jump host, or None if there is no jump host."""
        if self.endpoint.dial is None:
            return None
        if self._journal:
            self._journal.through(self.endpoint.via)
        return self.endpoint.dial()

    def _build_connect_error(
        self, said: tuple[object, ...], args: dict[str, Any], cause: object = None
    ) -> ConnectError:
        if self._journal:
            self._journal.answered(0.0, 0, 0, server_errors.read_error_number(said))
        if isinstance(cause, ssl.SSLError):
            return tls_errors.explain_tls_failure(cause, args)
        if server_errors.read_error_number(said) == tls_errors.NO_TLS:
            return tls_errors.explain_no_tls(args)
        return server_errors.explain_no_connection(said, args)

    def _prepare_session(self, args: dict[str, Any]) -> None:
        try:
            self._send_statement(session.SESSION_READ_ONLY, "session")
            asked = time.perf_counter()
            version, server_time = self._send_statement(session.SERVER, "server")[0]
            self.server_version = version = str(version)
            # The server read its clock between these two moments of ours.
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
            self._send_statement(session.SESSION_SETTINGS.format(timeout_us=timeout_us), "session")
        except (StatementError, LookupError, ValueError, TypeError) as error:
            reason = str(error.text.args.get("reason")) if isinstance(error, StatementError) else "unreadable answer"
            raise ConnectError(
                Text("{target}: the session could not be prepared: {reason}", {**args, "reason": reason})
            ) from None


def _refuse_password(_connection: object) -> NoReturn:
    """Refuse the ways of logging in that send the password in clear: any server there would learn it."""
    raise pymysql.OperationalError(2059, "the server asks for the password in clear, and is not given it")


def _measure_bytes(value: Any) -> int:
    """Return about how many bytes the value took on the network: the protocol sends text."""
    if isinstance(value, bytes):
        return len(value)
    return 0 if value is None else len(str(value).encode("utf-8", "replace"))


def _shut_socket(connection: pymysql.Connection[Any]) -> None:
    """Shut the socket, called from another thread: a blocked read then ends."""
    sock: socket.socket | None = connection._sock  # type: ignore[attr-defined]  # the driver has no public way
    with contextlib.suppress(OSError):
        if sock:
            sock.shutdown(socket.SHUT_RDWR)
