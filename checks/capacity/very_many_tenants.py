"""CAP026: number of business tenants in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.settings import Tenant
from checks.capacity.pages import TENANT_TYPES, TENANTS


@check(
    code="CAP026",
    name="capacity.very_many_tenants",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Very many tenants in one cluster",
    finding="{resource}: {value} business tenants (limit {limit}).",
    remediation=Remediation(
        advice="Drop tenants that nobody uses, put small applications together as databases of one tenant, and plan "
        "new ones on another cluster.",
        run_as=RunAs.SYS,
        no_rollback="Which tenants may go is their owners' decision.",
        pre_check="List DBA_OB_TENANTS with the date of creation, and ask the owners which are still in use.",
        post_check="DBA_OB_TENANTS shows fewer tenants of TENANT_TYPE USER.",
        risk="A dropped tenant is gone unless it is in the recycle bin of sys.",
    ),
    sources=(TENANTS, TENANT_TYPES),
)
def very_many_tenants(tenants: Rows[Tenant]) -> Iterator[Measurement]:
    """Each tenant has a META tenant, log streams, threads, memory and compactions of its own, even when nobody uses it.
    Beyond some tens of them the servers are busy with what tenants cost, and work on the cluster takes long."""
    kinds = [row.tenant_type for row in tenants]
    if not {"SYS", "USER"} & set(kinds):
        raise NotAssessed("The view shows no tenant.")
    count = kinds.count("USER")
    yield Measurement(Named("cluster"), count, {})
