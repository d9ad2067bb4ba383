"""SCH034: partitions that hold hardly any rows."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable, Table, TableChanges
from checks.schema.bounds import ends_of
from checks.schema.counted import counted, list_grown
from checks.schema.pages import DESIGN, OBJECTS


@params
class FewRowsParams(Params):
    """``most_rows_count`` are the rows of a table that needs no partitions; a younger table may still fill. Partitions
    by date are there to be dropped one by one, and so they may be more."""

    min_partitions_count: int
    min_dated_count: int
    most_rows_count: int
    min_age_days: int


@check(
    code="SCH034",
    name="schema.many_partitions_for_few_rows",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Too many partitions for few rows",
    consequence="Statements become slower, and memory is wasted.",
    finding="{resource} has {value} partitions; rows by its statistics: {rows_count}; limit {limit}.",
    remediation=Remediation(
        advice="Rebuild the table without partitions or with few: fill a new table and exchange the names.",
        no_rollback="The old table remains until it is dropped: exchange the names again.",
        pre_check="Make sure that the table will not grow: tables designed for the coming years may stay. Keep it as "
        "it is if it belongs to a table group, or is joined partition by partition with a larger table.",
        post_check="information_schema.PARTITIONS lists one row for the table or few, and statements are as fast.",
        risk="While rows are copied, changes must wait or be taken over afterwards.",
        window=True,
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/300.partition-table-design.md"),
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/100.partition-overview-of-mysql-mode.md"),
    ),
)
def many_partitions_for_few_rows(
    partitioned: Rows[PartitionedTable],
    tables: Rows[Table],
    changes: Rows[TableChanges] | None,
    clock: Rows[Clock],
    p: FewRowsParams,
) -> Iterator[Measurement]:
    """Each partition, and each partition of a local index, is a tablet with its own memory, log and compaction. A
    statement without the partitioning key opens all of them to find a few rows. Partitions are useful for tables of
    millions of rows, or where whole partitions are dropped.

    Tables with subpartitions are judged by another check.
    """
    old = list_grown(tables, clock[0].as_of, p.min_age_days)
    many = [
        table
        for table in partitioned
        if (table.table_schema, table.table_name) in old
        and not table.subpartitions
        and table.pieces >= (p.min_dated_count if ends_of(table) else p.min_partitions_count)
    ]
    for table, rows in counted(((table, table.table_rows) for table in many), changes, p.most_rows_count):
        if rows <= p.most_rows_count:
            yield Measurement(name_object(table.table_schema, table.table_name), table.pieces, {"rows_count": rows})
