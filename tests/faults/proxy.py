"""A TCP proxy that stands between agent and server and goes wrong on cue."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_CHUNK = 1 << 16
_DRIP_S = 0.1
_SLOW_BYTES = 200
_SLOW_S = 0.001
HOST = "127.0.0.1"


class Fault(StrEnum):
    """What becomes of the server's answer."""

    CUT = "cut"  # none comes: the connection is gone
    HALF = "half"  # its first half comes, then the connection is gone
    STALL = "stall"  # none comes, and the connection stays
    DRIP = "drip"  # it comes byte by byte, slower than anyone can wait
    SLOW = "slow"  # it comes in small pieces, and whole
    GARBLED = "garbled"  # its bytes are others


@dataclass(frozen=True)
class Cue:
    """The fault comes when the agent has sent this text; with none, when it has connected."""

    fault: Fault
    text: bytes
    seed: int = 0


class Proxy:
    """Forwards to the server at ``port``. ``reached`` is set when a fault begins."""

    def __init__(self, port: int) -> None:
        self.reached = threading.Event()
        self._upstream = port
        self._cues: list[Cue] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def will(self, cue: Cue, *others: Cue) -> None:
        """What goes wrong from now on: each cue once, in this order."""
        self.reached.clear()
        with self._lock:
            self._cues = [cue, *others]

    def lead_to(self, port: int) -> None:
        """Forward to another server from now on."""
        self._upstream = port

    def close(self) -> None:
        self._listener.close()

    def takes(self, sent: bytes) -> Cue | None:
        """The next cue, if this is what it waits for."""
        with self._lock:
            cue = self._cues[0] if self._cues else None
            if cue is None or cue.text not in sent or bool(cue.text) != bool(sent):
                return None
            del self._cues[0]
        self.reached.set()
        return cue

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    _Line(self, client, socket.create_connection((HOST, self._upstream)))
                except OSError:  # nobody is there: that client gets nobody, and the next one may
                    client.close()


class _Line:
    """One connection through the proxy: a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._cue = proxy.takes(b"")
        self._over = threading.Event()
        for work in (self._up, self._down):
            threading.Thread(target=self._guarded, args=[work], daemon=True).start()

    def _guarded(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            work()
        self._hang_up()

    def _hang_up(self) -> None:
        self._over.set()
        for side in (self._client, self._server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _up(self) -> None:
        before = b""
        while sent := self._client.recv(_CHUNK):
            if self._cue is None:
                self._cue = self._proxy.takes(before + sent)
                before = b"" if self._cue else sent[-200:]
            if self._cue and self._cue.fault is Fault.CUT:
                return
            self._server.sendall(sent)

    def _down(self) -> None:
        while answer := self._server.recv(_CHUNK):
            if self._cue is None:
                self._client.sendall(answer)
            elif not self._spoilt(self._cue, answer):
                return

    def _spoilt(self, cue: Cue, answer: bytes) -> bool:
        """Pass the answer on as the fault has it; False ends the connection."""
        match cue.fault:
            case Fault.CUT:
                return False
            case Fault.HALF:
                self._client.sendall(answer[: len(answer) // 2])
                return False
            case Fault.STALL:
                self._over.wait()
            case Fault.DRIP:
                self._trickle(answer, 1, _DRIP_S)
            case Fault.SLOW:
                self._trickle(answer, _SLOW_BYTES, _SLOW_S)
            case Fault.GARBLED:
                self._client.sendall(garbled(answer, cue.seed))
                self._cue = None
        return True

    def _trickle(self, answer: bytes, size: int, pause_s: float) -> None:
        for start in range(0, len(answer), size):
            self._client.sendall(answer[start : start + size])
            if self._over.wait(pause_s):
                return


def garbled(answer: bytes, seed: int) -> bytes:
    """Other bytes here and there: one of eight, of eighty or of eight hundred, and always at least one."""
    chance = random.Random(seed)
    share = (8, 80, 800)[seed % 3]
    changed = bytearray(answer)
    for place in chance.sample(range(len(answer)), -(-len(answer) // share)):
        changed[place] ^= chance.randint(1, 255)
    return bytes(changed)


@contextlib.contextmanager
def before(port: int) -> Iterator[Proxy]:
    """A proxy before the server at this port."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
