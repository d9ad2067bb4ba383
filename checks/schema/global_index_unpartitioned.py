"""SCH020: indexes in one piece on large partitioned tables."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, Unjudged, check, name_object
from agent.facts.schema import IndexColumn, PartitionedIndex, PartitionedTable, TableChanges
from checks.schema.counted import added_since, counted
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH020",
    name="schema.global_index_unpartitioned",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Global index of a large partitioned table has no partitions",
    consequence="Each write also goes to one single server and becomes slower.",
    finding="{resource} has no partitions, while its table has {partitions_count}; rows by statistics and later "
    "changes: {value}; limit {limit}.",
    remediation=Remediation(
        advice="Make the index local if statements use the partitioning key; otherwise partition the global index by "
        "its leading column. Create the new index first and drop the old one afterwards.",
        no_rollback="The right kind of index depends on the statements of the business.",
        pre_check="List the statements that use the index: with the partitioning key in the condition a local index "
        "serves them. A unique index can be local only if it contains that key.",
        post_check="DBA_PART_INDEXES lists the new index, and EXPLAIN shows that the statements use it.",
        risk="Building an index on a large table takes CPU, disk and time.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(
            f"{OBJECTS}/300.manage-partitions-of-mysql-mode/900.create-partition-table-index-of-mysql-mode/300.global-index-of-mysql-mode.md"
        ),
        DocPage(f"{VIEWS}/13400.o-dba_part_indexes-of-mysql-mode.md"),
    ),
)
def global_index_unpartitioned(
    tables: Rows[PartitionedTable],
    indexes: Rows[IndexColumn],
    partitioned: Rows[PartitionedIndex],
    changes: Rows[TableChanges] | None,
) -> Iterator[Measurement | Unjudged]:
    """A global index without partitions is one tablet on one server: every write to any partition also goes there, as a
    distributed transaction, and the spread over partitions is lost. Dropping a partition of the table has to rebuild
    such an index."""
    split = {(row.owner, row.table_name, row.index_name) for row in partitioned}
    whole: dict[tuple[str, str], list[str]] = {}
    for index in indexes:
        table_name, name = (index.table_schema, index.table_name), index.index_name
        if name != "PRIMARY" and index.seq_in_index == 1 and (*table_name, name) not in split:
            whole.setdefault(table_name, []).append(name)
    concerned = [table for table in tables if (table.table_schema, table.table_name) in whole]
    added = added_since(changes)
    for table, rows in counted(((table, table.table_rows) for table in concerned), changes):
        table_name = table.table_schema, table.table_name
        for name in whole[table_name]:
            now = rows + max(added.get(table_name, 0), 0)
            yield Measurement(name_object(*table_name, name), now, {"partitions_count": table.partitions})
            if changes is None:
                yield Unjudged(name_object(*table_name, name))  # rows that came since are not counted
