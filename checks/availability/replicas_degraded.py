"""AVL023: replicas that the arbitration service has taken out of the majority."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, RunAs, Scalar, Unit, check
from agent.facts.resources import LogReplica
from checks.availability.pages import DEGRADATION_PAGE, LOG_STAT_PAGE
from checks.availability.streams import list_members, log_streams


@check(
    code="AVL023",
    name="availability.replicas_degraded",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    since=(4, 1, 0, 0),
    title="Arbitration service has degraded replicas",
    consequence="One more failure can lose data that has been committed.",
    finding="{resource}: {value} replicas are degraded (limit {limit}); {members_count} members are left.",
    remediation=Remediation(
        advice="Find out why the replica does not answer: its server is down, stopped or disconnected, its log disk "
        "is full or hangs, or it is being rebuilt. After that is fixed, the replica becomes a member again "
        "automatically.",
        run_as=RunAs.SYS,
        sql=(
            "SELECT * FROM oceanbase.DBA_OB_SERVER_EVENT_HISTORY WHERE EVENT LIKE '%DEGRADE%' ORDER BY `TIMESTAMP` "
            "DESC LIMIT 20;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Read DEGRADED_LIST of the leaders in GV$OB_LOG_STAT twice, a minute apart.",
        post_check="DEGRADED_LIST in GV$OB_LOG_STAT is empty.",
        risk="Reading has no risk.",
    ),
    sources=(DEGRADATION_PAGE, LOG_STAT_PAGE),
)
def replicas_degraded(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """With an arbitration service, a log stream that loses half of its replicas degrades them and keeps committing.
    Data committed meanwhile exists only on the remaining replicas: one more failure can lose it."""
    known = [row for row in replicas if row.degraded_list is not None]
    if replicas and not known:
        raise NotAssessed("GV$OB_LOG_STAT does not show degraded replicas.")
    for name, rows in log_streams(tuple(known)).items():
        for row in rows:
            if row.role == "LEADER":
                evidence: dict[str, Scalar] = {"members_count": len(list_members(row.paxos_member_list))}
                yield Measurement(name, len(list_members(row.degraded_list)), evidence, f"{row.svr_ip}:{row.svr_port}")
