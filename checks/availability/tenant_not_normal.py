"""AVL020: tenants that are locked, in the recycle bin or not in service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Measurement,
    Named,
    Params,
    Remediation,
    Rows,
    RunAs,
    Unit,
    Unjudged,
    check,
    params,
)
from agent.facts.given import Clock
from agent.facts.settings import Tenant
from checks.availability.pages import TENANT_LOCK_PAGE, TENANTS_PAGE

_BEING_MADE = frozenset({"CREATING", "RESTORE"})


@params
class TenantNotNormalParams(Params):
    being_made_hours: int


@check(
    code="AVL020",
    name="availability.tenant_not_normal",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Tenant is locked or not in service",
    finding="{resource} is in the state {value}.",
    remediation=Remediation(
        advice="Find out who locked or dropped the tenant and why. A locked tenant accepts no new connections, and "
        "there is no reminder: unlock it after the work. A tenant in the recycle bin still takes resources: restore "
        "it with FLASHBACK TENANT or remove it. For a tenant that is being created, restored or dropped, check its "
        "job in DBA_OB_TENANT_JOBS or CDB_OB_RESTORE_PROGRESS.",
        run_as=RunAs.SYS,
        sql=("ALTER TENANT {locked_tenant!i} UNLOCK;",),
        rollback=("ALTER TENANT {locked_tenant!i} LOCK;",),
        pre_check="Read STATUS, LOCKED and IN_RECYCLEBIN in DBA_OB_TENANTS.",
        post_check="In DBA_OB_TENANTS STATUS is NORMAL, LOCKED and IN_RECYCLEBIN are NO.",
        risk="The business connects to the unlocked tenant at once.",
    ),
    sources=(TENANT_LOCK_PAGE, TENANTS_PAGE),
)
def tenant_not_normal(
    tenants: Rows[Tenant], clock: Rows[Clock], limits: TenantNotNormalParams
) -> Iterator[Measurement | Unjudged]:
    """A locked tenant keeps its sessions and refuses new ones: the next restart of the application completes the
    outage. A tenant that was locked for maintenance must be unlocked by hand."""
    for row in tenants:
        if row.tenant_type == "META":
            continue
        name = Named("tenant {tenant}", tenant=row.tenant_name)
        if row.status is None or row.locked is None or row.in_recyclebin is None:
            yield Unjudged(name)
            continue
        age = clock[0].as_of - row.create_time if row.create_time else None
        young = row.status in _BEING_MADE and age is not None and age < timedelta(hours=limits.being_made_hours)
        states = {
            "IN RECYCLEBIN": row.in_recyclebin == "YES",
            row.status: row.status != "NORMAL" and not young,
            "LOCKED": row.locked == "YES",
        }
        for state in (state for state, present in states.items() if present):
            locked = row.tenant_name if state == "LOCKED" else None
            yield Measurement(name, state, {"locked_tenant": locked}, state)
