"""SQL011: statements that the server runs several times before they succeed or fail."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape, params
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import list_frequent, list_loads
from checks.sql.pages import AUDIT, SQLSTAT
from checks.sql.ring import text_of


@params
class RetryParams(Params):
    min_executions_count: int


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
        advice="Compare the times of the retries with row locks, DDL during business hours and leader switches "
        "to find out which causes them, then shorten the transactions or move DDL to off-peak hours.",
        pre_check="Compare the times of the retries in GV$OB_SQL_AUDIT with DDL and with lock waits in GV$OB_LOCKS.",
        post_check="RETRY_CNT of the statement in GV$OB_SQL_AUDIT stays near zero over a business day.",
        risk="Moving DDL delays releases: agree on a change window.",
    ),
    sources=(
        AUDIT,
        SQLSTAT,
    ),
)
def statement_retries(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    limits: RetryParams,
) -> Iterator[Measurement | Unjudged]:
    """A statement that meets a row lock, an outdated schema or a leader switch is retried automatically. The client
    only sees a longer response time, so frequent retries are often the hidden cause of slow periods."""
    for row in list_frequent(list_loads(shapes, totals, history), limits.min_executions_count):
        if row.retries is None:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
            continue
        evidence: dict[str, Scalar] = {
            "retries_count": row.retries,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "errors_count": row.errors,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), row.retries / row.executions, evidence, row.record)
