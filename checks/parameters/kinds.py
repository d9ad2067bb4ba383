"""How settings are spelled: what a person reads and what a rule compares."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from agent.api import parse_duration, parse_microseconds, parse_number, parse_size, parse_switch, parse_word


@dataclass(frozen=True, slots=True)
class Kind:
    """``spell`` returns a word for people, ``parse`` returns what the rule compares. Both raise ValueError.

    ``quoted`` tells whether SET GLOBAL wants the word in quotes (parameters take quotes around anything).
    """

    parse: Callable[[str], float | str]
    spell: Callable[[str], str] = str.strip
    quoted: bool = False


def _parse_finite_number(text: str) -> float:
    number = parse_number(text)
    if not math.isfinite(number):
        raise ValueError(f"not a number: {text!r}")
    return number


def _parse_filled_word(text: str) -> str:
    word = parse_word(text)
    if not word:
        raise ValueError("an empty value")
    return word


def _spell_name(text: str) -> str:
    """Return a name as it is. A number instead of a name is an error: its meaning is not guessed."""
    word = text.strip()
    if word.isdecimal():
        raise ValueError(f"a number, not a name: {text!r}")
    return word


def _parse_charset(collation: str) -> str:
    """``"utf8mb4_bin"`` -> utf8mb4, ``"gb18030_2022_bin"`` -> gb18030."""
    return _parse_filled_word(collation).split("_")[0]


def _parse_strictness(text: str) -> str:
    strict = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}
    return "strict" if strict & {name.strip().upper() for name in text.split(",")} else "lenient"


def _parse_schedule(text: str) -> str:
    """``"02:00"`` -> scheduled, ``"disable"`` -> disabled."""
    if parse_word(text) == "disable":
        return "disabled"
    hours, minutes = text.split(":")
    int(hours), int(minutes)
    return "scheduled"


NUMBER = Kind(_parse_finite_number)
SIZE = Kind(parse_size)
DURATION = Kind(parse_duration)
MICROSECONDS = Kind(parse_microseconds)
SWITCH = Kind(parse_switch)
ON_OFF = Kind(parse_switch, lambda text: parse_switch(text).upper())
WORD = Kind(_parse_filled_word, quoted=True)
MOMENT = Kind(_parse_schedule)
NAME = Kind(_parse_filled_word, _spell_name, quoted=True)
COLLATION = Kind(_parse_charset, _spell_name, quoted=True)
MODES = Kind(_parse_strictness, _spell_name, quoted=True)
