"""A server on the loopback that speaks the MySQL protocol and answers what a test wants, also what no server would."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymysql.constants import CLIENT

from agent.collection import gate

Answer = Iterable[bytes]  # payloads, in the order of their numbers
Script = Callable[[str], Answer | None]  # None: the usual answer
_DRESS = re.compile(r"^/\*.*?\*/ |/\*\+.*?\*/ ")
_CAPABILITIES = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.PLUGIN_AUTH | CLIENT.CONNECT_WITH_DB
_MOST = 0xFFFFFF
OK = b"\0\0\0\2\0\0\0"
EOF = b"\xfe\0\0\2\0"
VERSION = "5.7.25-OceanBase-v4.2.5.1"


def lenenc(value: bytes) -> bytes:
    """A text with its length before it."""
    size = len(value)
    head = bytes([size]) if size < 251 else b"\xfc" + struct.pack("<H", size) if size < 1 << 16 else b""
    return (head or b"\xfe" + struct.pack("<Q", size)) + value


def column(label: str, kind: int = 0xFD) -> bytes:
    """The description of a column; as a text unless told."""
    names = b"".join(lenenc(part.encode()) for part in ("def", "", "", "", label, label))
    return names + b"\x0c" + struct.pack("<HIBHB", 45, 1 << 16, kind, 0, 0) + b"\0\0"


def row(*values: object) -> bytes:
    """One row of texts."""
    return b"".join(b"\xfb" if value is None else lenenc(_encode(value)) for value in values)


def _encode(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def rows(labels: Sequence[str], *values: Sequence[object]) -> Iterator[bytes]:
    """A whole answer."""
    yield bytes([len(labels)])
    yield from map(column, labels)
    yield EOF
    for one in values:
        yield row(*one)
    yield EOF


def error(number: int, message: bytes) -> Answer:
    """An error."""
    return [b"\xff" + struct.pack("<H", number) + b"#HY000" + message]


@dataclass
class FakeServer:
    """``script`` gets each statement without our marker and hints. ``heard`` is all that clients said, decrypted."""

    script: Script = lambda sql: None
    greeting_plugin: bytes = b"mysql_native_password"
    login: Callable[[FakeServer, Any], bool] | None = None
    version: bytes = VERSION.encode()
    clock: Callable[[], float] = time.time
    columns: Sequence[tuple[str, str]] = ()  # view and column, as information_schema.COLUMNS lists them
    tls: ssl.SSLContext | None = None
    port: int = 0
    heard: bytearray = field(default_factory=bytearray)
    statements: list[str] = field(default_factory=list)
    logins: int = 0

    def usual(self, sql: str) -> Answer:
        """What a well server with an empty tenant answers."""
        if sql.startswith("SET "):
            return [OK]
        if sql.startswith("SELECT VERSION()"):
            return rows(["server_version", "server_time"], [self.version, f"{self.clock():.6f}"])
        if sql.startswith("SELECT OB_VERSION()"):
            labels = ["ob_version", "tenant_id", "account", "compatibility_mode"]
            return rows(labels, ["4.2.5.1", 1002, "reader@%", "MYSQL"])
        if sql == "SHOW GRANTS":
            grants = ("GRANT SELECT ON `oceanbase`.* TO 'reader'", "GRANT PROCESS, SHOW VIEW ON *.* TO 'reader'")
            return rows(["Grants for reader@%"], *([grant] for grant in grants))
        if "FROM information_schema.COLUMNS" in sql:
            return rows(["table_name", "column_name"], *self.columns)
        labels = list(gate.check_statement(sql).labels or ())
        return rows(labels, [0] * len(labels)) if "AS sessions" in sql or "AS found" in sql else rows(labels)

    def serve(self, client: socket.socket) -> None:
        """One connection."""
        with contextlib.suppress(OSError, EOFError), client:
            line = Line(client, self.heard)
            line.send([self._greet()], first=0)
            answer = line.receive()
            if self.tls and struct.unpack("<I", answer[:4])[0] & CLIENT.SSL and len(answer) == 32:
                line.encrypt(self.tls)
                line.receive()
            if self.login and not self.login(self, line):
                return
            self.logins += 1
            line.send([OK])
            while (command := line.receive())[:1] != b"\x01":
                sql = _DRESS.sub("", command[1:].decode("utf-8", "replace"))
                self.statements.append(sql)
                told = self.script(sql)
                line.send(self.usual(sql) if told is None else told)

    def _greet(self) -> bytes:
        capabilities = _CAPABILITIES | (CLIENT.SSL if self.tls else 0)
        lower, upper = struct.pack("<I", capabilities)[:2], struct.pack("<I", capabilities)[2:]
        head = b"\x0a" + self.version + b"\0" + b"\1\0\0\0" + b"s" * 8 + b"\0" + lower + b"\x2d\2\0" + upper
        return head + b"\x15" + b"\0" * 10 + b"s" * 12 + b"\0" + self.greeting_plugin + b"\0"


class Line:
    """One connection in packets."""

    def __init__(self, client: socket.socket, heard: bytearray) -> None:
        self._client, self._heard, self._number = client, heard, 0

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Answer the client's wish for TLS."""
        self._client = context.wrap_socket(self._client, server_side=True)

    def receive(self) -> bytes:
        """The next packet; its number is remembered for the answer."""
        head = self._read(4)
        self._number = head[3] + 1
        found = self._read(int.from_bytes(head[:3], "little"))
        self._heard += found
        return found

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._client.recv(size - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found

    def send(self, payloads: Answer, first: int | None = None) -> None:
        """Send an answer in many packets at a time."""
        number, waiting = self._number if first is None else first, bytearray()
        for payload in payloads:
            # A packet of the largest size is followed by another one.
            for start in range(0, len(payload) + 1, _MOST):
                part = payload[start : start + _MOST]
                waiting += struct.pack("<I", len(part))[:3] + bytes([number % 256]) + part
                number += 1
            if len(waiting) > 1 << 16:
                self._client.sendall(waiting)
                waiting.clear()
        self._client.sendall(waiting)


@contextlib.contextmanager
def serving(server: FakeServer) -> Iterator[FakeServer]:
    """Let the server run for the time of the block; ``port`` is where."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = int(listener.getsockname()[1])

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=server.serve, args=[client], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
