"""The backtest of the forecast, a part of ``make bench``: a table and build/forecast.json; exit 1 if an aim is missed.

Each trial is a series whose future is known and a limit. The error is that of the date, in days, capped at the horizon;
"never" counts as the horizon. The numbers of the method were set on other seeds than the one that is measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from agent.facts.growth import EarlierLevel
from agent.judgement.forecast.days_to_limit import forecast_levels
from agent.model.figures import Level
from tests.forecast.methods import PLAIN, ask_forecast
from tests.forecast.public import SERIES, make_public_trials
from tests.forecast.shapes import SHAPES, Trial, make_trials
from tests.harness import NOW, snapshot_of

OUT = Path(__file__).parent.parent.parent / "build" / "forecast.json"
SEED = 2026
TRIALS = 100
OURS = "forecast"
NEAR_BEST = 1.05
LEAST_BETTER = 7
COVERAGE = (0.75, 0.85)
TARGETS, SERIES_EACH, MOST_S = 200, 12, 60.0


@dataclass(frozen=True)
class Score:
    """Mean error in days by method, the share of truths inside the interval, and what was recognized."""

    name: str
    trials: int
    errors: Mapping[str, float]
    inside: int
    recognized: Mapping[str, int] = field(default_factory=dict)

    @property
    def best(self) -> float:
        """The least error of all methods."""
        return min(self.errors.values())


def score_trials(name: str, trials: Iterable[Trial]) -> Score:
    """Ask all methods for each trial."""
    errors: dict[str, list[float]] = {method: [] for method in (OURS, *PLAIN)}
    inside, recognized = 0, Counter[str]()
    for trial in trials:
        answer = ask_forecast(trial)
        errors[OURS].append(abs(answer.likely - trial.truth))
        for method, ask in PLAIN.items():
            errors[method].append(abs(ask(trial) - trial.truth))
        inside += answer.near <= trial.truth <= answer.far
        recognized[answer.method] += 1
    count = len(errors[OURS])
    means = {method: float(np.mean(found)) for method, found in errors.items()}
    return Score(name, count, means, inside, dict(recognized))


def score_shapes(count: int, seed: int) -> list[Score]:
    """Return the scores of the twelve made shapes."""
    return [score_trials(shape, make_trials(shape, count, seed)) for shape in SHAPES]


def list_missed(made: Sequence[Score], everything: Sequence[Score]) -> list[str]:
    """Return the aims that were missed, in words. Of the two public series only the interval counts."""
    missed = [
        f"{score.name}: {score.errors[OURS]:.1f} days, the best method {score.best:.1f}"
        for score in made
        if score.errors[OURS] > NEAR_BEST * score.best + 1e-9
    ]
    for plain in ("last value", "least squares"):
        better = sum(score.errors[OURS] < score.errors[plain] for score in made)
        if better < LEAST_BETTER:
            missed.append(f"better than {plain} on {better} shapes only")
    share = measure_coverage(everything)
    if not COVERAGE[0] <= share <= COVERAGE[1]:
        missed.append(f"{share:.1%} of the truths are inside the interval")
    return missed


def measure_coverage(scores: Sequence[Score]) -> float:
    """Return the share of all truths that lie inside the interval."""
    return sum(score.inside for score in scores) / sum(score.trials for score in scores)


def measure_speed(targets: int = TARGETS) -> float:
    """Return the seconds of CPU for a year of daily values of twelve series of so many targets."""
    random = np.random.default_rng(SEED)
    start = time.process_time()
    for _ in range(targets):
        rows, levels = [], []
        for number in range(SERIES_EACH):
            shape = list(SHAPES.values())[number % len(SHAPES)]
            signal, disturbed = shape(random)
            values = np.abs(signal + disturbed)[:365]
            rows += [
                EarlierLevel(
                    series="tablets", resource=str(number), at=NOW - timedelta(days=365 - day), level=float(value)
                )
                for day, value in enumerate(values)
            ]
            last = float(values[-1])
            levels.append(Level(kind="tablets", resource=str(number), unit="count", value=last, limit=1.5 * last + 1))
        forecast_levels(snapshot_of(rows), levels)
    return time.process_time() - start


def main() -> int:
    """Measure, print, keep; the exit code."""
    made = score_shapes(TRIALS, SEED)
    public = [score_trials(series.name, make_public_trials(series, 40, SEED)) for series in SERIES]
    seconds = measure_speed()
    missed = list_missed(made, [*made, *public])
    if seconds > MOST_S:
        missed.append(f"{TARGETS} targets x {SERIES_EACH} series take {seconds:.0f} s")
    table = Table("mean error in days", *made[0].errors, "inside", "recognized as")
    for score in [*made, *public]:
        named = ", ".join(f"{name} {count}" for name, count in Counter(dict(score.recognized)).most_common(2))
        cells = (f"{error:.1f}" for error in score.errors.values())
        table.add_row(score.name, *cells, f"{score.inside / score.trials:.0%}", named)
    console = Console(width=180)
    console.print(table)
    console.print(f"inside the interval of 80 %: {measure_coverage([*made, *public]):.1%}")
    console.print(f"{TARGETS} targets x {SERIES_EACH} series: {seconds:.1f} s of CPU (at most {MOST_S:.0f})")
    console.print("\n".join(missed) or "all aims are met")
    OUT.parent.mkdir(exist_ok=True)
    kept = {"measured": datetime.now(UTC).isoformat(), "seconds": seconds, "missed": missed}
    OUT.write_text(json.dumps({**kept, "scores": [asdict(score) for score in (*made, *public)]}, indent=1))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
