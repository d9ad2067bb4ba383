"""SQL015: statements that hardly ever find their plan in the cache."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    params,
    tenant_name,
)
from agent.facts.sql import AuditReturn
from checks.sql.pages import AUDIT, EVICTION, HARD_PARSING
from checks.sql.ring import busy_tenants, idle_tenants


@params
class HardParseParams(Params):
    min_executions_count: int


@check(
    code="SQL015",
    name="sql.plan_cache_defeated",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Too many statements are optimized anew",
    finding="{resource}: {value} of the statements with a plan had to be optimized anew (limit {limit}; "
    "{hard_parses_count} of {executions_count}).",
    remediation=Remediation(
        advice="Look for SQL that is put together anew each time: IN lists and VALUES lists of any length, generated "
        "aliases and comments, table names with dates. Give it few fixed shapes, or use prepared statements.",
        pre_check="Count the statements in GV$OB_SQL_AUDIT with IS_HIT_PLAN = 0 by USER_NAME to find the application.",
        post_check="The share of IS_HIT_PLAN = 0 in GV$OB_SQL_AUDIT falls below the limit.",
        risk="Prepared statements need room in the cache of the connection pool.",
    ),
    sources=(
        HARD_PARSING,
        EVICTION,
        AUDIT,
    ),
)
def plan_cache_defeated(returns: Rows[AuditReturn], limits: HardParseParams) -> Iterator[Measurement | Unjudged]:
    """Literals are replaced by the server, so equal shapes share a plan. Only SQL whose shape changes each time defeats
    the cache, and then the optimizer runs for every statement and useful plans are pushed out."""
    for tenant_id, rows, planned in busy_tenants(returns, limits.min_executions_count, lambda row: row.planned):
        hard_parses = sum(row.hard_parses for row in rows)
        evidence: dict[str, Scalar] = {"hard_parses_count": hard_parses, "executions_count": planned}
        yield Measurement(tenant_name(tenant_id), 100 * hard_parses / planned, evidence)
    yield from idle_tenants(returns, limits.min_executions_count, lambda row: row.planned)
