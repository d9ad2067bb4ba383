"""What came of attempts is kept as long as it says something new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from agent.archive.history.attempts import list_attempts, note_attempt
from agent.archive.history.store import History
from agent.model.assessment import AttemptEnd, PastAttempt
from tests.agent.archive.history.documents import NOON, kept

AWAY, REACHED = AttemptEnd.UNREACHABLE, AttemptEnd.REACHED


def noted(history: History, *attempts: tuple[float, AttemptEnd]) -> list[tuple[float, AttemptEnd]]:
    for hours, end in attempts:
        note_attempt(history, "acme", "shop", PastAttempt(NOON + timedelta(hours=hours), end))
    return [((one.at - NOON) / timedelta(hours=1), one.end) for one in list_attempts(history, "acme", "shop")]


def test_the_same_again_is_kept_every_six_hours(tmp_path: Path) -> None:
    with History.open(str(tmp_path / "h.db")) as history:
        found = noted(history, (0, AWAY), (1, AWAY), (5.9, AWAY), (6, AWAY), (6.1, REACHED), (6.2, AWAY))
        assert found == [(0, AWAY), (6, AWAY), (6.1, REACHED), (6.2, AWAY)]
        assert list_attempts(history, "acme", "bank") == ()


def test_one_of_a_clock_that_was_set_back_is_kept_too(tmp_path: Path) -> None:
    with History.open(str(tmp_path / "h.db")) as history:
        assert noted(history, (100, AWAY), (0, AWAY), (100, REACHED)) == [(0, AWAY), (100, AWAY)]


def test_an_end_that_nobody_knows_is_left_out(tmp_path: Path) -> None:
    with History.open(str(tmp_path / "h.db")) as history:
        noted(history, (0, AWAY), (9, REACHED))
        with history.begin() as session:
            session.execute(text("UPDATE attempt SET result = 'x' WHERE result = 'reached'"))
        assert noted(history) == [(0, AWAY)]


def test_attempts_go_with_the_last_assessment_of_their_customer(tmp_path: Path) -> None:
    with History.open(str(tmp_path / "h.db")) as history:
        noted(history, (0, AWAY))
        history.save(kept("a1", 30))
        history.purge(NOON + timedelta(days=29))
        assert noted(history) == [(0, AWAY)]
        history.purge(NOON + timedelta(days=30))
        assert noted(history) == []
