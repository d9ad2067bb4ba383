"""Sizes, durations and switches as OceanBase spells them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.model.units import parse_duration, parse_microseconds, parse_number, parse_size, parse_switch, parse_word


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_size, "1.5G", 3 << 29),
        (parse_size, "0M", 0),
        (parse_size, "4096", 4096),
        (parse_size, "512MB", 512 << 20),
        (parse_size, " 2gib ", 2 << 30),
        (parse_size, "1K", 1024),
        (parse_size, "3T", 3 << 40),
        (parse_size, "1P", 1 << 50),
        (parse_size, "7B", 7),
        (parse_duration, "30s", 30.0),
        (parse_duration, "10ms", 0.01),
        (parse_duration, "5us", pytest.approx(5e-6)),
        (parse_duration, "10m", 600.0),
        (parse_duration, "2h", 7200.0),
        (parse_duration, "7d", 604800.0),
        (parse_duration, "15", 15.0),
        (parse_duration, " 1.5H ", 5400.0),
        (parse_microseconds, "10000000", 10.0),
        (parse_switch, "True", "on"),
        (parse_switch, "ON", "on"),
        (parse_switch, "1", "on"),
        (parse_switch, " no ", "off"),
        (parse_switch, "False", "off"),
        (parse_switch, "0", "off"),
        (parse_number, "20", 20.0),
        (parse_number, "20%", 20.0),
        (parse_number, "-1.5", -1.5),
        (parse_word, " READ-Committed ", "read-committed"),
    ],
)
def test_parses(parse: Callable[[str], float | str], text: str, value: float | str) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_size, ""), (parse_size, "G"), (parse_size, "1.5X"), (parse_size, "1 2"), (parse_duration, ""),
        (parse_duration, "fast"), (parse_duration, "1 week"), (parse_microseconds, "10s"), (parse_microseconds, ""),
        (parse_switch, ""), (parse_switch, "maybe"), (parse_number, "many"), (parse_number, "%"),
    ],
)  # fmt: skip
def test_refuses(parse: Callable[[str], float | str], text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse(text)
