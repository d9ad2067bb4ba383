"""Plans and waits are read for the dearest statements only, and only by what is a SQL_ID."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.collection import gate
from agent.collection.narrowing import MOST_STATEMENTS, list_dearest_ids, narrow_statement
from agent.collection.statements import Statement, compile_source
from agent.facts import find_source_spec, list_sources
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.model.snapshot import Unavailable
from agent.model.terms import Text, UnavailableKind
from tests.agent.collection.test_gate import everything

NARROWED = [row for row in list_sources() if (spec := find_source_spec(row)) and spec.narrowed_by]
GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("first"))
ALSO_GONE = Unavailable(UnavailableKind.TIMEOUT, Text("second"))


def sql_id(number: int) -> str:
    return f"{number:032X}"


def seen(*sql_ids: str) -> tuple[Any, ...]:
    return tuple(SimpleNamespace(sql_id=name) for name in sql_ids)


def compiled(row: type) -> Statement:
    found = compile_source(row, everything())
    assert isinstance(found, Statement)
    return found


def test_the_dearest_of_each_record_in_turns_and_each_once() -> None:
    facts: dict[type, Any] = {
        CachedPlan: seen(sql_id(1), sql_id(2), sql_id(3)),
        SqlTotal: seen(sql_id(4), sql_id(1)),
        SqlShape: GONE,
        RepositoryShape: seen(),
    }
    assert list_dearest_ids(PlanStep, facts) == tuple(map(sql_id, (1, 4, 2, 3)))


def test_no_more_than_two_hundred() -> None:
    facts = {CachedPlan: seen(*map(sql_id, range(500))), SqlTotal: seen(*map(sql_id, range(1000, 1500)))}
    found = list_dearest_ids(PlanStep, facts)
    assert isinstance(found, tuple) and len(found) == MOST_STATEMENTS == 200
    assert found[:4] == tuple(map(sql_id, (0, 1000, 1, 1001)))


def test_without_any_record_the_reason_is_that_of_the_first() -> None:
    assert list_dearest_ids(PlanStep, {CachedPlan: GONE, SqlTotal: ALSO_GONE}) is GONE
    assert list_dearest_ids(PlanStep, {CachedPlan: GONE, SqlTotal: ()}) == ()
    assert list_dearest_ids(PlanStep, {}) == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "a" * 32,
        "A" * 31,
        "A" * 33,
        "A" * 32 + "\n",
        "A" * 31 + "'",
        "') OR 1 = 1 -- ",
        "\uff21" * 32,
        "\u0661" * 32,
    ],
)
def test_what_is_no_sql_id_is_not_asked_for(hostile: str) -> None:
    assert list_dearest_ids(PlanStep, {CachedPlan: seen(hostile, sql_id(7))}) == (sql_id(7),)


@pytest.mark.parametrize("row", NARROWED, ids=lambda row: row.__name__)
@given(st.integers(1, MOST_STATEMENTS))
def test_a_narrowed_statement_passes_the_gate_and_asks_for_those_alone(row: type, count: int) -> None:
    statement = compiled(row)
    wanted = [sql_id(number) for number in range(count)]
    found = narrow_statement(statement, wanted)
    named = re.findall(r"'([0-9A-F]{32})'", found.sql)
    assert list(dict.fromkeys(named)) == wanted
    assert len(named) & (len(named) - 1) == 0 and len(named) < 2 * count
    assert gate.check_statement(found.sql) == gate.check_statement(statement.sql)
    assert re.sub(r" WHERE SQL_ID IN \([^)]*\) AND ", " WHERE ", found.sql, count=1) == statement.sql


def test_few_texts_differ() -> None:
    statement = compiled(PlanStep)
    sizes = {len(narrow_statement(statement, [sql_id(7)] * count).sql) for count in range(1, 201)}
    assert len(sizes) == 9


@pytest.mark.parametrize("row", NARROWED, ids=lambda row: row.__name__)
def test_each_narrowed_source_has_a_condition_to_add_to(row: type) -> None:
    assert compiled(row).sql.count(" WHERE ") == 1
