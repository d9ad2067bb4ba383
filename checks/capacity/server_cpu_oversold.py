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
    title="Server CPU is oversold",
    consequence="When several tenants are busy at once, each becomes slower than was promised.",
    finding="{resource}: MAX_CPU of its units adds up to {value} of its CPU (limit {limit}): {assigned_count} of "
    "{cores_count} cores.",
    remediation=Remediation(
        advice="Move units to servers with free CPU, or lower MAX_CPU of units that never use it. Keep "
        "resource_hard_limit near 100 where tenants must not disturb each other.",
        run_as=RunAs.SYS,
        pre_check="Compare CPU_ASSIGNED_MAX with CPU_CAPACITY in GV$OB_SERVERS, and check the real load at the peak.",
        post_check="CPU_ASSIGNED_MAX in GV$OB_SERVERS is near CPU_CAPACITY.",
        risk="Moving units copies their data over the network; do it outside the peak.",
        window=True,
    ),
    sources=(
        SERVERS,
        TENANT_SIZE,
    ),
)
def server_cpu_oversold(servers: Rows[Server]) -> Iterator[Measurement]:
    """MAX_CPU of all units may exceed the CPU of the server, as long as the tenants do not peak at the same time. When
    they do, each tenant gets less than promised, and nothing inside the tenant shows why."""
    seen = [(row, row.cpu_capacity, row.cpu_assigned_max) for row in servers]
    known = [(row, cores, assigned) for row, cores, assigned in seen if cores and assigned is not None]
    for row, cores, assigned in known:
        yield Measurement(row.name, 100 * assigned / cores, {"assigned_count": assigned, "cores_count": cores})
    require_answers(servers, [row for row, *_ in known])
