"""What a cached plan says of its scans: table, index, way, rows and partitions, as the kernel writes them (4.3.5)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.collection.statements import list_columns_read
from agent.facts import SYSTEM_SCHEMAS, find_source_spec
from agent.facts.plan_tree import Way, count_pieces, read_access, read_plans
from agent.facts.plans import PlanStep
from agent.model.terms import DataClass

NOTE = """  pt:
      table_rows:100000
      physical_range_rows:5000
      logical_range_rows:4999
      index_back_rows:187
      output_rows:12
      table_dop:1
      dop_method:Table DOP
      avaiable_index_name:[ix_a, ix (odd), pt]
      pruned_index_name:[ix_d]
      stats info:[version=2026-11-29 12:06:59.000000, is_locked=0, is_expired=0]
      dynamic sampling level:0
      estimation method:[OPTIMIZER STATISTICS, STORAGE]
"""


def step(operator: str = "TABLE FULL SCAN", **parts: Any) -> PlanStep:
    given: dict[str, Any] = {
        "sql_id": "A" * 32, "plan_hash": 7, "id": 0, "depth": 0, "operator": operator, "object_alias": "pt",
        "object_owner": "shop", "object_name": "pt", "object_type": "BASIC TABLE", "partitions": "partitions(p0)",
        "optimizer": NOTE, "cost": 10, "rows_estimated": 12, "rows_real": 100, "real_us": 5,
    }  # fmt: skip
    return PlanStep(**{**given, **parts})


def test_a_scan() -> None:
    access = read_access(step(" DISTRIBUTED TABLE RANGE SCAN", object_alias="P(ix_a)"))
    assert access is not None
    assert (access.owner, access.table, access.alias, access.index) == ("shop", "pt", "p", "ix_a")
    assert (access.way, access.rows_estimated, access.rows_real, access.pieces) == (Way.RANGE, 12, 100, 1)
    assert (access.table_rows, access.range_rows, access.back_rows, access.rows_kept) == (100_000, 5_000, 187, 12)
    assert access.available == ("ix_a", "ix (odd)", "pt") and access.statistics_known is True


@pytest.mark.parametrize(
    ("operator", "way"),
    [
        ("TABLE FULL SCAN", Way.FULL),
        ("TABLE RANGE SCAN", Way.RANGE),
        ("TABLE SKIP SCAN", Way.SKIP),
        ("TABLE GET", Way.GET),
        ("TABLE SCAN", Way.FULL),
        ("COLUMN TABLE FULL SCAN", Way.FULL),
        ("DISTRIBUTED TABLE GET", Way.GET),
        ("PX BLOCK ITERATOR", None),
        ("TEXT RETRIEVAL SCAN", None),
        ("NESTED-LOOP JOIN", None),
        ("TABLE FULL SCANNER", None),
        ("", None),
    ],
)
def test_the_way_of_an_operator(operator: str, way: Way | None) -> None:
    access = read_access(step(operator))
    assert (access.way if access else None) is way


@pytest.mark.parametrize(
    ("object_alias", "alias", "index"),
    [
        ("pt", "pt", ""),
        ("O", "o", ""),
        ("pt(ix_a)", "pt", "ix_a"),
        ("pt(Reverse)", "pt", ""),
        ("pt(ix_a,Reverse)", "pt", "ix_a"),
        ("pt(ix (odd))", "pt", "ix (odd)"),
        ("pt(ix (odd),Reverse)", "pt", "ix (odd)"),
        ("", "", ""),
    ],
)
def test_alias_and_index(object_alias: str, alias: str, index: str) -> None:
    access = read_access(step(object_alias=object_alias))
    assert access is not None and (access.alias, access.index) == (alias, index)


def test_names_that_look_like_what_stands_beside_them() -> None:
    own = read_access(step(object_alias="a`10, -- (x)", object_name="a`10, -- (x)"))
    assert own is not None and (own.alias, own.index) == ("a`10, -- (x)", "")
    indexed = read_access(step(object_alias="a (x)(ix_a,Reverse)", object_name="a (x)"))
    assert indexed is not None and (indexed.alias, indexed.index) == ("a (x)", "ix_a")
    named = NOTE.replace("ix_a", "Reverse")
    reverse = read_access(step(object_alias="pt(Reverse)", optimizer=named))
    assert reverse is not None and reverse.index == "Reverse"


@pytest.mark.parametrize(
    "parts",
    [*({"object_owner": schema} for schema in SYSTEM_SCHEMAS), {"object_owner": ""}, {"object_name": ""}],
    ids=str,
)
def test_a_scan_of_anything_but_a_business_table_is_none(parts: dict[str, str]) -> None:
    assert read_access(step(**parts)) is None


@pytest.mark.parametrize(
    ("optimizer", "table_rows", "known", "available"),
    [
        ("", None, None, ()),
        ("  pt:\n      table_rows:\n      stats info:[version=1970-01-01 08:00:00.000000]", None, False, ()),
        ("table_rows:-1", None, None, ()),
        ("table_rows:" + "9" * 5000, None, None, ()),
        ("table_rows:7\ntable_rows:8", 7, None, ()),
        ("available_index_name:[a, b]\nstats info:[version=2026-01-01]", None, True, ("a", "b")),
        (":::\n\x00\ntable_rows:x", None, None, ()),
    ],
)
def test_a_note_that_lacks_something(
    optimizer: str, table_rows: int | None, known: bool | None, available: tuple[str, ...]
) -> None:
    access = read_access(step(optimizer=optimizer))
    assert access is not None
    assert (access.table_rows, access.statistics_known, access.available) == (table_rows, known, available)


@pytest.mark.parametrize(
    ("partitions", "pieces"),
    [
        ("partitions(p0)", 1),
        ("partitions(p[0-2])", 3),
        ("partitions(p[0-2], p5)", 4),
        ("partitions(p0sp[0-3])", 4),
        ("partitions(p0sp[0-3], p1sp2)", 5),
        ("partitions(p[0-1]sp[0-3])", 8),
        ("", 0),
        ("partitions(nil)", 0),
        ("partitions(p[0-" + "9" * 5000 + "])", 0),
    ],
)
def test_partitions_are_counted(partitions: str, pieces: int) -> None:
    assert count_pieces(partitions) == pieces


def test_plans_by_statement_with_their_operators_in_order() -> None:
    a, b = "A" * 32, "B" * 32
    steps = [
        step("NESTED-LOOP JOIN", id=0, sql_id=a, object_name="", object_owner=""),
        step(id=2, depth=1, sql_id=a, object_alias="second"),
        step(id=1, depth=1, sql_id=a, object_alias="first"),
        step(sql_id=a, plan_hash=3),
        step(sql_id=b),
    ]
    plans = read_plans(reversed(steps))
    assert plans.keys() == {a, b} and [plan.plan_hash for plan in plans[a]] == [3, 7]
    join = plans[a][1]
    assert [access.alias for access in join.accesses] == ["first", "second"]
    assert [child.object_alias for child in join.list_children(join.steps[0])] == ["first", "second"]
    assert join.list_children(join.steps[2]) == []
    assert read_plans([]) == {}


@pytest.mark.parametrize(
    ("operator", "word"),
    [
        ("DISTRIBUTED INSERT", "INSERT"),
        ("  INSERT_UP", "INSERT_UP"),
        ("FOR UPDATE", "UPDATE"),
        ("DISTRIBUTED DELETE", "DELETE"),
        ("REPLACE", "REPLACE"),
        ("PX COORD MERGE SORT", ""),
        ("MERGE GROUP BY", ""),
        ("MERGE JOIN", ""),
        ("", ""),
    ],
)
def test_what_a_plan_does_to_rows(operator: str, word: str) -> None:
    plan = read_plans([step(operator, object_name=""), step(id=1)])["A" * 32][0]
    assert plan.changes == ({word} if word else set())


def test_the_join_right_above_a_scan() -> None:
    def plan(*operators: tuple[str, int]) -> Any:
        steps = [step(name, id=number, depth=depth) for number, (name, depth) in enumerate(operators)]
        return read_plans(steps)["A" * 32][0]

    scan = ("TABLE FULL SCAN", 3)
    joined = plan(("HASH JOIN", 0), ("TABLE GET", 1), ("EXCHANGE IN DISTR", 1), ("PX ITERATOR", 2), scan)
    found = joined.find_join(joined.accesses[-1])
    assert found and [part.operator for part in found] == ["HASH JOIN", "TABLE GET"]
    grouped = plan(("HASH JOIN", 0), ("TABLE GET", 1), ("HASH GROUP BY", 1), ("PX ITERATOR", 2), scan)
    assert grouped.find_join(grouped.accesses[-1]) is None
    alone = plan(("EXCHANGE", 0), ("TABLE GET", 1))
    assert alone.find_join(alone.accesses[0]) is None


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_any_texts_are_read(alias: str, optimizer: str, partitions: str, name: str) -> None:
    access = read_access(step(object_alias=alias, optimizer=optimizer, partitions=partitions, object_name=name))
    assert access is None or (access.table == name and access.pieces >= 0)


LITERALS = {"OTHER", "OTHER_TAG", "OTHER_XML", "ACCESS_PREDICATES", "FILTER_PREDICATES", "STARTUP_PREDICATES",
            "SPECIAL_PREDICATES", "PROJECTION", "QBLOCK_NAME", "REMARKS"}  # fmt: skip


def test_a_plan_is_read_without_the_columns_that_hold_literals() -> None:
    """Those in which the kernel writes values of a statement, or what people wrote into its hints."""
    spec = find_source_spec(PlanStep)
    assert spec is not None and spec.data_class is DataClass.PLANS
    (columns,) = list_columns_read(PlanStep).values()
    assert columns and not columns & LITERALS
