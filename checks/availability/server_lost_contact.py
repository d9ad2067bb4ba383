"""AVL018: servers that lost contact while they ran."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from agent.facts.given import Clock


@check(
    code="AVL018",
    name="availability.server_lost_contact",
    unit=Unit.DAYS,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    since=(4, 2, 0, 0),
    title="A server lost contact with the cluster recently",
    finding="{resource} lost contact with the cluster {value} ago (limit {limit}) though it had not been started anew.",
    remediation=Remediation(
        advice="Look at that time for trouble of the network, a stalled disk or a machine that stood still "
        "(memory, virtualization), and compare the clocks of the servers.",
        run_as=RunAs.SYS,
        pre_check="Read LAST_OFFLINE_TIME and START_SERVICE_TIME in DBA_OB_SERVERS, and the cluster's log of that "
        "time.",
        post_check="LAST_OFFLINE_TIME in DBA_OB_SERVERS does not change again.",
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def server_lost_contact(servers: Rows[Server], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A server that does not answer for seconds is taken out and its leaders move. When the process itself went on,
    network, disk or machine stood still: it will happen again."""
    for row in servers:
        lost, started = row.last_offline_time, row.start_service_time
        if row.status == "ACTIVE" and lost is not None and started is not None and started < lost:
            yield Measurement(row.name, (clock[0].as_of - lost) / timedelta(days=1), {"lost": lost, "started": started})
