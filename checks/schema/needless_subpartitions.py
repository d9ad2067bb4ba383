"""SCH035: subpartitions of partitions that are small already."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Scalar, Unit, check, name_object, params
from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable, Table, TableChanges
from checks.schema.counted import counted, list_grown
from checks.schema.pages import DESIGN, OBJECTS


@params
class SubpartitionParams(Params):
    """A partition of so many rows on average needs no subpartitions; a younger table may still fill."""

    most_rows_count: int
    min_age_days: int


@check(
    code="SCH035",
    name="schema.needless_subpartitions",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Unnecessary subpartitions",
    consequence="Memory is wasted, and maintenance takes longer without any gain.",
    finding="{resource} has {value} subpartitions (partitions: {partitions_count}, in each: {subpartitions_count}; "
    "rows of a partition on average: {rows_count}); limit {limit}.",
    remediation=Remediation(
        advice="Rebuild the table with one level of partitions, by the key that statements or deletions use: fill a "
        "new table and exchange the names.",
        no_rollback="The old table remains until it is dropped: exchange the names again.",
        pre_check="See by which of the two keys statements find rows, and by which old rows are dropped.",
        post_check="SUBPARTITION_NAME in information_schema.PARTITIONS is NULL for the table.",
        risk="While rows are copied, changes must wait or be taken over afterwards.",
        window=True,
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/300.partition-table-design.md"),
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/100.partition-overview-of-mysql-mode.md"),
    ),
)
def needless_subpartitions(
    partitioned: Rows[PartitionedTable],
    tables: Rows[Table],
    changes: Rows[TableChanges] | None,
    clock: Rows[Clock],
    p: SubpartitionParams,
) -> Iterator[Measurement]:
    """The second level multiplies the tablets of the table and of each local index. It is useful only if a single
    partition is too large for one server. One subpartition per partition spreads nothing."""
    old = list_grown(tables, clock[0].as_of, p.min_age_days)
    two_levels = [table for table in partitioned if table.subpartitions]
    for table in two_levels:
        if table.subpartitions == 1:
            yield _measure(table, _average(table))
    judged = [
        table for table in two_levels if table.subpartitions != 1 and (table.table_schema, table.table_name) in old
    ]
    averages = ((table, _average(table)) for table in judged)
    for table, rows in counted(averages, changes, p.most_rows_count):
        if rows <= p.most_rows_count:
            yield _measure(table, rows)


def _average(table: PartitionedTable) -> int | None:
    return None if table.table_rows is None else table.table_rows // table.partitions


def _measure(table: PartitionedTable, rows: int | None) -> Measurement:
    evidence: dict[str, Scalar] = {
        "subpartitions_count": table.subpartitions or 0,
        "partitions_count": table.partitions,
        "rows_count": rows,
    }
    return Measurement(name_object(table.table_schema, table.table_name), table.pieces, evidence)
