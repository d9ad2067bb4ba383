"""What the text of a statement tells: whole-table writes, paging, long lists, wrapped columns."""

from __future__ import annotations

import time

import pytest

from agent.collection.masking import mask_sql
from agent.facts.sql import CUT, STATEMENT_CHARS
from agent.facts.sqltext import (
    count_longest_list,
    counts_found_rows,
    find_wrapped_column,
    gathers_what_it_picks,
    skips_rows,
    writes_every_row,
)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cart",
        "update /*+ query_timeout(3) */ t set pad = ?",
        "/* from: billing */ DELETE FROM t",
        "UPDATE t SET a = (SELECT MAX(x) FROM u WHERE u.id = ?)",
        "UPDATE t SET a = ? ORDER BY id",
        "UPDATE t SET a = a + ? WHERE ?=?",
        "UPDATE t SET a = ? WHERE TRUE",
        "UPDATE t SET a = ? WHERE (? = ?) AND NOT FALSE AND (? AND ? > ?)",
        "UPDATE t SET a = ? WHERE t.id = t.id",
        "UPDATE IGNORE t SET a = ?",
        "UPDATE LOW_PRIORITY IGNORE t SET a = ? WHERE ?",
        "DELETE t FROM t",
        "DELETE x.* FROM t AS x WHERE ? = ?",
        "DELETE FROM t USING t",
        "WITH c AS (SELECT ?) DELETE FROM t",
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
        "DELETE FROM t WHERE ? = ? LIMIT ?",
        "DELETE a, b FROM a, b",
        "DELETE FROM a, b USING a, b",
        "UPDATE t SET a = ? WHERE ? = ? OR b = ?",
        "UPDATE t SET a = ? WHERE ? = ? AND id = ?",
        "UPDATE t SET a = ? WHERE a = b",
        "UPDATE t SET a = ? WHERE RAND() < ?",
        "UPDATE t SET a = ? WHERE EXISTS (SELECT ? FROM u)",
        "WITH c AS (SELECT ?) SELECT * FROM c",
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
    assert mask_sql(text[:STATEMENT_CHARS]) == "UPDATE t SET a = ?" + CUT
    assert not writes_every_row(mask_sql(text[:STATEMENT_CHARS]))


@pytest.mark.parametrize(
    ("statement", "condition"),
    [
        ("SELECT a FROM t WHERE DATE(made) = ?", "DATE(made) = ?"),
        ("SELECT a FROM t WHERE b = ? AND ? < YEAR(made)", "? < YEAR(made)"),
        ("SELECT a FROM t WHERE (a + ?) BETWEEN ? AND ?", "(a + ?) BETWEEN ? AND ?"),
        ("DELETE FROM t WHERE UPPER(code) IN (?, ?)", "UPPER(code) IN (?, ?)"),
        ("SELECT a FROM t WHERE flags & ? = ?", "flags & ? = ?"),
        ("SELECT a FROM t WHERE made DIV ? = ?", "made DIV ? = ?"),
        ("SELECT a FROM t WHERE -b > ?", "-b > ?"),
        ("SELECT a FROM t WHERE shop.f(b) = ?", "shop.f(b) = ?"),
        ("SELECT a FROM t WHERE d > DATE ? AND MONTH(d) = ?", "MONTH(d) = ?"),
        ("SELECT a FROM t WHERE ROW(b, c) = ROW(?, ?)", None),
        ("SELECT a FROM t WHERE made > NOW() - INTERVAL ? DAY", None),
        ("SELECT t.a FROM t, u WHERE t.code = LOWER(u.code)", None),
        ("SELECT DATE(made) FROM t WHERE a = ?", None),
        ("SELECT a FROM t WHERE id IN (SELECT MAX(id) FROM u)", None),
        ("SELECT a FROM t WHERE DATE(made = ?", None),
        (f"SELECT a FROM t WHERE DATE(made) = ?{CUT}", None),
    ],
)
def test_wrapped_column(statement: str, condition: str | None) -> None:
    assert find_wrapped_column(statement) == condition


