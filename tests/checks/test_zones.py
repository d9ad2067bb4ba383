"""The tenant's time zone, as its variables spell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.facts.settings import Variable
from checks.schema.zones import find_zone, read_wall_clock, spell_zone

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "system", "ahead_h", "spelled"),
    [
        ("+08:00", None, 8, "+08:00"),
        ("-05:30", None, -5.5, "-05:30"),
        ("Asia/Shanghai", None, 8, "Asia/Shanghai"),
        ("SYSTEM", "+09:00", 9, "+09:00"),
        ("UTC", None, 0, "UTC"),
    ],
)
def test_a_zone_is_read(name: str, system: str | None, ahead_h: float, spelled: str) -> None:
    zone = find_zone((Variable(name="time_zone", value=name), Variable(name="system_time_zone", value=system)))
    assert zone is not None and spell_zone(zone) == spelled
    assert read_wall_clock(NOW, zone) - NOW == timedelta(hours=ahead_h)


@pytest.mark.parametrize("name", ["", "CST", "SYSTEM", "No/Where", "../etc/passwd", None])
def test_an_unknown_zone_is_unknown(name: str | None) -> None:
    zone = find_zone((Variable(name="time_zone", value=name),))
    assert zone is None and spell_zone(zone) == "UTC" and read_wall_clock(NOW, zone) == NOW
    assert find_zone(None) is None
