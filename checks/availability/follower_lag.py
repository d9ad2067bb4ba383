"""AVL008: log that followers lack."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, RunAs, Unit, check
from agent.facts.resources import LogReplica
from checks.availability.pages import LOG_STAT_PAGE, REBUILD_PAGE
from checks.availability.streams import NS_PER_S, log_streams


@check(
    code="AVL008",
    name="availability.follower_lag",
    unit=Unit.SECONDS,
    actor=Actor.PLATFORM,
    title="Follower lags too far behind the leader",
    consequence="A failover takes longer, and reports that read from followers show old data.",
    finding="{resource}: the log of the slowest follower lags the leader by {value} (limit {limit}).",
    remediation=Remediation(
        advice="Check the server of this follower: disk latency, a full log disk, the network. If the missing log has "
        "been recycled on the leader's disk, the replica must be rebuilt.",
        run_as=RunAs.SYS,
        pre_check="Compare END_SCN of leader and followers in GV$OB_LOG_STAT twice, a minute apart.",
        post_check="END_SCN of the followers is within a second of the leader's.",
        risk="A rebuild copies the whole replica over the network; do it outside the peak.",
    ),
    sources=(LOG_STAT_PAGE, REBUILD_PAGE),
)
def follower_lag(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """A lagging follower cannot take over at once, and weak reads from it return old data. Once the log that it needs
    has been recycled on the leader, only a rebuild helps."""
    for name, rows in log_streams(replicas).items():
        led = max((row.end_scn for row in rows if row.role == "LEADER"), default=None)
        behind = [row.end_scn for row in rows if row.role != "LEADER"]
        if led is not None and behind:
            yield Measurement(name, (led - min(behind)) / NS_PER_S, {"followers_count": len(behind)})
