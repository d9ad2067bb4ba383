"""The sheet: where values stand, and which of them an axis names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.charts.legend import LegendEntry, fold_legend, measure_entry, sample_line
from agent.report.charts.sheet import MARGIN, DrawingSheet, Mark, Scale, Stroke, list_ticks


@given(st.floats(-1e6, 1e12, allow_nan=False), st.floats(1e-6, 1e12, allow_nan=False), st.integers(2, 10))
def test_ticks_are_round_evenly_spaced_and_within(low: float, span: float, most: int) -> None:
    high = low + span
    if not high - low > abs(low) * 1e-6:
        return  # a float cannot tell such values apart
    ticks = list(list_ticks(low, high, most))
    assert 1 <= len(ticks) <= most + 1
    room = (high - low) * 1e-6
    assert all(low - room <= tick <= high + room for tick in ticks)
    steps = {round((after - before) / (high - low), 6) for before, after in pairwise(ticks)}
    assert len(steps) <= 1


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 102, 5, [0, 25, 50, 75, 100]),
        (0, 1100, 6, [0, 200, 400, 600, 800, 1000]),
        (36.3, 103.6, 6, [40, 60, 80, 100]),
        (0, 0.21, 5, [0, 0.05, 0.1, 0.15, 0.2]),
    ],
)
def test_ticks_of_usual_charts(low: float, high: float, most: int, expected: list[float]) -> None:
    assert list(list_ticks(low, high, most)) == pytest.approx(expected)


def test_a_value_beyond_the_scale_ends_there() -> None:
    scale = Scale(0, 100, 10.0, 60.0)
    assert [scale.place(value) for value in (-5, 0, 50, 100, 1e9)] == [10.0, 10.0, 35.0, 60.0, 60.0]
    assert Scale(0, 10, 66.0, 3.0).place(5) == 34.5, "a scale may go upwards"


def test_everything_is_measured_from_the_margin() -> None:
    sheet = DrawingSheet(20.0)
    sheet.line((0, 1), (3, 1), color="#000000")
    sheet.mark(0, 5, "o", 4, fill="#000000")
    assert sheet.shapes == [
        Stroke(points=((MARGIN, 1), (3 + MARGIN, 1)), color="#000000", width=1.0),
        Mark(at=(MARGIN, 5), kind="o", size=4, fill="#000000", edge="#000000"),
    ]


@given(st.lists(st.text("abc 中文", min_size=1, max_size=12), max_size=6), st.floats(40, 166))
def test_a_legend_folds_and_loses_nothing(words: list[str], room: float) -> None:
    entries = [LegendEntry(word, sample_line("#000000", 1.0)) for word in words]
    lines = fold_legend(entries, room)
    assert [entry for line in lines for entry in line] == entries
    assert all(len(line) == 1 or sum(map(measure_entry, line)) <= room + 5 for line in lines)
