"""What the chart of capacity shows: a curve per zone where there are several assessments, otherwise a bar per zone.

It shows only the data disk. A log disk is full by design, so its use says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agent.model.document import BandEntry, CapacityEntry, Document, ForecastEntry
from agent.model.naming import tenant_name
from agent.model.terms import Unit
from agent.report.charts.types import Curve, CurvesPlot, Plot, PlotBar, PlotRow, RowsPlot, describe_plot
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable

KIND = "data_disk"
FAR_DAYS = 3650.0
LEVEL = "data_disk_used_bytes"
ZONES = 6
FEWEST_AHEAD_DAYS = 90.0
TOLD = 8
_SECONDS_PER_DAY = 86_400.0
_EPOCH = date(1970, 1, 1).toordinal()
_WORDS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zone:
    """The data disk of a zone. ``points`` are (day, bytes), today's last.

    ``ahead`` are (day, bytes) of its forecast after today, ``band`` (day, low, high) from today on; empty without one.
    """

    name: str
    used: int
    size: int | None
    points: tuple[tuple[float, float], ...]
    ahead: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float], ...]
    full_on: date | None

    @property
    def share(self) -> float:
        return self.used / self.size if self.size else 0.0


def plot_capacity(document: Document, words: Words) -> Plot | None:
    """Return the plot, or None where no data disk was seen, or only once and without its size."""
    zones = [
        _read_zone(gauge, document, words)
        for gauge in document["figures"]["capacity"]
        if gauge["kind"] == KIND and (gauge["used_bytes"] or gauge["size_bytes"])
    ]
    if not zones:
        return None
    zones.sort(key=lambda zone: (-zone.share, -zone.used, zone.name))
    shown, more = zones[:ZONES], len(zones) - ZONES
    note = words("{count} more zones are not shown", count=more) if more > 0 else ""
    title = words("Data disk in use per zone")
    if max(zone.points[-1][0] - zone.points[0][0] for zone in shown) < 1.0:
        # A bar without a size is as long as the longest, and so reads as a full disk.
        if not any(zone.size for zone in zones):
            return None
        return _plot_bars(title, shown, note, words)
    return _plot_curves(title, shown, note, words)


def _read_zone(gauge: CapacityEntry, document: Document, words: Words) -> _Zone:
    figures = document["figures"]
    points = {
        point["as_of"][:10]: (_count_days(point["as_of"]), float(seen["used_bytes"]))
        for point in figures["trend"]
        for seen in point["capacity"]
        if (seen["kind"], seen["resource"]) == (KIND, gauge["resource"])
    }
    found = (one for one in figures["limits"] if (one["kind"], one["resource"]) == (LEVEL, gauge["resource"]))
    forecast = next((one for one in found if one["band"]), None)
    points |= {day["on"]: (_count_midday(day["on"]), day["value"]) for day in (forecast["points"] if forecast else ())}
    now, used = _count_days(document["as_of"]), float(gauge["used_bytes"])
    plain = (one for one in figures["forecasts"] if (one["kind"], one["resource"]) == (KIND, gauge["resource"]))
    line = next(plain, None)
    full_on = date.fromisoformat(line["full_on"]) if line and line["full_on"] else None
    ahead = _read_band(forecast["band"], now) if forecast else ()
    return _Zone(
        name=_name_place(gauge["resource"], words),
        used=gauge["used_bytes"],
        size=gauge["size_bytes"],
        points=(*(point for point in sorted(points.values()) if _lies_before(point[0], now)), (now, used)),
        ahead=tuple((day, middle) for day, _, middle, _ in ahead) or _draw_line(line, now, used, full_on),
        band=((now, used, used), *((day, low, high) for day, low, _, high in ahead)) if ahead else (),
        full_on=full_on,
    )


def _draw_line(
    line: ForecastEntry | None, now: float, used: float, full_on: date | None
) -> tuple[tuple[float, float], ...]:
    """Return the end of the straight line that assessments of earlier agents have in place of a forecast."""
    if line is None:
        return ()
    until = full_on.toordinal() - _EPOCH if full_on else now + FAR_DAYS
    return ((until, max(0.0, used + line["bytes_per_day"] * (until - now))),) if until > now else ()


def _lies_before(day: float, now: float) -> bool:
    """Whether a value is of an earlier day: that of today is the assessment's own."""
    return int(day) < int(now)


def _read_band(band: Sequence[BandEntry], now: float) -> tuple[tuple[float, float, float, float], ...]:
    """Return (day, low, middle, high) of the days after today."""
    found = ((_count_midday(point["on"]), point["low"], point["middle"], point["high"]) for point in band[1:])
    return tuple(point for point in found if point[0] > now)


def _name_place(resource: str, words: Words) -> str:
    """Return the name of the zone, or that of the tenant where its zones are not measured one by one."""
    return words(resource) if resource == tenant_name(None) else make_printable(resource, NAME_LENGTH)


