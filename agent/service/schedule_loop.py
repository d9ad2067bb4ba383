"""The loop that looks once a day for assessments that are due.

The loop remembers nothing: history says what was done. So restarts and sleep of the machine change nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import schedule

from agent.model.terms import Text
from agent.support.errors import ConfigError

_POLL_S = 1.0  # short: the clock of a long wait stops while the machine sleeps


def schedule_daily(at: str, work: Callable[[], None]) -> schedule.Scheduler:
    """A scheduler that does ``work`` daily at ``at``. Raises ConfigError if ``at`` is no time of day."""
    scheduler = schedule.Scheduler()
    try:
        scheduler.every().day.at(at).do(work)
    except schedule.ScheduleValueError:
        raise ConfigError(Text('"{at}" is not a time of day. Write it as HH:MM, such as 08:30.', {"at": at})) from None
    return scheduler


def run_loop(tick: Callable[[], None], at: str, stop: threading.Event, on_error: Callable[[Exception], None]) -> None:
    """Tick at once, then daily at ``at`` (HH:MM or HH:MM:SS, this machine's time), until ``stop`` is set.

    ``tick`` asks history what is due, so a tick missed while the machine slept is caught up by the next. Its
    exceptions go to ``on_error`` and never end the loop. SIGTERM and SIGINT set ``stop``: a running tick may
    look at it to finish early. Raises ConfigError if ``at`` is no time of day.
    """

    def try_tick() -> None:
        try:
            tick()
        except Exception as error:  # noqa: BLE001 - a failed tick must not end the loop
            on_error(error)

    scheduler = schedule_daily(at, try_tick)
    with _set_stop_on_signals(stop):
        try_tick()
        while not stop.wait(_POLL_S):
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
