"""When each level reaches its limit: the forecasts of an assessment, as facts for the checks and as figures. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from enum import StrEnum

from agent.facts.growth import DaysToLimit, EarlierLevel
from agent.judgement.forecast.daily import reduce_to_days
from agent.model.figures import BandPoint, Level, LimitForecast
from agent.model.series import Point
from agent.model.snapshot import Snapshot

HORIZON_DAYS = 365
# Below these there is nothing to fit: a line through three points has no error to tell, and four weeks are the least in
# which a week shows. What a check asks for beyond them stands in rules.yaml.
FEWEST_POINTS = 4
FEWEST_DAYS = 28
_BAND_DAYS = (0, 7, 14, 30, 60, 90, 120, 150, 180, 240, 300, 365)
_LONGEST_DAYS = 3 * 365  # of what was seen: what is older tells little of the year to come
_DENSE = 0.5  # share of days with a value, from which on a week and a purge can show


class Lack(StrEnum):
    """Why there is no forecast."""

    FEW = "few"
    SHORT = "short"
    LIMIT = "limit"
    LIBRARY = "library"


def forecast_levels(snapshot: Snapshot, levels: Iterable[Level]) -> tuple[LimitForecast, ...]:
    """Return a forecast for each level of today, in order of kind and resource."""
    earlier: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for row in snapshot.list_rows(EarlierLevel):
        earlier[row.series, row.resource].append(Point(row.at, row.level))
    today = snapshot.as_of.astimezone(UTC).date()
    found = []
    for level in sorted(levels, key=lambda level: (level.kind, level.resource)):
        points = [*earlier[level.kind, level.resource], Point(snapshot.as_of, level.value)]
        days = [(day, value) for day, value in reduce_to_days(level.kind, points) if _is_recent(day, today)]
        found.append(forecast_level(level, days))
    return tuple(found)


def _is_recent(day: date, today: date) -> bool:
    return 0 <= (today - day).days <= _LONGEST_DAYS


def forecast_level(level: Level, days: Sequence[tuple[date, float]]) -> LimitForecast:
    """Return the forecast of one level from its daily values, oldest first, today's last.

    Without scipy, or with too little to fit, it says what is lacking. Where only the limit is not known, it tells how
    the level goes on.
    """
    days = [(day, value) for day, value in days if math.isfinite(value)]
    span = (days[-1][0] - days[0][0]).days if days else 0
    plain = LimitForecast(level=level, points_count=len(days), span_days=span, points=tuple(days))
    lack = _find_lack(level, len(days), span)
    if lack in (Lack.FEW, Lack.SHORT):
        return replace(plain, lack=lack.value)
    try:
        from agent.judgement.forecast import paths
    except ImportError:
        return replace(plain, lack=Lack.LIBRARY.value)
    numbers = [(day - days[0][0]).days for day, _ in days]
    dense = len(days) >= _DENSE * span
    ahead = paths.draw_paths(numbers, [value for _, value in days], HORIZON_DAYS, daily=dense)
    limit = level.limit if level.limit and not lack else math.inf
    near, likely, far = ahead.list_days_to(limit, now=level.value)
    today = days[-1][0]
    later = _BAND_DAYS[1:]
    band = tuple(
        BandPoint(today + timedelta(days=day), *ends)
        for day, ends in zip(later, ahead.list_values_at(later), strict=True)
    )
    return replace(
        plain,
        lack=lack.value if lack else "",
        near_days=near,
        likely_days=likely,
        far_days=far,
        year_value=band[-1].middle,
        year_high=band[-1].high,
        band=(BandPoint(today, days[-1][1], days[-1][1], days[-1][1]), *band),
    )


def _find_lack(level: Level, points_count: int, span_days: int) -> Lack | None:
    if points_count < FEWEST_POINTS:
        return Lack.FEW
    if span_days < FEWEST_DAYS:
        return Lack.SHORT
    return Lack.LIMIT if level.limit is None or level.limit <= 0 else None


def state_days(forecasts: Iterable[LimitForecast]) -> tuple[DaysToLimit, ...]:
    """Return the forecasts as the fact that checks ask for."""
    return tuple(
        DaysToLimit(
            series=one.level.kind,
            resource=one.level.resource,
            level=one.level.value,
            limit=one.level.limit,
            points_count=one.points_count,
            span_days=one.span_days,
            horizon_days=HORIZON_DAYS,
            lack=one.lack,
            near_days=one.near_days,
            likely_days=one.likely_days,
            far_days=one.far_days,
            year_high=one.year_high,
        )
        for one in forecasts
    )
