"""CAP004: the tenant's data against the disk that was bought for it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Sizing,
    Unit,
    Unjudged,
    check,
    is_meta,
    tenant_name,
)
from agent.facts.given import Attestation
from agent.facts.resources import ResourceUnit
from checks.capacity.pages import DATA_DISK_FULL, UNITS


@check(
    code="CAP004",
    name="capacity.data_disk_nearly_full",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    attested=True,
    title="Data disk nearly full",
    consequence="Once the data disk is full, the business cannot write any more.",
    finding="{resource}: its data takes {value} of the data disk ({used_bytes} of {size_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Order more storage in the console before the limit is reached, and delete or archive what is no "
        "longer needed: the recycle bin, old partitions, unused indexes.",
        run_as=RunAs.CONSOLE,
        no_rollback="Purchased storage cannot be reduced in most offers; check the price first.",
        pre_check="List the largest tables and what the recycle bin holds.",
        post_check="DATA_DISK_IN_USE in GV$OB_UNITS is below the limit; the space of deleted data is released by the "
        "next major compaction.",
        risk="Extending has no risk; deleted data cannot be brought back.",
    ),
    sizing=Sizing(what="data_disk", unit=Unit.BYTES, present="size_bytes"),
    sources=(
        UNITS,
        DATA_DISK_FULL,
    ),
)
def data_disk_nearly_full(
    units: Rows[ResourceUnit], attestations: Rows[Attestation]
) -> Iterator[Measurement | Unjudged]:
    """A full data disk first stops compaction and then all writes; only more storage restores service. Compaction
    itself needs free space for the new version of the data that it rewrites.

    A user tenant sees its own usage on a node, but neither the size of the disk nor the usage of other tenants
    there, so the customer states the size.
    """
    bought = next((float(a.value) for a in attestations if a.key == "purchased_data_disk_bytes"), 0.0)
    own = [unit for unit in units if not is_meta(unit.tenant_id)]
    if all(unit.data_disk_in_use is None for unit in own):
        raise NotAssessed("The view shows no row of this tenant.")
    unknown = [unit for unit in own if unit.data_disk_in_use is None or not (unit.data_disk_size or bought)]
    for number, unit in enumerate(own):
        if unit in unknown:
            yield Unjudged(tenant_name(unit.tenant_id))
            continue
        size, in_use = unit.data_disk_size or bought, unit.data_disk_in_use or 0
        evidence = {"used_bytes": in_use, "size_bytes": int(size), "zone": unit.zone}
        yield Measurement(tenant_name(unit.tenant_id), 100 * in_use / size, evidence, str(number))
    silent = [unit for unit in own if unit.data_disk_in_use is None]
    if silent:
        raise NotAssessed(
            "The data usage of {units_count} units of the tenant is not known.",
            "Assess again when all servers answer.",
            units_count=len(silent),
        )
    if unknown:
        raise NotAssessed(
            "SQL does not show the size of the data disk to this tenant.",
            "Provide the size of the data disk of each node (GiB).",
        )
