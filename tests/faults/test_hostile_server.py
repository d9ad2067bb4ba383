"""A server that lies: it asks for the password, has another clock, floods, or answers what was not asked."""

from __future__ import annotations

import dataclasses
import hashlib
import ssl
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymysql import _auth

from agent.collection import connect, gate, preflight, receipt
from agent.collection.busy import BusyWatch
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.receipt import read_receipt
from agent.collection.statements import list_columns_read
from agent.collection.tls_pin import pin_certificate
from agent.facts.own_statements import receipt as audit
from agent.facts.resources import Counter, Memstore
from agent.facts.schema import Table
from agent.facts.sql import AuditReturn
from agent.judgement.evaluate import evaluate_checks
from agent.model.authorization import Authorization
from agent.model.cost import BusyLimits, Receipt
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import DataClass, Outcome, TenantKind, Text
from agent.support.errors import ConnectError, HealthAgentError, NotAuthorized, TargetError
from agent.support.i18n import LANGUAGES, render_text
from tests.faults.fake_server import EOF, OK, Answer, FakeServer, Line, column, error, row, rows, serving
from tests.harness import shipped
from tests.integration.test_tls import AUTHORITY

COLUMNS = [
    (view.partition(".")[2], column)
    for source in (Memstore, Counter, AuditReturn)
    for view, columns in list_columns_read(source).items()
    for column in sorted(columns | audit.COLUMNS)
]
PASSWORD = "s3cret-of-the-reader"
SOURCES = (Memstore, Counter, Table, AuditReturn)
SALT = b"t" * 20 + b"\0"
ROOT = Path(__file__).parents[2]
Record = Callable[[str, object], None]
Answering = Callable[[list[str]], Answer]


def endpoint(port: int, tls: ssl.SSLContext | None = None) -> Endpoint:
    return Endpoint(
        name="shop", host="localhost", port=port, user="reader", password=lambda: PASSWORD, tls=tls, connect_timeout_s=2
    )


def said_of(failed: HealthAgentError) -> str:
    """The message, whole in both languages, and nothing secret or endless in it."""
    texts = [render_text(failed.text, language) for language in LANGUAGES]
    assert all(text and len(text) < 2_000 and PASSWORD not in text for text in texts)
    return texts[LANGUAGES.index("en")]


# The password


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str, str]:
    """A context of the server, the file of its CA, and the fingerprint of its certificate."""
    directory = tmp_path_factory.mktemp("certificate")
    shown, key = AUTHORITY.issue("localhost", datetime.now(UTC) + timedelta(days=1))
    for name, content in (("shown.pem", shown), ("key.pem", key), ("ca.pem", AUTHORITY.certificate)):
        (directory / name).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "shown.pem", directory / "key.pem")
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown.decode())).hexdigest()
    return context, str(directory / "ca.pem"), fingerprint


def trust_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def trust_any_name(ca: str) -> ssl.SSLContext:
    """A certificate of the CA, but of whoever has one."""
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False
    return context


WAYS = (
    b"caching_sha2_password", b"sha256_password", b"mysql_clear_password", b"dialog", b"client_ed25519",
    b"mysql_old_password", b"authentication_ldap_sasl", b"MYSQL_NATIVE_PASSWORD", b"x\x1b[2J" * 1_000,
)  # fmt: skip


def switch_to(way: bytes) -> Callable[[FakeServer, Line], bool]:
    """Ask for another way of logging in, and listen to whatever comes then."""

    def login(server: FakeServer, line: Line) -> bool:
        line.send([b"\xfe" + way + b"\0" + SALT])
        while True:
            line.receive()
            line.send([b"\x01\x04"])  # go on: the password itself

    return login


def proofs() -> Iterator[bytes]:
    """What shows that a client took part: the password, or a hash made of it."""
    password = PASSWORD.encode()
    yield password
    for salt in (b"s" * 20, SALT[:20]):
        yield _auth.scramble_caching_sha2(password, salt)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[:20].decode("ascii", "replace").replace("\x1b", ""))
