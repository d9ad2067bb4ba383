"""SQL029: slow statements of which a scan returned far more rows than the optimizer expected."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.given import Clock
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn, TableChanges, TableStatistics
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_slow, list_unread, name_statement
from checks.sql.estimates import ADVICE_BY_STATISTICS, describe_error, find_misjudged, tell_error, tell_gathering
from checks.sql.joins import is_measured
from checks.sql.pages import HISTOGRAMS, PLANS_VIEW, STATISTICS
from checks.statistics.restoring import RESTORED, RESTORING


@params
class EstimateParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int


@check(
    code="SQL029",
    name="sql.estimate_far_off",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Optimizer underestimates the rows of a slow statement",
    consequence="The statement is many times slower than it has to be.",
    finding="{resource} in {database}: in the first execution of its plan, {real_count} rows came from {table}, "
    "{value} times the estimate of {estimated_count} (limit {limit}). Statistics of the table: last gathered "
    "{analyzed}, rows changed since: {changes_count}. {statement}",
    remediation=Remediation(
        advice="Give the optimizer statistics that say what the table holds; if the plan stays wrong, "
        "bind the right one by an outline.",
        sql=("CALL DBMS_STATS.GATHER_TABLE_STATS({stale_schema!l}, {stale_table!l});",),
        rollback=(
            "CALL DBMS_STATS.RESTORE_TABLE_STATS({stale_schema!l}, {stale_table!l}, FROM_UNIXTIME({assessed_s}));",
        ),
        no_rollback="DBMS_STATS.RESTORE_TABLE_STATS restores earlier statistics while the history keeps them.",
        pre_check="Save the present plan: EXPLAIN EXTENDED of the statement with the values of a slow execution.",
        post_check="EXPLAIN expects about as many rows as the statement reads, and the average time falls.",
        risk="Plans of other statements on the table may also change, usually for the better.",
        effort=Effort.TRIAL,
        cases=ADVICE_BY_STATISTICS,
    ),
    sources=(
        STATISTICS,
        HISTOGRAMS,
        RESTORING,
        RESTORED,
        PLANS_VIEW,
        KernelRun("4.3.5", "no statistics, state = 1 AND amount + 0 >= 0 AND note LIKE '%x%': 56 expected, 39900 came"),
    ),
)
def estimate_far_off(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    statistics: Rows[TableStatistics] | None,
    changes: Rows[TableChanges] | None,
    clock: Rows[Clock],
    limits: EstimateParams,
) -> Iterator[Measurement | Unjudged]:
    """The optimizer chooses indexes, join order and join methods by estimated rows. If far more rows come, the plan
    does not fit: single lookups instead of a scan, nested loops instead of a hash join.

    Real rows are known of the first execution only, so fewer rows than estimated say nothing.
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
        misjudged = find_misjudged(statement, limits.min_rows_count)
        if misjudged is not None:
            evidence = list_evidence(statement, misjudged) | describe_error(misjudged, statistics, changes)
            evidence |= tell_gathering(misjudged, statistics, changes, clock)
            yield Measurement(name_statement(statement), tell_error(misjudged), evidence, statement.load.record)
        elif statement.plans and not any(map(is_measured, statement.plans)):
            yield Unjudged(name_statement(statement))
