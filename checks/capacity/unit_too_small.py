"""CAP006: memory of the resource unit."""

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
from checks.capacity.pages import RESOURCE_UNIT


@check(
    code="CAP006",
    name="capacity.unit_too_small",
    unit=Unit.BYTES,
    actor=Actor.CUSTOMER,
    title="Memory of the resource unit is below what production needs",
    consequence="Under the load of production, statements slow down and fail for lack of memory.",
    finding="{resource}: the resource unit has {value} of memory (without the part of the META tenant) and {max_cpu} "
    "CPU cores; limit {limit}.",
    remediation=Remediation(
        advice="Move production to a larger specification. Small units are for tests: the memstore, the caches and "
        "all statements share this memory.",
        run_as=RunAs.CONSOLE,
        no_rollback="The specification can be set back in the console, as long as the data still fits.",
        pre_check="Compare MEMORY_SIZE in GV$OB_UNITS with the specification that was ordered. The part of the META "
        "tenant is already subtracted: 1 GiB for units of 2 to 10 GiB, a tenth for larger ones.",
        post_check="GV$OB_UNITS shows the new MEMORY_SIZE in every zone.",
        risk="The change may move replicas; do it in off-peak hours.",
        window=True,
    ),
    sizing=Sizing(what="memory", unit=Unit.BYTES, with_meta=True),
    sources=(RESOURCE_UNIT,),
)
def unit_too_small(units: Rows[ResourceUnit]) -> Iterator[Measurement]:
    """Part of each unit holds the tenant's metadata, and at most about half of the rest is for the memstore. OceanBase
    refuses units below 5 GiB by default, which leave 4 GiB; smaller ones that were created by force freeze often, cache
    little and soon report error 4030."""
    judged = [unit for unit in units if not is_meta(unit.tenant_id)]  # a META tenant has what its tenant's unit leaves
    if not judged:
        raise NotAssessed("The view shows no row of this tenant.")
    for number, unit in enumerate(judged):
        evidence = {"max_cpu": unit.max_cpu, "zone": unit.zone}
        yield Measurement(tenant_name(unit.tenant_id), unit.memory_size, evidence, str(number))
