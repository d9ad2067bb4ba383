"""What a statement cost, by the record that says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.facts import Observes
from agent.facts.shape_load import (
    bound_executions,
    collect_loads,
    count_executions,
    read_history,
    read_shape,
    read_totals,
)
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from tests.agent.facts.rows import filled


def shape(**parts: Any) -> SqlShape:
    return filled(SqlShape, **parts)


def total(sql_id: str = "A", **parts: Any) -> SqlTotal:
    return filled(SqlTotal, sql_id=sql_id, tenant_id=None, **{"executions": 10, "elapsed_us": 1000, **parts})


def kept(sql_id: str = "A", **parts: Any) -> RepositoryShape:
    given = {"tenant_id": None, "executions": 10, "elapsed_us": 1000, "first_snap": 1, "last_snap": 49}
    return filled(RepositoryShape, sql_id=sql_id, **{**given, **parts})


def plan(sql_id: str = "A", table_scan: int | None = 0) -> CachedPlan:
    return filled(CachedPlan, sql_id=sql_id, table_scan=table_scan)


def test_the_ring() -> None:
    load = read_shape(shape(sql_id="A", executions=4, elapsed_us=1000, rows_returned=3, rows_affected=2, full_scans=1))
    assert (load.record, load.sql_id, load.average_us) == (Observes.AUDIT_RING, "A", 250.0)
    assert (load.rows_used, load.full_scans, load.days) == (5, 1, 0.0)


@pytest.mark.parametrize(
    ("scans", "full_scans"), [({}, None), ({"A": False}, 0), ({"A": True}, 10), ({"B": True}, None)]
)
def test_the_plan_cache_knows_full_scans_by_its_plans(scans: dict[str, bool], full_scans: int | None) -> None:
    (load,) = read_totals((total(rows_processed=7),), scans, {})
    assert (load.record, load.full_scans, load.rows_used, load.user) == (Observes.PLAN_CACHE, full_scans, 7, None)


def test_the_repository_counts_the_plans_of_the_newest_snapshot() -> None:
    rows = (
        kept(executions=5, elapsed_us=700, rows_read=1),
        kept(executions=3, elapsed_us=300, rows_read=2, first_snap=25),
        kept(executions=99, elapsed_us=9999, last_snap=48),  # a plan of before
        kept("B", executions=1, elapsed_us=1, first_snap=7, last_snap=7),
    )
    first, second = read_history(rows, {"A": True})
    assert (first.record, first.executions, first.elapsed_us, first.rows_read) == (Observes.REPOSITORY, 8, 1000, 3)
    assert (first.days, first.full_scans) == (2.0, 8)
    assert (second.sql_id, second.days, second.full_scans) == ("B", 0.0, None)


def test_two_tenants_have_each_their_own() -> None:
    loads = list(read_history((kept(tenant_id=1001), kept(tenant_id=1002, executions=3)), {}))
    assert [(load.tenant_id, load.executions) for load in loads] == [(1001, 10), (1002, 3)]


def test_all_records_together_without_what_is_no_statement() -> None:
    loads = collect_loads(
        (shape(sql_id="A", executions=1), shape(sql_id="", executions=1)),
        (total("B"), total("C", executions=0)),
        (kept("D"),),
        (plan("B", 0), plan("B", 1), plan("D", None)),
    )
    assert [(load.sql_id, load.record, load.full_scans) for load in loads][1:] == [
        ("B", Observes.PLAN_CACHE, 10),  # one of its plans scans a table in full
        ("D", Observes.REPOSITORY, None),
    ]
    assert loads[0].sql_id == "A" and len(loads) == 3
    assert collect_loads(None, None, None) == []


def test_a_session_without_a_default_database_has_none() -> None:
    loads = collect_loads((shape(sql_id="A", executions=1, db_name=""),), None, (kept(sql_id="D", db_name="shop"),))
    assert [load.database for load in loads] == [None, "shop"]


@pytest.mark.parametrize(
    ("counted", "retries", "cached", "executions"),
    [
        (1, 79, 80, 80),  # a large query, put off once each time
        (1, 79, 0, 79),  # the same once its plan has left the cache
        (10, 4, 10, 10),  # tried again within the execution, after waiting for a lock
        (10, 40, 10, 10),
        (10, 4, 0, 10),
        (10, None, 0, 10),
        (10, 40, 3, 10),  # of two plans one has left the cache
        (0, 0, 0, 0),
    ],
)
def test_sqlstat_counts_no_execution_that_is_a_retry(
    counted: int, retries: int | None, cached: int, executions: int
) -> None:
    assert count_executions(counted, retries, cached) == executions


@pytest.mark.parametrize(
    ("counted", "retries", "cached", "between"),
    [
        (1, 79, 80, None),  # its plan counts them
        (1, 79, 0, (1, 80)),
        (10, 4, 0, (10, 14)),
        (0, 4, 0, (1, 4)),
        (10, 0, 0, None),
        (10, None, 0, None),
    ],
)
def test_without_its_plan_executions_lie_between_two(
    counted: int, retries: int | None, cached: int, between: tuple[int, int] | None
) -> None:
    assert bound_executions(counted, retries, cached) == between


def test_an_average_lies_between_two_as_its_executions_do() -> None:
    (load,) = read_history((kept(executions=20, retries=60, elapsed_us=4800),), {})
    assert (load.fewest_executions, load.executions, load.most_executions) == (20, 60, 80)
    assert (load.least_average_us, load.average_us, load.most_average_us) == (60.0, 80.0, 240.0)
    (load,) = read_history((kept(executions=20, retries=0, elapsed_us=4800),), {})
    assert load.least_average_us == load.average_us == load.most_average_us == 240.0


def test_executions_are_those_of_the_own_tenants_plans() -> None:
    put_off = total(executions=1, retries=2, elapsed_us=1200)
    plans = tuple(replace(plan(), executions=count) for count in (2, 1))
    (load,) = collect_loads(None, (put_off,), None, plans)
    assert (load.executions, load.average_us) == (3, 400.0)
    (load,) = collect_loads(None, (put_off,), None, tuple(replace(one, tenant_id=1002) for one in plans))
    assert (load.executions, load.average_us) == (2, 600.0)
    (load,) = collect_loads(None, None, (kept(executions=0, retries=4, elapsed_us=1200),), plans)
    assert (load.executions, load.average_us) == (4, 300.0)
