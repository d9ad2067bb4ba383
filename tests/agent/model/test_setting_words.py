"""Values of settings in words."""

from __future__ import annotations

import pytest

from agent.model.setting_words import Told, read_bare_unit, tell_expected, tell_setting
from agent.model.terms import Text
from agent.support.i18n import render_text


def render(told: Told, language: str) -> str:
    return render_text(told, language) if isinstance(told, Text) else told


@pytest.mark.parametrize(
    ("word", "unit", "english", "chinese"),
    [
        ("60", "s", "60 s", "60 秒"),
        ("86400", "s", "86,400 s", "86,400 秒"),
        ("10000000", "us", "10,000,000 us (10 s)", "10,000,000 微秒（10 秒）"),
        ("-1", "us", "-1", "-1"),
        ("0", "%", "0", "0"),
        ("20", "%", "20%", "20%"),
        ("2h", "", "2 h", "2 小时"),
        ("15m", "s", "15 min", "15 分钟"),
        ("100ms", "", "100 ms", "100 毫秒"),
        ("0ms", "", "0", "0"),
        ("30MB", "", "30 MiB", "30 MiB"),
        ("1G", "", "1 GiB", "1 GiB"),
        ("2147483647", "", "unlimited (2,147,483,647)", "不限制（2,147,483,647）"),
        ("9223372036854775807", "", "unlimited (9,223,372,036,854,775,807)", "不限制（9,223,372,036,854,775,807）"),
        ("True", "", "True (on)", "True（开启）"),
        ("OFF", "", "OFF", "OFF"),
        ("''", "", "empty", "空"),
        ("", "s", "empty", "空"),
        ("STRICT_ALL_TABLES", "s", "STRICT_ALL_TABLES", "STRICT_ALL_TABLES"),
        ("zstd_1.3.8", "", "zstd_1.3.8", "zstd_1.3.8"),
        ("4.2.5.1", "", "4.2.5.1", "4.2.5.1"),
        ("02:00", "", "02:00", "02:00"),
        ("1.5", "", "1.5", "1.5"),
    ],
)
def test_a_value_is_told_with_its_unit(word: str, unit: str, english: str, chinese: str) -> None:
    assert render(tell_setting(word, unit), "en") == english
    assert render(tell_setting(word, unit), "zh-CN") == chinese


@pytest.mark.parametrize(
    ("expected", "english", "chinese"),
    [
        ("900 – 86400 s", "900 s to 86,400 s", "900 秒至 86,400 秒"),
        ("30m – 1d", "30 min to 1 day", "30 分钟至 1 天"),
        ("10 – 40%", "10% to 40%", "10% 至 40%"),
        ("0ms / ≥ 1s", "0 or at least 1 s", "0 或不小于 1 秒"),
        ("≤ 15m", "at most 15 min", "不大于 15 分钟"),
        ("≥ 1024 B", "at least 1,024 bytes", "不小于 1,024 字节"),
        ("≥ 2147483647", "unlimited (2,147,483,647)", "不限制（2,147,483,647）"),
        ("True", "True (on)", "True（开启）"),
        ("lz4_1.0 / zstd_1.0 / none", "lz4_1.0, zstd_1.0 or none", "lz4_1.0、zstd_1.0 或 none"),
    ],
)
def test_what_is_expected_is_told_in_words(expected: str, english: str, chinese: str) -> None:
    assert render(tell_expected(expected), "en") == english
    assert render(tell_expected(expected), "zh-CN") == chinese


@pytest.mark.parametrize(
    ("expected", "unit"),
    [("900 – 86400 s", "s"), ("≥ 1000000 us", "us"), ("3 – 50%", "%"), ("≥ 1s", ""), ("1MB – 100MB", ""), ("ON", "")],
)
def test_the_unit_of_bare_numbers_stands_behind_the_range(expected: str, unit: str) -> None:
    assert read_bare_unit(expected) == unit
