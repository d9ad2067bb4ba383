"""CAP010: the peak that the customer expects against the workers of the weakest zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Sizing,
    TenantKind,
    Unit,
    check,
    known,
    tenant_name,
)
from agent.facts.given import BusinessProfile
from agent.facts.resources import ResourceUnit
from agent.facts.settings import Parameter
from checks.capacity.pages import CONCURRENCY, THREADS


@check(
    code="CAP010",
    name="capacity.headroom_below_peak",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Too few worker threads for the expected business peak",
    consequence="At the peak requests queue, become slow and time out.",
    finding="{resource}: {concurrency_count} expected concurrent requests are {value} of the {workers_count} worker "
    "threads of one zone; limit {limit}.",
    remediation=Remediation(
        advice="Order more cores before the next critical period, or bound the concurrency in the connection pools. "
        "Raise cpu_quota_concurrency only where requests wait for disk or locks rather than for CPU.",
        run_as=RunAs.CONSOLE,
        no_rollback="The specification can be set back in the console.",
        pre_check="Make sure that the figure counts requests that run at the same time, not open connections.",
        post_check="The share is below the limit with the new number of cores.",
        risk="The change may move replicas; do it in off-peak hours.",
        window=True,
        cases=(Case("MIN_CPU is below MAX_CPU: raising it is enough.", when=known("max_cores_count")),),
    ),
    sizing=Sizing(what="cores", unit=Unit.COUNT, present="cores_count"),
    sources=(
        THREADS,
        CONCURRENCY,
    ),
)
def headroom_below_peak(
    profiles: Rows[BusinessProfile], units: Rows[ResourceUnit], parameters: Rows[Parameter]
) -> Iterator[Measurement]:
    """At the peak requests queue, become slow and time out. On a server a tenant runs MIN_CPU × cpu_quota_concurrency
    requests at a time; MAX_CPU adds no threads. One zone must carry the peak alone, because all leaders may be there
    after a switch."""
    expected = next((profile.concurrency for profile in profiles if profile.concurrency), None)
    if expected is None:
        raise NotAssessed(
            "The peak concurrency of the business is not known.", "Provide the peak number of concurrent requests."
        )
    quota = min((float(row.value) for row in parameters if row.name == "cpu_quota_concurrency"), default=0.0)
    zones: defaultdict[str | None, float] = defaultdict(float)
    for unit in units:
        zones[unit.zone] += (unit.min_cpu or 0.0) * quota
    workers = min(zones.values(), default=0.0)
    if workers <= 0:
        raise NotAssessed("MIN_CPU of the tenant's units or cpu_quota_concurrency cannot be read.")
    cores = round(workers / quota, 2)
    raisable = [unit.max_cpu for unit in units if unit.max_cpu and unit.max_cpu > (unit.min_cpu or 0.0)]
    evidence = {
        "concurrency_count": expected,
        "workers_count": int(workers),
        "cores_count": cores,
        "max_cores_count": min(raisable, default=None),
    }
    yield Measurement(tenant_name(None), 100 * expected / workers, evidence)
