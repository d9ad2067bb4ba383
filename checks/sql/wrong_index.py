"""SQL047: slow statements for which the optimizer chose an index, or none, though a better one is there."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.choices import hides_misread, list_misread, tell_better
from checks.sql.diagnosis import list_slow, list_unread, name_statement
from checks.sql.pages import FEWER_READS, ORDER_AND_LIMIT, PLANS_VIEW
from checks.sql.paths import read_indexes, tell_waste


@params
class WrongIndexParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int


@check(
    code="SQL047",
    name="sql.wrong_index",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement does not use the best existing index",
    consequence="Users wait for rows that are not needed, although a fitting index is there.",
    finding="{resource} in {database} reads {value} rows of {table} per execution with {index} (limit {limit}), "
    "although the index {better_index} serves all its conditions and no hint forbids it. {executions_count} "
    "executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Gather the statistics of the table, with a histogram of the compared columns if some values are far "
        "more frequent than others. If the plan stays, ORDER BY with LIMIT is often the reason: add the ORDER BY "
        "columns to the better index, or bind the plan with an outline with INDEX.",
        no_rollback="If the statement does not become faster, drop the outline or the extended index.",
        pre_check="EXPLAIN the statement with and without the hint INDEX(table index), with slow values.",
        post_check="EXPLAIN names the better index, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="For other values the present plan may be right: compare both, also with the most frequent value.",
        effort=Effort.TRIAL,
    ),
    sources=(
        FEWER_READS,
        ORDER_AND_LIMIT,
        PLANS_VIEW,
        KernelRun(
            "4.3.5", "statistics of a time when all rows had one code: code = 7 by a full scan, beside its index"
        ),
    ),
)
def wrong_index(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: WrongIndexParams,
) -> Iterator[Measurement | Unjudged]:
    """The optimizer compares estimated costs. Outdated statistics, skewed values, and an ORDER BY with LIMIT, which
    promises an early end, can make it choose another index. An index is better if it begins with all equality
    columns of the statement, of which the present one serves fewer, followed by the range column: then it finds
    exactly the rows that are kept.

    Full-text and prefix indexes find more rows and are excluded. Statements with hints are judged by SQL026.
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
    known = read_indexes(indexes, whole=True)
    yield from list_unread(slow)
    for statement in slow:
        wastes = list(list_misread(statement, limits.min_rows_count, limits.min_read_ratio))
        yield from tell_waste(statement, wastes, [(waste, tell_better(statement, waste, known)) for waste in wastes])
        if not wastes and hides_misread(statement, known, limits.min_rows_count):
            yield Unjudged(name_statement(statement))
