"""One statement under several ids is one, with the figures of all; and two statements stay two."""

from __future__ import annotations

from typing import Any

import pytest

from agent.facts import Observes
from agent.facts.lexed_sql import MASKED
from agent.facts.sql import CUT, CachedPlan, RepositoryShape, SqlTotal
from agent.facts.statement_families import StatementFamily, find_fingerprint, join_statements
from agent.facts.workload import WorkloadFacts, read_workload
from tests.agent.facts.rows import filled

A, B, C = "A" * 32, "B" * 32, "C" * 32
TEXT = "SELECT a, COUNT(*) FROM orders WHERE id IN (?, ?, ?) AND no = ? LIMIT ?"


@pytest.mark.parametrize(
    "other",
    [
        "select a,count(*)   from orders where id in (?) and no = ? limit ?",
        "SELECT a, COUNT( * ) FROM `orders` WHERE id IN (?,?) AND `no` = ? LIMIT ?;",
        f"SELECT a, COUNT(*) FROM orders WHERE id IN ({', '.join('?' * 1000)}) AND no = ? LIMIT ?",
        "SELECT a, COUNT(*) FROM orders /* from page 7 */ WHERE id IN (-?, ?) AND no = ? LIMIT ? -- x",
    ],
)
def test_the_same_statement_in_another_spelling(other: str) -> None:
    assert find_fingerprint(other) == find_fingerprint(TEXT) is not None


@pytest.mark.parametrize(
    "other",
    [
        "SELECT a, COUNT(*) FROM orders WHERE id IN (?, ?, ?) AND no = ? LIMIT ?, ?",
        "SELECT a, COUNT(*) FROM Orders WHERE id IN (?, ?, ?) AND no = ? LIMIT ?",
        "SELECT a, COUNT(*) FROM orders WHERE id IN (SELECT ?) AND no = ? LIMIT ?",
        "SELECT a, COUNT(*) FROM orders WHERE id NOT IN (?, ?, ?) AND no = ? LIMIT ?",
        "SELECT a, COUNT(*) FROM orders WHERE id IN (?, ?, no) AND no = ? LIMIT ?",
        "SELECT a, COUNT(*) FROM orders WHERE id IN (?, ?, ?) OR no = ? LIMIT ?",
    ],
)
def test_another_statement(other: str) -> None:
    assert find_fingerprint(other) != find_fingerprint(TEXT)


def test_rows_of_one_width_are_one_and_arguments_are_not() -> None:
    assert find_fingerprint("INSERT INTO t VALUES (?, ?), (?, ?)") == find_fingerprint("insert into t values (?,?)")
    assert find_fingerprint("INSERT INTO t VALUES (?, ?)") != find_fingerprint("INSERT INTO t VALUES (?)")
    assert find_fingerprint("SELECT 1 FROM t WHERE (a, b) IN ((?, ?), (?, ?))") == find_fingerprint(
        "SELECT 1 FROM t WHERE (a, b) IN ((?, ?))"
    )
    assert find_fingerprint("SELECT f(?, ?)") != find_fingerprint("SELECT f(?)")


@pytest.mark.parametrize("text", [None, MASKED, f"SELECT a FROM t WHERE id IN (?, ?{CUT}", "SELECT 'a"])
def test_a_text_of_which_the_end_is_unknown_is_like_no_other(text: str | None) -> None:
    assert find_fingerprint(text) is None


def total(sql_id: str, elapsed_us: int, **parts: Any) -> SqlTotal:
    return filled(SqlTotal, sql_id=sql_id, elapsed_us=elapsed_us, **{"executions": 10, "db_name": "shop", **parts})


def plan(sql_id: str, statement: str, **parts: Any) -> CachedPlan:
    return filled(CachedPlan, sql_id=sql_id, statement=statement, **parts)


def join(**facts: Any) -> dict[tuple[str, ...], StatementFamily]:
    return {family.sql_ids: family for family in join_statements(read_workload(WorkloadFacts(**facts)))}


PLANS = (plan(A, TEXT, executions=3), plan(B, TEXT.lower(), executions=4), plan(C, "SELECT ?"))


def test_figures_are_added_up_and_the_ids_listed() -> None:
    found = join(
        plans=PLANS,
        totals=(
            total(A, 400, cpu_us=7, rpc_count=2, rows_read=5),
            total(B, 700, cpu_us=8, rows_read=6),
            total(C, 1000),
        ),
        history=(filled(RepositoryShape, sql_id=B, db_name="shop", executions=2, elapsed_us=50, last_snap=25),),
    )
    assert list(found) == [(A, B), (C,)], "ranked by the record in which the dearest of them is"
    whole = found[A, B].statement
    assert whole.sql_id == A and whole.load.record is Observes.PLAN_CACHE and whole.executions == {1: 7}
    assert {load.record for load in whole.loads} == {Observes.PLAN_CACHE, Observes.REPOSITORY}
    (cached,) = [load for load in whole.loads if load.record is Observes.PLAN_CACHE]
    assert (cached.executions, cached.elapsed_us, cached.cpu_us, cached.rpc_count, cached.rows_read) == (
        20, 1100, 15, 2, 11,
    )  # fmt: skip
    assert cached.io_wait_us is None, "what no record holds stays unknown"


def test_joined_they_may_be_the_dearest() -> None:
    found = join(plans=PLANS, totals=(total(A, 400), total(B, 700), total(C, 1000)))
    assert list(found) == [(B, A), (C,)] and found[B, A].statement.load.elapsed_us == 1100


@pytest.mark.parametrize(
    ("parts", "more"),
    [
        ({"db_name": "other"}, {}),
        ({"tenant_id": 1004}, {}),
        ({}, {"forced": 1}),
    ],
)
def test_of_another_database_or_tenant_or_with_hints_it_is_another(parts: dict[str, Any], more: dict[str, Any]) -> None:
    plans = (plan(A, TEXT, forced=0), plan(B, TEXT, **{"forced": 0, **more}))
    assert list(join(plans=plans, totals=(total(A, 1), total(B, 2, **parts)))) == [(B,), (A,)]


def test_without_texts_each_id_is_one() -> None:
    assert list(join(totals=(total(A, 1), total(B, 2)))) == [(B,), (A,)]


def test_bounds_of_executions_are_added_up() -> None:
    kept = {"db_name": "shop", "elapsed_us": 50, "last_snap": 25}
    found = join(
        plans=tuple(filled(CachedPlan, sql_id=one, statement=TEXT, executions=0) for one in (A, B)),
        history=(
            filled(RepositoryShape, sql_id=A, executions=20, retries=60, **kept),
            filled(RepositoryShape, sql_id=B, executions=5, retries=0, **kept),
        ),
    )
    assert found[A, B].statement.load.between == (25, 85)
