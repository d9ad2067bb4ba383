"""A version without SQLSTAT, repository and session history (4.3.0) is judged by the plan cache, and says so."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, cast

import pytest

from agent.collection.collect import collect_facts
from agent.collection.connect import Endpoint, ReadOnlySession
from agent.collection.plan_cache_totals import tell_stand_in
from agent.facts.plans import PlanStep, StatementWait
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import read_snapshot_workload
from agent.judgement.evaluate import evaluate_checks
from agent.model.cost import Cost
from agent.model.snapshot import Capabilities, Snapshot, SourceRecord, Unavailable
from agent.model.terms import Outcome, TenantKind, UnavailableKind, Version
from agent.support.i18n import render_text
from tests.agent.facts.rows import filled
from tests.harness import NOW, rules_of_cases, shipped

COLUMNS: dict[str, str] = json.loads((Path(__file__).parents[2] / "data" / "columns.json").read_text())["4.3.0 user"]
ID, OTHER = "A" * 32, "B" * 32
SOURCES = (SqlTotal, SqlShape, AuditReturn, RepositoryShape, CachedPlan, PlanStep, StatementWait)
PLAN: dict[str, Any] = {
    "sql_id": ID, "db_id": 500_001, "plan_id": 7, "plan_hash": 1, "statement": "SELECT name FROM event WHERE who = ?",
    "executions": 100, "elapsed_time": 50_000_000, "plan_type": 1, "rows_processed": 300, "disk_reads": 4,
    "cpu_time": 40_000_000, "lock_wait_us": 5, "user_io_wait_time": 6, "first_load_time": None,
}  # fmt: skip


class Fake430:
    """A 4.3.0 server: its plan cache has these plans, and every other view that it has is empty."""

    endpoint = Endpoint(name="shop", host="h", port=1, user="r", password=str)
    cost = Cost()

    def __init__(self, *plans: CachedPlan) -> None:
        self.plans, self.asked = plans, list[str]()

    def fetch(self, sql: str, source: str) -> list[Any]:
        self.asked.append(source)
        names = [item.name for item in dataclasses.fields(CachedPlan) if item.name != "tenant_id"]
        return [tuple(getattr(plan, name) for name in names) for plan in self.plans if source == "CachedPlan"]


def read(fake: Fake430) -> Snapshot:
    capabilities = Capabilities(
        version=Version(4, 3, 0), tenant_kind=TenantKind.USER, account="r@%",
        columns={view.partition(".")[2].upper(): frozenset(names.split()) for view, names in COLUMNS.items()},
        privileges=frozenset({"SHOW VIEW", "PROCESS"}), grants={"*": frozenset()},
    )  # fmt: skip
    return collect_facts(cast(ReadOnlySession, fake), SOURCES, capabilities, None, NOW)


def plan(**other: Any) -> CachedPlan:
    return filled(CachedPlan, **{**PLAN, **other})


def test_the_plan_cache_stands_in_for_sqlstat() -> None:
    more = {"plan_id": 8, "plan_hash": 2, "plan_type": 3, "executions": 10, "elapsed_time": 1_000_000}
    fake = Fake430(plan(), plan(**more), plan(sql_id=OTHER, elapsed_time=99_000_000, cpu_time=None))
    snapshot = read(fake)
    assert not {"SqlTotal", "RepositoryShape", "StatementWait"} & set(fake.asked)
    other, both = snapshot.list_rows(SqlTotal)
    assert (both.sql_id, both.executions, both.elapsed_us, both.rows_processed) == (ID, 110, 51_000_000, 600)
    assert (both.cpu_us, both.io_wait_us, both.wait_us, both.disk_reads) == (80_000_000, 12, 10, 8)
    assert (both.remote_executions, both.rows_read, both.retries, both.rpc_count) == (10, None, None, None)
    assert (other.sql_id, other.cpu_us, other.db_name) == (OTHER, None, "")


def test_it_says_so() -> None:
    snapshot = read(Fake430(plan()))
    (record,) = (record for record in snapshot.records if record.source == "SqlTotal")
    assert (record.view, record.status, record.rows) == ("oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT", "ok", 1)
    (told,) = (render_text(problem.what, "en") for problem in snapshot.problems)
    assert told.startswith("This version has no GV$OB_SQLSTAT: what statements cost is taken from the plan cache")
    for row in (RepositoryShape, StatementWait):
        missing = snapshot.facts[row]
        assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.NO_VIEW


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ({}, True),
        ({"source": "SqlShape"}, False),
        ({"status": "unavailable"}, False),
        ({"view": "oceanbase.GV$OB_SQLSTAT"}, False),
    ],
)
def test_only_a_stand_in_is_told(other: dict[str, str], is_told: bool) -> None:
    """Each source has a view of its own, and a version that has the view needs nothing in its place."""
    stands_in = SourceRecord(source="SqlTotal", view="oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT", status="ok")
    assert len([*tell_stand_in([dataclasses.replace(stands_in, **other)])]) == is_told  # type: ignore[arg-type]


def test_statements_are_told_and_judged_by_it() -> None:
    snapshot = read(Fake430(plan(statement="DELETE FROM event", rows_processed=100 * 20_000)))
    (statement,) = read_snapshot_workload(snapshot)
    assert (statement.text, statement.load.record.value, statement.load.executions) == (
        "DELETE FROM event", "plan cache", 100,
    )  # fmt: skip
    checks = shipped()[0].checks
    found = {
        result.code: result
        for result in evaluate_checks([checks[code] for code in ("SQL002", "SQL014")], rules_of_cases(), snapshot)
    }
    assert {code: result.outcome for code, result in found.items()} == dict.fromkeys(found, Outcome.FINDING)


def test_what_it_does_not_have_hides_nothing() -> None:
    """The repository is no record that could not be read: the plan cache must show enough by itself."""
    snapshot = read(Fake430(plan(statement="DELETE FROM event WHERE id = ?")))
    (result,) = evaluate_checks([shipped()[0].checks["SQL014"]], rules_of_cases(), snapshot)
    assert result.outcome is Outcome.PASS, result.reason
