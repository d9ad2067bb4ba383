"""CAP009: CPU between workload snapshots against the cores of the units, on the busiest server."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Sizing, Unit, check, params, tenant_name
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample
from checks.capacity.pages import COUNTERS_PAGE, CPU_SAMPLES, REQUESTS_QUEUE
from checks.capacity.usage import busiest_cpu


@params
class CpuParams(Params):
    percentile_pct: float
    min_samples_count: int


@check(
    code="CAP009",
    name="capacity.cpu_nearly_exhausted",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    title="CPU of the tenant nearly exhausted",
    finding="{resource}: in its busy hours the tenant uses {value} of its {cores_count} cores on the busiest server; "
    "limit {limit}.",
    remediation=Remediation(
        advice="Tune the statements that use most CPU first; then move batch work out of the peak or order more cores.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="List GV$OB_SQLSTAT by CPU_TIME_TOTAL: a handful of statements usually make up most of it.",
        post_check="The next workload snapshots over a full week show a lower peak.",
        risk="More cores cost money; slow statements grow into them.",
    ),
    sizing=Sizing(what="cores", unit=Unit.COUNT, present="cores_count"),
    sources=(
        CPU_SAMPLES,
        COUNTERS_PAGE,
        REQUESTS_QUEUE,
    ),
)
def cpu_nearly_exhausted(
    samples: Rows[CpuSample], snapshots: Rows[WorkloadSnapshot], p: CpuParams
) -> Iterator[Measurement]:
    """One reading says nothing of a quarter, so this compares the CPU time between workload snapshots, an hour apart
    by default, and takes a high percentile of them. Near the limit requests queue, and every statement becomes slow
    at once. Each server is judged by itself: all leaders may be on one."""
    use = busiest_cpu(samples, snapshots, p.percentile_pct, p.min_samples_count)
    evidence = {
        "cores_count": use.cores,
        "samples_count": use.samples_count,
        "highest_pct": use.highest_pct,
        "server": use.server,
    }
    yield Measurement(tenant_name(None), use.share_pct, evidence)
