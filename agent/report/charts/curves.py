"""How values over time look: a curve per zone with its name at its end, a line for the size, a dashed forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.charts.legend import LEGEND_LINE, SAMPLE, LegendEntry, draw_legend, fold_legend, sample_line
from agent.report.charts.palette import CURVES, INK, PAPER, RULE, SOFT
from agent.report.charts.sheet import (
    MARGIN,
    SMALL_PT,
    WIDTH_MM,
    DrawingSheet,
    MarkKind,
    Point,
    Scale,
    fit_text,
    list_ticks,
    measure_width,
)
from agent.report.charts.types import Curve, CurvesPlot

LEFT, TOP, HEIGHT, NAMES, GAP = 16.0, 3.0, 66.0, 46.0, 7.0
LINE, LIMIT = 4.2, 1.2
DATE_ROOM = 17.0
MOST_MARKERS = 12
BAND = 0.16
MARKERS: tuple[MarkKind, ...] = ("o", "s", "^", "D", "v", "P")
FORECAST_DASHES = (4.8, 3.2)
_MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where a day and a value stand on the sheet."""

    days: Scale
    values: Scale

    def place(self, day: float, value: float) -> Point:
        """Return the point in mm."""
        return self.days.place(day), self.values.place(value)


def paint_curves(plot: CurvesPlot, accent: str, width_mm: float = WIDTH_MM) -> DrawingSheet:
    """Draw the curves on a new sheet. On a narrow one their names stand under the plot."""
    narrow = width_mm < WIDTH_MM
    below = sum(_measure_name(plot, number) for number in range(len(plot.curves))) if narrow else 0.0
    left = 0.0 if narrow else LEFT
    legend = fold_legend(_list_legend(plot), width_mm - 2 * MARGIN - left)
    names_at = TOP + HEIGHT + 15 + LEGEND_LINE * (len(legend) - 1)
    sheet = DrawingSheet(names_at + below + (5 if plot.note else 0), width_mm)
    width = sheet.width - LEFT - (9.0 if narrow else NAMES + GAP)
    grid = _lay_grid(plot, width)
    _draw_grid(sheet, plot, grid)
    colours = (accent, *CURVES)
    if not narrow:
        _write_names_beside(sheet, plot, colours, grid)
    for number, curve in enumerate(plot.curves):
        _draw_curve(sheet, curve, grid, colours[number % len(colours)], MARKERS[number % len(MARKERS)])
    _label_dates(sheet, plot.ticks, grid)
    if narrow:
        _write_names_below(sheet, plot, colours, names_at)
    draw_legend(sheet, legend, left, TOP + HEIGHT + 11.5)
    if plot.note:
        told = fit_text(plot.note, sheet.width - LEFT, SMALL_PT)
        sheet.text(LEFT, sheet.height_mm - 2.5, told, SMALL_PT, color=SOFT)
    return sheet


def _lay_grid(plot: CurvesPlot, width: float) -> _Grid:
    tops = [value for curve in plot.curves for _, value in (*curve.points, *curve.ahead)]
    tops += [high for curve in plot.curves for _, _, high in curve.band] + [*plot.limits]
    last, first = max(plot.ticks)[0], min(plot.ticks)[0]
    days = Scale(first - (last - first) * 0.02, last + (last - first) * 0.01, LEFT, LEFT + width)
    return _Grid(days, Scale(0.0, max(tops) * 1.1 or 1.0, TOP + HEIGHT, TOP))


def _draw_grid(sheet: DrawingSheet, plot: CurvesPlot, grid: _Grid) -> None:
    for value in list_ticks(grid.values.low, grid.values.high, _MOST_STEPS):
        y = grid.values.place(value)
        sheet.line((grid.days.start, y), (grid.days.end, y), color=RULE, width=0.7)
        shown = fit_text(f"{value:,g}{plot.unit}", LEFT, SMALL_PT)
        sheet.text(LEFT - 1.2, y, shown, SMALL_PT, color=SOFT, align="right", axis=True)
    for limit in plot.limits:
        y = grid.values.place(limit)
        sheet.line((grid.days.start, y), (grid.days.end, y), color=INK, width=LIMIT)


