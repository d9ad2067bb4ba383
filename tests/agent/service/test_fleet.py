"""Many targets at a time: never more than asked for, never two of one tenant, and none stops another."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.service import fleet
from agent.service.fleet import DaemonThreads, FleetRun, FleetTask, name_tenant
from agent.support.errors import Stopped
from tests.agent.engagements import MINIMAL, load

WAIT_S = 60


def make_task(number: int, tenant: str = "", limit_s: float = WAIT_S) -> FleetTask:
    return FleetTask(
        engagement=Path("engagement.yaml"),
        customer="Acme",
        target=f"t{number}",
        place=Path("out"),
        tenant=tenant or f"tenant {number}",
        limit_s=limit_s,
    )


class Watch:
    """Counts what runs at a time, in all and of each tenant."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: Counter[str] = Counter()
        self.most, self.most_of_one = 0, 0
        self.ended: dict[str, object] = {}

    def work(self, task: FleetTask) -> str:
        with self.lock:
            self.running[task.tenant] += 1
            self.most = max(self.most, self.running.total())
            self.most_of_one = max(self.most_of_one, *self.running.values())
        threading.Event().wait(0.002)  # lets others begin, if they may
        with self.lock:
            self.running[task.tenant] -= 1
        if int(task.target[1:]) % 3 == 0:
            raise ValueError(task.target)
        return task.target

    def take(self, task: FleetTask, future: Future[str] | None) -> None:
        assert future is not None and task.target not in self.ended
        self.ended[task.target] = future.exception() or future.result()


def run_all(
    tasks: list[FleetTask],
    work: Callable[[FleetTask], str],
    take: Callable[[FleetTask, Future[str] | None], None],
    *,
    at_once: int = 4,
    executor: Executor | None = None,
    stop: threading.Event | None = None,
) -> tuple[FleetTask, ...]:
    run = FleetRun(executor or DaemonThreads(), work, at_once, take, stop or threading.Event())
    return run.run(tasks)


@settings(max_examples=25)
@given(st.lists(st.sampled_from("abcde"), max_size=25), st.integers(1, 6), st.booleans())
def test_bounded_and_never_two_of_one_tenant(tenants: list[str], at_once: int, pooled: bool) -> None:
    """Each task ends once, those that fail among them, on any executor."""
    watch = Watch()
    tasks = [make_task(number, tenant) for number, tenant in enumerate(tenants)]
    with ThreadPoolExecutor(3) as pool:
        left = run_all(tasks, watch.work, watch.take, at_once=at_once, executor=pool if pooled else None)
    assert not left and watch.ended.keys() == {task.target for task in tasks}
    assert all(isinstance(end, ValueError) == (int(name[1:]) % 3 == 0) for name, end in watch.ended.items())
    assert watch.most <= at_once and watch.most_of_one <= 1


def test_targets_do_run_at_a_time() -> None:
    """The bound is used: four that wait for each other come to their end."""
    meeting, ended = threading.Barrier(4, timeout=WAIT_S), list[str]()
    run_all(
        [make_task(n) for n in range(8)], lambda task: str(meeting.wait()), lambda task, _: ended.append(task.target)
    )
    assert len(ended) == 8 and not meeting.broken


def test_one_that_hangs_is_left_and_the_others_go_on() -> None:
    """Its tenant is not connected again, and it takes no place."""
    over, ended = threading.Event(), dict[str, bool]()
    tasks = [make_task(0, "hanging", limit_s=0), make_task(1, "hanging"), *(make_task(n) for n in range(2, 6))]

    def work(task: FleetTask) -> str:
        if task.target == "t0":
            over.wait(WAIT_S)
        return task.target

    left = run_all(tasks, work, lambda task, future: ended.update({task.target: future is not None}), at_once=1)
    over.set()
    assert ended == {"t0": False, "t2": True, "t3": True, "t4": True, "t5": True}
    assert [task.target for task in left] == ["t1"]


def test_a_signal_lets_no_more_begin_and_waits_for_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, ended, waits = threading.Event(), list[str](), list[int]()

    def wait(*given: object) -> object:
        waits.append(1)
        if len(waits) == 1:
            raise Stopped(signal.SIGINT)
        return futures.wait(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("agent.service.fleet.wait", wait)
    run = FleetRun(
        DaemonThreads(),
        lambda task: str(stop.wait(WAIT_S)),
        2,
        lambda task, future: ended.append(f"{task.target} {future and future.result()}"),
        stop,
    )
    with pytest.raises(Stopped) as caught:
        run.run([make_task(n) for n in range(6)])
    assert caught.value.exit_code == 130
    assert sorted(ended) == ["t0 True", "t1 True"]


def test_two_accounts_of_one_tenant_are_one_tenant(tmp_path: Path) -> None:
    more = """\
  same: {host: DB.example.com, port: 3306, user: other@orders#c1, password: env:P}
  port: {host: db.example.com, port: 3307, user: reader@orders#c1, password: env:P}
  cluster: {host: db.example.com, port: 3306, user: reader@orders#c2, password: env:P}
  bare: {host: db.example.com, port: 3306, user: reader, password: env:P}
  bare_too: {host: db.example.com, port: 3306, user: other, password: env:P}
"""
    engagement = load(tmp_path, MINIMAL + more)
    named = {target: name_tenant(engagement, target) for target in engagement.targets}
    assert named["orders"] == named["same"] and named["bare"] == named["bare_too"]
    assert len(set(named.values())) == 4
    task = fleet.make_task(engagement, "same", tmp_path)
    assert task.tenant == named["same"] and task.limit_s > 600
