"""How each kind of chart looks. Shapes, hatches, dashes and numbers keep it legible in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from agent.report.charts.curves import paint_curves
from agent.report.charts.palette import BAND_GREYS, INK, RULE, SOFT, WASH
from agent.report.charts.rows import paint_rows
from agent.report.charts.sheet import SMALL_PT, WIDTH_MM, DrawingSheet, fit_text, measure_width
from agent.report.charts.types import CurvesPlot, Plot, PlotStage, RoadmapPlot, RowsPlot, ScorePlot

EDGE = 4.0
_STAGE_GREYS = ("white", WASH)
_LABELLED_STEPS = 10  # beyond that only the end of each stage is labelled
# A stage is at least this many mm wide, so that its label has room, or this share of the width if that is less.
_NARROWEST_STAGE, _NARROWEST_SHARE = 27.0, 0.3
_TICK_ROOM, _LABEL_ROOM = 5.4, 8.0


def paint_plot(plot: Plot, accent: str, width_mm: float = WIDTH_MM) -> DrawingSheet:
    """Draw the plot on a new sheet that is as wide as a page or a phone."""
    return _paint_kind(plot, accent, width_mm)


@singledispatch
def _paint_kind(plot: Plot, _accent: str, _width_mm: float) -> DrawingSheet:
    raise TypeError(f"no picture for {type(plot).__name__}")


_paint_kind.register(RowsPlot, paint_rows)
_paint_kind.register(CurvesPlot, paint_curves)


@_paint_kind.register
def _paint_score(plot: ScorePlot, accent: str, width_mm: float) -> DrawingSheet:
    """Draw the scale with its grades: the score above it, its range on it, the score of last time below it."""
    narrow = width_mm < WIDTH_MM
    top = 17.0 if narrow else 12.0
    sheet = DrawingSheet(top + (24.0 if plot.was is not None else 16.0), width_mm)
    axes = sheet.axes(EDGE, top, sheet.width - 2 * EDGE, 15)
    axes.set(xlim=(0, 100), ylim=(0, 1), xticks=[], yticks=[])
    for number, (word, lowest, upper) in enumerate(plot.bands):
        axes.barh(0.5, upper - lowest, 1.0, lowest, color=BAND_GREYS[number % 2], edgecolor="white")
        x = _place_on_scale(sheet, (lowest + upper) / 2)
        if narrow:  # on two lines, because words are wider than their bands
            room = measure_width(word, 7) / 2
            sheet.text(min(x, sheet.width - room), top + 2.2 + 3.2 * (number % 2), word, 7, ha="center")
        else:
            room = (upper - lowest) / 100 * (sheet.width - 2 * EDGE)
            sheet.text(x, top + 3.5, fit_text(word, room, SMALL_PT), SMALL_PT, ha="center")
        sheet.text(x, top + (8.6 if narrow else 7.3), f"{lowest:g}–{upper:g}", 7, color=SOFT, ha="center")
    axes.plot([plot.low, plot.high], [0.15, 0.15], color=accent, linewidth=6, solid_capstyle="butt")
    axes.plot([plot.value, plot.value], [0, 0.3], color=INK, linewidth=2.2, solid_capstyle="butt", clip_on=False)
    axes.plot([plot.value], [1.12], marker="v", markersize=9, color=accent, clip_on=False)
    x, side, away = _find_room_beside(sheet, plot.value)
    sheet.text(x + 3.5 * away, top - 5.5, plot.shown, 20, color=accent, weight="bold", ha=side)
    if narrow:
        sheet.text(0, 3, fit_text(plot.trust, sheet.width), color=SOFT)
    else:
        sheet.text(x + (6 + 3.8 * len(plot.shown)) * away, top - 4.7, plot.trust, color=SOFT, ha=side)
    if plot.was is not None:
        axes.plot([plot.was], [-0.2], marker="^", markersize=8, color=INK, markerfacecolor="white", clip_on=False)
        x, side, away = _find_room_beside(sheet, plot.was)
        sheet.text(x + 3 * away, top + 18.5, plot.was_shown, ha=side)
    return sheet


def _place_on_scale(sheet: DrawingSheet, value: float) -> float:
    return EDGE + value / 100 * (sheet.width - 2 * EDGE)


def _find_room_beside(sheet: DrawingSheet, value: float) -> tuple[float, str, int]:
    """Return where a text for this value has room: x in mm, alignment, and the direction away from the value (±1)."""
    return (_place_on_scale(sheet, value), "right", -1) if value > 55 else (_place_on_scale(sheet, value), "left", 1)


@_paint_kind.register
def _paint_roadmap(plot: RoadmapPlot, accent: str, width_mm: float) -> DrawingSheet:
    """Draw the score as a staircase through the stages. Each stage is wide enough for its label."""
    top, height = 14.0, 56.0
    sheet = DrawingSheet(top + height + 14, width_mm)
    left, width = 10.0, sheet.width - 12.0
    axes = sheet.axes(left, top, width, height)
    floor = max(0.0, 10 * ((plot.start - 4) // 10))
    span = 100 - floor
    lowest = min(floor, plot.start - span * 0.09)  # leaves room for today's score below the curve
    axes.set(xlim=(0, 1), ylim=(lowest, 100 + span * 0.06))
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    edges, places = _place_stages(plot.stages, width)
    for number, stage in enumerate(plot.stages):
        start, end = edges[number], edges[number + 1]
        axes.axvspan(start, end, color=_STAGE_GREYS[number % 2], linewidth=0, zorder=0)
        if number:
            axes.axvline(start, color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)))
        x, room = left + start * width + 2, (end - start) * width - 3
        sheet.text(x, 4, fit_text(stage.label, room), weight="bold")
        sheet.text(x, 9.2, f"→ {stage.score_after}", 11, color=accent, weight="bold")
    _draw_stairs(axes, plot, places, accent, width)
    _label_steps(axes, places, [number for stage in plot.stages for number in stage.numbers], width)
    axis = fit_text(plot.axis, width, SMALL_PT)
    sheet.text(left + width / 2, sheet.height_mm - 3.5, axis, SMALL_PT, color=SOFT, ha="center")
    return sheet


def _draw_stairs(axes: Axes, plot: RoadmapPlot, places: Sequence[float], accent: str, width: float) -> None:
    shown = [score for stage in plot.stages for score in stage.scores]
    scores = [float(score) for score in shown]
    axes.step([0.0, *places, 1.0], [plot.start, *scores, scores[-1]], where="post", color=accent, linewidth=2)
    marked: dict[str, Any] = {"linestyle": "none", "marker": "o", "color": accent, "clip_on": False}
    axes.plot(places, scores, markersize=5 if len(shown) <= _LABELLED_STEPS else 3, **marked)
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL_PT, "color": INK}
    axes.annotate(plot.start_shown, (0, plot.start), (4, -4), va="top", **style)
    if len(shown) <= _LABELLED_STEPS and all(b - a >= _LABEL_ROOM / width for a, b in pairwise(places)):
        for text, x, score in zip(shown, places, scores, strict=True):
            axes.annotate(text, (x, score), (-3, 4), ha="right", **style)


def _place_stages(stages: Sequence[PlotStage], width: float) -> tuple[list[float], list[float]]:
    """Return the edges of the stages and a place for each step, all 0 to 1. Steps are evenly spaced in their stage."""
    weights = [max(len(stage.scores), 1) for stage in stages]
    narrowest = min(_NARROWEST_STAGE / width, _NARROWEST_SHARE)
    spare = 1 - narrowest * len(stages)
    shares = [narrowest + spare * weight / sum(weights) for weight in weights]
    edges, places = [0.0], []
    for stage, share in zip(stages, shares, strict=True):
        count = len(stage.scores)
        places += [edges[-1] + share * (number + 0.5) / count for number in range(count)]
        edges.append(edges[-1] + share)
    return edges, places


def _label_steps(axes: Axes, places: Sequence[float], numbers: Sequence[int], width: float) -> None:
    """Label as many steps with their numbers as there is room for, always the last one."""
    shown: list[int] = []
    for index in reversed(range(len(places))):
        if not shown or places[shown[-1]] - places[index] >= _TICK_ROOM / width:
            shown.append(index)
    axes.set_xticks([places[index] for index in shown], [str(numbers[index]) for index in shown])
