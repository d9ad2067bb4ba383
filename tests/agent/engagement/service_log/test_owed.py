"""Topic sessions that are owed, and how long a target was out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.engagement.service_log.availability import compute_availability, measure_outage
from agent.engagement.service_log.entries import Incident
from agent.engagement.service_log.owed import list_owed_sessions
from tests.agent.engagement.service_log.logs import engage, kept

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_session_is_owed_every_six_months_of_the_term(tmp_path: Path) -> None:
    owed = list_owed_sessions(engage(tmp_path).service, kept(tmp_path).sessions)
    assert [(one.start, one.held.id if one.held else "") for one in owed] == [
        (date(2026, 1, 31), "S1"), (date(2026, 7, 31), ""), (date(2027, 1, 31), ""), (date(2027, 7, 31), ""),
    ]  # fmt: skip
    assert owed[-1].end == engage(tmp_path).service.end


def outage(begin: str, end: str, target: str | None = None, *, production: bool = True) -> Incident:
    moments = [datetime.fromisoformat(f"2026-11-11T{text}").replace(tzinfo=ZONE) for text in (begin, end)]
    return Incident.model_validate(
        {
            "id": "I", "title": "t", "severity": "P1", "reported": moments[0], "reported_by": "x", "target": target,
            "production": production, "outage": {"from": moments[0], "to": moments[1]},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("incidents", "minutes"),
    [
        ([], 0),
        ([outage("00:10", "00:20")], 10),
        ([outage("00:10", "00:20"), outage("00:15", "00:30")], 20),  # what overlaps counts once
        ([outage("00:10", "00:30"), outage("00:15", "00:20")], 20),
        ([outage("00:10", "00:20", "orders"), outage("00:40", "00:50", "stock")], 10),
        ([outage("00:10", "00:20", production=False)], 0),
        ([outage("00:50", "02:00")], 10),  # only what lies in the time that is looked at
    ],
)
def test_outages_are_added_up(incidents: list[Incident], minutes: float) -> None:
    first = datetime(2026, 11, 11, tzinfo=ZONE)
    last = first + timedelta(hours=1)
    out = measure_outage(incidents, "orders", first, last)
    assert out == timedelta(minutes=minutes)
    share = compute_availability(out, first, last)
    assert share == pytest.approx(100 * (60 - minutes) / 60)
    assert compute_availability(out, first, first) is None
