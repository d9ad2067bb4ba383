"""AVL014: data disks that the server calls faulty."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from checks.availability.pages import SERVER_FIGURES_PAGE
from checks.capacity.servers import require_answers


@check(
    code="AVL014",
    name="availability.data_disk_unhealthy",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="The data disk of a server is failing",
    finding="{resource}: the server itself reports its data disk as {value}.",
    remediation=Remediation(
        advice="Move the units away from this server and replace the disk. Until then keep leaders off it.",
        run_as=RunAs.SYS,
        pre_check="Read DATA_DISK_HEALTH_STATUS and DATA_DISK_ABNORMAL_TIME in GV$OB_SERVERS, and the machine's "
        "own log.",
        post_check="DATA_DISK_HEALTH_STATUS in GV$OB_SERVERS is NORMAL.",
        risk="Moving units copies their data over the network: outside the peak.",
    ),
    sources=(SERVER_FIGURES_PAGE,),
)
def data_disk_unhealthy(servers: Rows[Server]) -> Iterator[Measurement]:
    """The server watches how long reads and writes of its disk take. A disk that it calls faulty slows every commit
    down that waits for it, and soon answers no more."""
    seen = [row for row in servers if row.data_disk_health_status]
    for row in seen:
        if row.data_disk_health_status != "NORMAL":
            yield Measurement(row.name, row.data_disk_health_status)
    require_answers(servers, seen)
