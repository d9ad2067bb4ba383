"""Watches how busy the tenant is: looks before costly sources, and waits or stops while it is busy."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from agent.collection.only_row import fetch_only_row
from agent.facts import CostClass, Privilege
from agent.facts.own_statements.busy import write_busy_look
from agent.model.cost import BusyLimits
from agent.model.snapshot import Capabilities, Problem, Unavailable
from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import StatementError

if TYPE_CHECKING:
    from agent.collection.connect import ReadOnlySession

# A tenant of one core counts as one of two: a handful of sessions there says little.
_FEWEST_CORES = 2
_PAUSE_S = 5.0
_FIGURES = 5
# Each source that is not read for one of these says so itself.
_TOLD_BY_SOURCES = frozenset({UnavailableKind.BUDGET, UnavailableKind.CLOSED})


def _read_figures(*values: Any) -> tuple[float, ...]:
    figures = tuple(map(float, values))
    if len(figures) != _FIGURES or not all(map(math.isfinite, figures)):
        raise ValueError("not the figures of a look")
    return figures


class BusyWatch:
    """Looks at the load before the first source, before the first of medium cost and before each heavy one.

    The first look holds nothing back: later looks compare the queue with it.
    """

    def __init__(self, session: ReadOnlySession, capabilities: Capabilities, limits: BusyLimits) -> None:
        self.waited_ms = 0.0
        self.problem: Problem | None = None
        self._session, self._limits, self._schema = session, limits, capabilities.system_schema
        self._began = self._looked = False
        self._queued: tuple[float, float] | None = None
        self._stopped: Unavailable | None = None
        if not {Privilege.PROCESS.value, "SELECT"} & capabilities.privileges:
            self._record_problem(Text("Without PROCESS on *.* only our own session is visible."))

    def before(self, cost: CostClass, source: str) -> Unavailable | None:
        """Return why a source of this cost may not be read now, or None. Waits up to ``wait_s`` for a busy tenant.

        A tenant that stays busy stops all later sources, too.
        """
        if not self._began and self.problem is None:
            self._began = True
            self._find_busy_reason()
        if cost is CostClass.HEAVY and not self._stopped:
            return self._check_budget_left(source) or self._wait_until_quiet()
        if cost is CostClass.MEDIUM and not self._looked:
            return self._wait_until_quiet()
        return self._stopped

    def _check_budget_left(self, source: str) -> Unavailable | None:
        budget, spent = self._session.budget, self._session.cost
        left_ms = budget.total_database_ms - spent.database_ms
        # A long timeout alone must not shut out what is costly: half of a budget is room enough.
        if left_ms >= min(budget.statement_timeout_s * 1000, budget.total_database_ms / 2):
            return None
        args: dict[str, Scalar] = {"source": source, "left_ms": max(0.0, left_ms)}
        return Unavailable(
            UnavailableKind.BUDGET,
            Text("{source} is costly, and only {left_ms} of the load budget are left.", args),
            Text("Allow more database time, or assess in off-peak hours."),
        )

    def _wait_until_quiet(self) -> Unavailable | None:
        self._looked = True
        deadline = time.monotonic() + self._limits.wait_s
        while self.problem is None:
            busy = self._find_busy_reason()
            if busy is None:
                return None
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._stopped = Unavailable(
                    UnavailableKind.BUSY,
                    busy,
                    Text("Assess in off-peak hours, or allow a longer wait for an idle moment."),
                )
                return self._stopped
            self._wait_seconds(min(_PAUSE_S, left_s))
        return None

    def _wait_seconds(self, seconds: float) -> None:
        time.sleep(seconds)
        self.waited_ms += seconds * 1000

    def _find_busy_reason(self) -> Text | None:
        """Return why the tenant is busy, or None. A timeout counts as busy; another failure is recorded."""
        try:
            sql = write_busy_look(self._schema)
            sessions, used, most, requests, waited_us = fetch_only_row(self._session.fetch, sql, "load", _read_figures)
        except StatementError as error:
            if error.kind is UnavailableKind.TIMEOUT:
                return Text("The tenant is so busy that the load query did not return.")
            if error.kind not in _TOLD_BY_SOURCES:
                self._record_problem(error.text)
            return None
        queue_ms = self._compute_mean_wait_ms(requests / max(1.0, sessions), waited_us / max(1.0, sessions))
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

    def _compute_mean_wait_ms(self, requests: float, waited_us: float) -> float:
        """Return the mean wait of a request in the queue since the look before, in ms; 0.0 at the first look."""
        before = self._queued or (requests, waited_us)
        self._queued = requests, waited_us
        queued = requests - before[0]
        return max(0.0, waited_us - before[1]) / queued / 1000 if queued > 0 else 0.0

    def _record_problem(self, why: Text) -> None:
        self.problem = Problem(
            Text("Before costly sources were read, it could not be determined whether the tenant was busy."),
            why,
        )
