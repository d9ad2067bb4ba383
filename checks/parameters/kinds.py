"""How settings are spelled: what a person reads and what a rule compares.

``GV$OB_PARAMETERS`` shows words; ``DBA_OB_SYS_VARIABLES`` shows switches, character sets and enumerations as numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.units import parse_duration, parse_microseconds, parse_number, parse_size, parse_switch, parse_word

_MODES = {
    "REAL_AS_FLOAT": 0, "PIPES_AS_CONCAT": 1, "ANSI_QUOTES": 2, "IGNORE_SPACE": 3, "ONLY_FULL_GROUP_BY": 5,
    "NO_UNSIGNED_SUBTRACTION": 6, "NO_DIR_IN_CREATE": 7, "POSTGRESQL": 8, "ORACLE": 9, "NO_KEY_OPTIONS": 13,
    "NO_TABLE_OPTIONS": 14, "NO_FIELD_OPTIONS": 15, "ANSI": 18, "NO_AUTO_VALUE_ON_ZERO": 19, "NO_BACKSLASH_ESCAPES": 20,
    "STRICT_TRANS_TABLES": 21, "STRICT_ALL_TABLES": 22, "NO_ZERO_IN_DATE": 23, "NO_ZERO_DATE": 24,
    "ALLOW_INVALID_DATES": 25, "ERROR_FOR_DIVISION_BY_ZERO": 26, "TRADITIONAL": 27, "NO_AUTO_CREATE_USER": 28,
    "HIGH_NOT_PRECEDENCE": 29, "NO_ENGINE_SUBSTITUTION": 30, "PAD_CHAR_TO_FULL_LENGTH": 31,
    "ERROR_ON_RESOLVE_CAST": 32, "TIME_TRUNCATE_FRACTIONAL": 33,
}  # fmt: skip
_COLLATIONS = {
    "8": "latin1_swedish_ci", "11": "ascii_general_ci", "28": "gbk_chinese_ci", "45": "utf8mb4_general_ci",
    "46": "utf8mb4_bin", "47": "latin1_bin", "54": "utf16_general_ci", "55": "utf16_bin", "63": "binary",
    "65": "ascii_bin", "87": "gbk_bin", "101": "utf16_unicode_ci", "216": "gb18030_2022_bin",
    "217": "gb18030_2022_chinese_ci", "224": "utf8mb4_unicode_ci", "245": "utf8mb4_croatian_ci",
    "248": "gb18030_chinese_ci", "249": "gb18030_bin", "255": "utf8mb4_0900_ai_ci", "309": "utf8mb4_0900_bin",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """``spell`` makes a person's word of the server's; ``parse`` what the rule compares. Both raise ValueError.

    ``quoted`` tells whether SET GLOBAL wants the word in quotes (parameters take quotes around anything).
    """

    parse: Callable[[str], float | str]
    spell: Callable[[str], str] = str.strip
    quoted: bool = False


def _number(text: str) -> float:
    number = parse_number(text)
    if not math.isfinite(number):
        raise ValueError(f"not a number: {text!r}")
    return number


def _word(text: str) -> str:
    word = parse_word(text)
    if not word:
        raise ValueError("an empty value")
    return word


def _named(names: Mapping[str, str]) -> Callable[[str], str]:
    """Numbers to their names; words pass as they are. An unknown number is an error, never a guess."""

    def spell(text: str) -> str:
        word = text.strip()
        if not word.isdecimal():
            return word
        if word not in names:
            raise ValueError(f"an unknown number: {text!r}")
        return names[word]

    return spell


def _charset(collation: str) -> str:
    """``"utf8mb4_bin"`` -> utf8mb4, ``"gb18030_2022_bin"`` -> gb18030."""
    return _word(collation).split("_")[0]


def _modes(text: str) -> str:
    if not text.strip().isdecimal():
        return text.strip()
    bits = int(text)
    names = [name for name, place in _MODES.items() if bits >> place & 1]
    if sum(1 << _MODES[name] for name in names) != bits:
        raise ValueError(f"an unknown mode: {text!r}")
    return ",".join(names)


def _strictness(text: str) -> str:
    strict = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}
    return "strict" if strict & {name.strip().upper() for name in text.split(",")} else "lenient"


def _moment(text: str) -> str:
    """``"02:00"`` -> scheduled, ``"disable"`` -> disabled."""
    if parse_word(text) == "disable":
        return "disabled"
    hours, minutes = text.split(":")
    int(hours), int(minutes)
    return "scheduled"


NUMBER = Kind(_number)
SIZE = Kind(parse_size)
DURATION = Kind(parse_duration)
MICROSECONDS = Kind(parse_microseconds)
SWITCH = Kind(parse_switch)
ON_OFF = Kind(parse_switch, lambda text: parse_switch(text).upper())
WORD = Kind(_word, quoted=True)
MOMENT = Kind(_moment, quoted=True)
COLLATION = Kind(_charset, _named(_COLLATIONS), quoted=True)
CONSISTENCY = Kind(_word, _named({"1": "FROZEN", "2": "WEAK", "3": "STRONG"}), quoted=True)
SHARING = Kind(_word, _named({"0": "FORCE", "1": "EXACT"}), quoted=True)
ROW_IMAGE = Kind(_word, _named({"0": "MINIMAL", "1": "NOBLOB", "2": "FULL"}), quoted=True)
MODES = Kind(_strictness, _modes, quoted=True)
