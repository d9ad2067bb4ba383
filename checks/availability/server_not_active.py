"""AVL005: servers that are down, stopped or not serving."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from checks.availability.pages import SERVERS_PAGE


@check(
    code="AVL005",
    name="availability.server_not_active",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Server is not in service",
    consequence="One more failed server can stop the service; the others carry the load meanwhile.",
    finding="{resource} is {value}, since {since}.",
    remediation=Remediation(
        advice="First find out whether the server was stopped on purpose. If not, check the host, its disks and the "
        "network, and start the server again; if it cannot be restored, replace it before it goes permanently offline.",
        run_as=RunAs.SYS,
        pre_check="Read STATUS, STOP_TIME and START_SERVICE_TIME in DBA_OB_SERVERS.",
        post_check="STATUS is ACTIVE, STOP_TIME is NULL and START_SERVICE_TIME is set for every server in "
        "DBA_OB_SERVERS.",
        risk="A server that was offline for long must copy much data when it comes back.",
    ),
    sources=(SERVERS_PAGE,),
)
def server_not_active(servers: Rows[Server]) -> Iterator[Measurement]:
    """With one server missing, each log stream with a replica there has one replica less: the next failure can cost the
    majority. The remaining servers carry its load meanwhile."""
    for row in servers:
        if row.status == "INACTIVE":
            yield Measurement(row.name, row.status, {"since": row.last_offline_time or "?"})
        elif row.status == "ACTIVE" and row.stop_time is not None:
            yield Measurement(row.name, "STOPPED", {"since": row.stop_time})
        elif row.status == "ACTIVE" and row.start_service_time is None:
            yield Measurement(row.name, "NOT SERVING", {"since": row.create_time})
