"""A server that cannot be reached or is none: each one clear message, none of it secret."""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import pymysql
import pytest
from pymysql.constants import CLIENT

from agent.collection import connect
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.journal import Journal
from agent.collection.server_errors import is_shut
from agent.facts.own_statements.session import DRIVER
from agent.model.terms import Text, UnavailableKind
from agent.support.errors import ConfigError, ConnectError, NotAuthorized, StatementError, StatementRefused
from agent.support.i18n import render_text
from tests.faults.fake_server import Answer, FakeServer, error, rows, serving


def refusal(host: str, port: int) -> str:
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(
            Endpoint(
                name="shop", host=host, port=port, user="reader@orders", password=lambda: "s3cret", connect_timeout_s=3
            ),
            Budget(3.0),
            "x",
        )
    said = render_text(error.value.text, "en")
    assert said.startswith("shop: ") and re.search(rf"\b{re.escape(host)}:{port}\b", said) and "s3cret" not in said
    return said


def test_a_closed_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        said = refusal("127.0.0.1", probe.getsockname()[1])
    assert "cannot be reached" in said and "whitelist" in said


def test_a_host_that_does_not_exist() -> None:
    assert "cannot be reached" in refusal("no-such-host.invalid", 2881)


@contextlib.contextmanager
def saying(greeting: bytes) -> Iterator[int]:
    """A server that says this to everybody and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(greeting)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
    thread.join(timeout=5)


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x01\x00\x00\x00\x0a",
        b"\x00\x00\x00\x00",
        b"\x05\x00\x00\x00\x0a5.7\x00",
        b"\x17\x00\x00\x00\xff\x10\x04Too many connections",
        b"\xff" * 64,
        b"\x03\x00\x00\x00\xff\xff\xff",
    ],
)
def test_something_else_listens_there(greeting: bytes) -> None:
    with saying(greeting) as port:
        assert "failed with error" in refusal("127.0.0.1", port)


@pytest.mark.parametrize("asked", [b"mysql_clear_password\0", b"dialog\0\x05Password: "])
def test_a_server_that_asks_for_the_password_in_clear_is_not_given_it(asked: bytes) -> None:
    capabilities = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.PLUGIN_AUTH | CLIENT.CONNECT_WITH_DB
    lower, upper = struct.pack("<I", capabilities)[:2], struct.pack("<I", capabilities)[2:]
    greeting = b"\x0a5.7.25-OceanBase\0" + b"\1\0\0\0" + b"s" * 8 + b"\0" + lower + b"\x2d\2\0" + upper
    greeting += b"\x15" + b"\0" * 10 + b"s" * 12 + b"\0" + b"mysql_native_password\0"
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.sendall(_packet(0, greeting))
                heard.extend(connection.recv(65536))
                connection.sendall(_packet(2, b"\xfe" + asked))
                while data := connection.recv(65536):
                    heard.extend(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert "asks for the password in clear" in refusal("127.0.0.1", listener.getsockname()[1])
        thread.join(timeout=10)
    assert b"reader" in heard and b"s3cret" not in heard and not thread.is_alive()
    (wishes,) = struct.unpack("<I", heard[4:8])
    assert not wishes & CLIENT.LOCAL_FILES, "a server may ask for any file of a client that says it sends some"


def _packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


@pytest.mark.parametrize(
    ("sql", "dressed"),
    [
        ("SELECT 1", rb"/\*ob-health t-1 thing\*/ SELECT /\*\+ [^*]*QUERY_TIMEOUT\(\d+\)[^*]* \*/ 1"),
        ("SHOW GRANTS", rb"/\*ob-health t-1 thing\*/ SHOW GRANTS"),
        (
            "SHOW CREATE TABLE `shop`.`SELECT 1`",
            rb"/\*ob-health t-1 thing\*/ SHOW CREATE TABLE `shop`\.`SELECT 1`",
        ),
    ],
)
def test_hints_go_into_a_select_and_nowhere_else(sql: str, dressed: bytes) -> None:
    def script(sent: str) -> Answer | None:
        return rows(["Table", "Create Table"]) if "CREATE TABLE" in sent else None

    with serving(FakeServer(script=script)) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.0), "t-1") as session:
            session.fetch(sql, "thing")
        assert re.search(rb"\x03" + dressed + rb"(?=\x01|\x03|$)", bytes(server.heard)), bytes(server.heard)[-200:]


def test_a_statement_leaves_at_once_and_a_dead_peer_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Endpoint(name="s", host="127.0.0.1", port=listener.getsockname()[1], user="r", password=str)
        with connect._dial_server(endpoint) as way:
            assert way.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert way.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert way.gettimeout() == endpoint.connect_timeout_s == 10


@pytest.mark.parametrize("password", ["密码", "pässword", "😀"])
def test_letters_that_are_not_latin_are_no_error_that_cites_them(password: str) -> None:
    with saying(b"") as port, pytest.raises(ConnectError) as error:
        ReadOnlySession(
            Endpoint(name="shop", host="127.0.0.1", port=port, user="r", password=lambda: password), Budget(3.0), "x"
        )
    said = render_text(error.value.text, "en")
    assert "codec" not in said and "2013" in said, said


def test_a_password_that_cannot_be_had_is_the_configurations_own_error() -> None:
    def missing() -> str:
        raise ConfigError("the variable ORDERS_PASSWORD is not set")

    with pytest.raises(ConfigError, match="ORDERS_PASSWORD"):
        ReadOnlySession(Endpoint(name="shop", host="127.0.0.1", port=1, user="r", password=missing), Budget(), "x")


def test_what_a_session_has_set_and_spent_once_it_is_open() -> None:
    with serving(FakeServer()) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.5), "t-1") as session:
            assert (session.connections, session.cost.statements) == (1, 4)
            assert [sent.source for sent in session.sent] == ["driver", "session", "server", "session"]
            began_us, ended_us = session.window_us()
            assert 0 < ended_us - began_us < 60_000_000
            heard = bytes(server.heard)
            assert heard.count(b"_timeout = 2500000,") == 2, "in microseconds, for statement and transaction"
            session.fetch("SELECT 1", "thing")
            assert session.cost.statements == 5 and session.window_us()[1] > ended_us


@pytest.mark.parametrize("name", ["", "a b", "x*/", "x" * 101])
def test_no_name_can_end_the_marker(name: str) -> None:
    endpoint = Endpoint(name="shop", host="127.0.0.1", port=1, user="r", password=str)
    with pytest.raises(ValueError, match="not an assessment id"):
        ReadOnlySession(endpoint, Budget(), name)


def _failure(error: Exception, context: Exception | None = None) -> tuple[UnavailableKind, bool]:
    error.__context__ = context
    found = connect._explain_failure(error, "Memstore", 10.0)
    return found.kind, is_shut(found.text)


def test_a_statement_that_we_ended_is_told_from_a_network_that_ended_it() -> None:
    lost, shut = (UnavailableKind.LOST, False), (UnavailableKind.TIMEOUT, True)
    assert _failure(TimeoutError()) == shut
    assert _failure(pymysql.OperationalError(2013, "lost"), TimeoutError()) == shut
    assert _failure(TimeoutError(errno.ETIMEDOUT, "timed out")) == lost
    assert _failure(pymysql.OperationalError(2013, "lost"), TimeoutError(errno.ETIMEDOUT, "timed out")) == lost
    assert _failure(ValueError("odd bytes")) == lost
    assert _failure(pymysql.OperationalError(1142, "no")) == (UnavailableKind.PRIVILEGE, False)


@pytest.mark.parametrize(
    ("withheld", "source", "is_sent"),
    [
        ((), "receipt", True),
        (("receipt",), "receipt", True),  # the other statement of this source is signed
        (("receipt_by_marker",), "receipt", True),
        (("receipt", "receipt_by_marker"), "receipt", False),
        (("receipt", "receipt_by_marker"), "load", True),
        (("load",), "load", False),
        (("load",), "thing", True),
    ],
)
def test_what_the_customer_did_not_sign_of_our_own_is_not_sent(
    withheld: tuple[str, ...], source: str, is_sent: bool
) -> None:
    with serving(FakeServer()) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.0), "t-1", withheld=frozenset(withheld)) as session:
            if is_sent:
                session.fetch("SELECT 1", source)
            else:
                with pytest.raises(StatementError) as error:
                    session.fetch("SELECT 1", source)
                assert error.value.kind is UnavailableKind.NOT_GRANTED
            assert session.cost.statements == 4 + is_sent
            assert [session.is_withheld(name) for name in withheld] == [True] * len(withheld)


@pytest.mark.parametrize("part", ["READ ONLY", "time_zone"])
def test_why_a_session_could_not_be_prepared_is_told(part: str) -> None:
    def refuse(sql: str) -> Answer | None:
        return error(1193, b"Unknown system variable 'made_up'") if part in sql else None

    with serving(FakeServer(script=refuse)) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with pytest.raises(ConnectError) as refused, ReadOnlySession(endpoint, Budget(2.0), "t-1"):
            pass
    said = render_text(refused.value.text, "en")
    assert "could not be prepared" in said and "made_up" in said and said.startswith("shop")


@pytest.mark.parametrize("name", ["", "a b", "x*/", "x" * 101])
def test_no_source_can_end_the_marker(name: str) -> None:
    with serving(FakeServer()) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.0), "t-1") as session, pytest.raises(StatementRefused):
            session.fetch("SELECT 1", name)


def test_a_moment_that_is_not_permitted_sends_nothing() -> None:
    refusing: list[str] = []

    def permit(moment: datetime) -> Text | None:
        return Text("Not now.") if refusing else None

    with serving(FakeServer()) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.0), "t-1", permit=permit) as session:
            session.fetch("SELECT 1", "thing")
            refusing.append("from now on")
            with pytest.raises(StatementError) as error:
                session.fetch("SELECT 1", "thing")
            assert (error.value.kind, session.cost.statements) == (UnavailableKind.CLOSED, 5)
        logins = server.logins
        with pytest.raises(NotAuthorized):
            ReadOnlySession(endpoint, Budget(2.0), "t-1", permit=permit)
        assert server.logins == logins, "nothing is connected"


def test_one_reconnect_and_no_more() -> None:
    def script(sent: str) -> Answer | None:
        return [b"\xff"] if "LIKE" in sent else None

    with serving(FakeServer(script=script)) as server:
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x")
        with ReadOnlySession(endpoint, Budget(2.0), "t-1") as session:
            for connections in (2, 2):
                with pytest.raises(StatementError):
                    session.fetch("SELECT 1 WHERE 'a' LIKE 'a'", "thing")
                assert session.connections == connections
            with pytest.raises(StatementError) as error:
                session.fetch("SELECT 1", "thing")
            assert error.value.kind is UnavailableKind.LOST
            assert "was lost, so thing was not read" in render_text(error.value.text, "en")


@pytest.mark.parametrize("version", [b"8.0.36", b"5.7.25-MariaDB"])
def test_another_product_is_named(version: bytes) -> None:
    with serving(FakeServer(version=version)) as server:
        said = refusal("127.0.0.1", server.port)
    assert f"is not OceanBase (it says {version.decode()})" in said


class Kept:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.costs: list[tuple[float, int]] = []

    def through(self, via: str) -> None:
        self.told.append(("through", via))

    def sent(self, source: str, statement: str) -> None:
        self.told.append(("sent", source, statement.partition("*/ ")[2] or statement))

    def answered(self, duration_ms: float, rows: int, size: int, errno: int | None) -> None:
        self.told.append(("answered", rows, errno))
        self.costs.append((duration_ms, size))


@pytest.mark.parametrize("via", ["", "jump.example"])
def test_the_journal_has_what_is_sent_before_it_leaves_the_drivers_own_too(via: str) -> None:
    kept = Kept()
    with serving(FakeServer()) as server:
        endpoint = Endpoint(
            name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x", via=via,
            dial=(lambda: socket.create_connection(("127.0.0.1", server.port))) if via else None,
        )  # fmt: skip
        with ReadOnlySession(endpoint, Budget(2.0), "t-1", cast(Journal, kept)) as session:
            session.fetch("SELECT 1", "thing")
    told = kept.told[1:] if via else kept.told
    assert not via or kept.told[0] == ("through", via)
    assert [one[:2] for one in told] == [
        ("sent", "driver"), ("answered", 0),
        ("sent", "session"), ("answered", 0),
        ("sent", "server"), ("answered", 1),
        ("sent", "session"), ("answered", 0),
        ("sent", "thing"), ("answered", 0),
    ]  # fmt: skip
    assert told[0][2] == DRIVER and "QUERY_TIMEOUT" in told[8][2]
    assert {one[2] for one in told if one[0] == "answered"} == {None}
    assert kept.costs[0] == (0.0, 0), "the driver's own statement is counted, not measured"
    took_ms, sizes = zip(*kept.costs, strict=True)
    assert all(took_ms[1:]) and all(sizes[1:])
    cost = session.cost
    assert (cost.statements, cost.rows, cost.bytes) == (5, 1, sum(sizes))
    assert cost.database_ms == pytest.approx(sum(took_ms)) and cost.longest_ms == max(took_ms)


def test_the_journal_has_the_number_of_the_error_where_nobody_answers() -> None:
    kept = Kept()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = Endpoint(name="shop", host="127.0.0.1", port=probe.getsockname()[1], user="r", password=str)
        with pytest.raises(ConnectError):
            ReadOnlySession(endpoint, Budget(2.0), "t-1", cast(Journal, kept))
    assert kept.told == [("sent", "driver", DRIVER), ("answered", 0, 2003)]
    assert kept.costs == [(0.0, 0)]
