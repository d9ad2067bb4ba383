"""The signed documents: what they may hold, and when their window is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from agent.engagement.authorization.request import Request, Window, parse_signed
from agent.facts.resources import Memstore
from agent.facts.settings import Variable
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load
from tests.agent.signing import request_text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def window(days: list[str], opens: str, closes: str) -> Window:
    return Window.model_validate({"days": days, "opens": opens, "closes": closes, "timezone": "Asia/Shanghai"})


@pytest.mark.parametrize(
    ("days", "opens", "closes", "moment", "is_open"),
    [
        (["mon"], "01:00", "05:00", "2026-11-23T01:00", True),
        (["mon"], "01:00", "05:00", "2026-11-23T00:59", False),
        (["mon"], "01:00", "05:00", "2026-11-23T04:59", True),
        (["mon"], "01:00", "05:00", "2026-11-23T05:00", False),
        (["tue"], "01:00", "05:00", "2026-11-23T03:00", False),
        (["mon"], "00:00", "24:00", "2026-11-23T23:59", True),
        (["mon"], "00:00", "24:00", "2026-11-24T00:00", False),
        (["mon"], "22:00", "05:00", "2026-11-23T22:00", True),
        (["mon"], "22:00", "05:00", "2026-11-24T04:59", True),
        (["mon"], "22:00", "05:00", "2026-11-24T05:00", False),
        (["mon"], "22:00", "05:00", "2026-11-24T22:00", False),
        (["mon"], "22:00", "05:00", "2026-11-23T04:00", False),
        (["sun"], "22:00", "05:00", "2026-11-23T04:00", True),
    ],
)
def test_the_window(days: list[str], opens: str, closes: str, moment: str, is_open: bool) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert window(days, opens, closes).is_open(local) is is_open
    assert window(days, opens, closes).is_open(local.astimezone(ZoneInfo("America/New_York"))) is is_open


@pytest.mark.parametrize("hour", ["00:00", "02:30"])
def test_a_window_without_length_is_refused(hour: str) -> None:
    """It could be read as no time, or as the whole day."""
    with pytest.raises(ValidationError, match="must not be the same time; the whole day is"):
        window(["mon"], hour, hour)


def test_every_day_without_hours_is_always_open() -> None:
    always = Window.model_validate({"timezone": "Asia/Shanghai"})
    start = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert all(always.is_open(start + timedelta(hours=hour)) for hour in range(0, 200, 7))


def test_what_was_drafted_is_understood(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL)
    text = request_text(engagement, (Memstore, Variable))
    found = parse_signed(Request, text.encode(), tmp_path / "a.yaml")
    assert [source.name for source in found.sources] == ["Memstore", "Variable"]
    assert found.targets[0].budget == engagement.targets["orders"].limits


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("form: ob-health authorization 2", "form: ob-health authorization 3", "form: write one of"),
        ("form: ob-health authorization 2", "form: ob-health authorization 1", 'each target has "kind" and "tls"'),
        ("  kind: user\n", "", 'each target has "kind" and "tls"'),
        ("    mode: required\n", "    {}\n", "tls: this must not be empty"),
        ("retention_days: 400", "retention_days: 0", "retention_days: must be greater than 0"),
        ("retention_days: 400", "retention_days: 36501", "retention_days: must be at most 36,500"),
        ("retention_days: 400", f"retention_days: {10**400}", "retention_days: must be at most 36,500"),
        ("  port: 3306", "  port: 0", "port: must be at least 1"),
        ("  port: 3306", "  port: 65536", "port: must be at most 65,535"),
        ("total_database_ms: 30000", f"total_database_ms: {10**400}", "total_database_ms: must be at most"),
        ("timezone: Asia/Shanghai", "timezone: Asia", "window.timezone: no such time zone"),
        ("closes: '24:00'", "closes: '25:00'", "window.closes: write a time of day in quotes"),
        ("closes: '24:00'", "closes: 22:00", "window.closes: write text"),
        ("name: Variable", "name: Memstore", "sources: a name stands here twice"),
        ("reference: T-1", "reference: T-1\nsudo: true", "sudo: unknown key"),
        ("not_before: 20", "not_before: 2026-01-01 # 20", "not_before: write a time with its zone"),
        ("not_before: 20", "not_before: 2199-01-01T00:00:00Z # 20", '"not_after" must be later than "not_before"'),
    ],
)
def test_what_cannot_be_signed_for(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = request_text(
        load(tmp_path, MINIMAL),
        (Memstore, Variable),
        window={"days": ["mon"], "opens": "00:00", "closes": "24:00", "timezone": "Asia/Shanghai"},
    )
    assert text.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        parse_signed(Request, text.replace(old, new).encode(), tmp_path / "a.yaml")
    assert any(problem in render_text(item, "en") for item in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("retention_days: 400", "retention_days: 1"),
        ("retention_days: 400", "retention_days: 36500"),
        ("  port: 3306", "  port: 1"),
        ("  port: 3306", "  port: 65535"),
    ],
)
def test_what_is_just_within_the_bounds_can_be_signed_for(tmp_path: Path, old: str, new: str) -> None:
    text = request_text(load(tmp_path, MINIMAL), (Memstore, Variable))
    assert text.count(old) == 1
    assert parse_signed(Request, text.replace(old, new).encode(), tmp_path / "a.yaml").sources
