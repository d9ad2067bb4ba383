"""The same faults of statements, seen in the plan cache or in the workload repository and not in the audit ring."""

from __future__ import annotations

from typing import Any

from agent.facts.lexed_sql import MASKED
from agent.facts.resources import SqlTimeSample
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.model.terms import Severity
from tests.checks.cases.sql import _plan, _shape
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_A = [("SQL A", LOW)]


def _kept(plan_hash: int = 1, executions: int = 1000, **other: Any) -> RepositoryShape:
    """A shape that took 10 ms on average in one snapshot."""
    zero = dict.fromkeys(("rows_processed", "rows_read", "disk_reads", "retries", "wait_us", "remote_executions"), 0)
    usual = {"elapsed_us": 10_000 * executions, "first_snap": 9, "last_snap": 9}
    values = {**zero, **usual, **other}
    return RepositoryShape(sql_id="A", plan_hash=plan_hash, db_name="shop", executions=executions, **values)


def _cached(executions: int = 1000, **other: Any) -> SqlTotal:
    zero = dict.fromkeys(("rows_processed", "rows_read", "disk_reads", "retries", "wait_us", "remote_executions"), 0)
    usual = {"elapsed_us": 10_000 * executions}
    return SqlTotal(sql_id="A", db_name="shop", executions=executions, **{**zero, **usual, **other})


def _now(average_ms: float, executions: int = 1000) -> SqlShape:
    """The same shape in the audit ring."""
    return _shape(sql_id="A", executions=executions, elapsed_us=round(average_ms * 1000) * executions)


def _scanning(table_scan: int | None = 1, statement: str = "SELECT ?") -> CachedPlan:
    return CachedPlan(
        sql_id="A", db_id=1, plan_id=1, plan_hash=1, statement=statement, executions=1, elapsed_time=1,
        table_scan=table_scan,
    )  # fmt: skip


def _text(statement: str | None, sql_type: int = 1, sql_id: str = "A") -> RepositoryText:
    return RepositoryText(sql_id=sql_id, sql_type=sql_type, statement=statement)


_LISTING = f"SELECT a FROM t WHERE id IN ({', '.join('?' * 200)})"
_WASTEFUL = {"rows_read": 10_000 * 1000, "rows_processed": 1000}
_PAGING = "SELECT id FROM t ORDER BY id LIMIT ?, ?"
_WRAPPED = "SELECT id FROM t WHERE DATE(made) = ?"

