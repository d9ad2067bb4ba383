"""Numbers are printed by their unit, and nothing that comes from a database is ever a template."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.terms import Scalar, Text, Unit
from agent.support.i18n import (
    LANGUAGES,
    count_digits,
    format_value,
    infer_unit,
    render_all_languages,
    render_text,
    translate,
)


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (92.345, Unit.PCT, "92.3%", "92.3%"),
        (100.0, Unit.PCT, "100%", "100%"),
        (0, Unit.PCT, "0%", "0%"),
        (32.4324, Unit.PERMILLE, "3.24%", "3.24%"),
        (0, Unit.BYTES, "0 B", "0 B"),
        (1023, Unit.BYTES, "1,023 B", "1,023 B"),
        (1536, Unit.BYTES, "1.5 KiB", "1.5 KiB"),
        (3 << 29, Unit.BYTES, "1.5 GiB", "1.5 GiB"),
        (5 << 40, Unit.BYTES, "5 TiB", "5 TiB"),
        (-3 << 20, Unit.BYTES, "-3 MiB", "-3 MiB"),
        (12345, Unit.COUNT, "12,345", "12,345"),
        (0, Unit.COUNT, "0", "0"),
        (0.125, Unit.RATIO, "0.12", "0.12"),
        (1.5, Unit.DAYS, "1.5 days", "1.5 天"),
        (12, Unit.HOURS, "12 h", "12 小时"),
        (30, Unit.SECONDS, "30 s", "30 秒"),
        (90, Unit.SECONDS, "1.5 min", "1.5 分钟"),
        (7200, Unit.SECONDS, "2 h", "2 小时"),
        (172800, Unit.SECONDS, "2 days", "2 天"),
        (250, Unit.MILLISECONDS, "250 ms", "250 毫秒"),
        (1500, Unit.MILLISECONDS, "1.5 s", "1.5 秒"),
        (90_000, Unit.MILLISECONDS, "1.5 min", "1.5 分钟"),
        (7, Unit.MICROSECONDS, "7 us", "7 微秒"),
        (1500, Unit.MICROSECONDS, "1.5 ms", "1.5 毫秒"),
        (2_000_000, Unit.MICROSECONDS, "2 s", "2 秒"),
        (60_000_000, Unit.MICROSECONDS, "1 min", "1 分钟"),
        (1234.567, None, "1,234.57", "1,234.57"),
        (2**63 - 1, Unit.COUNT, "9,223,372,036,854,775,807", "9,223,372,036,854,775,807"),
        ("as it is", Unit.BYTES, "as it is", "as it is"),
        ("x", Unit.TEXT, "x", "x"),
    ],
)
def test_every_unit(value: Scalar, unit: Unit | None, en: str, zh: str) -> None:
    assert (format_value(value, unit, "en"), format_value(value, unit, "zh-CN")) == (en, zh)


@pytest.mark.parametrize(
    ("value", "unit", "limits", "shown"),
    [
        (94.9949, Unit.PCT, [80, 95], "94.99%"),
        (94.99995, Unit.PCT, [95], "94.9999%"),
        (95.0, Unit.PCT, [95], "95%"),
        (95.01, Unit.PCT, [95], "95.01%"),
        (94.9, Unit.PCT, [95], "94.9%"),
        ((1 << 30) - 1, Unit.BYTES, [1 << 30], "1,023.999999 MiB"),
        ((1 << 30) + (1 << 20), Unit.BYTES, [1 << 30], "1.001 GiB"),
        (1_000_001, Unit.MICROSECONDS, [1_000_000], "1.000001 s"),
        (29.97, Unit.DAYS, [30], "29.97 days"),
        (12, Unit.COUNT, [12], "12"),
        ("12", Unit.COUNT, [13], "12"),
        (94.9949, Unit.PCT, [None, "high"], "95%"),
    ],
)
def test_no_value_is_shown_on_the_other_side_of_a_limit(
    value: Scalar, unit: Unit, limits: list[Scalar], shown: str
) -> None:
    assert format_value(value, unit, "en", digits=count_digits(value, unit, limits)) == shown


@given(
    value=st.floats(0, 1e9, allow_subnormal=False),
    nearness=st.sampled_from([0.0, 1e-6, -1e-6, 1e-4, -1e-4, 0.01, -0.01, 0.5]),
    unit=st.sampled_from([unit for unit in Unit if unit is not Unit.TEXT]),
)
def test_a_value_beside_its_limit_never_reads_like_it(value: float, nearness: float, unit: Unit) -> None:
    value = round(value, 3)
    limit = round(value * (1 + nearness), 3)
    digits = count_digits(value, unit, [limit])
    texts = [format_value(number, unit, "en", digits=digits) for number in (value, limit)]
    assert (texts[0] == texts[1]) == (value == limit)


def test_unknown_switches_and_times() -> None:
    assert [format_value(value, Unit.COUNT, "en") for value in (None, True, False)] == ["unknown", "yes", "no"]
    assert [format_value(value, None, "zh-CN") for value in (None, True, False)] == ["未知", "是", "否"]
    eight = datetime(2026, 11, 23, 14, 0, tzinfo=timezone(timedelta(hours=8)))
    assert (
        format_value(eight, None, "en") == format_value(eight.astimezone(UTC), None, "zh-CN") == "2026-11-23 06:00 UTC"
    )


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Shanghai", "2026-07-01 04:30 UTC+8"),
        ("Asia/Kolkata", "2026-07-01 02:00 UTC+5:30"),
        ("America/St_Johns", "2026-06-30 18:00 UTC-2:30"),  # in its summer
        ("Europe/London", "2026-06-30 21:30 UTC+1"),
        ("UTC", "2026-06-30 20:30 UTC"),
    ],
)
def test_times_are_those_of_the_readers_clock(zone: str, shown: str) -> None:
    moment = datetime(2026, 6, 30, 20, 30, tzinfo=UTC)
    assert format_value(moment, None, "en", ZoneInfo(zone)) == shown
    text = Text("it ended at {moment}", {"moment": moment})
    assert render_all_languages(text, ZoneInfo(zone))["en"] == f"it ended at {shown}"


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.TEXT])
def test_the_unit_stands_at_the_end_of_a_name(unit: Unit) -> None:
    assert infer_unit(f"used_{unit.value}") is unit
    assert infer_unit(unit.value) is None and infer_unit(f"{unit.value}_used") is None


def test_names_that_only_look_alike_have_no_unit() -> None:
    assert [infer_unit(name) for name in ("value", "bytes", "", "tables", "address", "status")] == [None] * 6


@given(st.text())
def test_a_value_never_acts_as_a_template(value: str) -> None:
    assert render_text(Text("<{name}> {used_bytes}", {"name": value, "used_bytes": 1024}), "en") == f"<{value}> 1 KiB"


@pytest.mark.parametrize("value", ["{used_bytes}", "{0}", "{", "}", "{{}}", "{name.__class__}", "%s", "$name"])
def test_braces_of_a_value_stay(value: str) -> None:
    assert render_text(Text("{name}", {"name": value}), "zh-CN") == value


def test_a_message_without_values_may_hold_braces() -> None:
    assert render_text(Text("a {literal} brace"), "en") == "a {literal} brace"


def test_no_text_is_no_text_and_unknown_messages_stay_english() -> None:
    assert render_all_languages(None) == dict.fromkeys(LANGUAGES, "") == {"zh-CN": "", "en": ""}
    assert translate("", "zh-CN") == ""
    assert translate("No catalogue holds this sentence.", "zh-CN") == "No catalogue holds this sentence."
