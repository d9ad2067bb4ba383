"""What a finding means for purchases and dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.model.terms import Text, Unit


@dataclass(frozen=True, slots=True)
class Purchase:
    """A size to buy or to set, what there is, what is needed, and the formula.

    ``what``: cores, memory, data_disk, log_disk, connections.
    """

    what: str
    present: float
    needed: float
    unit: Unit
    formula: Text


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to buy, and the day on which it runs out with what that is taken from; None where nothing tells."""

    purchase: Purchase | None = None
    exhausted_on: date | None = None
    exhausted_by: Text | None = None
