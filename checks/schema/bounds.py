"""Bounds of range partitions as days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_QUOTED = re.compile(r"'(\d{4}-\d{2}-\d{2})[^']*'(?:,.*)?")
_CALL = re.compile(r"\s*(to_days|unix_timestamp|year)\s*\([^()]+\)\s*", re.IGNORECASE)
# TO_DAYS counts from year 0, Python from year 1.
_TO_DAYS_LEAD = 365


def day_of(expression: str | None, bound: str | None) -> date | None:
    """The day of a bound: a quoted date, or the value of TO_DAYS, UNIX_TIMESTAMP or YEAR; None for anything else."""
    quoted = _QUOTED.fullmatch(bound or "")
    call = _CALL.fullmatch(expression or "")
    try:
        if quoted:
            return date.fromisoformat(quoted[1])
        if not call or not bound:
            return None
        match call[1].lower():
            case "to_days":
                return date.fromordinal(int(bound) - _TO_DAYS_LEAD)
            case "year":
                return date(int(bound), 1, 1)
        return datetime.fromtimestamp(float(bound), UTC).date()
    except (ValueError, OverflowError):
        return None
