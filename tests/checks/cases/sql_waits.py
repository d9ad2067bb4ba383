"""Cases of the check on statements that wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.plans import PlanStep, StatementWait, WorkArea
from agent.facts.sql import CachedPlan, SqlShape
from agent.model.terms import Severity
from tests.checks.cases.sql import _shape
from tests.checks.cases.sql_plans import scan, step, tree
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_MIB = 1 << 20


def _seen(state: str, samples: int, wait_class: str = "USER_IO", **other: Any) -> StatementWait:
    counts = dict.fromkeys(("planning", "reading", "writing", "remote"), 0)
    values = {"sql_id": "A", "event": "db file data read" if state == "WAITING" else "", **counts, **other}
    return StatementWait(session_state=state, wait_class=wait_class, samples=samples, **values)


def _both(waiting: int, working: int) -> list[StatementWait]:
    return [_seen("WAITING", waiting), _seen("ON CPU", working, "OTHER")]


def _cached(sql_id: str = "A", tenant_id: int | None = None) -> CachedPlan:
    return CachedPlan(
        sql_id=sql_id, tenant_id=tenant_id, db_id=1, plan_id=1, plan_hash=1, statement="SELECT * FROM t ORDER BY c",
        executions=9, elapsed_time=9,
    )  # fmt: skip


def _waits(**other: Any) -> SqlShape:
    """A shape that changes a row, of which a fifth of a thousand executions find it locked, a second in all."""
    values = {"retried": 200, "retries": 900, "lock_wait_us": 1_000_000, "elapsed_us": 2_000_000, "sessions": 4}
    return _shape(**{**values, "max_rows_affected": 1, "max_rows_returned": 0, **other})


def _by_key(root: str = "UPDATE", way: str = "GET") -> list[PlanStep]:
    return tree(step(root, depth=0), scan("counter", way=way, rows=1, real=1))


_ADDED = tree(step("INSERT_UP", depth=0, object_owner="shop", object_name="counter"), step("EXPRESSION"))
_A, _WORSE = [("SQL A", LOW)], [("SQL A", MEDIUM)]
_OFTEN = {"retried": 800, "retries": 5000}

HOT_ROWS = [
    Case("SQL049", [_waits(), *_by_key()], _A, label="a fifth"),
    Case("SQL049", [_waits(**_OFTEN), *_by_key()], _WORSE, label="four fifths"),
    Case("SQL049", [_waits(retried=199), *_by_key()], label="less than a fifth"),
    Case("SQL049", [_waits(executions=10, retried=10, sessions=None), *_by_key()], _WORSE, label="ten"),
    Case("SQL049", [_waits(executions=9, retried=9), *_by_key()], label="nine"),
    Case("SQL049", [_waits(lock_wait_us=999_999, **_OFTEN), *_by_key()], label="hardly any wait"),
    Case("SQL049", [_waits(retries=0, retried=0), *_by_key()], label="waits for what is no row"),
    Case("SQL049", [_waits(max_rows_affected=0, max_rows_returned=1), *_by_key("TABLE FOR UPDATE")], _A,
         label="locks it when it is read"),
    Case("SQL049", [_waits(max_rows_affected=0), *_by_key("DELETE")], _A, label="gives up before it is there"),
    Case("SQL049", [_waits(max_rows_affected=2), *_ADDED], _A, label="adds it or changes it"),
    Case("SQL049", [_waits(max_rows_affected=3), *_ADDED], label="adds or changes several"),
    Case("SQL049", [_waits(), *tree(step("INSERT", depth=0), step("EXPRESSION"))], label="inserts it"),
    Case("SQL049", [_waits(max_rows_affected=2), *_by_key()], label="changes two rows"),
    Case("SQL049", [_waits(max_rows_returned=2), *_by_key("TABLE FOR UPDATE")], label="locks two rows"),
    Case("SQL049", [_waits(), *_by_key(way="RANGE SCAN")], label="looks for the row"),
    Case("SQL049", [_waits(), *_by_key("PX COORDINATOR")], label="only reads it"),
    Case("SQL049", [_waits(), *_by_key(), *(replace(s, plan_hash=2) for s in _by_key(way="FULL SCAN"))],
         label="looks for it by another plan"),
    Case("SQL049", [_waits(), *_by_key(), _cached()], _A, label="with its text"),
    Case("SQL049", [_waits(), _waits(sql_id="B", retried=0, retries=0), *_by_key()], _A, label="beside a quiet one"),
    Case("SQL049", [_waits(retried=None), *_by_key()], not_assessed=True, label="how many waited is unknown"),
    Case("SQL049", [_waits(max_rows_affected=None), *_by_key()], not_assessed=True, label="rows are unknown"),
    Case("SQL049", [_waits()], not_assessed=True, label="no plan"),
    Case("SQL049", _by_key(), not_assessed=True, label="empty ring"),
]  # fmt: skip
CASES = [
    *HOT_ROWS,
    Case("SQL034", _both(60, 40), [("SQL A", LOW)], label="six of ten"),
    Case("SQL034", _both(90, 10), [("SQL A", MEDIUM)], label="nine of ten"),
    Case("SQL034", _both(59, 41), label="a little less"),
    Case("SQL034", [_seen("WAITING", 36), _seen("WAITING", 24, event="sync rpc"), _seen("ON CPU", 40)],
         [("SQL A", LOW)], label="for several things"),
    Case("SQL034", [_seen("WAITING", 24), _seen("WAITING", 36, "CONCURRENCY", event=""), _seen("ON CPU", 40)],
         [("SQL A", LOW)], label="longest for what has no name"),
    *(Case("SQL034", [_seen("WAITING", 60, wait), _seen("ON CPU", 40)], [("SQL A", LOW)], label=wait)
      for wait in ("CLUSTER", "COMMIT")),
    Case("SQL034", [*_both(20, 40), _seen("WAITING", 900, "IDLE")], label="for its client"),
    Case("SQL034", [*_both(1, 99), _seen("WAITING", 59, sql_id="B")], label="another one, seen too seldom"),
    Case("SQL034", [_seen("ON CPU", 60)], label="never waits"),
    Case("SQL034", _both(59, 0), not_assessed=True, label="few samples"),
    Case("SQL034", [], not_assessed=True, label="no samples"),
]  # fmt: skip


def _area(spilled: int, mib: float, sql_id: str = "A", **other: Any) -> WorkArea:
    written = round(mib * _MIB)
    values = {
        "operation": "PHY_SORT", "operators": 1, "executions": 10, "multipass": 0, "optimal_bytes": 300 * _MIB,
        "plan_id": 1, "last_temp_bytes": written, **other,
    }  # fmt: skip
    return WorkArea(sql_id=sql_id, spilled=spilled, max_temp_bytes=written, **values)


_CACHED = _cached()
_LOW = [("SQL A", LOW)]
CASES += [
    Case("SQL038", [_CACHED, _area(3, 64)], _LOW, label="three times 64 MiB"),
    Case("SQL038", [_CACHED, _area(3, 1024)], [("SQL A", MEDIUM)], label="a gibibyte"),
    Case("SQL038", [_CACHED, _area(3, 10240)], [("SQL A", HIGH)], label="ten of them"),
    Case("SQL038", [_CACHED, _area(3, 63.9)], label="a little less"),
    Case("SQL038", [_CACHED, _area(2, 1024)], label="twice only"),
    Case("SQL038", [_CACHED, _area(3, 64), _area(2, 1024, operation="PHY_HASH_JOIN")], _LOW,
         label="one operator more, seldom"),
    Case("SQL038", [_CACHED, _area(3, 64), _area(4, 65, operation="PHY_VEC_HASH_JOIN", multipass=1)], _LOW,
         label="two operators, the other one wrote more"),
    Case("SQL038", [_CACHED, _cached("B"), _area(3, 64), _area(3, 1024, "B")], [("SQL B", MEDIUM), ("SQL A", LOW)],
         label="two statements"),
    Case("SQL038", [_CACHED, _area(3, 64, plan_id=2), _area(3, 1024, "B")], label="of plans that have left the cache"),
    Case("SQL038", [_CACHED, _area(3, 64, last_temp_bytes=0)], label="the last one fitted into memory"),
    Case("SQL038", [_CACHED, _area(3, 64, last_temp_bytes=1)], _LOW, label="the last one wrote less"),
    Case("SQL038", [_cached("A", 1002), _cached("A", 1004), _area(3, 64, tenant_id=1002),
                    _area(3, 1024, tenant_id=1004)],
         [("SQL A of tenant 1004", MEDIUM), ("SQL A of tenant 1002", LOW)], label="in two tenants"),
    Case("SQL038", [_CACHED, _area(0, 0)], label="all in memory"),
    Case("SQL038", [_CACHED, _area(0, 0), _area(0, 0, "B", operators=1021)], label="room for the figures of others"),
    Case("SQL038", [_CACHED, _area(0, 0), _area(0, 0, "B", operators=1023)], not_assessed=True,
         label="no room for the figures of others"),
    Case("SQL038", [_CACHED, _area(3, 64), _area(0, 0, "B", operators=1023)], _LOW, label="no room, and a spill"),
    Case("SQL038", [_CACHED, _area(0, 0, svr_ip="a"), _area(0, 0, "B", svr_ip="b", operators=1023)],
         label="on two servers"),
    Case("SQL038", [_CACHED, _area(0, 0, tenant_id=1002), _area(0, 0, "B", tenant_id=1004, operators=1023)],
         label="of two tenants"),
    Case("SQL038", [_CACHED], label="nothing large was sorted"),
    Case("SQL038", [], not_assessed=True, label="no statement in the plan cache"),
]  # fmt: skip
