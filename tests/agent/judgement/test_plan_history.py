"""The plans that a statement has had, by the repository and the plan cache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.facts import Observes
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.sql import CachedPlan, RepositoryShape
from agent.judgement.plan_history import list_past_plans
from tests.agent.facts.rows import filled
from tests.harness import NOW, snapshot_of

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


def kept(plan_hash: int, first: int, last: int, **parts: Any) -> RepositoryShape:
    given = {"tenant_id": None, "sql_id": "A", "retries": 0, "executions": 10, "elapsed_us": 1000, **parts}
    return filled(RepositoryShape, plan_hash=plan_hash, first_snap=first, last_snap=last, **given)


def cached(plan_hash: int, **parts: Any) -> CachedPlan:
    return filled(CachedPlan, plan_hash=plan_hash, **{"tenant_id": None, "sql_id": "A", **parts})


SNAPS = [WorkloadSnapshot(snap_id=day, end_interval_time=MONDAY + timedelta(days=day)) for day in range(5)]


def test_plans_are_told_with_their_days_and_times_the_last_seen_first() -> None:
    facts = [
        *SNAPS,
        kept(1, 0, 2),
        kept(2, 3, 4, executions=20, retries=60, elapsed_us=4800),
        kept(2, 2, 4, sql_id="B", elapsed_us=1200),
        kept(3, 0, 4, sql_id="C"),
        cached(2, executions=3, elapsed_time=90, first_load_time=MONDAY),
        cached(2, executions=1, elapsed_time=10, first_load_time=None),
    ]
    now, then, before = list_past_plans(snapshot_of(facts), None, ("A", "B"))
    assert (now.plan_hash, now.record, now.first, now.last) == ("2", Observes.PLAN_CACHE, MONDAY, NOW)
    assert (now.executions, now.average_us) == ((4, 4), (25.0, 25.0))
    assert (then.plan_hash, then.record, then.first) == ("2", Observes.REPOSITORY, SNAPS[2].end_interval_time)
    assert (then.executions, then.average_us) == ((30, 90), (6000 / 90, 200.0))
    assert (before.plan_hash, before.last, before.average_us) == ("1", SNAPS[2].end_interval_time, (100.0, 100.0))


def test_of_another_tenant_or_an_unknown_snapshot_nothing_is_told() -> None:
    (one,) = list_past_plans(snapshot_of([kept(1, 7, 8), kept(2, 0, 1, tenant_id=1002)]), None, ("A",))
    assert (one.plan_hash, one.first, one.last) == ("1", None, None)
    assert list_past_plans(snapshot_of([]), None, ("A",)) == ()
