"""SQL001: executions that take longer than a second, as a share of all."""

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
from agent.facts.sql import AuditReturn, SqlShape
from checks.sql.pages import AUDIT, SLOW_QUERIES
from checks.sql.ring import busy_tenants, idle_tenants


@params
class SlowShareParams(Params):
    min_executions_count: int


@check(
    code="SQL001",
    name="sql.slow_statements_share",
    unit=Unit.PCT,
    counted="slow_count",
    actor=Actor.CUSTOMER,
    title="Too many statements take a second or longer",
    consequence="Fast requests queue behind slow ones, and the whole business becomes slow.",
    finding="{resource}: {slow_count} of {executions_count} statements ({value}) in the SQL audit took a second or "
    "longer within {span_s} (limit {limit}), the longest {longest_us}.",
    remediation=Remediation(
        advice="Start with the slow SQL of this report: check the plans, add missing indexes or narrow the "
        "conditions. Move reports and batch jobs out of the peak.",
        pre_check="List the statements of a second and longer in GV$OB_SQL_AUDIT, ordered by ELAPSED_TIME.",
        post_check="After a business day the share in the SQL audit is below the limit.",
        risk="A new index takes disk space and slows writes down slightly.",
    ),
    sources=(
        AUDIT,
        SLOW_QUERIES,
    ),
)
def slow_statements_share(
    returns: Rows[AuditReturn], shapes: Rows[SqlShape], limits: SlowShareParams
) -> Iterator[Measurement | Unjudged]:
    """A tenant has a limited number of worker threads, and a slow statement holds one for its whole run. When slow
    statements are no exception any more, fast statements queue behind them, and the whole business is affected."""
    for tenant_id, rows, executions in busy_tenants(returns, limits.min_executions_count):
        here = [row for row in shapes if row.tenant_id == tenant_id]
        slow = sum(row.over_1s for row in here)
        span_us = max(row.last_us for row in rows) - min(row.first_us for row in rows)
        evidence: dict[str, Scalar] = {
            "slow_count": slow,
            "executions_count": executions,
            "span_s": span_us / 1_000_000,
            "longest_us": max((row.max_elapsed_us for row in here), default=0),
            "sql_id": max(here, key=lambda row: row.max_elapsed_us).sql_id if here else None,
        }
        yield Measurement(tenant_name(tenant_id), 100 * slow / executions, evidence)
    yield from idle_tenants(returns, limits.min_executions_count)
