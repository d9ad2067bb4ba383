"""AVL004: all resource units of a tenant in one zone."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Unit,
    check,
    is_meta,
    tenant_name,
)
from agent.facts.resources import ResourceUnit
from checks.availability.pages import LOCALITY_PAGE, UNITS_PAGE


@check(
    code="AVL004",
    name="availability.single_zone",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Tenant is in a single zone only",
    consequence="If the zone is lost, the service stops, and all data since the last backup is lost.",
    finding="{resource} has all its {units_count} resource units in {value}: no replica can take over if that zone "
    "fails.",
    remediation=Remediation(
        advice="Change to a specification with three zones, in the public cloud preferably in different availability "
        "zones. Until then keep backups and rehearse the restore.",
        run_as=RunAs.CONSOLE,
        pre_check="Check that specification and budget allow three replicas.",
        post_check="GV$OB_UNITS shows units in three zones.",
        risk="Three replicas cost more and add network time to each commit.",
        window=True,
    ),
    sources=(UNITS_PAGE, LOCALITY_PAGE),
)
def single_zone(units: Rows[ResourceUnit]) -> Iterator[Measurement]:
    """OceanBase tolerates the loss of a zone because other zones hold replicas. A tenant in one zone has a single copy
    of the data: if its server is lost, the service stops, and everything since the last backup is lost."""
    tenants: dict[int | None, list[str]] = {}
    for row in units:
        if row.zone and not is_meta(row.tenant_id):
            tenants.setdefault(row.tenant_id, []).append(row.zone)
    if not tenants:
        raise NotAssessed("GV$OB_UNITS shows no zone: the cluster has one node.")
    for tenant_id, zones in tenants.items():
        if len(set(zones)) == 1:
            yield Measurement(tenant_name(tenant_id), zones[0], {"units_count": len(zones)})
