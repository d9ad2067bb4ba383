"""Where the time of a statement goes, by the record that tells most of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.facts import Observes
from agent.facts.shape_load import LONGEST_FIRST, ShapeLoad
from agent.model.statement import TimePart, TimeSplit


def split_time(loads: Iterable[ShapeLoad]) -> TimeSplit | None:
    """Return the parts of a statement's time; None if no record tells any.

    The audit ring tells all but the work itself, which is what is left. The others know no queue and no planning; what
    they do not name is the rest.
    """
    known = {load.record: load for load in loads if load.elapsed_us > 0}
    if ring := known.get(Observes.AUDIT_RING):
        return _build_split(ring, _list_of_ring(ring), "work")
    load = next((known[record] for record in LONGEST_FIRST if record in known), None)
    if load is None or (load.cpu_us, load.io_wait_us, load.wait_us) == (None, None, None):
        return None
    return _build_split(load, {"cpu": load.cpu_us, "io": load.io_wait_us, "lock": load.wait_us}, "rest")


def _list_of_ring(load: ShapeLoad) -> Mapping[str, int | None]:
    return {
        "queue": load.queue_us,
        "plan": load.plan_us,
        "io": load.io_wait_us,
        "lock": load.wait_us,
        "schedule": load.schedule_us,
        "rpc": load.other_wait_us,
    }


def _build_split(load: ShapeLoad, parts: Mapping[str, int | None], left: str) -> TimeSplit:
    known = {stage: us for stage, us in parts.items() if us is not None}
    known[left] = max(0, load.elapsed_us - sum(known.values()))
    whole = max(load.elapsed_us, sum(known.values()))
    return TimeSplit(
        record=load.record.value,
        parts=tuple(TimePart(stage, us, 100 * us / whole) for stage, us in known.items()),
        retries=None if load.retries is None else load.retries / load.executions,
        rpcs=None if load.rpc_count is None else load.rpc_count / load.executions,
    )
