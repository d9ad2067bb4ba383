"""CAP024: cores of the resource unit."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Sizing,
    Unit,
    check,
    is_meta,
    tenant_name,
)
from agent.facts.resources import ResourceUnit
from checks.capacity.pages import RESOURCE_UNIT, THREADS, UNITS


@check(
    code="CAP024",
    name="capacity.unit_with_few_cores",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Resource unit has too few CPU cores for production",
    consequence="One heavy statement or a compaction slows all others down.",
    finding="{resource}: the resource unit has {value} CPU cores (limit {limit}).",
    remediation=Remediation(
        advice="Move production to a specification of at least two cores. Units of one core are for tests: background "
        "work, compaction and all statements share it.",
        run_as=RunAs.CONSOLE,
        no_rollback="The specification can be set back in the console.",
        pre_check="Compare MAX_CPU and MIN_CPU in GV$OB_UNITS with the specification that was ordered.",
        post_check="GV$OB_UNITS shows the new MAX_CPU in every zone.",
        risk="The change may move replicas; do it in off-peak hours.",
        window=True,
    ),
    sizing=Sizing(what="cores", unit=Unit.COUNT),
    sources=(RESOURCE_UNIT, UNITS, THREADS),
)
def unit_with_few_cores(units: Rows[ResourceUnit]) -> Iterator[Measurement]:
    """The cores decide how many statements run at a time. With a single core, one heavy statement or a compaction takes
    the CPU time of all others, however much memory the unit has."""
    judged = [(unit, unit.max_cpu) for unit in units if not is_meta(unit.tenant_id)]
    known = [(unit, cores) for unit, cores in judged if cores is not None]
    if not known or len(known) < len(judged):
        raise NotAssessed("The cores of the tenant's units cannot be read.")
    for number, (unit, cores) in enumerate(known):
        evidence = {"min_cpu": unit.min_cpu, "memory_bytes": unit.memory_size, "zone": unit.zone}
        yield Measurement(tenant_name(unit.tenant_id), cores, evidence, str(number))
