"""SQL039: slow joins of partitioned tables that send rows from partition to partition."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import PartitionedTable
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_slow, list_unread, name_statement
from checks.sql.pages import EXCHANGES, PLANS_VIEW
from checks.sql.partition_pairs import describe_partitions, joins_by_partition, list_pairs


@params
class PartitionWiseParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int


@check(
    code="SQL039",
    name="sql.partition_wise_join_missed",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Join of partitioned tables moves rows between partitions",
    consequence="The join is slow, and loads the network between the servers each time.",
    finding="{resource} in {database} joins two partitioned tables by a partitioning column but moves {value} rows in "
    "each execution (limit {limit}): {first}; {second}. {executions_count} executions of {average_us} on average. "
    "{statement}",
    remediation=Remediation(
        advice="Partition both tables alike: same method, same number or bounds of partitions, by the join columns, "
        "of the same type. Put both into one table group, so that matching partitions are on one server. Then each "
        "partition is joined with its counterpart, and no rows are moved.",
        no_rollback="Restoring the old partitions copies the whole table again.",
        pre_check="EXPLAIN the statement: EXCHANGE OUT DISTR with PKEY, HASH or BROADCAST stands below the join.",
        post_check="EXPLAIN shows PX PARTITION ITERATOR above the join, and no EXCHANGE below it.",
        risk="Repartitioning a table copies all rows and locks it for writes meanwhile. Other statements may rely on "
        "the old partitions for pruning.",
        window=True,
    ),
    sources=(
        EXCHANGES,
        PLANS_VIEW,
        KernelRun("4.3.5", "HASH(id) with 4 and with 8 partitions joined by id: EXCHANGE OUT DISTR (PKEY) below"),
    ),
)
def partition_wise_join_missed(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    tables: Rows[PartitionedTable],
    definitions: Rows[TableDefinition] | None,
    limits: PartitionWiseParams,
) -> Iterator[Measurement | Unjudged]:
    """Two tables that are partitioned alike and joined by the partitioning columns are joined partition by partition,
    where the data is. If number, method or column differ, the rows of one side are sent to the partitions of the
    other side, or to all threads, in each execution. Sending few rows is fine.

    Tables partitioned by ranges or lists of another column, such as logs by date, are excluded.
    """
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, steps=steps, definitions=definitions
    )
    known = {(table.table_schema, table.table_name): table for table in tables}
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    yield from list_unread(slow)
    for statement in slow:
        pairs = [pair for plan in statement.plans for pair in list_pairs(plan) if pair.rows >= limits.min_rows_count]
        judged = [(pair, joins_by_partition(statement, pair, known)) for pair in pairs]
        found = max((pair for pair, missed in judged if missed), key=lambda pair: pair.rows, default=None)
        if found is not None:
            evidence = {
                **list_evidence(statement),
                "first": describe_partitions(statement, found.first, known),
                "second": describe_partitions(statement, found.second, known),
            }
            yield Measurement(name_statement(statement), found.rows, evidence, statement.load.record)
        elif any(missed is None for _, missed in judged):
            yield Unjudged(name_statement(statement))
