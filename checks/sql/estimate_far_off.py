"""SQL029: slow statements of which a scan returned far more rows than the optimizer expected."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    Effort,
    KernelRun,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    known,
    params,
    unknown,
)
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Access
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn, TableChanges, TableStatistics
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_slow, list_unread, name_statement
from checks.sql.joins import is_measured, list_chosen
from checks.sql.pages import HISTOGRAMS, PLANS_VIEW, STATISTICS


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
    finding="{resource} in {database}: in the first execution of its plan, {real_count} rows came from {table}, "
    "{value} times the estimate of {estimated_count} (limit {limit}). Statistics of the table: last gathered "
    "{analyzed}, rows changed since: {changes_count}. {statement}",
    remediation=Remediation(
        advice="Give the optimizer statistics that say what the table holds; if the plan stays wrong, "
        "bind the right one by an outline.",
        no_rollback="DBMS_STATS.RESTORE_TABLE_STATS restores earlier statistics while the history keeps them.",
        pre_check="Save the present plan: EXPLAIN EXTENDED of the statement with the values of a slow execution.",
        post_check="EXPLAIN expects about as many rows as the statement reads, and the average time falls.",
        risk="Plans of other statements on the table may also change, usually for the better.",
        effort=Effort.TRIAL,
        cases=(
            Case(
                "The table has no statistics: gather them (CALL DBMS_STATS.GATHER_TABLE_STATS), "
                "and see why the nightly windows do not.",
                when=unknown("analyzed"),
            ),
            Case(
                "If many rows have changed since the statistics were gathered, gather them again."
                " If they are fresh, some values have far more rows than others, or the compared "
                "columns depend on each other: gather a histogram of the compared columns "
                "(method_opt).",
                when=known("analyzed"),
            ),
        ),
    ),
    sources=(
        STATISTICS,
        HISTOGRAMS,
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
    limits: EstimateParams,
) -> Iterator[Measurement | Unjudged]:
    """The optimizer chooses indexes, join order and join methods by estimated rows. If far more rows come, the plan
    does not fit: single lookups instead of a scan, nested loops instead of a hash join. Real rows are known of the
    first execution only, so fewer rows than estimated say nothing."""
    facts = WorkloadFacts(
        shapes=shapes,
        totals=totals,
        history=history,
        plans=plans,
        steps=steps,
        definitions=definitions,
        dictionary=dictionary,
    )
    gathered = {(row.owner, row.table_name): row.last_analyzed for row in statistics or ()}
    changed = {(row.table_owner, row.table_name): row.changes for row in changes or ()}
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    yield from list_unread(slow)
    for statement in slow:
        scans = [access for plan in statement.plans for access in list_chosen(plan)]
        misjudged = max((a for a in scans if a.rows_real >= limits.min_rows_count), key=_tell_error, default=None)
        if misjudged is not None:
            table = misjudged.owner, misjudged.table
            evidence: dict[str, Scalar] = {
                **list_evidence(statement, misjudged),
                "estimated_count": misjudged.rows_estimated,
                "real_count": misjudged.rows_real,
                "analyzed": gathered.get(table),
                "changes_count": changed.get(table, 0) if changes is not None else None,
            }
            yield Measurement(name_statement(statement), _tell_error(misjudged), evidence, statement.load.record)
        elif statement.plans and not any(map(is_measured, statement.plans)):
            yield Unjudged(name_statement(statement))


def _tell_error(access: Access) -> float:
    return access.rows_real / max(access.rows_estimated, 1)
