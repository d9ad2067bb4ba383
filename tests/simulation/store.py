"""The simulated history: assessments in memory, claims by the real code on a real SQLite, faults in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from agent.archive.history.claims import release_claim, renew_claim, take_claim
from agent.archive.history.entries import Claim
from agent.archive.history.models import Base
from agent.model.assessment import AttemptEnd, PastAssessment, PastAttempt
from agent.support.errors import ClaimLost, HistoryError

T = TypeVar("T")


class Store:
    """What every machine shares. ``away`` while no machine reaches it."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        Base.metadata.create_all(self.engine)
        self.recorded: dict[str, list[PastAssessment]] = defaultdict(list)
        self.attempts: dict[str, list[PastAttempt]] = defaultdict(list)
        self.idle: dict[str, tuple[int, datetime, datetime]] = {}
        self.away = False
        self.refused_late = 0

    def note_idle(self, target: str, recorded: Sequence[PastAssessment], now: datetime, until: datetime | None) -> None:
        """Keep that by these assessments nothing is owed from ``now`` until ``until``, the start of a period."""
        self.idle[target] = (len(recorded), now, until or datetime(9000, 1, 1, tzinfo=UTC))

    def find_idle(self, target: str, now: datetime) -> datetime | None:
        """Return until when a look does nothing, so that it can be left out: what is due is a pure judgement."""
        count, since, until = self.idle.get(target, (-1, now, now))
        return until if count == len(self.recorded[target]) and since <= now < until else None

    def record(self, claim: Claim, past: PastAssessment) -> None:
        """As ``History.save``: the claim is renewed in the transaction that records."""
        with Session(self.engine) as session, session.begin():
            try:
                renew_claim(session, claim)
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
        return self._ask(lambda: take_claim(self._store.engine, wanted))

    def renew(self, claim: Claim) -> Claim:
        def renew() -> Claim:
            with Session(self._store.engine) as session, session.begin():
                return renew_claim(session, claim)

        return self._ask(renew)

    def release(self, claim: Claim) -> None:
        def release() -> None:
            with Session(self._store.engine) as session, session.begin():
                release_claim(session, claim)

        self._ask(release)

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
