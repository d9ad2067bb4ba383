"""How a table with bars looks: labels at the left, numbers at the right, bars between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from agent.report.charts.palette import INK, RULE, SOFT
from agent.report.charts.sheet import (
    MARGIN,
    SMALL_PT,
    WIDTH_MM,
    DrawingSheet,
    fit_text,
    measure_width,
)
from agent.report.charts.types import PlotRow, RowsPlot

HEAD, AXIS, LEGEND, NOTE = 6.5, 6.5, 6.5, 5.0
WIDEST_LABEL = 76.0
GAP = 4.0
KEY = 13.0  # the width of a legend entry without its text
HATCH = "//////"
DASHED = (0, (3, 2))
ERASED = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # hides lines behind a label


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowLayout:
    """The layout of a row: height, width of label and start of bars in mm; the rest are shares of the height."""

    pitch: float
    labels: float
    left: float
    label_at: float = 0.5
    bar_at: float = 0.5
    thick: float = 0.62


def paint_rows(plot: RowsPlot, accent: str, width_mm: float = WIDTH_MM) -> DrawingSheet:
    """Draw one line per row. On a narrow sheet there are two lines, because the label stands above its bar."""
    labels = min(WIDEST_LABEL, max(measure_width(row.label) for row in plot.rows))
    narrow = _RowLayout(pitch=11.0, labels=width_mm - 2 * MARGIN, left=MARGIN, label_at=0.28, bar_at=0.72, thick=0.36)
    lay = _RowLayout(pitch=6.6, labels=labels, left=labels + GAP) if width_mm >= WIDTH_MM else narrow
    cells = [_measure_column(plot, number) for number in range(len(plot.columns))]
    height = lay.pitch * len(plot.rows)
    legend = _list_legend_handles(plot, accent)
    in_line = sum(map(_measure_entry, legend)) <= width_mm - 2 * MARGIN
    legends = LEGEND * (1 if in_line else len(legend)) if legend else 0
    sheet = DrawingSheet(HEAD + height + AXIS + legends + (NOTE if plot.note else 0), width_mm)
    axes = sheet.axes(lay.left, HEAD, sheet.width - lay.left - sum(cells) - GAP, height)
    axes.set(xlim=(plot.low, plot.high + (plot.high - plot.low) * 0.02), ylim=(len(plot.rows) - 0.5, -0.5), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}{plot.unit}"))
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    _draw_bars(axes, plot, accent, lay)
    _print_cells(sheet, plot, lay, cells)
    note = sheet.height_mm - NOTE
    if legend:
        # Under the bars, or further left where it is too wide for that.
        x = min(lay.left, max(0.0, sheet.width - sum(map(_measure_entry, legend))))
        y = (note if plot.note else sheet.height_mm) - legends / 2
        sheet.figure.legend(
            handles=legend,
            loc="center left",
            bbox_to_anchor=sheet.place(x, y),
            borderpad=0,
            borderaxespad=0,
            ncols=len(legend) if in_line else 1,
            frameon=False,
            fontsize=SMALL_PT,
            labelcolor=INK,
            handlelength=1.8,
        )
    if plot.note:
        sheet.text(
            lay.left, note + NOTE / 2, fit_text(plot.note, sheet.width - lay.left, SMALL_PT), SMALL_PT, color=SOFT
        )
    return sheet


def _measure_entry(handle: Artist) -> float:
    """Return the width of the entry in the legend, in mm."""
    return measure_width(str(handle.get_label()), SMALL_PT) + KEY


def _measure_column(plot: RowsPlot, number: int) -> float:
    texts = (plot.columns[number], *(row.cells[number] for row in plot.rows))
    return max(map(measure_width, texts)) + GAP


def _print_cells(sheet: DrawingSheet, plot: RowsPlot, lay: _RowLayout, cells: Sequence[float]) -> None:
    edges = [sheet.width - sum(cells[number + 1 :]) for number in range(len(cells))]
    for edge, heading in zip(edges, plot.columns, strict=True):
        sheet.text(edge, HEAD / 2, heading, SMALL_PT, color=SOFT, ha="right")
    for number, row in enumerate(plot.rows):
        top = HEAD + number * lay.pitch
        weight = "bold" if row.total is not None else "normal"
        sheet.text(0, top + lay.label_at * lay.pitch, fit_text(row.label, lay.labels), weight=weight, bbox=ERASED)
        for edge, cell in zip(edges, row.cells, strict=True):
            sheet.text(edge, top + lay.bar_at * lay.pitch, cell, ha="right", weight=weight)


def _draw_bars(axes: Axes, plot: RowsPlot, accent: str, lay: _RowLayout) -> None:
    places = [number + lay.bar_at - 0.5 for number in range(len(plot.rows))]
    for y, row in zip(places, plot.rows, strict=True):
        _draw_bar(axes, y, row, plot, accent=accent, whole=lay.thick)
    if plot.linked:
        ends = [row.bar.start if row.bar else row.total or 0.0 for row in plot.rows]
        for y, end in zip(places, ends[:-1], strict=False):
            axes.plot([end, end], [y, y + 1], color=SOFT, linewidth=0.8, zorder=1)
    if plot.line_word:
        sums = [row.line or 0.0 for row in plot.rows]
        axes.plot(sums, places, color=INK, linewidth=1.3, marker="o", markersize=4, markerfacecolor="white")
    if plot.guide is not None:
        axes.axvline(plot.guide, color=INK, linewidth=0.9, linestyle=DASHED)


def _draw_bar(axes: Axes, y: float, row: PlotRow, plot: RowsPlot, *, accent: str, whole: float) -> None:
    thick = whole / 2 if plot.was_word else whole
    if row.whole is not None:
        axes.barh(y, row.whole, whole, facecolor="white", edgecolor=INK, linewidth=0.8)
    if row.was:
        axes.barh(y + thick / 2, row.was, thick, facecolor="white", edgecolor=INK, linewidth=0.8)
    if row.bar:
        hatched = row.bar.hatched
        axes.barh(
            y - thick / 2 if plot.was_word else y,
            row.bar.end - row.bar.start,
            thick,
            row.bar.start,
            linewidth=0.8,
            facecolor="white" if hatched else accent,
            edgecolor=accent,
            hatch=HATCH if hatched else None,
        )
    if row.note:
        axes.annotate(
            row.note,
            (plot.low, y),
            (4, 0),
            textcoords="offset points",
            fontsize=SMALL_PT,
            color=SOFT,
            va="center_baseline",
        )
    if row.total is not None:
        ends = [y - whole * 0.65, y + whole * 0.65]
        axes.plot([row.total, row.total], ends, color=INK, linewidth=3.5, solid_capstyle="butt")


def _list_legend_handles(plot: RowsPlot, accent: str) -> list[Artist]:
    """Return the entries of the legend: none where there is only one kind of bar."""
    handles: list[Artist] = []
    if plot.bar_word:
        handles.append(Patch(facecolor=accent, edgecolor=accent, label=plot.bar_word))
    for word in (plot.was_word, plot.whole_word):
        if word:
            handles.append(Patch(facecolor="white", edgecolor=INK, label=word))
    if plot.hatch_word:
        handles.append(Patch(facecolor="white", edgecolor=accent, hatch=HATCH, label=plot.hatch_word))
    if plot.line_word:
        handles.append(Line2D([], [], color=INK, marker="o", markerfacecolor="white", label=plot.line_word))
    if plot.guide is not None:
        handles.append(Line2D([], [], color=INK, linewidth=0.9, linestyle=DASHED, label=f"{plot.guide:g}{plot.unit}"))
    return handles
