"""SQL010: time that statements wait for a free worker thread."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    params,
    tenant_name,
)
from agent.facts.sql import SqlShape
from checks.sql.pages import AUDIT, CPU_BOUND
from checks.sql.ring import busy_tenants, idle_tenants


@params
class QueueParams(Params):
    min_executions_count: int
    min_average_queue_us: int


@check(
    code="SQL010",
    name="sql.queue_time_share",
    unit=Unit.PCT,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Statements queue for a worker thread",
    consequence="At the peak requests wait before they even begin, and then time out.",
    finding="{resource}: statements wait in the queue for {value} of their time (limit {limit}), {average_queue_us} "
    "each on average over {executions_count} executions.",
    remediation=Remediation(
        advice="Find out whether slow statements hold the worker threads or the load exceeds the tenant. In the first "
        "case tune the statements; in the second enlarge the tenant's CPU or limit the connections of the application.",
        pre_check="Compare QUEUE_TIME with EXECUTE_TIME in GV$OB_SQL_AUDIT by hour, and the tenant's CPU use.",
        post_check="The average QUEUE_TIME in GV$OB_SQL_AUDIT falls under a millisecond at the peak.",
        risk="More CPU costs more and hides statements that could be tuned.",
    ),
    sources=(
        CPU_BOUND,
        AUDIT,
    ),
)
def queue_time_share(shapes: Rows[SqlShape], limits: QueueParams) -> Iterator[Measurement | Unjudged]:
    """The tenant's CPU decides how many statements run at once; others queue. Queue time is the earliest sign that the
    tenant is too small for its peak, long before timeouts."""
    for tenant_id, rows, executions in busy_tenants(shapes, limits.min_executions_count):
        queue_us, elapsed_us = sum(row.queue_us for row in rows), sum(row.elapsed_us for row in rows)
        matters = queue_us >= limits.min_average_queue_us * executions
        evidence: dict[str, Scalar] = {
            "executions_count": executions,
            "average_queue_us": queue_us / executions,
            "elapsed_us": elapsed_us,
        }
        yield Measurement(tenant_name(tenant_id), 100 * queue_us / max(elapsed_us, 1) if matters else 0.0, evidence)
    yield from idle_tenants(shapes, limits.min_executions_count)
