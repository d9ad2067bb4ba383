"""CAP001: memstore against its limit."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, Measurement, Remediation, Rows, Scalar, Sizing, Unit, check, is_meta, tenant_name
from agent.facts.resources import Memstore, ResourceUnit
from checks.capacity.pages import MEMORY_ERRORS, MEMSTORE, MEMSTORE_FULL


@check(
    code="CAP001",
    name="capacity.memstore_nearly_full",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    title="Memstore close to its limit",
    consequence="Writes of the business slow down, and at the limit they fail.",
    finding="{resource}: the memstore uses {value} of its limit ({used_bytes} of {limit_bytes}).",
    remediation=Remediation(
        advice="Start a minor freeze to empty the memstore, then find out why it fills: a write burst, a large "
        "transaction or minor compaction that does not keep up. If it fills again, enlarge the tenant's memory.",
        sql=("ALTER SYSTEM MINOR FREEZE{of_tenant};",),
        no_rollback="A freeze only writes memory to disk; no data is lost.",
        pre_check="Compare MEMSTORE_USED with FREEZE_TRIGGER and MEMSTORE_LIMIT in GV$OB_MEMSTORE.",
        post_check="MEMSTORE_USED falls below FREEZE_TRIGGER within minutes.",
        risk="The freeze costs some disk writes.",
        effort=Effort.ONLINE,
    ),
    sizing=Sizing(what="memory", unit=Unit.BYTES, present="memory_bytes", of_limit=True, with_meta=True),
    sources=(
        MEMSTORE,
        MEMSTORE_FULL,
        MEMORY_ERRORS,
    ),
)
def memstore_nearly_full(memstore: Rows[Memstore], units: Rows[ResourceUnit] | None) -> Iterator[Measurement]:
    """New data is written to the memstore first. Near the limit the server slows writes down, and at the limit they
    fail with error 4030 until a freeze has made room."""
    sizes: dict[int | None, int] = {}
    for unit in units or ():
        if not is_meta(unit.tenant_id):
            sizes[unit.tenant_id] = min(unit.memory_size, sizes.get(unit.tenant_id, unit.memory_size))
    for number, row in enumerate(memstore):
        if row.memstore_limit <= 0:
            continue
        used_pct = 100 * row.memstore_used / row.memstore_limit
        evidence: dict[str, Scalar] = {"used_bytes": row.memstore_used, "limit_bytes": row.memstore_limit}
        evidence |= {"server": row.svr_ip, "memory_bytes": sizes.get(row.tenant_id)}
        yield Measurement(tenant_name(row.tenant_id), used_pct, evidence, str(number))
