"""AVL007: leaders outside the primary zone."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Scalar, Unit, Unjudged, check, tenant_name
from agent.facts.cluster import Location
from agent.facts.settings import Tenant
from checks.availability.pages import LOCATIONS_PAGE, PRIMARY_ZONE_PAGE, TENANTS_PAGE
from checks.availability.placement import leaders, preferred_zones


@check(
    code="AVL007",
    name="availability.leaders_off_primary_zone",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    title="Leaders outside the Primary Zone",
    consequence="Statements take longer, because their leader is farther away.",
    finding="{resource}: {value} of its {leaders_count} leaders are outside the primary zone {zones} (limit {limit}).",
    remediation=Remediation(
        advice="Check that all servers of the Primary Zone are in service and enable_rebalance is on; leaders then "
        "move back automatically. If they do not, contact OceanBase support.",
        run_as=RunAs.SYS,
        pre_check="Compare PRIMARY_ZONE in DBA_OB_TENANTS with ZONE of the leaders in DBA_OB_LS_LOCATIONS.",
        post_check="All leaders in DBA_OB_LS_LOCATIONS are in the primary zone.",
        risk="Moving a leader interrupts the transactions that run on it.",
    ),
    sources=(PRIMARY_ZONE_PAGE, LOCATIONS_PAGE, TENANTS_PAGE),
)
def leaders_off_primary_zone(tenants: Rows[Tenant], locations: Rows[Location]) -> Iterator[Measurement | Unjudged]:
    """The Primary Zone places leaders near the business. A leader elsewhere adds a network round trip to each
    statement, and transactions over several log streams become distributed."""
    wanted = preferred_zones(tenants)
    for tenant_id, rows in leaders(locations).items():
        if tenant_id not in wanted:
            yield Unjudged(tenant_name(tenant_id))
            continue
        zones = wanted[tenant_id]
        away = [row for row in rows if zones and row.zone not in zones]
        evidence: dict[str, Scalar] = {"leaders_count": len(rows), "zones": ", ".join(sorted(zones))}
        yield Measurement(tenant_name(tenant_id), 100 * len(away) / len(rows), evidence)
