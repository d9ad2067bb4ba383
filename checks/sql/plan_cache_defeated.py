"""SQL015: statements that hardly ever find their plan in the cache."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Told,
    Unit,
    Unjudged,
    check,
    params,
    tenant_name,
)
from agent.facts.sql import AuditReturn, SqlShape
from checks.sql.pages import AUDIT, EVICTION, HARD_PARSING
from checks.sql.ring import busy_tenants, idle_tenants


@params
class HardParseParams(Params):
    min_executions_count: int


def _lost_plans(told: Told) -> bool:
    """Whether most of what was optimized anew had a plan shortly before."""
    return 2 * float(str(told["again_count"])) > float(str(told["hard_parses_count"]))


@check(
    code="SQL015",
    name="sql.plan_cache_defeated",
    unit=Unit.PCT,
    counted="hard_parses_count",
    actor=Actor.CUSTOMER,
    title="Too many statements are optimized again",
    consequence="The CPU is spent on optimizing statements, and all of them slow down.",
    finding="{resource}: {hard_parses_count} of {executions_count} statements with a plan ({value}) were optimized "
    "again (limit {limit}). At least {again_count} of them had a SQL pattern that had been optimized shortly before.",
    remediation=Remediation(
        advice="Find the application whose statements are optimized again, and why their plans are not found.",
        pre_check="Count the statements in GV$OB_SQL_AUDIT with IS_HIT_PLAN = 0 by USER_NAME to find the application.",
        post_check="The share of IS_HIT_PLAN = 0 in GV$OB_SQL_AUDIT falls below the limit.",
        risk="More memory for plans leaves less memory for data.",
        cases=(
            Case(
                "Most had been optimized shortly before, so the cache loses its plans: see "
                "whether it is at its limit (GV$OB_PLAN_CACHE_STAT), raise "
                "ob_plan_cache_percentage, and look for DDL, gathered statistics and "
                "USE_PLAN_CACHE(NONE).",
                when=_lost_plans,
            ),
            Case(
                "Most had not, so look for SQL that is put together again each time: IN lists and "
                "VALUES lists of any length, generated aliases, table names with dates. Give it "
                "few fixed shapes.",
                when=lambda told: not _lost_plans(told),
            ),
        ),
    ),
    sources=(
        HARD_PARSING,
        EVICTION,
        AUDIT,
    ),
)
def plan_cache_defeated(
    returns: Rows[AuditReturn], shapes: Rows[SqlShape], limits: HardParseParams
) -> Iterator[Measurement | Unjudged]:
    """Literals become parameters, so statements of the same pattern share a plan. A plan is not found for two reasons:
    the pattern changes each time, or the cache has evicted the plan. Then every statement is optimized.

    Only the patterns that took most time can be distinguished, so the number of those optimized before is a lower
    bound.
    """
    for tenant_id, rows, planned in busy_tenants(returns, limits.min_executions_count, lambda row: row.planned):
        hard_parses = sum(row.hard_parses for row in rows)
        here = [shape for shape in shapes if shape.tenant_id == tenant_id]
        again = sum(max(0, min(shape.plan_misses, shape.executions) - 1) for shape in here)
        evidence: dict[str, Scalar] = {
            "hard_parses_count": hard_parses,
            "executions_count": planned,
            "again_count": min(again, hard_parses),
        }
        yield Measurement(tenant_name(tenant_id), 100 * hard_parses / planned, evidence)
    yield from idle_tenants(returns, limits.min_executions_count, lambda row: row.planned)
