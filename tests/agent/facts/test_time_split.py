"""Where the time of a statement goes: all parts that a record tells, and what is left."""

from __future__ import annotations

from typing import Any

from agent.facts import Observes
from agent.facts.shape_load import ShapeLoad
from agent.facts.time_split import split_time

RING: dict[str, Any] = {
    "queue_us": 50, "plan_us": 100, "io_wait_us": 200, "wait_us": 250, "schedule_us": 10, "other_wait_us": 90,
    "retries": 20, "rpc_count": 5,
}  # fmt: skip


def load(record: Observes, elapsed_us: int = 1000, **parts: Any) -> ShapeLoad:
    known = dict.fromkeys(("rows_read", "disk_reads", "retries", "wait_us", "remote_executions"))
    values = {**known, "sql_id": "A", "tenant_id": None, "database": "shop", "executions": 10, "rows_used": 0, **parts}
    return ShapeLoad(record=record, elapsed_us=elapsed_us, **values)


def spell(*loads: ShapeLoad) -> dict[str, float]:
    found = split_time(loads)
    return {part.stage: part.pct for part in found.parts} if found else {}


def test_the_ring_tells_every_part_and_comes_first() -> None:
    found = split_time([load(Observes.PLAN_CACHE, cpu_us=900), load(Observes.AUDIT_RING, **RING)])
    assert found and (found.record, found.retries, found.rpcs) == ("audit ring", 2.0, 0.5)
    assert {part.stage: part.us for part in found.parts} == {
        "queue": 50, "plan": 100, "io": 200, "lock": 250, "schedule": 10, "rpc": 90, "work": 300,
    }  # fmt: skip
    assert sum(part.pct for part in found.parts) == 100


def test_other_records_tell_cpu_disks_and_locks() -> None:
    assert spell(load(Observes.PLAN_CACHE, cpu_us=600, wait_us=100)) == {"cpu": 60.0, "lock": 10.0, "rest": 30.0}
    both = load(Observes.PLAN_CACHE, cpu_us=1), load(Observes.REPOSITORY, io_wait_us=500)
    assert spell(*both) == {"io": 50.0, "rest": 50.0}, "the longest record"


def test_parts_that_overlap_are_no_more_than_all() -> None:
    assert spell(load(Observes.PLAN_CACHE, 100, cpu_us=150, io_wait_us=50)) == {"cpu": 75.0, "io": 25.0, "rest": 0.0}


def test_nothing_known_is_nothing_told() -> None:
    assert split_time([load(Observes.PLAN_CACHE)]) is None and split_time([]) is None
    assert split_time([load(Observes.AUDIT_RING, 0, **RING)]) is None
