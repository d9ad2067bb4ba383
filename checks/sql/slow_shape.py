"""SQL008: SQL shapes that are slow on average."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, check, name_shape, params
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import bound_rate, count_surely, list_frequent, list_loads
from checks.sql.pages import SLOW_QUERIES, SQLSTAT
from checks.sql.ring import text_of


@params
class SlowShapeParams(Params):
    min_executions_count: int


@check(
    code="SQL008",
    name="sql.slow_shape",
    unit=Unit.MILLISECONDS,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Statement is slow on average",
    consequence="Users wait at each execution, and other requests queue behind it.",
    finding="{resource} in {database} takes {value} on average (limit {limit}; {executions_count} executions).",
    remediation=Remediation(
        advice="Find out where the time goes: execution time points to plan, index or amount of data; the rest is "
        "queueing, parsing or waiting for locks. Then tune the plan, or split the work into smaller statements.",
        pre_check="EXPLAIN the statement, and compare EXECUTE_TIME, QUEUE_TIME and GET_PLAN_TIME in GV$OB_SQL_AUDIT.",
        post_check="The average in GV$OB_SQL_AUDIT falls below the limit.",
        risk="A changed plan may suit other parameters less: test it with several.",
    ),
    sources=(
        SLOW_QUERIES,
        SQLSTAT,
    ),
)
def slow_shape(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    limits: SlowShapeParams,
) -> Iterator[Measurement]:
    """A single slow execution may be chance. A SQL pattern that is slow on average has a lasting cause: a plan, a
    missing index, too much data. Each execution holds a worker thread."""
    loads = list_loads(shapes, totals, history, plans)
    counted = count_surely(loads, limits.min_executions_count)
    for row in list_frequent(loads, limits.min_executions_count):
        evidence: dict[str, Scalar] = {
            "executions_count": row.executions,
            "longest_us": row.longest_us,
            "executing_pct": None if row.execute_us is None else 100 * row.execute_us / max(row.elapsed_us, 1),
            "database": row.database,
            "user": row.user,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(
            name_shape(row.sql_id, row.tenant_id),
            row.least_average_us / 1000,
            evidence,
            row.record,
            may_be=bound_rate(row, row.elapsed_us / 1000, counted),
        )
