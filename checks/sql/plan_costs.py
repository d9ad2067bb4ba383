"""What each plan of a statement cost, in the plan cache and in the workload repository."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from agent.api import Observes, Rows
from agent.facts.shape_load import bound_executions
from agent.facts.sql import CachedPlan, RepositoryShape


@dataclass(slots=True)
class PlanCost:
    """What the executions of one plan took, and how many they were at least and at most."""

    fewest: int = 0
    most: int = 0
    elapsed_us: int = 0

    def add(self, fewest: int, most: int, elapsed_us: int) -> None:
        """Add executions, and what they took."""
        self.fewest += fewest
        self.most += most
        self.elapsed_us += elapsed_us

    @property
    def least_average_us(self) -> float:
        """Microseconds that an execution takes at least on average."""
        return self.elapsed_us / max(self.most, 1)

    @property
    def most_average_us(self) -> float:
        """Microseconds that an execution may take on average."""
        return self.elapsed_us / max(self.fewest, 1)


def collect_costs(
    plans: Rows[CachedPlan], history: Rows[RepositoryShape]
) -> dict[tuple[int | None, str, str], dict[int, PlanCost]]:
    """Return what each plan cost by its hash, for each shape in the repository and the cache.

    In the cache a shape is told apart by its database, too. The repository counts retries apart, so that the executions
    of a plan there are known between two bounds.
    """
    found: defaultdict[tuple[int | None, str, str], defaultdict[int, PlanCost]] = defaultdict(
        lambda: defaultdict(PlanCost)
    )
    for plan in plans:
        of_shape = found[plan.tenant_id, plan.sql_id, str(plan.db_id)]
        of_shape[plan.plan_hash].add(plan.executions, plan.executions, plan.elapsed_time)
    for row in history:
        fewest, most = bound_executions(row.executions, row.retries) or (row.executions, row.executions)
        found[row.tenant_id, row.sql_id, Observes.REPOSITORY.value][row.plan_hash].add(fewest, most, row.elapsed_us)
    return {key: dict(costs) for key, costs in found.items()}
