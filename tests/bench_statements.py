"""What the diagnosis of statements costs: 200 of the real world, each with a plan, judged by all checks on them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from sqlglot import expressions as exp

from agent.collection.masking import mask_sql
from agent.facts.definitions import TableDefinition
from agent.facts.dialect import parse_sql
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, SqlTotal
from agent.judgement.evaluate import evaluate_checks
from agent.model.snapshot import Snapshot
from agent.model.terms import Category, TenantKind, Version
from tests.data.statements import load_statements
from tests.harness import rules_of_cases, shipped

MOST = 200
_NOTE = "table_rows:1000000\n physical_range_rows:900000\n index_back_rows:0\n output_rows:10\n"


def list_facts(text: str) -> tuple[str, list[Any]]:
    """Return the id of a statement, and its facts: ten seconds a day, and a plan that scans each of its tables."""
    sql_id = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    counts = dict.fromkeys(("disk_reads", "retries", "wait_us", "remote_executions"), 0)
    total = SqlTotal(
        sql_id=sql_id, db_name="shop", executions=100, elapsed_us=10**7, rows_processed=100, rows_read=10**8, **counts
    )
    plan = CachedPlan(
        sql_id=sql_id, db_id=500_001, plan_id=1, plan_hash=1, statement=text, executions=100, elapsed_time=10**7
    )
    tables = dict.fromkeys(table.name for tree in parse_sql(text) or () for table in tree.find_all(exp.Table))
    rows: list[Any] = [total, plan]
    for number, table in enumerate(tables):
        step: dict[str, Any] = {
            "object_owner": "shop",
            "object_name": table,
            "object_type": "BASIC TABLE",
            "partitions": "p0",
        }
        figures: dict[str, Any] = {"cost": 9, "rows_estimated": 10, "rows_real": 10, "real_us": 9, "optimizer": _NOTE}
        place: dict[str, Any] = {"sql_id": sql_id, "plan_hash": 1, "id": number, "depth": number}
        rows.append(PlanStep(operator="TABLE FULL SCAN", object_alias=table, **place, **step, **figures))
        columns = ",\n".join(f"`c{column}` varchar(20)" for column in range(20))
        text = f"CREATE TABLE `{table}` (\n{columns}\n)"
        rows.append(TableDefinition(table_schema="shop", table_name=table, definition=text))
    return sql_id, rows


def build_snapshot() -> Snapshot:
    """Two hundred statements of the corpus that are queries or changes."""
    facts: dict[type, list[Any]] = {}
    seen: set[str] = set()
    for statement in load_statements():
        text = mask_sql(statement.sql)
        if statement.reason or len(seen) == MOST or not text.upper().startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        sql_id, rows = list_facts(text)
        if sql_id not in seen:
            seen.add(sql_id)
            for row in rows:
                facts.setdefault(type(row), []).append(row)
    assert len(seen) == MOST
    return Snapshot(
        target="shop",
        tenant_kind=TenantKind.USER,
        version=Version(4, 3, 3, 0),
        as_of=datetime(2026, 11, 29, tzinfo=UTC),
        facts={row: tuple(rows) for row, rows in facts.items()},
    )


def measure_statements() -> tuple[tuple[str, float, str, float], ...]:
    """Return (what, measured, unit, limit): seconds and megabytes of the diagnosis, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "tests.bench_statements"], check=True, capture_output=True, text=True)
    seconds, megabytes, findings = map(float, done.stdout.split())
    return (
        (f"diagnosis of {MOST} statements ({findings:.0f} findings)", seconds, "s", 2),
        (f"memory that the diagnosis of {MOST} statements takes", megabytes, "MB", 100),
    )


def main() -> None:
    """Print seconds, megabytes beyond those before, and how much was found."""
    import resource

    snapshot = build_snapshot()
    specs = [spec for spec in shipped()[0].checks.values() if spec.category is Category.SQL]
    ruleset = rules_of_cases()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    results = evaluate_checks(specs, ruleset, snapshot)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = sum(len(result.findings) for result in results)
    sys.stdout.write(f"{seconds} {(after - before) / 1024} {found}\n")


if __name__ == "__main__":
    main()
