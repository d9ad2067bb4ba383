"""Converts values to JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

_DIGITS = 4


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
