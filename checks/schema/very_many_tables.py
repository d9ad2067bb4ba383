"""SCH007: tables and indexes for the tenant's memory."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    Sizing,
    TenantKind,
    Unit,
    check,
    tenant_name,
)
from agent.facts.resources import ResourceUnit
from agent.facts.schema import IndexColumn, Table
from checks.schema.counted import list_once


@check(
    code="SCH007",
    name="schema.very_many_tables",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Too many tables for the tenant's memory",
    consequence="Changes of tables and compaction become slow, and memory runs short.",
    finding="{resource}: {tables_count} tables and {indexes_count} indexes are {value} per GiB of memory; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Drop tables that nobody uses, and merge tables that differ only by customer or date into one "
        "partitioned table; otherwise enlarge the tenant's memory.",
        no_rollback="Which tables can be dropped is decided by the business.",
        pre_check="Group the table names by prefix: copies by date, customer or test run become visible.",
        post_check="The number per GiB is below the limit.",
        risk="Dropped tables cannot be restored unless the recycle bin is on.",
    ),
    sizing=Sizing(
        what="memory", unit=Unit.BYTES, present="memory_bytes", demand="objects_count", per_gib=True, with_meta=True
    ),
    sources=(
        DocPage(
            "600.manage/200.tenant-management/600.common-tenant-operations/800.tenant-scale-in-and-out/150.resources-planning-for-tenant-scale-in-and-out.md"
        ),
    ),
)
def very_many_tables(
    tables: Rows[Table], indexes: Rows[IndexColumn], units: Rows[ResourceUnit]
) -> Iterator[Measurement]:
    """Every table, index and partition is at least one tablet that takes memory on each replica, even if empty; by
    default no more than 20,000 tablets per GiB can be created. Schema refresh, compaction and statistics gathering
    slow down long before.

    Partitions are not counted here, so the real number is higher.
    """
    memory = min((unit.memory_size for unit in units), default=0)
    if not memory:
        raise NotAssessed("The view shows no row of this tenant.")
    secondary = {(i.table_schema, i.table_name, i.index_name) for i in indexes if i.index_name != "PRIMARY"}
    count = len(list_once(tables))
    per_gib = round((count + len(secondary)) / (memory / 2**30))
    evidence = {"tables_count": count, "indexes_count": len(secondary), "memory_bytes": memory}
    evidence["objects_count"] = count + len(secondary)
    yield Measurement(tenant_name(None), per_gib, evidence)