@pytest.mark.parametrize("asked", ["greeting", "switch"])
@pytest.mark.parametrize("tls", ["plain", "any certificate", "any name"])
def test_a_server_that_is_not_verified_is_told_no_password(
    certificate: tuple[ssl.SSLContext, str, str], tls: str, asked: str, way: bytes, record_property: Record
) -> None:
    context, ca, _ = certificate
    trusted = {"plain": None, "any certificate": trust_anybody(), "any name": trust_any_name(ca)}[tls]
    server = FakeServer(tls=context if trusted else None)
    if asked == "greeting":
        server.greeting_plugin = way
    else:
        server.login = switch_to(way)
    with serving(server), pytest.raises(ConnectError) as failed:
        ReadOnlySession(endpoint(server.port, trusted), Budget(2.0), "x")
    said = said_of(failed.value)
    clear, sha2 = (b"mysql_clear_password", b"dialog"), (b"caching_sha2_password", b"sha256_password")
    advice = "in clear" if way in clear else "tls.fingerprint" if way in sha2 else "answered to no server"
    assert advice in said and "mysql_native_password" in said
    assert server.logins == 0 and not any(proof in server.heard for proof in proofs())
    assert asked == "switch" or b"reader" not in server.heard, "not even the account's name"
    record_property("faults", 1)


def test_the_native_way_is_followed_anywhere() -> None:
    def login(server: FakeServer, line: Line) -> bool:
        line.send([b"\xfemysql_native_password\0" + SALT])
        return line.receive() == _auth.scramble_native_password(PASSWORD.encode(), SALT[:20])

    server = FakeServer(login=login)
    with serving(server), ReadOnlySession(endpoint(server.port), Budget(2.0), "x") as session:
        assert session.fetch("SELECT 1 AS one FROM oceanbase.x", "any") == []
    assert server.logins == 1


@pytest.mark.parametrize("way", [b"caching_sha2_password", b"sha256_password"])
@pytest.mark.parametrize("pinned", ["ca", "fingerprint"])
def test_a_verified_server_may_ask_in_other_ways(
    certificate: tuple[ssl.SSLContext, str, str], pinned: str, way: bytes
) -> None:
    def login(server: FakeServer, line: Line) -> bool:
        line.send([b"\xfe" + way + b"\0" + SALT])
        if way == b"caching_sha2_password":
            line.receive()
            line.send([b"\x01\x04"])
        return line.receive() == PASSWORD.encode() + b"\0"

    context, ca, fingerprint = certificate
    trusted = ssl.create_default_context(cafile=ca) if pinned == "ca" else pin_certificate(fingerprint)
    server = FakeServer(tls=context, login=login)
    with serving(server), ReadOnlySession(endpoint(server.port, trusted), Budget(2.0), "x"):
        assert server.logins == 1


@pytest.mark.parametrize("way", [b"mysql_clear_password", b"dialog", b"client_ed25519"])
def test_some_ways_are_answered_to_nobody(certificate: tuple[ssl.SSLContext, str, str], way: bytes) -> None:
    context, _, fingerprint = certificate
    server = FakeServer(tls=context, login=switch_to(way))
    with serving(server), pytest.raises(ConnectError) as failed:
        ReadOnlySession(endpoint(server.port, pin_certificate(fingerprint)), Budget(2.0), "x")
    assert "tls.fingerprint" not in said_of(failed.value), "that would not help"
    assert PASSWORD.encode() not in server.heard


FIRST_NATIVE: dict[str, list[bytes]] = {
    "another way": [b"\xfemysql_native_password\0" + SALT, b"\xfecaching_sha2_password\0" + SALT, b"\x01\x04"],
    "more": [b"\xfemysql_native_password\0" + SALT, b"\x01\x04", b"\x01-----BEGIN PUBLIC KEY-----"],
    "more at once": [b"\x01\x04", b"\x01-----BEGIN PUBLIC KEY-----"],
    "the old way": [b"\xfe"],
    "a way without a name": [b"\xfe\0" + SALT, b"\x01\x04"],
    "two names": [b"\xfemysql_native_password\0caching_sha2_password\0" + SALT, b"\x01\x04"],
    "a file": [b"\xfb/etc/passwd"],
}


