"""What became of predictions: what advice promised, and what was measured once its finding was resolved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist

CONFIDENCE_PCT = 95.0


class PredictionKind(StrEnum):
    """What was predicted: the measured value, the points of the score, or the time of a statement."""

    VALUE = "value"
    GAIN = "gain"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One prediction of the assessment ``advised_id`` on a finding that is resolved now, and what was measured.

    ``predicted``: for a value the limit that it was to keep; for a gain points; for the time of a statement the least
    percent by which it was to fall, and ``predicted_most`` the most. ``measured`` is in the same unit.
    """

    kind: PredictionKind
    code: str
    fingerprint: str
    resource: str
    advised_id: str
    predicted: float
    measured: float
    came_true: bool
    predicted_most: float | None = None


@dataclass(frozen=True, slots=True)
class HitRate:
    """How many of so many predictions came true, and the interval that holds the true rate in 95 % of cases."""

    came_true: int
    counted: int
    low_pct: float = field(init=False)
    high_pct: float = field(init=False)

    def __post_init__(self) -> None:
        low, high = compute_interval(self.came_true, self.counted)
        object.__setattr__(self, "low_pct", low)
        object.__setattr__(self, "high_pct", high)

    @property
    def pct(self) -> float | None:
        """The rate in percent; None where nothing was counted."""
        return 100 * self.came_true / self.counted if self.counted else None


def compute_interval(hits: int, counted: int) -> tuple[float, float]:
    """Return Wilson's interval of a rate in percent: it stays within 0 to 100, and holds for few cases too."""
    if not counted:
        return 0.0, 100.0
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE_PCT / 200)
    rate, weight = hits / counted, z * z / counted
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(rate * (1 - rate) / counted + weight / (4 * counted))
    return round(100 * max(0.0, middle - half), 1), round(100 * min(1.0, middle + half), 1)


def count_hits(came_true: Iterable[bool]) -> HitRate:
    """Return the rate of predictions of which these came true."""
    found = list(came_true)
    return HitRate(sum(found), len(found))
