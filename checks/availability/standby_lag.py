"""AVL010: how far a standby tenant is behind."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, Remediation, Rows, RunAs, Unit, Unjudged, check, is_meta
from agent.facts.given import Clock
from agent.facts.settings import Tenant
from checks.availability.pages import RESTORE_SOURCE_PAGE, STANDBY_STUCK_PAGE, TENANTS_PAGE
from checks.availability.streams import seconds_behind

_LEADING = ("PRIMARY", "RESTORE", "CLONE")  # roles of a tenant that follows no primary


@check(
    code="AVL010",
    name="availability.standby_lag",
    unit=Unit.SECONDS,
    actor=Actor.PLATFORM,
    title="Standby tenant lags behind its primary tenant",
    consequence="In a disaster, the changes of this time are lost; a planned switchover waits as long.",
    finding="{resource} is a standby tenant and lags by {value} (limit {limit}); a failover now would lose that much "
    "data.",
    remediation=Remediation(
        advice="Check the source of its log (DBA_OB_LOG_RESTORE_SOURCE): the network to the primary tenant, or the "
        "archive that it reads. If the standby tenant is smaller than the primary, give it the same resources.",
        run_as=RunAs.SYS,
        pre_check="Read TENANT_ROLE, SYNC_SCN and RECOVERY_UNTIL_SCN in DBA_OB_TENANTS twice, a minute apart.",
        post_check="SYNC_SCN in DBA_OB_TENANTS follows the clock: within seconds where the log comes from the primary, "
        "within some minutes where it comes from the archive.",
    ),
    sources=(STANDBY_STUCK_PAGE, TENANTS_PAGE, RESTORE_SOURCE_PAGE),
)
def standby_lag(tenants: Rows[Tenant], clock: Rows[Clock]) -> Iterator[Measurement | Unjudged]:
    """A standby tenant can only take over what it has received. The lag is the data loss in a disaster, and the waiting
    time of a planned switchover."""
    now = clock[0].as_of
    for row in tenants:
        if row.tenant_role in _LEADING or is_meta(row.tenant_id):
            continue
        if row.tenant_role is None or not row.sync_scn:
            yield Unjudged(Named("tenant {tenant}", tenant=row.tenant_name))
            continue
        # A standby that was told to stop at a time in the past is where it should be.
        if row.recovery_until_scn is None or seconds_behind(row.recovery_until_scn, now) < 0:
            yield Measurement(
                Named("tenant {tenant}", tenant=row.tenant_name),
                seconds_behind(row.sync_scn, now),
                {"role": row.tenant_role},
            )
