"""A simulated machine that runs the service: real looks and real plans, with a clock of its own, and often killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.engagement.permitted import find_closure, find_refusal
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.assessment import AttemptEnd, PastAssessment, Period
from agent.service.look import look_at_target
from agent.service.outcome import FAILED, PARTIAL
from agent.service.periods import Claims, hold_period, renew_until
from agent.service.retry_plan import RetryPlan
from agent.support.errors import ConnectError, HealthAgentError, HistoryError, NotAuthorized
from tests.simulation.store import Idle, Store, StoreHandle
from tests.simulation.targets import Target, list_true_bounds
from tests.simulation.world import World

COUNTS_FROM_PCT = 60.0
LEASE = timedelta(minutes=11, seconds=40)
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(minutes=10)


class Killed(BaseException):
    """The process is no more: nothing that it would still do happens."""


@dataclass
class Faults:
    """How often what goes wrong, and what has."""

    random: Random
    kill_a_step: float = 0.0008
    broken_line: float = 0.002
    unwritten: float = 0.03
    undelivered: float = 0.03
    sleeps: float = 0.03
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


class Machine:
    """``schedule run`` on one machine. ``epoch`` rises with each kill and start, ``offset`` is its clock's error."""

    epoch_of_plan = 0  # rises when its clock is set: looks that were planned before do not come

    def __init__(self, name: str, world: World, store: Store, faults: Faults, daily: timedelta) -> None:
        self.name, self.world, self.store, self.faults, self.daily = name, world, store, faults, daily
        self.targets: list[Target] = []
        self.stagger = timedelta(0)
        self.zone = ZoneInfo("Asia/Shanghai")
        self.offset, self.epoch, self.plan, self.is_up = timedelta(0), 0, RetryPlan(), False

    @property
    def now(self) -> datetime:
        return self.world.now + self.offset

    def boot(self) -> None:
        """Start, and look at every target at once. What was planned before means nothing any more."""
        self.epoch += 1
        self.plan, self.is_up = RetryPlan(), True
        self._look_at_all()

    def set_clock(self, offset: timedelta) -> None:
        """The clock is set; the service sees it and looks at once."""
        self.offset = offset
        self.faults.note("clock set")
        if self.is_up:
            self.epoch_of_plan += 1
            self.plan.forget()
            self._look_at_all()

    def kill(self, down: timedelta) -> None:
        if not self.is_up:
            return
        self.epoch += 1
        self.is_up = False
        self.faults.note("killed")
        self.world.after(down, self.boot)

    def _look_at_all(self) -> None:
        for target in self.targets:
            self._plan_look(target, self.now)

    def _plan_look(self, target: Target, moment: datetime) -> None:
        born = (self.epoch, self.epoch_of_plan)

        def look() -> None:
            if (self.epoch, self.epoch_of_plan) != born or not self.is_up:
                return
            idle = self.store.find_idle(target.name, self.now)
            if idle is None:
                self.world.start(lambda: self._look(target))
                return
            if idle.waits:
                self.plan.note_closed(target.name, idle.until)
            self._plan_look(target, self._find_next(target))

        self.world.at(moment - self.offset, look)

    def _look(self, target: Target) -> None:
        """As ``schedule run`` does with each target; then plan the next look."""
        process = Process(self, target)
        status: PeriodStatus | None = None
        try:
            try:
                status = process.read_status()
                if self.plan.wants_look(target.name, status):
                    code = run_look(process)
                    self.plan.note_look(target.name, code, status, self.now)
                    status = process.read_status()
            except HistoryError as error:
                self.plan.note_code(target.name, error.exit_code, self.now)
        except Killed:
            return
        if process.epoch == self.epoch and process.epoch_of_plan == self.epoch_of_plan:
            self._plan_look(target, self._find_next(target))

    def _find_next(self, target: Target) -> datetime:
        """The next daily look at which something may be to be made, or the end of a pause before it.

        A look at a target of which nothing is to be made does nothing, so those before its next period begins, or its
        agreed hours do, are left out.
        """
        idle, earliest = self.store.find_idle(target.name, self.now), self.now
        if idle:
            known = idle.handover + self.offset if idle.handover else idle.until
            earliest = min(idle.until, known)
        daily = self._find_daily(target, earliest)
        paused = self.plan.closed_until.get(target.name)
        return min(daily, paused) if paused and paused > self.now else daily

    def _find_daily(self, target: Target, earliest: datetime) -> datetime:
        local = earliest.astimezone(self.zone)
        daily = self.daily + (self.stagger if int(target.name[1:]) % 2 else timedelta(0))
        today = local.replace(hour=0, minute=0, second=0, microsecond=0) + daily
        return today if today > local else today + timedelta(days=1)


def run_look(process: Process) -> int:
    """The exit code of a look; every error but a kill is one."""
    try:
        return look_at_target(process)
    except HealthAgentError as error:
        return error.exit_code


