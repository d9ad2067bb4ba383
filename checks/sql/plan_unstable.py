"""SQL012: one SQL shape with several plans, one of them many times slower."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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
    for (tenant_id, sql_id, part), plans_of_shape in _collect_plans(plans, history or ()).items():
        averages = sorted(
            elapsed_us / executions
            for executions, elapsed_us in plans_of_shape.values()
            if executions >= limits.min_executions_count
        )
        if len(averages) < 2 or averages[-1] < limits.min_slowest_average_ms * 1000:  # noqa: PLR2004 - a pair to compare
            continue
        evidence: dict[str, Scalar] = {
            "plans_count": len(averages),
            "slowest_us": averages[-1],
            "fastest_us": averages[0],
            "statement": text_of(plans, sql_id),
        }
        yield Measurement(name_shape(sql_id, tenant_id), averages[-1] / max(averages[0], 1), evidence, part)


def _collect_plans(
    plans: Rows[CachedPlan], history: Rows[RepositoryShape]
) -> dict[tuple[int | None, str, str], dict[int, tuple[int, int]]]:
    """Return executions and microseconds of each plan by its hash, for each shape in the repository and the cache.

    In the cache a shape is told apart by its database, too.
    """
    seen = [
        (plan.tenant_id, plan.sql_id, str(plan.db_id), plan.plan_hash, plan.executions, plan.elapsed_time)
        for plan in plans
    ]
    seen += [
        (row.tenant_id, row.sql_id, Observes.REPOSITORY.value, row.plan_hash, row.executions, row.elapsed_us)
        for row in history
    ]
    found: defaultdict[tuple[int | None, str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
    for tenant_id, sql_id, part, plan_hash, executions, elapsed_us in seen:
        before = found[tenant_id, sql_id, part].get(plan_hash, (0, 0))
        found[tenant_id, sql_id, part][plan_hash] = before[0] + executions, before[1] + elapsed_us
    return found
