"""What is known of a statement on the twin: text with typical values, plan, and how that is the tenant's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.facts.workload import WorkStatement
from agent.twin.material import Name
from agent.twin.plan_shape import PlanShape


class Match(StrEnum):
    """How a statement's plan on the twin is that of the tenant."""

    SAME = "same"
    FORCED = "forced"  # the twin chooses another plan; by its outline it has the tenant's
    OTHER = "other"  # the tenant's plan cannot be had on the twin
    NOT_IN_CACHE = "not in cache"
    NOT_PARSED = "not parsed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One statement on the twin. ``sql`` has typical values; ``base`` is its plan there, ``outline`` forces that plan.

    ``cause`` says in what an unlike plan differs, or why there is none. ``off`` is by how much the tenant's own
    estimate of its base scans was off, in the first execution; None where nothing was measured.
    """

    statement: WorkStatement
    database: str
    match: Match
    cause: str = ""
    sql: str = ""
    tenant: PlanShape | None = None
    base: PlanShape | None = None
    outline: str = ""
    tables: Mapping[str, Name]
    off: float | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether plans on the twin say something of the tenant's."""
        return self.base is not None and self.match in (Match.SAME, Match.FORCED)

    @property
    def cost(self) -> int:
        """What the tenant's plan costs: by the twin or by the tenant itself, whichever is less.

        Where a value is rarer than the twin can know, its cost of the plan is too high, and any other plan looks good.
        """
        own = self.tenant.cost if self.tenant else 0
        estimated = self.base.cost if self.base else 1
        return min(estimated, own) if own > 1 else estimated
