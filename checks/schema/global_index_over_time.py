"""SCH025: global indexes of tables whose partitions come and go with time."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.schema import IndexColumn, PartitionedIndex, PartitionedTable
from agent.facts.settings import Variable
from checks.schema.bounds import by_partition, ends_of
from checks.schema.pages import OBJECTS, VIEWS
from checks.schema.zones import find_zone


@params
class OverTimeParams(Params):
    min_partitions_count: int


@check(
    code="SCH025",
    name="schema.global_index_over_time",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Global index on a table partitioned by time",
    consequence="Whenever an old month is removed, statements are slow or fail.",
    finding="{resource} is global, and its table has {value} partitions by time: dropping an old one rebuilds the "
    "whole index.",
    remediation=Remediation(
        advice="Make the index local: it is dropped with its partition. Statements that use it should then name the "
        "date; otherwise they search every partition. If partitions are never dropped, record the reason and request "
        "an exemption.",
        no_rollback="The right kind of index depends on the statements of the business.",
        pre_check="List the statements that use the index, and how many partitions they would read with a local one.",
        post_check="DBA_PART_INDEXES lists the index as LOCAL, and EXPLAIN shows that the statements use it.",
        risk="Building an index takes CPU, disk and time; a search without the date reads each partition's index.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(
            f"{OBJECTS}/300.manage-partitions-of-mysql-mode/900.create-partition-table-index-of-mysql-mode/300.global-index-of-mysql-mode.md"
        ),
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/500.delete-a-partition-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/13400.o-dba_part_indexes-of-mysql-mode.md"),
    ),
)
def global_index_over_time(
    tables: Rows[PartitionedTable],
    indexes: Rows[IndexColumn],
    partitioned: Rows[PartitionedIndex],
    variables: Rows[Variable] | None,
    p: OverTimeParams,
) -> Iterator[Measurement]:
    """Tables are partitioned by time so that old months can be dropped quickly. With a global index, dropping takes as
    long as the index is large: its entries belong to all months, so the index is rebuilt, and until then statements
    that need it are slow or fail.

    Unique indexes may have to be global and are excluded.
    """
    zone = find_zone(variables)
    by_time = {
        (table.table_schema, table.table_name): table.partitions
        for table in tables
        if by_partition(table) and table.partitions >= p.min_partitions_count and ends_of(table, zone)
    }
    local = {(row.owner, row.table_name, row.index_name) for row in partitioned if row.locality == "LOCAL"}
    for row in indexes:
        table = row.table_schema, row.table_name
        if row.seq_in_index == 1 and row.non_unique and table in by_time and (*table, row.index_name) not in local:
            yield Measurement(name_object(*table, row.index_name), by_time[table])
