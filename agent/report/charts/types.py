"""The frozen data of a chart. ``plots`` and ``capacity`` fill it in; ``painting``, ``rows`` and ``curves`` draw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.report.words import Words


@dataclass(frozen=True, slots=True)
class Plot:
    """Any chart. ``alt`` holds every number that the picture shows."""

    name: str
    title: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePlot(Plot):
    """The score on its scale. ``bands`` are (word, from, to)."""

    value: float
    low: float
    high: float
    was: float | None
    shown: str
    trust: str
    was_shown: str
    bands: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class PlotBar:
    """A bar from one value to another; ``hatched`` where it is of another kind than the rest."""

    start: float
    end: float
    hatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotRow:
    """One line of a table with a bar. ``cells`` are printed at the right; ``note`` replaces the bar.

    ``was`` is the value of last time, ``whole`` what the bar is a part of, ``total`` a sum to mark, and ``line`` a
    point of the curve that runs through the rows.
    """

    label: str
    cells: tuple[str, ...]
    bar: PlotBar | None = None
    was: float | None = None
    whole: float | None = None
    total: float | None = None
    line: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPlot(Plot):
    """A table with bars. Each ``*_word`` is the text of the legend for one thing; it is empty if that is not drawn.

    ``guide`` is a value to mark. ``linked`` means that each bar begins where the one before ends.
    """

    rows: tuple[PlotRow, ...]
    columns: tuple[str, ...]
    low: float = 0.0
    high: float = 100.0
    unit: str = ""
    bar_word: str = ""
    was_word: str = ""
    whole_word: str = ""
    hatch_word: str = ""
    line_word: str = ""
    guide: float | None = None
    linked: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlotStage:
    """The actions of one deadline: their numbers in the roadmap and the score after each, as printed."""

    label: str
    score_after: str
    numbers: tuple[int, ...]
    scores: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadmapPlot(Plot):
    """The score as the work of the roadmap is done, stage by stage."""

    start: float
    start_shown: str
    stages: tuple[PlotStage, ...]
    axis: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One zone: points are (day, value); ``ahead`` is its forecast from the last point on. ``lines`` stand at its end.

    ``band`` is the interval of the forecast as (day, low, high).
    """

    lines: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    ahead: tuple[tuple[float, float], ...] = ()
    band: tuple[tuple[float, float, float], ...] = ()

    @property
    def end(self) -> tuple[float, float]:
        """The last point, of the forecast where there is one."""
        return (self.ahead or self.points)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesPlot(Plot):
    """Values over time. ``limits`` are sizes; ``ticks`` are (day, date), the most important first."""

    curves: tuple[Curve, ...]
    limits: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    unit: str
    seen_word: str
    ahead_word: str
    limit_word: str
    note: str
    band_word: str = ""


def describe_plot(words: Words, title: str, parts: Iterable[str]) -> str:
    """Return the title and its parts on one line; empty parts are left out."""
    text = words("{title}: {text}", title=title, text=words("; ").join(part for part in parts if part))
    return " ".join(text.split())
