"""Two public series that statsmodels ships, cut into trials: each observation counts as a day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tests.forecast.shapes import Array, Trial


@dataclass(frozen=True)
class PublicSeries:
    """A column of a file in ``statsmodels/datasets``; what is seen and what is foretold, in observations."""

    name: str
    file: str
    column: str
    seen: int
    horizon: int


SERIES = (
    PublicSeries("co2 (weekly, Mauna Loa)", "co2/co2.csv", "co2", seen=260, horizon=156),
    PublicSeries("realgdp (quarterly, USA)", "macrodata/macrodata.csv", "realgdp", seen=60, horizon=40),
)


def read_values(series: PublicSeries) -> Array:
    """Return the values; the file is read by itself, because importing the library takes seconds."""
    found = find_spec("statsmodels")
    assert found and found.origin, "statsmodels is not installed"
    with (Path(found.origin).parent / "datasets" / series.file).open(encoding="utf-8") as lines:
        rows = [row[series.column] for row in csv.DictReader(lines)]
    values = np.array([float(row) if row.strip() else np.nan for row in rows])
    known = np.flatnonzero(~np.isnan(values))
    return np.asarray(np.interp(np.arange(len(values)), known, values[known]))


def make_public_trials(series: PublicSeries, count: int, seed: int) -> Iterator[Trial]:
    """Yield trials that begin at evenly spread places, each with a limit drawn above what was seen lately."""
    values = read_values(series)
    random = np.random.default_rng([seed, len(values)])
    for start in np.linspace(0, len(values) - series.seen - series.horizon, count).astype(int):
        seen = values[start : start + series.seen]
        ahead = values[start + series.seen : start + series.seen + series.horizon]
        lately = float(seen[-30:].max())
        limit = lately + float(random.uniform(0.03, 1.25)) * max(float(ahead.max()) - lately, 0.01 * lately)
        reached = np.flatnonzero(ahead >= limit)
        truth = float(reached[0] + 1) if len(reached) else float(series.horizon)
        yield Trial(series.name, np.arange(series.seen, dtype=float), seen, limit, truth, series.horizon)
