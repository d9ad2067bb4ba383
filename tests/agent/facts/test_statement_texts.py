"""Texts of statements from two records: the cache comes first, and what could not be masked is no text."""

from __future__ import annotations

from agent.facts.lexed_sql import MASKED
from agent.facts.shape_load import collect_loads
from agent.facts.sql import DATA_STATEMENTS, RepositoryText
from agent.facts.statement_texts import collect_texts, list_other_kinds
from tests.checks.cases.sql_records import _cached
from tests.checks.cases.sql_texts import _plan

SELECT, CALL = 1, 144


def _kept(sql_id: str, statement: str | None, sql_type: int = SELECT) -> RepositoryText:
    return RepositoryText(sql_id=sql_id, sql_type=sql_type, statement=statement)


def test_the_text_of_a_cached_plan_comes_before_that_of_the_repository() -> None:
    kept = (_kept("A", "SELECT 2"), _kept("B", "SELECT ?"))
    assert collect_texts((_plan("SELECT ?"),), kept) == {"A": "SELECT ?", "B": "SELECT ?"}


def test_what_was_not_read_or_could_not_be_masked_is_no_text() -> None:
    assert collect_texts(None, (_kept("A", None), _kept("B", MASKED), _kept("C", ""))) == {}
    assert collect_texts(None, None) == {}


def test_either_record_tells_that_a_statement_is_of_another_kind() -> None:
    loads = collect_loads((), (_cached(sql_type=CALL),), ())
    kept = (_kept("B", None, CALL), _kept("C", None, SELECT))
    assert list_other_kinds(loads, kept, DATA_STATEMENTS) == {"A", "B"}
    assert list_other_kinds(loads, None, DATA_STATEMENTS | {CALL}) == frozenset()
