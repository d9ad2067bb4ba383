"""The load that we put on a tenant: looks before costly sources, and waits or stops while it is busy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.facts import CostClass, Privilege
from agent.facts.own_statements.busy import write_busy_look
from agent.model.snapshot import Capabilities, Problem, Unavailable
from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import StatementError

if TYPE_CHECKING:
    from agent.collection.connect import ReadOnlySession

# On a tenant of one core a handful of sessions says little.
_FEWEST_CORES = 2
_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class BusyLimits:
    """From when on a tenant counts as busy, and how long we wait for it.

    By default a tenant has four workers per core (cpu_quota_concurrency): with more sessions at work, requests queue.
    ``queue_ms`` is the mean wait of a request; undisturbed it is some hundredths of a millisecond.
    """

    sessions_per_core: float = 4.0
    cpu_pct: float = 90.0
    queue_ms: float = 100.0
    wait_s: float = 60.0


class BusyWatch:
    """Looks before the first source of all, before the first of medium cost and before each heavy one.

    The first look holds nothing back: it is what the queue is compared with afterwards.
    """

    def __init__(self, session: ReadOnlySession, capabilities: Capabilities, limits: BusyLimits) -> None:
        self.waited_ms = 0.0
        self.problem: Problem | None = None
        self._session, self._limits, self._schema = session, limits, capabilities.system_schema
        self._began = self._looked = False
        self._queued: tuple[float, float] | None = None
        self._stopped: Unavailable | None = None
        if not {Privilege.PROCESS.value, "SELECT"} & capabilities.privileges:
            self._blind(Text("Without PROCESS on *.* only our own session is visible."))

    def before(self, cost: CostClass, source: str) -> Unavailable | None:
        """Why a source of this cost may not be read now, or None. A tenant that stays busy stops all that follow."""
        if not self._began and self.problem is None:
            self._began = True
            self._look()
        if cost is CostClass.HEAVY and not self._stopped:
            return self._too_little_left(source) or self._when_quiet()
        if cost is CostClass.MEDIUM and not self._looked:
            return self._when_quiet()
        return self._stopped

    def _too_little_left(self, source: str) -> Unavailable | None:
        budget, spent = self._session.budget, self._session.cost
        left_ms = budget.total_database_ms - spent.database_ms
        if left_ms >= budget.statement_timeout_s * 1000:
            return None
        args: dict[str, Scalar] = {"source": source, "left_ms": max(0.0, left_ms)}
        return Unavailable(
            UnavailableKind.BUDGET,
            Text("{source} is costly, and only {left_ms} of the load budget are left.", args),
            Text("Raise limits.total_database_ms of the target, or assess in a quieter hour."),
        )

    def _when_quiet(self) -> Unavailable | None:
        self._looked = True
        deadline = time.monotonic() + self._limits.wait_s
        while self.problem is None:
            busy = self._look()
            if busy is None:
                return None
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._stopped = Unavailable(
                    UnavailableKind.BUSY,
                    busy,
                    Text("Assess in a quieter hour, or raise limits.busy_wait_s of the target."),
                )
                return self._stopped
            self._wait(min(_PAUSE_S, left_s))
        return None

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self.waited_ms += seconds * 1000

    def _look(self) -> Text | None:
        """Why the tenant is busy, or None. Where it cannot be looked at, we go on and say so."""
        try:
            figures = self._session.fetch(write_busy_look(self._schema), "load")[0]
            sessions, used, most, requests, waited_us = map(float, figures)
        except StatementError as error:
            if error.kind is UnavailableKind.TIMEOUT:
                return Text("The target is so busy that it does not answer how busy it is.")
            if error.kind is not UnavailableKind.BUDGET:  # the sources themselves say that it is spent
                self._blind(error.text)
            return None
        queue_ms = self._mean_wait_ms(requests / max(1.0, sessions), waited_us / max(1.0, sessions))
        cpu_pct = 100 * used / most if most else 0.0
        cores = most / 100 / max(1.0, sessions)
        limit = int(self._limits.sessions_per_core * max(_FEWEST_CORES, cores))
        if sessions <= limit and cpu_pct <= self._limits.cpu_pct and queue_ms <= self._limits.queue_ms:
            return None
        args: dict[str, Scalar] = {
            "sessions_count": int(sessions),
            "limit_count": limit,
            "cpu_pct": cpu_pct,
            "limit_pct": self._limits.cpu_pct,
            "queue_ms": queue_ms,
            "limit_ms": self._limits.queue_ms,
        }
        return Text(
            "The target is busy: {sessions_count} active sessions (at most {limit_count}), CPU {cpu_pct}"
            " (at most {limit_pct}), requests wait {queue_ms} in the queue (at most {limit_ms}).",
            args,
        )

    def _mean_wait_ms(self, requests: float, waited_us: float) -> float:
        """How long a request waited in the queue, on average since the look before; 0.0 at the first."""
        before = self._queued or (requests, waited_us)
        self._queued = requests, waited_us
        queued = requests - before[0]
        return max(0.0, waited_us - before[1]) / queued / 1000 if queued > 0 else 0.0

    def _blind(self, why: Text) -> None:
        self.problem = Problem(
            Text("Whether the target is busy could not be seen before costly sources were read."),
            why,
        )
