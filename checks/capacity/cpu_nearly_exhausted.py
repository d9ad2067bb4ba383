"""CAP009: CPU between workload snapshots against the cores of the units."""

from __future__ import annotations

import math
from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Params, Remediation, Rows, Unit, check, params
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample
from checks.capacity.usage import cpu_shares


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
    finding="{resource}: in its busy hours the tenant uses {value} of its {cores_count} cores; limit {limit}.",
    remediation=Remediation(
        advice="Tune the statements that use most CPU first; then move batch work out of the peak or order more cores.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="List GV$OB_SQLSTAT by CPU_TIME_TOTAL: a handful of statements usually make up most of it.",
        post_check="The next workload snapshots over a full week show a lower peak.",
        risk="More cores cost money; slow statements grow into them.",
        link="https://en.oceanbase.com/docs/common-oceanbase-cloud-10000000003082736",
    ),
)
def cpu_nearly_exhausted(
    samples: Rows[CpuSample], snapshots: Rows[WorkloadSnapshot], p: CpuParams
) -> Iterator[Measurement]:
    """One reading says nothing of a quarter, so this compares the CPU time between workload snapshots, an hour apart
    by default, and takes a high percentile of them. Near the limit requests queue, and every statement becomes slow
    at once."""
    shares = cpu_shares(samples, snapshots)
    if len(shares) < p.min_samples_count:
        raise NotAssessed(
            "Only {samples_count} spans between workload snapshots; {needed_count} are needed to judge the CPU.",
            "Keep the workload repository switched on and assess again later.",
            samples_count=len(shares), needed_count=p.min_samples_count,
        )  # fmt: skip
    value = sorted(shares)[math.ceil(len(shares) * p.percentile_pct / 100) - 1]
    evidence = {
        "cores_count": max(samples, key=lambda row: row.snap_id).max_cpus / 100,
        "samples_count": len(shares),
        "highest_pct": max(shares),
    }
    yield Measurement("tenant", value, evidence)
