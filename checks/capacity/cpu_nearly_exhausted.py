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
    title="Tenant CPU nearly used up",
    consequence="In busy hours all statements become slow at once.",
    finding="{resource}: in busy hours the tenant uses {value} of its {cores_count} CPU cores on the busiest server; "
    "limit {limit}.",
    remediation=Remediation(
        advice="Tune the statements that use most CPU first; then move batch work out of the peak or order more cores.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="Sort GV$OB_SQLSTAT by CPU_TIME_TOTAL: a few statements usually make up most of it.",
        post_check="The WR snapshots of the following full week show a lower peak.",
        risk="More cores cost more; untuned statements will use them up again.",
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
    """Near the limit requests queue, and all statements become slow at once.

    One reading does not represent a quarter, so the CPU time between WR snapshots (one hour apart by default) is
    compared, and a high percentile of it is taken. Each server is judged separately, because all leaders may be on
    one.
    """
    use = busiest_cpu(samples, snapshots, p.percentile_pct, p.min_samples_count)
    evidence = {
        "cores_count": use.cores,
        "samples_count": use.samples_count,
        "highest_pct": use.highest_pct,
        "server": use.server,
    }
    yield Measurement(tenant_name(None), use.share_pct, evidence)
