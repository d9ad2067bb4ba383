"""Cases of the checks on statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.settings import Parameter, Uptime
from agent.facts.sql import AuditReturn, CachedPlan, PlanCache, SqlShape, SqlTotal
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_NO_TOTALS = (SqlTotal, Unavailable(UnavailableKind.NO_VIEW, Text("no such view")))
_NO_TEXT = (CachedPlan, Unavailable(UnavailableKind.NOT_GRANTED, Text("not granted")))


def _ret(executions: int = 1000, code: int = 0, **other: Any) -> AuditReturn:
    values = {
        "ret_code": code,
        "records": executions,
        "first_us": 0,
        "last_us": 3_600_000_000,
        "executions": executions,
        "planned": executions,
        "hard_parses": 0,
        "first_request": 5000,
        "sql_id": "X",
    }
    return AuditReturn(**{**values, **other})


def _on(svr_ip: str, span_s: int, **other: Any) -> AuditReturn:
    """What one server's ring holds."""
    return _ret(svr_ip=svr_ip, last_us=span_s * 1_000_000, **other)


def _shape(sql_id: str = "A", executions: int = 1000, **other: Any) -> SqlShape:
    zero = dict.fromkeys(
        (
            "elapsed_us",
            "max_elapsed_us",
            "queue_us",
            "plan_us",
            "execute_us",
            "lock_wait_us",
            "rows_returned",
            "rows_read",
            "max_rows_returned",
            "rows_affected",
            "disk_reads",
            "retries",
            "errors",
            "plan_misses",
            "full_scans",
            "remote_plans",
            "plans",
            "over_10ms",
            "over_100ms",
            "over_1s",
            "over_10s",
        ),
        0,
    )
    return SqlShape(sql_id=sql_id, db_name="shop", user_name="app", executions=executions, **{**zero, **other})


def _reading(average_us: int = 5000, executions: int = 10, **other: Any) -> SqlShape:
    return _shape(executions=executions, elapsed_us=average_us * executions, **other)


def _total(
    sql_id: str,
    elapsed_s: float,
    executions: int = 100,
    rows_processed: int = 0,
    tenant_id: int | None = None,
    of_tenant_s: float = 0,
) -> SqlTotal:
    of_tenant_us = None if tenant_id is None else round(of_tenant_s * 10**6)
    return SqlTotal(
        tenant_id=tenant_id,
        tenant_elapsed_us=of_tenant_us,
        sql_id=sql_id,
        db_name="shop",
        executions=executions,
        elapsed_us=round(elapsed_s * 10**6),
        rows_processed=rows_processed,
    )


def _cache(accesses: int, hits: int, tenant_id: int | None = None) -> PlanCache:
    return PlanCache(
        tenant_id=tenant_id,
        access_count=accesses,
        hit_count=hits,
        plan_num=9,
        mem_used=-1,
        mem_hold=1,
        mem_limit=9,
    )


def _plan(
    statement: str = "SELECT ?",
    *,
    plan_hash: int = 1,
    executions: int = 10,
    average_ms: int = 1,
    db_id: int = 1,
    tenant_id: int | None = None,
    sql_id: str = "A",
) -> CachedPlan:
    return CachedPlan(
        tenant_id=tenant_id,
        sql_id=sql_id,
        db_id=db_id,
        plan_id=plan_hash,
        plan_hash=plan_hash,
        statement=statement,
        executions=executions,
        elapsed_time=average_ms * 1000 * executions,
    )


_DELETE = _plan("DELETE FROM t")


def _two_plans(slow_ms: int, executions: int = 10) -> list[CachedPlan]:
    return [_plan(average_ms=1), _plan(plan_hash=2, average_ms=slow_ms, executions=executions)]


_LARGE_FROM_100_MS = Parameter(scope="TENANT", name="large_query_threshold", value="100ms")
_LARGE_FROM_5_S = replace(_LARGE_FROM_100_MS, value="5s")
_HINTS = "/*+ BEGIN_OUTLINE_DATA FULL(t) QUERY_TIMEOUT(5000) END_OUTLINE_DATA */"
_WITH_OWN_LIMIT = replace(_plan(sql_id="B"), outline=_HINTS)

