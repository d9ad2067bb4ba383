"""What each chart shows: the numbers of the document in the language of the reader. Nothing is drawn here.

A plot is frozen data, so that equal plots are drawn only once. Its ``alt`` has the same numbers as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.model.document import Document
from agent.model.labels import BANDS, CATEGORIES
from agent.model.result import BAND_LIMITS
from agent.model.terms import Category, Unit
from agent.report.charts.capacity import plot_capacity
from agent.report.charts.limits import plot_limits
from agent.report.charts.over_time import plot_scores, plot_sessions, plot_statements
from agent.report.charts.types import (
    Plot,
    PlotBar,
    PlotRow,
    PlotStage,
    RoadmapPlot,
    RowsPlot,
    ScorePlot,
    describe_plot,
)
from agent.report.view import points, roadmap
from agent.report.view.chapters import list_unscored
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable

BEST = 100.0
DEAREST = 8  # checks in the waterfall; the rest is one row
STATEMENTS = 10
MOST_PCT = 80.0  # the share that readers look for in a Pareto chart


def plot_document(document: Document, words: Words) -> tuple[Plot, ...]:
    """Return the plots that this document has data for, in the order of the report."""
    makers = (
        plot_statements,
        plot_sessions,
        _plot_score,
        plot_scores,
        _plot_categories,
        _plot_losses,
        _plot_roadmap,
        plot_capacity,
        plot_limits,
        _plot_top_sql,
    )
    return tuple(plot for make in makers if (plot := make(document, words)))


def _plot_score(document: Document, words: Words) -> Plot | None:
    score = document["score"]
    if not score["coverage_pct"]:
        return None
    was = document["comparison"]["score_was"] if document["comparison"] else None
    shown = format_points(score["value"])
    range_text = words("range {low}–{high}", low=format_points(score["low"]), high=format_points(score["high"]))
    coverage = words("coverage {coverage}", coverage=words.value(score["coverage_pct"], Unit.PCT))
    grade = words.label(BANDS, score["band"]) if score["band"] else words("Grade withheld")
    was_text = words("last time {score}", score=format_points(was)) if was is not None else ""
    score_text = words("{score} of 100", score=shown)
    title = words("Health score")
    highest = [*(lowest for _, lowest in BAND_LIMITS)][:-1]
    bands = tuple(
        (words(BANDS[name]), lowest, upper) for (name, lowest), upper in zip(BAND_LIMITS, (BEST, *highest), strict=True)
    )
    return ScorePlot(
        "score",
        title,
        describe_plot(words, title, (score_text, grade, range_text, coverage, was_text)),
        value=score["value"],
        low=score["low"],
        high=score["high"],
        was=was,
        shown=shown,
        trust=words("; ").join((range_text, coverage)),
        was_shown=was_text,
        bands=bands,
    )


def _plot_categories(document: Document, words: Words) -> Plot | None:
    now = {name: category["points_lost"] for name, category in document["score"]["categories"].items()}
    was = document["comparison"]["categories_was"] if document["comparison"] else {}
    if not any(now.values()) and not any(was.get(name) for name in now):
        return None
    order, notes = [category.value for category in Category], list_unscored(document, words)

    def key(name: str) -> tuple[bool, float, int]:
        return now[name] is None, -(now[name] or 0.0), order.index(name) if name in order else len(order)

    rows = tuple(
        PlotRow(
            label=words.label(CATEGORIES, name),
            cells=(_format_lost(now[name]), _format_lost(was.get(name))) if was else (_format_lost(now[name]),),
            bar=None if (lost := now[name]) is None else PlotBar(0.0, lost),
            was=was.get(name),
            note=notes.get(name, ""),
        )
        for name in sorted(now, key=key)
    )
    title = words("Points lost by category")
    columns = (words("This time"), words("Last time")) if was else (words("Points lost"),)
    return RowsPlot(
        "categories",
        title,
        _describe_rows(words, title, columns, rows),
        rows=rows,
        columns=columns,
        high=max(value for values in (now, was) for value in values.values() if value),
        bar_word=words("This time") if was else "",
        was_word=words("Last time") if was else "",
    )


def _format_lost(value: float | None) -> str:
    return NOTHING if value is None else format_points(value)


def _plot_losses(document: Document, words: Words) -> Plot | None:
    lost = points.list_losses(document, words)
    if not lost:
        return None
    steps = [(f"{loss.code} {loss.title}", loss.value, loss.carried) for loss in lost[:DEAREST]]
    if rest := lost[DEAREST:]:
        steps.append((words("{count} more checks", count=len(rest)), sum(loss.value for loss in rest), False))
    rows = [PlotRow(label=words("Full marks"), cells=("", format_points(BEST)), total=BEST)]
    left = BEST
    for label, value, carried in steps:
        after = round(left - value, 1)
        rows.append(
            PlotRow(
                label=label,
                cells=(points.format_signed(-value), format_points(after)),
                bar=PlotBar(after, left, carried),
            )
        )
        left = after
    value = document["score"]["value"]
    rows.append(PlotRow(label=words("Health score"), cells=("", format_points(value)), total=value))
    title = words("From 100 points to the score")
    columns = (words("Points"), words("Left"))
    return RowsPlot(
        "losses",
        title,
        _describe_rows(words, title, columns, rows),
        rows=tuple(rows),
        columns=columns,
        low=max(0.0, 10.0 * ((value - 5) // 10)),
        high=BEST,
        linked=True,
        hatch_word=words("carried over from an earlier assessment") if any(item[2] for item in steps) else "",
    )


def _plot_roadmap(document: Document, words: Words) -> Plot | None:
    stages = tuple(
        PlotStage(
            stage.label,
            stage.score_after,
            tuple(unit.number for unit in stage.units),
            tuple(unit.score_after for unit in stage.units),
        )
        for stage in roadmap.build_stages(document, words)
    )
    if not stages:
        return None
    value = document["score"]["value"]
    title, start = words("The score as the work is done"), words("today {score}", score=format_points(value))
    axis = words("Actions done, by their number in the roadmap")
    steps = (words("{title}: {text}", title=stage.label, text=" ".join(_list_steps(stage))) for stage in stages)
    return RoadmapPlot("roadmap", title, describe_plot(words, title, (start, axis, *steps)), value, start, stages, axis)


def _list_steps(stage: PlotStage) -> Iterable[str]:
    return (f"{number} → {after}" for number, after in zip(stage.numbers, stage.scores, strict=True))


def _plot_top_sql(document: Document, words: Words) -> Plot | None:
    figures = document["figures"]
    shapes = figures["top_sql"]
    if not shapes:
        return None
    rows, total = [], 0.0
    for shape in shapes[:STATEMENTS]:
        total += shape["share_pct"]
        rows.append(_build_share_row(make_printable(shape["sql_id"], NAME_LENGTH), shape["share_pct"], total))
    others = figures["shapes"] - len(rows)
    if others > 0:
        rows.append(_build_share_row(words("{count} more statements", count=others), BEST - total, BEST))
    title = words("Statements that take most of the time")
    columns = (words("Share"), words("Sum"))
    return RowsPlot(
        "top_sql",
        title,
        _describe_rows(words, title, columns, rows),
        rows=tuple(rows),
        columns=columns,
        high=BEST,
        unit="%",
        bar_word=words("share of the time of all statements"),
        line_word=words("sum of the shares"),
        guide=MOST_PCT,
    )


def _build_share_row(label: str, share_pct: float, total_pct: float) -> PlotRow:
    share_pct, total_pct = max(0.0, share_pct), min(BEST, total_pct)
    cells = (f"{format_points(share_pct)}%", f"{format_points(total_pct)}%")
    return PlotRow(label=label, cells=cells, bar=PlotBar(0.0, share_pct), line=total_pct)


def _describe_rows(words: Words, title: str, columns: Sequence[str], rows: Iterable[PlotRow]) -> str:
    """Return the alternative text: each row with its numbers, as the chart prints them."""
    lines = (" ".join(filter(None, (row.label, " / ".join(filter(None, row.cells)), row.note))) for row in rows)
    return describe_plot(words, f"{title} ({' / '.join(columns)})", lines)
