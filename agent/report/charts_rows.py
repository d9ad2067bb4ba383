"""Charts that are a table with bars: labels at the left, numbers at the right, bars between."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from agent.report.charts_sheet import INK, RULE, SMALL_PT, SOFT, WIDTH_MM, Sheet, fitted, width_of
from agent.report.charts_types import Row, RowsPlot

PITCH, HEAD, AXIS, LEGEND, NOTE = 6.6, 6.5, 6.5, 6.5, 5.0
WIDEST_LABEL = 76.0
GAP = 4.0
KEY = 13.0  # an entry of the legend without its text
THICK = 0.62
HATCH = "//////"
DASHED = (0, (3, 2))


def paint_rows(plot: RowsPlot, accent: str) -> Sheet:
    """One line per row."""
    labels = min(WIDEST_LABEL, max(width_of(row.label) for row in plot.rows))
    cells = [_column(plot, number) for number in range(len(plot.columns))]
    height = PITCH * len(plot.rows)
    legend = _legend(plot, accent)
    sheet = Sheet(HEAD + height + AXIS + (LEGEND if legend else 0) + (NOTE if plot.note else 0))
    left = labels + GAP
    width = WIDTH_MM - left - sum(cells) - GAP
    axes = sheet.axes(left, HEAD, width, height)
    axes.set(xlim=(plot.low, plot.high + (plot.high - plot.low) * 0.02), ylim=(len(plot.rows) - 0.5, -0.5), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}{plot.unit}"))
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    _bars(axes, plot, accent)
    _print(sheet, plot, labels, cells)
    if legend:
        sheet.figure.legend(
            handles=legend, loc="center left", bbox_to_anchor=_below(sheet, plot, left, legend), borderpad=0,
            borderaxespad=0, ncols=len(legend), frameon=False, fontsize=SMALL_PT, labelcolor=INK, handlelength=1.8,
        )  # fmt: skip
    if plot.note:
        sheet.text(left, sheet.height_mm - NOTE / 2, fitted(plot.note, WIDTH_MM - left, SMALL_PT), SMALL_PT, color=SOFT)
    return sheet


def _below(sheet: Sheet, plot: RowsPlot, left: float, legend: Sequence[Artist]) -> tuple[float, float]:
    """Where the legend lies, as shares of the sheet: under the bars, or as far left of that as it needs."""
    needs = sum(width_of(str(handle.get_label()), SMALL_PT) + KEY for handle in legend)
    return min(left, max(0.0, WIDTH_MM - needs)) / WIDTH_MM, ((NOTE if plot.note else 0) + LEGEND / 2) / sheet.height_mm


def _column(plot: RowsPlot, number: int) -> float:
    texts = (plot.columns[number], *(row.cells[number] for row in plot.rows))
    return max(map(width_of, texts)) + GAP


def _print(sheet: Sheet, plot: RowsPlot, labels: float, cells: Sequence[float]) -> None:
    edges = [WIDTH_MM - sum(cells[number + 1 :]) for number in range(len(cells))]
    for edge, heading in zip(edges, plot.columns, strict=True):
        sheet.text(edge, HEAD / 2, heading, SMALL_PT, color=SOFT, ha="right")
    for number, row in enumerate(plot.rows):
        y = HEAD + (number + 0.5) * PITCH
        weight = "bold" if row.total is not None else "normal"
        sheet.text(0, y, fitted(row.label, labels), weight=weight)
        for edge, cell in zip(edges, row.cells, strict=True):
            sheet.text(edge, y, cell, ha="right", weight=weight)


def _bars(axes: Axes, plot: RowsPlot, accent: str) -> None:
    for y, row in enumerate(plot.rows):
        _bar(axes, y, row, plot, accent)
    if plot.linked:
        ends = [row.bar.start if row.bar else row.total or 0.0 for row in plot.rows]
        for y, end in enumerate(ends[:-1]):
            axes.plot([end, end], [y, y + 1], color=SOFT, linewidth=0.8, zorder=1)
    if plot.line_word:
        sums = [row.line or 0.0 for row in plot.rows]
        axes.plot(sums, range(len(sums)), color=INK, linewidth=1.3, marker="o", markersize=4, markerfacecolor="white")
    if plot.guide is not None:
        axes.axvline(plot.guide, color=INK, linewidth=0.9, linestyle=DASHED)


def _bar(axes: Axes, y: float, row: Row, plot: RowsPlot, accent: str) -> None:
    thick = THICK / 2 if plot.was_word else THICK
    if row.whole is not None:
        axes.barh(y, row.whole, THICK, facecolor="white", edgecolor=INK, linewidth=0.8)
    if row.was:
        axes.barh(y + thick / 2, row.was, thick, facecolor="white", edgecolor=INK, linewidth=0.8)
    if row.bar:
        hatched = row.bar.hatched
        axes.barh(
            y - thick / 2 if plot.was_word else y, row.bar.end - row.bar.start, thick, row.bar.start, linewidth=0.8,
            facecolor="white" if hatched else accent, edgecolor=accent, hatch=HATCH if hatched else None,
        )  # fmt: skip
    if row.note:
        axes.annotate(row.note, (plot.low, y), (4, 0), textcoords="offset points", fontsize=SMALL_PT, color=SOFT,
                      va="center_baseline")  # fmt: skip
    if row.total is not None:
        axes.plot([row.total, row.total], [y - 0.4, y + 0.4], color=INK, linewidth=3.5, solid_capstyle="butt")


def _legend(plot: RowsPlot, accent: str) -> list[Artist]:
    """What the bars are; nothing where there is only one kind."""
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
