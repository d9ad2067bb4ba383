"""The simulated history: assessments and claims in memory, and faults on the way to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from agent.archive.history.entries import Claim
from agent.model.assessment import AttemptEnd, PastAssessment, PastAttempt
from agent.support.errors import ClaimLost, HistoryError
from tests.simulation.claims import MemoryClaims

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """That by so many assessments nothing is to be made of a target from ``since`` to ``until``, by a machine's clock.

    Either nothing is owed before ``until``, or it waits for agreed hours, which open then (``waits``). ``handover`` is
    the true moment at which another signed document comes to hand: then it must be judged again.
    """

    recorded: int
    since: datetime
    until: datetime
    waits: bool = False
    handover: datetime | None = None


class Store:
    """What every machine shares. ``away`` while no machine reaches it."""

    def __init__(self, read_time: Callable[[], datetime]) -> None:
        self._read_time = read_time
        self.claims = MemoryClaims(read_time)
        self.recorded: dict[str, list[PastAssessment]] = defaultdict(list)
        self.attempts: dict[str, list[PastAttempt]] = defaultdict(list)
        self.idle: dict[str, Idle] = {}
        self.away = False
        self.refused_late = 0

    def note_idle(self, target: str, idle: Idle) -> None:
        """Keep until when nothing is to be made of a target."""
        self.idle[target] = idle

    def find_idle(self, target: str, now: datetime) -> Idle | None:
        """Return until when a look does nothing, so that it can be left out: what is due is a pure judgement."""
        idle = self.idle.get(target)
        if idle is None or idle.recorded != len(self.recorded[target]) or not idle.since <= now < idle.until:
            return None
        return None if idle.handover and idle.handover <= self._read_time() else idle

    def record(self, claim: Claim, past: PastAssessment) -> None:
        """As ``History.save``: the claim is renewed in the transaction that records."""
        try:
            self.claims.renew(claim)
        except ClaimLost:
            self.refused_late += 1
            raise
        self.recorded[claim.target].append(past)

    def replace(self, target: str, past: PastAssessment) -> None:
        """As ``History.note_unwritten``: by the id of the assessment."""
        self.recorded[target] = [past if old.id == past.id else old for old in self.recorded[target]]

    def note_attempt(self, target: str, attempt: PastAttempt) -> None:
        """As ``attempts.note_attempt``: one like the last, a few hours after it, is not kept."""
        kept = self.attempts[target]
        last = max(kept, key=lambda old: old.at, default=None)
        if last and last.end is attempt.end and timedelta(0) <= attempt.at - last.at < timedelta(hours=6):
            return
        kept.append(attempt)


class StoreHandle:
    """The store as one process reaches it: over a line that may break before an answer, or after it."""

    def __init__(self, store: Store, random: Random, step: Callable[[], None], broken: float) -> None:
        self._store, self._random, self._step, self._broken = store, random, step, broken

    def _ask(self, work: Callable[[], T]) -> T:
        self._step()
        if self._store.away or self._random.random() < self._broken:
            raise HistoryError("The history is away.")
        answer = work()
        self._step()
        if self._random.random() < self._broken:
            raise HistoryError("The answer was lost.")
        return answer

    def claim(self, wanted: Claim) -> Claim:
        return self._ask(lambda: self._store.claims.claim(wanted))

    def renew(self, claim: Claim) -> Claim:
        return self._ask(lambda: self._store.claims.renew(claim))

    def release(self, claim: Claim) -> None:
        self._ask(lambda: self._store.claims.release(claim))

    def record(self, claim: Claim, past: PastAssessment) -> None:
        self._ask(lambda: self._store.record(claim, past))

    def replace(self, target: str, past: PastAssessment) -> None:
        self._ask(lambda: self._store.replace(target, past))

    def read_recorded(self, target: str) -> tuple[PastAssessment, ...]:
        return self._ask(lambda: tuple(self._store.recorded[target]))

    def read_attempts(self, target: str) -> tuple[PastAttempt, ...]:
        return self._ask(lambda: tuple(self._store.attempts[target]))

    def note_attempt(self, target: str, moment: datetime, end: AttemptEnd) -> None:
        self._ask(lambda: self._store.note_attempt(target, PastAttempt(moment, end)))
