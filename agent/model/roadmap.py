"""The units of work that an assessment recommends."""

from __future__ import annotations

from dataclasses import dataclass

from agent.model.terms import (
    Deadline,
    Effort,
)


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """One action: ``codes`` are the checks that it clears, the dearest first.

    ``gain`` is what it adds once all before it in the roadmap are done; ``score_after`` is the score then.
    """

    codes: tuple[str, ...]
    deadline: Deadline
    effort: Effort
    gain: float
    score_after: float
