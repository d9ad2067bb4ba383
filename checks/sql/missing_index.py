"""SQL022: frequent slow statements that read a table by no index, or by too short a one, although one could serve."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.candidates import tell_candidate
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.ordering import list_sorted
from checks.sql.pages import FEWER_READS, ORDER_AND_LIMIT, PLANS_VIEW, SQL_RULES
from checks.sql.paths import list_waste, read_indexes, tell_waste


@params
class MissingIndexParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int


@check(
    code="SQL022",
    name="sql.missing_index",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement has no index for its conditions or order",
    consequence="Users wait longer and longer as the table grows.",
    finding="{resource} in {database} reads {value} rows of {table} per execution (limit {limit}), because no index "
    "suits its conditions or its order; candidate index (not verified): ({candidate}). {executions_count} executions "
    "of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Create an index on these columns: equality columns first, the most selective of them in front, then "
        "the range column or those of the order. On a partitioned table, choose a local or global index by whether the "
        "statement also uses the partitioning key. Test it on a copy first.",
        no_rollback="If the statement does not become faster, drop the index again.",
        pre_check="EXPLAIN the statement: it shows a scan of the whole table with the conditions as filters.",
        post_check="EXPLAIN names the new index, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="Each index slows writes down and takes disk space; building one on a large table takes CPU and time.",
        effort=Effort.TRIAL,
    ),
    sources=(
        FEWER_READS,
        SQL_RULES,
        ORDER_AND_LIMIT,
        PLANS_VIEW,
        KernelRun(
            "4.3.5", "two rows joined with 100,000 by a column without an index: a hash join, a scan of them all"
        ),
    ),
)
def missing_index(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: MissingIndexParams,
) -> Iterator[Measurement | Unjudged]:
    """Without an index that begins with a column of the conditions, the whole table or a whole index is scanned, and
    nearly all rows are dropped by the scan or by the join above it. Where all rows are sorted and only the first
    few are taken, an index in that order ends the scan after these.

    The plan shows how many rows are scanned and kept; the statement shows by which columns an index could find
    them. Scans that keep most of their rows need them. An index that begins with one of the columns counts as
    suitable, unless it is the one being read and only the other columns can drop the rows. Converted columns are
    left to SQL023 and SQL027: an index would not help there, and an existing one is not missing.
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
        wastes = list(list_waste(statement, limits.min_rows_count, limits.min_read_ratio))
        filtered = ((waste, tell_candidate(statement, waste, known)) for waste in wastes)
        ordered = list_sorted(statement, known, limits.min_rows_count, limits.min_read_ratio)
        yield from tell_waste(statement, wastes, [*filtered, *ordered])
