"""CAP020: CPU that units may use against what the server has."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from checks.capacity.pages import SERVERS, TENANT_SIZE
from checks.capacity.servers import require_answers


@check(
    code="CAP020",
    name="capacity.server_cpu_oversold",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="The CPU of a server is oversold",
    finding="{resource}: its units may use {value} of its CPU (limit {limit}): {assigned_count} cores of "
    "{cores_count}.",
    remediation=Remediation(
        advice="Move units to servers with room, or lower MAX_CPU of units that never use it. Keep "
        "resource_hard_limit near 100 where business must not be disturbed by its neighbours.",
        run_as=RunAs.SYS,
        pre_check="Compare CPU_ASSIGNED_MAX with CPU_CAPACITY in GV$OB_SERVERS, and look at the real load in the peak.",
        post_check="CPU_ASSIGNED_MAX in GV$OB_SERVERS is near CPU_CAPACITY.",
        risk="Moving units copies their data over the network: outside the peak.",
        window=True,
    ),
    sources=(
        SERVERS,
        TENANT_SIZE,
    ),
)
def server_cpu_oversold(servers: Rows[Server]) -> Iterator[Measurement]:
    """MAX_CPU may add up to more than the server has, on the assumption that not all tenants peak at once. When
    they do, each gets less than it was sold, and nothing in the tenant itself shows why."""
    seen = [(row, row.cpu_capacity, row.cpu_assigned_max) for row in servers]
    known = [(row, cores, assigned) for row, cores, assigned in seen if cores and assigned is not None]
    for row, cores, assigned in known:
        yield Measurement(row.name, 100 * assigned / cores, {"assigned_count": assigned, "cores_count": cores})
    require_answers(servers, [row for row, *_ in known])
