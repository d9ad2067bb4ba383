"""Describes the instance from its snapshot, for the overview of the report. Pure; it judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from agent.facts.cluster import Location
from agent.facts.given import Build
from agent.facts.resources import ResourceUnit
from agent.facts.schema import Table
from agent.facts.sessions import SessionCount
from agent.facts.settings import Parameter, Tenant
from agent.facts.sql import AuditReturn
from agent.model.instance import ChangedSetting, Instance, InstanceUnit, TableSize, ZoneReplicas
from agent.model.naming import is_meta, tenant_name
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import TenantKind

TABLES = 10
SETTINGS = 60
_LEAST_OBSERVED_S = 1.0
_LONGEST_VALUE = 120
T = TypeVar("T")


def describe_instance(snapshot: Snapshot, bought_bytes: int = 0) -> Instance:
    """Return the overview. ``bought_bytes`` is the data disk per node as attested, 0 where nobody attests it."""
    tenant = _find_tenant(snapshot)
    units = _sum_units(snapshot.list_rows(ResourceUnit), bought_bytes)
    used = [unit.data_used_bytes for unit in units if unit.data_used_bytes is not None]
    rate, observed_s = _measure_rate(snapshot.list_rows(AuditReturn))
    tables, counts = _read_rows(snapshot, Table), _read_rows(snapshot, SessionCount)
    embedded = any(build.embedded for build in snapshot.list_rows(Build))
    settings = _list_changed(_read_rows(snapshot, Parameter), embedded=embedded)
    return Instance(
        compatible=(tenant and tenant.compatible) or "",
        role=(tenant and tenant.tenant_role) or "",
        primary_zone=(tenant and tenant.primary_zone) or "",
        locality=(tenant and tenant.locality) or "",
        units=units,
        replicas=_count_replicas(snapshot.list_rows(Location)),
        data_bytes=max(used, default=None),
        sessions=None if counts is None else sum(row.sessions for row in counts),
        statements_per_s=rate,
        observed_s=observed_s,
        table_count=None if tables is None else len(tables),
        tables=_list_largest(tables or ()),
        setting_count=None if settings is None else len(settings),
        settings=(settings or ())[:SETTINGS],
    )


def _read_rows(snapshot: Snapshot, row: type[T]) -> tuple[T, ...] | None:
    """The rows of a type; None where they were not read, which is not the same as none."""
    found = snapshot.facts.get(row)
    return None if found is None or isinstance(found, Unavailable) else found


def _find_tenant(snapshot: Snapshot) -> Tenant | None:
    """The tenant that was assessed: sys sees all of them."""
    kind = "SYS" if snapshot.tenant_kind is TenantKind.SYS else "USER"
    return next((row for row in snapshot.list_rows(Tenant) if row.tenant_type == kind), None)


def _sum_units(rows: Iterable[ResourceUnit], bought_bytes: int) -> tuple[InstanceUnit, ...]:
    by_zone: defaultdict[str, list[ResourceUnit]] = defaultdict(list)
    for row in rows:
        if row.max_cpu is not None:  # to sys the part of a META tenant is a row of its own, without cores
            by_zone[row.zone or tenant_name(None)].append(row)
    return tuple(_sum_zone(zone, by_zone[zone], bought_bytes) for zone in sorted(by_zone))


def _sum_zone(zone: str, rows: Sequence[ResourceUnit], bought_bytes: int) -> InstanceUnit:
    sizes = [row.data_disk_size or bought_bytes for row in rows]
    used = [row.data_disk_in_use for row in rows if row.data_disk_in_use]  # the embedded kernel says 0 for unknown
    return InstanceUnit(
        zone=zone,
        units=len(rows),
        cores=sum(row.max_cpu or 0.0 for row in rows),
        memory_bytes=sum(row.memory_size for row in rows),
        log_disk_bytes=sum(row.log_disk_size for row in rows),
        data_disk_bytes=sum(sizes) if all(sizes) else None,
        data_used_bytes=sum(used) if used else None,
    )


def _count_replicas(rows: Iterable[Location]) -> tuple[ZoneReplicas, ...]:
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if not is_meta(row.tenant_id):
            counts[row.zone, row.replica_type][row.role != "LEADER"] += 1
    return tuple(ZoneReplicas(*key, *counts[key]) for key in sorted(counts))


def _measure_rate(rows: Iterable[AuditReturn]) -> tuple[float | None, float | None]:
    """Statements a second by the audit ring, and the shortest time that a server's ring covers.

    Each server has a ring of its own, so each has its own rate. Ours and the server's own statements do not count.
    """
    rings: defaultdict[tuple[object, ...], list[AuditReturn]] = defaultdict(list)
    for row in rows:
        rings[row.tenant_id, row.svr_ip, row.svr_port].append(row)
    total, spans = 0.0, []
    for ring in rings.values():
        span_s = (max(row.last_us for row in ring) - min(row.first_us for row in ring)) / 1_000_000
        if span_s >= _LEAST_OBSERVED_S:
            total += sum(row.executions for row in ring) / span_s
            spans.append(span_s)
    return (total, min(spans)) if spans else (None, None)


def _list_largest(rows: Iterable[Table]) -> tuple[TableSize, ...]:
    """The largest tables. One without statistics has neither rows nor size: it is unknown, not empty.

    Where the size of one is not known, because its rows are still in memory, all are ordered by rows.
    """
    known = [row for row in rows if row.data_length or row.table_rows]
    by_size = all(row.data_length for row in known)

    def rank(row: Table) -> tuple[int, int, str, str]:
        size, count = -(row.data_length or 0), -(row.table_rows or 0)
        return *((size, count) if by_size else (count, size)), row.table_schema, row.table_name

    known.sort(key=rank)
    return tuple(
        TableSize(row.table_schema, row.table_name, row.table_rows or None, row.data_length or None)
        for row in known[:TABLES]
    )


def _list_changed(rows: Iterable[Parameter] | None, *, embedded: bool) -> tuple[ChangedSetting, ...] | None:
    """The parameters that are not at their defaults; None where the server does not tell its defaults."""
    told = [row for row in rows or () if row.isdefault is not None or row.default_value is not None]
    if not told:
        return None
    changed: defaultdict[str, list[Parameter]] = defaultdict(list)
    for row in told:
        is_changed = row.isdefault == "NO" if row.isdefault is not None else row.value != row.default_value
        # What the server sets itself is not changed by anybody, and no check finds it.
        if is_changed and not row.is_explained(embedded=embedded):
            changed[row.name].append(row)
    return tuple(
        ChangedSetting(name, _join_values(row.value for row in changed[name]), changed[name][0].default_value or "")
        for name in sorted(changed, key=lambda name: (name.startswith("_"), name))
    )


def _join_values(values: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(value[:_LONGEST_VALUE] for value in values))
