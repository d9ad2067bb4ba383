"""UPDATE and DELETE of every row, told from their text."""

from __future__ import annotations

import pytest

from agent.facts.sql import STATEMENT_CHARS
from agent.facts.sqltext import writes_every_row


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
    cut = ("UPDATE t SET " + ", ".join(f"c{number} = ?" for number in range(STATEMENT_CHARS)))[:STATEMENT_CHARS]
    assert not writes_every_row(cut)
