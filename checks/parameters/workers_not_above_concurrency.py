"""PAR084: cpu_quota_concurrency has caught up with workers_per_cpu_quota."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    known,
    params,
    parse_number,
    tenant_name,
    unknown,
)
from agent.facts.given import Build
from agent.facts.settings import Parameter
from checks.parameters.family import AT_ONCE, SETTINGS, parse_setting

_WORKERS, _ACTIVE = "workers_per_cpu_quota", "cpu_quota_concurrency"
_ITEMS = f"{SETTINGS}/100.system-configuration-items"


@params
class ConcurrencyParams(Params):
    """What cpu_quota_concurrency is set to where that helps: its default."""

    usual_threads_count: int


@check(
    code="PAR084",
    name="parameters.workers_not_above_concurrency",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Worker thread limit leaves no reserve above the active threads",
    consequence="While some requests wait for locks or other servers, all others queue.",
    finding="{resource}: workers_per_cpu_quota is {value} and cpu_quota_concurrency is {concurrency}; the former must "
    "be larger.",
    remediation=Remediation(
        advice="Raise the limit of all threads of a CPU above that of the active ones.",
        sql=("ALTER SYSTEM SET cpu_quota_concurrency = {lower!l};",),
        rollback=("ALTER SYSTEM SET cpu_quota_concurrency = {before!l};",),
        pre_check="Note the present values of both on every server.",
        post_check="workers_per_cpu_quota is above cpu_quota_concurrency on every server in GV$OB_PARAMETERS.",
        risk=AT_ONCE,
        cases=(
            Case("Set cpu_quota_concurrency back to its default.", when=known("lower")),
            Case(
                "The default of cpu_quota_concurrency is not below it either: have the platform "
                "raise workers_per_cpu_quota.",
                when=unknown("lower"),
            ),
        ),
    ),
    sources=(
        DocPage(f"{_ITEMS}/300.cluster-level-configuration-items/25200.workers_per_cpu_quota.md"),
        DocPage(f"{_ITEMS}/400.tenant-level-configuration-items/1800.cpu_quota_concurrency.md"),
    ),
    since=(4, 1, 0, 0),
)
def workers_not_above_concurrency(
    parameters: Rows[Parameter], builds: Rows[Build], p: ConcurrencyParams
) -> Iterator[Measurement]:
    """Worker threads that wait for a lock or another server are replaced by new ones, up to workers_per_cpu_quota per
    CPU core. If that is not more than the active threads, waiting threads are not replaced, and requests queue."""
    workers = [parse_setting(parse_number, row.name, row.value) for row in parameters if row.name == _WORKERS]
    active = {parse_setting(parse_number, row.name, row.value): row.value for row in parameters if row.name == _ACTIVE}
    if builds[0].embedded or not workers or not active:  # the embedded kernel shows those of its sys tenant
        raise NotAssessed("{workers} and {active} of the tenant are not shown.", workers=_WORKERS, active=_ACTIVE)
    fewest, most = min(workers), active[max(active)]
    if fewest <= max(active):
        can = fewest > p.usual_threads_count
        evidence = {
            "concurrency": most,
            "lower": str(p.usual_threads_count) if can else None,
            "before": most if can else None,
        }
        yield Measurement(tenant_name(None), fewest, evidence)
