"""Signals that ask us to end: sessions and journals are closed on the way out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from agent.support.errors import Stopped

_SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # not every system has all


@dataclass(slots=True)
class _Held:
    """Signals that came while they were held."""

    blocks: int = 0
    number: int | None = None


_held = _Held()


def handle_signals() -> None:
    """From now on the signals raise ``Stopped`` in the main thread. An ignored signal (nohup) stays ignored."""
    for number in (getattr(signal, name) for name in _SIGNAL_NAMES if hasattr(signal, name)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_stopped)


@contextmanager
def hold_signals() -> Iterator[None]:
    """Let the signals wait until the end of the block, which raises ``Stopped`` then if one has come.

    For what must be done wholly or not at all, such as starting a program that somebody has to end again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal ends another thread
        return
    _held.blocks += 1
    try:
        yield
    finally:
        _held.blocks -= 1
        if not _held.blocks and (number := _held.number) is not None:
            _held.number = None
            raise Stopped(number)


@contextmanager
def leave_interrupts() -> Iterator[None]:
    """Leave Ctrl-C to the program that has the terminal, such as a pager, for the time of the block."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)  # a program that we start does not inherit it
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second signal ends the process at once
    if _held.blocks:
        _held.number = number
    else:
        raise Stopped(number)