CASES = [
    Case("SQL001", [_ret(), _shape(over_1s=4)]),
    Case("SQL001", [_ret(), _shape(over_1s=5)], [("tenant", LOW)], label="at-the-limit"),
    Case("SQL001", [_ret(), _shape(over_1s=12), _shape("B", over_1s=8)], [("tenant", MEDIUM)]),
    Case("SQL001", [_ret(), _shape(over_1s=100)], [("tenant", HIGH)]),
    Case("SQL001", [_ret(199), _shape(over_1s=100)], not_assessed=True, label="too-few"),
    Case("SQL001", [_ret(tenant_id=1002), _shape(tenant_id=1002, over_1s=100), _ret(10**6, tenant_id=1004)],
         [("tenant 1002", HIGH)], label="seen from sys"),
    Case("SQL001", not_assessed=True, label="empty"),
    Case("SQL002", [_total("A", 49), _total("B", 51, executions=19)], label="rare-statement"),
    Case("SQL002", [_total("A", 50), _total("B", 50)], [("SQL A", LOW), ("SQL B", LOW)], label="at-the-limit"),
    Case("SQL002", [_total("A", 90), _total("B", 10), _NO_TEXT], [("SQL A", MEDIUM)], label="without-text"),
    Case("SQL002", [_total("A", 9)], label="hardly-any-time"),
    Case("SQL002", not_assessed=True, label="empty"),
    Case("SQL002", [_total("A", 900, tenant_id=1, of_tenant_s=999), _total("B", 60, tenant_id=1002, of_tenant_s=100),
                    _total("A", 40, tenant_id=1002, of_tenant_s=100), _total("C", 9, tenant_id=1004, of_tenant_s=9)],
         [("SQL A of tenant 1", MEDIUM), ("SQL B of tenant 1002", LOW)], label="seen from sys"),
    Case("SQL002", [_total("A", 40, tenant_id=1002, of_tenant_s=100)], label="one of many, seen from sys"),
    Case("SQL003", [_reading(full_scans=10, rows_read=199_999)]),
    Case("SQL003", [_reading(full_scans=10, rows_read=200_000)], [("SQL A", LOW)]),
    Case("SQL003", [_reading(full_scans=10, rows_read=1_000_000), _NO_TEXT], [("SQL A", MEDIUM)]),
    Case("SQL003", [_reading(full_scans=10, rows_read=20_000_000)], [("SQL A", HIGH)]),
    Case("SQL003", [_reading(executions=9, full_scans=9, rows_read=20_000_000)], label="rare"),
    Case("SQL003", [_reading(full_scans=10, rows_read=200_000, tenant_id=number) for number in (1002, 1004)],
         [("SQL A of tenant 1002", LOW), ("SQL A of tenant 1004", LOW)], label="the same in two tenants"),
    Case("SQL003", [_reading(rows_read=20_000_000)], label="no-full-scan"),
    Case("SQL003", [_reading(4999, full_scans=10, rows_read=20_000_000)], label="quick"),
    Case("SQL003", not_assessed=True, label="empty"),
    Case("SQL004", [_reading(rows_read=999_999, rows_returned=100)]),
    Case("SQL004", [_reading(rows_read=1_000_000, rows_returned=100)], [("SQL A", LOW)]),
    Case("SQL004", [_reading(rows_read=1_000_000, rows_affected=10)], [("SQL A", MEDIUM)], label="write"),
    Case("SQL004", [_reading(rows_read=20_000_000)], [("SQL A", HIGH)], label="nothing-returned"),
    Case("SQL004", [_reading(rows_read=99_999)], label="few-rows-read"),
    Case("SQL004", [_reading(4999, rows_read=20_000_000)], label="quick"),
    Case("SQL004", [_shape(executions=0, rows_read=10**9), _reading()], label="only parts of plans in the ring"),
    Case("SQL004", [_shape(executions=0, rows_read=10**9)], not_assessed=True, label="nothing but parts of plans"),
    Case("SQL004", not_assessed=True, label="empty"),
    Case("SQL005", [_cache(100_000, 90_001)]),
    Case("SQL005", [_cache(100_000, 90_000)], [("tenant", LOW)]),
    Case("SQL005", [_cache(50_000, 35_000), _cache(50_000, 40_000)], [("tenant", MEDIUM)], label="two-servers"),
    Case("SQL005", [_cache(100_000, 1, 1), _cache(100_000, 99_000, 1002)], [("tenant 1", HIGH)], label="two-tenants"),
    Case("SQL005", [_cache(99_999, 0)], not_assessed=True),
    Case("SQL050", [_ret(3981), _ret(19, -5217)], label="nineteen"),
    Case("SQL050", [_ret(3980), _ret(20, -5217)], [("return code -5217", LOW)], label="twenty"),
    Case("SQL050", [_ret(3981), _ret(20, -5019)], label="one in more than two hundred"),
    Case("SQL050", [_ret(900), _ret(100, -5024)], [("return code -5024", MEDIUM)], label="one in ten"),
    Case("SQL050", [_ret(500), _ret(500, -4012)], label="serious ones"),
    Case("SQL050", [_ret(900), _ret(15, -5019), _ret(15, -5217)], label="fifteen of each"),
    Case("SQL050", [_ret(900), *(_ret(20, code) for code in (-5171, -5167, -5024))],
         [("return code -5024", LOW), ("return code -5167", LOW), ("return code -5171", LOW)], label="of each kind"),
    Case("SQL050", [], not_assessed=True, label="empty ring"),
    Case("SQL006", [_ret(100_000), _ret(9, -4012)]),
    Case("SQL006", [_ret(99_990), _ret(10, -4012)], [("return code -4012", LOW)], label="at-the-limit"),
    Case("SQL006", [_ret(980), _ret(20, -6003)], [("return code -6003", HIGH)]),
    Case("SQL006", [_ret(9990), _ret(10, -4030), _ret(4, -4016)], [("return code -4030", LOW)], label="four"),
    Case("SQL006", [_ret(500), _ret(500, -5024), _ret(500, -5001)], label="errors-of-the-user"),
    *(Case("SQL006", [_ret(980), _ret(20, code)], [(f"return code {code}", HIGH)], label=f"{code}")
      for code in (-6002, -6212, -6225, -6278)),
    Case("SQL006", [_ret(99_990), _ret(5, -4012, svr_ip="10.0.0.1"), _ret(5, -4012, svr_ip="10.0.0.2")],
         [("return code -4012", LOW)], label="on two servers"),
    Case("SQL006", [_ret(980, tenant_id=1002), _ret(20, -4012, tenant_id=1002), _ret(10**6, tenant_id=1004)],
         [("return code -4012 of tenant 1002", HIGH)], label="seen from sys"),
    Case("SQL006", [_ret(980), _ret(20, -4103)], label="SQL021 has the grave ones"),
    Case("SQL006", [_ret(980), _ret(20, -4012, sql_id="B"), _WITH_OWN_LIMIT],
         [("return code -4012", HIGH)], label="a limit of its own"),
    Case("SQL006", not_assessed=True, label="empty"),
    Case("SQL021", [_ret(10**6), _ret(9, -4012)]),
    *(Case("SQL021", [_ret(10**6), _ret(1, code)], [(f"return code {code}", HIGH)], label=f"{code}")
      for code in (-4103, -4108, -4184, -4264, -4377)),
    Case("SQL021", [_ret(10**6), _ret(0, -4103, records=1, sql_id="")], [("return code -4103", HIGH)],
         label="of the server itself"),
    Case("SQL021", [_ret(1, -4377, tenant_id=1004), _ret(9, tenant_id=1002)],
         [("return code -4377 of tenant 1004", HIGH)], label="seen from sys"),
    Case("SQL021", not_assessed=True, label="empty"),
    Case("SQL007", [_ret(last_us=61_000_000)]),
    Case("SQL007", [_ret(last_us=60_000_000)], [("tenant", LOW)]),
    Case("SQL007", [_ret(last_us=4), _ret(5, -4012, first_us=2, last_us=60_000_000)], [("tenant", LOW)]),
    Case("SQL007", [_on("10.0.0.1", 60), _on("10.0.0.2", 900)], [("tenant", LOW)], label="a quieter server"),
    Case("SQL007", [_on("10.0.0.1", 60), _on("10.0.0.2", 9, first_request=1)], [("tenant", LOW)],
         label="a ring that is not full yet"),
    Case("SQL007", [_on("10.0.0.1", 60, svr_port=2882), _on("10.0.0.1", 900, svr_port=2884)],
         [("tenant", LOW)], label="two servers of one machine"),
    Case("SQL007", [_on("10.0.0.1", 900, tenant_id=1), _on("10.0.0.1", 60, tenant_id=1002)],
         [("tenant 1002", LOW)], label="seen from sys"),
    Case("SQL007", [_ret(last_us=1), _ret(5, -4012, first_request=1)], label="never-overwritten"),
    Case("SQL007", [_ret(last_us=60_000_000), Uptime(name="Uptime", value="3600")], [("tenant", LOW)],
         label="up for an hour"),
    Case("SQL007", [_ret(last_us=60_000_000), Uptime(name="Uptime", value="3599")], not_assessed=True,
         label="started just now, short"),
    Case("SQL007", [_ret(last_us=61_000_000), Uptime(name="Uptime", value="90")], not_assessed=True,
         label="started just now, long enough"),
    Case("SQL007", not_assessed=True, label="empty"),
    Case("SQL008", [_shape(executions=10, elapsed_us=4_999_999)]),
    Case("SQL008", [_shape(executions=10, elapsed_us=5_000_000)], [("SQL A", LOW)]),
    Case("SQL008", [_shape(executions=10, elapsed_us=20_000_000)], [("SQL A", MEDIUM)]),
    Case("SQL008", [_shape(executions=10, elapsed_us=100_000_000), _NO_TEXT], [("SQL A", HIGH)]),
    Case("SQL008", [_shape(executions=9, elapsed_us=100_000_000), _shape("", 99, elapsed_us=10**12)], label="rare"),
    Case("SQL008", not_assessed=True, label="empty"),
    Case("SQL009", [_shape(elapsed_us=10_000_001, lock_wait_us=2_000_000)]),
    Case("SQL009", [_shape(elapsed_us=10_000_000, lock_wait_us=2_000_000)], [("SQL A", LOW)]),
    Case("SQL009", [_shape(elapsed_us=4_000_000, lock_wait_us=2_000_000)], [("SQL A", MEDIUM)]),
    Case("SQL009", [_shape(elapsed_us=2_000_000, lock_wait_us=2_000_000)], [("SQL A", HIGH)]),
    Case("SQL009", [_shape(elapsed_us=999_999, lock_wait_us=999_999)], label="hardly-any-wait"),
    Case("SQL009", not_assessed=True, label="empty"),
    Case("SQL010", [_shape(elapsed_us=30_000_000, queue_us=2_900_000)]),
    Case("SQL010", [_shape(elapsed_us=20_000_000, queue_us=2_000_000)], [("tenant", LOW)]),
    Case("SQL010", [_shape(elapsed_us=6_000_000, queue_us=2_000_000)], [("tenant", MEDIUM)]),
    Case("SQL010", [_shape(elapsed_us=3_000_000, queue_us=2_000_000)], [("tenant", HIGH)]),
    Case("SQL010", [_shape(elapsed_us=2_000_000, queue_us=1_999_999)], label="short-queue"),
    Case("SQL010", [_shape(elapsed_us=3_000_000, queue_us=2_000_000, tenant_id=1002), _shape("B", 199, tenant_id=1)],
         [("tenant 1002", HIGH)], label="seen from sys"),
    Case("SQL010", [_shape(executions=199, elapsed_us=10, queue_us=10)], not_assessed=True),
    Case("SQL011", [_shape(retries=199)]),
    Case("SQL011", [_shape(retries=200)], [("SQL A", LOW)]),
    Case("SQL011", [_shape(retries=1000)], [("SQL A", MEDIUM)]),
    Case("SQL011", [_shape(retries=10_000), _shape("B", 9, retries=900)], [("SQL A", HIGH)]),
    Case("SQL011", [_shape(executions=80, retries=79, elapsed_us=80 * 177_000), _LARGE_FROM_100_MS], [("SQL A", LOW)],
         label="a large query by a small threshold"),
    Case("SQL011", [_shape(executions=80, retries=79, elapsed_us=80 * 6_000_000), _LARGE_FROM_5_S],
         [("SQL A", LOW)], label="a large query"),
    Case("SQL011", not_assessed=True, label="empty"),
    Case("SQL012", [_plan(average_ms=10), _plan(plan_hash=2, average_ms=49)]),
    Case("SQL012", [_plan(average_ms=10), _plan(plan_hash=2, average_ms=50)], [("SQL A", LOW)]),
    Case("SQL012", _two_plans(20), [("SQL A", MEDIUM)]),
    Case("SQL012", _two_plans(500), [("SQL A", HIGH)]),
    Case("SQL012", _two_plans(19), label="fast-enough"),
    Case("SQL012", _two_plans(500, executions=9), label="rare"),
    Case("SQL012", [_plan(), _plan(plan_hash=2, average_ms=500, db_id=2)], label="two-databases"),
    Case("SQL012", [_plan(tenant_id=1), _plan(plan_hash=2, average_ms=500, tenant_id=1002)], label="two-tenants"),
    Case("SQL012", [_plan(), _plan(average_ms=500)], label="one-plan-on-two-servers"),
    Case("SQL013", [_shape(max_rows_returned=99_999)]),
    Case("SQL013", [_shape(executions=1, max_rows_returned=100_000)], [("SQL A", LOW)]),
    Case("SQL013", [_shape(executions=1, max_rows_returned=1_000_000), _NO_TEXT], [("SQL A", MEDIUM)]),
    Case("SQL013", not_assessed=True, label="empty"),
    Case("SQL014", [_plan("UPDATE t SET a = ? WHERE id = ?"), _plan("DELETE FROM t LIMIT ?"), _plan()]),
    Case("SQL014", [_DELETE, _total("A", 9, executions=2, rows_processed=19_999)]),
    Case("SQL014", [_DELETE, _total("A", 9, executions=2, rows_processed=20_000)], [("SQL A", LOW)]),
    Case("SQL014", [_DELETE, _shape(executions=1, rows_affected=1_000_000)], [("SQL A", MEDIUM)], label="by the ring"),
    Case("SQL014", [_plan("UPDATE seq SET id = LAST_INSERT_ID(id + ?)", executions=10**6),
                    _total("A", 99, executions=10**6, rows_processed=10**6)], label="a counter"),
    Case("SQL014", [_DELETE, _total("A", 9, 1000, rows_processed=9), _shape(executions=1, rows_affected=10_000)],
         [("SQL A", LOW)], label="once in the ring"),
    Case("SQL014", [_plan("DELETE FROM t", tenant_id=1002), _plan(tenant_id=1004, sql_id="B"),
                    _total("A", 9, 2, rows_processed=20_000, tenant_id=1002),
                    _total("B", 9, 2, rows_processed=10**9, tenant_id=1004)],
         [("SQL A of tenant 1002", LOW)], label="seen from sys"),
    Case("SQL014", [_DELETE, _total("A", 9, 2, rows_processed=20_000, tenant_id=1002)], [("SQL A", LOW)],
         tenant_kind=TenantKind.SYS, label="plans do not say whose"),
    Case("SQL014", [_plan("DELETE FROM t", tenant_id=1002), _total("A", 9, 2, rows_processed=20_000)],
         [("SQL A of tenant 1002", LOW)], tenant_kind=TenantKind.SYS, label="totals do not say whose"),
    Case("SQL014", [_DELETE, _total("B", 9)], not_assessed=True, label="not among those that take most time"),
    Case("SQL014", [_DELETE, _shape(executions=0), _NO_TOTALS], not_assessed=True, label="rows unknown"),
    Case("SQL014", [_plan(), _NO_TOTALS], label="no such statement"),
    Case("SQL014", [_plan("update t set a = 1", plan_hash=number) for number in (1, 2)]
         + [_total("A", 9, executions=1, rows_processed=10**6)], [("SQL A", MEDIUM)], label="two-plans"),
    Case("SQL015", [_ret(hard_parses=149)]),
    Case("SQL015", [_ret(hard_parses=150)], [("tenant", LOW)]),
    Case("SQL015", [_ret(hard_parses=400)], [("tenant", MEDIUM)]),
    Case("SQL015", [_ret(hard_parses=400), *(_shape(f"S{n}", 24, plan_misses=24) for n in range(17))],
         [("tenant", MEDIUM)], label="seventeen fixed statements"),
    Case("SQL015", [_ret(hard_parses=800)], [("tenant", HIGH)]),
    Case("SQL015", [_ret(hard_parses=400, tenant_id=1002), _ret(10**6, tenant_id=1004)], [("tenant 1002", MEDIUM)],
         label="seen from sys"),
    Case("SQL015", [_ret(planned=299, hard_parses=299)], not_assessed=True, label="mostly-without-a-plan"),
    Case("SQL016", [_shape(remote_plans=299)]),
    Case("SQL016", [_shape(remote_plans=300)], [("tenant", LOW)]),
    Case("SQL016", [_shape(remote_plans=600)], [("tenant", MEDIUM)]),
    Case("SQL016", [_shape(remote_plans=300, tenant_id=1002), _shape(executions=9999, tenant_id=1004)],
         [("tenant 1002", LOW)], label="seen from sys"),
    Case("SQL016", [_shape(executions=299, remote_plans=299)], not_assessed=True),
]  # fmt: skip
