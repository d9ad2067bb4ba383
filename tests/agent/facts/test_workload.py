"""The dearest statements, each with all that is known of it and nothing of another."""

from __future__ import annotations

from typing import Any

import pytest

from agent.facts import Observes, workload
from agent.facts.definitions import TableDefinition
from agent.facts.lexed_sql import MASKED
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement, read_workload
from tests.agent.facts.rows import filled

A, B = "A" * 32, "B" * 32


def plan(sql_id: str = A, statement: str = "SELECT * FROM orders WHERE id = ?", **parts: Any) -> CachedPlan:
    return filled(CachedPlan, sql_id=sql_id, statement=statement, **{"plan_hash": 7, **parts})


def total(sql_id: str = A, **parts: Any) -> SqlTotal:
    return filled(SqlTotal, sql_id=sql_id, **{"executions": 10, "elapsed_us": 1000, **parts})


def scan(table: str = "orders", owner: str = "shop", sql_id: str = A, **parts: Any) -> PlanStep:
    given = {"operator": "TABLE FULL SCAN", "object_alias": table, "object_type": "BASIC TABLE", "plan_hash": 7}
    return filled(PlanStep, sql_id=sql_id, object_name=table, object_owner=owner, **{**given, **parts})


def define(table: str = "orders", schema: str = "shop", columns: str = "`id` int(11)") -> TableDefinition:
    text = f"CREATE TABLE `{table}` (\n  {columns}\n)"
    return TableDefinition(table_schema=schema, table_name=table, definition=text)


def read(**facts: Any) -> dict[str, WorkStatement]:
    return {statement.sql_id: statement for statement in read_workload(WorkloadFacts(**facts))}


def test_everything_of_a_statement() -> None:
    found = read(
        plans=(plan(param_infos="{0,0,0,0,5}", executions=3), plan(plan_hash=8, executions=4), plan(B, "SELECT ?")),
        totals=(total(), total(B, elapsed_us=9999)),
        steps=(scan(), scan("users", plan_hash=8), scan("other", sql_id=B)),
        definitions=(define(), define("users"), define("never")),
    )
    assert list(found) == [B, A], "the dearest first"
    statement = found[A]
    assert statement.text == "SELECT * FROM orders WHERE id = ?" and statement.questions
    assert [access.table for tree in statement.plans for access in tree.accesses] == ["orders", "users"]
    assert statement.shapes.keys() == {"orders", "users"} and "id" in statement.shapes["orders"].columns
    assert statement.parameters == {7: (5,), 8: ()} and statement.executions == {7: 3, 8: 4}
    assert found[B].shapes == {} and [tree.sql_id for tree in found[B].plans] == [B]


def test_a_statement_without_a_text_a_plan_or_a_definition_is_there_all_the_same() -> None:
    (statement,) = read(totals=(total(),)).values()
    assert (statement.text, statement.questions, statement.plans, statement.shapes) == (None, None, (), {})
    (statement,) = read(totals=(total(),), plans=(plan(statement="SELECT FROM"),)).values()
    assert statement.text == "SELECT FROM" and statement.questions is None
    assert read() == {}


def test_the_longest_record_is_its_load_and_all_are_kept() -> None:
    found = read(
        shapes=(filled(SqlShape, sql_id=A, executions=1, elapsed_us=10, rows_read=500),),
        totals=(total(rows_read=20),),
        history=(filled(RepositoryShape, sql_id=A, executions=100, elapsed_us=5, rows_read=700),),
    )
    statement = found[A]
    assert statement.load.record is Observes.REPOSITORY
    assert [load.record for load in statement.loads] == [
        Observes.AUDIT_RING, Observes.PLAN_CACHE, Observes.REPOSITORY,
    ]  # fmt: skip
    assert statement.reads == 500.0


def test_each_tenant_has_its_own_statement() -> None:
    statements = read_workload(WorkloadFacts(totals=(total(tenant_id=1001), total(tenant_id=1002, elapsed_us=7))))
    assert [(statement.tenant_id, statement.load.elapsed_us) for statement in statements] == [(1001, 1000), (1002, 7)]


def test_tables_of_one_name_in_two_databases() -> None:
    """Run in two databases the statement has two plans; only where the tables are alike can they be told as one."""
    steps = (scan(), scan(owner="old", plan_hash=8))
    facts: dict[str, Any] = {"totals": (total(),), "plans": (plan(), plan(plan_hash=8)), "steps": steps}
    alike = read(**facts, definitions=(define(), define(schema="old")))
    assert alike[A].shapes.keys() == {"orders"}
    differs = read(**facts, definitions=(define(), define(schema="old", columns="`id` varchar(9)")))
    assert differs[A].shapes == {}
    one = read(**facts, definitions=(define(),))
    assert one[A].shapes == {}, "what is not known may differ"
    elsewhere = read(totals=(total(),), plans=(plan(),), steps=(scan(),), definitions=(define(schema="old"),))
    assert elsewhere[A].shapes == {}


def test_two_tables_that_one_statement_calls_by_one_name_are_not_told_apart() -> None:
    steps = (scan(id=1), scan(owner="old", id=2))
    assert read(totals=(total(),), plans=(plan(),), steps=steps)[A].questions is None
    apart = (scan(id=1), scan(owner="old", id=2, object_alias="o"))
    assert read(totals=(total(),), plans=(plan(),), steps=apart)[A].questions is not None


def test_the_same_facts_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    facts: dict[str, Any] = {"totals": (total(),), "plans": (plan(),)}
    first = read_workload(WorkloadFacts(**facts))
    assert read_workload(WorkloadFacts(**facts)) is first
    assert read_workload(WorkloadFacts(**facts, definitions=())) is not first
    monkeypatch.setattr(workload, "_remembered", [])
    assert read_workload(WorkloadFacts(**facts)) == first


def test_the_repository_s_text_stands_in_where_no_plan_is_cached() -> None:
    kept = RepositoryText(sql_id=A, sql_type=1, statement="SELECT 1 FROM orders WHERE no = ?")
    (statement,) = read(totals=(total(),), texts=(kept,)).values()
    assert statement.text == kept.statement and statement.questions and not statement.executions
    (statement,) = read(totals=(total(),), texts=(kept,), plans=(plan(),)).values()
    assert statement.text == plan().statement
    (statement,) = read(totals=(total(),), texts=(RepositoryText(sql_id=A, sql_type=1, statement=MASKED),)).values()
    assert statement.text is None


def column(name: str, table: str = "orders", **parts: Any) -> NotableColumn:
    return filled(NotableColumn, table_schema="shop", table_name=table, column_name=name, **parts)


def test_a_table_without_a_definition_has_the_columns_that_the_dictionary_tells() -> None:
    told = (
        column("no", data_type="varchar", character_set_name="utf8mb4", collation_name="utf8mb4_bin"),
        column("id", "users", data_type="bigint"),
    )
    facts = {"totals": (total(),), "plans": (plan(),), "steps": (scan(), scan("users")), "dictionary": told}
    (statement,) = read(**facts, definitions=(define("users", columns="`x` int(11)"),)).values()
    orders, users = statement.shapes["orders"], statement.shapes["users"]
    assert orders.is_partial and orders.columns["no"].collation == "utf8mb4_bin"
    assert not users.is_partial and users.columns.keys() == {"x"}, "a definition tells all"
    (statement,) = read(
        **facts, definitions=(TableDefinition(table_schema="shop", table_name="users", definition="?"),)
    ).values()
    assert statement.shapes["users"].is_partial, "a definition that cannot be read tells nothing"
