"""Functions of the checks on the SQL audit: names of SQL shapes, and whether there are enough executions to judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from agent.api import Named, NotAssessed, Rows, Scalar, Unjudged, tenant_name
from agent.facts.settings import Uptime
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryText, SqlShape
from agent.facts.statement_texts import collect_texts

_TEXT_CHARS = 400
Row = TypeVar("Row", AuditReturn, SqlShape)


def code_name(code: int, tenant_id: int | None) -> Named:
    """Return the stable name of a return code in a tenant as a resource."""
    if tenant_id is None:
        return Named("return code {code}", code=str(code))
    return Named("return code {code} of tenant {tenant}", code=str(code), tenant=str(tenant_id))


def text_of(plans: Rows[CachedPlan] | None, sql_id: str, texts: Rows[RepositoryText] | None = None) -> str | None:
    """Return the first 400 characters of a shape's statement; None if neither a cached plan nor ``texts`` show it."""
    found = collect_texts(
        tuple(plan for plan in plans or () if plan.sql_id == sql_id),
        tuple(text for text in texts or () if text.sql_id == sql_id),
    )
    return found[sql_id][:_TEXT_CHARS] if sql_id in found else None


def by_tenant(rows: Rows[Row]) -> dict[int | None, list[Row]]:
    """Return the rows of each tenant. sys sees those of all tenants."""
    tenants: defaultdict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        tenants[row.tenant_id].append(row)
    return tenants


def busy_tenants(
    rows: Rows[Row], minimum: int, count: Callable[[Row], int] = lambda row: row.executions
) -> Iterator[tuple[int | None, list[Row], int]]:
    """Yield each tenant with enough executions to judge, its rows, and the number of its executions.

    Raises NotAssessed if there is no such tenant.
    """
    tenants = by_tenant(rows)
    require_executions(max((sum(map(count, found)) for found in tenants.values()), default=0), minimum)
    for tenant_id, found in tenants.items():
        executions = sum(map(count, found))
        if executions >= minimum:
            yield tenant_id, found, executions


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeErrors:
    """The executions of a tenant that ended with one return code, among all of them; ``sql_id`` is one of these."""

    resource: Named
    code: int
    errors: int
    executions: int
    sql_id: str

    @property
    def permille(self) -> float:
        """The share of all executions."""
        return 1000 * self.errors / self.executions

    def list_evidence(self, messages: Mapping[int, str]) -> dict[str, Scalar]:
        """Return what a finding tells of them; ``messages`` are the server's words for each code."""
        return {
            "message": messages[self.code],
            "errors_count": self.errors,
            "executions_count": self.executions,
            "sql_id": self.sql_id,
        }


def list_errors(returns: Rows[AuditReturn], codes: Collection[int], least: int) -> Iterator[CodeErrors]:
    """Yield what ended with these codes at least so often. Raises NotAssessed if no tenant has any executions."""
    for tenant_id, rows, executions in busy_tenants(returns, 1):
        for code in sorted({row.ret_code for row in rows} & set(codes)):
            ended = [row for row in rows if row.ret_code == code]
            errors = sum(row.executions for row in ended)
            if errors >= least:
                yield CodeErrors(
                    resource=code_name(code, tenant_id),
                    code=code,
                    errors=errors,
                    executions=executions,
                    sql_id=max(row.sql_id for row in ended),
                )


def idle_tenants(
    rows: Rows[Row], minimum: int, count: Callable[[Row], int] = lambda row: row.executions
) -> Iterator[Unjudged]:
    """Yield the other tenants, which have too few executions to judge."""
    for tenant_id, found in by_tenant(rows).items():
        if sum(map(count, found)) < minimum:
            yield Unjudged(tenant_name(tenant_id))


def require_executions(executions: int, minimum: int) -> None:
    """Raise NotAssessed if the ring holds too few executions to judge."""
    if executions < minimum:
        raise NotAssessed(
            "The SQL audit holds {executions_count} business statements; {minimum_count} are needed.",
            "Keep the SQL audit switched on and assess while the business is running.",
            executions_count=executions,
            minimum_count=minimum,
        )


def require_uptime(uptimes: Rows[Uptime] | None, least_hours: float) -> None:
    """Raise NotAssessed if the server was started too short a time ago to tell what its records hold."""
    up_s = [row.seconds for row in uptimes or () if row.seconds is not None]
    if up_s and min(up_s) < least_hours * 3600:
        raise NotAssessed(
            "The server has been up for only {uptime_s}; at least {least_s} of load is needed, and no record goes back "
            "further.",
            "Assess again when the server has been up, and the business running, for at least a day.",
            uptime_s=min(up_s),
            least_s=least_hours * 3600,
        )


def frequent(shapes: Rows[SqlShape], minimum: int, min_average_ms: int = 0) -> Iterator[SqlShape]:
    """Return the shapes that are executed often enough, and take long enough on average, to judge.

    Raises NotAssessed if the ring holds no execution at all.
    """
    require_executions(sum(row.executions for row in shapes), 1)
    return (
        row for row in shapes if row.sql_id and row.executions >= minimum and average_us(row) >= min_average_ms * 1000
    )


def average_us(row: SqlShape) -> float:
    """Return how many microseconds an execution takes on average, from its arrival to its result."""
    return row.elapsed_us / row.executions
