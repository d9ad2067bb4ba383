"""The loop that looks once a day for assessments that are due, and sooner where something failed or opens.

The loop remembers nothing that counts: history says what was done. So restarts and sleep of the machine change nothing.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

import schedule

from agent.model.terms import Text
from agent.support.errors import ConfigError

_POLL_S = 1.0  # short: the clock of a long wait stops while the machine sleeps
# The wall clock and the one that nobody sets may differ by so much before the clock counts as set, or as slept over.
_JUMP = timedelta(minutes=1)

Tick = Callable[[], datetime | None]


def schedule_daily(at: str, work: Callable[[], object]) -> schedule.Scheduler:
    """A scheduler that does ``work`` daily at ``at``. Raises ConfigError if ``at`` is no time of day."""
    scheduler = schedule.Scheduler()
    try:
        scheduler.every().day.at(at).do(work)
    except schedule.ScheduleValueError:
        raise ConfigError(Text('"{at}" is not a time of day. Write it as HH:MM, such as 08:30.', {"at": at})) from None
    return scheduler


@dataclass(slots=True)
class JumpWatch:
    """Tells that the wall clock was set, or that the machine slept: then planned moments are wrong."""

    wall: datetime = field(default_factory=lambda: datetime.now(UTC))
    steady_s: float = field(default_factory=time.monotonic)

    def has_jumped(self, wall: datetime, steady_s: float) -> bool:
        """Whether the wall clock went otherwise than the steady one since the last time that this was asked."""
        gone = timedelta(seconds=steady_s - self.steady_s)
        jumped = abs(wall - self.wall - gone) > _JUMP
        self.wall, self.steady_s = wall, steady_s
        return jumped


def run_loop(
    tick: Tick,
    at: str,
    stop: threading.Event,
    on_error: Callable[[Exception], None],
    *,
    on_start: Callable[[], None] = lambda: None,
    on_jump: Callable[[], None] = lambda: None,
    each: tuple[timedelta, Callable[[], object]] | None = None,
) -> None:
    """Tick at once, then daily at ``at`` (HH:MM or HH:MM:SS, this machine's time), until ``stop`` is set.

    ``tick`` asks history what is due, so a tick missed while the machine slept is caught up by the next. It may return
    a moment (aware) at which it wants to be called once more. When the clock was set, ``on_jump`` is called, everything
    is planned anew and the tick is called at once. ``each`` is work done in an interval of its own. Exceptions go to
    ``on_error`` and never end the loop. SIGTERM and SIGINT set ``stop``: a running tick may look at it to finish early.
    ``on_start`` is called once they do.
    Raises ConfigError if ``at`` is no time of day.
    """
    scheduler = schedule_daily(at, lambda: None)

    def attempt(work: Callable[[], object]) -> None:
        try:
            again = work()
        except Exception as error:  # noqa: BLE001 - a failed tick must not end the loop
            on_error(error)
            return
        if work is tick:
            scheduler.clear("again")
            if isinstance(again, datetime):
                wait_s = max(1, round((again - datetime.now(UTC)).total_seconds() + 0.5))
                scheduler.every(wait_s).seconds.do(once).tag("again")

    def once() -> type[schedule.CancelJob]:
        attempt(tick)
        return schedule.CancelJob

    def plan() -> None:
        scheduler.clear()
        scheduler.every().day.at(at).do(attempt, tick)
        if each:
            scheduler.every(round(each[0].total_seconds())).seconds.do(attempt, each[1])

    with _set_stop_on_signals(stop):
        on_start()
        plan()
        attempt(tick)
        watch = JumpWatch()
        while not stop.wait(_POLL_S):
            if watch.has_jumped(datetime.now(UTC), time.monotonic()):
                on_jump()
                plan()
                attempt(tick)
            scheduler.run_pending()


@contextmanager
def _set_stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set ``stop`` instead of killing. A second signal acts as before. Main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        # The handler may interrupt the wait while it holds the event's lock: setting it here could hang for ever.
        threading.Thread(target=stop.set, daemon=True).start()

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