@pytest.mark.parametrize("asked", FIRST_NATIVE)
@pytest.mark.parametrize("tls", ["plain", "any certificate"])
def test_what_follows_the_native_way_gets_no_more(
    certificate: tuple[ssl.SSLContext, str, str], tls: str, asked: str
) -> None:
    def login(server: FakeServer, line: Line) -> bool:
        for part in FIRST_NATIVE[asked]:
            line.send([part])
            line.receive()
        return False

    trusted = None if tls == "plain" else trust_anybody()
    server = FakeServer(tls=certificate[0] if trusted else None, login=login)
    with serving(server), pytest.raises(ConnectError) as failed:
        ReadOnlySession(endpoint(server.port, trusted), Budget(2.0), "x")
    assert said_of(failed.value) and not any(proof in server.heard for proof in proofs())


@pytest.mark.parametrize("way", [b"caching_sha2_password", b"sha256_password", b"mysql_clear_password"])
def test_a_server_that_asks_in_another_way_when_we_come_again_is_told_nothing(way: bytes) -> None:
    """A line that breaks is an occasion to put another server there."""

    def login(server: FakeServer, line: Line) -> bool:
        return not server.logins or switch_to(way)(server, line)

    def script(sql: str) -> Answer | None:
        if "`GV$OB_MEMSTORE`" in sql:
            raise EOFError  # the connection is gone
        return None

    with serving(FakeServer(script, login=login, columns=COLUMNS)) as server:
        snapshot, _ = assess(server)
    assert {record.status for record in snapshot.records} == {"lost"} and server.logins == 1
    assert not any(proof in server.heard for proof in proofs())


def test_another_certificate_than_the_pinned_one_hears_no_login(certificate: tuple[ssl.SSLContext, str, str]) -> None:
    context, _, fingerprint = certificate
    server = FakeServer(tls=context)
    with serving(server), pytest.raises(ConnectError) as failed:
        ReadOnlySession(endpoint(server.port, pin_certificate("0" * 64)), Budget(2.0), "x")
    assert "another certificate" in said_of(failed.value) and fingerprint in said_of(failed.value)
    assert b"reader" not in server.heard and server.logins == 0


def test_a_handshake_that_drips_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte starts the limit of the socket anew."""
    monkeypatch.setattr(connect, "_GRACE_S", 0.2)

    class Dripping:
        def wrap_socket(self, client: Any, **_: Any) -> Any:
            for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 1_000:
                client.sendall(bytes([byte]))
                time.sleep(0.1)

    server = FakeServer(tls=Dripping())  # type: ignore[arg-type]
    began = time.monotonic()
    with serving(server), pytest.raises(ConnectError):
        ReadOnlySession(endpoint(server.port, trust_anybody()), Budget(0.3), "x")
    assert time.monotonic() - began < 20


# The clock


@pytest.mark.parametrize("apart_s", [-23 * 86_400, -601, 602, 3 * 365 * 86_400])
def test_clocks_that_are_apart_read_nothing(apart_s: float, record_property: Record) -> None:
    server = FakeServer(clock=lambda: time.time() + apart_s)
    with serving(server), pytest.raises(NotAuthorized) as failed:
        ReadOnlySession(endpoint(server.port), Budget(2.0), "x")
    assert failed.value.exit_code == 3
    said = said_of(failed.value)
    moments = [datetime.now(UTC), datetime.fromtimestamp(time.time() + apart_s, UTC)]
    assert all(f"{moment:%Y-%m-%d}" in said for moment in moments) and "10 min" in said
    assert len(server.statements) == 3, "nothing but the session's own statements"
    record_property("faults", 1)


@pytest.mark.parametrize("apart_s", [-590, 590])
def test_clocks_that_are_nearly_right_will_do(apart_s: float) -> None:
    """By the server's own the windows are judged then."""
    asked: list[datetime] = []

    def permit(moment: datetime) -> Text | None:
        asked.append(moment)
        return None

    server = FakeServer(clock=lambda: time.time() + apart_s)
    with serving(server), ReadOnlySession(endpoint(server.port), Budget(2.0), "x", permit=permit) as session:
        session.fetch("SELECT 1 AS one FROM oceanbase.x", "any")
    ours = datetime.now(UTC)
    for moment, expected in zip(asked, [ours, *[ours + timedelta(seconds=apart_s)] * 2], strict=True):
        assert abs(moment - expected) < timedelta(seconds=5)


