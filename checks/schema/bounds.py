"""Bounds of range partitions as moments, in UTC because the zone in which the application writes is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agent.facts.schema import PartitionedTable

_QUOTED = re.compile(r"'(\d{4})([-/])(\d\d)\2(\d\d)(?:[ T](\d\d):(\d\d))?[^']*'(?:,.*)?")
_CALL = re.compile(r"\s*(\w+)\s*\([^()]+\)\s*")
# 20250101, 202501, 2025010100, 20250101000000, also as text, or 2025-01; what follows a comma bounds another column.
_WRITTEN = re.compile(
    r"'?((?:19|20)\d\d)-?(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01])(?:([01]\d|2[0-3])(?:0{4})?)?)?'?(?:,.*)?"
)
_SINCE_1970 = re.compile(r"(\d{10})(?:000)?(?:,.*)?")
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SUMMER_TIME = _HOUR
# TO_DAYS and TO_SECONDS count from year 0, Python from year 1.
_YEAR_1, _YEAR_0 = datetime(1, 1, 1, tzinfo=UTC), timedelta(days=366)
_DATE_FUNCTIONS: dict[str, Callable[[int], datetime]] = {
    "to_days": lambda value: _YEAR_1 + (timedelta(days=value) - _YEAR_0),
    "to_seconds": lambda value: _YEAR_1 + (timedelta(seconds=value) - _YEAR_0),
    "unix_timestamp": lambda value: datetime.fromtimestamp(value, UTC),
    "year": lambda value: datetime(value, 1, 1, tzinfo=UTC),
}
# The first partition often holds everything older, so this is more than a year.
_WIDEST_RANGE = timedelta(days=732)


def by_partition(table: PartitionedTable) -> bool:
    """Whether partitions are by range; otherwise subpartitions may be."""
    return table.method.upper().startswith("RANGE")


def ends_of(table: PartitionedTable) -> tuple[datetime, datetime] | None:
    """Return when the first and the last partition except that of MAXVALUE end; None if their bounds are no dates."""
    first, last = table.first_bound, table.last_bound
    named = moment_of(table.expression, first), moment_of(table.expression, last)
    if named[0] and named[1]:
        return named[0], named[1]
    return _find_plain_ends(first, last, ranges_of(table))


def ranges_of(table: PartitionedTable) -> int:
    """Return how many ranges have a bound, counted in one partition if subpartitions are by range."""
    return (table.partitions if by_partition(table) else table.subpartitions or 0) - (table.catch_all_pieces > 0)


def spelled(moment: datetime) -> str:
    """Return a bound as people write it, without a time at midnight."""
    return moment.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")


def moment_of(expression: str | None, bound: str | None) -> datetime | None:
    """Return the date of a bound that is a quoted date or the value of a date function; None for any other bound."""
    quoted = _QUOTED.fullmatch(bound or "")
    call = _CALL.fullmatch(expression or "")
    counted = _DATE_FUNCTIONS.get(call[1].lower()) if call else None
    try:
        if quoted:
            year, _, month, day, hour, minute = quoted.groups("0")
            return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
        return counted(int(float(bound))) if counted and bound else None
    except (ValueError, OverflowError):
        return None


def _find_plain_ends(first: str | None, last: str | None, ranges: int) -> tuple[datetime, datetime] | None:
    """Return both ends if the bounds are numbers that read as dates, otherwise None.

    Ids may read as dates too. But dates are one or more whole days apart, or whole hours if they name hours, and on
    average not years.
    """
    (start, step), (end, _) = _parse_moment(first), _parse_moment(last)
    if not start or not end or ranges <= 1:
        return None
    odd = (end - start) % step
    if min(odd, step - odd) > _SUMMER_TIME or not step <= (end - start) / (ranges - 1) <= _WIDEST_RANGE:
        return None
    return _floor_moment(start, step), _floor_moment(end, step)


def _floor_moment(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - _YEAR_1) % step


def _parse_moment(bound: str | None) -> tuple[datetime | None, timedelta]:
    """Return the date that a number reads as, and its precision: a day or an hour."""
    written, counted = _WRITTEN.fullmatch(bound or ""), _SINCE_1970.fullmatch(bound or "")
    try:
        if written:
            parts = int(written[1]), int(written[2]), int(written[3] or 1), int(written[4] or 0)
            return datetime(*parts, tzinfo=UTC), _HOUR if written[4] else _DAY
        if counted:
            # Half a day is added: midnight in any zone then falls on the day that begins there.
            return datetime.fromtimestamp(int(counted[1]), UTC) + _DAY / 2, _DAY
    except ValueError:
        pass
    return None, _DAY
