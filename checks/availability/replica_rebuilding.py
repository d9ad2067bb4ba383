"""AVL021: replicas that are rebuilt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, RunAs, Scalar, Unit, check, is_meta
from agent.facts.cluster import Location
from checks.availability.pages import LOCATIONS_PAGE, REBUILD_PAGE, REPLICA_TASKS_PAGE
from checks.availability.streams import stream_name


@check(
    code="AVL021",
    name="availability.replica_rebuilding",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    since=(4, 2, 1, 0),
    title="Replica is being rebuilt",
    consequence="Until the copy is complete, one more failure can stop the writes.",
    finding="{resource}: {value} of {replicas_count} replicas are being rebuilt (limit {limit}).",
    remediation=Remediation(
        advice="Let the rebuild finish. If it does not, or recurs, find out why the replica fell so far behind that "
        "its leader had recycled the log: a server that was offline, a slow or full disk, or a log disk that is too "
        "small.",
        run_as=RunAs.SYS,
        sql=("SELECT * FROM oceanbase.DBA_OB_LS_REPLICA_TASKS;",),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Read REBUILD in DBA_OB_LS_LOCATIONS twice, some minutes apart.",
        post_check="REBUILD is FALSE for every replica in DBA_OB_LS_LOCATIONS.",
        risk="Reading has no risk.",
    ),
    sources=(LOCATIONS_PAGE, REBUILD_PAGE, REPLICA_TASKS_PAGE),
)
def replica_rebuilding(locations: Rows[Location]) -> Iterator[Measurement]:
    """A replica is rebuilt when the log that it lacks has been recycled. Until the copy is complete it cannot become
    leader, and the log stream tolerates one failure less; the copy loads network and disks of both servers."""
    known = [row for row in locations if row.rebuild is not None and not is_meta(row.tenant_id)]
    if locations and not known:
        raise NotAssessed("DBA_OB_LS_LOCATIONS does not show which replicas are rebuilt.")
    streams: defaultdict[tuple[int | None, int], list[Location]] = defaultdict(list)
    for row in known:
        streams[row.tenant_id, row.ls_id].append(row)
    for (tenant_id, ls_id), rows in streams.items():
        evidence: dict[str, Scalar] = {"replicas_count": len(rows)}
        yield Measurement(stream_name(tenant_id, ls_id), sum(row.rebuild == "TRUE" for row in rows), evidence)
