"""When statements may be sent: the hours that were signed, to the minute, in the time zone that was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.authorization import Authorization, SignedWindow
from agent.support.i18n import LANGUAGES, render_text

BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
NIGHT = SignedWindow(days=("sat", "sun"), opens="22:00", closes="06:00", timezone="Asia/Shanghai")


def signed(window: SignedWindow = SignedWindow()) -> Authorization:
    return Authorization(
        reference="T-1", approver="A DBA", not_before=BEGIN, not_after=END, data_classes=frozenset(), window=window
    )


def said(moment: datetime, window: SignedWindow = SignedWindow()) -> str:
    found = signed(window).find_time_objection(moment)
    assert all(render_text(found, language) for language in LANGUAGES) or found is None
    return render_text(found, "en")


def test_validity_ends_at_its_end() -> None:
    second = timedelta(seconds=1)
    assert said(BEGIN) == said(END - second) == ""
    assert "was not valid yet" in said(BEGIN - second) and "T-1" in said(BEGIN - second)
    assert said(END).startswith("Authorization T-1 expired at 2027-02-01 00:00 UTC")


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-28T21:59:59", False),  # a Saturday
        ("2026-11-28T22:00:00", True),
        ("2026-11-29T05:59:59", True),
        ("2026-11-29T06:00:00", False),
        ("2026-11-30T05:59:59", True),  # of the night that began on Sunday
        ("2026-11-30T22:30:00", False),
        ("2026-11-28T03:00:00", False),  # of the night that began on Friday
    ],
)
def test_a_window_over_midnight(local: str, is_open: bool) -> None:
    moment = datetime.fromisoformat(local + "+08:00")
    assert NIGHT.is_open(moment) is is_open
    assert (said(moment, NIGHT) == "") is is_open


@pytest.mark.parametrize(
    ("opens", "closes", "utc", "is_open"),
    [
        (
            "22:00",
            "02:00",
            "2026-10-25T00:30:00",
            False,
        ),  # 02:30 in the night that is an hour longer, for the first time
        ("22:00", "02:00", "2026-10-24T23:59:59", True),
        ("01:00", "02:30", "2026-10-25T00:29:59", True),
        ("01:00", "02:30", "2026-10-25T00:30:00", False),
        ("01:00", "02:30", "2026-10-25T01:29:59", True),  # it is before 02:30 once more
        ("01:00", "02:30", "2026-10-25T01:30:00", False),
        ("02:10", "02:50", "2026-03-29T00:59:59", False),  # these minutes are left out in the shorter night
        ("02:10", "02:50", "2026-03-29T01:00:00", False),
        ("23:00", "24:00", "2026-03-29T21:59:59.999999", True),
        ("23:00", "24:00", "2026-03-29T22:00:00", False),
    ],
)
def test_where_clocks_are_put_forward_and_back_the_clock_on_the_wall_counts(
    opens: str, closes: str, utc: str, is_open: bool
) -> None:
    window = SignedWindow(opens=opens, closes=closes, timezone="Europe/Berlin")
    assert window.is_open(datetime.fromisoformat(utc + "+00:00")) is is_open


def test_a_closed_window_says_when_it_closed() -> None:
    text = said(datetime.fromisoformat("2026-11-29T06:00:00+08:00"), NIGHT)
    assert text.startswith("The signed window closed at 06:00 (sat, sun 22:00-06:00 Asia/Shanghai)")
    assert "2026-11-28 22:00 UTC" in text


@given(st.datetimes(BEGIN.replace(tzinfo=None), END.replace(tzinfo=None) - timedelta(seconds=1)))
def test_without_hours_it_is_always_open(moment: datetime) -> None:
    assert said(moment.replace(tzinfo=UTC)) == ""
