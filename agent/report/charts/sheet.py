"""A drawing sheet measured in millimetres, and an estimate of how much text fits on it."""

from __future__ import annotations

import unicodedata
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from agent.report.charts.palette import INK, PAPER, SOFT
from agent.report.words import ELLIPSIS

BODY_PT, SMALL_PT = 9.0, 8.0
WIDTH_MM, NARROW_MM = 170.0, 96.0  # of a page, and of a phone
MARGIN = 2.0  # in mm; keeps programs from clipping the last digit
_MM_PER_INCH = 25.4
_MM_PER_PT = _MM_PER_INCH / 72
# Widths in em of common sans-serif fonts. They are estimates on the large side.
_WIDE_EM, _CAPITAL_EM, _SLIM_EM, _OTHER_EM = 1.0, 0.72, 0.3, 0.57


class DrawingSheet:
    """One picture. x is measured from the left margin, y from the top, in mm; ``width`` lies between the margins."""

    def __init__(self, height_mm: float, width_mm: float = WIDTH_MM) -> None:
        self.width_mm, self.height_mm, self.width = width_mm, height_mm, width_mm - 2 * MARGIN
        self.figure = Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH), facecolor=PAPER)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes without a frame in that rectangle, in mm."""
        corner = self.place(left, top + height)
        axes = self.figure.add_axes((*corner, width / self.width_mm, height / self.height_mm))
        axes.set_facecolor("none")
        axes.tick_params(length=0, labelsize=SMALL_PT, labelcolor=SOFT, pad=3)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the point as fractions of the sheet, measured from its lower left corner."""
        return (x + MARGIN) / self.width_mm, 1 - y / self.height_mm

    def text(self, x: float, y: float, text: str, size: float = BODY_PT, **style: Any) -> None:
        """Write a text; ``x`` and ``y`` are millimetres from the upper left."""
        style = {"color": INK, "va": "center_baseline", **style}
        self.figure.text(*self.place(x, y), text, fontsize=size, **style)

    def line(self, *points: tuple[float, float], **style: Any) -> None:
        """Draw a line through points in millimetres from the upper left."""
        xs, ys = zip(*(self.place(x, y) for x, y in points), strict=True)
        self.figure.add_artist(Line2D(xs, ys, **style))


def measure_width(text: str, size: float = BODY_PT) -> float:
    """Return the estimated width of the text in mm."""
    return sum(map(_estimate_em, text)) * size * _MM_PER_PT


def fit_text(text: str, width: float, size: float = BODY_PT) -> str:
    """Return the text on one line, cut with an ellipsis where it is wider than ``width`` mm."""
    line = " ".join(text.split())
    if measure_width(line, size) <= width:
        return line
    while line and measure_width(line + ELLIPSIS, size) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS


def _estimate_em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE_EM
    if character in " .,:;'|!ijltfI-()[]":
        return _SLIM_EM
    return _CAPITAL_EM if character.isupper() or character in "%@&mw" else _OTHER_EM
