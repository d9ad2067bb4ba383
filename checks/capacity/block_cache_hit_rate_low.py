"""CAP016: how often the block cache has what is read."""

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
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.resources import Counter
from checks.capacity.pages import COUNTERS_PAGE, MONITORED

HIT, MISS = "block cache hit", "block cache miss"


@params
class BlockCacheParams(Params):
    min_reads_count: int


@check(
    code="CAP016",
    name="capacity.block_cache_hit_rate_low",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Block cache misses often",
    finding="{resource}: the block cache had only {value} of {reads_count} blocks (limit {limit}); the others were "
    "read from disk.",
    remediation=Remediation(
        advice="Tune the statements that read most first: full scans push everything else out of the cache. If the "
        "rows that the business works with are simply more than the memory holds, enlarge the tenant's memory.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="List GV$OB_SQLSTAT by DISK_READS_TOTAL: a handful of statements usually make up most of it.",
        post_check="The difference of the two counters over a busy day shows a higher share.",
        risk="More memory costs money; full scans use up any amount of it.",
    ),
    sources=(
        MONITORED,
        COUNTERS_PAGE,
    ),
)
def block_cache_hit_rate_low(counters: Rows[Counter], p: BlockCacheParams) -> Iterator[Measurement]:
    """Data on disk is read in blocks, and what the block cache does not have costs a disk access of its own. The
    counters run since the servers started, so a low share is a lasting state and not one bad hour."""
    totals: defaultdict[int, dict[str, int]] = defaultdict(lambda: {HIT: 0, MISS: 0})
    for row in counters:
        if row.name in (HIT, MISS):
            totals[row.con_id][row.name] += row.value
    judged = {tenant: found for tenant, found in totals.items() if sum(found.values()) >= p.min_reads_count}
    if not judged:
        raise NotAssessed("Too few blocks were read since the start to judge the cache.", "Assess again later.")
    for tenant, found in judged.items():
        reads = sum(found.values())
        name = tenant_name(tenant if len(totals) > 1 else None)
        yield Measurement(name, 100 * found[HIT] / reads, {"reads_count": reads})
