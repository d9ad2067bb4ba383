"""What the driver lacks: care for the password, and limits for what is read of an answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from typing import Any

from agent.collection import gate
from agent.model.terms import Text

# All that a server says until the session is open.
_MOST_LOGIN_BYTES = 1 << 16
_MOST_LOGIN_PACKETS = 16
_MOST_COLUMN_BYTES = 1 << 10  # of what describes one column
_MOST_COLUMNS = 250
_MOST_PACKET_BYTES = 1 << 22  # one row: no view that we read has texts of such length
# These show a stranger nothing, or a hash that only a guess of the password opens.
_ANSWERED_ANYWHERE = frozenset({"", "mysql_native_password"})
# These send the password itself through TLS.
ANSWERED_IF_VERIFIED = frozenset({"caching_sha2_password", "sha256_password"})


class PasswordWithheld(Exception):
    """The server asks for the password in a way in which it could learn it."""


class OddAnswer(Exception):
    """The answer is none to the statement: ``what`` is odd about it."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.msgid)
        self.what = what


class AnswerCut(Exception):
    """The answer goes beyond what is left of the budget."""


class GuardedDriver:
    """Goes before the driver's connection among the bases of a class, and has the driver's own hooks.

    A server that is not ``verified`` is told no password.
    """

    def __init__(self, verified: bool, **options: Any) -> None:
        self._ways = _ANSWERED_ANYWHERE | (ANSWERED_IF_VERIFIED if verified else frozenset())
        self._handle: socket.socket | None = None  # the driver closes its own, and gives another one to TLS
        self._awaited: int | None = None
        self._odd_beyond = False
        self._allow(_MOST_LOGIN_PACKETS, _MOST_LOGIN_BYTES)
        super().__init__(defer_connect=True, **options)  # type: ignore[call-arg]

    def expect(self, shape: gate.AnswerShape, left_rows: int, left_bytes: int) -> None:
        """Allow one answer of this shape, and no more of it than is left of the budget."""
        columns = _MOST_COLUMNS if shape.labels is None else len(shape.labels)
        self._awaited = None if shape.labels is None else columns
        self._odd_beyond = shape.most_rows is not None and shape.most_rows <= left_rows
        rows = left_rows if shape.most_rows is None else min(shape.most_rows, left_rows)
        # Beside the rows there are a head, the columns, and an end behind each of the two.
        self._allow(rows + columns + 3, left_bytes + (columns + 1) * _MOST_COLUMN_BYTES, before=columns + 2)

    def _allow(self, packets: int, size: int, before: int = 0) -> None:
        self._packets_allowed = self._packets_left = packets
        self._packets_before = before
        self._bytes_allowed = self._bytes_left = size

    @property
    def bytes_read(self) -> int:
        """Bytes of the answer so far."""
        return self._bytes_allowed - max(0, self._bytes_left)

    @property
    def rows_read(self) -> int:
        """Rows of the answer so far, read to its end or not."""
        return max(0, self._packets_allowed - self._packets_left - self._packets_before)

    def connect(self, sock: socket.socket | None = None) -> None:
        """Log in through this socket."""
        self._handle = sock.dup() if sock else None
        super().connect(sock)  # type: ignore[misc]

    def hang_up(self) -> None:
        """Shut the socket, called from another thread: a blocked read then ends, a handshake too."""
        with contextlib.suppress(OSError):
            if self._handle:
                self._handle.shutdown(socket.SHUT_RDWR)

    def _force_close(self) -> None:
        super()._force_close()  # type: ignore[misc]
        if self._handle:
            self._handle.close()

    def _get_server_information(self) -> None:
        """Read the greeting. The first answer to it may hold the password already."""
        super()._get_server_information()  # type: ignore[misc]
        self._refuse_way(self._auth_plugin_name)  # type: ignore[attr-defined]

    def _get_auth_plugin_handler(self, plugin_name: bytes) -> None:
        """Return no handler: the driver has its own. It asks before it answers a server that wants another way."""
        self._refuse_way(plugin_name.decode("ascii", "replace"))

    def _refuse_way(self, name: str) -> None:
        if name not in self._ways:
            raise PasswordWithheld(name)

    def _read_packet(self, *args: Any) -> Any:
        self._packets_left -= 1
        if self._packets_left < 0:
            self._stop_reading()
        packet = super()._read_packet(*args)  # type: ignore[misc]
        awaited, self._awaited = self._awaited, None
        if awaited is not None and packet.get_all_data()[0] != awaited:
            self._force_close()
            raise OddAnswer(Text("it has other columns"))
        return packet

    def _read_bytes(self, num_bytes: int) -> bytes:
        if num_bytes > _MOST_PACKET_BYTES:
            self._force_close()
            raise OddAnswer(Text("a row has no end"))
        self._bytes_left -= num_bytes
        if self._bytes_left < 0:
            self._odd_beyond = False
            self._stop_reading()
        found: bytes = super()._read_bytes(num_bytes)  # type: ignore[misc]
        return found

    def _stop_reading(self) -> None:
        self._force_close()
        if self._odd_beyond:
            raise OddAnswer(Text("it has more rows"))
        raise AnswerCut("it has no end")


def check_labels(columns: Sequence[Sequence[object]], shape: gate.AnswerShape) -> None:
    """Raise OddAnswer if these are not the columns that were asked for: it is the answer to something else."""
    if shape.labels is None:
        if not columns:
            raise OddAnswer(Text("it has no columns"))
        return
    for column, label in zip(columns, shape.labels, strict=True):
        if label and str(column[0]).lower() != label.lower():
            raise OddAnswer(Text("its columns have other names"))


def check_width(rows: Sequence[Sequence[object]], width: int) -> None:
    """Raise OddAnswer if a row has another number of columns."""
    if any(len(row) != width for row in rows):
        raise OddAnswer(Text("a row has other columns than the head"))
