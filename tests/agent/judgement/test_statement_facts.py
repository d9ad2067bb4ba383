"""What a DBA needs of a statement: text or why there is none, load, sender, plans, a trace while the ring has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.facts.lexed_sql import MASKED
from agent.facts.sql import CachedPlan, RepositoryText, SqlShape, SqlTotal
from agent.judgement.statement_facts import describe_statements
from agent.model.result import CheckResult
from agent.model.snapshot import Unavailable
from agent.model.statement import StatementFacts
from agent.model.terms import Category, Severity, Text, UnavailableKind
from agent.support.i18n import render_text
from tests.agent.facts.rows import filled
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
