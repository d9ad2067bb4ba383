"""CAP008: plan cache memory against its limit."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Effort,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.given import Build
from agent.facts.settings import Variable
from agent.facts.sql import PlanCache
from checks.capacity.pages import PLAN_CACHE, PLAN_CACHE_MEMORY, PLAN_CACHE_SHARE
from checks.parameters.changes import raised


@params
class PlanCacheParams(Params):
    min_limit_bytes: int
    largest_share_pct: int


@check(
    code="CAP008",
    name="capacity.plan_cache_memory_nearly_full",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Plan cache memory nearly used up",
    consequence="Statements become slow all of a sudden, because they have to be optimized again.",
    finding="{resource}: the plan cache holds {value} of its memory ({held_bytes} of {limit_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Find the statements that fill the cache with many plans of one SQL pattern (IN lists of varying "
        "length, literals in hints, generated batch texts) and make them uniform. If all plans are needed, raise "
        "ob_plan_cache_percentage.",
        sql=("SET GLOBAL ob_plan_cache_percentage = {larger};",),
        rollback=("SET GLOBAL ob_plan_cache_percentage = {configured};",),
        pre_check="Count GV$OB_PLAN_CACHE_PLAN_STAT by SQL_ID to see who fills the cache.",
        post_check="MEM_HOLD in GV$OB_PLAN_CACHE_STAT stays below 90% of MEM_LIMIT and the hit rate rises.",
        risk="The plan cache takes memory of the same tenant.",
        effort=Effort.ONLINE,
    ),
    sources=(
        PLAN_CACHE,
        PLAN_CACHE_MEMORY,
        PLAN_CACHE_SHARE,
    ),
)
def plan_cache_memory_nearly_full(
    plan_caches: Rows[PlanCache], variables: Rows[Variable], builds: Rows[Build], p: PlanCacheParams
) -> Iterator[Measurement]:
    """From ob_plan_cache_evict_high_percentage on (90% by default) plans are evicted. Statements that lose their plan
    are optimized again, which costs CPU and shows as sudden slow executions.

    Very small caches are not judged: a few large chunks would distort the share.
    """
    setting = raised(variables, "ob_plan_cache_percentage", p.largest_share_pct)
    of_others = dict.fromkeys(setting)  # sys sees their caches, but only its own variables
    sees_others = builds[0].tenant_kind is TenantKind.SYS
    judged = [cache for cache in plan_caches if cache.mem_limit >= p.min_limit_bytes]
    if not judged:
        raise NotAssessed("The plan cache of this tenant is too small to judge.")
    for number, cache in enumerate(judged):
        used_pct = 100 * cache.mem_hold / cache.mem_limit
        evidence = {"held_bytes": cache.mem_hold, "limit_bytes": cache.mem_limit, "plans_count": cache.plan_num}
        its_setting = of_others if sees_others and cache.tenant_id not in (None, 1) else setting
        yield Measurement(tenant_name(cache.tenant_id), used_pct, {**evidence, **its_setting}, str(number))
