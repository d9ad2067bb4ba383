"""SQL031: slow statements that find very many rows by an index and look each of them up in the table."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.covering import find_covering, list_costly
from checks.sql.diagnosis import list_evidence, list_slow, list_unread, name_statement
from checks.sql.pages import FEWER_LOOKUPS, PLANS_VIEW


@params
class LookupParams(Params):
    min_executions_count: int
    min_average_ms: int
    most_columns_count: int
    most_chars_count: int
    min_lookups_per_kept_count: int
    min_kept_lookups_count: int
    min_share_pct: float


@check(
    code="SQL031",
    name="sql.index_back",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement looks up too many rows after an index",
    consequence="The statement becomes slower with each row that matches.",
    finding="{resource} in {database} finds rows of {table} by the index {index} and looks up {value} of them in the "
    "table in each execution (limit {limit}); candidate index without lookups (not verified): ({candidate}). "
    "{executions_count} executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Create a covering index: the columns of the present index in their order, then the other columns of "
        "the statement. Drop the present index afterwards if no other statement needs it. Test it on a copy first, "
        "and do it only for statements that justify an index.",
        no_rollback="If the statement does not become faster, drop the new index again.",
        pre_check="EXPLAIN the statement: is_index_back=true, and index_back_rows is large.",
        post_check="EXPLAIN names the new index with is_index_back=false, and the average time falls.",
        risk="A wider index takes space and slows writes down; building it on a large table takes CPU and time.",
        effort=Effort.TRIAL,
    ),
    sources=(
        FEWER_LOOKUPS,
        PLANS_VIEW,
        KernelRun("4.3.5", "SUM(amount) WHERE state = 1 by an index on state: index_back_rows 40018 of 40123 rows"),
        KernelRun("4.3.5", "8 us for each lookup, with all in memory: 1,000 of them take longer than 5 ms"),
    ),
)
def index_back(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition],
    dictionary: Rows[NotableColumn] | None,
    limits: LookupParams,
) -> Iterator[Measurement | Unjudged]:
    """An index without all columns of the statement only gives the position of a row, which is then read from the
    table at random. That is fine for few rows; for many it costs more than everything else, and a table scan is
    often faster. An index with the missing columns needs no lookups.

    Rows that are thrown away after the lookup count earlier than rows that the statement needs, if the lookups are most
    of its work. Statements that use and keep most columns, and those that change rows, need the table and are excluded.
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
    yield from list_unread(slow)
    for statement in slow:
        costly = list_costly(
            statement, limits.min_lookups_per_kept_count, limits.min_kept_lookups_count, limits.min_share_pct
        )
        judged = [
            (found, find_covering(statement, found, limits.most_columns_count, limits.most_chars_count))
            for found in costly
        ]
        found, columns = next((pair for pair in judged if pair[1]), (None, None))
        if found and columns:
            evidence = {**list_evidence(statement, found.access), "candidate": ", ".join(columns)}
            yield Measurement(name_statement(statement), found.rows, evidence, statement.load.record)
        elif any(columns is None for _, columns in judged):
            yield Unjudged(name_statement(statement))
