"""What the checks on the SQL audit share: enough statements to judge by, and names of SQL shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from agent.api import Named, NotAssessed, Rows, Unjudged, tenant_name
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape

_TEXT_CHARS = 400
Row = TypeVar("Row", AuditReturn, SqlShape)


def shape_name(sql_id: str, tenant_id: int | None) -> str:
    """The stable name of a SQL shape as a resource; only sys sees shapes of several tenants."""
    if tenant_id is None:
        return f"SQL {sql_id}"
    return Named("SQL {sql_id} of tenant {tenant}", sql_id=sql_id, tenant=str(tenant_id))


def code_name(code: int, tenant_id: int | None) -> Named:
    """The stable name of a return code in a tenant as a resource."""
    if tenant_id is None:
        return Named("return code {code}", code=str(code))
    return Named("return code {code} of tenant {tenant}", code=str(code), tenant=str(tenant_id))


def text_of(plans: Rows[CachedPlan] | None, sql_id: str) -> str | None:
    """The statement of a shape as far as a report needs it; None where no cached plan shows it."""
    texts = (plan.statement[:_TEXT_CHARS] for plan in plans or () if plan.sql_id == sql_id)
    return next(texts, None)


def by_tenant(rows: Rows[Row]) -> dict[int | None, list[Row]]:
    """The rows of each tenant: sys sees those of all."""
    tenants: defaultdict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        tenants[row.tenant_id].append(row)
    return tenants


def busy_tenants(
    rows: Rows[Row], minimum: int, count: Callable[[Row], int] = lambda row: row.executions
) -> Iterator[tuple[int | None, list[Row], int]]:
    """Each tenant whose executions are enough to judge by, with its rows and how many they are; raises NotAssessed
    where there is none."""
    tenants = by_tenant(rows)
    require_executions(max((sum(map(count, found)) for found in tenants.values()), default=0), minimum)
    for tenant_id, found in tenants.items():
        executions = sum(map(count, found))
        if executions >= minimum:
            yield tenant_id, found, executions


def idle_tenants(
    rows: Rows[Row], minimum: int, count: Callable[[Row], int] = lambda row: row.executions
) -> Iterator[Unjudged]:
    """The other tenants, whose executions are too few to judge by."""
    for tenant_id, found in by_tenant(rows).items():
        if sum(map(count, found)) < minimum:
            yield Unjudged(tenant_name(tenant_id))


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
        row for row in shapes if row.sql_id and row.executions >= minimum and average_us(row) >= min_average_ms * 1000
    )


def average_us(row: SqlShape) -> float:
    """What one execution takes, from its arrival to its result."""
    return row.elapsed_us / row.executions
