"""Claims in memory answer as those in SQL do, whoever claims, renews, records and gives back what, and when."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from agent.archive.history import claims
from agent.archive.history.claims import make_claim, release_claim, renew_claim, take_claim
from agent.archive.history.entries import Claim
from agent.archive.history.models import Base
from agent.support.errors import ClaimLost, PeriodClaimed
from tests.simulation.claims import MemoryClaims

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(minutes=15)


class Protocolled(Protocol):
    def claim(self, wanted: Claim) -> Claim: ...
    def renew(self, claim: Claim) -> Claim: ...
    def release(self, claim: Claim) -> None: ...


class SqlClaims:
    """The claims of the service, on SQLite."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        Base.metadata.create_all(self.engine)

    def claim(self, wanted: Claim) -> Claim:
        return take_claim(self.engine, wanted)

    def renew(self, claim: Claim) -> Claim:
        with Session(self.engine) as session, session.begin():
            return renew_claim(session, claim)

    def release(self, claim: Claim) -> None:
        with Session(self.engine) as session, session.begin():
            release_claim(session, claim)


class Clock:
    """The database's clock, which only the test moves."""

    def __init__(self) -> None:
        self.now = BEGIN

    def read(self, *_: object) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(claims, "read_database_time", clock.read)
    return clock


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Protocolled]:
    if request.param == "memory":
        yield MemoryClaims(clock.read)
        return
    sql = SqlClaims()
    yield sql
    sql.engine.dispose()


def wanted(holder: str, target: str = "shop") -> Claim:
    return make_claim("acme", target, date(2026, 1, 31), holder, LEASE)


def test_a_period_has_one_holder_until_the_last_moment_of_its_lease(store: Protocolled, clock: Clock) -> None:
    first = store.claim(wanted("one"))
    assert (first.token, first.until) == (1, BEGIN + LEASE)
    assert store.claim(wanted("two", target="bank")).token == 1
    clock.now = first.until - timedelta(microseconds=1)
    with pytest.raises(PeriodClaimed):
        store.claim(wanted("two"))
    clock.now = first.until
    assert store.claim(wanted("two")).token == 2


def test_a_late_holder_neither_renews_nor_gives_back(store: Protocolled, clock: Clock) -> None:
    late = store.claim(wanted("late"))
    clock.now = late.until
    assert store.renew(late).token == late.token, "nobody has taken it over"
    clock.now += LEASE
    second = store.claim(wanted("second"))
    with pytest.raises(ClaimLost):
        store.renew(late)
    store.release(late)
    with pytest.raises(PeriodClaimed):
        store.claim(wanted("third"))
    store.release(second)
    assert store.claim(wanted("third")).token == 3


def do_at_random(store: Protocolled, clock: Clock, random: Random) -> list[object]:
    """A thousand acts of four holders on three targets, and what each came to."""
    held: list[Claim] = [wanted("nobody")]
    came: list[object] = []
    for _ in range(1000):
        clock.now += random.choice([timedelta(0), timedelta(seconds=1), LEASE / 3, LEASE, -timedelta(minutes=4)])
        claim = random.choice(held[-8:])
        acts: list[Callable[[], Claim | None]] = [
            partial(store.claim, wanted(random.choice("abcd"), random.choice(["shop", "bank", "game"]))),
            partial(store.renew, dataclasses.replace(claim, lease=LEASE * 2)),
            partial(store.release, claim),
        ]
        try:
            answer = random.choice(acts)()
        except (PeriodClaimed, ClaimLost) as error:
            came.append((type(error), dict(error.text.args)["target"]))
            continue
        came.append(answer)
        if answer:
            held.append(answer)
    return came


def test_both_answer_alike_to_whatever_is_done(clock: Clock) -> None:
    sql, memory = SqlClaims(), MemoryClaims(clock.read)
    for seed in (1, 2):
        clock.now = BEGIN
        by_sql = do_at_random(sql, clock, Random(seed))
        clock.now = BEGIN
        by_memory = do_at_random(memory, clock, Random(seed))
        assert by_memory == by_sql
        assert {type(what) for what in by_sql} == {Claim, tuple, type(None)}
        assert {what[0] for what in by_sql if isinstance(what, tuple)} == {PeriodClaimed, ClaimLost}
    sql.engine.dispose()
