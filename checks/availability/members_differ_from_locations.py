"""AVL009: members of a log stream that are not where replicas are."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelCode, Measurement, Remediation, Rows, RunAs, Scalar, Unit, check, unify_address
from agent.facts.cluster import Location
from checks.availability.pages import LOCATIONS_PAGE
from checks.availability.placement import leaders
from checks.availability.streams import list_members, stream_name


@check(
    code="AVL009",
    name="availability.members_differ_from_locations",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Members and replicas of a log stream differ",
    consequence="The tenant looks fully redundant, but one failure less stops its writes.",
    finding="{resource}: {value} members or replicas have no counterpart (limit {limit}): {members_count} "
    "members, {replicas_count} full replicas.",
    remediation=Remediation(
        advice="Check the server of the member without a replica: it is down, or its replica was lost. Replace it, so "
        "that the replica is copied again; a replica that is not a member is an unfinished migration.",
        run_as=RunAs.SYS,
        pre_check="Compare MEMBER_LIST of the leader with the rows of the log stream in DBA_OB_LS_LOCATIONS, "
        "twice, some minutes apart.",
        post_check="Every member in MEMBER_LIST has a row with REPLICA_TYPE FULL in DBA_OB_LS_LOCATIONS.",
        risk="Copying a replica takes network and disk: outside the peak.",
    ),
    sources=(LOCATIONS_PAGE, KernelCode("deps/oblib/src/lib/net/ob_addr.cpp", "ObAddr::ip_port_to_string")),
)
def members_differ_from_locations(locations: Rows[Location]) -> Iterator[Measurement]:
    """The majority is counted by the member list. A member without a replica never answers: the log stream looks
    complete, but tolerates one failure less."""
    full: dict[tuple[int | None, int], set[tuple[str, int]]] = {}
    for row in locations:
        if row.replica_type == "FULL":
            full.setdefault((row.tenant_id, row.ls_id), set()).add((unify_address(row.svr_ip), row.svr_port))
    for leader in (row for rows in leaders(locations).values() for row in rows):
        members = list_members(leader.member_list)
        replicas = full.get((leader.tenant_id, leader.ls_id), set())
        if members:
            evidence: dict[str, Scalar] = {"members_count": len(members), "replicas_count": len(replicas)}
            name = stream_name(leader.tenant_id, leader.ls_id)
            yield Measurement(name, len(members ^ replicas), evidence, f"{leader.svr_ip}:{leader.svr_port}")
