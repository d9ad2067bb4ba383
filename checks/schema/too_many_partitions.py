"""SCH011: partitions of one table."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    LevelSpec,
    Measurement,
    Params,
    Positive,
    Remediation,
    Rows,
    Unit,
    check,
    name_object,
    params,
)
from agent.facts.growth import LevelKind
from agent.facts.schema import PartitionedTable
from agent.facts.settings import Parameter
from checks.schema.pages import VIEWS


@params
class PartitionParams(Params):
    default_limit_count: Positive[int]


@check(
    code="SCH011",
    name="schema.too_many_partitions",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Too many partitions in a table",
    consequence="The next partition is refused, and statements become ever slower.",
    finding="{resource}: {pieces_count} partitions or subpartitions are {value} of the {highest_count} that a table "
    "may have; limit {limit}.",
    remediation=Remediation(
        advice="Drop partitions whose data has expired, and use coarser new ones (months instead of days, fewer hash "
        "partitions). If all partitions hold little data, rebuild the table.",
        no_rollback="Which partitions can be dropped is decided by the business.",
        pre_check="List rows by partition in information_schema.PARTITIONS after gathering statistics: many are often "
        "empty.",
        post_check="information_schema.PARTITIONS lists fewer rows for the table.",
        risk="Dropping a partition deletes its data.",
        window=True,
    ),
    level=LevelSpec(LevelKind.PARTITIONS, used="pieces_count", limit="highest_count"),
    exhausts=True,
    sources=(
        DocPage(
            "700.reference/800.configuration-items-and-system-variables/100.system-configuration-items/400.tenant-level-configuration-items/5350.max_partition_num.md"
        ),
        DocPage(f"{VIEWS}/1400.information_schema-partitions-of-mysql-mode.md"),
    ),
)
def too_many_partitions(
    tables: Rows[PartitionedTable], parameters: Rows[Parameter], p: PartitionParams
) -> Iterator[Measurement]:
    """A table of a MySQL-mode tenant has at most 8192 partitions unless max_partition_num was raised; the next one is
    refused, often in a nightly job. Long before, every index multiplies the tablets, statements without the
    partitioning key visit all partitions, and statistics gathering takes hours."""
    set_to = [int(row.value) for row in parameters if row.name == "max_partition_num"]
    highest = min(set_to, default=p.default_limit_count)
    for table in tables:
        evidence = {"pieces_count": table.pieces, "highest_count": highest, "partitions_count": table.partitions}
        yield Measurement(name_object(table.table_schema, table.table_name), 100 * table.pieces / highest, evidence)
