"""The members of the document that look beyond single results: business, roadmap, figures, instance and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import overload

from agent.archive.json_values import round_number
from agent.facts.given import BusinessProfile, CriticalPeriod
from agent.model.assessment import Assessment, Colophon
from agent.model.document import (
    BusinessEntry,
    CapacityEntry,
    ColophonEntry,
    Document,
    FiguresEntry,
    InstanceEntry,
    LevelEntry,
    LimitEntry,
    OutlookEntries,
    ScoreEntry,
    SqlEntry,
    Texts,
    TimesEntry,
    TrendEntry,
)
from agent.model.figures import Capacity, Figures, Level, LimitForecast, TrendPoint
from agent.model.instance import Instance
from agent.model.snapshot import Snapshot
from agent.model.statement import StatementFacts, TimeSplit
from agent.model.terms import Text

KEPT_POINTS = 12  # three years of quarters
SHOWN_POINTS = 120  # of a series, that a chart draws


def serialize_outlook(assessment: Assessment, tell: Callable[[Text | None], Texts]) -> OutlookEntries:
    """``business``, ``roadmap``, ``figures``, ``instance``, ``statements``, ``sql`` and ``colophon``."""
    return {
        "business": _serialize_business(assessment.snapshot),
        "roadmap": [
            {
                "codes": list(unit.codes),
                "deadline": unit.deadline.value,
                "effort": unit.effort.value,
                "gain": unit.gain,
                "score_after": unit.score_after,
            }
            for unit in assessment.roadmap
        ],
        "figures": _serialize_figures(assessment.figures),
        "instance": _serialize_instance(assessment.instance),
        "statements": [
            {
                "source": sent.source,
                "at": sent.at or None,
                "duration_ms": round(sent.duration_ms, 3),
                "rows": sent.rows,
                "error": sent.error,
            }
            for sent in assessment.snapshot.statements
        ],
        "sql": [_serialize_sql(told, tell) for told in assessment.sql],
        "colophon": _serialize_colophon(assessment.colophon),
    }


def _serialize_sql(told: StatementFacts, tell: Callable[[Text | None], Texts]) -> SqlEntry:
    return {
        "resource": told.resource,
        "sql_id": told.sql_id,
        "text": told.text,
        "no_text": tell(told.no_text),
        "record": told.record,
        "database": told.database,
        "executions": told.executions,
        "average_us": round_number(told.average_us),
        "total_us": told.total_us,
        "user": told.user,
        "users": told.users,
        "longest_us": told.longest_us,
        "first": told.first.isoformat() if told.first else None,
        "last": told.last.isoformat() if told.last else None,
        "trace_id": told.trace_id,
        "plans": [
            {
                "plan_hash": plan.plan_hash,
                "accesses": [
                    {"table": way.table, "operator": way.operator, "index": way.index, "rows": way.rows}
                    for way in plan.accesses
                ],
            }
            for plan in told.plans
        ],
        "times": _serialize_times(told.times) if told.times else None,
    }


def _serialize_times(times: TimeSplit) -> TimesEntry:
    return {
        "record": times.record,
        "parts": [{"stage": part.stage, "us": part.us, "pct": round_number(part.pct)} for part in times.parts],
        "retries": None if times.retries is None else round_number(times.retries),
        "rpcs": None if times.rpcs is None else round_number(times.rpcs),
    }


def _serialize_colophon(colophon: Colophon) -> ColophonEntry:
    return {
        "prepared_by": colophon.prepared_by,
        "reviewed_by": colophon.reviewed_by,
        "classification": colophon.classification,
        "valid_until": _format_day(colophon.valid_until),
    }


def _format_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _serialize_business(snapshot: Snapshot) -> BusinessEntry:
    profiles, periods = snapshot.facts.get(BusinessProfile), snapshot.facts.get(CriticalPeriod)
    profile = profiles[0] if isinstance(profiles, tuple) and profiles else None
    return {
        "peak_qps": profile and profile.peak_qps,
        "concurrency": profile and profile.concurrency,
        "growth_pct_per_year": profile and profile.growth_pct_per_year,
        "critical_periods": [
            {"name": period.name, "from": period.start.isoformat(), "to": period.end.isoformat()}
            for period in (periods if isinstance(periods, tuple) else ())
        ],
    }


def _serialize_figures(figures: Figures) -> FiguresEntry:
    return {
        "capacity": [_serialize_capacity(gauge) for gauge in figures.capacity],
        "forecasts": [
            {
                "kind": forecast.kind,
                "resource": forecast.resource,
                "bytes_per_day": round(forecast.bytes_per_day),
                "full_on": _format_day(forecast.full_on),
            }
            for forecast in figures.forecasts
        ],
        "levels": [_serialize_level(level) for level in figures.levels],
        "limits": [_serialize_limit(limit) for limit in figures.limits],
        "top_sql": [
            {
                "sql_id": shape.sql_id,
                "db_name": shape.db_name,
                "executions": shape.executions,
                "elapsed_us": shape.elapsed_us,
                "share_pct": round(shape.share_pct, 4),
                "text": shape.text,
                "user_name": shape.user_name,
                "longest_us": shape.longest_us,
            }
            for shape in figures.top_sql
        ],
        "top_sql_of": figures.top_sql_of,
        "shapes": figures.shapes,
        "trend": [
            {
                "as_of": point.as_of.isoformat(),
                "score": point.score,
                "capacity": [_serialize_capacity(gauge) for gauge in point.capacity],
                "sessions": point.sessions,
                "statements_per_s": _round_rate(point.statements_per_s),
                "levels": [_serialize_level(level) for level in point.levels],
            }
            for point in figures.trend
        ],
    }


def _serialize_instance(instance: Instance) -> InstanceEntry:
    return {
        "compatible": instance.compatible,
        "role": instance.role,
        "primary_zone": instance.primary_zone,
        "locality": instance.locality,
        "units": [
            {
                "zone": unit.zone,
                "units": unit.units,
                "cores": unit.cores,
                "memory_bytes": unit.memory_bytes,
                "log_disk_bytes": unit.log_disk_bytes,
                "data_disk_bytes": unit.data_disk_bytes,
                "data_used_bytes": unit.data_used_bytes,
            }
            for unit in instance.units
        ],
        "replicas": [
            {"zone": seen.zone, "kind": seen.kind, "leaders": seen.leaders, "followers": seen.followers}
            for seen in instance.replicas
        ],
        "data_bytes": instance.data_bytes,
        "sessions": instance.sessions,
        "statements_per_s": _round_rate(instance.statements_per_s),
        "observed_s": _round_rate(instance.observed_s),
        "table_count": instance.table_count,
        "tables": [
            {"database": table.database, "table": table.table, "rows": table.rows, "data_bytes": table.data_bytes}
            for table in instance.tables
        ],
        "setting_count": instance.setting_count,
        "settings": [
            {"name": changed.name, "value": changed.value, "default": changed.default} for changed in instance.settings
        ],
    }


def _round_rate(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _serialize_level(level: Level) -> LevelEntry:
    return {
        "kind": level.kind,
        "resource": level.resource,
        "unit": level.unit,
        "value": level.value,
        "limit": level.limit,
    }


def _serialize_limit(limit: LimitForecast) -> LimitEntry:
    return {
        **_serialize_level(limit.level),
        "points_count": limit.points_count,
        "span_days": limit.span_days,
        "lack": limit.lack,
        "near_days": limit.near_days,
        "likely_days": limit.likely_days,
        "far_days": limit.far_days,
        "year_value": _round_whole(limit.year_value),
        "year_high": _round_whole(limit.year_high),
        "points": [{"on": day.isoformat(), "value": _round_whole(value)} for day, value in thin_out(limit.points)],
        "band": [
            {
                "on": point.on.isoformat(),
                "low": _round_whole(point.low),
                "middle": _round_whole(point.middle),
                "high": _round_whole(point.high),
            }
            for point in limit.band
        ],
    }


def thin_out(points: Sequence[tuple[date, float]]) -> Sequence[tuple[date, float]]:
    """Return as many of the daily values as a chart can show, evenly over the time, with the first and the last."""
    if len(points) <= SHOWN_POINTS:
        return points
    last = len(points) - 1
    return [points[round(number * last / (SHOWN_POINTS - 1))] for number in range(SHOWN_POINTS)]


@overload
def _round_whole(value: float) -> float: ...
@overload
def _round_whole(value: None) -> None: ...
def _round_whole(value: float | None) -> float | None:
    """Round a forecast to what it can tell: machines differ in the last digits of what they compute."""
    return None if value is None else float(f"{value:.6g}")


def _serialize_capacity(gauge: Capacity) -> CapacityEntry:
    return {
        "kind": gauge.kind,
        "resource": gauge.resource,
        "used_bytes": gauge.used_bytes,
        "size_bytes": gauge.size_bytes,
    }


def read_comparable_score(score: ScoreEntry) -> float | None:
    """The value, None where too little was assessed to set it beside that of another assessment."""
    return score["value"] if score["band"] or score["grade_needs"] else None


def read_trend(document: Document) -> tuple[TrendPoint, ...]:
    """The trend points of an earlier document and its own, oldest first. Documents of older agents hold no figures."""
    figures, score = document["figures"], document["score"]
    own: TrendEntry = {
        "as_of": document["as_of"],
        "score": read_comparable_score(score),
        "capacity": figures["capacity"],
        "sessions": document["instance"]["sessions"],
        "statements_per_s": document["instance"]["statements_per_s"],
        "levels": figures["levels"],
    }
    return tuple(
        TrendPoint(
            datetime.fromisoformat(point["as_of"]),
            point["score"],
            tuple(Capacity(**gauge) for gauge in point["capacity"]),
            point["sessions"],
            point["statements_per_s"],
            tuple(Level(**level) for level in point["levels"]),
        )
        for point in [*figures["trend"], own][-KEPT_POINTS:]
    )
