"""SCH013: partitions by hash or list of very different size."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.schema import PartitionedTable, TableChanges
from checks.schema.bounds import ends_of
from checks.schema.counted import counted
from checks.schema.pages import DESIGN, OBJECTS

SPREADING = ("HASH", "KEY")


@params
class SkewParams(Params):
    min_rows_count: int


@check(
    code="SCH013",
    name="schema.partition_skew",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Hash or list partitions of very different size",
    consequence="One server is overloaded and slow, while others are idle.",
    finding="{resource}: the largest of {partitions_count} partitions holds {largest_count} of {rows_count} rows, "
    "{value} times the average of the others; limit {limit}.",
    remediation=Remediation(
        advice="Partition by a key with many evenly distributed values, such as order or account instead of status or "
        "tenant. If one value dominates, give it a list partition of its own or add a second column to the key.",
        no_rollback="The new key depends on the statements of the business.",
        pre_check="Count the rows by value of the partitioning key to find the dominating values.",
        post_check="After gathering statistics TABLE_ROWS in information_schema.PARTITIONS is even.",
        risk="Changing the key rewrites the table, and statements must use the new key to read few partitions.",
        window=True,
    ),
    sources=(
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/100.partition-overview-of-mysql-mode.md"),
        DocPage(f"{DESIGN}/200.object-structure-design-specification/300.partition-table-design.md"),
    ),
)
def partition_skew(
    tables: Rows[PartitionedTable], changes: Rows[TableChanges] | None, p: SkewParams
) -> Iterator[Measurement]:
    """Hash or list partitions spread rows and load over the servers. If one holds most of the rows, one server does
    most of the work while others are idle, and parallel statements wait for it.

    Rows come from optimizer statistics. List partitions by date, whose future is empty, and tables with
    subpartitions are not judged.
    """
    spread = [table for table in tables if _spreads(table) and table.pieces == table.partitions > 1]
    for table, rows in counted(((table, table.table_rows) for table in spread), changes, p.min_rows_count):
        largest = table.largest_rows or 0
        if rows and rows >= p.min_rows_count:
            evidence = {"partitions_count": table.partitions, "largest_count": largest, "rows_count": rows}
            others = max((rows - largest) / (table.partitions - 1), 1)
            yield Measurement(name_object(table.table_schema, table.table_name), largest / others, evidence)


def _spreads(table: PartitionedTable) -> bool:
    method = table.method.upper().removeprefix("LINEAR ")
    return method in SPREADING or (method.startswith("LIST") and not ends_of(table))
