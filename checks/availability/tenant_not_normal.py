"""AVL020: tenants that are locked, in the recycle bin or not in service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Case,
    Effort,
    Measurement,
    Named,
    Params,
    Remediation,
    Rows,
    RunAs,
    Unit,
    Unjudged,
    check,
    one_of,
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
    consequence="New connections are refused: the next restart of the application ends the service.",
    finding="{resource} is in the state {value}.",
    remediation=Remediation(
        advice="Ask who brought the tenant into this state, and why.",
        run_as=RunAs.SYS,
        sql=("ALTER TENANT {locked_tenant!i} UNLOCK;",),
        rollback=("ALTER TENANT {locked_tenant!i} LOCK;",),
        pre_check="Read STATUS, LOCKED and IN_RECYCLEBIN in DBA_OB_TENANTS.",
        post_check="In DBA_OB_TENANTS STATUS is NORMAL, LOCKED and IN_RECYCLEBIN are NO.",
        risk="The business connects to the unlocked tenant at once.",
        effort=Effort.ONLINE,
        cases=(
            Case(
                "A locked tenant accepts no new connections, and nobody is reminded of it: unlock"
                " it when the work is done.",
                when=one_of("value", "LOCKED"),
            ),
            Case(
                "One in the recycle bin still takes resources: bring it back with FLASHBACK TENANT or remove it.",
                when=one_of("value", "IN RECYCLEBIN"),
            ),
            Case(
                "Read its job in DBA_OB_TENANT_JOBS or CDB_OB_RESTORE_PROGRESS to see what it waits for.",
                when=lambda told: told["value"] not in ("LOCKED", "IN RECYCLEBIN"),
            ),
        ),
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
