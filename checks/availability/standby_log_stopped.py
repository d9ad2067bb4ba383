"""AVL019: log streams of a standby that receive no log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    KernelCode,
    Measurement,
    Named,
    Remediation,
    Rows,
    RunAs,
    Unit,
    Unjudged,
    check,
    is_meta,
    one_of,
    tenant_name,
)
from agent.facts.cluster import LogRestore
from agent.facts.settings import Tenant
from checks.availability.pages import RESTORE_SOURCE_PAGE, RESTORE_STATUS_PAGE, STANDBY_STUCK_PAGE

# It runs, has reached the end that was set for it, or waits for what it does itself; AVL010 tells how far it is behind.
# The documentation and the kernel spell the last one differently.
_WELL = frozenset(
    {"NORMAL", "RESTORE SUSPEND", "STANDBY IN THROTTLING", "WAIT LOG STREAM CREATED", "WAITING LS CREATED"}
)


@check(
    code="AVL019",
    name="availability.standby_log_stopped",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    since=(4, 2, 0, 0),
    title="Standby tenant receives no log",
    consequence="The standby no longer follows, so a disaster loses all that was written since.",
    finding="{resource}: {streams_count} log streams receive no log: {value}, error {error}.",
    remediation=Remediation(
        advice="Correct the cause that the status names; the log streams go on by themselves then.",
        run_as=RunAs.SYS,
        sql=("SELECT * FROM oceanbase.V$OB_LS_LOG_RESTORE_STATUS WHERE SYNC_STATUS <> 'NORMAL';",),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Read SYNC_STATUS, ERR_CODE and COMMENT twice, a minute apart.",
        post_check="SYNC_STATUS is NORMAL for each log stream, and SYNC_SCN in DBA_OB_TENANTS follows the clock.",
        risk="Reading has no risk.",
        cases=(
            Case(
                "Correct the account or the way to the primary (DBA_OB_LOG_RESTORE_SOURCE).",
                when=one_of("value", "CHECK USER OR PASSWORD", "CHECK NETWORK", "FETCH LOG TIMEOUT"),
            ),
            Case(
                "The primary has recycled log that the standby lacks: let it read the archive, or"
                " create the standby again.",
                when=one_of("value", "SOURCE HAS A GAP"),
            ),
            Case("Look for two primaries or a wrong source.", when=one_of("value", "STANDBY LOG NOT MATCH")),
            Case("Upgrade the standby.", when=one_of("value", "STANDBY NEED UPGRADE")),
            Case("Give the standby more log disk.", when=one_of("value", "STANDBY LOG DISK IS FULL")),
        ),
    ),
    sources=(
        STANDBY_STUCK_PAGE,
        RESTORE_STATUS_PAGE,
        RESTORE_SOURCE_PAGE,
        KernelCode("src/logservice/restoreservice/ob_log_restore_handler.cpp", "restore_status_str"),
    ),
)
def standby_log_stopped(restores: Rows[LogRestore], tenants: Rows[Tenant] | None) -> Iterator[Measurement | Unjudged]:
    """All log streams of a standby tenant advance together: if one receives no log, the whole tenant stops. If the
    source recycles that log meanwhile, only the archive or a new standby tenant can close the gap."""
    seen = {row.tenant_id for row in restores}
    for tenant in tenants or ():
        if tenant.tenant_role == "STANDBY" and not is_meta(tenant.tenant_id) and not seen & {tenant.tenant_id, None}:
            yield Unjudged(Named("tenant {tenant}", tenant=tenant.tenant_name))  # only leaders are listed
    stopped = [row for row in restores if row.sync_status not in _WELL and not is_meta(row.tenant_id)]
    counts = Counter((row.tenant_id, row.sync_status, row.err_code) for row in stopped)
    for (tenant_id, status, error), count in counts.items():
        yield Measurement(
            tenant_name(tenant_id), status, {"streams_count": count, "error": str(error)}, f"{status} {error}"
        )