def test_a_password_that_is_waited_for_too_long_is_not_used() -> None:
    """A prompt may stand there for hours."""
    closed: list[bool] = []

    def wait_for_it() -> str:
        closed.append(True)
        return PASSWORD

    with serving(FakeServer()) as server, pytest.raises(NotAuthorized):
        ReadOnlySession(
            dataclasses.replace(endpoint(server.port), password=wait_for_it),
            Budget(2.0),
            "x",
            permit=lambda moment: Text("The window is closed.") if closed else None,
        )
    assert server.logins == 0 and not server.heard


@pytest.mark.parametrize("clock", ["nan", "inf", "-inf", "1e300", "-1e300", "", "today", None, "9" * 5_000, b"\xff"])
def test_a_clock_that_is_none(clock: object, record_property: Record) -> None:
    def script(sql: str) -> Answer | None:
        if not sql.startswith("SELECT VERSION()"):
            return None
        return rows(["server_version", "server_time"], ["5.7.25-OceanBase", clock])

    with serving(FakeServer(script)) as server, pytest.raises(HealthAgentError) as failed:
        ReadOnlySession(endpoint(server.port), Budget(2.0), "x")
    assert said_of(failed.value)
    record_property("faults", 1)


def test_a_window_that_closes_ends_the_reading_and_keeps_what_was_read() -> None:
    open_for = 8  # the session, preflight, the look at the load, and one source

    def permit(moment: datetime) -> Text | None:
        return Text("The signed window closed.") if len(server.statements) > open_for else None

    with serving(FakeServer()) as server:
        snapshot, found = assess(server, permit=permit)
    statuses = [record.status for record in snapshot.records]
    assert "ok" in statuses and "closed" in statuses and statuses == sorted(statuses, reverse=True)
    assert len(server.statements) == open_for + 1, "no statement is sent from then on"
    problems = [render_text(problem.what, "en") for problem in snapshot.problems]
    assert any("window closed before everything was read" in problem and "Table" in problem for problem in problems)
    assert found.reason is not None


def test_a_permission_that_ends_while_a_statement_runs() -> None:
    """A server that takes its time is waited for, and nothing more is sent to it."""
    began = datetime.now(UTC)
    signed = Authorization(
        reference="T-1",
        approver="A DBA",
        not_before=began - timedelta(days=1),
        not_after=began + timedelta(seconds=3),
        data_classes=frozenset(DataClass),
    )
    server = FakeServer(stalling("`GV$OB_MEMSTORE`", for_s=4), columns=COLUMNS)
    with serving(server):
        snapshot, found = assess(server, permit=signed.find_time_objection, budget=Budget(20.0))
    assert {record.source: record.status for record in snapshot.records} == {
        "Memstore": "ok",
        "Counter": "closed",
        "Table": "closed",
        "AuditReturn": "closed",
    }
    assert "`GV$OB_MEMSTORE`" in server.statements[-1] and found.reason is not None
    missing = snapshot.facts[Counter]
    assert isinstance(missing, Unavailable) and "expired at" in render_text(missing.reason, "en")
    results = evaluate_checks(shipped()[0].checks.values(), shipped()[1], snapshot)
    needing = [result for result in results if Counter in shipped()[0].checks[result.code].facts.values()]
    assert needing and not any(result.outcome is Outcome.PASS for result in needing)


def test_a_window_that_has_closed_by_the_servers_clock() -> None:
    server = FakeServer(clock=lambda: time.time() + 300)
    until = datetime.now(UTC) + timedelta(seconds=200)
    with serving(server), pytest.raises(NotAuthorized) as failed:
        ReadOnlySession(
            endpoint(server.port),
            Budget(2.0),
            "x",
            permit=lambda moment: Text("The window is closed.") if moment >= until else None,
        )
    assert said_of(failed.value) == "The window is closed."


# Answers


def assess(
    server: FakeServer,
    sources: Sequence[type] = SOURCES,
    permit: connect.Permit = lambda moment: None,
    budget: Budget = Budget(2.0),
) -> tuple[Snapshot, Receipt]:
    """All that is sent to a target, from connecting to the receipt."""
    with ReadOnlySession(endpoint(server.port), budget, "x", permit=permit) as session:
        seen = preflight.inspect_target(session, sources, TenantKind.USER)
        watch = BusyWatch(session, seen, BusyLimits(wait_s=0))
        facts = collect_facts(session, sources, seen, None, datetime.now(UTC), watch=watch)
        return facts, read_receipt(session, seen)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt, "_LAG_S", (0.0,))


