"""The daily loop: its ticks, its errors, its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.history.store import History
from agent.engagement.subscription import Subscription, judge_due
from agent.service.schedule_loop import JumpWatch, run_loop
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.archive.history.documents import document
from tests.waiting import eventually


def never(error: Exception) -> None:
    raise AssertionError("a tick failed") from error


class Running:
    """The loop in a thread of its own."""

    def __init__(
        self, tick: Callable[[], datetime | None], when: str, on_error: Callable[[Exception], None] = never
    ) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=run_loop, args=(tick, when, self.stop, on_error))
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()


def soon() -> str:
    return (datetime.now() + timedelta(seconds=3)).strftime("%H:%M:%S")


def far() -> str:
    return (datetime.now() + timedelta(hours=6)).strftime("%H:%M")


def test_a_tick_at_once_and_one_at_the_time_of_day() -> None:
    ticks: list[float] = []
    loop = Running(lambda: ticks.append(time.monotonic()), soon())
    eventually(lambda: len(ticks) == 2)
    loop.end()
    assert ticks[1] - ticks[0] > 0.9


def test_a_tick_that_asks_for_another_gets_one_and_no_more() -> None:
    ticks: list[float] = []

    def tick() -> datetime | None:
        ticks.append(time.monotonic())
        return datetime.now(UTC) + timedelta(seconds=1) if len(ticks) == 1 else None

    loop = Running(tick, far())
    eventually(lambda: len(ticks) == 2)
    time.sleep(2.5)
    loop.end()
    assert len(ticks) == 2


def test_work_of_its_own_interval_is_done_beside_the_ticks() -> None:
    done: list[int] = []
    stop = threading.Event()
    each = (timedelta(seconds=1), lambda: done.append(1))
    thread = threading.Thread(target=run_loop, args=(lambda: None, far(), stop, never), kwargs={"each": each})
    thread.start()
    eventually(lambda: len(done) >= 2)
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_a_clock_that_is_set_is_seen_and_everything_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks, jumps = list[int](), list[int]()
    answers = iter([True])
    monkeypatch.setattr(JumpWatch, "has_jumped", lambda *given: next(answers, False))
    stop = threading.Event()
    thread = threading.Thread(
        target=run_loop,
        args=(lambda: ticks.append(1), far(), stop, never),
        kwargs={"on_jump": lambda: jumps.append(1)},
    )
    thread.start()
    eventually(lambda: len(ticks) == 2)
    stop.set()
    thread.join(timeout=5)
    assert jumps == [1]


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "jumped"),
    [(1, 1, False), (3600, 3600, False), (3600, 1, True), (-3600, 1, True), (62, 1, True), (60, 1, False)],
)
def test_a_jump_is_where_the_clocks_part(wall_s: float, steady_s: float, jumped: bool) -> None:
    begin = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    watch = JumpWatch(begin, 100.0)
    assert watch.has_jumped(begin + timedelta(seconds=wall_s), 100.0 + steady_s) is jumped
    assert not watch.has_jumped(begin + timedelta(seconds=wall_s + 1), 101.0 + steady_s), "it is told once"


def test_an_exception_ends_the_tick_but_not_the_loop() -> None:
    errors: list[Exception] = []

    def tick() -> None:
        raise RuntimeError("bad day")

    loop = Running(tick, soon(), errors.append)
    eventually(lambda: len(errors) == 2)
    loop.end()
    assert [str(error) for error in errors] == ["bad day"] * 2


def test_a_stop_before_the_start_still_ticks_once() -> None:
    stop, ticks = threading.Event(), list[int]()
    stop.set()
    run_loop(lambda: ticks.append(1), far(), stop, never)
    assert ticks == [1]


@pytest.mark.parametrize("when", ["25:00", "8:30", "08:61", "noon", "", "0830"])
def test_a_wrong_time_of_day_is_a_configuration_error(when: str) -> None:
    with pytest.raises(ConfigError) as error:
        run_loop(lambda: None, when, threading.Event(), never)
    assert f'"{when}"' in render_text(error.value.text, "en")


def test_a_restarted_loop_goes_by_history(tmp_path: Path) -> None:
    today = datetime.now(UTC)
    subscription = Subscription((today - timedelta(days=100)).date(), 12, "UTC")
    for _ in range(3):
        with History.open(str(tmp_path / "h.db")) as history:

            def tick(history: History = history) -> None:
                now = datetime.now(UTC)
                if judge_due(subscription, history.recorded("acme", "shop"), now, 60.0).due:
                    history.save(document(now.isoformat(), now))

            stop = threading.Event()
            stop.set()
            run_loop(tick, far(), stop, never)
            assert len(history.list()) == 1


LOOP = """
import sys, threading, time
from agent.service.schedule_loop import JumpWatch, run_loop
stop = threading.Event()
def tick():
    print("ticked", flush=True)
    if "busy" in sys.argv:
        stop.wait(30)
    if "deaf" in sys.argv:
        time.sleep(30)
run_loop(tick, "{at}", stop, print)
print("ended", flush=True)
"""


def started(how: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", LOOP.replace("{at}", far()), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "ticked\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", ["idle", "busy"])
def test_a_signal_ends_the_loop_cleanly(number: signal.Signals, how: str) -> None:
    process = started(how)
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    assert (output, process.returncode) == ("ended\n", 0)


def test_a_second_signal_ends_a_tick_that_does_not_listen() -> None:
    process = started("deaf")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.poll() is None
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:  # two that arrive together count as one
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    assert process.wait(timeout=1) == -signal.SIGTERM
    assert process.stdout is not None
    process.stdout.close()


def test_the_signals_are_as_before_once_the_loop_is_over() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    stop = threading.Event()
    stop.set()
    run_loop(lambda: None, far(), stop, never)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
