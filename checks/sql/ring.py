"""What the checks on the SQL audit share: enough statements to judge by, and names of SQL shapes."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import NotAssessed, Rows
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape

_TEXT_CHARS = 400


def shape_name(sql_id: str) -> str:
    """The stable name of a SQL shape as a resource."""
    return f"SQL {sql_id}"


def text_of(plans: Rows[CachedPlan] | None, sql_id: str) -> str | None:
    """The statement of a shape as far as a report needs it; None where no cached plan shows it."""
    texts = (plan.statement[:_TEXT_CHARS] for plan in plans or () if plan.sql_id == sql_id)
    return next(texts, None)


def executions_of(returns: Rows[AuditReturn]) -> int:
    """The customer's executions in the whole ring."""
    return sum(row.executions for row in returns)


def require_executions(executions: int, minimum: int) -> None:
    """Raise NotAssessed where the ring says too little to judge by."""
    if executions < minimum:
        raise NotAssessed(
            "The SQL audit holds {executions_count} statements of the customer; {minimum_count} are needed.",
            "Keep the SQL audit switched on and assess while the business is running.",
            executions_count=executions,
            minimum_count=minimum,
        )


def frequent(shapes: Rows[SqlShape], minimum: int, min_average_ms: int = 0) -> Iterator[SqlShape]:
    """The shapes executed often enough, and long enough each time, to judge; raises NotAssessed where the ring holds
    none at all."""
    require_executions(sum(row.executions for row in shapes), 1)
    return (
        row
        for row in shapes
        if row.sql_id and row.executions >= minimum and average_us(row) >= min_average_ms * 1000
    )


def average_us(row: SqlShape) -> float:
    """What one execution takes, from its arrival to its result."""
    return row.elapsed_us / row.executions