LONG = b"x" * 4_000_000
ODD: dict[str, Answering] = {
    "no row": rows,
    "two rows": lambda labels: rows(labels, ["1"] * len(labels), ["2"] * len(labels)),
    "fewer columns": lambda labels: rows(labels[:-1] or ["other", "one"], ["1"] * (len(labels) - 1 or 2)),
    "more columns": lambda labels: rows([*labels, "more"], ["1"] * (len(labels) + 1)),
    "other names": lambda labels: rows([f"{label}_" for label in labels], ["1"] * len(labels)),
    "nothing": lambda labels: rows(labels, [None] * len(labels)),
    "text": lambda labels: rows(labels, ["many"] * len(labels)),
    "bytes": lambda labels: rows(labels, [b"\xff\xfe\0"] * len(labels)),
    "infinite": lambda labels: rows(labels, ["inf"] * len(labels)),
    "no number": lambda labels: rows(labels, ["nan"] * len(labels)),
    "many digits": lambda labels: rows(labels, ["9" * 5_000] * len(labels)),
    "endless text": lambda labels: rows(labels, [LONG] * len(labels)),
    "short row": lambda labels: [bytes([len(labels)]), *map(column, labels), EOF, row(*["1"] * (len(labels) - 1)), EOF],
    "long row": lambda labels: [bytes([len(labels)]), *map(column, labels), EOF, row(*["1"] * (len(labels) + 3)), EOF],
    "odd types": lambda labels: [
        bytes([len(labels)]), *(column(label, 0x0C) for label in labels), EOF, row(*["x"] * len(labels)), EOF
    ],
    "decimals": lambda labels: [
        bytes([len(labels)]), *(column(label, 0xF6) for label in labels), EOF, row(*["x"] * len(labels)), EOF
    ],
    "cut row": lambda labels: [bytes([len(labels)]), *map(column, labels), EOF, b"\xfc\xff", EOF],
    "no end of columns": lambda labels: [bytes([len(labels)]), *map(column, labels), row(*["1"] * len(labels)), EOF],
    "only ok": lambda labels: [OK],
    "only end": lambda labels: [EOF],
    "empty": lambda labels: [b""],
    "wants a file": lambda labels: [b"\xfb/etc/passwd"],
    "endless error": lambda labels: error(1064, LONG),
    "odd error": lambda labels: [b"\xff"],
    "doubled": lambda labels: [*rows(labels, ["1"] * len(labels)), OK, EOF],
    "more to come": lambda labels: [*[*rows(labels)][:-1], b"\xfe\0\0\x0a\0", OK],
    "too many columns": lambda labels: [b"\xfe" + struct.pack("<Q", 1 << 60)],
    "another protocol": lambda labels: [b"HTTP/1.1 200 OK"],
}  # fmt: skip
# Rows like others; what stands behind a row or an answer is not read as part of it.
HARMLESS = ("no row", "two rows", "long row", "doubled")
STATEMENTS = {
    "SET SESSION TRANSACTION": False,
    "SELECT VERSION()": False,
    "SET SESSION autocommit": False,
    "SELECT OB_VERSION()": False,
    "SHOW GRANTS": True,
    "information_schema.COLUMNS": True,
    "`GV$OB_MEMSTORE`": True,
    "AS sessions": True,
    "information_schema.`TABLES`": True,
    "AS found": True,
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "statement",
    # One before the session is ready, one whose answer decides, one fact; the slow tier has the rest.
    [
        statement
        if statement in ("SELECT OB_VERSION()", "SHOW GRANTS", "`GV$OB_MEMSTORE`")
        else pytest.param(statement, marks=pytest.mark.slow)
        for statement in STATEMENTS
    ],
)
@pytest.mark.parametrize(
    "always", [pytest.param(False, id="once"), pytest.param(True, id="always", marks=pytest.mark.slow)]
)
def test_an_odd_answer_is_an_error_of_its_own(statement: str, odd: str, always: bool, record_property: Record) -> None:
    """Before anything is read it is a message; later it costs one source, or where it never ends the rest."""
    answered: list[str] = []

    def script(sql: str) -> Answer | None:
        if statement not in sql or (answered and not always):
            return None
        answered.append(sql)
        return ODD[odd](labels_of(sql))

    with serving(FakeServer(script, columns=COLUMNS)) as server:
        try:
            snapshot, found = assess(server)
        except HealthAgentError as failed:
            assert isinstance(failed, TargetError | NotAuthorized) and said_of(failed)
            if STATEMENTS[statement] and not always:
                assert "identity" in said_of(failed), statement
        else:
            check_whole(snapshot, statement, odd)
            assert all(len(render_text(text, "en")) < 2_000 for text in _texts(snapshot, found))
    assert answered
    record_property("faults", 1)


