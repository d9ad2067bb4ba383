"""SQL037: a session inserts row after row, one statement each."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape
from checks.sql.bursts import inserts_rows, list_bursts
from checks.sql.pages import AUDIT, INSERTS, SQL_RULES


@params
class SingleRowParams(Params):
    min_executions_count: int
    min_share_pct: float


@check(
    code="SQL037",
    name="sql.single_row_inserts",
    unit=Unit.COUNT,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Rows are inserted one by one, with one statement each",
    consequence="Imports are many times slower than they have to be.",
    finding="A session sends {resource} in {database} {value} times a second (limit {limit}), each time with one row, "
    "{rows_per_commit_count} per transaction on average: {executions_count} executions of {average_us} on average, "
    "{share_pct} of all executions in the SQL audit. {statement}",
    remediation=Remediation(
        advice="Insert many rows with one statement: INSERT with 50 to 200 rows in VALUES, or batches of the driver "
        "(rewriteBatchedStatements=true for the JDBC driver of MySQL). Commit once per batch, not per row. Load files "
        "with LOAD DATA.",
        no_rollback="The statement is changed in the application.",
        pre_check="In GV$OB_SQL_AUDIT the statement follows itself in one SID, with AFFECTED_ROWS 1.",
        post_check="AFFECTED_ROWS of an execution in GV$OB_SQL_AUDIT is the size of a batch.",
        risk="If a batch fails, all of its rows fail: the application must find the row that caused it.",
    ),
    sources=(
        INSERTS,
        SQL_RULES,
        AUDIT,
        KernelRun("4.3.5", "INSERT INTO t VALUES (?, ?), committed each: hundreds a second in one session"),
    ),
)
def single_row_inserts(
    *,
    shapes: Rows[SqlShape],
    returns: Rows[AuditReturn],
    plans: Rows[CachedPlan] | None,
    steps: Rows[PlanStep] | None,
    limits: SingleRowParams,
) -> Iterator[Measurement | Unjudged]:
    """Each statement costs a network round trip, and each commit a log write on a majority of the replicas, for one
    row as for two hundred. A session that inserts hundreds of rows a second and does nothing else has all rows at
    hand. One that inserts a row per user request sends other statements in between.

    Counters that are inserted or raised (ON DUPLICATE KEY UPDATE) are excluded.
    """
    trees = read_plans(steps or ())
    for burst in list_bursts(shapes, returns, limits.min_executions_count, limits.min_share_pct):
        if isinstance(burst, str):
            yield Unjudged(burst)
            continue
        row, found = burst.row, trees.get(burst.row.sql_id, [])
        if not 0 < row.rows_affected <= row.executions or (row.max_rows_affected or 1) > 1:
            continue
        if not found:
            yield Unjudged(burst.name)
        elif all(map(inserts_rows, found)):
            evidence = {**burst.list_evidence(plans), "rows_per_commit_count": _count_rows_per_commit(row)}
            yield Measurement(burst.name, burst.per_second, evidence)


def _count_rows_per_commit(row: SqlShape) -> int | None:
    """Return the rows that a transaction inserts on average; None where the audit tells no transactions."""
    return round(row.tx_rows_affected / row.transactions) if row.transactions and row.tx_rows_affected else None
