"""Used shares that several capacity checks judge, on the server where they are highest.

All leaders of a tenant may be on one server: a mean over servers would hide the server that is at its limit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from agent.api import NotAssessed, Rows, Sizing, Unit
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample, MemoryModule, TenantMemory

Place = tuple[str | None, int | None]
# What to order where the cores or the memory are scarce: each finding tells one of them.
CORES_OR_MEMORY = Sizing(
    what="cores",
    unit=Unit.COUNT,
    present="cores_count",
    otherwise=Sizing(what="memory", unit=Unit.BYTES, present="total_bytes", with_meta=True),
)


class CpuUse(NamedTuple):
    """Per cent of its cores that one server used between workload snapshots: a high percentile and the highest."""

    share_pct: float
    highest_pct: float
    samples_count: int
    cores: float
    server: str | None


class MemoryUse(NamedTuple):
    """Bytes that the tenant holds on one server without the block cache, bytes of that cache, and all its memory."""

    held: int
    cache: int
    total: int
    server: str | None


def busiest_cpu(
    samples: Rows[CpuSample], snapshots: Rows[WorkloadSnapshot], percentile_pct: float, needed: int
) -> CpuUse:
    """Return the server that uses most of its cores. Raises NotAssessed if no server has the needed number of spans."""
    times = {row.snap_id: row.end_interval_time for row in snapshots}
    servers: defaultdict[Place, list[CpuSample]] = defaultdict(list)
    for row in samples:
        if row.snap_id in times:
            servers[row.svr_ip, row.svr_port].append(row)
    found, most = [], 0
    for place, rows in servers.items():
        ordered = sorted(rows, key=lambda row: times[row.snap_id])
        spans = ((times[b.snap_id] - times[a.snap_id], a, b) for a, b in pairwise(ordered))
        shares = sorted(_compute_shares((span.total_seconds(), a, b) for span, a, b in spans))
        most = max(most, len(shares))
        if len(shares) >= needed:
            value = shares[math.ceil(len(shares) * percentile_pct / 100) - 1]
            found.append(CpuUse(value, shares[-1], len(shares), ordered[-1].max_cpus / 100, _format_place(place)))
    if not found:
        raise NotAssessed(
            "Not enough WR snapshots to judge the CPU: {samples_count} intervals, {needed_count} are needed.",
            "Assess again once the WR has taken enough snapshots.",
            samples_count=most,
            needed_count=needed,
        )
    return max(found, key=lambda use: use.share_pct)


def _compute_shares(spans: Iterable[tuple[float, CpuSample, CpuSample]]) -> Iterable[float]:
    """Yield the used per cent of the cores in each span. A restart resets the counter, so its span is left out."""
    for seconds, before, after in spans:
        spent_us = after.cpu_time - before.cpu_time
        if seconds > 0 and spent_us >= 0 and after.max_cpus > 0:
            yield 100 * (spent_us / 1_000_000) / (seconds * after.max_cpus / 100)


def fullest_memory(memory: Rows[TenantMemory], modules: Rows[MemoryModule]) -> MemoryUse:
    """Return the server where the tenant holds most of its memory. Raises NotAssessed if it shows none."""
    caches = [row for row in modules if row.ctx_name == "KVSTORE_CACHE_ID"]
    # Older snapshots have the cache as one sum.
    told = all(ip is not None for ip in [*(row.svr_ip for row in memory), *(row.svr_ip for row in caches)])
    hold: defaultdict[Place, int] = defaultdict(int)
    free: defaultdict[Place, int] = defaultdict(int)
    cache: defaultdict[Place, int] = defaultdict(int)
    for row in memory:
        place = (row.svr_ip, row.svr_port) if told else (None, None)
        hold[place] += row.hold
        free[place] += row.free
    for module in caches:
        cache[(module.svr_ip, module.svr_port) if told else (None, None)] += module.hold
    found = [
        MemoryUse(max(0, hold[place] - cache[place]), cache[place], hold[place] + free[place], _format_place(place))
        for place in hold
        if hold[place] + free[place] > 0
    ]
    if not found:
        raise NotAssessed("The view shows no row of this tenant.")
    return max(found, key=lambda use: use.held / use.total)


def _format_place(place: Place) -> str | None:
    ip, port = place
    return f"{ip}:{port}" if ip and port else ip
