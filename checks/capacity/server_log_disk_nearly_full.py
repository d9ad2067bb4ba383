"""CAP022: log disk of each server."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from checks.capacity.pages import LOG_DISK_FULL, SERVERS
from checks.capacity.servers import require_answers


@check(
    code="CAP022",
    name="capacity.server_log_disk_nearly_full",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Log disk of a server nearly full",
    consequence="Once the log disk is full, all tenants on this server fail to write.",
    finding="{resource}: {value} of the log disk is in use ({used_bytes} of {size_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Find the tenant whose log is not recycled: a replica that lags, interrupted archiving, or a minor "
        "freeze that does not happen. If all tenants simply write much, enlarge the log disk.",
        run_as=RunAs.SYS,
        pre_check="Compare LOG_DISK_IN_USE with LOG_DISK_SIZE of each unit in GV$OB_UNITS.",
        post_check="LOG_DISK_IN_USE in GV$OB_SERVERS is below the limit.",
    ),
    sources=(
        SERVERS,
        LOG_DISK_FULL,
    ),
)
def server_log_disk_nearly_full(servers: Rows[Server]) -> Iterator[Measurement]:
    """Log is kept until its data is on the data disk, the followers have it and it is archived. When the log disk is
    full, no tenant on the server can commit."""
    seen = [(row, row.log_disk_capacity, row.log_disk_in_use) for row in servers]
    known = [(row, size, used) for row, size, used in seen if size and used is not None]
    for row, size, used in known:
        yield Measurement(row.name, 100 * used / size, {"used_bytes": used, "size_bytes": size})
    require_answers(servers, [row for row, *_ in known])
