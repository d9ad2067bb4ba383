"""A large tenant made by hand: 200 tables and 100 statements whose plans are those that the kernel chooses.

``python -m tests.twin.large`` builds its twin, proves advice, and prints what that took. A kernel with the same tables
makes the plans first, so that the statements can be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import ColumnStatistics, IndexColumn, TableStatistics
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind, Version
from agent.twin.fidelity import match_statements
from agent.twin.material import read_material
from agent.twin.prove import prove_advice
from agent.twin.result import TwinReport
from agent.twin.twin import open_twin
from tests.agent.facts.rows import filled

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TABLES, STATEMENTS, COLUMNS = 200, 100, 20
MOST_SECONDS, MOST_BYTES = 30, 1.5 * 2**30
_ROWS = 1_000_000


def _define(number: int) -> str:
    more = "".join(f",\n  `c{place:02}` varchar(40) NOT NULL" for place in range(6, COLUMNS))
    return (
        f"CREATE TABLE `t{number:03}` (\n  `id` bigint(20) NOT NULL,\n  `owner_id` bigint(20) NOT NULL,\n"
        "  `kind` int(11) NOT NULL,\n  `state` varchar(12) NOT NULL,\n  `made` datetime NOT NULL,\n"
        f"  `amount` decimal(12,2) NOT NULL{more},\n  PRIMARY KEY (`id`),\n  KEY `by_state` (`state`),\n"
        "  KEY `by_kind_made` (`kind`, `made`)\n)"
    )


def _list_texts() -> Iterator[str]:
    """Yield statements of the kinds that an ordinary application sends, each on tables of its own."""
    for number in range(STATEMENTS):
        one, other = f"t{number % TABLES:03}", f"t{(number + 100) % TABLES:03}"
        yield (
            f"SELECT id, amount FROM {one} WHERE owner_id = ?",
            f"SELECT id FROM {one} WHERE owner_id = ? AND made > ? ORDER BY made DESC LIMIT ?",
            f"SELECT a.id, b.amount FROM {one} a JOIN {other} b ON b.owner_id = a.id WHERE a.c06 = ?",
            f"SELECT kind, COUNT(*) FROM {one} WHERE made >= ? GROUP BY kind",
            f"SELECT id FROM {one} WHERE c07 = ? AND state = ?",
            f"SELECT * FROM {one} WHERE id = ?",
            f"UPDATE {one} SET state = ? WHERE c08 = ?",
            f"SELECT c09, SUM(amount) FROM {one} WHERE state = ? AND made BETWEEN ? AND ? GROUP BY c09",
            f"SELECT a.id FROM {one} a WHERE a.kind = ? AND EXISTS (SELECT 1 FROM {other} b WHERE b.owner_id = a.id)",
            f"SELECT id FROM {one} WHERE c10 LIKE ? ORDER BY amount LIMIT ?",
        )[number % 10]


def make_large(steps: tuple[PlanStep, ...] = ()) -> Snapshot:
    """Return the tenant; without ``steps`` no plan of its statements is known."""
    names = [f"t{number:03}" for number in range(TABLES)]
    columns = ("id", "owner_id", "kind", "state", "made", "amount", *(f"c{place:02}" for place in range(6, COLUMNS)))
    distinct = {"id": _ROWS, "owner_id": 50_000, "kind": 20, "state": 6, "made": 400_000, "amount": 90_000}
    facts: dict[type, Any] = {
        TableDefinition: tuple(
            TableDefinition(table_schema="shop", table_name=name, definition=_define(number))
            for number, name in enumerate(names)
        ),
        TableStatistics: tuple(
            filled(TableStatistics, owner="shop", table_name=name, num_rows=_ROWS, avg_row_len=400) for name in names
        ),
        ColumnStatistics: tuple(
            ColumnStatistics(
                owner="shop", table_name=name, column_name=column, num_distinct=distinct.get(column, 20_000),
                num_nulls=0, avg_col_len=20,
            )
            for name in names
            for column in columns
        ),
        IndexColumn: tuple(
            filled(
                IndexColumn, table_schema="shop", table_name=name, index_name="by_state", non_unique=True,
                seq_in_index=1, column_name="state", index_type="BTREE", is_visible="YES",
            )
            for name in names
        ),
        CachedPlan: tuple(
            filled(CachedPlan, sql_id=f"{number:032X}", plan_hash=7, statement=text, executions=1000, param_infos="")
            for number, text in enumerate(_list_texts())
        ),
        SqlTotal: tuple(
            filled(SqlTotal, sql_id=f"{number:032X}", db_name="shop", executions=1000, elapsed_us=10**9 - number)
            for number in range(STATEMENTS)
        ),
        PlanStep: steps,
    }  # fmt: skip
    return Snapshot(target="t", tenant_kind=TenantKind.USER, version=Version(4, 3, 5, 0), as_of=AS_OF, facts=facts)


def list_steps() -> Iterator[PlanStep]:
    """Yield the plans that the kernel chooses, as its cache would have them."""
    # Without a plan a statement has no literals: a step that reads nothing stands for it.
    blank = tuple(
        filled(PlanStep, sql_id=f"{number:032X}", plan_hash=7, id=0, depth=0, operator="-", object_alias="", cost=1)
        for number in range(STATEMENTS)
    )
    material = read_material(make_large(blank))
    with open_twin(material) as twin:
        for one in match_statements(twin, material):
            for place, step in enumerate(one.base.operators if one.base else ()):
                alias = step.target.partition("(")[0]
                table = _find_table(one.statement.text or "", alias)
                yield filled(
                    PlanStep, sql_id=one.statement.sql_id, plan_hash=7, id=place, depth=step.depth,
                    operator=step.name, object_alias=step.target, rows_estimated=step.rows, cost=step.cost,
                    object_owner="shop" if table else "", object_name=table, object_type="BASIC TABLE" if table else "",
                )  # fmt: skip


def _find_table(text: str, alias: str) -> str:
    """Return the table that a statement of ours calls so; "" for what is none."""
    words = text.replace(",", " ").split()
    if alias in words and alias.startswith("t"):
        return alias
    return next((words[place - 1] for place, word in enumerate(words) if word == alias and place), "") if alias else ""


def measure() -> TwinReport:
    """Prove advice for the large tenant."""
    return prove_advice(make_large(tuple(list_steps())))


def describe(report: TwinReport) -> str:
    """Return what it took in one line."""
    return (
        f"{TABLES} tables, {STATEMENTS} statements: {report.seconds:.0f} s, {report.peak_bytes / 2**30:.2f} GiB,"
        f" {report.plans} plans, {dict(report.matches)}, {len(report.indexes)} indexes"
    )


if __name__ == "__main__":
    found = measure()
    sys.stdout.write(f"{describe(found)}\n")
    sys.exit(found.seconds > 2 * MOST_SECONDS or found.peak_bytes > MOST_BYTES)
