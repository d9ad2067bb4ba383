"""The tenants of the calibration in two halves: those that are kept, and products set into clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from agent.facts.accounts import Account
from agent.facts.schema import (
    AutoIncrement,
    BusinessObject,
    IndexColumn,
    NotableColumn,
    PartitionedIndex,
    PartitionedTable,
    RecycledObject,
    Sequence,
    Table,
    TableChanges,
    TableStatistics,
)
from agent.facts.sessions import Deadlock, LockWait, Transaction
from agent.facts.settings import Variable
from agent.facts.sql import AuditReturn, CachedPlan, PlanCache, SqlShape
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import TenantKind
from tests.calibration.make_tenants import FAULT_COUNTS, LACKING
from tests.calibration.products import PRODUCTS
from tests.clusters.schema import TARGETS, Target
from tests.harness import NOW


class Half(StrEnum):
    """Which half of the tenants: the numbers are fitted on one and reported on the other."""

    FITTED = "fitted"
    HELD_OUT = "held out"


class Tenant(NamedTuple):
    """One tenant seen in full; ``seen_less`` are what accounts with fewer grants saw of it on the kernel."""

    name: str
    half: Half
    full: Snapshot
    seen_less: Mapping[str, Snapshot]


# What a product's tenant brings into a cluster; the rest is the cluster's.
OF_PRODUCT = (
    Account, AuditReturn, AutoIncrement, BusinessObject, CachedPlan, Deadlock, IndexColumn, LockWait, NotableColumn,
    PartitionedIndex, PartitionedTable, PlanCache, RecycledObject, Sequence, SqlShape, Table, TableChanges,
    TableStatistics, Transaction, Variable,
)  # fmt: skip
CLUSTER_STATES = ("healthy", *(f"with {count} faults" for count in FAULT_COUNTS), "troubled")
VERSIONS = ("4.2.1", "4.2.5", "4.3.3", "4.3.0")
INTO_STATES = ("healthy", "with 3 faults")
INTO_VERSIONS = ("4.2.5", "4.3.3")
OF_A_DAY = timedelta(hours=30)  # the products' load took a minute, and stands for a day of it


def list_tenants(kept: Mapping[str, Snapshot]) -> Iterator[Tenant]:
    """Yield every tenant: as the kernel showed them, products set into clusters, and clusters."""
    for place, product in enumerate(PRODUCTS):
        for state in ("kept", "neglected"):
            name = f"{product.name} {state}"
            less = {what: kept[f"{name}, {what}"] for what in LACKING if f"{name}, {what}" in kept}
            yield Tenant(name, _half_of(place), kept[name], less)
            yield from _set_into_clusters(name, _half_of(place), kept)
    for place, name in enumerate(name for name in kept if name.startswith(("demo", "planted"))):
        yield Tenant(name, _half_of(place), kept[name], {})
        yield from _set_into_clusters(name, _half_of(place), kept)
    for target in TARGETS:
        for state in CLUSTER_STATES:
            name = f"{target} {state}"
            yield Tenant(name, _half_of_cluster(target, state), kept[name], {})


def _half_of(place: int) -> Half:
    return Half.HELD_OUT if place % 2 else Half.FITTED


def _half_of_cluster(target: Target, state: str) -> Half:
    return _half_of(CLUSTER_STATES.index(state) + VERSIONS.index(target.version))


def _set_into_clusters(name: str, half: Half, kept: Mapping[str, Snapshot]) -> Iterator[Tenant]:
    """The product as the business of clusters of the same half: a customer's tenant has what the kernel lacks."""
    product = move_to(kept[name], NOW)
    found = {row: product.facts.get(row) for row in OF_PRODUCT}
    brought: dict[type, tuple[Any, ...]] = {row: rows for row, rows in found.items() if isinstance(rows, tuple)}
    brought[AuditReturn] = tuple(_spread(row) for row in brought.get(AuditReturn, ()))
    for version in INTO_VERSIONS:
        target = Target(version, TenantKind.USER)
        for state in INTO_STATES:
            if _half_of_cluster(target, state) is half:
                cluster = kept[f"{target} {state}"]
                yield Tenant(
                    f"{name} in {target} {state}", half, replace(cluster, facts={**cluster.facts, **brought}), {}
                )


def _spread(row: AuditReturn) -> AuditReturn:
    return replace(row, first_us=row.first_us - OF_A_DAY // timedelta(microseconds=1))


def move_to(snapshot: Snapshot, moment: datetime) -> Snapshot:
    """The same snapshot as of another moment: every time in its rows moves with it."""
    by = moment - snapshot.as_of
    facts: dict[type, Any] = {
        row: found if isinstance(found, Unavailable) else tuple(_move_row(item, by) for item in found)
        for row, found in snapshot.facts.items()
    }
    return replace(snapshot, as_of=moment, facts=facts)


def _move_row(item: Any, by: timedelta) -> Any:
    times = {
        field.name: value + by for field in fields(item) if isinstance(value := getattr(item, field.name), datetime)
    }
    return replace(item, **times) if times else item