@pytest.mark.parametrize(
    ("statement", "gathers"),
    [
        ("SELECT COUNT(*) FROM t WHERE made >= ? AND HOUR(made) = ?", True),
        ("SELECT a FROM t WHERE shop = ? AND HOUR(made) = ? ORDER BY a LIMIT ?", True),
        ("SELECT DISTINCT a FROM t WHERE (shop, b) IN ((?, ?)) AND HOUR(made) = ?", True),
        ("SELECT a FROM t WHERE name LIKE ? AND HOUR(made) = ? GROUP BY a", True),
        ("SELECT COUNT(*) FROM t WHERE HOUR(made) = ?", False),
        ("SELECT COUNT(*) FROM t, u WHERE t.a = u.a AND HOUR(made) = ?", False),
        ("SELECT a FROM t WHERE shop = ? AND HOUR(made) = ?", False),
        (f"SELECT COUNT(*) FROM t WHERE made >= ?{CUT}", False),
        ("SELECT a, RANK() OVER (ORDER BY b) FROM t WHERE c = ? AND DATE(d) = ?", False),
        ("SELECT a, FIRST_VALUE(b) IGNORE NULLS OVER (ORDER BY b) FROM t WHERE c = ? AND DATE(d) = ?", False),
    ],
)
def test_gathers_what_it_picks(statement: str, gathers: bool) -> None:
    assert gathers_what_it_picks(statement) is gathers


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
    ("statement", "counts"),
    [
        ("select sql_calc_found_rows a FROM t LIMIT ?, ?", True),
        ("SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT ?", True),
        ("SELECT a FROM t LIMIT ?, ?", False),
        ("SELECT sql_calc_found_rows_of FROM t LIMIT ?, ?", False),
    ],
)
def test_counts_found_rows(statement: str, counts: bool) -> None:
    assert counts_found_rows(statement) is counts


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("SELECT a FROM t WHERE b IN (?,?, ?) AND c IN (?)", 3),
        ("SELECT a FROM t WHERE b IN (? ,?,", 2),
        ("INSERT INTO t VALUES (?,?),(?,?)", 0),
        ("SELECT a FROM t WHERE b IN (SELECT ?)", 0),
        ("SELECT a FROM t WHERE (b, c) IN ((?, ?), (?,?),(?,?)) AND d IN (?,?)", 3),
        ("SELECT a FROM t WHERE (b,c) in ( (?,?),(?,?),(?, …", 2),
        ("SELECT (b IN (?,?)), (?,?,?) FROM t", 2),
        ("SELECT a FROM t WHERE d > ? AND (b=? or b=? OR b=?)", 3),
        ("SELECT a FROM t WHERE t.`b` = ? OR t.`b` = ? OR t.c = ? OR", 2),
        ("SELECT a FROM t WHERE (b = ? AND c = ?) OR (b = ? AND c = ?) OR (b = ?", 2),
        ("SELECT a FROM t WHERE (b = c) OR (b = c) OR bb = ? OR b = ?", 0),
    ],
)
def test_longest_list(statement: str, values: int) -> None:
    assert count_longest_list(statement) == values


@pytest.mark.parametrize(
    "unit", ["?,", "(?,?),", "(", "( ", "((?", " IN (", " IN ((?,", "a", "a ", "a = ", "`", "b=? OR ", "b=?  OR  ",
             "(b=?) OR ", "(b=? OR ", " OR (b", "(?", " "],
)  # fmt: skip
def test_a_megabyte_is_counted_in_no_time(unit: str) -> None:
    text = "SELECT a FROM t WHERE b IN (" + unit * (2**20 // len(unit))
    started = time.process_time()
    count_longest_list(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("unit", "least"), [("(?, ?), ", 490), ("?, ", 1300), ("b = ? OR ", 430), ("(b = ? AND c = ?) OR ", 180)]
)
def test_a_list_that_was_cut_is_counted_as_far_as_it_goes(unit: str, least: int) -> None:
    text = f"SELECT a FROM t WHERE {'b IN (' if ',' in unit else ''}{unit * 2000}"
    assert least < count_longest_list(mask_sql(text.replace("?", "7"))) < 2000