def _draw_curve(sheet: DrawingSheet, curve: Curve, grid: _Grid, colour: str, marker: MarkKind) -> None:
    """Draw the values with a mark on some of them, and the dashed forecast over the band of its interval."""
    if curve.band:
        upper = [grid.place(day, high) for day, _, high in curve.band]
        lower = [grid.place(day, low) for day, low, _ in reversed(curve.band)]
        sheet.area(*upper, *lower, fill=colour, opacity=BAND)
    if curve.ahead:
        ahead = [grid.place(*point) for point in (curve.points[-1], *curve.ahead)]
        sheet.line(*ahead, color=colour, width=1.6, dashes=FORECAST_DASHES)
    places = [grid.place(*point) for point in curve.points]
    if len(places) > 1:
        sheet.line(*places, color=colour, width=1.8)
    # Daily values are a line of their own; a marker on each would hide it.
    every = max(1, len(places) // MOST_MARKERS)
    for x, y in places[::-1][::every]:
        sheet.mark(x, y, marker, 5, fill=colour, edge=PAPER)


def _label_dates(sheet: DrawingSheet, ticks: Sequence[tuple[float, str]], grid: _Grid) -> None:
    """Label as many dates as there is room for, the first ones in ``ticks`` before the others."""
    shown: list[float] = []
    for day, text in ticks:
        x = grid.days.place(day)
        if all(abs(other - x) >= DATE_ROOM for other in shown):
            shown.append(x)
            room = measure_width(text, SMALL_PT) / 2
            x = min(x, sheet.width - room)
            sheet.text(x, TOP + HEIGHT + 4.0, text, SMALL_PT, color=SOFT, align="center", axis=True)


def _write_names_beside(sheet: DrawingSheet, plot: CurvesPlot, colours: Sequence[str], grid: _Grid) -> None:
    """Write the text of each curve beside its end. Texts that would touch are pushed apart."""
    ends = [grid.place(*curve.end) for curve in plot.curves]
    order = sorted(range(len(ends)), key=lambda number: ends[number][1])
    heights = [_measure_name(plot, number) for number in order]
    tops = _push_apart([ends[number][1] - LINE / 2 for number in order], heights, TOP + HEIGHT)
    for number, y in zip(order, tops, strict=True):
        x = grid.days.end + GAP
        sheet.line((ends[number][0] + 1, ends[number][1]), (x - 3.5, y + LINE / 2), color=RULE, width=0.9)
        _write_name(sheet, plot, number, colours, (x, y))


def _write_names_below(sheet: DrawingSheet, plot: CurvesPlot, colours: Sequence[str], y: float) -> None:
    for number in range(len(plot.curves)):
        _write_name(sheet, plot, number, colours, (LEFT, y))
        y += _measure_name(plot, number)


def _write_name(sheet: DrawingSheet, plot: CurvesPlot, number: int, colours: Sequence[str], at: Point) -> None:
    """Write the lines of a curve's name, with the curve's mark before them; ``at`` is their upper left corner."""
    x, y = at
    marker, colour = MARKERS[number % len(MARKERS)], colours[number % len(colours)]
    sheet.mark(x - 2, y + LINE / 2, marker, 5, fill=colour)
    for line, text in enumerate(plot.curves[number].lines):
        told = fit_text(text, sheet.width - x, SMALL_PT)
        sheet.text(x, y + LINE * (line + 0.5), told, SMALL_PT, color=SOFT if line else INK, bold=not line)


def _measure_name(plot: CurvesPlot, number: int) -> float:
    """Return the height of the lines of a curve's name, in mm."""
    return LINE * len(plot.curves[number].lines) + 1.6


def _push_apart(wanted: Sequence[float], heights: Sequence[float], floor: float) -> list[float]:
    """Return the tops of blocks, from above, so that none overlaps another or ends below ``floor``."""
    tops: list[float] = []
    for number, top in enumerate(wanted):
        tops.append(max(top, tops[-1] + heights[number - 1]) if tops else max(0.0, top))
    for number in reversed(range(len(tops))):
        tops[number] = min(tops[number], floor - heights[number])
        floor = tops[number]
    return tops


def _list_legend(plot: CurvesPlot) -> list[LegendEntry]:
    """Return what stands for values seen, the forecast and the size."""
    entries = [LegendEntry(plot.seen_word, _sample_seen)]
    if plot.ahead_word:
        entries.append(LegendEntry(plot.ahead_word, sample_line(INK, 1.6, FORECAST_DASHES)))
    if plot.band_word:
        entries.append(LegendEntry(plot.band_word, _sample_band))
    if plot.limit_word:
        entries.append(LegendEntry(plot.limit_word, sample_line(INK, LIMIT)))
    return entries


def _sample_seen(sheet: DrawingSheet, x: float, y: float) -> None:
    sample_line(INK, 1.8)(sheet, x, y)
    sheet.mark(x + SAMPLE / 2, y, "o", 5, fill=INK, edge=PAPER)


def _sample_band(sheet: DrawingSheet, x: float, y: float) -> None:
    corners = ((x, y - 1.05), (x + SAMPLE, y - 1.05), (x + SAMPLE, y + 1.05), (x, y + 1.05))
    sheet.area(*corners, fill=INK, opacity=BAND)
