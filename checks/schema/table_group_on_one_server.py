"""SCH041: table groups that keep all hash partitions of their tables on one server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from agent.api import (
    Actor,
    Case,
    DocPage,
    KernelRun,
    Measurement,
    Named,
    Remediation,
    Rows,
    Scalar,
    TenantKind,
    Unit,
    check,
    list_names,
    name_object,
)
from agent.facts.schema import GroupedTable, PartitionedTable
from checks.schema.pages import OBJECTS, VIEWS

_GROUPS = f"{OBJECTS}/400.manage-table-groups-of-mysql-mode"
# So many tables are named by a statement each.
_NAMED = tuple(str(number) for number in range(1, 5))
Table = tuple[str, str]


@check(
    code="SCH041",
    name="schema.table_group_on_one_server",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Table group keeps all hash partitions on one server",
    consequence="All load of these tables falls on one server, however many the tenant has.",
    finding="{resource} has SHARDING = NONE, so all {value} hash partitions of {tables} stay on one server; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Let the group spread its tables by partition. Tables that are partitioned in another way, or not at "
        "all, must leave it first: the server refuses the change otherwise.",
        sql=(
            *(f"ALTER TABLE {{schema_{number}!i}}.{{table_{number}!i}} DROP TABLEGROUP;" for number in _NAMED),
            "ALTER TABLEGROUP {group!i} SHARDING = 'PARTITION';",
        ),
        rollback=(
            "ALTER TABLEGROUP {group!i} SHARDING = 'NONE';",
            *(
                f"ALTER TABLEGROUP {{group!i}} ADD TABLE {{schema_{number}!i}}.{{table_{number}!i}};"
                for number in _NAMED
            ),
        ),
        pre_check="With one server in each zone nothing changes. See which statements join the tables of the group: "
        "those that leave it may be joined across servers.",
        post_check="DBA_OB_TABLEGROUPS shows PARTITION, and DBA_OB_TABLE_LOCATIONS leaders on every server.",
        risk="Partitions move to other servers, which takes network and disk bandwidth for a while.",
        window=True,
        cases=(
            Case(
                "More tables than can be listed here are partitioned otherwise: create a second group for them.",
                when=lambda told: told["group"] is None,
            ),
        ),
    ),
    sources=(
        DocPage(f"{_GROUPS}/100.about-table-groups-of-mysql-mode.md"),
        DocPage(f"{_GROUPS}/500.modify-the-sharding-attribute-ot-a-table-group-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/11800.o-dba_ob_tablegroups-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "SHARDING = 'PARTITION' with 8 and 3 partitions: 4179 partition num not equal"),
    ),
    since=(4, 2, 0, 0),
)
def table_group_on_one_server(
    grouped: Rows[GroupedTable], partitioned: Rows[PartitionedTable]
) -> Iterator[Measurement]:
    """Tables are partitioned by hash to spread them over the servers. With SHARDING = NONE all partitions of all tables
    of the group are kept on one server, so the partitions cost memory and spread nothing. Groups of tables that are
    not partitioned by hash or key are excluded: they are kept together on purpose."""
    layouts = {(row.table_schema, row.table_name): row for row in partitioned}
    groups: defaultdict[str, list[Table]] = defaultdict(list)
    for row in grouped:
        if row.sharding.upper() == "NONE":
            groups[row.tablegroup_name].append((row.owner, row.table_name))
    for group, tables in groups.items():
        hashed = [layouts[table] for table in tables if table in layouts and _is_hashed(layouts[table])]
        if not hashed:
            continue
        largest = max(hashed, key=lambda layout: layout.partitions)
        others = [table for table in tables if not _is_alike(layouts.get(table), largest)]
        names = list_names([name_object(layout.table_schema, layout.table_name) for layout in hashed])
        yield Measurement(
            Named("tablegroup {group}", group=name_object(group)),
            sum(layout.partitions for layout in hashed),
            {"tables": names, **_name_tables(group, others)},
        )


def _is_hashed(layout: PartitionedTable) -> bool:
    return layout.method.upper().startswith(("HASH", "KEY"))


def _is_alike(layout: PartitionedTable | None, largest: PartitionedTable) -> bool:
    """Whether a table may be in one group with the other by SHARDING = PARTITION, which asks of the first level."""
    return layout is not None and (layout.method, layout.partitions) == (largest.method, largest.partitions)


def _name_tables(group: str, others: Sequence[Table]) -> dict[str, Scalar]:
    """Return what the statements name: the tables to take out, and the group; none if the tables are too many."""
    named: dict[str, Scalar] = dict.fromkeys([f"{part}_{number}" for number in _NAMED for part in ("schema", "table")])
    if len(others) > len(_NAMED):
        return {"group": None, **named}
    for number, (schema, table) in zip(_NAMED, others, strict=False):
        named |= {f"schema_{number}": schema, f"table_{number}": table}
    return {"group": group, **named}
