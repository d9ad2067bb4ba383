"""SQL003: frequent statements that read a large table from end to end."""

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
from checks.sql.pages import AUDIT, FEWER_READS, SQL_RULES
from checks.sql.plan_rows import add_planned_rows
from checks.sql.ring import text_of


@params
class FullScanParams(Params):
    min_executions_count: int
    min_average_ms: int


@check(
    code="SQL003",
    name="sql.full_scan_of_large_table",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Frequent statement scans a large table in full",
    consequence="The statement becomes slower as the table grows, and slows others down.",
    finding="{resource} in {database} scans in full and reads {value} rows per execution (limit {limit}; "
    "{executions_count} executions of {average_us} on average).",
    remediation=Remediation(
        advice="Create an index that begins with the columns of the equality conditions, or partition the table by "
        "the filter conditions. Also check whether a function or a type conversion prevents an existing index from "
        "being used.",
        pre_check="EXPLAIN the statement: TABLE FULL SCAN names the table, its filters name the columns.",
        post_check="EXPLAIN shows TABLE RANGE SCAN or TABLE GET, and the rows read per execution fall in "
        "GV$OB_SQL_AUDIT.",
        risk="Building an index on a large table takes CPU, disk space and time: do it outside the peak.",
        effort=Effort.TRIAL,
    ),
    sources=(
        FEWER_READS,
        SQL_RULES,
        AUDIT,
    ),
)
def full_scan_of_large_table(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    steps: Rows[PlanStep] | None,
    limits: FullScanParams,
) -> Iterator[Measurement | Unjudged]:
    """A full scan reads every row, so its cost grows with the table, and it pushes hot blocks out of the cache. That
    is acceptable for a nightly report, but not for a frequent statement.

    The SQL audit marks scans of the table only; scans of a whole index show in the rows read per row returned.
    """
    loads = add_planned_rows(list_loads(shapes, totals, history, plans), steps)
    frequent = list(list_frequent(loads, limits.min_executions_count, limits.min_average_ms))
    for row in frequent:
        if row.rows_read is None or (row.full_scans or 0) < limits.min_executions_count:
            continue
        evidence: dict[str, Scalar] = {
            "executions_count": row.executions,
            "full_scans_count": row.full_scans,
            "average_us": row.average_us,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), row.rows_read // row.executions, evidence, row.record)
    doubtful = list_doubtful(loads, limits.min_executions_count, limits.min_average_ms)
    yield from list_uncounted([*frequent, *doubtful], lambda row: row.full_scans != 0)
