"""How each kind of chart looks. Shapes, hatches, dashes and numbers keep it legible in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from itertools import pairwise

from agent.report.charts.curves import paint_curves
from agent.report.charts.palette import BAND_GREYS, INK, PAPER, RULE, SOFT, WASH
from agent.report.charts.rows import paint_rows
from agent.report.charts.sheet import (
    MM_PER_PT,
    SMALL_PT,
    WIDTH_MM,
    Alignment,
    DrawingSheet,
    Point,
    Scale,
    fit_text,
    list_ticks,
    measure_width,
)
from agent.report.charts.types import CurvesPlot, Plot, PlotStage, RoadmapPlot, RowsPlot, ScorePlot

EDGE = 4.0
_BAND_HEIGHT = 15.0
_STAIRS_LEFT, _STAIRS_TOP, _STAIRS_HEIGHT = 10.0, 14.0, 56.0
_STAGE_GREYS = (PAPER, WASH)
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
    scale = Scale(0.0, 100.0, EDGE, sheet.width - EDGE)
    for number, band in enumerate(plot.bands):
        _draw_band(sheet, number, band, scale, top)
    bottom = top + _BAND_HEIGHT
    sheet.line(*((scale.place(value), bottom - 2.25) for value in (plot.low, plot.high)), color=accent, width=6)
    x = scale.place(plot.value)
    sheet.line((x, bottom), (x, bottom - 4.5), color=INK, width=2.2)
    sheet.mark(x, top - 1.8, "v", 9, fill=accent)
    align, away = _find_room_beside(plot.value)
    sheet.text(x + 3.5 * away, top - 5.5, plot.shown, 20, color=accent, bold=True, align=align)
    if narrow:
        sheet.text(0, 3, fit_text(plot.trust, sheet.width), color=SOFT)
    else:
        sheet.text(x + (6 + 3.8 * len(plot.shown)) * away, top - 4.7, plot.trust, color=SOFT, align=align)
    if plot.was is not None:
        x = scale.place(plot.was)
        sheet.mark(x, bottom + 3.0, "^", 8, fill=PAPER, edge=INK)
        align, away = _find_room_beside(plot.was)
        sheet.text(x + 3 * away, top + 18.5, plot.was_shown, align=align)
    return sheet


def _draw_band(sheet: DrawingSheet, number: int, band: tuple[str, float, float], scale: Scale, top: float) -> None:
    """Draw a grade with its word and its limits. On a phone words are wider than their bands, and on two lines."""
    word, lowest, upper = band
    narrow = sheet.width_mm < WIDTH_MM
    left, right = scale.place(lowest), scale.place(upper)
    sheet.box(left, top, right - left, _BAND_HEIGHT, fill=BAND_GREYS[number % 2], edge=PAPER)
    x = (left + right) / 2
    if narrow:
        room = measure_width(word, 7) / 2
        sheet.text(min(x, sheet.width - room), top + 2.2 + 3.2 * (number % 2), word, 7, align="center")
    else:
        sheet.text(x, top + 3.5, fit_text(word, right - left, SMALL_PT), SMALL_PT, align="center")
    limits = f"{lowest:g}–{upper:g}"
    sheet.text(x, top + (8.6 if narrow else 7.3), limits, 7, color=SOFT, align="center")


def _find_room_beside(value: float) -> tuple[Alignment, int]:
    """Return how a text beside this value is aligned, and the direction away from the value (±1)."""
    return ("right", -1) if value > 55 else ("left", 1)


@_paint_kind.register
def _paint_roadmap(plot: RoadmapPlot, accent: str, width_mm: float) -> DrawingSheet:
    """Draw the score as a staircase through the stages. Each stage is wide enough for its label."""
    bottom = _STAIRS_TOP + _STAIRS_HEIGHT
    sheet = DrawingSheet(bottom + 14, width_mm)
    left, width = _STAIRS_LEFT, sheet.width - 12.0
    floor = max(0.0, 10 * ((plot.start - 4) // 10))
    span = 100 - floor
    lowest = min(floor, plot.start - span * 0.09)  # leaves room for today's score below the curve
    scores, stages = Scale(lowest, 100 + span * 0.06, bottom, _STAIRS_TOP), Scale(0.0, 1.0, left, left + width)
    edges, places = _place_stages(plot.stages, width)
    for number, stage in enumerate(plot.stages):
        start, end = stages.place(edges[number]), stages.place(edges[number + 1])
        sheet.box(start, _STAIRS_TOP, end - start, _STAIRS_HEIGHT, fill=_STAGE_GREYS[number % 2])
        sheet.text(start + 2, 4, fit_text(stage.label, end - start - 3), bold=True)
        sheet.text(start + 2, 9.2, f"→ {stage.score_after}", 11, color=accent, bold=True)
    for value in list_ticks(scores.low, scores.high, 6):
        y = scores.place(value)
        sheet.line((left, y), (left + width, y), color=RULE, width=0.7)
        sheet.text(left - 1.2, y, f"{value:g}", SMALL_PT, color=SOFT, align="right", axis=True)
    for edge in edges[1:-1]:
        x = stages.place(edge)
        sheet.line((x, _STAIRS_TOP), (x, bottom), color=SOFT, width=0.8, dashes=(1.6, 1.6))
    _draw_stairs(sheet, plot, [stages.place(place) for place in places], scores, accent)
    numbers = [number for stage in plot.stages for number in stage.numbers]
    _label_steps(sheet, [stages.place(place) for place in places], numbers, bottom)
    told = fit_text(plot.axis, width, SMALL_PT)
    sheet.text(left + width / 2, sheet.height_mm - 3.5, told, SMALL_PT, color=SOFT, align="center")
    return sheet


def _draw_stairs(sheet: DrawingSheet, plot: RoadmapPlot, places: Sequence[float], scale: Scale, accent: str) -> None:
    shown = [score for stage in plot.stages for score in stage.scores]
    heights = [scale.place(float(score)) for score in shown]
    today, end = scale.place(plot.start), _STAIRS_LEFT + sheet.width - 12.0
    stairs: list[Point] = [(_STAIRS_LEFT, today)]
    for x, before, after in zip(places, [today, *heights], heights, strict=False):
        stairs += [(x, before), (x, after)]
    sheet.line(*stairs, (end, stairs[-1][1]), color=accent, width=2)
    for x, y in zip(places, heights, strict=True):
        sheet.mark(x, y, "o", 5 if len(shown) <= _LABELLED_STEPS else 3, fill=accent)
    sheet.text(_STAIRS_LEFT + 4 * MM_PER_PT, today + 8 * MM_PER_PT, plot.start_shown, SMALL_PT)
    if len(shown) <= _LABELLED_STEPS and all(after - before >= _LABEL_ROOM for before, after in pairwise(places)):
        for text, x, y in zip(shown, places, heights, strict=True):
            sheet.text(x - 3 * MM_PER_PT, y - 7 * MM_PER_PT, text, SMALL_PT, align="right")


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


def _label_steps(sheet: DrawingSheet, places: Sequence[float], numbers: Sequence[int], bottom: float) -> None:
    """Label as many steps with their numbers as there is room for, always the last one."""
    last = None
    for x, number in reversed([*zip(places, numbers, strict=True)]):
        if last is None or last - x >= _TICK_ROOM:
            sheet.text(x, bottom + 3.4, str(number), SMALL_PT, color=SOFT, align="center", axis=True)
            last = x
