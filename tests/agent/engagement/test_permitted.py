"""When a target may be assessed: each reason by itself, and openings against a minute-by-minute search."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.engagement.permitted import (
    EACH_MOMENT,
    ClosedDays,
    Permission,
    Validity,
    find_closure,
    find_opening,
    find_refusal,
    is_open_for,
)
from agent.model.authorization import WEEKDAYS, SignedWindow
from agent.model.terms import Text
from agent.support.i18n import render_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 5, 12, 0, tzinfo=SHANGHAI)  # a Thursday
NIGHT = SignedWindow(opens="22:00", closes="06:00", timezone="Asia/Shanghai")
DAY = timedelta(days=1)


def said(permission: Permission, moment: datetime = NOON) -> str:
    found = find_hindrance(permission, moment)
    assert found
    english, chinese = (render_text(found, language) for language in ("en", "zh-CN"))
    assert "{" not in english + chinese and english != chinese
    return english


def test_without_any_agreement_every_moment_is_permitted() -> None:
    assert find_hindrance(EACH_MOMENT, NOON) is None and find_opening(EACH_MOMENT, NOON, NOON + DAY) == NOON


def closed_by(what: str) -> Permission:
    weekly = SignedWindow(days=("thu",), opens="11:00", closes="13:00", timezone="Asia/Shanghai")
    sale = ClosedDays("Sale", date(2026, 3, 1), date(2026, 3, 5), is_critical=what == "critical")
    return {
        "signed": Permission(validity=Validity(window=NIGHT)),
        "collection": Permission(timezone="Asia/Shanghai", collection=(NIGHT,)),
        "change": Permission(timezone="Asia/Shanghai", changes=(weekly,)),
        "critical": Permission(timezone="Asia/Shanghai", closed=(sale,)),
        "blackout": Permission(timezone="Asia/Shanghai", closed=(sale,)),
        "compaction": Permission(
            timezone="Asia/Shanghai",
            compaction=SignedWindow(opens="11:30", closes="12:30", timezone="Asia/Shanghai"),
        ),
        "early": Permission(validity=Validity(reference="A-1", not_before=NOON + timedelta(hours=5))),
    }[what]


def find_hindrance(permission: Permission, moment: datetime) -> Text | None:
    """Why nothing may be assessed at a moment, whatever the reason."""
    return find_refusal(permission, moment) or find_closure(permission, moment)


@pytest.mark.parametrize(
    ("what", "told", "hours"),
    [
        ("signed", "Outside the signed window", 10),
        ("collection", "Outside the agreed collection windows", 10),
        ("change", "Change window of the customer", 1),
        ("critical", "Critical period of the business until 2026-03-05: Sale", 12),
        ("blackout", "No assessment is agreed until 2026-03-05: Sale", 12),
        ("compaction", "Hour of the daily major compaction", 0.5),
        ("early", "Authorization A-1 begins at", 5),
    ],
)
def test_each_reason_is_told_and_opens_when_it_ends(what: str, told: str, hours: float) -> None:
    permission = closed_by(what)
    assert told in said(permission)
    opens = NOON + timedelta(hours=hours)
    assert find_opening(permission, NOON, NOON + 20 * DAY) == opens
    assert find_hindrance(permission, opens) is None and find_hindrance(permission, opens - timedelta(seconds=1))
    assert (find_closure(permission, NOON) is None) is (what == "early"), "what only people can change is no closure"


def test_an_expired_or_refused_document_opens_nothing() -> None:
    expired = Permission(validity=Validity(reference="A-1", not_after=NOON))
    assert "expired" in said(expired) and find_opening(expired, NOON, NOON + DAY) is None
    assert find_hindrance(expired, NOON - timedelta(seconds=1)) is None
    refused = Permission(validity=Validity(refusal=Text("The authorization needs {path}", {"path": "x"})))
    assert find_hindrance(refused, NOON) and find_opening(refused, NOON, NOON + DAY) is None


CLOCKS = st.sampled_from(["00:00", "01:30", "02:00", "02:20", "03:00", "05:45", "12:00", "22:00", "23:59"])
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])


@st.composite
def windows(draw: st.DrawFn) -> SignedWindow:
    opens, closes = draw(CLOCKS), draw(CLOCKS)
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True))
    closes = closes if closes != opens else "24:00"
    return SignedWindow(days=tuple(days), opens=opens, closes=closes, timezone=draw(ZONES))


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    return Permission(
        timezone=draw(ZONES),
        validity=Validity(window=draw(windows())),
        collection=tuple(draw(st.lists(windows(), max_size=1))),
        changes=tuple(draw(st.lists(windows(), max_size=1))),
        closed=(ClosedDays("x", date(2026, 3, 28), date(2026, 3, 28)),),
        compaction=draw(st.none() | windows()),
    )


# Around the nights in which Berlin and Lord Howe put their clocks forward and back.
STARTS = st.sampled_from([datetime(2026, 3, 28, 10, 7, tzinfo=UTC), datetime(2026, 4, 4, 3, 0, tzinfo=UTC)])


@settings(max_examples=25, deadline=None)
@given(permissions(), STARTS)
def test_openings_and_lengths_are_those_of_a_search_minute_by_minute(permission: Permission, start: datetime) -> None:
    end = start + 2 * DAY
    minutes = [start + timedelta(minutes=number) for number in range(2 * 24 * 60)]
    open_minutes = [moment for moment in minutes if find_hindrance(permission, moment) is None]
    assert find_opening(permission, start, end) == next(iter(open_minutes), None)
    length = timedelta(minutes=len(open_minutes))
    if length:
        assert is_open_for(permission, [(start, end)], length)
    assert not is_open_for(permission, [(start, end)], length + timedelta(minutes=1))
