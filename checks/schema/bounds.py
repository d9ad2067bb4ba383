"""Bounds of partitions by range or list as moments: the tenant's wall clock, marked as UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from agent.facts.schema import PartitionedTable
from checks.schema.zones import read_wall_clock, spell_zone

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
_INSTANTS = {"unix_timestamp"}  # the others give the wall clock
# The first partition often holds everything older, so this is more than a year.
_WIDEST_RANGE = timedelta(days=732)


def by_partition(table: PartitionedTable) -> bool:
    """Whether partitions are by range or list; otherwise subpartitions may be by range."""
    return table.method.upper().startswith("RANGE") or _by_list(table)


def ends_of(table: PartitionedTable, zone: tzinfo | None = None) -> tuple[datetime, datetime] | None:
    """Return when the first and the last partition except that for the rest end; None if their bounds are no dates.

    Each value of a list stands for the time up to the next one.
    """
    first, last = table.first_bound, table.last_bound
    if _by_list(table):
        first, last = (min(_list_values(first), default=None), max(_list_values(last), default=None))
    named = moment_of(table.expression, first, zone), moment_of(table.expression, last, zone)
    start, end = named
    if not start or not end:
        # Short numbers in a list are names more often than months: campaigns, regions, kinds.
        names = _by_list(table) and len((first or "").strip("'")) < len("20260101")
        plain = None if names else _find_plain_ends(first, last, ranges_of(table), zone)
        if not plain:
            return None
        start, end = plain
    if not _by_list(table):
        return start, end
    step = (end - start) / max(ranges_of(table) - 1, 1) or _DAY
    return _shift(start, step), _shift(end, step)


def _shift(moment: datetime, step: timedelta) -> datetime:
    """The moment this much later; the last one that there is where a value such as 9999-12-31 stands for no end."""
    try:
        return moment + step
    except OverflowError:
        return datetime.max.replace(tzinfo=moment.tzinfo)


def _by_list(table: PartitionedTable) -> bool:
    return table.method.upper().startswith("LIST") and not table.subpartitions


def _list_values(bound: str | None) -> list[str]:
    """Return the values of one partition by list, without those of further columns, which are spelled otherwise."""
    values = re.findall(r"'[^']*'|[0-9.]+", bound or "")
    return [value for value in values if len(value) == len(values[0])]


def ranges_of(table: PartitionedTable) -> int:
    """Return how many ranges have a bound, counted in one partition if subpartitions are by range."""
    return (table.partitions if by_partition(table) else table.subpartitions or 0) - (table.catch_all_pieces > 0)


def spelled(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return a bound as people write it, without a time at midnight, and its zone."""
    return f"{moment.strftime('%Y-%m-%d %H:%M').removesuffix(' 00:00')} {spell_zone(zone)}"


def moment_of(expression: str | None, bound: str | None, zone: tzinfo | None = None) -> datetime | None:
    """Return the date of a bound that is a quoted date or the value of a date function; None for any other bound."""
    quoted = _QUOTED.fullmatch(bound or "")
    call = _CALL.fullmatch(expression or "")
    counted = _DATE_FUNCTIONS.get(call[1].lower()) if call else None
    try:
        if quoted:
            year, _, month, day, hour, minute = quoted.groups("0")
            return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
        moment = counted(int(float(bound))) if counted and bound else None
        return read_wall_clock(moment, zone) if moment and call and call[1].lower() in _INSTANTS else moment
    except (ValueError, OverflowError):
        return None


def _find_plain_ends(
    first: str | None, last: str | None, ranges: int, zone: tzinfo | None
) -> tuple[datetime, datetime] | None:
    """Return both ends if the bounds are numbers that read as dates, otherwise None.

    Ids may read as dates too. But dates are one or more whole days apart, or whole hours if they name hours, and on
    average not years.
    """
    (start, step), (end, _) = _parse_moment(first, zone), _parse_moment(last, zone)
    if not start or not end or ranges <= 1:
        return None
    odd = (end - start) % step
    if min(odd, step - odd) > _SUMMER_TIME or not step <= (end - start) / (ranges - 1) <= _WIDEST_RANGE:
        return None
    return (start, end) if zone else (_floor_moment(start, step), _floor_moment(end, step))


def _floor_moment(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - _YEAR_1) % step


def _parse_moment(bound: str | None, zone: tzinfo | None) -> tuple[datetime | None, timedelta]:
    """Return the date that a number reads as, and its precision: a day or an hour."""
    written, counted = _WRITTEN.fullmatch(bound or ""), _SINCE_1970.fullmatch(bound or "")
    try:
        if written:
            parts = int(written[1]), int(written[2]), int(written[3] or 1), int(written[4] or 0)
            return datetime(*parts, tzinfo=UTC), _HOUR if written[4] else _DAY
        if counted:
            moment = datetime.fromtimestamp(int(counted[1]), UTC)
            # In an unknown zone half a day is added: midnight in any zone then falls on the day that begins there.
            return (read_wall_clock(moment, zone) if zone else moment + _DAY / 2), _DAY
    except ValueError:
        pass
    return None, _DAY
