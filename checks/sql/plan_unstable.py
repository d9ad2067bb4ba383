"""SQL012: one SQL shape with several plans, one of them many times slower."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Observes,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_shape,
    params,
)
from agent.facts.shape_load import bound_executions
from agent.facts.sql import CachedPlan, RepositoryShape
from checks.sql.pages import BAD_PLANS, CACHED_PLANS
from checks.sql.ring import text_of


@params
class UnstableParams(Params):
    min_executions_count: int
    min_slowest_average_ms: int


@check(
    code="SQL012",
    name="sql.plan_unstable",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Plans of one statement differ greatly in speed",
    consequence="Requests become many times slower all of a sudden.",
    finding="{resource} has {plans_count} plans, the slowest {value} times as slow as the fastest (limit {limit}): "
    "{slowest_us} against {fastest_us} on average.",
    remediation=Remediation(
        advice="Compare the plans. If the slow one comes from parameters of another type (a number for a character "
        "column), correct the application. Otherwise gather statistics, and bind the good plan with an outline if the "
        "problem persists.",
        pre_check="Look the plans up by SQL_ID in GV$OB_PLAN_CACHE_PLAN_STAT and their steps in GV$OB_SQL_PLAN.",
        post_check="GV$OB_PLAN_CACHE_PLAN_STAT shows one plan, or plans of about the same AVG_EXE_USEC.",
        risk="An outline keeps its plan even if the data changes: review it after large changes.",
        effort=Effort.TRIAL,
    ),
    sources=(
        BAD_PLANS,
        CACHED_PLANS,
    ),
)
def plan_unstable(
    plans: Rows[CachedPlan], history: Rows[RepositoryShape] | None, limits: UnstableParams
) -> Iterator[Measurement]:
    """The same statement can get several plans, depending on parameter types, session settings or the statistics at
    that time. If one is many times slower, response times jump without any change of the application."""
    for (tenant_id, sql_id, part), costs in _collect_plans(plans, history or ()).items():
        often = [cost for cost in costs.values() if cost.most >= limits.min_executions_count]
        slowest_us = max((cost.most_average_us for cost in often), default=0.0)
        if len(often) < 2 or slowest_us < limits.min_slowest_average_ms * 1000:  # noqa: PLR2004 - a pair to compare
            continue
        surely_us = max(cost.least_average_us for cost in often)
        is_slow = surely_us >= limits.min_slowest_average_ms * 1000
        fastest_us = min(cost.most_average_us for cost in often)
        evidence: dict[str, Scalar] = {
            "plans_count": len(often),
            "slowest_us": surely_us,
            "fastest_us": fastest_us,
            "statement": text_of(plans, sql_id),
        }
        yield Measurement(
            name_shape(sql_id, tenant_id),
            surely_us / max(fastest_us, 1) if is_slow else 1.0,
            evidence,
            part,
            may_be=slowest_us / max(min(cost.least_average_us for cost in often), 1),
        )


@dataclass(slots=True)
class _Cost:
    """What the executions of one plan took, and how many they were at least and at most."""

    fewest: int = 0
    most: int = 0
    elapsed_us: int = 0

    def add(self, fewest: int, most: int, elapsed_us: int) -> None:
        self.fewest += fewest
        self.most += most
        self.elapsed_us += elapsed_us

    @property
    def least_average_us(self) -> float:
        return self.elapsed_us / max(self.most, 1)

    @property
    def most_average_us(self) -> float:
        return self.elapsed_us / max(self.fewest, 1)


def _collect_plans(
    plans: Rows[CachedPlan], history: Rows[RepositoryShape]
) -> dict[tuple[int | None, str, str], dict[int, _Cost]]:
    """Return what each plan cost by its hash, for each shape in the repository and the cache.

    In the cache a shape is told apart by its database, too. The repository counts retries apart, so that the executions
    of a plan there are known between two bounds.
    """
    found: defaultdict[tuple[int | None, str, str], defaultdict[int, _Cost]] = defaultdict(lambda: defaultdict(_Cost))
    for plan in plans:
        of_shape = found[plan.tenant_id, plan.sql_id, str(plan.db_id)]
        of_shape[plan.plan_hash].add(plan.executions, plan.executions, plan.elapsed_time)
    for row in history:
        fewest, most = bound_executions(row.executions, row.retries) or (row.executions, row.executions)
        found[row.tenant_id, row.sql_id, Observes.REPOSITORY.value][row.plan_hash].add(fewest, most, row.elapsed_us)
    return {key: dict(costs) for key, costs in found.items()}
