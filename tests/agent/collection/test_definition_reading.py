"""Tables' definitions are shown one by one: those of the dearest plans, within limits, and what is left out is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.collection import definition_reading
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.definition_reading import ShownTables, list_shown_tables, list_tables_of, read_definitions
from agent.collection.gate import check_statement
from agent.collection.narrowing import Facts
from agent.collection.slices import narrow_elsewhere
from agent.collection.statements import Statement, compile_source
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import BusinessObject, ColumnStatistics
from agent.facts.sql import CachedPlan
from agent.model.cost import Cost
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.support.errors import StatementError
from agent.support.i18n import LANGUAGES, render_text
from tests.agent.collection.test_gate import everything
from tests.agent.facts.test_definition_stripping import table
from tests.faults.fake_server import Answer, FakeServer, error, rows, serving

NOW = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)
LABELS = ["Table", "Create Table"]
Shown = Callable[[str], Answer | None]


def step(name: str, sql_id: str = "A" * 32, kind: str = "BASIC TABLE", owner: str = "shop") -> PlanStep:
    return PlanStep(
        sql_id=sql_id, plan_hash=7, id=0, depth=0, operator="TABLE FULL SCAN", object_alias=name, object_owner=owner,
        object_name=name, object_type=kind, partitions="", optimizer="", cost=1, rows_estimated=1, rows_real=1,
        real_us=1,
    )  # fmt: skip


def plan(sql_id: str) -> CachedPlan:
    return CachedPlan(
        sql_id=sql_id, db_id=1, plan_id=7, plan_hash=7, statement="SELECT ?", executions=1, elapsed_time=1
    )


def statement() -> Statement:
    found = compile_source(TableDefinition, everything())
    assert isinstance(found, Statement) and found.sql == "" and found.limit == 60
    return found


def define(sql: str) -> Answer | None:
    """The answer of a server to whose tables nothing happened."""
    name = sql.rpartition(".")[2]
    return rows(LABELS, [name.strip("`"), table(f"{name} int(11) COMMENT 'secret'")]) if "SHOW CREATE" in sql else None


def answering(special: dict[str, Callable[[], Answer]]) -> Shown:
    """A server that answers these tables otherwise."""
    return lambda sql: next((answer() for name, answer in special.items() if f"`{name}`" in sql), define(sql))


def open_session(server: FakeServer, budget: Budget | None = None) -> ReadOnlySession:
    endpoint = Endpoint(
        name="shop", host="127.0.0.1", port=server.port, user="reader", password=lambda: "x", connect_timeout_s=2
    )
    return ReadOnlySession(endpoint, budget or Budget(2.0), "t-1")


def show(script: Shown, names: Sequence[str], budget: Budget | None = None) -> tuple[ShownTables, FakeServer]:
    with serving(FakeServer(script=script)) as server, open_session(server, budget) as session:
        return read_definitions(session, statement(), [("shop", name) for name in names]), server


def names_of(found: ShownTables) -> list[str]:
    return [str(row[1]) for row in found.rows]


def test_each_table_is_shown_by_a_statement_of_its_own_and_stripped() -> None:
    found, server = show(define, ["orders", "表"])
    assert found == ShownTables(
        [
            ("shop", "orders", table("`orders` int(11)")),
            ("shop", "表", table("`表` int(11)")),
        ],
        (),
    )
    assert [sql for sql in server.statements if "SHOW CREATE" in sql] == [
        "SHOW CREATE TABLE `shop`.`orders`",
        "SHOW CREATE TABLE `shop`.`表`",
    ]
    assert b"/*ob-health t-1 TableDefinition*/ SHOW CREATE TABLE `shop`.`orders`" in server.heard
    assert found.explain("TableDefinition", 2) is None and not found.is_cut(60)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: error(1146, b"Table 'shop.bad' doesn't exist"),
        lambda: error(1049, b"Unknown database 'shop'"),
        lambda: error(4016, b"Internal error"),
        lambda: error(1142, b"SELECT command denied to user 'ob_health'@'%' for table 'bad'"),
        lambda: rows(LABELS),
        lambda: rows(LABELS, ["bad", None]),
        lambda: rows(LABELS, ["bad", "CREATE TABLE `bad` (\n  `e` enum('it's') DEFAULT NULL\n)"]),
        lambda: rows(LABELS, ["bad", table("`a` int(11) COMMENT 'secret'")[:50]]),
        lambda: rows(LABELS, ["bad", "CREATE EXTERNAL TABLE `bad` (\n  `a` int(11)\n) LOCATION='secret'"]),
    ],
)  # fmt: skip
def test_a_table_that_is_gone_or_cannot_be_read_is_left_out_alone(answer: Callable[[], Answer]) -> None:
    found, _ = show(answering({"bad": answer}), ["first", "bad", "last"])
    assert names_of(found) == ["first", "last"] and found.left_out == (("shop", "bad"),) and found.failure is None
    assert found.is_cut(60)
    for language in LANGUAGES:
        assert "shop.bad" in render_text(found.explain("TableDefinition", 3), language)
    assert "read for 2 of 3 tables; left out are: shop.bad" in render_text(found.explain("TableDefinition", 3), "en")


VIEW = ["View", "Create View", "character_set_client", "collation_connection"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: rows(VIEW, ["bad", "CREATE VIEW `bad` AS select 'secret' AS `x`", "utf8mb4", "utf8mb4_bin"]),
        lambda: rows(LABELS, ["bad", table("`a` int(11)")], ["more", table("`a` int(11)")]),
        lambda: rows(LABELS, ["bad", b"\xff\xfe"]),
        lambda: error(4012, b"Timeout"),
        lambda: rows(["View", "Create View"], ["bad", "CREATE VIEW `bad` AS select 'secret' AS `x`"]),
    ],
)
def test_an_answer_of_another_form_ends_the_source_or_leaves_the_table_out(answer: Callable[[], Answer]) -> None:
    found, _ = show(answering({"bad": answer}), ["first", "bad", "last"])
    assert names_of(found)[:1] == ["first"] and ("shop", "bad") in found.left_out
    assert "bad" not in names_of(found) and "secret" not in str(found.rows)
    assert len(found.rows) + len(found.left_out) == 3


def test_where_nothing_is_granted_the_reading_ends() -> None:
    def refuse(sql: str) -> Answer | None:
        return error(1142, b"SHOW command denied to user") if "SHOW CREATE" in sql else None

    found, server = show(refuse, [f"t{number}" for number in range(50)])
    assert found.rows == [] and len(found.left_out) == 50
    assert found.failure is not None and found.failure.kind is UnavailableKind.PRIVILEGE
    assert sum("SHOW CREATE" in sql for sql in server.statements) == 3


HOSTILE = [
    "a`; DROP TABLE x",
    "a\\",
    "a/*",
    "a*/b",
    "a--b",
    "a#",
    "a;b",
    "a\nb",
    "a\0",
    "\u202e",
    "\u200b",
    "",
    "x" * 129,
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_that_cannot_be_quoted_safely_is_not_sent(name: str) -> None:
    found, server = show(define, [name, "orders"])
    assert names_of(found) == ["orders"] and found.left_out == (("shop", name),)
    assert [sql for sql in server.statements if "SHOW CREATE" in sql] == ["SHOW CREATE TABLE `shop`.`orders`"]


def test_what_comes_after_the_limit_is_left_out() -> None:
    found, server = show(define, [f"t{number}" for number in range(130)])
    assert len(found.rows) == 60 and found.left_out[0] == ("shop", "t60") and len(found.left_out) == 70
    assert sum("SHOW CREATE" in sql for sql in server.statements) == 60
    told = render_text(found.explain("TableDefinition", 130), "en")
    assert "60 of 130 tables" in told and "shop.t119, \u2026" in told and "t120" not in told


def test_after_two_seconds_no_further_table_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definition_reading, "_MOST_S", -1.0)
    found, server = show(define, ["a", "b"])
    assert found.rows == [] and found.left_out == (("shop", "a"), ("shop", "b")) and found.failure is None
    assert not any("SHOW CREATE" in sql for sql in server.statements)
    told = render_text(found.explain("TableDefinition", 2), "en")
    assert "0 of 2 tables within" in told and "shop.a, shop.b" in told


@pytest.mark.parametrize("slow", ["a", "b"])
def test_a_table_that_takes_too_long_ends_it_and_all_that_are_left_out_are_named(slow: str) -> None:
    found, _ = show(answering({slow: lambda: error(4012, b"Timeout")}), ["a", "b", "c"])
    left_out = ["a", "b", "c"][["a", "b"].index(slow) :]
    assert [name for _, name in found.left_out] == left_out and found.fatal is None
    for language in LANGUAGES:
        assert ", ".join(f"shop.{name}" for name in left_out) in render_text(
            found.explain("TableDefinition", 3), language
        )


def test_a_right_that_is_missing_makes_the_source_unavailable() -> None:
    found, _ = show(lambda sql: error(1142, b"SHOW command denied to user") if "SHOW CREATE" in sql else None, ["a"])
    assert found.fatal is found.failure is not None


def test_a_spent_budget_ends_it() -> None:
    found, _ = show(define, ["a", "b", "c"], Budget(2.0, max_rows=3))
    assert found.failure is not None and found.failure.kind is UnavailableKind.BUDGET
    assert len(found.rows) + len(found.left_out) == 3 and found.left_out
    assert f"Left out are: shop.{found.left_out[0][1]}" in render_text(found.explain("TableDefinition", 3), "en")


def test_the_tables_of_the_dearest_statements_come_first() -> None:
    dear, cheap = "D" * 32, "C" * 32
    facts = {
        CachedPlan: (plan(dear), plan(cheap)),
        PlanStep: (
            step("cheap", cheap), step("shared", cheap), step("dear", dear), step("shared", dear),
            step("v", dear, kind="VIEW"), step("", dear, kind=""), step("x", dear, owner="oceanbase"),
            step("y", dear, owner="mysql"), step("z", dear, owner=""), step("gone", "E" * 32),
        ),
    }  # fmt: skip
    names = ["dear", "shared", "cheap", "gone"]
    assert list_shown_tables(TableDefinition, facts) == tuple(("shop", name) for name in names)
    mview = BusinessObject(
        owner="shop", object_name="shared", object_id=7, object_type="MATERIALIZED VIEW", status="VALID"
    )
    told: Facts = {
        **facts,
        BusinessObject: (mview, dataclasses.replace(mview, object_name="dear", object_type="TABLE")),
    }
    assert list_shown_tables(TableDefinition, told) == tuple(("shop", name) for name in names if name != "shared")
    unknown: Facts = {**facts, BusinessObject: Unavailable(UnavailableKind.BUDGET, Text("spent"))}
    assert list_shown_tables(TableDefinition, unknown) == list_shown_tables(TableDefinition, facts)


def test_without_plans_no_table_is_known() -> None:
    missing = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
    assert list_shown_tables(TableDefinition, {PlanStep: missing}) is missing
    assert list_shown_tables(TableDefinition, {PlanStep: ()}) == ()
    assert list_shown_tables(TableDefinition, {}) == ()


# In the line


class Holding:
    """A session that has these rows by source; SHOW CREATE TABLE is answered by ``define``."""

    def __init__(self, facts: dict[str, list[Any]]) -> None:
        self.endpoint = Endpoint(name="shop", host="h", port=1, user="r", password=str)
        self.cost, self.facts, self.asked = Cost(), facts, list[str]()

    def fetch(self, sql: str, source: str) -> list[Any]:
        self.asked.append(source)
        return self.facts.get(source, [])


def collected(facts: dict[str, list[Any]]) -> tuple[Snapshot, list[str]]:
    session = Holding(facts)
    wanted = (TableDefinition, PlanStep, CachedPlan)
    snapshot = collect_facts(session, wanted, everything(), None, NOW)  # type: ignore[arg-type]
    return snapshot, session.asked


def values(row: type, **given: Any) -> tuple[Any, ...]:
    """One row as the database answers it."""
    compiled = compile_source(row, everything())
    assert isinstance(compiled, Statement)
    return tuple(given.get(name, 1) for name in compiled.fields)


@pytest.fixture
def held() -> dict[str, list[Any]]:
    seen = {"sql_id": "A" * 32, "object_owner": "shop", "object_name": "orders", "object_type": "BASIC TABLE"}
    return {
        "CachedPlan": [values(CachedPlan, sql_id="A" * 32, statement="SELECT 1", first_load_time=NOW)],
        "PlanStep": [values(PlanStep, **seen)],
        "TableDefinition": [("orders", table("`a` int(11) COMMENT 'secret'"))],
    }


def test_plans_are_read_before_definitions_and_after_the_load(held: dict[str, list[Any]]) -> None:
    snapshot, asked = collected(held)
    assert asked == ["CachedPlan", "PlanStep", "TableDefinition"]
    rows_read: Any = snapshot.facts[TableDefinition]
    (found,) = rows_read
    assert found == TableDefinition(table_schema="shop", table_name="orders", definition=table("`a` int(11)"))


def test_where_no_statement_was_dear_nothing_is_asked(held: dict[str, list[Any]]) -> None:
    snapshot, asked = collected({**held, "CachedPlan": []})
    assert asked == ["CachedPlan"]
    assert snapshot.facts[PlanStep] == () and snapshot.facts[TableDefinition] == ()
    assert {record.status for record in snapshot.records} == {"ok"}


def test_where_no_plan_reads_a_table_none_is_shown(held: dict[str, list[Any]]) -> None:
    snapshot, asked = collected({**held, "PlanStep": []})
    assert asked == ["CachedPlan", "PlanStep"] and snapshot.facts[TableDefinition] == ()


def test_a_table_that_is_left_out_is_told_beside_its_source_and_is_no_problem_of_the_assessment(
    held: dict[str, list[Any]],
) -> None:
    snapshot, _ = collected({**held, "TableDefinition": [("orders", "CREATE VIEW")]})
    record = next(record for record in snapshot.records if record.source == "TableDefinition")
    assert record.truncated and record.rows == 0 and "shop.orders" in render_text(record.reason, "en")
    assert snapshot.problems == ()


class Stuck(Holding):
    """A session whose server is too busy to show a table."""

    def fetch(self, sql: str, source: str) -> list[Any]:
        if source == "TableDefinition":
            raise StatementError(Text("It took too long."), UnavailableKind.TIMEOUT)
        return super().fetch(sql, source)


def test_where_no_table_can_be_shown_in_time_all_are_named_and_the_dictionary_stands_in(
    held: dict[str, list[Any]],
) -> None:
    session = Stuck(held)
    wanted = (TableDefinition, PlanStep, CachedPlan)
    snapshot = collect_facts(session, wanted, everything(), None, NOW)  # type: ignore[arg-type]
    record = next(record for record in snapshot.records if record.source == "TableDefinition")
    assert snapshot.facts[TableDefinition] == () and (record.status, record.truncated) == ("ok", True)
    (problem,) = snapshot.problems
    assert "left out are: shop.orders" in render_text(problem.what, "en")
    assert problem.remedy is not None and "off-peak" in render_text(problem.remedy, "en")


def test_with_nothing_granted_there_is_nothing_to_show(held: dict[str, list[Any]]) -> None:
    session = Holding(held)
    wanted = (TableDefinition, PlanStep, CachedPlan)
    snapshot = collect_facts(session, wanted, everything(), frozenset(), NOW)  # type: ignore[arg-type]
    assert session.asked == []
    for row in (TableDefinition, PlanStep):
        missing = snapshot.facts[row]
        assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.NOT_GRANTED


def test_columns_are_read_whole_for_the_tables_that_are_shown() -> None:
    facts: Facts = {PlanStep: (step("orders"), step("it's"), step("orders", owner="oceanbase"))}
    assert list_tables_of(ColumnStatistics, facts) == (("shop", "orders"), ("shop", "it's"))
    assert list_tables_of(ColumnStatistics, {PlanStep: ()}) == ()
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("no right"))
    assert list_tables_of(ColumnStatistics, {PlanStep: gone}) == ()
    many: Facts = {PlanStep: tuple(step(f"t{number}") for number in range(99))}
    found = list_tables_of(ColumnStatistics, many)
    assert len(found) == 60, "no more than are shown"


def test_the_statement_names_these_tables_and_passes_the_gate() -> None:
    whole = compile_source(ColumnStatistics, everything())
    assert isinstance(whole, Statement)
    tables = [("shop", "orders"), ("shop", "it's"), ("erp", "items")]
    narrowed = narrow_elsewhere(whole, tables, "NUM_NULLS > 7")
    start = " WHERE (NUM_NULLS > 7 OR OWNER IN ('shop', 'erp') AND TABLE_NAME IN ('orders', _utf8mb4 X'"
    assert start in narrowed.sql
    check_statement(narrowed.sql)
    without_plans = narrow_elsewhere(whole, [], "NUM_NULLS > 7")
    assert " WHERE (NUM_NULLS > 7) AND OWNER NOT IN" in without_plans.sql
    check_statement(without_plans.sql)
