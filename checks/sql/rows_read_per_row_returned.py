"""SQL004: many rows read for each row that comes back or changes."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    name_shape,
    params,
)
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import list_doubtful, list_frequent, list_loads, list_uncounted
from checks.sql.pages import FEWER_READS, SQLSTAT
from checks.sql.plan_rows import add_planned_rows
from checks.sql.ring import text_of


@params
class RowsReadParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_read_count: int


@check(
    code="SQL004",
    name="sql.rows_read_per_row_returned",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Statement reads far more rows than it returns",
    consequence="CPU is wasted on rows that nobody needs, and requests become slow.",
    finding="{resource} in {database} reads {value} rows for each row returned or changed (limit {limit}): "
    "{rows_read_count} read, {rows_used_count} used in {executions_count} executions of {average_us} on average.",
    remediation=Remediation(
        advice="Create an index for the conditions of the statement, with the most selective equality column first. "
        "If there is one, find out why it is not used: a function on the column, text compared with a number, LIKE "
        "with a leading %. If the statement counts or sums, keep the result in a summary table instead of reading all "
        "rows each time.",
        pre_check="EXPLAIN the statement and look at which conditions are filters and which are range conditions.",
        post_check="The rows read per execution in GV$OB_SQL_AUDIT come close to the rows returned.",
        risk="A new index takes disk space and slows writes down slightly.",
        effort=Effort.TRIAL,
    ),
    sources=(
        FEWER_READS,
        SQLSTAT,
    ),
)
def rows_read_per_row_returned(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    steps: Rows[PlanStep] | None,
    limits: RowsReadParams,
) -> Iterator[Measurement | Unjudged]:
    """Rows that are read and filtered out waste CPU and cache, and the statement gets slower as its tables grow.

    Rows in memory and on disk are counted alike, so a table with many recent changes and no suitable index shows
    first, and so do scans of a whole index. An execution without a result counts as one row.
    """
    loads = add_planned_rows(list_loads(shapes, totals, history, plans), steps)
    frequent = list(list_frequent(loads, limits.min_executions_count, limits.min_average_ms))
    for row in frequent:
        if row.rows_read is None or row.rows_read < limits.min_rows_read_count * row.executions:
            continue
        used = max(row.rows_used, row.executions)
        evidence: dict[str, Scalar] = {
            "rows_read_count": row.rows_read,
            "rows_used_count": used,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), row.rows_read / used, evidence, row.record)
    doubtful = list_doubtful(loads, limits.min_executions_count, limits.min_average_ms)
    yield from list_uncounted([*frequent, *doubtful], lambda row: True)
