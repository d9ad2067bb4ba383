"""AVL013: servers that have been started recently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from agent.facts.given import Clock
from checks.availability.pages import SERVERS_PAGE


@check(
    code="AVL013",
    name="availability.server_restarted",
    unit=Unit.DAYS,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Server restarted recently",
    consequence="If the cause remains, the server will fail again and interrupt requests.",
    finding="{resource} has been in service for only {value} (limit {limit}), since {started}.",
    remediation=Remediation(
        advice="Find the cause of the restart, unless it was planned: the last lines of observer.log, a core "
        "file, the system log of the host (memory, disk).",
        run_as=RunAs.SYS,
        pre_check="Compare START_SERVICE_TIME in DBA_OB_SERVERS with the maintenance calendar.",
        post_check="The cause is known and START_SERVICE_TIME does not change again.",
    ),
    sources=(SERVERS_PAGE,),
)
def server_restarted(servers: Rows[Server], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A restart empties the caches and moves all leaders away and back. An unplanned restart is a crash or a failing
    host, and is likely to happen again."""
    for row in servers:
        started = row.start_service_time
        # A server that was added just now has not been restarted.
        if started is not None and (row.create_time is None or started - row.create_time > timedelta(days=1)):
            yield Measurement(row.name, (clock[0].as_of - started) / timedelta(days=1), {"started": started})
