"""SQL022: frequent slow statements that read a table by no index, or by too short a one, although one could serve."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.candidates import tell_candidate
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.pages import FEWER_READS, PLANS_VIEW, SQL_RULES
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
    title="Slow statement has conditions that no index of the table serves",
    finding="{resource} in {database} goes through {value} rows of {table} per execution (limit {limit}), because no "
    "index finds them by the columns that it begins with; a candidate, not yet verified, is ({candidate}). "
    "{executions_count} executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Create an index on the columns named here: those that are compared for equality first, the most "
        "selective of them in front, then the one that is compared by range. On a partitioned table decide between a "
        "local and a global index by whether the statement also names the partition. Prove it on a copy first.",
        no_rollback="Drop the index again if the statement does not become faster.",
        pre_check="EXPLAIN the statement: it shows a scan of the whole table with the conditions as filters.",
        post_check="EXPLAIN names the new index, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="Each index makes writes slower and takes disk space; building one on a large table takes CPU and time.",
        window=True,
    ),
    sources=(
        FEWER_READS,
        SQL_RULES,
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
    """Without an index that begins with a column of the conditions, the server goes through the table or a whole
    index and throws away nearly all that it reads, in the scan or in the join above it. The plan tells how many rows it
    goes through and keeps; the statement tells by which columns an index could find them. A scan that keeps most of its
    rows needs them. An index that begins with one of the columns counts as one that serves, unless it is the one that
    is read and nothing but the others of the columns can throw the rows away. Columns that are converted are left to
    SQL023 and SQL027: no index would serve them, and one that is there is not missing."""
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
        yield from tell_waste(statement, wastes, [(waste, tell_candidate(statement, waste, known)) for waste in wastes])
