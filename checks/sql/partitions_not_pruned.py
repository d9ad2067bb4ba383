"""SQL028: frequent slow statements that look into every piece of a table with many partitions."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn, PartitionedIndex, PartitionedTable
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import count_rows, list_evidence, list_slow, list_unread, name_statement
from checks.sql.pages import PLANS_VIEW, PRUNING
from checks.sql.pruning import WasteLimits, count_all_pieces, list_whole_reads


@params
class PruningParams(Params):
    min_executions_count: int
    min_average_ms: int
    max_kept_pct: float
    min_rows_count: int
    many_partitions_count: int


@check(
    code="SQL028",
    name="sql.partitions_not_pruned",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement reads all partitions of a table",
    consequence="The statement becomes slower with each new partition.",
    finding="{resource} in {database} reads all {value} partitions of {table} in each execution (limit {limit}), "
    "{rows_count} rows in all: no condition compares the partitioning column ({column}) itself. {executions_count} "
    "executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Use the partitioning column in the conditions, without a function, with the value or range, where only "
        "part of the data is needed (a period, a customer). Where few rows from all partitions are needed, use a "
        "global index on the compared columns, or partition the table by these columns.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the statement: partitions(...) lists every partition of the table.",
        post_check="EXPLAIN lists only the partitions that are meant.",
        risk="If rows of other partitions were meant, an additional condition changes the result. A global index "
        "makes writes more expensive and hinders dropping partitions.",
    ),
    sources=(
        PRUNING,
        PLANS_VIEW,
        KernelRun(
            "4.3.5", "WHERE DATE(made) = ? on RANGE COLUMNS(made): partitions(p[0-7]), made >= ?: partitions(p3)"
        ),
    ),
)
def partitions_not_pruned(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition],
    dictionary: Rows[NotableColumn] | None,
    tables: Rows[PartitionedTable],
    indexes: Rows[PartitionedIndex],
    limits: PruningParams,
) -> Iterator[Measurement | Unjudged]:
    """Partition pruning relies only on conditions on the partitioning column. Without such a condition, or with the
    column inside a function, every partition is read, even if an index is used: each new one slows the statement.

    Statements that keep much of the data need all partitions and are excluded, and so are those that find few rows by
    an index in few partitions."""
    facts = WorkloadFacts(
        shapes=shapes,
        totals=totals,
        history=history,
        plans=plans,
        steps=steps,
        definitions=definitions,
        dictionary=dictionary,
    )
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    pieces = count_all_pieces(tables, indexes)
    waste = WasteLimits(limits.max_kept_pct, limits.min_rows_count, limits.many_partitions_count)
    yield from list_unread(slow)
    for statement in slow:
        reads = list(list_whole_reads(statement, pieces, waste))
        known = [(access, columns) for access, columns in reads if columns is not None]
        if known:
            access, columns = max(known, key=lambda read: read[0].pieces)
            evidence = {
                **list_evidence(statement, access),
                "column": ", ".join(columns),
                "rows_count": count_rows(access),
            }
            yield Measurement(name_statement(statement), access.pieces, evidence, statement.load.record)
        elif reads:
            yield Unjudged(name_statement(statement))
