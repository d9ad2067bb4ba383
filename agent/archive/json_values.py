"""Converts values to JSON values, and reads JSON that somebody may have changed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

_DIGITS = 4
# A container or a value each: more would need gigabytes once they are objects. A large snapshot has some three million.
_MOST_VALUES = 8_000_000
_LONGEST_NUMBER = 31  # digits; sums of 64-bit numbers have less


def round_number(value: float) -> float:
    """A float rounded to four decimals; an integer unchanged."""
    return round(value, _DIGITS) if isinstance(value, float) else value


def to_json_value(value: Any) -> Any:
    """A JSON value: dates as ISO 8601, floats rounded to four decimals."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return round_number(value)
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [to_json_value(item) for item in value]
    return value


def parse_json(text: str) -> Any:
    """Return what a JSON text holds. Raises ValueError, and RecursionError for containers that are nested too deeply.

    NaN and infinity, numbers that nothing can have counted, and more values than memory has room for are refused.
    """
    if text.count(",") + text.count("[") + text.count("{") > _MOST_VALUES:
        raise ValueError("too many values")
    return json.loads(text, parse_constant=_refuse_constant, parse_int=_read_integer, parse_float=_read_float)


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _read_integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number of too many digits")
    return int(digits)


def _read_float(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_constant(digits[:20])
