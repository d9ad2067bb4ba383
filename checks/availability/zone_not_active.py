"""AVL006: zones that are stopped."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Zone
from checks.availability.pages import START_ZONE_PAGE, ZONES_PAGE


@check(
    code="AVL006",
    name="availability.zone_not_active",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Zone is stopped",
    consequence="The service stops at a failure that the cluster would otherwise survive.",
    finding="{resource} is {value}.",
    remediation=Remediation(
        advice="Start the zone when the maintenance for which it was stopped is over.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM START ZONE {zone!i};",),
        rollback=("ALTER SYSTEM STOP ZONE {zone!i};",),
        pre_check="Ask whether maintenance in this zone is still going on.",
        post_check="STATUS of the zone in DBA_OB_ZONES is ACTIVE.",
        risk="Leaders move back to the zone: some transactions are interrupted.",
    ),
    sources=(ZONES_PAGE, START_ZONE_PAGE),
)
def zone_not_active(zones: Rows[Zone]) -> Iterator[Measurement]:
    """A stopped zone has no leaders and serves no business. It is easily forgotten after maintenance, and the cluster
    then tolerates one zone failure less."""
    for row in zones:
        if row.status != "ACTIVE":
            yield Measurement(Named("zone {zone}", zone=row.zone), row.status, {"zone": row.zone})
