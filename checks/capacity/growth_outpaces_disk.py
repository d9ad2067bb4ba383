"""CAP013: when the expected growth will have filled the data disk."""

from __future__ import annotations

import math
from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Params,
    Positive,
    Remediation,
    Rows,
    RunAs,
    Sizing,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.given import Attestation, BusinessProfile
from agent.facts.resources import ResourceUnit
from checks.capacity.pages import DATA_DISK_FULL, UNITS

DAYS_PER_YEAR = 365


@params
class GrowthParams(Params):
    usable_pct: Positive[float]


@check(
    code="CAP013",
    name="capacity.growth_outpaces_disk",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    tenants=(TenantKind.USER,),
    attested=True,
    title="Expected growth fills the data disk soon",
    consequence="The data disk fills up before more is ordered, and then writes stop.",
    finding="{resource}: with a growth of {growth_pct} a year, the data ({used_bytes} of {size_bytes}) reaches the "
    "usable share of the data disk in {value}; limit {limit}.",
    remediation=Remediation(
        advice="Plan the storage extension in the budget now, and agree which data is archived or deleted and when: "
        "partitions by time make that easy.",
        run_as=RunAs.CONSOLE,
        no_rollback="Purchased storage cannot be reduced in most offers; check the price first.",
        pre_check="Check whether the growth rate is still valid.",
        post_check="With the new size the data disk lasts longer than the limit.",
        risk="Extending has no risk; deleted data cannot be brought back.",
    ),
    sizing=Sizing(what="data_disk", unit=Unit.BYTES, present="size_bytes", demand="used_bytes", aim_param="usable_pct"),
    sources=(
        DATA_DISK_FULL,
        UNITS,
    ),
)
def growth_outpaces_disk(
    units: Rows[ResourceUnit], attestations: Rows[Attestation], profiles: Rows[BusinessProfile], p: GrowthParams
) -> Iterator[Measurement]:
    """A full data disk stops writes, and more storage takes an order and an approval. The growth that the customer
    expects, applied to the fullest node, shows how much time is left long before the usage itself looks high."""
    growth = next((row.growth_pct_per_year for row in profiles if row.growth_pct_per_year is not None), None)
    if growth is None:
        raise NotAssessed("The growth of the business is not known.", "Provide the expected growth per year.")
    bought = next((float(row.value) for row in attestations if row.key == "purchased_data_disk_bytes"), 0.0)
    known = [(unit.data_disk_in_use, unit.data_disk_size or bought) for unit in units if unit.data_disk_in_use]
    if not known or not all(size for _, size in known):
        raise NotAssessed(
            "SQL does not show the size of the data disk to this tenant.",
            "Provide the size of the data disk of each node (GiB).",
        )
    used, size = max(known, key=lambda pair: pair[0] / pair[1])
    room = size * p.usable_pct / 100 / used
    if growth > 0:
        days = max(0.0, DAYS_PER_YEAR * math.log(room) / math.log(1 + growth / 100))
        evidence = {"growth_pct": growth, "used_bytes": used, "size_bytes": int(size)}
        yield Measurement(tenant_name(None), days, evidence)
