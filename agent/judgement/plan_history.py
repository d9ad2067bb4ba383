"""Which plans a statement has had, when, and what an execution took with each. Pure.

The workload repository has the plans that were in the cache when a snapshot was taken, the plan cache those of now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.facts import Observes
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.shape_load import bound_executions
from agent.facts.sql import CachedPlan, RepositoryShape
from agent.model.snapshot import Snapshot

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPlan:
    """One plan in one record. ``average_us`` are the least and the most microseconds that an execution took.

    ``first`` and ``last`` are the snapshots of the repository that show it, or when the cached plan was made and the
    moment of the assessment; None where that is not known.
    """

    plan_hash: str
    record: Observes
    first: datetime | None
    last: datetime | None
    executions: tuple[int, int]
    average_us: tuple[float, float]


def list_past_plans(snapshot: Snapshot, tenant_id: int | None, sql_ids: Collection[str]) -> tuple[PastPlan, ...]:
    """Return the plans of a statement under all its ids in each record, those seen last first."""
    own = (*_list_kept(snapshot, tenant_id, sql_ids), *_list_cached(snapshot, tenant_id, sql_ids))
    return tuple(sorted(own, key=lambda one: (one.last or _EARLIEST, one.plan_hash), reverse=True))


def _list_kept(snapshot: Snapshot, tenant_id: int | None, sql_ids: Collection[str]) -> Iterator[PastPlan]:
    times = {row.snap_id: row.end_interval_time for row in snapshot.list_rows(WorkloadSnapshot)}
    by_hash: defaultdict[int, list[RepositoryShape]] = defaultdict(list)
    for row in snapshot.list_rows(RepositoryShape):
        if row.sql_id in sql_ids and row.tenant_id == tenant_id:
            by_hash[row.plan_hash].append(row)
    for plan_hash, rows in by_hash.items():
        bounds = [bound_executions(row.executions, row.retries) or (row.executions, row.executions) for row in rows]
        yield _build(
            plan_hash,
            Observes.REPOSITORY,
            (times.get(min(row.first_snap for row in rows)), times.get(max(row.last_snap for row in rows))),
            bounds,
            sum(row.elapsed_us for row in rows),
        )


def _list_cached(snapshot: Snapshot, tenant_id: int | None, sql_ids: Collection[str]) -> Iterator[PastPlan]:
    by_hash: defaultdict[int, list[CachedPlan]] = defaultdict(list)
    for row in snapshot.list_rows(CachedPlan):
        if row.sql_id in sql_ids and row.tenant_id == tenant_id:
            by_hash[row.plan_hash].append(row)
    for plan_hash, rows in by_hash.items():
        made = [row.first_load_time for row in rows if row.first_load_time]
        bounds = [(row.executions, row.executions) for row in rows]
        span = min(made, default=None), snapshot.as_of
        yield _build(plan_hash, Observes.PLAN_CACHE, span, bounds, sum(row.elapsed_time for row in rows))


def _build(
    plan_hash: int,
    record: Observes,
    span: tuple[datetime | None, datetime | None],
    bounds: Sequence[tuple[int, int]],
    elapsed_us: int,
) -> PastPlan:
    fewest, most = sum(one for one, _ in bounds), sum(one for _, one in bounds)
    return PastPlan(
        plan_hash=str(plan_hash),
        record=record,
        first=span[0],
        last=span[1],
        executions=(fewest, most),
        average_us=(elapsed_us / max(most, 1), elapsed_us / max(fewest, 1)),
    )
