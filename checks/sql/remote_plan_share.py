"""SQL016: statements that run on other servers than the one that took them."""

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
    params,
    tenant_name,
)
from agent.facts.sql import SqlShape
from checks.sql.pages import AUDIT, PLAN_TYPES
from checks.sql.ring import busy_tenants, idle_tenants


@params
class RemotePlanParams(Params):
    min_executions_count: int


@check(
    code="SQL016",
    name="sql.remote_plan_share",
    unit=Unit.PCT,
    counted="remote_count",
    actor=Actor.CUSTOMER,
    title="Many statements run with remote or distributed plans",
    consequence="Short requests take several times as long as they need to.",
    finding="{resource}: {value} of the executions used a remote or distributed plan (limit {limit}; {remote_count} of "
    "{executions_count}).",
    remediation=Remediation(
        advice="Put tables that are joined into one table group, use the partitioning key in statements, and set the "
        "Primary Zone where the application connects. Remove parallel hints from short statements.",
        pre_check="Group GV$OB_SQL_AUDIT by SQL_ID for PLAN_TYPE 2 (remote) and 3 (distributed).",
        post_check="Most executions in GV$OB_SQL_AUDIT have PLAN_TYPE 1.",
        risk="Table groups and Primary Zones move leaders: change them in off-peak hours.",
        effort=Effort.TRIAL,
    ),
    sources=(
        PLAN_TYPES,
        AUDIT,
    ),
)
def remote_plan_share(shapes: Rows[SqlShape], limits: RemotePlanParams) -> Iterator[Measurement | Unjudged]:
    """A local plan uses one server. A remote or distributed plan adds network round trips and holds threads on several
    servers, and a transaction over several log streams commits in two phases. Short business statements should be
    local."""
    for tenant_id, rows, executions in busy_tenants(shapes, limits.min_executions_count):
        remote = sum(row.remote_plans for row in rows)
        evidence: dict[str, Scalar] = {"remote_count": remote, "executions_count": executions}
        yield Measurement(tenant_name(tenant_id), 100 * remote / executions, evidence)
    yield from idle_tenants(shapes, limits.min_executions_count)
