"""The tenant's time zone: bounds without a zone are taken as its wall clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from agent.api import Rows
from agent.facts.settings import Variable

_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d\d)")


def find_zone(variables: Rows[Variable] | None) -> tzinfo | None:
    """Return the tenant's time zone; None if it is unknown."""
    settings = {row.name: row.value or "" for row in variables or ()}
    name = settings.get("time_zone", "")
    if name.upper() == "SYSTEM":
        name = settings.get("system_time_zone", "")
    if offset := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-ahead if offset[1] == "-" else ahead)
    if name.upper() in ("UTC", "GMT"):
        return UTC
    try:
        return ZoneInfo(name) if "/" in name else None
    except (KeyError, ValueError, OSError):
        return None


def read_wall_clock(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return the wall clock of a moment in a zone (UTC if unknown), marked as UTC so that it compares with bounds."""
    return moment.astimezone(zone or UTC).replace(tzinfo=UTC)


def spell_zone(zone: tzinfo | None) -> str:
    """Return the zone's name as people write it, such as ``+08:00`` or ``Asia/Shanghai``."""
    if zone is None or zone is UTC:
        return "UTC"
    return str(zone).removeprefix("UTC") or "UTC"
