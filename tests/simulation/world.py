"""Simulated time. Whatever runs is a greenlet that sleeps in simulated time, so that runs overlap as they really do.

Everything is deterministic: events of one moment happen in the order in which they were planned.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import greenlet


class World:
    """The true time, and what will happen."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._hub = greenlet.getcurrent()

    def at(self, moment: datetime, event: Callable[[], None]) -> None:
        """Plan an event; one of the past happens now."""
        heapq.heappush(self._events, (max(moment, self.now), next(self._numbers), event))

    def after(self, delay: timedelta, event: Callable[[], None]) -> None:
        self.at(self.now + delay, event)

    def start(self, work: Callable[[], None]) -> None:
        """Run work that may sleep."""
        runner = greenlet.greenlet(work, parent=self._hub)
        self.at(self.now, runner.switch)

    def sleep(self, delay: timedelta) -> None:
        """Let simulated time pass for the work that calls."""
        runner = greenlet.getcurrent()
        assert runner is not self._hub, "the hub never sleeps"
        self.after(delay, runner.switch)
        self._hub.switch()

    def run_until(self, end: datetime) -> None:
        while self._events and self._events[0][0] < end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end
