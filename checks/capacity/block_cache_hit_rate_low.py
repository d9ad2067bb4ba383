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
    counted="reads_count",
    actor=Actor.CUSTOMER,
    title="Block cache hit rate is low",
    consequence="Statements wait for the disk, so that users get slower answers.",
    finding="{resource}: the block cache served {value} of {reads_count} block reads (limit {limit}); the rest were "
    "read from disk.",
    remediation=Remediation(
        advice="First tune the statements that read most: full scans push other data out of the cache. If the "
        "frequently used data really exceeds the memory, enlarge the tenant's memory.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="Sort GV$OB_SQLSTAT by DISK_READS_TOTAL: a few statements usually make up most of it.",
        post_check="The difference of the two counters over a busy day shows a higher share.",
        risk="More memory costs more; full scans use up any amount of it.",
    ),
    sources=(
        MONITORED,
        COUNTERS_PAGE,
    ),
)
def block_cache_hit_rate_low(counters: Rows[Counter], p: BlockCacheParams) -> Iterator[Measurement]:
    """Data on disk is read in blocks, and each block that is not in the block cache costs a disk access. The counters
    run since the servers started, so a low rate is a lasting state, not one bad hour."""
    totals: defaultdict[int, dict[str, int]] = defaultdict(lambda: {HIT: 0, MISS: 0})
    for row in counters:
        if row.name in (HIT, MISS):
            totals[row.con_id][row.name] += row.value
    judged = {tenant: found for tenant, found in totals.items() if sum(found.values()) >= p.min_reads_count}
    if not judged:
        raise NotAssessed("Too few blocks have been read since start to judge the cache.", "Assess again later.")
    for tenant, found in judged.items():
        reads = sum(found.values())
        name = tenant_name(tenant if len(totals) > 1 else None)
        yield Measurement(name, 100 * found[HIT] / reads, {"reads_count": reads})
