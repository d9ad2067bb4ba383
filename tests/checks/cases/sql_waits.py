"""Cases of the check on statements that wait."""

from __future__ import annotations

from typing import Any

from agent.facts.plans import StatementWait, WorkArea
from agent.facts.sql import CachedPlan
from agent.model.terms import Severity
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_MIB = 1 << 20


def _seen(state: str, samples: int, wait_class: str = "USER_IO", **other: Any) -> StatementWait:
    counts = dict.fromkeys(("planning", "reading", "writing", "remote"), 0)
    values = {"sql_id": "A", "event": "db file data read" if state == "WAITING" else "", **counts, **other}
    return StatementWait(session_state=state, wait_class=wait_class, samples=samples, **values)


def _both(waiting: int, working: int) -> list[StatementWait]:
    return [_seen("WAITING", waiting), _seen("ON CPU", working, "OTHER")]


CASES = [
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


def _cached(sql_id: str = "A", tenant_id: int | None = None) -> CachedPlan:
    return CachedPlan(
        sql_id=sql_id, tenant_id=tenant_id, db_id=1, plan_id=1, plan_hash=1, statement="SELECT * FROM t ORDER BY c",
        executions=9, elapsed_time=9,
    )  # fmt: skip


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
