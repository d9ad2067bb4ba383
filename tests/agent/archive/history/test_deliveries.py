"""What history keeps of deliveries: one run wins, and what was sent is known to all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from agent.archive.history.store import History
from agent.model.delivery import Answer, DeliveryState, Retry
from agent.support.errors import DamagedHistory
from tests.agent.archive.history.documents import document

SENT = Answer(state=DeliveryState.SENT, code="0")
REFUSED = Answer(state=DeliveryState.REFUSED, code="310000" * 20, retry=Retry.SOON)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(str(tmp_path / "h.db")) as opened:
        opened.save(document("a1"), deliver_to=("group", "dba/1"))
        yield opened


def test_before_anything_is_sent_it_is_kept(history: History) -> None:
    begun = history.begin_delivery("a1", "group", "ab" * 32, None)
    assert begun and begun.attempts == 1 and begun.changed.tzinfo
    kept = history.deliveries("a1")["group"]
    assert kept.state is DeliveryState.SENDING and kept.state.is_open and kept.message_sha256 == "ab" * 32


def test_who_does_not_know_the_newest_state_may_not_send(history: History) -> None:
    begun = history.begin_delivery("a1", "group", "ab" * 32, None)
    assert begun
    assert history.begin_delivery("a1", "group", "ab" * 32, None) is None
    refused = history.end_delivery(begun, REFUSED)
    assert refused.code == ("310000" * 20)[:32]
    assert history.begin_delivery("a1", "group", "ab" * 32, begun) is None
    second = history.begin_delivery("a1", "group", "cd" * 32, refused)
    assert second and second.attempts == 2
    assert history.end_delivery(second, SENT).state is DeliveryState.SENT
    assert history.begin_delivery("a1", "group", "ab" * 32, refused) is None
    assert history.deliveries("a1")["group"].state is DeliveryState.SENT


def test_a_late_end_does_not_hide_a_newer_attempt(history: History) -> None:
    begun = history.begin_delivery("a1", "group", "ab" * 32, None)
    assert begun
    again = history.begin_delivery("a1", "group", "ab" * 32, begun)
    assert again
    history.end_delivery(begun, REFUSED)
    assert history.deliveries("a1")["group"] == again


def test_of_many_at_once_one_wins(tmp_path: Path, history: History) -> None:
    def begin(_: int) -> bool:
        with History.open(str(tmp_path / "h.db")) as own:
            return own.begin_delivery("a1", "dba/1", "ab" * 32, None) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(begin, range(8))) == 1


def test_what_is_owed_shrinks_with_what_was_taken(history: History) -> None:
    def owed() -> tuple[str, ...]:
        (past,) = history.recorded("acme", "shop")
        return past.undelivered

    assert owed() == ("group", "dba/1")
    begun = history.begin_delivery("a1", "group", "ab" * 32, None)
    assert begun and owed() == ("group", "dba/1"), "what may have been sent is owed"
    history.end_delivery(begun, SENT)
    assert owed() == ("dba/1",)
    history.save(document("a2"))
    assert [past.undelivered for past in history.recorded("acme", "shop")] == [("dba/1",), ()]


def test_a_damaged_state_is_one_message_and_never_taken_for_unsent(tmp_path: Path, history: History) -> None:
    assert history.begin_delivery("a1", "group", "ab" * 32, None)
    with closing(sqlite3.connect(tmp_path / "h.db")) as database:
        database.execute("UPDATE delivery SET state = 'nothing'")
        database.commit()
    with pytest.raises(DamagedHistory):
        history.deliveries("a1")


def test_the_place_of_a_report_follows_it(tmp_path: Path, history: History) -> None:
    assert history.find_place("a1") is None
    history.note_unwritten("a1", [], tmp_path / "tomorrow")
    assert history.find_place("a1") == tmp_path / "tomorrow"