def _count_midday(day: str) -> float:
    return _count_days(f"{day}T12:00:00+00:00")


def _count_days(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() / _SECONDS_PER_DAY


def _format_date(day: float, words: Words) -> str:
    return datetime.fromtimestamp(day * _SECONDS_PER_DAY, words.zone).date().isoformat()


def _choose_unit(zones: Sequence[_Zone]) -> tuple[int, str]:
    """Return the unit that suits the largest value: its size in bytes, and its word after a space."""
    largest = max(max(zone.used, zone.size or 0) for zone in zones)
    step = min(max(0, largest.bit_length() - 1) // 10, len(_WORDS) - 1)
    return 1 << (10 * step), f" {_WORDS[step]}"


def _plot_bars(title: str, zones: Sequence[_Zone], note: str, words: Words) -> Plot:
    unit, word = _choose_unit(zones)
    rows = tuple(
        PlotRow(
            label=zone.name,
            cells=(
                words.value(zone.used, Unit.BYTES),
                words.value(zone.size, Unit.BYTES),
                words.value(100 * zone.share, Unit.PCT) if zone.size else NOTHING,
            ),
            bar=PlotBar(0.0, zone.used / unit),
            whole=zone.size / unit if zone.size else None,
        )
        for zone in zones
    )
    columns = (words("In use"), words("Size"), words("Share"))
    lines = (" ".join((row.label, " / ".join(row.cells))) for row in rows)
    return RowsPlot(
        "capacity",
        title,
        describe_plot(words, f"{title} ({' / '.join(columns)})", (*lines, note)),
        rows=rows,
        columns=columns,
        high=max(max(zone.used, zone.size or 0) for zone in zones) / unit or 1.0,
        unit=word,
        bar_word=words("In use"),
        whole_word=words("Size") if any(zone.size for zone in zones) else "",
        note=note,
    )


def _plot_curves(title: str, zones: Sequence[_Zone], note: str, words: Words) -> Plot:
    unit, word = _choose_unit(zones)
    first = min(zone.points[0][0] for zone in zones)
    now = max(zone.points[-1][0] for zone in zones)
    horizon = now + max(FEWEST_AHEAD_DAYS, (now - first) / 2)
    curves = tuple(_build_curve(zone, unit, horizon, words) for zone in zones)
    limits = sorted({zone.size / unit for zone in zones if zone.size})
    days = {day for zone in zones for day, _ in _choose_told(zone)} | {curve.end[0] for curve in curves}
    ordered = dict.fromkeys((max(days), min(days), now, *sorted(days, reverse=True)))
    seen = (
        f"{zone.name} "
        + " / ".join(
            f"{_format_date(day, words)} {words.value(round(used), Unit.BYTES)}" for day, used in _choose_told(zone)
        )
        for zone in zones
    )
    ends = (words("{title}: {text}", title=curve.lines[0], text=" ".join(curve.lines[1:])) for curve in curves)
    return CurvesPlot(
        "capacity",
        title,
        describe_plot(words, title, (*seen, *ends, note)),
        curves=curves,
        limits=tuple(limits),
        ticks=tuple((day, _format_date(day, words)) for day in ordered),
        unit=word,
        seen_word=words("assessed"),
        ahead_word=words("forecast") if any(curve.ahead for curve in curves) else "",
        limit_word=words("Size") if limits else "",
        note=note,
        band_word=words("four of five cases") if any(curve.band for curve in curves) else "",
    )


def _choose_told(zone: _Zone) -> Sequence[tuple[float, float]]:
    """Return the values that are told in words: as many as there are dates, evenly over the time, today's last."""
    every = max(1, -(-len(zone.points) // TOLD))
    return zone.points[::-1][::every][::-1]


def _build_curve(zone: _Zone, unit: int, horizon: float, words: Words) -> Curve:
    lines = [zone.name, words.value(zone.used, Unit.BYTES)]
    if zone.size:
        lines[1] += f" / {words.value(zone.size, Unit.BYTES)} ({words.value(100 * zone.share, Unit.PCT)})"
    if zone.full_on:
        lines.append(words("full on {day}", day=zone.full_on.isoformat()))
    return Curve(
        tuple(lines),
        tuple((moment, value / unit) for moment, value in zone.points),
        tuple((day, value / unit) for day, value in _cut(zone, horizon)),
        tuple((day, low / unit, high / unit) for day, low, high in zone.band if day <= horizon),
    )


def _cut(zone: _Zone, horizon: float) -> Sequence[tuple[float, float]]:
    """Return the forecast up to the horizon; one that goes beyond it ends there."""
    within = [point for point in zone.ahead if point[0] <= horizon]
    beyond = next((point for point in zone.ahead if point[0] > horizon), None)
    start = within[-1] if within else zone.points[-1]
    if beyond is None or start[0] >= horizon or zone.band:
        return within
    share = (horizon - start[0]) / (beyond[0] - start[0])
    return [*within, (horizon, start[1] + share * (beyond[1] - start[1]))]
