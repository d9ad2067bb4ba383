"""CAP002: what the tenant holds and cannot give back, against all its memory there, on the fullest server."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, LevelSpec, Measurement, Remediation, Rows, Sizing, TenantKind, Unit, check, tenant_name
from agent.facts.growth import LevelKind
from agent.facts.resources import MemoryModule, TenantMemory
from checks.capacity.pages import MEMORY, MEMORY_ERRORS
from checks.capacity.usage import fullest_memory


@check(
    code="CAP002",
    name="capacity.tenant_memory_nearly_full",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    tenants=(TenantKind.USER,),
    title="Tenant memory nearly used up",
    consequence="Statements of the business fail for lack of memory.",
    finding="{resource}: {value} of the memory on the fullest server is held without the block cache ({held_bytes} of "
    "{total_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Find the module that holds most in GV$OB_MEMORY. Large sorts and hash joins, big transactions and "
        "many sessions are the usual causes; if the load is legitimate, enlarge the tenant's memory.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="List GV$OB_MEMORY by HOLD and leave the context KVSTORE_CACHE_ID out.",
        post_check="The share falls below the limit at peak load.",
        risk="A larger unit needs free memory on the servers and may move replicas.",
    ),
    level=LevelSpec(LevelKind.MEMORY, used="held_bytes", limit="total_bytes"),
    sizing=Sizing(what="memory", unit=Unit.BYTES, present="total_bytes", with_meta=True),
    sources=(
        MEMORY,
        MEMORY_ERRORS,
    ),
)
def tenant_memory_nearly_full(memory: Rows[TenantMemory], modules: Rows[MemoryModule]) -> Iterator[Measurement]:
    """The block cache fills all free memory and gives it back on demand, so a tenant that holds all its memory is
    healthy. The rest matters: once it reaches the limit on one server, statements there fail with error 4013 or 4030,
    even if other servers have free memory."""
    use = fullest_memory(memory, modules)
    evidence = {"held_bytes": use.held, "cache_bytes": use.cache, "total_bytes": use.total, "server": use.server}
    yield Measurement(tenant_name(None), 100 * use.held / use.total, evidence)
