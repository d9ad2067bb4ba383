"""AVL003: log streams with fewer members than planned."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Scalar, Unit, check
from agent.facts.resources import LogReplica
from checks.availability.pages import LOCALITY_PAGE, LOG_STAT_PAGE
from checks.availability.streams import log_streams


@check(
    code="AVL003",
    name="availability.replicas_below_quorum_plan",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Fewer replicas than planned",
    consequence="One more failure can stop all writes of the tenant.",
    finding="{resource} lacks {value} of its {planned_count} voting replicas (limit {limit}); {members_count} are "
    "members.",
    remediation=Remediation(
        advice="Bring the missing server back or replace it, so that the replica is copied again. If the replica "
        "distribution was changed on purpose, finish the locality change.",
        run_as=RunAs.SYS,
        pre_check="Compare the locality in DBA_OB_TENANTS with the servers in DBA_OB_SERVERS.",
        post_check="PAXOS_MEMBER_LIST in GV$OB_LOG_STAT has as many members as PAXOS_REPLICA_NUM says.",
        risk="Copying a replica takes network and disk: outside the peak.",
    ),
    sources=(LOG_STAT_PAGE, LOCALITY_PAGE),
)
def replicas_below_quorum_plan(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """The number of planned replicas decides how many servers may fail at once. While a member is missing, the tenant
    tolerates fewer failures: one more failure can cost the majority, and then nothing commits."""
    for name, rows in log_streams(replicas).items():
        leaders = [row for row in rows if row.role == "LEADER"]
        for row in leaders:
            members = sum(1 for member in row.paxos_member_list.split(",") if member.strip())
            evidence: dict[str, Scalar] = {"planned_count": row.paxos_replica_num, "members_count": members}
            yield Measurement(name, row.paxos_replica_num - members, evidence, f"{row.svr_ip}:{row.svr_port}")
