"""CAP005: sessions on the fullest server against the number that the server accepts."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
    LevelSpec,
    Measurement,
    NotAssessed,
    Params,
    Positive,
    Remediation,
    Rows,
    Scalar,
    Sizing,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.growth import LevelKind
from agent.facts.resources import ResourceUnit
from agent.facts.sessions import SessionCount
from agent.facts.settings import Parameter, Variable
from checks.capacity.pages import CONNECTIONS


@params
class SessionsParams(Params):
    memory_share_pct: float
    session_memory_bytes: Positive[int]
    least_sessions_count: int


@check(
    code="CAP005",
    name="capacity.sessions_near_limit",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Sessions close to the number that the tenant accepts",
    consequence="New connections are refused, and the business is interrupted though the database runs.",
    finding="{resource}: {sessions_count} sessions on one server are {value} of the {accepted_count} accepted; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Bound the connection pools of the applications and let them close idle connections. If every session "
        "is needed, raise max_connections, or the tenant's memory where that sets the limit.",
        no_rollback="Set pools and limits back to the old values; note them first.",
        pre_check="Count GV$OB_PROCESSLIST by USER, client and COMMAND: mostly Sleep means oversized pools.",
        post_check="The number of sessions stays below the limit at peak load.",
        risk="More sessions take more memory; if the application leaks connections, a higher limit only delays the "
        "problem.",
    ),
    level=LevelSpec(LevelKind.SESSIONS, used="sessions_count", limit="accepted_count"),
    sizing=Sizing(
        what="connections",
        unit=Unit.COUNT,
        present="max_connections_count",
        otherwise=Sizing(what="memory", unit=Unit.BYTES, present="memory_bytes", of_limit=True, with_meta=True),
    ),
    sources=(
        CONNECTIONS,
        KernelCode("src/observer/mysql/obmp_connect.cpp", "get_max_session_num"),
        KernelCode("src/share/parameter/ob_parameter_seed.ipp", "_resource_limit_max_session_num"),
    ),
)
def sessions_near_limit(
    counts: Rows[SessionCount],
    units: Rows[ResourceUnit],
    variables: Rows[Variable],
    parameters: Rows[Parameter],
    p: SessionsParams,
) -> Iterator[Measurement]:
    """A server accepts at most max_connections sessions of a tenant, and no more than fit into 5% of the tenant's
    memory at 100 KiB each. A number that was set by hand (_resource_limit_max_session_num) takes the place of the
    second limit. At the limit new connections are refused, although the database works."""
    wanted = next((int(row.value) for row in variables if row.name == "max_connections" and row.value), 0)
    if not units or not wanted:
        raise NotAssessed("The view shows no row of this tenant.")
    fixed = max((int(row.value) for row in parameters if row.name == "_resource_limit_max_session_num"), default=0)
    memory = min(unit.memory_size for unit in units)
    fitting = max(p.least_sessions_count, int(memory * p.memory_share_pct / 100 / p.session_memory_bytes))
    accepted = min(wanted, fixed or fitting)
    here, server = max(((row.sessions, row.svr_ip or "") for row in counts), default=(0, ""))
    evidence: dict[str, Scalar] = {"sessions_count": here, "accepted_count": accepted, "server": server or None}
    # What sets the limit is what to raise; one that was set by hand is told by a check of its own.
    evidence |= {"max_connections_count": accepted} if wanted == accepted else {}
    evidence |= {"memory_bytes": memory} if not fixed and fitting == accepted < wanted else {}
    yield Measurement(tenant_name(None), 100 * here / accepted, evidence)
