"""The members of assessment.json that look beyond single results: business, roadmap, figures, statements, colophon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from agent.facts.given import BusinessProfile, CriticalPeriod
from agent.model.assessment import Assessment
from agent.model.figures import Capacity, Figures, TrendPoint
from agent.model.snapshot import Snapshot

Document = dict[str, Any]
KEPT_POINTS = 12  # three years of quarters


def serialize_outlook(assessment: Assessment) -> Document:
    """``business``, ``roadmap``, ``figures``, ``statements`` and ``colophon``."""
    return {
        "business": _business(assessment.snapshot),
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
        "figures": _figures(assessment.figures),
        "statements": [
            {
                "source": sent.source,
                "duration_ms": round(sent.duration_ms, 3),
                "rows": sent.rows,
                "error": sent.error,
            }
            for sent in assessment.snapshot.statements
        ],
        "colophon": _dated(asdict(assessment.colophon)),
    }


def _dated(values: Mapping[str, Any]) -> Document:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _business(snapshot: Snapshot) -> Document:
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


def _figures(figures: Figures) -> Document:
    return {
        "capacity": [asdict(gauge) for gauge in figures.capacity],
        "forecasts": [
            {**_dated(asdict(forecast)), "bytes_per_day": round(forecast.bytes_per_day)}
            for forecast in figures.forecasts
        ],
        "top_sql": [{**asdict(shape), "share_pct": round(shape.share_pct, 4)} for shape in figures.top_sql],
        "top_sql_of": figures.top_sql_of,
        "shapes": figures.shapes,
        "trend": [
            {
                "as_of": point.as_of.isoformat(),
                "score": point.score,
                "capacity": [asdict(gauge) for gauge in point.capacity],
            }
            for point in figures.trend
        ],
    }


def read_trend(document: Document) -> tuple[TrendPoint, ...]:
    """The assessments that an earlier document knew of, and itself; oldest first. Older agents kept no figures."""
    figures = document.get("figures") or {"capacity": [], "trend": []}
    score = document["score"]
    own = {
        "as_of": document["as_of"],
        "score": score["value"] if score["band"] else None,
        "capacity": figures["capacity"],
    }
    return tuple(
        TrendPoint(
            datetime.fromisoformat(point["as_of"]),
            point["score"],
            tuple(Capacity(**gauge) for gauge in point["capacity"]),
        )
        for point in [*figures["trend"], own][-KEPT_POINTS:]
    )
