"""What blocks is ended from outside; what ends by itself is left alone."""

from __future__ import annotations

import socket
import threading

import pytest

from agent.collection.deadline import limit_time


def test_a_read_that_would_last_is_ended() -> None:
    here, there = socket.socketpair()
    with here, there, pytest.raises(TimeoutError), limit_time(0.05, lambda: here.shutdown(socket.SHUT_RDWR)):
        if not here.recv(1):
            raise ConnectionError("the other end is gone")


def test_another_failure_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), limit_time(60, pytest.fail):
        raise ZeroDivisionError


def test_what_was_done_in_time_is_not_disturbed() -> None:
    rung: list[bool] = []
    with limit_time(60, lambda: rung.append(True)):
        (timer,) = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        assert timer.daemon, "it holds up no exit of the program"
    timer.join(timeout=30)
    assert not timer.is_alive() and rung == []
