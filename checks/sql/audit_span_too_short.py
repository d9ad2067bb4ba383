"""SQL007: how far back the SQL audit reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Effort,
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
from agent.facts.settings import Uptime
from agent.facts.sql import AuditReturn
from checks.sql.pages import AUDIT_MEMORY, AUDIT_SHARE
from checks.sql.ring import by_tenant, require_uptime


@params
class AuditSpanParams(Params):
    least_uptime_hours: float


@check(
    code="SQL007",
    name="sql.audit_span_too_short",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="SQL audit reaches back too short a time",
    consequence="The statement that caused an error or a slow period cannot be found afterwards.",
    finding="{resource}: on the server with the shortest history, the SQL audit reaches back {value} (limit {limit}), "
    "with {records_count} records; earlier ones have been overwritten.",
    remediation=Remediation(
        advice="First keep the important data elsewhere: GV$OB_SQLSTAT and the WR sum up days, and OCP collects the "
        "records continuously. A larger ob_sql_audit_percentage helps only a tenant with few statements: the buffer "
        "is limited in bytes and in records, whatever the share.",
        no_rollback="Nothing is changed in the database.",
        pre_check="Count the statements per second in GV$OB_SQL_AUDIT: with thousands, no buffer holds ten minutes.",
        post_check="The newest snapshots in DBA_WR_SNAPSHOT are an hour apart, or OCP shows yesterday's statements.",
        risk="A larger share takes memory from caches and sorts of the tenant.",
        effort=Effort.OPERATION,
    ),
    sources=(
        AUDIT_MEMORY,
        AUDIT_SHARE,
    ),
)
def audit_span_too_short(
    returns: Rows[AuditReturn], uptimes: Rows[Uptime] | None, limits: AuditSpanParams
) -> Iterator[Measurement]:
    """The SQL audit is a ring buffer in the memory of each server: new records overwrite old ones. If it holds less
    than a minute, a statement that caused trouble in the morning cannot be found, and every figure from it is a
    snapshot. On a busy tenant the buffer is always short, so it must not be the only record."""
    if not returns:
        raise NotAssessed("The SQL audit is empty.", "Switch the SQL audit on: SET GLOBAL ob_enable_sql_audit = ON.")
    require_uptime(uptimes, limits.least_uptime_hours)
    for tenant_id, rows in by_tenant(returns).items():
        span_us, records, server = min(_measure_overwritten_rings(rows), default=(None, 0, ""))
        if span_us is not None:
            evidence: dict[str, Scalar] = {"records_count": records, "server": server or None}
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