def labels_of(sql: str) -> list[str]:
    """The labels that a well answer has."""
    return list(gate.check_statement(sql).labels or ())


def check_whole(snapshot: Snapshot, statement: str, odd: str) -> None:
    """Nothing that came for another statement is a fact, and what came before stays."""
    statuses = {record.source: record.status for record in snapshot.records}
    assert set(statuses) == {source.__name__ for source in SOURCES}
    if statement == "`GV$OB_MEMSTORE`" and odd not in HARMLESS:
        assert statuses["Memstore"] != "ok", statuses
        assert not isinstance(snapshot.facts[Memstore], tuple)


def _texts(snapshot: Snapshot, found: Receipt) -> Iterator[Text]:
    for problem in snapshot.problems:
        yield problem.what
    for record in snapshot.records:
        if record.reason:
            yield record.reason
    if found.reason:
        yield found.reason


def test_an_ok_is_no_empty_answer() -> None:
    """An empty list may be a pass; a bare OK to a SELECT says nothing."""
    with serving(FakeServer(lambda sql: [OK] if "`GV$OB_MEMSTORE`" in sql else None)) as server:
        snapshot, _ = assess(server)
    assert {record.source: record.status for record in snapshot.records}["Memstore"] == "lost"


# Floods, measured in a process of its own

_CLIENT = """
import sys, time
from pathlib import Path
from tests.faults import test_hostile_server as tests
from tests.memory import read_peak_mb

class Known: port = int(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before, began = read_peak_mb(), time.monotonic()
try:
    snapshot, found = tests.assess(Known)
    said = ",".join(record.status for record in snapshot.records)
except tests.HealthAgentError as failed:
    said = type(failed).__name__
print(int(read_peak_mb() - before), time.monotonic() - began, said)
"""


def forever(payload: bytes, count: int = 1 << 40) -> Iterator[bytes]:
    for _ in range(count):
        yield payload


def flood(
    head: Callable[[list[str]], Iterator[bytes]], payload: Callable[[int], bytes]
) -> Callable[[list[str]], Answer]:
    """An answer that begins well and never ends."""

    def answer(labels: list[str]) -> Answer:
        yield from head(labels)
        yield from forever(payload(len(labels)))

    return answer


def begun(labels: list[str]) -> Iterator[bytes]:
    yield bytes([len(labels)])
    yield from map(column, labels)
    yield EOF


SLOW = pytest.mark.slow
FLOODS: dict[str, Answering] = {
    "small rows": flood(begun, lambda width: row(*["42"] * width)),
    "rows of nothing": flood(begun, lambda width: b"\xfb" * width),
    "wide rows": flood(begun, lambda width: row(*[b"y" * 60_000] * width)),
    "one row": flood(begun, lambda width: b"\xfd\xff\xff\xff" + b"z" * 0xFFFFFB),
    "columns": flood(lambda labels: iter([bytes([len(labels)])]), lambda width: column("x" * 200)),
    "answers": lambda labels: (part for _ in forever(b"") for part in (*[*rows(labels)][:-1], b"\xfe\0\0\x0a\0")),
    "oks": lambda labels: forever(b"\0\0\0\x0a\0\0\0"),
}  # fmt: skip


# Each flood once; those of grants and sessions are read by other code, so each of these has some.
FLOODED: dict[str, dict[str, pytest.MarkDecorator | tuple[()]]] = {
    "`GV$OB_MEMSTORE`": {"small rows": (), "columns": (), "one row": SLOW, "wide rows": SLOW, "answers": SLOW},
    "SHOW GRANTS": {"wide rows": SLOW, "oks": SLOW},
    "AS sessions": {"rows of nothing": SLOW, "answers": SLOW},
}


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        pytest.param(statement, name, marks=now.get(name, pytest.mark.long))
        for statement, now in FLOODED.items()
        for name in FLOODS
    ],
)
def test_a_flood_takes_no_memory(statement: str, name: str, record_property: Record) -> None:
    def script(sql: str) -> Answer | None:
        if statement not in sql:
            return None
        return FLOODS[name](labels_of(sql))

    with serving(FakeServer(script)) as server:
        grown_mb, took_s, _ = read_flood(server)
    assert grown_mb < 150 and took_s < 60, (grown_mb, took_s)
    record_property("faults", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["greeting", "login", "version", "statement"])
