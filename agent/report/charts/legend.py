"""The legend of a chart: what a bar, a line or a mark stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.report.charts.sheet import SMALL_PT, DrawingSheet, measure_width

SAMPLE = 6.4  # the width of what is explained, in mm
_GAP, _BETWEEN = 1.8, 4.8
KEY = SAMPLE + _GAP + _BETWEEN  # the width of an entry without its text
LEGEND_LINE = 6.5


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A word, and what draws its sample from a left end on, around a middle, on a sheet."""

    word: str
    draw: Callable[[DrawingSheet, float, float], None]


def measure_entry(entry: LegendEntry) -> float:
    """Return the width of an entry in mm."""
    return measure_width(entry.word, SMALL_PT) + KEY


def fold_legend(entries: Sequence[LegendEntry], room: float) -> list[list[LegendEntry]]:
    """Return the entries in lines that are at most ``room`` mm wide, where one entry alone is not wider."""
    lines: list[list[LegendEntry]] = []
    for entry in entries:
        if lines and sum(map(measure_entry, [*lines[-1], entry])) - _BETWEEN <= room:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    return lines


def draw_legend(sheet: DrawingSheet, lines: Sequence[Sequence[LegendEntry]], left: float, y: float) -> None:
    """Draw the lines below each other; ``y`` is the middle of the first one."""
    for line in lines:
        x = left
        for entry in line:
            entry.draw(sheet, x, y)
            sheet.text(x + SAMPLE + _GAP, y, entry.word, SMALL_PT)
            x += measure_entry(entry)
        y += LEGEND_LINE


def sample_box(fill: str, edge: str, *, hatched: bool = False) -> Callable[[DrawingSheet, float, float], None]:
    """Return what draws a bar."""
    return lambda sheet, x, y: sheet.box(x, y - 1.05, SAMPLE, 2.1, fill=fill, edge=edge, hatched=hatched)


def sample_line(
    color: str, width: float, dashes: tuple[float, float] | None = None
) -> Callable[[DrawingSheet, float, float], None]:
    """Return what draws a line."""
    return lambda sheet, x, y: sheet.line((x, y), (x + SAMPLE, y), color=color, width=width, dashes=dashes)
