"""The statements that findings on operations print: none that changes what was not at fault."""

from __future__ import annotations

from datetime import timedelta

from agent.facts.maintenance import WorkloadControl, WorkloadSnapshot
from agent.facts.settings import Parameter, Variable
from agent.model.result import Finding
from tests.harness import NOW, run_check, snapshot_of

SETTINGS = "CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS"
SNAPSHOT = "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT();"


def _found(code: str, *facts: object) -> tuple[Finding, ...]:
    return run_check(code, snapshot_of(facts)).findings


def _stale(interval: str, retention: str = "+30 00:00:00") -> Finding:
    control = WorkloadControl(snap_interval=interval, retention=retention)
    return _found("OPS002", control, WorkloadSnapshot(snap_id=1, end_interval_time=NOW - timedelta(days=9)))[0]


def test_the_audit_is_switched_on_only_where_the_variable_is_off() -> None:
    off, on = Parameter(scope="CLUSTER", name="enable_sql_audit", value="False"), "ob_enable_sql_audit"
    (cluster,) = _found("OPS001", off, Variable(name=on, value="ON"))
    assert (cluster.resource, cluster.sql, cluster.rollback) == ("enable_sql_audit", (), ())
    (tenant,) = _found("OPS001", Variable(name=on, value="OFF"))
    assert tenant.sql == ("SET GLOBAL ob_enable_sql_audit = ON;",)
    assert tenant.rollback == ("SET GLOBAL ob_enable_sql_audit = OFF;",)


def test_a_stale_repository_keeps_its_settings() -> None:
    finding = _stale("+0 00:30:00")
    assert (finding.sql, finding.rollback) == ((SNAPSHOT,), ())


def test_an_interval_that_is_at_fault_is_set_and_brought_back() -> None:
    rare = _stale("+8 00:00:00")
    assert (rare.sql, rare.rollback) == ((f"{SETTINGS}(NULL, 60);", SNAPSHOT), (f"{SETTINGS}(NULL, 11520);",))
    off = _stale("+40150 00:00:00")
    assert (off.sql, off.rollback) == ((f"{SETTINGS}(NULL, 60);", SNAPSHOT), (f"{SETTINGS}(NULL, 0);",))


def test_a_longer_retention_keeps_the_interval() -> None:
    control = WorkloadControl(snap_interval="+0 00:30:00", retention="+2 00:00:00")
    (finding,) = _found("OPS006", control)
    assert (finding.sql, finding.rollback) == ((f"{SETTINGS}(10080, NULL);",), (f"{SETTINGS}(2880, NULL);",))
