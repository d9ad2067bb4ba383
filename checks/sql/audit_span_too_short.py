"""SQL007: how far back the SQL audit reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.settings import Variable
from agent.facts.sql import AuditReturn
from checks.parameters.changes import raised
from checks.sql.pages import AUDIT_MEMORY, AUDIT_SHARE
from checks.sql.ring import by_tenant

SYS_TENANT = 1


@params
class AuditShareParams(Params):
    largest_share_pct: int


@check(
    code="SQL007",
    name="sql.audit_span_too_short",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="The SQL audit reaches back only a short time",
    finding="{resource}: the SQL audit reaches back {value} (limit {limit}) on the server where it reaches least far, "
    "with {records_count} records there; older ones are already overwritten.",
    remediation=Remediation(
        advice="Give the SQL audit a larger share of the tenant's memory, or keep what matters elsewhere: the workload "
        "repository holds snapshots for days.",
        sql=("SET GLOBAL ob_sql_audit_percentage = {larger};",),
        rollback=("SET GLOBAL ob_sql_audit_percentage = {configured};",),
        pre_check="Make sure that the tenant has memory to spare: the share is doubled, up to the largest that the "
        "rules allow.",
        post_check="Some hours later MIN(REQUEST_TIME) in GV$OB_SQL_AUDIT lies further back.",
        risk="The share is taken from the tenant's memory, which caches and sorts then lack.",
    ),
    sources=(
        AUDIT_MEMORY,
        AUDIT_SHARE,
    ),
)
def audit_span_too_short(
    returns: Rows[AuditReturn], variables: Rows[Variable] | None, limits: AuditShareParams
) -> Iterator[Measurement]:
    """The SQL audit is a ring in the memory of each server: new statements overwrite old ones. When it holds only
    minutes, the statement that hurt this morning can no longer be found when somebody looks for it, and every figure
    taken from it is a snapshot."""
    if not returns:
        raise NotAssessed("The SQL audit is empty.", "Switch the SQL audit on: SET GLOBAL ob_enable_sql_audit = ON.")
    tenants = by_tenant(returns)
    for tenant_id, rows in tenants.items():
        span_us, records, server = min(_measure_overwritten_rings(rows), default=(None, 0, ""))
        if span_us is None:
            continue
        # The variables are those of our own tenant. Only sys sees other tenants.
        ours = variables if len(tenants) == 1 or tenant_id == SYS_TENANT else None
        evidence: dict[str, Scalar] = {"records_count": records, "server": server or None}
        evidence |= raised(ours or (), "ob_sql_audit_percentage", limits.largest_share_pct)
        yield Measurement(tenant_name(tenant_id), span_us / 1_000_000, evidence)


def _measure_overwritten_rings(rows: list[AuditReturn]) -> Iterator[tuple[int, int, str]]:
    """Yield span in microseconds, number of records and server of each ring that has overwritten something."""
    rings: defaultdict[str, list[AuditReturn]] = defaultdict(list)
    for row in rows:
        rings[f"{row.svr_ip}:{row.svr_port}" if row.svr_ip else ""].append(row)
    for server, ring in rings.items():
        if min(row.first_request for row in ring) > 1:
            span_us = max(row.last_us for row in ring) - min(row.first_us for row in ring)
            yield span_us, sum(row.records for row in ring), server
