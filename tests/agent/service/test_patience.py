"""A history that is away is waited for; one that is written wrongly is not; an end is obeyed at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from agent.archive.history.store import History
from agent.service import patience
from agent.service.patience import open_patiently
from agent.support.errors import HistoryError, HistoryPlaceError


class Away:
    """Fails so many times, then opens."""

    def __init__(self, times: int, error: type[HistoryError] = HistoryError) -> None:
        self.left, self.error, self.asked = times, error, 0
        self.real = History.open

    def __call__(self, place: str | None = None) -> Any:
        self.asked += 1
        if self.left:
            self.left -= 1
            raise self.error("The history is away.")
        return self.real(place)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LONGEST_PAUSE_S", 0.01)


def test_it_is_told_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away = Away(3)
    monkeypatch.setattr(History, "open", away)
    with open_patiently(str(tmp_path / "h.db"), threading.Event()) as history:
        assert history.list() == ()
    assert away.asked == 4 and capsys.readouterr().err.count("The history is away.") == 1


def test_it_gives_up_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_GIVE_UP_S", 0.0)
    away = Away(99)
    monkeypatch.setattr(History, "open", away)
    with pytest.raises(HistoryError, match="away"), open_patiently(None, threading.Event()):
        pass
    assert away.asked == 1


def test_a_wrong_place_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Away(99, HistoryPlaceError)
    monkeypatch.setattr(History, "open", away)
    with pytest.raises(HistoryPlaceError), open_patiently(None, threading.Event()):
        pass
    assert away.asked == 1


def test_an_end_stops_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    stop.set()
    away = Away(99)
    monkeypatch.setattr(History, "open", away)
    with pytest.raises(HistoryError), open_patiently(None, stop):
        pass
    assert away.asked == 1
