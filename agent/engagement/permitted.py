"""When a target may be assessed by the schedule: signed window and validity, agreed hours, closed days, compaction.

Pure: it judges a moment that it is given. Hours and days are those of the service's time zone, the signed window those
of the zone that was signed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from agent.model.authorization import SignedWindow
from agent.model.terms import Scalar, Text

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_MIDNIGHT = "24:00"
_ALWAYS = SignedWindow()


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which nothing is assessed, both included; ``is_critical``: a critical period of the business."""

    name: str
    first: date
    last: date
    is_critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """What the signed authorization says of time, or ``refusal``: why it permits nothing at all.

    ``not_after`` is exclusive. Both are None where no document could be read.
    """

    reference: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    window: SignedWindow = _ALWAYS
    refusal: Text | None = None


_UNLIMITED = Validity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Everything that says when a target may be assessed. The default permits each moment.

    Without ``collection`` windows any hour will do that nothing else forbids; ``changes`` are the hours in which the
    customer changes the system, ``compaction`` those of the daily major compaction.
    """

    timezone: str = "UTC"
    validity: Validity = _UNLIMITED
    collection: tuple[SignedWindow, ...] = ()
    changes: tuple[SignedWindow, ...] = ()
    closed: tuple[ClosedDays, ...] = ()
    compaction: SignedWindow | None = None


EACH_MOMENT = Permission()


def find_refusal(permission: Permission, moment: datetime) -> Text | None:
    """Return why the signed document permits nothing at this moment (aware), whatever the hour; or None."""
    return permission.validity.refusal or _find_invalidity(permission.validity, moment)


def find_closure(permission: Permission, moment: datetime) -> Text | None:
    """Return which agreed hours or days close this moment: nothing is wrong then, and one only waits."""
    return _find_closed_day(permission, moment) or _find_closed_hour(permission, moment)


def _find_invalidity(validity: Validity, moment: datetime) -> Text | None:
    args: dict[str, Scalar] = {
        "reference": validity.reference,
        "not_before": validity.not_before,
        "not_after": validity.not_after,
    }
    if validity.not_after and moment >= validity.not_after:
        text = "Authorization {reference} expired at {not_after}. Ask for a new one: ob-health authorize request."
        return Text(text, args)
    if validity.not_before and moment < validity.not_before:
        return Text("Authorization {reference} begins at {not_before}.", args)
    return None


def _find_closed_day(permission: Permission, moment: datetime) -> Text | None:
    if not permission.closed:
        return None
    today = moment.astimezone(ZoneInfo(permission.timezone)).date()
    for days in permission.closed:
        if days.first <= today <= days.last:
            args: dict[str, Scalar] = {"name": days.name, "until": days.last.isoformat()}
            return Text(
                "Critical period of the business until {until}: {name}."
                if days.is_critical
                else "No assessment is agreed until {until}: {name}.",
                args,
            )
    return None


def _find_closed_hour(permission: Permission, moment: datetime) -> Text | None:
    signed = permission.validity.window
    if not signed.is_open(moment):
        return Text("Outside the signed window: {window}.", {"window": str(signed)})
    if permission.collection and not any(window.is_open(moment) for window in permission.collection):
        windows = "; ".join(map(str, permission.collection))
        return Text("Outside the agreed collection windows: {windows}.", {"windows": windows})
    for window in permission.changes:
        if window.is_open(moment):
            return Text("Change window of the customer: {window}.", {"window": str(window)})
    if permission.compaction and permission.compaction.is_open(moment):
        return Text("Hour of the daily major compaction: {window}.", {"window": str(permission.compaction)})
    return None


def find_opening(permission: Permission, start: datetime, end: datetime) -> datetime | None:
    """Return the first moment from ``start`` on, before ``end``, at which a target may be assessed; None without one.

    A document that is missing or refused opens nothing: nobody knows when there will be another.
    """
    validity = permission.validity
    if validity.refusal:
        return None
    start, end = max(start, validity.not_before or start), min(end, validity.not_after or end)
    return next((edge for edge in _list_edges(permission, start, end) if not find_closure(permission, edge)), None)


def is_open_for(permission: Permission, spans: Sequence[tuple[datetime, datetime]], least: timedelta) -> bool:
    """Whether the moments that nothing closes within these spans last so long together.

    The validity of the document at hand closes nothing here: another one may have held then.
    """
    total = timedelta(0)
    for start, end in spans:
        for moment, following in pairwise([*_list_edges(permission, start, end), end]):
            if find_closure(permission, moment) is None:
                total += following - moment
            if total >= least:
                return True
    return False


def _list_edges(permission: Permission, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield, in order, ``start`` and every moment before ``end`` at which the answer may change."""
    if start >= end:
        return
    yield start
    windows = [permission.validity.window, *permission.collection, *permission.changes]
    windows += [permission.compaction] if permission.compaction else []
    zones = {permission.timezone, *(window.timezone for window in windows)}
    clocks = {
        zone: {clock for window in windows if window.timezone == zone for clock in (window.opens, window.closes)}
        for zone in zones
    }
    last = start
    for moment in heapq.merge(*(_list_zone_edges(zone, clocks[zone], start, end) for zone in sorted(zones))):
        if last < moment < end:
            yield moment
            last = moment


def _list_zone_edges(name: str, clocks: Iterable[str], start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield, in order, when days begin in a zone, and when its clocks show these times.

    On a day on which the clock is put forward or back, each time as it is before and after that, and every quarter of
    an hour: a time may come twice, or never.
    """
    zone, times = ZoneInfo(name), sorted({time(), *(_read_clock(clock) for clock in clocks if clock != _MIDNIGHT)})
    offsets = [timedelta(hours=clock.hour, minutes=clock.minute) for clock in times]
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    begins = _start_day(day, zone)
    while day <= last:
        following = _start_day(day + _DAY, zone)
        shift = following - begins - _DAY
        if not shift:
            yield from (begins + offset for offset in offsets)
        else:
            edges = {begins + step * _QUARTER for step in range((following - begins) // _QUARTER)}
            edges |= {begins + offset + moved for offset in offsets for moved in (timedelta(0), shift)}
            yield from sorted(edge for edge in edges if begins <= edge < following)
        day, begins = day + _DAY, following


def _start_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _read_clock(clock: str) -> time:
    hour, _, minute = clock.partition(":")
    return time(int(hour), int(minute))
