"""CAP021: data disk of each server."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, WebPage, check
from agent.facts.cluster import Server
from checks.capacity.pages import DATA_DISK_FULL, DATA_FILE, SERVERS
from checks.capacity.servers import require_answers


@check(
    code="CAP021",
    name="capacity.server_data_disk_nearly_full",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Data disk of a server nearly full",
    consequence="Once the disk is full, all tenants on this server stop writing.",
    finding="{resource}: {value} of the data disk is in use ({used_bytes} of {size_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Enlarge the data file (datafile_maxsize) or the disk, move units to servers with free space, or "
        "delete data that is no longer needed and run a major compaction.",
        run_as=RunAs.SYS,
        pre_check="Compare DATA_DISK_IN_USE with DATA_DISK_CAPACITY in GV$OB_SERVERS, and check which units on the "
        "server are largest.",
        post_check="DATA_DISK_IN_USE in GV$OB_SERVERS is below the limit.",
        risk="A data file cannot be shrunk again.",
    ),
    sources=(
        SERVERS,
        DATA_FILE,
        DATA_DISK_FULL,
        WebPage("https://en.oceanbase.com/docs/common-ocp-10000000001554484"),
    ),
)
def server_data_disk_nearly_full(servers: Rows[Server]) -> Iterator[Measurement]:
    """All tenants of a server share its data file. When it is full, compaction stops and then all tenants there stop
    writing, whatever their own size; compaction itself needs free space."""
    seen = [(row, row.data_disk_capacity, row.data_disk_in_use) for row in servers]
    known = [(row, size, used) for row, size, used in seen if size and used is not None]
    for row, size, used in known:
        yield Measurement(row.name, 100 * used / size, {"used_bytes": used, "size_bytes": size})
    require_answers(servers, [row for row, *_ in known])