class Process:
    """One look at one target, as ``agent.service.look.Site`` wants it. It dies with its machine."""

    def __init__(self, machine: Machine, target: Target) -> None:
        self.machine, self.target, self.epoch = machine, target, machine.epoch
        self.epoch_of_plan = machine.epoch_of_plan
        self.faults, self.world = machine.faults, machine.world
        self.now = machine.now
        self.awake_at = self.world.now
        self.handle = StoreHandle(machine.store, self.faults.random, self.step, self.faults.broken_line)

    def step(self) -> None:
        """Between two acts anything may end."""
        if self.machine.epoch != self.epoch:
            raise Killed
        if self.faults.random.random() < self.faults.kill_a_step:
            self.machine.kill(timedelta(minutes=self.faults.random.uniform(1, 90)))
            raise Killed

    def sleep(self, delay: timedelta) -> None:
        self.world.sleep(delay)
        self.step()

    # What a look asks for

    def read_status(self) -> PeriodStatus:
        recorded = self.handle.read_recorded(self.target.name)
        permission = self.target.permission_at(self.world.now)
        status = judge_due(self.target.subscription, recorded, self.now, COUNTS_FROM_PCT, permission=permission)
        until = self._find_idle_until(status)
        if until:
            handover = self.target.find_handover(self.world.now) if status.waits else None
            idle = Idle(recorded=len(recorded), since=self.now, until=until, waits=status.is_owed, handover=handover)
            self.machine.store.note_idle(self.target.name, idle)
        return status

    def _find_idle_until(self, status: PeriodStatus) -> datetime | None:
        """Until when looks at the target do nothing; None if it is to be looked at."""
        if not status.is_owed:
            return list_true_bounds(self.target, status.next) if status.next else NEVER
        return None if status.due else status.opens

    @contextmanager
    def hold(self, period: Period) -> Iterator[Claim]:
        wanted = make_claim("sim", self.target.name, period.start, self.machine.name, LEASE)
        with hold_period(self.handle, wanted, self._keep) as claim:
            yield claim

    @contextmanager
    def _keep(self, history: Claims, claim: Claim) -> Iterator[None]:
        over = [False]

        def wait(seconds: float) -> bool:
            self.world.sleep(timedelta(seconds=seconds))
            if self.world.now < self.awake_at:  # the whole machine was suspended, this thread with it
                self.world.sleep(self.awake_at - self.world.now)
            if self.machine.epoch != self.epoch:
                return True
            return over[0]

        def renew() -> None:
            try:
                renew_until(history, claim, wait)
            except Killed:
                return

        self.world.start(renew)
        try:
            yield
        finally:
            over[0] = True

    def assess(self, claim: Claim) -> int:
        random = self.faults.random
        self.sleep(timedelta(seconds=random.uniform(1, 10)))
        self._authorize()
        if not self.target.is_reachable(self.world.now):
            raise ConnectError("It is away.")
        self.faults.note("connected")
        self.sleep(timedelta(seconds=random.uniform(20, 120)))
        if random.random() < self.faults.sleeps:  # the machine is suspended: neither this nor the renewal goes on
            self.faults.note("slept")
            self._suspend(timedelta(minutes=random.uniform(1, 300)))
        coverage_pct = random.uniform(5, 59) if random.random() < self.target.partial else random.uniform(60, 100)
        number = self.faults.counts["connected"]
        past = PastAssessment(
            id=f"a{number}",
            as_of=self.now,
            coverage_pct=coverage_pct,
            is_complete=False,
            unwritten=("report",),
            undelivered=("group",),
        )
        try:
            self.handle.record(claim, past)
        except HistoryError:
            return PARTIAL  # told; the report is written all the same, and the period stays due
        return self._render(past)

    def _suspend(self, delay: timedelta) -> None:
        self.awake_at = self.world.now + delay
        self.sleep(delay)

    def write(self, claim: Claim, assessment_id: str) -> int:
        past = next(old for old in self.handle.read_recorded(self.target.name) if old.id == assessment_id)
        return self._render(past)

    def _render(self, past: PastAssessment) -> int:
        self.sleep(timedelta(seconds=self.faults.random.uniform(5, 60)))
        if self.faults.random.random() < self.faults.unwritten:
            return FAILED
        return self._finish(dataclasses.replace(past, unwritten=()))

    def deliver(self, claim: Claim, assessment_id: str) -> int:
        past = next(old for old in self.handle.read_recorded(self.target.name) if old.id == assessment_id)
        return self._finish(past)

    def _finish(self, past: PastAssessment) -> int:
        """Deliver what is written; a destination that cannot be reached is owed the report still."""
        is_lost = self.faults.random.random() < self.faults.undelivered
        try:
            self.handle.replace(self.target.name, past if is_lost else dataclasses.replace(past, undelivered=()))
        except HistoryError:
            return PARTIAL
        return PARTIAL if is_lost or past.coverage_pct < COUNTS_FROM_PCT else 0

    def _authorize(self) -> None:
        """By the server's clock, as connecting does."""
        if abs(self.machine.offset) > CLOCKS_MAY_DIFFER:
            raise NotAuthorized("The clocks differ.")
        permission, now = self.target.permission_at(self.world.now), self.world.now
        if find_refusal(permission, now) or find_closure(permission, now):
            raise NotAuthorized("Not now.")

    def note_attempt(self, end: AttemptEnd) -> None:
        try:
            self.handle.note_attempt(self.target.name, self.machine.now, end)
        except HistoryError:
            return

    def say_status(self, status: PeriodStatus) -> None:
        """Nobody listens."""
