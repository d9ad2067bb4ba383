"""Runs many targets at a time: a bounded number of them, never two of one tenant, and none stops another.

It knows executors and tasks only, so what carries out a task may be a thread, a process or another machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from agent.engagement.engagement_file import Engagement
from agent.service.periods import estimate_lease
from agent.support.errors import Stopped
from agent.support.signals import hold_signals

_POLL_S = 0.5  # how soon a tenant that takes too long is noticed
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTask:
    """One target to assess. It holds no secret, so it may go to another process or machine.

    ``tenant`` is the same for all targets that are one tenant. After ``limit_s`` seconds the others go on without it.
    """

    engagement: Path
    customer: str
    target: str
    place: Path
    tenant: str
    limit_s: float


def make_task(engagement: Engagement, target: str, place: Path) -> FleetTask:
    """Return the task of one target, whose files go below ``place``."""
    return FleetTask(
        engagement=engagement.path,
        customer=engagement.customer.name,
        target=target,
        place=place,
        tenant=name_tenant(engagement, target),
        limit_s=estimate_lease(engagement, target).total_seconds(),
    )


def name_tenant(engagement: Engagement, target: str) -> str:
    """Return what tells a tenant from others: where it is reached, and ``tenant#cluster`` of the user, if named.

    Accounts do not count: two accounts of one tenant are one tenant.
    """
    block = engagement.targets[target]
    return f"{block.host.lower()}:{block.port}/{block.user.partition('@')[2]}"


class DaemonThreads(Executor):
    """A thread for each task. None keeps the process from ending, because nobody can end a thread that hangs.

    Each runs in a copy of the context in which its task was submitted.
    """

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin at once; how many run at a time is for the caller to say."""
        future: Future[R] = Future()
        context = copy_context()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result: Any = context.run(fn, *args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever waits must get every error
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=run, name="fleet", daemon=True).start()
        return future


@dataclass(slots=True)
class FleetRun(Generic[R]):
    """One run over many tasks.

    ``on_end`` is called in the thread of the caller with each task that began and its future, or None for one that
    took longer than its limit and was left: its tenant is not connected again by this run. ``on_stop`` is called when a
    signal comes.
    """

    executor: Executor
    work: Callable[[FleetTask], R]
    at_once: int
    on_end: Callable[[FleetTask, Future[R] | None], None]
    stop: threading.Event
    on_stop: Callable[[], None] = lambda: None
    _waiting: list[FleetTask] = field(default_factory=list)
    _running: dict[Future[R], tuple[FleetTask, float]] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)

    def run(self, tasks: Sequence[FleetTask]) -> tuple[FleetTask, ...]:
        """Run the tasks. Return those that never began, because ``stop`` was set or their tenant was left hanging.

        A signal's Stopped, or ``stop``, lets no further task begin; those that run are waited for. Stopped is raised
        again at the end. What runs should look at ``stop``, to end sooner.
        """
        self._waiting, stopped = list(tasks), None
        while True:
            try:
                self._run_all()
                break
            except Stopped as signal:
                self.stop.set()
                stopped = stopped or signal
                self.on_stop()
        if stopped:
            raise stopped
        return tuple(self._waiting)

    def _run_all(self) -> None:
        while True:
            with hold_signals():
                if not self.stop.is_set():
                    self._begin_more()
            if not self._running:
                return
            wait(self._running, _POLL_S, FIRST_COMPLETED)
            with hold_signals():
                self._take_ended()

    def _begin_more(self) -> None:
        for task in list(self._waiting):
            if len(self._running) >= self.at_once:
                return
            if task.tenant not in self._held:
                self._held.add(task.tenant)
                self._waiting.remove(task)
                self._running[self.executor.submit(self.work, task)] = task, time.monotonic()

    def _take_ended(self) -> None:
        for future, (task, begun) in list(self._running.items()):
            if future.done():
                del self._running[future]
                self._held.discard(task.tenant)
                self.on_end(task, future)
            elif time.monotonic() - begun > task.limit_s:
                del self._running[future]
                self.on_end(task, None)
