"""Functions of the checks on where leaders and replicas are."""

from __future__ import annotations

import re

from agent.api import Rows, is_meta
from agent.facts.cluster import Location
from agent.facts.settings import Tenant

SYS_STREAM = 1
_FULL_REPLICAS = re.compile(r"\b(?:FULL|F)(?:\{(\d+)\})?@", re.IGNORECASE)


def preferred_zones(tenants: Rows[Tenant]) -> dict[int | None, frozenset[str]]:
    """Return the zones of the first priority by tenant; no zones if all are equal. None is the only visible tenant.
    A tenant whose primary zone is not known is left out.

    ``z1;z2,z3`` prefers z1 and then either of the others.
    """
    found: dict[int | None, frozenset[str]] = {}
    for row in tenants:
        if row.primary_zone is not None and not is_meta(row.tenant_id):
            first = row.primary_zone.split(";")[0] or "RANDOM"
            found[row.tenant_id] = frozenset() if first == "RANDOM" else frozenset(z.strip() for z in first.split(","))
    if len(found) == 1:
        found[None] = next(iter(found.values()))
    return found


def planned_members(tenants: Rows[Tenant]) -> dict[int | None, int]:
    """Return how many members each log stream shall have by tenant, by its locality. None is the only visible tenant.

    ``FULL{1}@z1, F@z2, READONLY{1}@z3`` plans two: only full replicas vote. A tenant whose locality is unknown or is
    being changed is left out.
    """
    found: dict[int | None, int] = {}
    for row in tenants:
        if row.locality and row.previous_locality == "" and not is_meta(row.tenant_id):
            found[row.tenant_id] = sum(int(count or 1) for count in _FULL_REPLICAS.findall(row.locality))
    if len(found) == 1:
        found[None] = next(iter(found.values()))
    return found


def leaders(locations: Rows[Location]) -> dict[int | None, list[Location]]:
    """Return the leaders of each tenant. META tenants are left out."""
    found: dict[int | None, list[Location]] = {}
    for row in locations:
        if row.role == "LEADER" and not is_meta(row.tenant_id):
            found.setdefault(row.tenant_id, []).append(row)
    return found
