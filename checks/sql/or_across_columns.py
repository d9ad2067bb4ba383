"""SQL025: slow statements whose OR combines columns, and for which the whole table is read."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.alternatives import list_waste_of_or, tell_combined
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.pages import FEWER_READS, OR_EXPANSION, PLANS_VIEW
from checks.sql.paths import read_indexes, reads_whole, tell_waste


@params
class OrParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int
    min_read_pct: float


@check(
    code="SQL025",
    name="sql.or_across_columns",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="OR over several columns reads the whole table",
    consequence="Users wait while the whole table is read in spite of its indexes.",
    finding="{resource} in {database} combines conditions on {columns} with OR (without an index: {unindexed}) and "
    "reads {value} rows of {table} per execution (limit {limit}; {executions_count} executions of {average_us} on "
    "average). {statement}",
    remediation=Remediation(
        advice="Create an index for each branch of the OR that begins with its column: then each branch is read by "
        "its own index and the results are united. If that does not happen, write the branches as separate queries "
        "with UNION ALL, each excluding the rows of the branches before it. If one branch keeps most of the table, no "
        "index helps.",
        no_rollback="If the statement does not become faster, drop the index again or restore the old statement.",
        pre_check="EXPLAIN the statement: one scan of the whole table with the OR as its filter.",
        post_check="EXPLAIN shows UNION ALL above one TABLE RANGE SCAN for each branch.",
        risk="If branches do not exclude each other, UNION ALL returns rows of two branches twice; mind NULL. An "
        "index slows writes down and takes disk space.",
        effort=Effort.TRIAL,
    ),
    sources=(
        OR_EXPANSION,
        FEWER_READS,
        PLANS_VIEW,
        KernelRun("4.3.5", "a = ? OR b = ?: UNION ALL of two ranges with both indexed, a full scan with one of them"),
        KernelRun("4.3.5", "a = ? OR b = ? FOR UPDATE, both indexed: a full scan"),
    ),
)
def or_across_columns(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: OrParams,
) -> Iterator[Measurement | Unjudged]:
    """One index serves one branch of an OR; if one branch has no index, everything is read, and the indexes of the
    other branches are not used. Rows that are locked are read in full, whatever indexes there are.

    Branches that no index could serve (LIKE, a function, a subquery) and statements that keep much of what they
    read are excluded.
    """
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
    known = read_indexes(indexes)
    yield from list_unread(slow)
    for statement in slow:
        read = list_waste_of_or(statement, limits.min_rows_count, limits.min_read_ratio)
        wastes = [waste for waste in read if reads_whole(waste, limits.min_read_pct)]
        judged = [(waste, tell_combined(statement, waste.access, known)) for waste in wastes]
        yield from tell_waste(statement, wastes, judged)
