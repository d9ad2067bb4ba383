"""Made series of twelve shapes, each with what comes after it: a forecast can be held against that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEEN, HORIZON = 180, 365
WHOLE = np.arange(SEEN + HORIZON, dtype=float)


@dataclass(frozen=True)
class Trial:
    """What was seen (day, value), a limit, and the days until it is reached; the horizon where it never is."""

    shape: str
    days: Array
    values: Array
    limit: float
    truth: float
    horizon: int = HORIZON


def _noise(random: np.random.Generator, level: float) -> Array:
    """Return noise whose neighbours are alike, as those of a server are."""
    fresh = random.normal(0, level, len(WHOLE))
    for day in range(1, len(fresh)):
        fresh[day] += 0.3 * fresh[day - 1]
    return fresh


def linear(random: np.random.Generator) -> tuple[Array, Array]:
    return 100 + random.uniform(0.1, 0.6) * WHOLE, _noise(random, random.uniform(0.3, 2))


def step(random: np.random.Generator) -> tuple[Array, Array]:
    at = random.integers(20, 165)
    jump = random.uniform(15, 60)
    return 100 + random.uniform(0.1, 0.5) * WHOLE + jump * (at <= WHOLE), _noise(random, random.uniform(0.3, 1.5))


def seasonal(random: np.random.Generator) -> tuple[Array, Array]:
    week = random.uniform(3, 15) * np.isin(WHOLE.astype(int) % 7, [5, 6])
    period = random.uniform(28, 33)
    month = random.uniform(3, 10) * np.sin(2 * np.pi * (WHOLE / period + random.uniform()))
    return 100 + random.uniform(0.1, 0.5) * WHOLE - week + month, _noise(random, random.uniform(0.3, 1.5))


def purge(random: np.random.Generator) -> tuple[Array, Array]:
    period, climb = int(random.integers(14, 36)), random.uniform(0.6, 2)
    phase = int(random.integers(0, period))
    kept = random.uniform(0.05, 0.25) * climb
    return 100 + kept * WHOLE + climb * ((WHOLE + phase) % period), _noise(random, random.uniform(0.2, 1))


def saturating(random: np.random.Generator) -> tuple[Array, Array]:
    fast = random.uniform(40, 120)
    return 100 + random.uniform(60, 150) * (1 - np.exp(-WHOLE / fast)), _noise(random, random.uniform(0.3, 1.5))


def noise(random: np.random.Generator) -> tuple[Array, Array]:
    return np.full(len(WHOLE), 100.0), _noise(random, random.uniform(3, 10))


def outliers(random: np.random.Generator) -> tuple[Array, Array]:
    return 100 + random.uniform(0.1, 0.5) * WHOLE, _noise(random, random.uniform(0.3, 1.5))


def gaps(random: np.random.Generator) -> tuple[Array, Array]:
    return linear(random)


def counter_reset(random: np.random.Generator) -> tuple[Array, Array]:
    at, slope = random.integers(20, 160), random.uniform(0.4, 1.5)
    return np.where(at > WHOLE, 50 + slope * WHOLE, slope * (WHOLE - at)), _noise(random, random.uniform(0.2, 1))


def growth_stops(random: np.random.Generator) -> tuple[Array, Array]:
    at = random.integers(40, 365)
    return 100 + random.uniform(0.3, 0.8) * np.minimum(WHOLE, at), _noise(random, random.uniform(0.3, 1.5))


def exponential(random: np.random.Generator) -> tuple[Array, Array]:
    rate = random.uniform(0.004, 0.012)
    signal = 50 * np.exp(rate * WHOLE)
    return signal, signal * _noise(random, random.uniform(0.003, 0.012))


def new_tenant(random: np.random.Generator) -> tuple[Array, Array]:
    """Loaded within some days, then in use: only the last weeks are seen."""
    start, load = SEEN - int(random.integers(30, 60)), int(random.integers(4, 9))
    since = np.maximum(WHOLE - start, 0)
    filled = random.uniform(60, 120) * np.minimum(since / load, 1)
    return filled + random.uniform(0.15, 0.6) * since, _noise(random, random.uniform(0.2, 1))


SHAPES: dict[str, Callable[[np.random.Generator], tuple[Array, Array]]] = {
    "linear": linear,
    "step": step,
    "seasonal": seasonal,
    "purge saw-tooth": purge,
    "saturating": saturating,
    "noise": noise,
    "outliers": outliers,
    "gaps": gaps,
    "counter reset": counter_reset,
    "growth that stops": growth_stops,
    "exponential": exponential,
    "new tenant": new_tenant,
}


def make_trials(shape: str, count: int, seed: int) -> Iterator[Trial]:
    """Yield trials of a shape, always the same ones for a seed."""
    number = list(SHAPES).index(shape)
    for one in range(count):
        random = np.random.default_rng([seed, number, one])
        signal, disturbed = SHAPES[shape](random)
        values = signal + disturbed
        limit = _choose_limit(signal, float(values[SEEN - 30 : SEEN].max()), random)
        reached = np.flatnonzero(values[SEEN:] >= limit)
        truth = float(reached[0] + 1) if len(reached) else float(HORIZON)
        days, seen = WHOLE[:SEEN], values[:SEEN].copy()
        if shape == "outliers":
            at = random.choice(SEEN - 1, size=int(random.integers(4, 14)), replace=False)
            seen[at] += random.choice([-1, 1], len(at)) * random.uniform(20, 90, len(at))
        if shape == "gaps":
            kept = random.uniform(size=SEEN) > 0.25
            hole = int(random.integers(20, 120))
            kept[hole : hole + int(random.integers(10, 40))] = False
            kept[-1] = True
            days, seen = days[kept], seen[kept]
        if shape == "new tenant":
            first = int(np.flatnonzero(seen > 5)[0])
            days, seen = days[first:], seen[first:]
        yield Trial(shape, days, seen, limit, truth)


def _choose_limit(signal: Array, lately: float, random: np.random.Generator) -> float:
    """Return a limit above all that was seen lately, up to some way above what is reached within the horizon."""
    highest = float(signal[SEEN:].max())
    if highest <= lately * 1.01:
        return lately * float(random.uniform(1.03, 1.4))
    return lately + float(random.uniform(0.03, 1.25)) * (highest - lately)
