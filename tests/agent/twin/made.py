"""A small tenant as facts, and a twin that answers by rules: for the tests that need no kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import ColumnStatistics, IndexColumn, TableStatistics
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind, Version
from agent.twin.candidates import Candidate
from agent.twin.matched import Match, Matched
from agent.twin.material import Material, read_material
from agent.twin.plan_shape import Operator, PlanShape, read_cached
from agent.twin.synthetic import Bounds, ColumnType, choose_bounds
from agent.twin.twin import Twin, TwinRefused
from tests.agent.facts.rows import filled

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
A, B = "A" * 32, "B" * 32
ORDERS = (
    "CREATE TABLE `orders` (\n  `id` bigint(20) NOT NULL,\n  `customer_id` bigint(20) NOT NULL,\n"
    "  `status` varchar(12) NOT NULL,\n  `made` datetime NOT NULL,\n  `note` text,\n  `amount` decimal(10,2),\n"
    "  PRIMARY KEY (`id`),\n  KEY `by_status` (`status`),\n  KEY `by_status_made` (`status`, `made`)\n)"
)
TYPES = {
    "id": ColumnType(data_type="bigint", column_type="bigint(20)"),
    "customer_id": ColumnType(data_type="bigint", column_type="bigint(20)"),
    "status": ColumnType(data_type="varchar", column_type="varchar(12)", length=12),
    "made": ColumnType(data_type="datetime", column_type="datetime"),
    "amount": ColumnType(data_type="decimal", column_type="decimal(10,2)", digits=8),
}
DISTINCT = {"id": 100_000, "customer_id": 1000, "status": 4, "made": 50_000, "amount": 20_000}


def make_step(number: int, operator: str, alias: str = "", *, depth: int = 0, **parts: Any) -> PlanStep:
    table = {"object_owner": "shop", "object_name": "orders", "object_type": "BASIC TABLE"} if alias else {}
    given = {"sql_id": A, "plan_hash": 7, "id": number, "depth": depth, "operator": operator, "object_alias": alias}
    return filled(PlanStep, **{**given, **table, **parts})


def make_snapshot(
    statement: str, *steps: PlanStep, types: str = "", outline: str = "", more: Mapping[type, Any] | None = None
) -> Snapshot:
    """A tenant with one table and one statement."""
    plan = filled(
        CachedPlan, sql_id=A, plan_hash=7, statement=statement, executions=10, param_infos=types, outline=outline
    )
    counts = tuple(
        ColumnStatistics(
            owner="shop", table_name="orders", column_name=name, num_distinct=number, num_nulls=0, avg_col_len=20
        )
        for name, number in DISTINCT.items()
    )
    statistics = filled(TableStatistics, owner="shop", table_name="orders", num_rows=100_000, avg_row_len=200)
    indexes = tuple(
        filled(
            IndexColumn, table_schema="shop", table_name="orders", index_name=name, non_unique=True, seq_in_index=1,
            column_name="status", index_type="BTREE", is_visible="YES",
        )
        for name in ("by_status", "by_status_made")
    )  # fmt: skip
    facts: dict[type, Any] = {
        CachedPlan: (plan,),
        SqlTotal: (filled(SqlTotal, sql_id=A, db_name="shop", executions=10, elapsed_us=1_000_000),),
        PlanStep: steps,
        TableDefinition: (TableDefinition(table_schema="shop", table_name="orders", definition=ORDERS),),
        ColumnStatistics: counts,
        TableStatistics: (statistics,),
        IndexColumn: indexes,
        **(more or {}),
    }
    return Snapshot(target="t", tenant_kind=TenantKind.USER, version=Version(4, 3, 5, 0), as_of=AS_OF, facts=facts)


def make_bounds() -> dict[tuple[str, str], dict[str, Bounds]]:
    found = {name: choose_bounds(kind, DISTINCT[name], AS_OF) for name, kind in TYPES.items()}
    return {("shop", "orders"): {name: bounds for name, bounds in found.items() if bounds}}


def make_matched(
    statement: str = "SELECT * FROM orders WHERE customer_id = ?", *, cost: int = 1000, off: float | None = None
) -> tuple[Matched, Material]:
    """A statement whose plan is the tenant's: a full scan of the given cost."""
    material = read_material(make_snapshot(statement, make_step(0, "TABLE FULL SCAN", "orders", cost=cost)))
    (one,) = material.statements
    matched = Matched(
        statement=one, database="shop", match=Match.SAME, sql=statement.replace("?", "7"),
        tables={"orders": ("shop", "orders")}, base=read_cached(one.plans[0]),
        tenant=read_cached(one.plans[0]), off=off,
        outline="/*+ BEGIN_OUTLINE_DATA FULL(orders) END_OUTLINE_DATA */",
    )  # fmt: skip
    return matched, material


def scan(index: str = "", *, cost: int) -> PlanShape:
    target = f"orders({index})" if index else "orders"
    return PlanShape((Operator(0, "TABLE RANGE SCAN" if index else "TABLE FULL SCAN", target, 10, cost),))


class AnsweringTwin:
    """Answers EXPLAIN by a function of the text; ``asked`` are all texts."""

    def __init__(self, answer: Callable[[str], PlanShape], refuses: Mapping[str, str] | None = None) -> None:
        self.answer = answer
        self.refuses = refuses or {}
        self.asked: list[str] = []
        self.bounds: Mapping[tuple[str, str], Mapping[str, Bounds]] = {}
        self.candidates: list[Candidate] = []
        self.explained = 0

    def ask(self, sql: str, values: object = ()) -> list[tuple[object, ...]]:
        self.asked.append(sql)
        for part, reason in self.refuses.items():
            if part in sql:
                raise TwinRefused(reason, 1)
        return []

    def explain(self, sql: str, database: str) -> PlanShape:
        self.explained += 1
        self.ask(sql)
        return self.answer(sql)

    def write_outline(self, sql: str, database: str) -> str:
        self.ask(sql)
        used = ",".join(sorted(self.answer(sql).indexes))
        return f"/*+ BEGIN_OUTLINE_DATA INDEX({used or 'none'}) END_OUTLINE_DATA */"

    def as_twin(self) -> Twin:
        """The same, for code that wants a twin."""
        return cast(Twin, self)


def with_match(one: Matched, match: Match) -> Matched:
    return replace(one, match=match)
