"""CAP012: tablets against what the memory of a unit carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
    LevelSpec,
    Measurement,
    NotAssessed,
    Params,
    Positive,
    Remediation,
    Rows,
    Sizing,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.growth import LevelKind
from agent.facts.resources import ResourceUnit
from agent.facts.schema import TabletCount
from agent.facts.settings import Parameter
from checks.capacity.pages import SIZE_PLANNING, TABLETS


@params
class TabletParams(Params):
    tablets_per_gib_count: Positive[int]
    described_bytes: Positive[int]


@check(
    code="CAP012",
    name="capacity.tablets_near_limit",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Tablets nearly reach the number that the memory allows",
    consequence="New tables and partitions are refused, and the jobs that create them fail.",
    finding="{resource}: {tablets_count} tablets are {value} of the {highest_count} that a unit of {memory_bytes} may "
    "hold; limit {limit}.",
    remediation=Remediation(
        advice="Drop unused tables, indexes and old partitions, and use coarser partitions where each holds little "
        "data; otherwise enlarge the tenant's memory.",
        no_rollback="Whether tables and partitions can be dropped is decided by the business.",
        pre_check="Count partitions by table in information_schema.PARTITIONS: a few tables usually hold most.",
        post_check="The count of DBA_OB_TABLET_TO_LS has fallen; the recycle bin keeps the tablets of what it holds.",
        risk="Dropped partitions and their data cannot be restored unless the recycle bin is on.",
    ),
    level=LevelSpec(LevelKind.TABLETS, used="tablets_count", limit="highest_count"),
    sizing=Sizing(what="memory", unit=Unit.BYTES, present="memory_bytes", of_limit=True, with_meta=True),
    exhausts=True,
    sources=(
        SIZE_PLANNING,
        TABLETS,
        KernelCode("src/storage/meta_mem/ob_tenant_meta_mem_mgr.cpp", "get_resource_constraint_value"),
    ),
)
def tablets_near_limit(
    counts: Rows[TabletCount], units: Rows[ResourceUnit], parameters: Rows[Parameter], p: TabletParams
) -> Iterator[Measurement]:
    """Every partition of a table or index is a tablet whose metadata stays in memory, and a server refuses more than a
    fixed number per GiB of the unit. CREATE TABLE, new partitions and even TRUNCATE then fail. Tablets of a tenant with
    several units in a zone are spread over them."""
    memory = min((unit.memory_size for unit in units), default=0)
    if not memory or not counts:
        raise NotAssessed("The view shows no row of this tenant.")
    zones = Counter(unit.zone for unit in units)
    here = counts[0].tablets / min(zones.values())
    by_count = _list_values(parameters, "_max_tablet_cnt_per_gb")
    highest = memory / 2**30 * min(by_count, default=p.tablets_per_gib_count)
    shares_pct = [share for share in _list_values(parameters, "_storage_meta_memory_limit_percentage") if share]
    if shares_pct:  # newer versions also bound the memory of their descriptions; 0 is no bound
        highest = min(highest, memory * min(shares_pct) / 100 / p.described_bytes)
    evidence = {"tablets_count": round(here), "highest_count": int(highest), "memory_bytes": memory}
    yield Measurement(tenant_name(None), 100 * here / highest, evidence)


def _list_values(parameters: Rows[Parameter], name: str) -> list[int]:
    return [int(row.value) for row in parameters if row.name == name]
