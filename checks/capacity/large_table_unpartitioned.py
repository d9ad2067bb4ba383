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
    title="Very large table is not partitioned",
    finding="{resource} holds {value} in one piece (rows by statistics: {rows_count}); limit {limit}.",
    remediation=Remediation(
        advice="Partition the table: by time where old data is to go, by hash of the key that statements filter on "
        "where the load is to spread. Copy it in the background and switch, rather than altering it in place.",
        no_rollback="Key and kind of the partitions follow from the statements of the application.",
        pre_check="List the statements on the table: all frequent ones must name the partitioning key, and the primary "
        "key and unique keys must contain it.",
        post_check="information_schema.PARTITIONS lists the partitions and EXPLAIN shows that few of them are read.",
        risk="Statements without the key read every partition and become slower.",
        window=True,
    ),
    sources=(PARTITIONS,),
)
def large_table_unpartitioned(tables: Rows[Table], partitioned: Rows[PartitionedTable]) -> Iterator[Measurement]:
    """An unpartitioned table is one tablet: one server carries all its reads and writes however many there are, it is
    moved and compacted as a whole, and old rows can only be deleted one by one. Sizes are those of the optimizer
    statistics; a table without them is not judged."""
    split = {(row.table_schema, row.table_name) for row in partitioned}
    for table in tables:
        if table.data_length and (table.table_schema, table.table_name) not in split:
            evidence = {"rows_count": table.table_rows}
            yield Measurement(name_object(table.table_schema, table.table_name), table.data_length, evidence)