CASES = [
    Case("SQL002", [_kept(elapsed_us=60 * 10**6), SqlTimeSample(snap_id=1, sql_us=5),
                    SqlTimeSample(snap_id=2, sql_us=10**8)], _A, label="of the growth of the time of statements"),
    Case("SQL002", [_kept(elapsed_us=60 * 10**6), SqlTimeSample(snap_id=1, sql_us=9 * 10**8),
                    SqlTimeSample(snap_id=2, sql_us=10**8)], _A, label="the server began again between snapshots"),
    Case("SQL002", [_kept(elapsed_us=60 * 10**6)], label="nothing tells what all took"),
    Case("SQL003", [_cached(rows_read=20_000 * 1000), _scanning()], _A, label="scans by the plan in the cache"),
    Case("SQL003", [_kept(rows_read=20_000 * 1000), _scanning()], _A, label="in the repository"),
    Case("SQL003", [_kept(rows_read=20_000 * 1000), _scanning(0)], label="does not scan by its plan"),
    Case("SQL003", [_kept(), _scanning()], not_assessed=True, label="scans rows that nobody counted"),
    Case("SQL003", [_kept(rows_read=20_000 * 1000)], not_assessed=True, label="no plan tells whether it scans"),
    Case("SQL003", [_kept(), _scanning(), _shape(elapsed_us=10**7)], label="the ring counts its rows"),
    Case("SQL004", [_kept(**_WASTEFUL)], _A, label="in the repository"),
    Case("SQL004", [_cached(**_WASTEFUL)], _A, label="in the plan cache"),
    Case("SQL004", [_cached(rows_read=None)], not_assessed=True, label="rows read are unknown"),
    Case("SQL004", [_kept(executions=69, rows_read=69 * 10**4, first_snap=1, last_snap=169)], label="in a week"),
    Case("SQL008", [_kept(elapsed_us=500_000 * 1000)], _A, label="in the repository"),
    Case("SQL008", [_kept(1, elapsed_us=500_000 * 1000, last_snap=8), _kept(2)], label="its newest plan is fast"),
    Case("SQL008", [_kept(1, elapsed_us=500_000 * 1000), _kept(2, elapsed_us=500_000 * 1000)], _A, label="two plans"),
    Case("SQL008", [_cached(elapsed_us=500_000 * 1000), _kept()], _A, label="worse since its plan was made"),
    # Of a large query SQLSTAT counts the retries only; of one that waits for locks each is within an execution.
    Case("SQL008", [_kept(1, 1, elapsed_us=80 * 10**6, retries=79)], _A, label="slow, however often it was executed"),
    Case("SQL008", [_kept(1, 20, elapsed_us=20 * 10**6, retries=60)], not_assessed=True,
         label="0.25 s of 80, 1 s of 20"),
    Case("SQL008", [_kept(1, 20, elapsed_us=9 * 10**6, retries=60)], label="fast, however seldom it was executed"),
    Case("SQL008", [_kept(1, 1, elapsed_us=80 * 10**5, retries=79), _scanning()], not_assessed=True,
         label="its plan is there, but not its time"),
    Case("SQL008", [_kept(1, 1, elapsed_us=80 * 10**5, retries=79), _cached()],
         label="SQLSTAT counted it, and it is fast"),
    Case("SQL009", [_kept(elapsed_us=10**7, wait_us=2 * 10**6)], _A, label="in the repository"),
    Case("SQL009", [_cached(wait_us=None)], not_assessed=True, label="waits are unknown"),
    Case("SQL011", [_kept(retries=250)], _A, label="in the repository, of however many executions"),
    Case("SQL011", [_kept(retries=200)], not_assessed=True, label="in the repository, of 1000 executions or 1200"),
    Case("SQL011", [_kept(retries=199)], label="in the repository, of any number few"),
    Case("SQL011", [_kept(retries=200), _cached(retries=200), _scanning()], _A, label="its plan counts 1000"),
    Case("SQL011", [_cached(retries=None)], not_assessed=True, label="retries are unknown"),
    Case("SQL012", [_plan(sql_id="B"), _kept(1, elapsed_us=10**7), _kept(2, elapsed_us=5 * 10**7)], _A,
         label="two plans in the repository"),
    Case("SQL012", [_plan(sql_id="B"), _kept(1, elapsed_us=10**7), _kept(2, 100, elapsed_us=5 * 10**6, retries=900)],
         not_assessed=True, label="5 ms of 1000 or 50 ms of 100"),
    Case("SQL012", [_plan(sql_id="B"), _kept(1, elapsed_us=10**7), _kept(2, 1, elapsed_us=5 * 10**7, retries=900)], _A,
         label="the slow one is counted by its retries"),
    Case("SQL012", [_plan(sql_id="B"), _kept(1, elapsed_us=10**7), _kept(2, elapsed_us=10**7, retries=900)],
         label="alike, however often they were executed"),
    Case("SQL051", [_kept(), _now(30)], _A, label="three times as long"),
    Case("SQL051", [_kept(), _now(29.9)], label="less than three times"),
    Case("SQL051", [_kept(), _now(99.9)], _A, label="less than ten times"),
    Case("SQL051", [_kept(), _now(100)], [("SQL A", MEDIUM)], label="ten times"),
    Case("SQL051", [_kept(), _now(500)], [("SQL A", HIGH)], label="fifty times"),
    Case("SQL051", [_kept(elapsed_us=10**6), _now(20)], [("SQL A", MEDIUM)], label="20 ms instead of one"),
    Case("SQL051", [_kept(elapsed_us=10**6), _now(19.9)], label="faster than anybody feels"),
    Case("SQL051", [_kept(), _now(30, 20)], _A, label="twenty executions"),
    Case("SQL051", [_kept(), _now(30, 19)], not_assessed=True, label="nineteen executions now"),
    Case("SQL051", [_kept(executions=19), _now(30)], not_assessed=True, label="nineteen executions before"),
    Case("SQL051", [_kept(executions=139, first_snap=1, last_snap=169), _now(30)], not_assessed=True,
         label="nineteen a day before"),
    Case("SQL051", [_kept(executions=140, first_snap=1, last_snap=169), _now(30)], _A, label="twenty a day before"),
    Case("SQL051", [_kept()], not_assessed=True, label="not in the ring"),
    Case("SQL051", [_now(30)], not_assessed=True, label="without a past"),
    Case("SQL051", [_kept(1, 100, elapsed_us=2 * 10**6, retries=100), _now(30)], not_assessed=True,
         label="ten milliseconds of 200 before, or twenty of 100"),
    Case("SQL051", [_kept(1, 100, elapsed_us=10**6, retries=100), _now(30)], _A,
         label="ten milliseconds before at most"),
    Case("SQL014", [_plan("DELETE FROM t"), _kept(rows_processed=10_000 * 1000)], _A, label="in the repository"),
    Case("SQL014", [_plan(sql_id="B"), _kept(rows_processed=10_000 * 1000)], not_assessed=True,
         label="the text of a large one is unknown"),
    Case("SQL014", [_plan(sql_id="B"), _kept(rows_processed=9_999)], label="the text of a small one is unknown"),
    *(Case("SQL014", [_plan(sql_id="B"), _cached(sql_type=kind, rows_processed=10_000 * 1000)], label=f"no {name}")
      for name, kind in (("change but an insert", 2), ("statement on data but a call", 144))),
    Case("SQL014", [_plan(sql_id="B"), _cached(sql_type=4, rows_processed=10_000 * 1000)], not_assessed=True,
         label="the text of a large DELETE is unknown"),
    Case("SQL014", [_plan(sql_id="B"), _cached(sql_type=144), _kept(rows_processed=10_000 * 1000)],
         label="the plan cache tells that it is a call"),
    Case("SQL014", [_plan(sql_id="B"), _text("DELETE FROM t", 4), _kept(rows_processed=10_000 * 1000)], _A,
         label="text of the repository"),
    Case("SQL014", [_plan(sql_id="B"), _text("DELETE FROM t WHERE id = ?", 4), _kept(rows_processed=10_000 * 1000)],
         label="the repository's text has a condition"),
    Case("SQL014", [_plan(), _text("DELETE FROM t", 4), _kept(rows_processed=10_000 * 1000)],
         label="the text of a cached plan counts before the repository's"),
    Case("SQL014", [_plan(sql_id="B"), _text(MASKED, 4), _kept(rows_processed=10_000 * 1000)], not_assessed=True,
         label="the repository's text cannot be read"),
    Case("SQL014", [_plan(sql_id="B"), _text(None, 4), _kept(rows_processed=10_000 * 1000)], not_assessed=True,
         label="the repository tells its kind only"),
    Case("SQL014", [_plan(sql_id="B"), _text(None, 144), _kept(rows_processed=10_000 * 1000)],
         label="the repository tells that it is a call"),
    Case("SQL017", [_kept(**_WASTEFUL), _plan(sql_id="B"), _text(_PAGING)], _A, label="text of the repository"),
    Case("SQL017", [_kept(**_WASTEFUL), _plan(sql_id="B"), _text("SELECT a FROM t")], label="its text: no paging"),
    Case("SQL017", [_kept(**_WASTEFUL), _plan(_PAGING)], _A, label="in the repository"),
    Case("SQL017", [_kept(rows_processed=1000), _plan(_PAGING)], not_assessed=True, label="rows not counted"),
    Case("SQL017", [_kept(**_WASTEFUL), _plan(sql_id="B")], not_assessed=True,
         label="its text is unknown"),
    Case("SQL018", [_plan(sql_id="B"), _kept(rows_read=1000)], not_assessed=True, label="a text is unknown"),
    Case("SQL018", [_plan(sql_id="B"), _cached(sql_type=1, rows_read=1000)], not_assessed=True, label="of a SELECT"),
    Case("SQL018", [_plan(sql_id="B"), _cached(sql_type=144, rows_read=1000)], label="a call has no list"),
    Case("SQL018", [_plan(sql_id="B"), _kept(rows_read=1000), _text(_LISTING)], _A, label="only the repository has it"),
    Case("SQL018", [_plan(sql_id="B"), _kept(rows_read=1000), _text("SELECT a FROM t WHERE id IN (?)")],
         label="the repository: a short list"),
    Case("SQL018", [_plan(sql_id="B"), _kept(rows_read=1000), _text(None, 144)], label="the repository: a call"),
    Case("SQL018", [_plan(sql_id="B"), _kept(rows_read=1000), _text(MASKED)], not_assessed=True,
         label="the repository: not readable"),
    Case("SQL019", [_kept(**_WASTEFUL), _plan(sql_id="B"), _text(_WRAPPED)], _A, label="text of the repository"),
    Case("SQL019", [_kept(**_WASTEFUL), _plan(sql_id="B"), _text("SELECT a FROM t WHERE made = ?")],
         label="the repository: nothing wrapped"),
    Case("SQL019", [_kept(**_WASTEFUL), _plan(_WRAPPED)], _A, label="in the repository"),
    Case("SQL019", [_kept(rows_processed=1000), _plan(_WRAPPED)], not_assessed=True, label="rows not counted"),
    Case("SQL019", [_kept(rows_processed=1000), _plan(sql_id="B")], not_assessed=True, label="neither rows nor text"),
    Case("SQL020", [_kept(disk_reads=10**6)], [("SQL A", LOW)], label="in the repository"),
    Case("SQL020", [_kept(1, 20, disk_reads=80 * 500, retries=60)], not_assessed=True, label="500 of 80, 2000 of 20"),
    Case("SQL020", [_kept(1, 20, disk_reads=80 * 200, retries=60)], label="few, however often it was executed"),
    Case("SQL020", [_cached(disk_reads=None)], not_assessed=True, label="reads are unknown"),
]  # fmt: skip
