"""What the charts over the assessments show: the score, the statements per second and the sessions, each as a curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from agent.model.document import Document
from agent.report.charts.types import Curve, CurvesPlot, Plot, describe_plot
from agent.report.words import Words, format_points

BEST = 100.0
FEWEST_POINTS = 2
_SECONDS_PER_DAY = 86_400.0
_LEAST_DAYS = 1.0


def plot_scores(document: Document, words: Words) -> Plot | None:
    """Return the score of each assessment that has one; None with fewer than two."""
    points = [(point["as_of"], point["score"]) for point in document["figures"]["trend"]]
    score = document["score"]
    graded = score["band"] or score["grade_needs"]
    points.append((document["as_of"], score["value"] if graded else None))
    title = words("Health score over the assessments")
    return _plot_line("score_line", title, points, words, shown=format_points, limits=(BEST,))


def plot_statements(document: Document, words: Words) -> Plot | None:
    """Return the statements per second at each assessment."""
    points = [(point["as_of"], point["statements_per_s"]) for point in document["figures"]["trend"]]
    points.append((document["as_of"], document["instance"]["statements_per_s"]))
    return _plot_line("statements_line", words("Statements per second at each assessment"), points, words)


def plot_sessions(document: Document, words: Words) -> Plot | None:
    """Return the sessions at each assessment."""
    points: list[tuple[str, float | None]] = [
        (point["as_of"], point["sessions"]) for point in document["figures"]["trend"]
    ]
    points.append((document["as_of"], document["instance"]["sessions"]))
    return _plot_line("sessions_line", words("Sessions at each assessment"), points, words)


def _format_number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _plot_line(
    name: str,
    title: str,
    points: Sequence[tuple[str, float | None]],
    words: Words,
    *,
    shown: Callable[[float], str] = _format_number,
    limits: tuple[float, ...] = (),
) -> Plot | None:
    known = sorted((_count_days(moment), float(value)) for moment, value in points if value is not None)
    if len(known) < FEWEST_POINTS or not any(value for _, value in known) or known[-1][0] - known[0][0] < _LEAST_DAYS:
        return None
    days = [day for day, _ in known]
    ordered = dict.fromkeys((days[-1], days[0], *reversed(days)))
    told = (f"{_format_date(day, words)} {shown(value)}" for day, value in known)
    return CurvesPlot(
        name,
        title,
        describe_plot(words, title, told),
        curves=(Curve((shown(known[-1][1]), _format_date(days[-1], words)), tuple(known)),),
        limits=limits,
        ticks=tuple((day, _format_date(day, words)) for day in ordered),
        unit="",
        seen_word=words("assessed"),
        ahead_word="",
        limit_word=words("Full marks") if limits else "",
        note="",
    )


def _count_days(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() / _SECONDS_PER_DAY


def _format_date(day: float, words: Words) -> str:
    return datetime.fromtimestamp(day * _SECONDS_PER_DAY, words.zone).date().isoformat()
