"""AVL002: replicas that lag behind their leader."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelCode, Measurement, Remediation, Rows, RunAs, Scalar, Unit, check
from agent.facts.resources import LogReplica
from checks.availability.pages import LOG_STAT_PAGE, REBUILD_PAGE
from checks.availability.streams import log_streams

_NS_PER_S = 1_000_000_000


@check(
    code="AVL002",
    name="availability.replica_out_of_sync",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Replicas are not in sync",
    consequence="If one more server fails, commits stall, or the switch of leaders takes long.",
    finding="{resource}: {value} of {replicas_count} replicas are not in sync (limit {limit}); the slowest lags by "
    "{lag_s}.",
    remediation=Remediation(
        advice="Check the servers of these replicas: a slow disk, a full log disk or a slow network causes the lag. A "
        "replica that has fallen too far behind must be rebuilt.",
        run_as=RunAs.SYS,
        pre_check="Compare END_SCN of leader and followers in GV$OB_LOG_STAT twice, a minute apart.",
        post_check="IN_SYNC is YES for every replica in GV$OB_LOG_STAT.",
        risk="A rebuild copies the whole replica over the network; do it outside the peak.",
    ),
    sources=(
        LOG_STAT_PAGE,
        REBUILD_PAGE,
        # IN_SYNC is NO from three seconds of log behind the leader, so it does not flicker.
        KernelCode("src/logservice/palf/log_define.h", "PALF_LOG_SYNC_DELAY_THRESHOLD_US"),
    ),
)
def replica_out_of_sync(replicas: Rows[LogReplica]) -> Iterator[Measurement]:
    """A transaction commits when the majority has its log. A lagging replica counts towards the majority but cannot
    take over quickly: if one more server fails, commits stall or a switch takes long."""
    for name, rows in log_streams(replicas).items():
        lagging = [row for row in rows if row.in_sync == "NO"]
        if lagging:
            lag_ns = max(row.end_scn for row in rows) - min(row.end_scn for row in lagging)
            evidence: dict[str, Scalar] = {"replicas_count": len(rows), "lag_s": lag_ns / _NS_PER_S}
            yield Measurement(name, len(lagging), evidence)
