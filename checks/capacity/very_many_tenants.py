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
    title="Too many tenants in one cluster",
    consequence="Overhead takes the servers' resources: tenants become slower, maintenance takes long.",
    finding="{resource}: {value} user tenants (limit {limit}).",
    remediation=Remediation(
        advice="Drop tenants that nobody uses, combine small applications as databases of one tenant, and create new "
        "tenants on another cluster.",
        run_as=RunAs.SYS,
        no_rollback="Which tenants can be dropped is decided by their owners.",
        pre_check="List DBA_OB_TENANTS with the creation date, and ask the owners which tenants are still in use.",
        post_check="DBA_OB_TENANTS shows fewer tenants of TENANT_TYPE USER.",
        risk="A dropped tenant cannot be restored unless it is in the recycle bin of the sys tenant.",
    ),
    sources=(TENANTS, TENANT_TYPES),
)
def very_many_tenants(tenants: Rows[Tenant]) -> Iterator[Measurement]:
    """Each tenant has a META tenant, log streams, threads, memory and compactions of its own, even if nobody uses it.
    With many tenants the servers spend their resources on this overhead, and operations on the cluster take long."""
    kinds = [row.tenant_type for row in tenants]
    if not {"SYS", "USER"} & set(kinds):
        raise NotAssessed("The view shows no tenant.")
    count = kinds.count("USER")
    yield Measurement(Named("cluster"), count, {})
