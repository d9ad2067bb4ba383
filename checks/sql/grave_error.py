"""SQL021: statements that end with an error of which a single one is too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent.api import (
    Actor,
    Case,
    Effort,
    Measurement,
    Named,
    NotAssessed,
    Remediation,
    Rows,
    Scalar,
    Told,
    Unit,
    check,
    one_of,
)
from agent.facts.sql import AuditReturn
from checks.sql.pages import ERRORS_4000
from checks.sql.ring import by_tenant, code_name

# Return codes that say that data or the server itself is damaged, with the server's own words for them.
GRAVE = {
    -4103: Named("Data checksum error"),
    -4105: Named("Rowkey order error"),
    -4108: Named("Physic data checksum error"),
    -4184: Named("Server out of disk space"),
    -4264: Named("Log out of disk space"),
    -4377: Named("fatal internal error"),
}


def _met(*codes: int) -> Callable[[Told], bool]:
    """Return a condition: one of these codes occurred."""
    return one_of("message", *(GRAVE[code] for code in codes))


@check(
    code="SQL021",
    name="sql.grave_error",
    unit=Unit.COUNT,
    counted="value",
    actor=Actor.BOTH,
    title="Statement met damaged data, a full disk or a fatal internal error",
    consequence="Data may be lost, or all writes soon stop.",
    finding="{resource} ({message}): {value} statements in the SQL audit ended with it.",
    remediation=Remediation(
        advice="Hand TRACE_ID, time and server to OceanBase support at once.",
        pre_check="Query SVR_IP, TRACE_ID, SQL_ID and REQUEST_TIME of that RET_CODE in GV$OB_SQL_AUDIT while the "
        "records exist.",
        post_check="The code does not come back in GV$OB_SQL_AUDIT.",
        risk="Running the statement again may read the damaged block again; restarting the server before the logs are "
        "saved may lose the cause.",
        effort=Effort.OPERATION,
        cases=(
            Case(
                "Checksums and the order of rows: have hardware and replicas looked at before "
                "anything else, and keep the backups of before.",
                when=_met(-4103, -4105, -4108),
            ),
            Case("Disk space: make room or add servers; large sorts spill to that disk too.", when=_met(-4184)),
            Case("A full log disk stops all writes: find what keeps old log alive.", when=_met(-4264)),
            Case("A fatal internal error is a defect: ask for the release that fixes it.", when=_met(-4377)),
        ),
    ),
    sources=(ERRORS_4000,),
)
def grave_error(returns: Rows[AuditReturn]) -> Iterator[Measurement]:
    """Most errors matter by their share. These need action at the first occurrence: a block with a wrong checksum stays
    damaged, a full disk soon stops all writes, and a fatal internal error is a defect that a later release may have
    fixed. Internal statements count, too, because they read the same data."""
    if not returns:
        raise NotAssessed("The SQL audit is empty.", "Switch the SQL audit on: SET GLOBAL ob_enable_sql_audit = ON.")
    for tenant_id, rows in by_tenant(returns).items():
        for code in sorted({row.ret_code for row in rows} & GRAVE.keys()):
            found = [row for row in rows if row.ret_code == code]
            evidence: dict[str, Scalar] = {
                "message": GRAVE[code],
                "sql_id": max(row.sql_id for row in found) or None,
                "server": next((row.svr_ip for row in found if row.svr_ip), None),
            }
            yield Measurement(code_name(code, tenant_id), sum(row.records for row in found), evidence)
