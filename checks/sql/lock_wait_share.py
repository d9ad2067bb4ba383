"""SQL009: SQL shapes that mostly wait for locks."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape, params
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import list_frequent, list_loads
from checks.sql.pages import SQLSTAT, WAITS
from checks.sql.ring import text_of


@params
class LockWaitParams(Params):
    min_wait_ms: int
    min_executions_count: int


@check(
    code="SQL009",
    name="sql.lock_wait_share",
    unit=Unit.PCT,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Statement spends its time waiting for locks",
    consequence="Requests wait for each other, and faster hardware does not help.",
    finding="{resource} in {database} waits for locks during {value} of its time (limit {limit}): {wait_us} of "
    "{elapsed_us} in {executions_count} executions.",
    remediation=Remediation(
        advice="Commit sooner, and do not call other systems inside transactions. Change hot rows last in a "
        "transaction and in the same order everywhere, and split counters that all sessions update into several rows.",
        pre_check="During the wait, GV$OB_LOCKS shows the waiting transaction and GV$OB_TRANSACTION_PARTICIPANTS the "
        "holder.",
        post_check="RETRY_CNT of the statement in GV$OB_SQL_AUDIT goes down to nearly zero.",
        risk="Shorter transactions change what is atomic: agree on it with the developers.",
    ),
    sources=(
        WAITS,
        SQLSTAT,
    ),
)
def lock_wait_share(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    limits: LockWaitParams,
) -> Iterator[Measurement | Unjudged]:
    """A statement that meets a locked row is suspended and retried until the lock is free or it times out. The waiting
    time includes wait events and the time between retries; faster hardware does not shorten it."""
    for row in list_frequent(list_loads(shapes, totals, history, plans), limits.min_executions_count):
        if row.wait_us is None:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
            continue
        if row.wait_us < limits.min_wait_ms * 1000:
            continue
        evidence: dict[str, Scalar] = {
            "wait_us": row.wait_us,
            "elapsed_us": row.elapsed_us,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "retries_count": row.retries,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
        }
        share = 100 * row.wait_us / max(row.elapsed_us, 1)
        yield Measurement(name_shape(row.sql_id, row.tenant_id), share, evidence, row.record)
