"""Shares in use that more than one capacity check judges."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import CpuSample, MemoryModule, TenantMemory


def cpu_shares(samples: Iterable[CpuSample], snapshots: Iterable[WorkloadSnapshot]) -> list[float]:
    """Per cent of the cores used between workload snapshots, oldest first."""
    times = {row.snap_id: row.end_interval_time for row in snapshots}
    ordered = sorted((row for row in samples if row.snap_id in times), key=lambda row: times[row.snap_id])
    shares = []
    for before, after in pairwise(ordered):
        seconds = (times[after.snap_id] - times[before.snap_id]).total_seconds()
        spent_us = after.cpu_time - before.cpu_time
        if seconds > 0 and spent_us >= 0 and after.max_cpus > 0:  # counters begin anew when a server restarts
            shares.append(100 * (spent_us / 1_000_000) / (seconds * after.max_cpus / 100))
    return shares


def memory_held(memory: Iterable[TenantMemory], modules: Iterable[MemoryModule]) -> tuple[int, int, int]:
    """Bytes that the tenant holds without the block cache, bytes of that cache, and all its memory."""
    rows = tuple(memory)
    hold = sum(row.hold for row in rows)
    total = hold + sum(row.free for row in rows)
    cache = sum(module.hold for module in modules if module.ctx_name == "KVSTORE_CACHE_ID")
    return max(0, hold - cache), cache, total
