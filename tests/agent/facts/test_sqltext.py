"""What the text of a statement tells: whole-table writes, paging, long lists, wrapped columns."""

from __future__ import annotations

import pytest

from agent.facts.sql import CUT, STATEMENT_CHARS
from agent.facts.sqltext import longest_in_list, skips_rows, wrapped_column, writes_every_row
from agent.masking import mask


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cart",
        "update /*+ query_timeout(3) */ t set pad = ?",
        "/* from: billing */ DELETE FROM t",
        "UPDATE t SET a = (SELECT MAX(x) FROM u WHERE u.id = ?)",
        "UPDATE t SET a = ? ORDER BY id",
    ],
)
def test_every_row(statement: str) -> None:
    assert writes_every_row(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cart WHERE id = ?",
        "UPDATE t SET a = ? LIMIT ?",
        "UPDATE a, b SET a.x = b.x",
        "DELETE a FROM a JOIN b ON a.id = b.id",
        "DELETE FROM a USING a JOIN b ON a.id = b.id",
        "DELETE FROM t PARTITION (p0)",
        "SELECT * FROM t FOR UPDATE",
        "DELETE FROM ((",
        "UPDATED",
        "",
    ],
)
def test_not_every_row(statement: str) -> None:
    assert not writes_every_row(statement)


def test_a_text_that_was_cut_tells_nothing() -> None:
    text = "UPDATE t SET a = '" + "long" * STATEMENT_CHARS + "' WHERE id = 7"
    assert writes_every_row("UPDATE t SET a = ?")
    assert mask(text[:STATEMENT_CHARS]) == "UPDATE t SET a = ?" + CUT
    assert not writes_every_row(mask(text[:STATEMENT_CHARS]))


@pytest.mark.parametrize(
    ("statement", "condition"),
    [
        ("SELECT a FROM t WHERE DATE(made) = ?", "DATE(made) = ?"),
        ("SELECT a FROM t WHERE b = ? AND ? < YEAR(made)", "? < YEAR(made)"),
        ("SELECT a FROM t WHERE (a + ?) BETWEEN ? AND ?", "(a + ?) BETWEEN ? AND ?"),
        ("DELETE FROM t WHERE UPPER(code) IN (?, ?)", "UPPER(code) IN (?, ?)"),
        ("SELECT a FROM t WHERE made > NOW() - INTERVAL ? DAY", None),
        ("SELECT t.a FROM t, u WHERE t.code = LOWER(u.code)", None),
        ("SELECT DATE(made) FROM t WHERE a = ?", None),
        ("SELECT a FROM t WHERE id IN (SELECT MAX(id) FROM u)", None),
        ("SELECT a FROM t WHERE DATE(made = ?", None),
        (f"SELECT a FROM t WHERE DATE(made) = ?{CUT}", None),
    ],
)
def test_wrapped_column(statement: str, condition: str | None) -> None:
    assert wrapped_column(statement) == condition


@pytest.mark.parametrize(
    ("statement", "skips"),
    [
        ("SELECT a FROM t LIMIT ?, ?", True),
        ("SELECT a FROM t ORDER BY a LIMIT ? OFFSET ?", True),
        ("SELECT a FROM t LIMIT ?", False),
        ("SELECT GREATEST(a, b) FROM t LIMIT ?", False),
        ("SELECT a FROM t WHERE b = (SELECT c FROM u LIMIT ?), d", False),
        ("SELECT a FROM (SELECT a FROM t LIMIT ?, ?", False),
    ],
)
def test_skips_rows(statement: str, skips: bool) -> None:
    assert skips_rows(statement) is skips


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("SELECT a FROM t WHERE b IN (?,?, ?) AND c IN (?)", 3),
        ("SELECT a FROM t WHERE b IN (? ,?,", 2),
        ("INSERT INTO t VALUES (?,?),(?,?)", 0),
        ("SELECT a FROM t WHERE b IN (SELECT ?)", 0),
    ],
)
def test_longest_in_list(statement: str, values: int) -> None:
    assert longest_in_list(statement) == values
