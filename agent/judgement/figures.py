"""Computes the numbers for charts: capacity per zone, its forecast, the statements that take most time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from agent.facts.given import Attestation
from agent.facts.growth import LevelKind
from agent.facts.resources import ResourceUnit
from agent.facts.shape_load import count_cached, count_executions
from agent.facts.sql import CachedPlan, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts
from agent.judgement.forecast.days_to_limit import HORIZON_DAYS
from agent.model.figures import Capacity, Figures, Forecast, Level, LimitForecast, TopSql, TrendPoint
from agent.model.naming import is_meta, tenant_name
from agent.model.snapshot import Snapshot

TOP_SQL = 20
TEXT_CHARS = 600
_DATA_DISK = "data_disk"
_OF_ZONES = (LevelKind.DATA_DISK, LevelKind.LOG_DISK)  # kept as the capacity of the zones


def compute_figures(
    snapshot: Snapshot,
    trend: Sequence[TrendPoint] = (),
    levels: Sequence[Level] = (),
    limits: Sequence[LimitForecast] = (),
) -> Figures:
    """Compute the figures of a snapshot. ``trend`` holds the assessments before it, oldest first.

    ``levels`` are those of today, ``limits`` their forecasts.
    """
    capacity = sum_capacity(snapshot.list_rows(ResourceUnit), find_bought_bytes(snapshot))
    top, of, shapes = _rank_top_sql(snapshot)
    return Figures(
        capacity=capacity,
        forecasts=tuple(
            _describe_growth(one, snapshot.as_of)
            for one in limits
            if one.level.kind == LevelKind.DATA_DISK and one.band
        ),
        levels=tuple(level for level in levels if level.kind not in _OF_ZONES),
        limits=tuple(limits),
        top_sql=top,
        top_sql_of=of,
        shapes=shapes,
        trend=tuple(trend),
    )


def find_bought_bytes(snapshot: Snapshot) -> int:
    """Return the bytes of data disk per node as attested; 0 without an attestation."""
    attested = (row.value for row in snapshot.list_rows(Attestation) if row.key == "purchased_data_disk_bytes")
    return int(next(attested, 0) or 0)


def sum_capacity(units: Sequence[ResourceUnit], bought: int) -> tuple[Capacity, ...]:
    """Return the disks of each zone, data and log; ``bought`` are the bytes of data disk per node, 0 if unknown."""
    used: defaultdict[tuple[str, str], int] = defaultdict(int)
    size: defaultdict[tuple[str, str], int] = defaultdict(int)
    unknown = set()
    for unit in units:
        if unit.max_cpu is None:
            continue  # sys sees a META tenant in a row of its own; it uses the disk that was bought for its user tenant
        zone = unit.zone or tenant_name(None)
        if unit.data_disk_in_use is not None:
            used["data_disk", zone] += unit.data_disk_in_use
            size["data_disk", zone] += unit.data_disk_size or bought
            if not (unit.data_disk_size or bought):
                unknown.add(("data_disk", zone))
        used["log_disk", zone] += unit.log_disk_in_use
        size["log_disk", zone] += unit.log_disk_size
    return tuple(
        Capacity(*key, used_bytes=used[key], size_bytes=None if key in unknown else size[key]) for key in sorted(used)
    )


def _describe_growth(forecast: LimitForecast, as_of: datetime) -> Forecast:
    """Return what the report tells of a data disk in one line: growth a day, and the day on which it is full."""
    today = as_of.astimezone(UTC).date()
    likely = forecast.likely_days
    return Forecast(
        _DATA_DISK,
        forecast.level.resource,
        ((forecast.year_value or 0.0) - forecast.level.value) / HORIZON_DAYS,
        None if likely is None else today + timedelta(days=likely),
    )


def _rank_top_sql(snapshot: Snapshot) -> tuple[tuple[TopSql, ...], str, int]:
    """The shapes that take most time, the view they come from, and how many shapes were read.

    SQLSTAT covers more time; the audit ring is used where SQLSTAT has no rows. The statements of META tenants, which
    sys sees, are the server's own.
    """
    totals = [row for row in snapshot.list_rows(SqlTotal) if not is_meta(row.tenant_id)]
    ring = [row for row in snapshot.list_rows(SqlShape) if row.executions and not is_meta(row.tenant_id)]
    rows: Sequence[SqlTotal | SqlShape] = totals or ring
    time_us = sum(row.elapsed_us for row in rows)
    if not time_us:
        return (), "", 0
    worst = sorted(rows, key=lambda row: (-row.elapsed_us, row.sql_id))[:TOP_SQL]
    texts = collect_texts(snapshot.list_rows(CachedPlan), snapshot.list_rows(RepositoryText))
    seen = {(row.tenant_id, row.sql_id): row for row in ring}
    cached = count_cached(snapshot.list_rows(CachedPlan)) if totals else {}

    def build(row: SqlTotal | SqlShape) -> TopSql:
        key = row.tenant_id, row.sql_id
        executions = count_executions(row.executions, row.retries, cached.get(key, 0)) if totals else row.executions
        return _build_top_sql(row, executions, 100 * row.elapsed_us / time_us, seen.get(key), texts)

    return tuple(map(build, worst)), "GV$OB_SQLSTAT" if totals else "GV$OB_SQL_AUDIT", len(rows)


def _build_top_sql(
    row: SqlTotal | SqlShape,
    executions: int,
    share_pct: float,
    in_ring: SqlShape | None,
    texts: Mapping[str, str],
) -> TopSql:
    """One shape, with what only the audit ring tells of it: its user and its longest execution."""
    return TopSql(
        row.sql_id,
        row.db_name,
        executions,
        row.elapsed_us,
        share_pct,
        texts.get(row.sql_id, "")[:TEXT_CHARS],
        in_ring.user_name if in_ring else "",
        in_ring.max_elapsed_us if in_ring else None,
    )
