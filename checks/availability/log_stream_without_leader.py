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
    title="A log stream has no leader",
    finding="{resource} has no leader among the {value} replicas seen; {planned_count} are planned.",
    remediation=Remediation(
        advice="Bring the missing servers back first: a leader needs the majority of the replicas. If all are up, look "
        "for network trouble or clocks that drift between them, and call OceanBase support.",
        run_as=RunAs.SYS,
        pre_check="SELECT ZONE, SVR_IP, STATUS FROM oceanbase.DBA_OB_SERVERS; look at GV$OB_LOG_STAT twice, a minute "
        "apart.",
        post_check="GV$OB_LOG_STAT shows one replica with the role LEADER for each log stream.",
        risk="Forcing a single replica to lead can lose committed data: only with OceanBase support.",
    ),
    sources=(NO_LEADER_PAGE, LOG_STAT_PAGE),
)
def log_stream_without_leader(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """Every read and write goes to the leader of its log stream. Without one, all data of that stream can be neither
    read with strong consistency nor written; elections take seconds, so a stream that stays without is an outage."""
    for name, rows in log_streams(replicas).items():
        if not any(row.role == "LEADER" for row in rows):
            yield Measurement(name, len(rows), {"planned_count": max(row.paxos_replica_num for row in rows)})
