"""CAP023: memory given to units, between the servers of a zone."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, Remediation, Rows, RunAs, TenantKind, Unit, Unjudged, check
from agent.facts.cluster import Server
from checks.capacity.pages import REBALANCE, SERVERS
from checks.capacity.servers import require_answers


@check(
    code="CAP023",
    name="capacity.units_unevenly_spread",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Resource units unevenly spread within a zone",
    consequence="Tenants on the full server slow each other down, and new ones find no room.",
    finding="{resource}: memory assigned to units differs by {value} of a server between the fullest ({fullest}) and "
    "the emptiest server ({emptiest}); limit {limit}.",
    remediation=Remediation(
        advice="Switch enable_rebalance on in the sys tenant (that of another tenant moves no units), or move units by "
        "hand (ALTER SYSTEM MIGRATE UNIT) from the fullest to the emptiest server of the zone.",
        run_as=RunAs.SYS,
        pre_check="Compare MEM_ASSIGNED with MEM_CAPACITY of the zone's servers in GV$OB_SERVERS.",
        post_check="The shares of MEM_ASSIGNED in GV$OB_SERVERS are close to each other.",
        risk="Moving units copies their data over the network; do it outside the peak.",
        window=True,
    ),
    sources=(
        REBALANCE,
        SERVERS,
    ),
)
def units_unevenly_spread(servers: Rows[Server]) -> Iterator[Measurement | Unjudged]:
    """Within a zone any server can host any unit. If one is full and another empty, tenants on the full one disturb
    each other, and new tenants find no place although the zone has free resources."""
    zones: dict[str, list[tuple[float, str]]] = {}
    seen = [(row, row.mem_capacity, row.mem_assigned) for row in servers]
    known = [(row, size, assigned) for row, size, assigned in seen if size and assigned is not None]
    for row, size, assigned in known:
        zones.setdefault(row.zone, []).append((100 * assigned / size, row.name))
    for zone, found in zones.items():
        (most, fullest), (least, emptiest) = max(found), min(found)
        yield Measurement(Named("zone {zone}", zone=zone), most - least, {"fullest": fullest, "emptiest": emptiest})
    answered = [row for row, *_ in known]
    yield from (Unjudged(Named("zone {zone}", zone=row.zone)) for row in servers if row not in answered)
    require_answers(servers, answered)
