"""What NULL makes of a condition, read from a statement; the cases of SQL040 and SQL041 have the rest."""

from __future__ import annotations

import pytest

from agent.facts.definition_text import read_definition
from agent.facts.null_traps import list_null_comparisons, list_nullable_exclusions, mentions_exclusion
from agent.facts.sql import CUT

SHAPES = {
    "ord": read_definition("CREATE TABLE `ord` (\n  `id` bigint NOT NULL,\n  `Cust` bigint,\n  PRIMARY KEY (`id`)\n)")
}
NOT_IN = "SELECT id FROM t WHERE id NOT IN "


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("(SELECT cust FROM ORD)", ["ORD.Cust"]),
        ("(SELECT id FROM ord)", []),
        ("(SELECT cust FROM ord UNION SELECT cust FROM ord)", ["ord.Cust"]),
        ("(SELECT cust FROM ord INTERSECT SELECT id FROM ord)", ["ord.Cust"]),
        ("(SELECT id FROM ord EXCEPT SELECT cust FROM ord)", []),
        ("(SELECT cust FROM ord WHERE cust)", []),
        ("(SELECT cust FROM ord WHERE cust LIKE ?)", []),
        ("(SELECT cust FROM ord WHERE cust BETWEEN ? AND ?)", []),
        ("(SELECT cust FROM ord WHERE ABS(cust) > ?)", []),
        ("(SELECT cust FROM ord WHERE cust <=> ?)", ["ord.Cust"]),
        ("(SELECT cust FROM ord WHERE (id > ? AND cust > ?) OR cust IN (?))", []),
        ("(SELECT o.cust FROM ord o JOIN ord p ON p.id = o.id WHERE p.cust > ?)", ["ord.Cust"]),
        ("(WITH w AS (SELECT cust FROM ord) SELECT cust FROM w)", None),
        ("(SELECT cust + ? FROM ord)", None),
        ("(SELECT COUNT(*) FROM ord)", []),
    ],
)
def test_columns_that_may_be_null(query: str, found: list[str] | None) -> None:
    assert list_nullable_exclusions(NOT_IN + query, SHAPES) == found


def test_where_an_exclusion_may_stand() -> None:
    assert mentions_exclusion("SELECT id FROM t WHERE id <> ALL (SELECT cust FROM ord)")
    assert mentions_exclusion(f"SELECT id FROM t{CUT}")
    assert not mentions_exclusion("SELECT id FROM t WHERE id IN (SELECT cust FROM ord)")


@pytest.mark.parametrize(
    ("condition", "types", "found"),
    [
        ("a = ?", [0], ["a = NULL"]),
        ("? = a AND b = ?", [5, 0], ["b = NULL"]),
        ("NOT a IN (?, ?)", [5, 0], ["NOT a IN (?, NULL)"]),
        ("a IN (?, ?)", [0, 0], ["a IN (NULL, NULL)"]),
        ("a IN (?, ?)", [0, 5], []),
        ("a = ? OR b = ?", [0, 0], []),
        ("a = ?", [], None),
        ("a = ? AND b = ?", [0], ["a = NULL"]),
        ("a IS NOT NULL AND b > c", [], []),
    ],
)
def test_comparisons_with_null(condition: str, types: list[int], found: list[str] | None) -> None:
    assert list_null_comparisons(f"SELECT id FROM t WHERE {condition}", types) == found
    assert list_null_comparisons(f"SELECT id FROM t WHERE {condition} (", types) is None
