"""SQL012: one SQL shape with several plans, one of them many times slower."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_shape,
    params,
)
from agent.facts.sql import CachedPlan, RepositoryShape
from checks.sql.pages import BAD_PLANS, CACHED_PLANS
from checks.sql.plan_costs import collect_costs
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
    for (tenant_id, sql_id, part), costs in collect_costs(plans, history or ()).items():
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
