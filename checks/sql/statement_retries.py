"""SQL011: statements that the server runs several times before they succeed or fail."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    KernelCode,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    known,
    name_shape,
    params,
    parse_duration,
    unknown,
)
from agent.facts.settings import Parameter
from agent.facts.shape_load import ShapeLoad
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import list_frequent, list_loads
from checks.sql.pages import AUDIT, SQLSTAT
from checks.sql.ring import text_of

_QUEUED, _NOT_QUEUED = known("large_query_threshold_s"), unknown("large_query_threshold_s")
_SMALL = known("threshold_is_small")


@params
class RetryParams(Params):
    min_executions_count: int
    usual_threshold_ms: int


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
        cases=(
            Case(
                "On average the statement takes longer than large_query_threshold. From its second execution on the "
                "server stops it each time and runs it again in the queue of large queries: that is one retry each, "
                "without a lock, DDL or leader switch.",
                when=_QUEUED,
            ),
            Case(
                "The threshold is so small that ordinary statements are taken for large ones: have it raised first, "
                "as PAR023 says.",
                when=_SMALL,
            ),
            Case(
                "Make the statement faster than the threshold, or run it outside the peak: few worker threads serve "
                "this queue.",
                when=lambda told: _QUEUED(told) and not _SMALL(told),
            ),
            Case(
                "Compare the times of the retries with row locks, DDL during business hours and leader switches "
                "to find out which causes them, then shorten the transactions or move DDL to off-peak hours.",
                when=_NOT_QUEUED,
            ),
            Case(
                "RETRY_CNT in GV$OB_SQL_AUDIT is 1 in nearly every execution of the statement.",
                when=_QUEUED,
                part="pre_check",
            ),
            Case(
                "Compare the times of the retries in GV$OB_SQL_AUDIT with DDL and with lock waits in GV$OB_LOCKS.",
                when=_NOT_QUEUED,
                part="pre_check",
            ),
            Case("Moving DDL delays releases: agree on a change window.", when=_NOT_QUEUED, part="risk"),
        ),
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
    threshold_s = _read_threshold_s(parameters or ())
    for row in list_frequent(list_loads(shapes, totals, history, plans), limits.min_executions_count):
        if row.retries is None:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
            continue
        is_queued = _is_queued(row, row.retries, threshold_s)
        evidence: dict[str, Scalar] = {
            "retries_count": row.retries,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "errors_count": row.errors,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
            "large_query_threshold_s": threshold_s if is_queued else None,
            "threshold_is_small": (is_queued and 1000 * threshold_s < limits.usual_threshold_ms) or None,
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), row.retries / row.executions, evidence, row.record)


def _read_threshold_s(parameters: Rows[Parameter]) -> float:
    """Return the shortest time in seconds that makes a large query on a server; 0 where that is off or not known."""
    return min((parse_duration(row.value) for row in parameters if row.name == "large_query_threshold"), default=0.0)


def _is_queued(row: ShapeLoad, retries: int, threshold_s: float) -> bool:
    """Whether the queue of large queries explains the retries: one in most executions, and never more."""
    is_large = 0 < threshold_s < row.average_us / 1_000_000
    return is_large and row.executions / 2 < retries <= row.executions
