"""How a table with bars looks: labels at the left, numbers at the right, bars between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.report.charts.legend import (
    LEGEND_LINE,
    LegendEntry,
    draw_legend,
    fold_legend,
    measure_entry,
    sample_box,
    sample_line,
)
from agent.report.charts.palette import INK, PAPER, RULE, SOFT
from agent.report.charts.sheet import (
    MARGIN,
    MM_PER_PT,
    SMALL_PT,
    WIDTH_MM,
    DrawingSheet,
    Scale,
    fit_text,
    list_ticks,
    measure_width,
)
from agent.report.charts.types import PlotRow, RowsPlot

HEAD, AXIS, NOTE = 6.5, 6.5, 5.0
WIDEST_LABEL = 76.0
GAP = 4.0
DASHES = (2.7, 1.8)
_MOST_STEPS = 5
_BEYOND = 0.02  # how far the axis goes beyond its end, so that the last line is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowLayout:
    """The layout of a row: height, width of label and start of bars in mm; the rest are shares of the height."""

    pitch: float
    labels: float
    left: float
    label_at: float = 0.5
    bar_at: float = 0.5
    thick: float = 0.62

    def find_bar(self, number: int) -> float:
        """Return the middle of the bar of a row."""
        return HEAD + (number + self.bar_at) * self.pitch


def paint_rows(plot: RowsPlot, accent: str, width_mm: float = WIDTH_MM) -> DrawingSheet:
    """Draw one line per row. On a narrow sheet there are two lines, because the label stands above its bar."""
    labels = min(WIDEST_LABEL, max(measure_width(row.label) for row in plot.rows))
    narrow = _RowLayout(pitch=11.0, labels=width_mm - 2 * MARGIN, left=MARGIN, label_at=0.28, bar_at=0.72, thick=0.36)
    lay = _RowLayout(pitch=6.6, labels=labels, left=labels + GAP) if width_mm >= WIDTH_MM else narrow
    cells = [_measure_column(plot, number) for number in range(len(plot.columns))]
    entries = _list_legend(plot, accent)
    legend = fold_legend(entries, width_mm - 2 * MARGIN)
    bottom = HEAD + lay.pitch * len(plot.rows)
    sheet = DrawingSheet(bottom + AXIS + LEGEND_LINE * len(legend) + (NOTE if plot.note else 0), width_mm)
    scale = Scale(
        plot.low,
        plot.high + (plot.high - plot.low) * _BEYOND,
        lay.left,
        sheet.width - sum(cells) - GAP,
    )
    _draw_axis(sheet, plot, scale, bottom)
    _draw_bars(sheet, plot, accent, lay, scale)
    _print_cells(sheet, plot, lay, cells)
    # Under the bars, or further left where it is too wide for that.
    left = min(lay.left, max(0.0, sheet.width - sum(map(measure_entry, entries))))
    draw_legend(sheet, legend, left, bottom + AXIS + LEGEND_LINE / 2)
    if plot.note:
        told = fit_text(plot.note, sheet.width - lay.left, SMALL_PT)
        sheet.text(lay.left, sheet.height_mm - NOTE / 2, told, SMALL_PT, color=SOFT)
    return sheet


def _measure_column(plot: RowsPlot, number: int) -> float:
    texts = (plot.columns[number], *(row.cells[number] for row in plot.rows))
    return max(map(measure_width, texts)) + GAP


def _draw_axis(sheet: DrawingSheet, plot: RowsPlot, scale: Scale, bottom: float) -> None:
    for value in list_ticks(scale.low, scale.high, _MOST_STEPS):
        x, shown = scale.place(value), f"{value:,g}{plot.unit}"
        sheet.line((x, HEAD), (x, bottom), color=RULE, width=0.7)
        # The first and the last may stand in the middle of their line only as far as the sheet goes.
        half = measure_width(shown, SMALL_PT) / 2
        sheet.text(max(x, half), bottom + 3.0, shown, SMALL_PT, color=SOFT, align="center", axis=True)


def _print_cells(sheet: DrawingSheet, plot: RowsPlot, lay: _RowLayout, cells: Sequence[float]) -> None:
    edges = [sheet.width - sum(cells[number + 1 :]) for number in range(len(cells))]
    for edge, heading in zip(edges, plot.columns, strict=True):
        sheet.text(edge, HEAD / 2, heading, SMALL_PT, color=SOFT, align="right")
    for number, row in enumerate(plot.rows):
        bold = row.total is not None
        y = HEAD + (number + lay.label_at) * lay.pitch
        sheet.text(0, y, fit_text(row.label, lay.labels), bold=bold, halo=lay.label_at != lay.bar_at)
        for edge, cell in zip(edges, row.cells, strict=True):
            sheet.text(edge, lay.find_bar(number), cell, align="right", bold=bold)


def _draw_bars(sheet: DrawingSheet, plot: RowsPlot, accent: str, lay: _RowLayout, scale: Scale) -> None:
    if plot.linked:
        ends = [row.bar.start if row.bar else row.total or 0.0 for row in plot.rows]
        for number, end in enumerate(ends[:-1]):
            x = scale.place(end)
            sheet.line((x, lay.find_bar(number)), (x, lay.find_bar(number + 1)), color=SOFT, width=0.8)
    for number, row in enumerate(plot.rows):
        _draw_bar(sheet, lay.find_bar(number), row, plot, scale=scale, accent=accent, whole=lay.thick * lay.pitch)
    if plot.guide is not None:
        guide = scale.place(plot.guide)
        sheet.line((guide, HEAD), (guide, HEAD + lay.pitch * len(plot.rows)), color=INK, width=0.9, dashes=DASHES)
    if plot.line_word:
        sums = [(scale.place(row.line or 0.0), lay.find_bar(number)) for number, row in enumerate(plot.rows)]
        for before, after in pairwise(sums):
            sheet.line(before, after, color=INK, width=1.3)
        for at in sums:
            sheet.mark(*at, "o", 4, fill=PAPER, edge=INK)


def _draw_bar(
    sheet: DrawingSheet, y: float, row: PlotRow, plot: RowsPlot, *, scale: Scale, accent: str, whole: float
) -> None:
    """Draw what a row shows around its middle; with a value of last time, that stands in the lower half."""
    thick = whole / 2 if plot.was_word else whole
    zero = scale.place(0.0)
    if row.whole is not None:
        sheet.box(zero, y - whole / 2, scale.place(row.whole) - zero, whole, fill=PAPER, edge=INK)
    if row.was:
        sheet.box(zero, y, scale.place(row.was) - zero, thick, fill=PAPER, edge=INK)
    if row.bar:
        start, end = scale.place(row.bar.start), scale.place(row.bar.end)
        fill = PAPER if row.bar.hatched else accent
        sheet.box(start, y - whole / 2, end - start, thick, fill=fill, edge=accent, hatched=row.bar.hatched)
    if row.note:
        sheet.text(scale.start + 4 * MM_PER_PT, y, row.note, SMALL_PT, color=SOFT)
    if row.total is not None:
        x = scale.place(row.total)
        sheet.line((x, y - whole * 0.65), (x, y + whole * 0.65), color=INK, width=3.5)


def _list_legend(plot: RowsPlot, accent: str) -> list[LegendEntry]:
    """Return the entries of the legend: none where there is only one kind of bar."""
    entries = [LegendEntry(plot.bar_word, sample_box(accent, accent))] if plot.bar_word else []
    entries += [LegendEntry(word, sample_box(PAPER, INK)) for word in (plot.was_word, plot.whole_word) if word]
    if plot.hatch_word:
        entries.append(LegendEntry(plot.hatch_word, sample_box(PAPER, accent, hatched=True)))
    if plot.line_word:
        entries.append(LegendEntry(plot.line_word, _sample_sums))
    if plot.guide is not None:
        entries.append(LegendEntry(f"{plot.guide:g}{plot.unit}", sample_line(INK, 0.9, DASHES)))
    return entries


def _sample_sums(sheet: DrawingSheet, x: float, y: float) -> None:
    sample_line(INK, 1.3)(sheet, x, y)
    sheet.mark(x + 3.2, y, "o", 4, fill=PAPER, edge=INK)
