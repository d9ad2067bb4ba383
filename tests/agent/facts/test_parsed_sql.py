"""The tables of a block, the columns of each, and the conditions that each row meets."""

from __future__ import annotations

from sqlglot import expressions as exp

from agent.facts.definition_text import read_definition
from agent.facts.parsed_sql import (
    TableSource,
    find_column,
    find_source,
    list_musts,
    list_table_sources,
    parse_statement,
)
from agent.facts.sql import CUT

SHAPES = {"ord": read_definition("CREATE TABLE `ord` (\n  `id` bigint NOT NULL,\n  `Cust` bigint\n)")}


def read_sources(statement: str) -> list[TableSource] | None:
    tree = parse_statement(statement)
    assert tree is not None
    return list_table_sources(tree, tree)


def test_a_text_that_is_cut_too_long_or_no_statement_has_no_tree() -> None:
    assert parse_statement(f"SELECT id FROM ord{CUT}") is None
    assert parse_statement("SELECT id FROM ord WHERE id IN (" + "?, " * 20_000 + "?)") is None
    assert parse_statement("SELECT (") is None
    assert parse_statement("SELECT id FROM ord") is not None


def test_outer_joins_make_rows_without_the_other_side() -> None:
    tables = read_sources(
        "SELECT 1 FROM a LEFT JOIN b ON b.id = a.id RIGHT JOIN c ON c.id = b.id JOIN d ON d.id = c.id"
    )
    assert tables is not None
    assert {table.alias: table.is_optional for table in tables} == {"a": True, "b": True, "c": False, "d": False}


def test_what_is_no_base_table_is_not_known() -> None:
    assert read_sources("SELECT 1 FROM a, (SELECT 1) d") is None
    assert read_sources("WITH w AS (SELECT 1) SELECT 1 FROM w") is None
    assert read_sources("SELECT 1 FROM (a JOIN b)") is None
    assert read_sources("SELECT 1") == []


def test_a_column_is_of_the_table_that_it_names_or_that_alone_has_it() -> None:
    sources = [
        TableSource(table="ORD", alias="o", is_optional=False),
        TableSource(table="x", alias="x", is_optional=False),
    ]
    assert find_source(exp.column("any", table="X"), sources, SHAPES) == sources[1]
    assert find_source(exp.column("cust"), sources[:1], SHAPES) == sources[0]
    assert find_source(exp.column("cust"), sources, SHAPES) is None, "x may have one, too"
    assert find_source(exp.column("any", table="y"), sources, SHAPES) is None
    found = find_column("Ord", "CUST", SHAPES)
    assert found is not None
    assert (found.name, found.is_required) == ("Cust", False)


def test_rows_must_meet_where_and_what_inner_joins_ask() -> None:
    tree = parse_statement(
        "SELECT 1 FROM a JOIN b ON b.x = ? LEFT JOIN c ON c.y = ? WHERE (a.z = ? AND (a.u = ? OR a.v = ?)) AND a.w = ?"
    )
    assert tree is not None
    assert [must.sql() for must in list_musts(tree)] == ["a.z = :2", "a.u = :3 OR a.v = :4", "a.w = :5", "b.x = :0"]
