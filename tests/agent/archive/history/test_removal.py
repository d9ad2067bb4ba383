"""What is pruned, and what stays: never the newest of a target that are to be kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from agent.archive.history.removal import PruneWish
from agent.archive.history.store import History
from tests.agent.archive.history.documents import NOON
from tests.agent.archive.history.test_chain import problems, record

LATER = NOON + timedelta(days=2)


@pytest.mark.parametrize(
    ("wish", "gone"),
    [
        (PruneWish(keep=1), ["B1", "a1", "B2", "a2"]),
        (PruneWish(keep=3), []),
        (PruneWish(before=LATER), ["B1", "a1", "B2", "a2"]),
        (PruneWish(before=LATER, keep=2), ["B1", "a1"]),
        (PruneWish(before=NOON), []),
        (PruneWish(keep=1, customer="acme"), ["a1", "a2"]),
        (PruneWish(keep=1, customer="acme", target="bank"), []),
    ],
)
def test_the_wish_says_what_goes(any_history: History, wish: PruneWish, gone: list[str]) -> None:
    record(any_history, "a1", "a2", "a3")
    record(any_history, "B1", "B2", "B3", customer="Acme")
    found = [entry.id for entry in any_history.find_prunable(wish)]
    assert sorted(found) == sorted(gone)
    times = [entry.as_of for entry in any_history.find_prunable(wish)]
    assert times == sorted(times)
    any_history.prune(found, only_snapshots=False)
    assert sorted(entry.id for entry in any_history.list()) == sorted({"a1", "a2", "a3", "B1", "B2", "B3"} - {*gone})
    assert problems(any_history) == []
    assert any_history.check_chain()[0].tombstones == len(gone)


def test_only_the_snapshots_can_go(any_history: History) -> None:
    record(any_history, "a1", "a2")
    any_history.prune(["a1"], only_snapshots=True)
    assert [point.snapshot_kept for point in any_history.points()] == [False, True]
    assert any_history.load_sealed("a1") is None and any_history.load("a1")["assessment_id"] == "a1"
    assert problems(any_history) == [], "that a snapshot was pruned is no change of what was recorded"
    with any_history._engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM snapshot_part WHERE assessment_id = 'a1'")) == 0


def test_many_go_at_once(any_history: History) -> None:
    """A server takes only so many values in one statement."""
    any_history.prune([f"nobody-{number}" for number in range(1201)], only_snapshots=False)
    any_history.prune([f"nobody-{number}" for number in range(1201)], only_snapshots=True)
    assert problems(any_history) == []
