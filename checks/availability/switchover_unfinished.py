"""AVL017: switch-overs that stopped half-way."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, Unit, check
from agent.facts.settings import Tenant
from checks.availability.pages import SWITCHOVER_FAILED_PAGE, TENANTS_PAGE


@check(
    code="AVL017",
    name="availability.switchover_unfinished",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="A switch-over of the tenant is not finished",
    finding="{resource} is in the middle of a switch-over: {value} (role {role}).",
    remediation=Remediation(
        advice="Read the newest rows of DBA_OB_TENANT_EVENT_HISTORY for the step that failed, mend its cause "
        "and repeat the switch-over statement: it goes on from where it stands.",
        run_as=RunAs.SYS,
        pre_check="Read TENANT_ROLE and SWITCHOVER_STATUS in DBA_OB_TENANTS on both sides.",
        post_check="SWITCHOVER_STATUS in DBA_OB_TENANTS is NORMAL on both sides.",
        risk="Never make both sides primary: their data would part for good.",
    ),
    sources=(SWITCHOVER_FAILED_PAGE, TENANTS_PAGE),
)
def switchover_unfinished(tenants: Rows[Tenant]) -> Iterator[Measurement]:
    """Between the roles a tenant takes no writes, neither here nor on the other side. A switch-over takes seconds;
    one that stays half done is an outage."""
    known = [row for row in tenants if row.switchover_status and row.tenant_type != "META"]
    if not known:
        raise NotAssessed("DBA_OB_TENANTS does not show the state of switch-overs.")
    for row in known:
        if row.switchover_status != "NORMAL":
            yield Measurement(
                Named("tenant {tenant}", tenant=row.tenant_name), row.switchover_status, {"role": row.tenant_role}
            )
