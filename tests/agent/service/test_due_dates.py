"""Days left, warnings and calendar entries, and that a calendar reads the file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from agent.engagement.subscription import judge_due
from agent.service.calendar_file import build_calendar, write_calendar
from agent.service.due_dates import count_days_left, find_end, list_due_dates, list_warnings
from agent.support import console
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load

NOW = datetime(2027, 12, 20, 4, 0, tzinfo=UTC)  # the subscription ends on 2028-01-31, in Shanghai


def test_an_end_at_midnight_leaves_the_day_before_whole(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL)
    midnight = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)  # 2028-01-01 00:00 in Shanghai
    assert find_end(engagement, midnight) == date(2028, 1, 1)
    assert find_end(engagement, midnight + timedelta(seconds=1)) == date(2028, 1, 2)
    assert find_end(engagement, None) is None
    assert count_days_left(date(2028, 1, 1), date(2027, 12, 30)) == 2
    assert count_days_left(date(2028, 1, 1), date(2028, 2, 1)) == 0 and count_days_left(None, date(2028, 2, 1)) is None


@pytest.mark.parametrize(("days", "count"), [(31, 0), (30, 1), (1, 1), (0, 0), (-3, 0)])
def test_what_ends_is_told_for_thirty_days(tmp_path: Path, days: int, count: int) -> None:
    engagement = load(tmp_path, MINIMAL)
    now = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
    not_after = datetime(2027, 2, 28, 16, 0, tzinfo=UTC) + timedelta(days=days)
    found = [render_text(text, "en") for text in list_warnings(engagement, not_after, now)]
    assert len(found) == count and all("The authorization of Acme ends in" in text for text in found)


def test_the_end_of_the_subscription_is_told(tmp_path: Path) -> None:
    (found,) = list_warnings(load(tmp_path, MINIMAL), None, datetime(2028, 1, 11, 4, 0, tzinfo=UTC))
    assert render_text(found, "en").startswith("The subscription of Acme ends in 20 days; 2028-01-31 is the first day")


def test_a_calendar_has_each_owed_period_and_what_ends(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL)
    status = judge_due(engagement.subscription, [], NOW, 60.0)
    dates = list(list_due_dates(engagement, "orders", status, NOW + timedelta(days=60), NOW))
    place = tmp_path / "a.ics"
    with console.use_language("en"):
        write_calendar(place, dates, NOW)
        again = build_calendar(dates, NOW + timedelta(days=1))
    events = list(Calendar.from_ical(place.read_bytes()).walk("VEVENT"))
    told = {str(event["SUMMARY"]): (event["DTSTART"].dt, event["DTEND"].dt) for event in events}
    assert told["Assess Acme · orders: period 8"] == (date(2027, 10, 31), date(2028, 1, 31))
    assert told["Subscription of Acme ends"] == (date(2028, 1, 30), date(2028, 1, 31))
    assert told["Authorization of Acme ends"][0] == date(2028, 2, 18)
    assert told["In 30 days: Authorization of Acme ends"][0] == date(2028, 1, 19)
    assert not any("period 7" in name for name in told), "what is over is no date any more"
    identities = [event["UID"] for event in Calendar.from_ical(again).walk("VEVENT")]
    assert identities == [event["UID"] for event in events] and len(set(identities)) == len(identities)


def test_hostile_names_break_no_line_of_the_file(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL.replace("Acme", '"A\\nEND:VEVENT\\n;,\\e[31m"'))
    status = judge_due(engagement.subscription, [], NOW, 60.0)
    content = build_calendar(list_due_dates(engagement, "orders", status, None, NOW), NOW)
    assert content.count(b"\nEND:VEVENT") == content.count(b"BEGIN:VEVENT") and b"\x1b" not in content
    assert len(list(Calendar.from_ical(content).walk("VEVENT"))) == content.count(b"BEGIN:VEVENT")
