"""SQL text in tokens: whole, cut within a string or a comment, or not readable at all."""

from __future__ import annotations

import pytest

from agent.facts.lexed_sql import LexedSql, lex_sql
from agent.facts.sql import CUT, STATEMENT_CHARS


def lexed(sql: str) -> LexedSql:
    found = lex_sql(sql)
    assert found is not None
    return found


def spelled(sql: str) -> str:
    found = lexed(sql)
    return found.joined(found.piece)


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT  a,\n b\tFROM t", "SELECT a, b FROM t"),
        ("SELECT /*+ FULL(t) */ a /* why */ FROM t -- end", "SELECT a FROM t"),
        ("SELECT 'it''s', `a b`", "SELECT 'it''s', `a b`"),
        (" replace INTO t VALUES (1)", "replace INTO t VALUES (1)"),
        ("SELECT replace (a, b)", "SELECT replace (a, b)"),
        ("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"),
        ("", ""),
    ],
)
def test_pieces_are_joined_on_one_line_as_they_were_written(sql: str, line: str) -> None:
    assert spelled(sql) == line
    assert not lexed(sql).cut


def test_a_piece_is_spelled_by_its_number() -> None:
    found = lexed("a = 7")
    assert found.joined(lambda number: f"<{number}>") == "<0> <1> <2>"
    assert [found.piece(number) for number in range(3)] == ["a", "=", "7"]


@pytest.mark.parametrize("end", ["'it", '"it', "`it", "/* it", "'it\\", '"it\\', "it"])
def test_a_text_that_was_cut_is_read_up_to_its_end(end: str) -> None:
    found = lexed(f"SELECT a, {end}{CUT}")
    assert found.cut and found.piece(0) == "SELECT" and CUT not in found.text


@pytest.mark.parametrize("sql", ["SELECT 'it", "SELECT `it", "SELECT /* it"])
def test_a_whole_text_whose_end_is_missing_cannot_be_read(sql: str) -> None:
    assert lex_sql(sql) is None


def test_a_text_of_full_length_counts_as_cut_there() -> None:
    full = "SELECT '" + "x" * (STATEMENT_CHARS - 8)
    assert lex_sql(full[:-1]) is None, "one character less is whole, and has no end"
    assert lexed(full).cut and lexed(full).text == full + "'"
    assert lexed(full + "beyond").text == full + "'"
