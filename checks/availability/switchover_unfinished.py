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
    title="Switchover of the tenant is not finished",
    consequence="The tenant accepts no writes: the business is interrupted until it is finished.",
    finding="{resource} is in the middle of a switch-over: {value} (role {role}).",
    remediation=Remediation(
        advice="Check the newest rows of DBA_OB_TENANT_EVENT_HISTORY for the failed step, remove its cause and repeat "
        "the switchover statement: it continues from the present step.",
        run_as=RunAs.SYS,
        pre_check="Read TENANT_ROLE and SWITCHOVER_STATUS in DBA_OB_TENANTS on both sides.",
        post_check="SWITCHOVER_STATUS in DBA_OB_TENANTS is NORMAL on both sides.",
        risk="Never make both sides primary: their data would diverge permanently.",
    ),
    sources=(SWITCHOVER_FAILED_PAGE, TENANTS_PAGE),
)
def switchover_unfinished(tenants: Rows[Tenant]) -> Iterator[Measurement]:
    """Between the two roles a tenant accepts no writes on either side. A switchover takes seconds; an unfinished one is
    an outage."""
    known = [row for row in tenants if row.switchover_status and row.tenant_type != "META"]
    if not known:
        raise NotAssessed("DBA_OB_TENANTS does not show the state of switch-overs.")
    for row in known:
        if row.switchover_status != "NORMAL":
            yield Measurement(
                Named("tenant {tenant}", tenant=row.tenant_name), row.switchover_status, {"role": row.tenant_role}
            )
