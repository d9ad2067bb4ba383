"""AVL016: leaders per server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Scalar, Unit, check, tenant_name
from agent.facts.cluster import Location
from agent.facts.settings import Tenant
from checks.availability.pages import BALANCING_PAGE, LOCATIONS_PAGE, PRIMARY_ZONE_PAGE
from checks.availability.placement import SYS_STREAM, leaders, preferred_zones


@check(
    code="AVL016",
    name="availability.leaders_uneven",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Leaders unevenly spread over the servers",
    consequence="Requests become slow at the limit of one server, while other paid servers are idle.",
    finding="{resource}: one server leads {value} log streams more than another that could (limit {limit}); "
    "{leaders_count} leaders, {servers_count} servers.",
    remediation=Remediation(
        advice="Check that enable_rebalance is on and all servers of the Primary Zone are in service. If leaders are "
        "not balanced automatically, contact OceanBase support.",
        run_as=RunAs.SYS,
        pre_check="Count the leaders per server in DBA_OB_LS_LOCATIONS.",
        post_check="The numbers of leaders per server in DBA_OB_LS_LOCATIONS differ by one at most.",
        risk="Moving a leader interrupts the transactions that run on it.",
    ),
    sources=(BALANCING_PAGE, LOCATIONS_PAGE, PRIMARY_ZONE_PAGE),
)
def leaders_uneven(tenants: Rows[Tenant], locations: Rows[Location]) -> Iterator[Measurement]:
    """All writes and strongly consistent reads go to leaders. If one server has most of the leaders, it limits the
    performance of the tenant, while the other paid servers are idle."""
    wanted, hosts = preferred_zones(tenants), defaultdict[int | None, list[Location]](list)
    for row in locations:
        if row.replica_type == "FULL":
            hosts[row.tenant_id].append(row)
    for tenant_id, rows in leaders(locations).items():
        zones = wanted.get(tenant_id, frozenset())
        led = {(row.svr_ip, row.svr_port): 0 for row in hosts[tenant_id] if not zones or row.zone in zones}
        for row in rows:
            if row.ls_id != SYS_STREAM and (row.svr_ip, row.svr_port) in led:
                led[row.svr_ip, row.svr_port] += 1
        if led:
            evidence: dict[str, Scalar] = {"leaders_count": sum(led.values()), "servers_count": len(led)}
            yield Measurement(tenant_name(tenant_id), max(led.values()) - min(led.values()), evidence)
