"""CAP025: size of the log disk against the memory of the unit."""

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
from checks.capacity.pages import LOG_LIMIT, RESOURCE_UNIT, UNITS


@check(
    code="CAP025",
    name="capacity.log_disk_small_for_memory",
    unit=Unit.RATIO,
    actor=Actor.BOTH,
    title="Log disk is small for the memory of the unit",
    consequence="A burst of writes fills up the log disk, and then no transaction can commit.",
    finding="{resource}: the log disk ({size_bytes}) is {value} times the memory of the unit ({memory_bytes}); limit "
    "{limit}.",
    remediation=Remediation(
        advice="Have the unit given a log disk of the size below in the console. Until then keep transactions and "
        "batches small.",
        run_as=RunAs.CONSOLE,
        no_rollback="The size can be set back, as long as the log in use still fits.",
        pre_check="Compare LOG_DISK_SIZE with MEMORY_SIZE in GV$OB_UNITS, and LOG_DISK_ASSIGNED with "
        "LOG_DISK_CAPACITY in GV$OB_SERVERS to see the free space of the servers.",
        post_check="LOG_DISK_SIZE divided by MEMORY_SIZE in GV$OB_UNITS is above the limit in every zone.",
        risk="The log disks of all units together must fit the log disk of their server.",
        window=True,
    ),
    sizing=Sizing(what="log_disk", unit=Unit.BYTES, present="size_bytes", times="memory_bytes"),
    sources=(RESOURCE_UNIT, UNITS, LOG_LIMIT),
)
def log_disk_small_for_memory(units: Rows[ResourceUnit]) -> Iterator[Measurement]:
    """Log is kept until its data is on the data disk, so the log disk must hold several times what the memstore takes
    between two freezes. If it does not, a write burst fills the log disk first, and at 95% no transaction can commit.
    By default a new unit gets three times its memory."""
    judged = [unit for unit in units if not is_meta(unit.tenant_id) and unit.memory_size and unit.log_disk_size]
    if not judged:
        raise NotAssessed("The view shows no row of this tenant.")
    for number, unit in enumerate(judged):
        evidence = {"size_bytes": unit.log_disk_size, "memory_bytes": unit.memory_size, "zone": unit.zone}
        ratio = unit.log_disk_size / unit.memory_size
        yield Measurement(tenant_name(unit.tenant_id), ratio, evidence, str(number))
