"""CAP014: a critical period of the business is near while CPU or memory is already well used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Measurement,
    Named,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    RunAs,
    Scalar,
    TenantKind,
    Unit,
    check,
    name_object,
    params,
)
from agent.facts.given import Clock, CriticalPeriod
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample, MemoryModule, TenantMemory
from checks.capacity.pages import CPU_SAMPLES, MEMORY, TENANT_SIZE
from checks.capacity.usage import CORES_OR_MEMORY, busiest_cpu, fullest_memory


@params
class PeriodParams(Params):
    horizon_days: int
    percentile_pct: float
    min_samples_count: int


@check(
    code="CAP014",
    name="capacity.critical_period_without_headroom",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    tenants=(TenantKind.USER,),
    title="Little headroom before a critical business period",
    consequence="In the critical period requests may queue, become slow and time out.",
    finding="{resource} begins or runs within {horizon_days}, and {value} is already in use (CPU {cpu_pct}, memory "
    "{memory_pct}); limit {limit}.",
    remediation=Remediation(
        advice="Enlarge the tenant for the period and shrink it afterwards, move batch work out of the period, and "
        "rehearse the expected peak before it begins. Stop schema changes and releases when the period is near.",
        run_as=RunAs.CONSOLE,
        no_rollback="The specification can be set back in the console after the period.",
        pre_check="Find out by what factor the period exceeds the usual load.",
        post_check="With the larger specification, usage is below the limit.",
        risk="The change may move replicas; do it some days before the period, in off-peak hours.",
        window=True,
    ),
    sizing=CORES_OR_MEMORY,
    sources=(
        TENANT_SIZE,
        CPU_SAMPLES,
        MEMORY,
    ),
)
def critical_period_without_headroom(
    *,
    periods: Rows[CriticalPeriod],
    samples: Rows[CpuSample],
    snapshots: Rows[WorkloadSnapshot],
    memory: Rows[TenantMemory],
    modules: Rows[MemoryModule],
    clock: Rows[Clock],
    p: PeriodParams,
) -> Iterator[Measurement]:
    """Resources that suffice on ordinary days may not suffice at the highest load of the year, and then it is too late
    to enlarge them. So more headroom is required while such a period is near.

    CPU and memory are told apart, because each is ordered by itself.
    """
    if not periods:
        raise NotAssessed(
            "No critical period of the business is known.", "Provide the critical periods of the business."
        )
    use, held = busiest_cpu(samples, snapshots, p.percentile_pct, p.min_samples_count), fullest_memory(memory, modules)
    cpu, taken, today = use.share_pct, 100 * held.held / held.total, clock[0].as_of.date()
    evidence: dict[str, Scalar] = {"horizon_days": p.horizon_days, "cpu_pct": cpu, "memory_pct": taken}
    horizon = today + timedelta(days=p.horizon_days)
    near = dict.fromkeys(period.name for period in periods if period.start <= horizon and today <= period.end)
    for name in near:
        period = name_object(name)
        of_memory = Named("{period} (memory)", period=period)
        yield Measurement(period, cpu, {**evidence, "server": use.server, "cores_count": use.cores})
        yield Measurement(
            # Earlier releases told the scarcer of both only, by the name of the period.
            of_memory.formerly(period) if taken > cpu else of_memory,
            taken,
            {**evidence, "server": held.server, "total_bytes": held.total},
        )
