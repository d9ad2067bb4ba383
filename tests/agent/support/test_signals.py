"""Signals that ask us to end, and what must not be torn by one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from agent.support.errors import Stopped
from agent.support.signals import handle_signals, hold_signals


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    handle_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ask() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_stops_at_once() -> None:
    with pytest.raises(Stopped):
        ask()


def test_a_held_signal_stops_at_the_end_of_the_outermost_block() -> None:
    done = []
    with pytest.raises(Stopped) as stopped, hold_signals():
        with hold_signals():
            ask()
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"] and stopped.value.exit_code == 128 + signal.SIGTERM
    with hold_signals():
        done.append("later")
    assert done[-1] == "later", "it stops once"


def test_a_held_signal_stops_also_where_the_block_fails() -> None:
    with pytest.raises(Stopped), hold_signals():
        ask()
        raise ValueError("torn")


def test_another_thread_holds_nothing() -> None:
    entered, left = threading.Event(), threading.Event()

    def work() -> None:
        with hold_signals():
            entered.set()
            left.wait(30)

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait(30)
    try:
        with pytest.raises(Stopped):
            ask()
    finally:
        left.set()
        thread.join()
