"""AVL022: log streams with fewer members than the locality says."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Scalar, Unit, Unjudged, check, tenant_name
from agent.facts.cluster import Location
from agent.facts.settings import Tenant
from checks.availability.pages import LOCALITY_PAGE, LOCATIONS_PAGE, TENANTS_PAGE
from checks.availability.placement import leaders, planned_members
from checks.availability.streams import list_members, stream_name


@check(
    code="AVL022",
    name="availability.members_below_locality",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Log streams have fewer members than the locality requires",
    consequence="The disaster tolerance that was paid for is missing: one failure can stop the service.",
    finding="{resource} lacks {value} of the {planned_count} members that the locality requires (limit {limit}); it "
    "has {members_count} members.",
    remediation=Remediation(
        advice="Check which zone of the locality has no member: its server is down, has no room for the unit, or the "
        "replica was removed by hand. Remove the cause; with enable_rereplication on, the replica is copied "
        "automatically.",
        run_as=RunAs.SYS,
        pre_check="Compare LOCALITY in DBA_OB_TENANTS with MEMBER_LIST of the leaders in DBA_OB_LS_LOCATIONS.",
        post_check="MEMBER_LIST in DBA_OB_LS_LOCATIONS has one member for each full replica in LOCALITY.",
        risk="Copying a replica takes network and disk: outside the peak.",
    ),
    sources=(LOCALITY_PAGE, LOCATIONS_PAGE, TENANTS_PAGE),
)
def members_below_locality(tenants: Rows[Tenant], locations: Rows[Location]) -> Iterator[Measurement | Unjudged]:
    """The locality is the disaster tolerance that was purchased: the number of replicas decides how many failures are
    tolerated. A log stream with fewer members can look complete, because the replica number that it is compared with
    may have been lowered, too."""
    planned = planned_members(tenants)
    for tenant_id, rows in leaders(locations).items():
        if tenant_id not in planned:
            yield Unjudged(tenant_name(tenant_id))
            continue
        for row in rows:
            if members := list_members(row.member_list):
                evidence: dict[str, Scalar] = {"planned_count": planned[tenant_id], "members_count": len(members)}
                lacking = planned[tenant_id] - len(members)
                name = stream_name(tenant_id, row.ls_id)
                yield Measurement(name, lacking, evidence, f"{row.svr_ip}:{row.svr_port}")
