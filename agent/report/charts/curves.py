"""How values over time look: a curve per zone with its name at its end, a line for the size, a dashed forecast."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from agent.report.charts.palette import CURVES, INK, RULE, SOFT
from agent.report.charts.sheet import SMALL_PT, WIDTH_MM, DrawingSheet, fit_text
from agent.report.charts.types import Curve, CurvesPlot

LEFT, TOP, HEIGHT, NAMES, GAP = 16.0, 3.0, 66.0, 46.0, 7.0
LINE, LIMIT = 4.2, 1.2
DATE_ROOM = 17.0
MOST_MARKERS = 12
BAND = 0.16
MARKERS = ("o", "s", "^", "D", "v", "P")


def paint_curves(plot: CurvesPlot, accent: str, width_mm: float = WIDTH_MM) -> DrawingSheet:
    """Draw the curves on a new sheet. On a narrow one their names stand under the plot."""
    narrow = width_mm < WIDTH_MM
    below = sum(_measure_name(plot, number) for number in range(len(plot.curves))) if narrow else 0.0
    sheet = DrawingSheet(TOP + HEIGHT + 15 + below + (5 if plot.note else 0), width_mm)
    width = sheet.width - LEFT - (9.0 if narrow else NAMES + GAP)
    axes = sheet.axes(LEFT, TOP, width, HEIGHT)
    tops = [value for curve in plot.curves for _, value in (*curve.points, *curve.ahead)]
    tops += [high for curve in plot.curves for _, _, high in curve.band] + [*plot.limits]
    last, first = max(plot.ticks)[0], min(plot.ticks)[0]
    axes.set(xlim=(first - (last - first) * 0.02, last + (last - first) * 0.01), ylim=(0, max(tops) * 1.1 or 1))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}{plot.unit}"))
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    for limit in plot.limits:
        axes.axhline(limit, color=INK, linewidth=LIMIT)
    colours = (accent, *CURVES)
    for number, curve in enumerate(plot.curves):
        days, values = zip(*curve.points, strict=True)
        colour, marker = colours[number % len(colours)], MARKERS[number % len(MARKERS)]
        # Daily values are a line of their own; a marker on each would hide it.
        every = max(1, len(days) // MOST_MARKERS)
        axes.plot(
            days,
            values,
            color=colour,
            linewidth=1.8,
            marker=marker,
            markersize=5,
            markeredgecolor="white",
            markevery=[*range(len(days) - 1, -1, -every)],
        )
        _draw_forecast(axes, curve, colour)
    _label_dates(axes, plot.ticks, first, last, width)
    if narrow:
        _write_names_below(sheet, plot, colours)
    else:
        _write_names_beside(sheet, axes, plot, colours, width)
    _draw_legend(sheet, plot)
    return sheet


def _draw_forecast(axes: Axes, curve: Curve, colour: str) -> None:
    """Draw the dashed forecast from the last value on, over the band of its interval."""
    if curve.band:
        days, low, high = zip(*curve.band, strict=True)
        axes.fill_between(days, low, high, color=colour, alpha=BAND, linewidth=0)
    if curve.ahead:
        days, values = zip(curve.points[-1], *curve.ahead, strict=True)
        axes.plot(days, values, color=colour, linewidth=1.6, linestyle=(0, (3, 2)))


def _label_dates(axes: Axes, ticks: Sequence[tuple[float, str]], first: float, last: float, width: float) -> None:
    """Label as many dates as there is room for, the first ones in ``ticks`` before the others."""
    shown: list[tuple[float, str]] = []
    for day, text in ticks:
        if all(abs(other - day) >= (last - first) * DATE_ROOM / width for other, _ in shown):
            shown.append((day, text))
    axes.set_xticks([day for day, _ in shown], [text for _, text in shown])
    axes.tick_params(axis="x", pad=6)


def _write_names_beside(
    sheet: DrawingSheet, axes: Axes, plot: CurvesPlot, colours: Sequence[str], width: float
) -> None:
    """Write the text of each curve beside its end. Texts that would touch are pushed apart."""
    highest = axes.get_ylim()[1]
    low, high = axes.get_xlim()
    ends = [curve.end for curve in plot.curves]
    order = sorted(range(len(ends)), key=lambda number: -ends[number][1])
    wanted = [TOP + HEIGHT * (1 - ends[number][1] / highest) - LINE / 2 for number in order]
    heights = [_measure_name(plot, number) for number in order]
    for number, y in zip(order, _push_apart(wanted, heights, TOP + HEIGHT), strict=True):
        day, value = ends[number]
        start = (LEFT + width * (day - low) / (high - low) + 1, TOP + HEIGHT * (1 - value / highest))
        x = LEFT + width + GAP
        sheet.line(start, (x - 3.5, y + LINE / 2), color=RULE, linewidth=0.9, zorder=-1)
        _write_name(sheet, plot, number, colours, (x, y))


def _write_names_below(sheet: DrawingSheet, plot: CurvesPlot, colours: Sequence[str]) -> None:
    y = TOP + HEIGHT + 15
    for number in range(len(plot.curves)):
        _write_name(sheet, plot, number, colours, (LEFT, y))
        y += _measure_name(plot, number)


def _write_name(
    sheet: DrawingSheet, plot: CurvesPlot, number: int, colours: Sequence[str], corner: tuple[float, float]
) -> None:
    """Write the marker of a curve and its lines of text."""
    x, y = corner
    marker, colour = MARKERS[number % len(MARKERS)], colours[number % len(colours)]
    sheet.line((x - 2, y + LINE / 2), marker=marker, markersize=5, color=colour)
    for line, text in enumerate(plot.curves[number].lines):
        sheet.text(
            x,
            y + LINE * (line + 0.5),
            fit_text(text, sheet.width - x, SMALL_PT),
            SMALL_PT,
            color=SOFT if line else INK,
            weight="normal" if line else "bold",
        )


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


def _draw_legend(sheet: DrawingSheet, plot: CurvesPlot) -> None:
    """Draw the legend: values seen, the forecast and the size, and the note under it."""
    handles: list[Artist] = [Line2D([], [], color=INK, marker="o", markeredgecolor="white", label=plot.seen_word)]
    if plot.ahead_word:
        handles.append(Line2D([], [], color=INK, linestyle=(0, (3, 2)), label=plot.ahead_word))
    if plot.band_word:
        handles.append(Patch(color=INK, alpha=BAND, linewidth=0, label=plot.band_word))
    if plot.limit_word:
        handles.append(Line2D([], [], color=INK, linewidth=LIMIT, label=plot.limit_word))
    y = TOP + HEIGHT + 11.5
    sheet.figure.legend(
        handles=handles,
        loc="center left",
        bbox_to_anchor=sheet.place(LEFT, y),
        borderpad=0,
        borderaxespad=0,
        ncols=4,
        frameon=False,
        fontsize=SMALL_PT,
        labelcolor=INK,
        handlelength=2.4,
    )
    if plot.note:
        sheet.text(LEFT, sheet.height_mm - 2.5, fit_text(plot.note, sheet.width - LEFT, SMALL_PT), SMALL_PT, color=SOFT)
