"""Which rows a statement returns, read from its text; the cases of SQL042 and SQL043 have the rest."""

from __future__ import annotations

import pytest

from agent.facts.definition_text import read_definition
from agent.facts.result_rows import Cut, count_needless_union, find_unordered_cut

SHAPES = {
    "ord": read_definition("CREATE TABLE `ord` (\n  `id` bigint NOT NULL,\n  `cust` bigint,\n  PRIMARY KEY (`id`)\n)"),
    "log": read_definition("CREATE TABLE `log` (\n  `id` bigint NOT NULL,\n  `cust` bigint\n)"),
}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT id, cust FROM ord LIMIT ?", Cut(pages=False, by_key=False)),
        ("SELECT ID FROM ord LIMIT ?", Cut(pages=False, by_key=True)),
        ("SELECT id FROM log LIMIT ?", Cut(pages=False, by_key=False)),
        ("SELECT id FROM lost LIMIT ?", Cut(pages=False, by_key=None)),
        ("SELECT * FROM lost LIMIT ?", Cut(pages=False, by_key=False)),
        ("SELECT id FROM ord LIMIT ?, ?", Cut(pages=True, by_key=True)),
        ("SELECT cust, MAX(id) FROM ord GROUP BY cust LIMIT ?", Cut(pages=False, by_key=False)),
        ("SELECT id FROM ord LIMIT ? (", Cut(pages=False, by_key=None)),
        ("SELECT MAX(id) FROM ord LIMIT ?", None),
        ("SELECT ? FROM ord LIMIT ?", None),
        ("SELECT id FROM ord ORDER BY cust LIMIT ?", None),
        ("SELECT id FROM ord LIMIT ? FOR UPDATE", None),
        ("WITH w AS (SELECT id FROM ord) SELECT id FROM w LIMIT ?", None),
        ("SELECT id FROM ord WHERE cust IN (SELECT cust FROM log LIMIT ?)", None),
        ("UPDATE ord SET cust = ? LIMIT ?", None),
    ],
)
def test_results_that_are_cut_without_an_order(statement: str, found: Cut | None) -> None:
    assert find_unordered_cut(statement, SHAPES) == found


@pytest.mark.parametrize(
    ("statement", "branches"),
    [
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT id FROM ord WHERE cust = ?", 2),
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT ID FROM ord o WHERE o.cust IN (?, ?)", 2),
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT id FROM ord WHERE cust IS NULL", 2),
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT id FROM ord WHERE cust IS NOT NULL", None),
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT id FROM ord WHERE NOT cust = ?", None),
        ("SELECT id FROM ord WHERE cust = ? UNION SELECT id FROM ord WHERE cust IN (SELECT cust FROM log)", None),
        ("SELECT id, cust FROM ord WHERE cust = ? UNION SELECT cust, id FROM ord WHERE cust = ?", None),
        ("SELECT ?, id FROM ord UNION SELECT ?, id FROM log", None),
        ("SELECT ?, id FROM ord UNION SELECT ?, cust FROM log GROUP BY cust", 2),
        ("SELECT ?, id FROM ord UNION SELECT ?, id FROM lost", 0),
        ("SELECT ?, id FROM ord UNION SELECT ?, id FROM ord (", 0),
        ("SELECT ?, id FROM ord UNION ALL SELECT ?, id FROM ord", None),
    ],
)
def test_unions_that_look_for_duplicates_in_vain(statement: str, branches: int | None) -> None:
    assert count_needless_union(statement, SHAPES) == branches