def test_a_flood_before_the_session_takes_no_memory(name: str, record_property: Record) -> None:
    def login(server: FakeServer, line: Line) -> bool:
        line.send(forever(b"\x01" + LONG))
        return False

    server = FakeServer(login=login if name == "login" else None)
    if name == "greeting":
        server.version = b"5" * 8_000_000
    elif name == "version":
        server.script = lambda sql: (
            rows(["server_version", "server_time"], [LONG, time.time()]) if "VERSION()" in sql else None
        )
    elif name == "statement":
        server.script = lambda sql: forever(b"\0\0\0\x0a\0\0\0")
    with serving(server):
        grown_mb, took_s, said = read_flood(server)
    assert grown_mb < 100 and took_s < 30 and said == "ConnectError", (grown_mb, took_s, said)
    record_property("faults", 1)


def read_flood(server: FakeServer) -> tuple[int, float, str]:
    """Megabytes that the client grew by, seconds, and what became of it."""
    command = [sys.executable, "-c", textwrap.dedent(_CLIENT), str(server.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    grown, took, said = done.stdout.split()
    return int(grown), float(took), said


# Deadlines


def stalling(*views: str, for_s: float = 8.0) -> Callable[[str], Answer | None]:
    """A server that takes its time over these views."""

    def slow(labels: list[str]) -> Answer:
        time.sleep(for_s)
        yield from rows(labels)

    def script(sql: str) -> Answer | None:
        return slow(labels_of(sql)) if any(f"oceanbase.{view}" in sql for view in views) else None

    return script


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Budget:
    monkeypatch.setattr(connect, "_GRACE_S", 0.3)
    return Budget(statement_timeout_s=0.5)


def collect(server: FakeServer, budget: Budget) -> tuple[Snapshot, ReadOnlySession]:
    with ReadOnlySession(endpoint(server.port), budget, "x") as session:
        seen = preflight.inspect_target(session, SOURCES, TenantKind.USER)
        return collect_facts(session, SOURCES, seen, None, datetime.now(UTC)), session


def test_a_statement_that_does_not_end_is_shut_and_told(impatient: Budget) -> None:
    began = time.monotonic()
    with serving(FakeServer(stalling("`GV$OB_MEMSTORE`"))) as server:
        snapshot, session = collect(server, impatient)
    assert time.monotonic() - began < 6, "it was not waited for"
    found = {record.source: record for record in snapshot.records}
    assert {name: record.status for name, record in found.items()} == {
        "Memstore": "timeout",
        "Counter": "ok",
        "Table": "ok",
        "AuditReturn": "ok",
    }
    assert "went on after the limit of 500 ms" in render_text(found["Memstore"].reason, "en").replace("0.5 s", "500 ms")
    (problem,) = (p for p in snapshot.problems if "shut" in render_text(p.what, "en"))
    said = render_text(problem.what, "en")
    assert (
        said.startswith("1 ")
        and "Memstore" in said
        and "longer time for each statement" in render_text(problem.remedy, "en")
    )
    assert session.connections == 2
    again = server.statements[server.statements.index("SET NAMES utf8mb4", 1) :]
    assert again[1] == "SET SESSION TRANSACTION READ ONLY", "the new session is set up as the first one"


def test_a_second_one_ends_the_reading_and_keeps_what_was_read(impatient: Budget) -> None:
    with serving(FakeServer(stalling("`GV$OB_MEMSTORE`", "`GV$SYSSTAT`"))) as server:
        snapshot, session = collect(server, impatient)
    statuses = {record.source: record.status for record in snapshot.records}
    assert sorted(statuses.values()) == ["lost", "lost", "timeout", "timeout"] and session.connections == 2
    problems = " ".join(render_text(problem.what, "en") for problem in snapshot.problems)
    assert "2 statements went on" in problems and "connection to the target broke" in problems
