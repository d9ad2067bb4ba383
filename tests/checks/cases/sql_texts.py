"""Cases of the checks that read the text of statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.sql import CachedPlan, SqlShape
from agent.model.terms import Severity
from tests.harness import Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM


def _shape(
    *, read: int, returned: int = 10, full_scans: int = 0, disk: int = 0, executions: int = 10, average_us: int = 5000
) -> SqlShape:
    """A shape by what one execution does."""
    zero: dict[str, Any] = dict.fromkeys(
        (
            "max_elapsed_us",
            "queue_us",
            "plan_us",
            "execute_us",
            "lock_wait_us",
            "max_rows_returned",
            "rows_affected",
            "retries",
            "errors",
            "plan_misses",
            "remote_plans",
            "plans",
            "over_10ms",
            "over_100ms",
            "over_1s",
            "over_10s",
        ),
        0,
    )
    return SqlShape(
        sql_id="A",
        db_name="shop",
        user_name="app",
        executions=executions,
        rows_read=read * executions,
        rows_returned=returned * executions,
        elapsed_us=average_us * executions,
        disk_reads=disk * executions,
        full_scans=full_scans,
        **zero,
    )


def _plan(statement: str) -> CachedPlan:
    return CachedPlan(sql_id="A", db_id=1, plan_id=1, plan_hash=1, statement=statement, executions=9, elapsed_time=9)


def _listing(values: int) -> CachedPlan:
    return _plan(f"SELECT a FROM t WHERE b = ? AND id IN ({', '.join('?' * values)}) AND c IN (?, ?)")


PAGED, WRAPPED = _plan("SELECT a FROM t ORDER BY a LIMIT ?, ?"), _plan("SELECT a FROM t WHERE DATE(made) = ?")
COUNTED = _plan("SELECT COUNT(*) FROM t WHERE DATE(made) = ?")
NARROWED = _plan("SELECT COUNT(*) FROM t WHERE made >= ? AND HOUR(made) = ?")
FOUND, WORSE = [("SQL A", LOW)], [("SQL A", MEDIUM)]

CASES = [
    Case("SQL017", [_shape(read=9_999), PAGED]),
    Case("SQL017", [_shape(read=10_000), PAGED], FOUND),
    Case(
        "SQL017", [_shape(read=100_000), _plan("SELECT a FROM t LIMIT ? OFFSET ?")], WORSE, label="the other spelling"
    ),
    Case("SQL017", [_shape(read=10_000, returned=1_001), PAGED], label="large page"),
    Case("SQL017", [_shape(read=10_000, executions=9), PAGED], label="rare"),
    Case("SQL017", [_shape(read=10**6), _plan("SELECT a FROM t LIMIT ?")], label="no offset"),
    Case(
        "SQL017",
        [_shape(read=10**6), _plan("SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT ?, ?")],
        label="counts all in any case",
    ),
    Case("SQL017", [_shape(read=10**6, average_us=4999), PAGED], label="quick"),
    Case("SQL017", [PAGED], not_assessed=True, label="empty ring"),
    Case("SQL018", [_listing(199), _plan(f"INSERT INTO t VALUES ({', '.join('?' * 900)})")]),
    Case("SQL018", [_listing(200)], FOUND),
    Case("SQL018", [_listing(1000)], WORSE, label="thousand"),
    Case("SQL018", [_plan("SELECT a FROM t WHERE id IN (" + "?," * 1500)], WORSE, label="cut"),
    Case("SQL018", [_plan("SELECT a FROM t WHERE (b, c) IN (" + "(?, ?), " * 199)], label="tuples"),
    Case("SQL018", [_plan("SELECT a FROM t WHERE (b, c) IN (" + "(?, ?), " * 200)], FOUND, label="many tuples"),
    Case("SQL018", [_plan("SELECT a FROM t WHERE id = ?" + " OR id = ?" * 198)], label="chain of OR"),
    Case("SQL018", [_plan("SELECT a FROM t WHERE id = ?" + " OR id = ?" * 199)], FOUND, label="long chain of OR"),
    Case("SQL019", [_shape(read=9_999, full_scans=10), WRAPPED]),
    Case("SQL019", [_shape(read=10_000, full_scans=10), WRAPPED], FOUND),
    Case(
        "SQL019", [replace(_shape(read=10_000, full_scans=10), rows_read=100_009), WRAPPED], FOUND, label="and a part"
    ),
    Case("SQL019", [replace(_shape(read=9_999, full_scans=10), rows_read=99_999), WRAPPED], label="a row less"),
    Case(
        "SQL019", [_shape(read=100_000, full_scans=10), _plan("SELECT a FROM t WHERE id + ? > ?")], WORSE, label="sum"
    ),
    Case("SQL019", [_shape(read=10**6, returned=10_001, full_scans=9), WRAPPED], label="hardly ever in full"),
    Case("SQL019", [_shape(read=10**6, returned=10_000), WRAPPED], WORSE, label="an index in full"),
    Case("SQL019", [_shape(read=10_000, returned=0), COUNTED], FOUND, label="counts an index in full"),
    Case("SQL019", [_shape(read=10**6, returned=1), NARROWED], label="counts what a range picks"),
    Case("SQL019", [_shape(read=10**6, returned=1, full_scans=10), NARROWED], WORSE, label="counts all the same"),
    Case(
        "SQL019", [_shape(read=10**6, full_scans=10), _plan("SELECT a FROM t WHERE a = DATE(?)")], label="bare column"
    ),
    Case("SQL019", [_shape(read=10**6, full_scans=10, average_us=4999), WRAPPED], label="quick"),
    Case("SQL019", [WRAPPED], not_assessed=True, label="empty ring"),
    Case("SQL020", [_shape(read=1, disk=999)]),
    Case("SQL020", [_shape(read=1, disk=1000)], FOUND),
    Case("SQL020", [_shape(read=1, disk=20_000)], WORSE, label="much"),
    Case("SQL020", [_shape(read=1, disk=20_000, executions=9)], label="rare"),
    Case("SQL020", not_assessed=True, label="empty ring"),
]
