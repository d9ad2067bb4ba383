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
    title="Partition for everything beyond fills up",
    finding="{resource}: the last partition with a bound ended {value} ago ({bound}), and the partition for the rest "
    "behind it holds {rows_count} rows by statistics; limit {limit}.",
    remediation=Remediation(
        advice="Lay the table out anew in a window, with partitions for the months that are there and for those to "
        "come: a new table beside it and an exchange of names, or ALTER TABLE ... PARTITION BY, which rewrites it. A "
        "range partition cannot be added behind MAXVALUE, so let a scheduled job add partitions to a table without "
        "one.",
        no_rollback="The layout cannot be turned back in place; the old table stays as long as it is not dropped.",
        pre_check="SHOW CREATE TABLE: take over names and widths of the existing partitions. Disk for a second copy.",
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
    """Once the last dated partition has passed, all new rows fall into the one for the rest. It grows without end: old
    months can no longer be dropped in a moment, and a condition on the date no longer leaves any partition out. Small
    numbers of rows, as a wrong date leaves them, are not meant."""
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
