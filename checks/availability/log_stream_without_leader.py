"""AVL001: log streams without a leader."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Unit, check
from agent.facts.resources import LogReplica
from checks.availability.pages import LOG_STAT_PAGE, NO_LEADER_PAGE
from checks.availability.streams import log_streams


@check(
    code="AVL001",
    name="availability.log_stream_without_leader",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Log stream without a leader",
    consequence="The data of this log stream can be neither read nor written: the business is interrupted.",
    finding="{resource} has no leader among the {value} visible replicas; {planned_count} replicas are planned.",
    remediation=Remediation(
        advice="First bring the missing servers back: a leader needs the majority of the replicas. If all servers are "
        "online, check the network and the clocks between them, and whether the log disk or the tenant memory is "
        "full, and contact OceanBase support.",
        run_as=RunAs.SYS,
        pre_check="SELECT ZONE, SVR_IP, STATUS FROM oceanbase.DBA_OB_SERVERS; check GV$OB_LOG_STAT twice, a minute "
        "apart.",
        post_check="GV$OB_LOG_STAT shows one replica with the role LEADER for each log stream.",
        risk="Forcing a single replica to become leader can lose committed data: only under the guidance of OceanBase "
        "support.",
    ),
    sources=(NO_LEADER_PAGE, LOG_STAT_PAGE),
)
def log_stream_without_leader(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """All reads and writes go to the leader of the log stream. Without a leader, its data can be neither written nor
    read with strong consistency. Elections take seconds, so a log stream that stays without a leader is an outage."""
    for name, rows in log_streams(replicas).items():
        if not any(row.role == "LEADER" for row in rows):
            yield Measurement(name, len(rows), {"planned_count": max(row.paxos_replica_num for row in rows)})
