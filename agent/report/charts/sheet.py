"""A drawing sheet measured in millimetres: what is drawn on it as frozen shapes, and how much text fits on it.

It knows no library: ``svg`` writes the shapes for a page, ``canvas`` paints them as a PNG.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.report.charts.palette import INK
from agent.report.words import ELLIPSIS

BODY_PT, SMALL_PT = 9.0, 8.0
WIDTH_MM, NARROW_MM = 170.0, 96.0  # of a page, and of a phone
MARGIN = 2.0  # in mm; keeps programs from clipping the last digit
MM_PER_PT = 25.4 / 72
# Widths in em of common sans-serif fonts. They are estimates on the large side.
_WIDE_EM, _CAPITAL_EM, _SLIM_EM, _OTHER_EM = 1.0, 0.72, 0.3, 0.57
_TICK_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Point = tuple[float, float]
Alignment = Literal["left", "center", "right"]
MarkKind = Literal["o", "s", "^", "D", "v", "P"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled polygon; ``fill`` is empty for none, ``edge`` for no outline. ``line`` is in points."""

    points: tuple[Point, ...]
    fill: str = ""
    edge: str = ""
    line: float = 0.0
    hatched: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line through points. ``width`` and ``dashes`` (on, off) are in points."""

    points: tuple[Point, ...]
    color: str
    width: float
    dashes: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A small shape around a point; ``size`` is its width in points."""

    at: Point
    kind: MarkKind
    size: float
    fill: str
    edge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text; ``at`` is the end of its base line that ``align`` says. ``axis``: it explains an axis.

    ``halo``: lines behind it are hidden.
    """

    at: Point
    text: str
    size: float
    color: str
    bold: bool
    align: Alignment
    axis: bool
    halo: bool


Shape = Area | Stroke | Mark | Label


class DrawingSheet:
    """One picture. x is measured from the left margin, y from the top, in mm; ``width`` lies between the margins.

    ``shapes`` are in the order of drawing, measured from the upper left corner of the sheet.
    """

    def __init__(self, height_mm: float, width_mm: float = WIDTH_MM) -> None:
        self.width_mm, self.height_mm, self.width = width_mm, height_mm, width_mm - 2 * MARGIN
        self.shapes: list[Shape] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = BODY_PT,
        *,
        color: str = INK,
        bold: bool = False,
        align: Alignment = "left",
        axis: bool = False,
        halo: bool = False,
    ) -> None:
        """Write a text whose middle is ``y``; an empty one leaves nothing."""
        if not text:
            return
        at = (x + MARGIN, y + 0.35 * size * MM_PER_PT)
        self.shapes.append(
            Label(at=at, text=text, size=size, color=color, bold=bold, align=align, axis=axis, halo=halo)
        )

    def line(self, *points: Point, color: str, width: float = 1.0, dashes: tuple[float, float] | None = None) -> None:
        """Draw a line through points."""
        self.shapes.append(Stroke(points=_shift(points), color=color, width=width, dashes=dashes))

    def area(self, *points: Point, fill: str, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        self.shapes.append(Area(points=_shift(points), fill=fill, opacity=opacity))

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: str,
        edge: str = "",
        line: float = 0.8,
        hatched: bool = False,
    ) -> None:
        """Draw a rectangle; one that is ``hatched`` is filled with lines of the colour of its edge."""
        corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
        self.shapes.append(Area(points=_shift(corners), fill=fill, edge=edge, line=line, hatched=hatched))

    def mark(self, x: float, y: float, kind: MarkKind, size: float, *, fill: str, edge: str = "") -> None:
        """Draw a mark; its edge has the colour of its filling unless another is named."""
        self.shapes.append(Mark(at=(x + MARGIN, y), kind=kind, size=size, fill=fill, edge=edge or fill))


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` along the sheet from ``start`` to ``end``, in mm. What lies beyond ends there."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return where the value stands, in mm."""
        within = min(max(value, self.low), self.high)
        return self.start + (within - self.low) / (self.high - self.low) * (self.end - self.start)


def list_ticks(low: float, high: float, most: int) -> Iterator[float]:
    """Yield round values from ``low`` to ``high`` with at most so many steps of 1, 2, 2.5 or 5 between them."""
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(each * size for each in _TICK_STEPS if each * size >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return (number * step for number in range(first, last + 1))


def _shift(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((x + MARGIN, y) for x, y in points)


def measure_width(text: str, size: float = BODY_PT) -> float:
    """Return the estimated width of the text in mm."""
    return sum(map(_estimate_em, text)) * size * MM_PER_PT


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
