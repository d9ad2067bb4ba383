"""When to look at a target again after a look that made nothing: with growing pauses, or when a window opens.

It remembers only what this process saw. After a restart each target is looked at once, and history says what is owed.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tenacity import RetryCallState, wait_exponential

from agent.engagement.subscription import PeriodStatus
from agent.service.outcome import PARTIAL
from agent.support.errors import NotAuthorized

# Five minutes, ten, twenty ... and then two hours: a target that was away is assessed soon after its return.
_PAUSES: Final = wait_exponential(multiplier=300, max=7200)
# What read too little cost the target its whole load budget, so it has some hours of rest.
_REST = timedelta(hours=4)
DONE_CODES = (0, 1)


@dataclass(slots=True)
class RetryPlan:
    """By target: how often in a row it failed, and before which moment (aware) it is left alone."""

    failures: dict[Hashable, int] = field(default_factory=dict)
    closed_until: dict[Hashable, datetime] = field(default_factory=dict)

    def may_look(self, key: Hashable, now: datetime) -> bool:
        """Whether the pause of a target is over."""
        return now >= self.closed_until.get(key, now)

    def wants_look(self, key: Hashable, status: PeriodStatus) -> bool:
        """Whether something is to be made of a target now. If it only waits for agreed hours, these are kept."""
        if not status.due and status.waits:
            self.note_closed(key, status.opens)
        return status.due

    def note_look(self, key: Hashable, code: int, status: PeriodStatus, now: datetime) -> None:
        """Keep what a look came to. What only people can change (code 3) is tried again by the daily look."""
        if code == NotAuthorized.exit_code:
            self.note_closed(key, status.opens)
        else:
            self.note_code(key, code, now)

    def note_closed(self, key: Hashable, opens: datetime | None) -> None:
        """Keep that nothing is permitted before ``opens``; None: nobody knows, so the daily look will see."""
        self.closed_until.pop(key, None)
        if opens:
            self.closed_until[key] = opens

    def note_code(self, key: Hashable, code: int, now: datetime) -> None:
        """Keep what a look came to, as an exit code."""
        if code in DONE_CODES:
            self.failures.pop(key, None)
            self.closed_until.pop(key, None)
            return
        self.failures[key] = self.failures.get(key, 0) + 1
        pause = find_pause(self.failures[key])
        self.closed_until[key] = now + (max(pause, _REST) if code == PARTIAL else pause)

    def find_next(self, now: datetime) -> datetime | None:
        """Return the earliest moment after ``now`` at which a pause ends; None if nothing waits."""
        return min((moment for moment in self.closed_until.values() if moment > now), default=None)

    def forget(self) -> None:
        """Begin anew: after the clock was set, the moments that are kept mean nothing."""
        self.failures.clear()
        self.closed_until.clear()


def find_pause(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    state = RetryCallState(None, None, (), {})  # type: ignore[arg-type]  # what is retried is nobody's business here
    state.attempt_number = failures
    return timedelta(seconds=_PAUSES(state))
