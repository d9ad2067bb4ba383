"""CAP015: very large tables in one piece."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import PartitionedTable, Table
from checks.capacity.pages import PARTITIONS


@check(
    code="CAP015",
    name="capacity.large_table_unpartitioned",
    unit=Unit.BYTES,
    actor=Actor.CUSTOMER,
    title="Very large table without partitions",
    consequence="The table becomes slower as it grows, and old rows can hardly be removed.",
    finding="{resource} holds {value} without partitions (rows by statistics: {rows_count}); limit {limit}.",
    remediation=Remediation(
        advice="Partition the table: by time if old data is to be dropped, by hash of the key that statements filter "
        "on if the load is to be spread. Copy the data to a new table in the background and switch over, rather than "
        "altering the table in place.",
        no_rollback="Partitioning key and method depend on the statements of the business.",
        pre_check="List the statements on the table: all frequent ones must name the partitioning key, and the primary "
        "key and unique keys must contain it.",
        post_check="information_schema.PARTITIONS lists the partitions and EXPLAIN shows that few of them are read.",
        risk="Statements without the partitioning key read every partition and become slower.",
        window=True,
    ),
    sources=(PARTITIONS,),
)
def large_table_unpartitioned(tables: Rows[Table], partitioned: Rows[PartitionedTable]) -> Iterator[Measurement]:
    """An unpartitioned table is one tablet: one server carries all its reads and writes, it is moved and compacted as
    a whole, and old rows can only be deleted row by row.

    Sizes come from optimizer statistics; a table without them is not judged.
    """
    split = {(row.table_schema, row.table_name) for row in partitioned}
    for table in tables:
        if table.data_length and (table.table_schema, table.table_name) not in split:
            evidence = {"rows_count": table.table_rows}
            yield Measurement(name_object(table.table_schema, table.table_name), table.data_length, evidence)
