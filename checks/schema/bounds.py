"""Bounds of range partitions as days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from agent.facts.schema import PartitionedTable

_QUOTED = re.compile(r"'(\d{4})([-/])(\d{2})\2(\d{2})[^']*'(?:,.*)?")
_CALL = re.compile(r"\s*(to_days|unix_timestamp|year)\s*\([^()]+\)\s*", re.IGNORECASE)
# 20250101, 202501, 20250101000000, also as text, or 2025-01; what follows a comma bounds another column.
_WRITTEN = re.compile(r"'?((?:19|20)\d\d)-?(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01])(?:0{6})?)?'?(?:,.*)?")
_SINCE_1970 = re.compile(r"(\d{10})(?:000)?(?:,.*)?")
# TO_DAYS counts from year 0, Python from year 1.
_TO_DAYS_LEAD = 365
_DAY = timedelta(days=1)
_SUMMER_TIME = timedelta(hours=1)
# The first partition often takes what is older than all others, so this is more than a year.
_WIDEST = timedelta(days=732)


def days_of(table: PartitionedTable) -> tuple[date, date] | None:
    """The days of the first and the last bound but MAXVALUE; None where they are no dates."""
    first, last = table.first_bound, table.last_bound
    named = day_of(table.expression, first), day_of(table.expression, last)
    if named[0] and named[1]:
        return named[0], named[1]
    return _plain_days(first, last, table.partitions - (table.catch_all_pieces > 0))


def day_of(expression: str | None, bound: str | None) -> date | None:
    """The day of a bound: a quoted date, or the value of TO_DAYS, UNIX_TIMESTAMP or YEAR; None for anything else."""
    quoted = _QUOTED.fullmatch(bound or "")
    call = _CALL.fullmatch(expression or "")
    try:
        if quoted:
            return date(int(quoted[1]), int(quoted[3]), int(quoted[4]))
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


def _plain_days(first: str | None, last: str | None, partitions: int) -> tuple[date, date] | None:
    """Numbers that read as dates. Ids may read so too, but dates lie whole days apart, a day or more and on average not
    years."""
    start, end = _moment(first), _moment(last)
    if not start or not end or partitions <= 1:
        return None
    odd = (end - start) % _DAY
    if min(odd, _DAY - odd) > _SUMMER_TIME or not _DAY <= (end - start) / (partitions - 1) <= _WIDEST:
        return None
    return start.date(), end.date()


def _moment(bound: str | None) -> datetime | None:
    written, counted = _WRITTEN.fullmatch(bound or ""), _SINCE_1970.fullmatch(bound or "")
    try:
        if written:
            return datetime(int(written[1]), int(written[2]), int(written[3] or 1), tzinfo=UTC)
        # Half a day on: a midnight somewhere on earth then falls on the day that it begins there.
        return datetime.fromtimestamp(int(counted[1]), UTC) + _DAY / 2 if counted else None
    except ValueError:
        return None
