"""What a DBA needs of a statement: text or why there is none, load, sender, plans, a trace while the ring has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.facts.lexed_sql import MASKED
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.judgement.statement_facts import describe_statements
from agent.model.result import CheckResult, Sign
from agent.model.snapshot import Unavailable
from agent.model.statement import StatementFacts, StatementPlan, TableAccess
from agent.model.terms import Category, Severity, Text, UnavailableKind
from agent.support.i18n import render_text
from tests.agent.facts.rows import filled
from tests.agent.facts.test_plan_tree import step
from tests.agent.scoring import failed, finding
from tests.harness import snapshot_of

ID = "A" * 32


def total(sql_id: str, executions: int, elapsed_us: int) -> SqlTotal:
    return filled(SqlTotal, sql_id=sql_id, db_name="shop", executions=executions, elapsed_us=elapsed_us)


def text(sql_id: str, statement: str | None) -> RepositoryText:
    return RepositoryText(sql_id=sql_id, sql_type=1, statement=statement)


def found(category: Category = Category.SQL, resource: str = f"SQL {ID}") -> CheckResult:
    return failed("SQL003", finding(Severity.LOW, resource=resource), category=category)


def told(*facts: Any, result: CheckResult | None = None) -> tuple[StatementFacts, ...]:
    return describe_statements([result or found()], snapshot_of(facts))


def test_load_sender_and_trace_come_from_the_records_that_have_them() -> None:
    sent = {"user_name": "app", "users": 2, "max_elapsed_us": 900_000, "trace_id": "YB1"}
    ring = filled(SqlShape, sql_id=ID, executions=10, elapsed_us=5_000_000, **sent)
    (one,) = told(ring, total(ID, 1000, 400_000_000))
    assert (one.record, one.executions, one.average_us) == ("plan cache", 1000, 400_000)
    assert (one.user, one.users, one.longest_us, one.trace_id) == ("app", 2, 900_000, "YB1")
    (without,) = told(total(ID, 10, 1000))
    assert (without.user, without.longest_us, without.trace_id, without.first) == (None, None, None, None)


def test_only_statements_that_a_finding_is_about_are_told_the_dearest_first() -> None:
    loads = (total(ID, 10, 1000), total("B" * 32, 10, 9000), total("C" * 32, 10, 5000))
    both = replace(found(), findings=(*found().findings, finding(Severity.LOW, resource=f"SQL {'B' * 32}")))
    assert [one.sql_id[0] for one in told(*loads, result=both)] == ["B", "A"]
    assert told(*loads, result=found(Category.SCHEMA)) == ()


def test_the_text_is_that_of_the_plan_cache() -> None:
    (one,) = told(total(ID, 10, 1000), filled(CachedPlan, sql_id=ID, statement="SELECT ?"))
    assert (one.text, one.no_text) == ("SELECT ?", None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((), "no other record of texts"),
        ((text("B", None),), "only where the authorization grants full SQL text"),
        ((text(ID, MASKED),), "could not be parsed"),
        ((text("B", MASKED),), "Neither the plan cache nor"),
        ((filled(CachedPlan, sql_id=ID, statement=MASKED),), "could not be parsed"),
        ((text("B", "SELECT ?"),), "Neither the plan cache nor"),
        (((CachedPlan, Unavailable(UnavailableKind.NOT_GRANTED, Text("Not granted."))),), "Not granted."),
    ],
)
def test_without_a_text_it_says_why(facts: tuple[Any, ...], reason: str) -> None:
    (one,) = told(total(ID, 10, 1000), *facts)
    assert one.text == ""
    assert one.no_text and reason in render_text(one.no_text, "en")


def test_a_statement_that_a_finding_names_as_an_example_is_told_too() -> None:
    loads = (total(ID, 10, 1000), total("B" * 32, 10, 9000))
    named = replace(finding(Severity.LOW, resource="return code -4012"), evidence={"sql_id": ID})
    assert [one.sql_id for one in told(*loads, result=replace(found(), findings=(named,)))] == [ID]


def test_times_and_database_of_the_ring_are_told_with_a_longer_record() -> None:
    ring = filled(SqlShape, sql_id=ID, db_name="shop", executions=1, first_us=1_795_410_001_999_999, last_us=0)
    kept = filled(RepositoryShape, sql_id=ID, db_name=None, executions=7, elapsed_us=700, last_snap=1)
    (one,) = told(ring, total(ID, 10, 1000), kept)
    assert (one.record, one.executions, one.total_us, one.database) == ("workload repository", 7, 700, "shop")
    assert (one.first, one.last) == (datetime.fromtimestamp(1_795_410_001, UTC), None)


def test_three_plans_are_told_and_how_many_rows_each_scan_goes_through() -> None:
    plans = [step("  TABLE FULL SCAN", sql_id=ID, plan_hash=number, rows_real=0) for number in range(1, 6)]
    (one,) = told(total(ID, 10, 1000), *plans)
    full = TableAccess("shop.pt", "TABLE FULL SCAN", "", 5000)
    assert one.plans == tuple(StatementPlan(str(number), (full,)) for number in (1, 2, 3))

    def rows(**parts: Any) -> int | None:
        return told(total(ID, 10, 1000), step(sql_id=ID, **parts))[0].plans[0].accesses[0].rows

    assert (rows(rows_real=9000), rows(rows_real=7, optimizer=""), rows(rows_real=0, optimizer="")) == (9000, 7, None)


def test_two_hundred_statements_are_told_and_each_by_its_own_tenant() -> None:
    resources = [f"SQL {number:032d}" for number in range(201)]
    many = replace(found(), findings=tuple(finding(Severity.LOW, resource=resource) for resource in resources))
    loads = [total(resource[4:], 1, 1000 + number) for number, resource in enumerate(resources)]
    listed = told(*loads, result=many)
    assert [one.resource for one in listed] == resources[:0:-1], "the cheapest one is left out"
    both = (total(ID, 10, 1000), replace(total(ID, 10, 9000), tenant_id=1002))
    assert [one.total_us for one in told(*both)] == [1000]


def test_a_sign_of_a_finding_names_its_statement_too() -> None:
    sign = Sign("SQL004", finding(Severity.LOW, resource=f"SQL {'B' * 32}"))
    joined = replace(found(), findings=(replace(found().findings[0], signs=(sign,)),))
    loads = (total(ID, 10, 1000), total("B" * 32, 10, 9000))
    assert [one.sql_id[0] for one in told(*loads, result=joined)] == ["B", "A"]
