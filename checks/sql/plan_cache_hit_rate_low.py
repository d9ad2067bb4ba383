"""SQL005: plan cache hit rate since start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
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
from agent.facts.sql import PlanCache
from checks.sql.pages import HARD_PARSING, PLAN_CACHE


@params
class HitRateParams(Params):
    min_accesses_count: int


@check(
    code="SQL005",
    name="sql.plan_cache_hit_rate_low",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Plan cache hit rate too low",
    consequence="The CPU is used up at little throughput, and statements are slow.",
    finding="{resource}: the hit rate of the plan cache is {value} (limit {limit}; {hits_count} hits of "
    "{accesses_count} accesses); {plans_count} plans take {used_bytes} of {limit_bytes}.",
    remediation=Remediation(
        advice="Use bind parameters or fixed SQL patterns, so that plans are reused; use a few fixed lengths for IN "
        "lists and multi-row inserts. If the cache is at its limit, raise ob_plan_cache_percentage.",
        pre_check="Look in GV$OB_PLAN_CACHE_PLAN_STAT for statements that differ only in length or spelling.",
        post_check="HIT_COUNT grows nearly as fast as ACCESS_COUNT in GV$OB_PLAN_CACHE_STAT.",
        risk="More memory for plans leaves less memory for data.",
    ),
    sources=(
        PLAN_CACHE,
        HARD_PARSING,
    ),
)
def plan_cache_hit_rate_low(caches: Rows[PlanCache], limits: HitRateParams) -> Iterator[Measurement | Unjudged]:
    """A statement whose plan is not cached is parsed, rewritten and optimized again, which costs more than running a
    short statement. A low hit rate shows as high CPU at low throughput."""
    tenants: dict[int | None, list[PlanCache]] = defaultdict(list)
    for row in caches:
        tenants[row.tenant_id].append(row)
    asked = {key: sum(row.access_count for row in rows) for key, rows in tenants.items()}
    if max(asked.values(), default=0) < limits.min_accesses_count:
        args = {"minimum_count": limits.min_accesses_count}
        raise NotAssessed("The plan cache has been accessed fewer than {minimum_count} times since start.", **args)
    for tenant_id, rows in tenants.items():
        if asked[tenant_id] < limits.min_accesses_count:
            yield Unjudged(tenant_name(tenant_id))
            continue
        accesses, hits = sum(row.access_count for row in rows), sum(row.hit_count for row in rows)
        evidence: dict[str, Scalar] = {
            "accesses_count": accesses,
            "hits_count": hits,
            "plans_count": sum(row.plan_num for row in rows),
            "used_bytes": sum(max(row.mem_used, 0) for row in rows),
            "limit_bytes": sum(row.mem_limit for row in rows),
        }
        yield Measurement(tenant_name(tenant_id), 100 * hits / accesses, evidence)
