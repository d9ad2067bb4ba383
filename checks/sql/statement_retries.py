"""SQL011: statements that the server runs several times before they succeed or fail."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
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
from agent.facts.settings import Parameter
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.large_queries import ADVICE_BY_CAUSE, is_queued, read_threshold_s
from checks.sql.loads import bound_rate, count_surely, list_frequent, list_loads
from checks.sql.pages import AUDIT, SQLSTAT
from checks.sql.ring import text_of


@params
class RetryParams(Params):
    min_executions_count: int
    usual_threshold_ms: int
    queued_above_pct: int


@check(
    code="SQL011",
    name="sql.statement_retries",
    unit=Unit.RATIO,
    counted="retries_count",
    actor=Actor.CUSTOMER,
    title="Statement is retried repeatedly",
    consequence="Users meet slow moments whose cause is hidden.",
    finding="{resource} in {database} is retried {value} times per execution (limit {limit}): {retries_count} retries "
    "in {executions_count} executions.",
    remediation=Remediation(
        advice="Remove the cause of the retries.",
        post_check="RETRY_CNT of the statement in GV$OB_SQL_AUDIT stays near zero over a business day.",
        cases=ADVICE_BY_CAUSE,
    ),
    sources=(
        AUDIT,
        SQLSTAT,
        KernelCode("src/sql/ob_sql.cpp", "ObSql::handle_large_query"),
        KernelCode("src/observer/omt/ob_th_worker.cpp", "ObThWorker::check_large_query_quota"),
    ),
)
def statement_retries(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    parameters: Rows[Parameter] | None,
    limits: RetryParams,
) -> Iterator[Measurement | Unjudged]:
    """A statement that meets a row lock, an outdated schema or a leader switch is retried automatically. The client
    only sees a longer response time, so frequent retries are often the hidden cause of slow periods. One whose cached
    plan takes longer on average than large_query_threshold is stopped and run again in the queue of large queries: it
    is retried once in each execution, but for the first of each plan."""
    threshold_s = read_threshold_s(parameters or ())
    loads = list_loads(shapes, totals, history, plans)
    counted = count_surely(loads, limits.min_executions_count)
    for row in list_frequent(loads, limits.min_executions_count):
        if row.retries is None:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
            continue
        queued = is_queued(row, row.retries, threshold_s, limits.queued_above_pct)
        evidence: dict[str, Scalar] = {
            "retries_count": row.retries,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "errors_count": row.errors,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
            "large_query_threshold_s": threshold_s if queued else None,
            "threshold_is_small": (queued and 1000 * threshold_s < limits.usual_threshold_ms) or None,
        }
        yield Measurement(
            name_shape(row.sql_id, row.tenant_id),
            row.retries / row.most_executions,
            evidence,
            row.record,
            may_be=bound_rate(row, row.retries, counted),
        )
