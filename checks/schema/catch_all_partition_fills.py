"""SCH021: rows that gather in the partition for everything beyond the last bound."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable, TableChanges
from agent.facts.settings import Variable
from checks.schema.bounds import ends_of, spelled
from checks.schema.counted import counted
from checks.schema.pages import DDL, OBJECTS
from checks.schema.zones import find_zone, read_wall_clock


@params
class CatchAllParams(Params):
    min_rows_count: int


@check(
    code="SCH021",
    name="schema.catch_all_partition_fills",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="MAXVALUE or DEFAULT partition collects new rows",
    consequence="The table becomes slower, and old months can no longer be removed quickly.",
    finding="{resource}: the last partition with a bound ended {value} ago ({bound}), and the MAXVALUE or DEFAULT "
    "partition holds {rows_count} rows by statistics; limit {limit}.",
    remediation=Remediation(
        advice="Redesign the partitions in a change window, for past and coming months: create a new table and "
        "exchange the names, or use ALTER TABLE ... PARTITION BY, which rewrites it. A range partition cannot be "
        "added behind MAXVALUE, so let a scheduled job add partitions to a table without MAXVALUE.",
        no_rollback="The old partitions cannot be restored in place; the old table remains until it is dropped.",
        pre_check="SHOW CREATE TABLE: use the naming and range width of the existing partitions. There is disk space "
        "for a second copy.",
        post_check="information_schema.PARTITIONS shows rows in the months that they belong to.",
        risk="Rewriting a large table takes hours of CPU and disk, and offline DDL locks it meanwhile.",
        window=True,
    ),
    sources=(
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/400.add-a-partition-of-mysql-mode.md"),
        DocPage(f"{DDL}/800.partitioning-operations-of-mysql-mode.md"),
    ),
)
def catch_all_partition_fills(
    tables: Rows[PartitionedTable],
    changes: Rows[TableChanges] | None,
    variables: Rows[Variable] | None,
    clock: Rows[Clock],
    p: CatchAllParams,
) -> Iterator[Measurement]:
    """Once the last dated partition has passed, all new rows go to the MAXVALUE or DEFAULT partition. It grows without
    limit: old months can no longer be dropped quickly, and conditions on the date no longer prune partitions.

    Few rows, as wrong dates cause, are not counted.
    """
    zone = find_zone(variables)
    today = read_wall_clock(clock[0].as_of, zone).date()
    passed = {
        table: ends[1]
        for table in tables
        if table.catch_all_pieces and (ends := ends_of(table, zone)) and ends[1].date() <= today
    }
    for table, rows in counted(((table, table.catch_all_rows) for table in passed), changes, p.min_rows_count):
        if rows >= p.min_rows_count:
            yield Measurement(
                name_object(table.table_schema, table.table_name),
                (today - passed[table].date()).days,
                {"bound": spelled(passed[table], zone), "rows_count": rows},
            )
