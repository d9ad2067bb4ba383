"""Where an answer turns: tests of limits that a formula sets keep the place, not a value somewhere on each side."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def find_turn(answers: Callable[[float], bool], low: float, high: float) -> object:
    """Return the place between ``low`` (no) and ``high`` (yes) where the answer turns, to be compared with ``==``."""
    assert not answers(low) and answers(high), "it must turn once between these"
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if answers(middle) else (middle, high)
    return pytest.approx(high, rel=1e-5)
