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
    title="Data disk of a server is failing",
    consequence="Commits become slow, and the disk may soon fail for good.",
    finding="{resource}: the server reports its data disk as {value}.",
    remediation=Remediation(
        advice="Move the units away from this server and replace the disk. Until then keep leaders off this server.",
        run_as=RunAs.SYS,
        pre_check="Read DATA_DISK_HEALTH_STATUS and DATA_DISK_ABNORMAL_TIME in GV$OB_SERVERS, and the machine's "
        "own log.",
        post_check="DATA_DISK_HEALTH_STATUS in GV$OB_SERVERS is NORMAL.",
        risk="Moving units copies their data over the network; do it outside the peak.",
    ),
    sources=(SERVER_FIGURES_PAGE,),
)
def data_disk_unhealthy(servers: Rows[Server]) -> Iterator[Measurement]:
    """OceanBase monitors how long reads and writes of the disk take. A disk that is reported as abnormal slows down
    every commit that waits for it, and may soon stop responding."""
    seen = [row for row in servers if row.data_disk_health_status]
    for row in seen:
        if row.data_disk_health_status != "NORMAL":
            yield Measurement(row.name, row.data_disk_health_status)
    require_answers(servers, seen)
