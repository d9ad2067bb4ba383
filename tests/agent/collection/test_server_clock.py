"""Two clocks that are far apart are told; otherwise the server's is the one that counts."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from agent.collection.server_clock import ServerClock
from agent.support.i18n import render_text

NOW_S = datetime(2026, 11, 29, 6, 0, tzinfo=UTC).timestamp()


def clock(server_s: float = NOW_S, local_s: float = NOW_S) -> ServerClock:
    """Read in half a second, which began at 100.0 of our counter."""
    return ServerClock(server_s=server_s, asked_s=100.0, answered_s=100.5, local_s=local_s)


@pytest.mark.parametrize(
    ("ahead_s", "apart_s"),
    [(0.0, 0.0), (2.0, 2.0), (-0.5, 0.0), (-0.25, 0.0), (-0.75, 0.25), (-3.0, 2.5)],
)
def test_how_far_the_clocks_are_apart_at_least(ahead_s: float, apart_s: float) -> None:
    """The server may have said its time at any moment between question and answer."""
    assert clock(NOW_S + ahead_s).apart_s == apart_s


def test_ten_minutes_are_near_enough_and_more_is_refused_with_both_times() -> None:
    assert clock(NOW_S + 600).explain_apart("shop") is None
    assert clock(NOW_S - 600.5).explain_apart("shop") is None
    for ahead_s in (600.5, -601.0):
        told = clock(NOW_S + ahead_s).explain_apart("shop")
        assert told is not None
        said = render_text(told, "en")
        assert said.startswith("shop: the server's clock says ") and "more than 10 min apart" in said
        assert told.args["server_time"] == datetime.fromtimestamp(NOW_S + ahead_s, UTC)
        assert told.args["local_time"] == datetime.fromtimestamp(NOW_S, UTC)


@pytest.mark.parametrize(("counted_s", "walled_s"), [(8.0, 8.0), (2.0, 8.0), (8.0, 2.0), (8.0, -3600.0)])
def test_the_time_is_the_latest_that_the_server_can_have(
    counted_s: float, walled_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that slept counts no time, and its own clock may be set back."""
    ours = SimpleNamespace(perf_counter=lambda: 100.5 + counted_s, time=lambda: NOW_S + walled_s)
    monkeypatch.setattr("agent.collection.server_clock.time", ours)
    assert clock(NOW_S + 60).tell_time() == datetime.fromtimestamp(NOW_S + 60, UTC) + timedelta(seconds=8.5)


def test_a_span_of_ours_is_placed_so_that_it_surely_holds_it() -> None:
    """By the server's clock the counter 100.0 was at most 60, and 100.5 at least 60."""
    began_us, ended_us = clock(server_s=60.0).place(100.5, 102.0)
    assert (began_us, ended_us) == (60_000_000, 62_000_001)


@pytest.mark.parametrize("server_s", [1e30, -1e30, math.nan, math.inf])
def test_a_time_that_is_none_is_refused(server_s: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        clock(server_s)
