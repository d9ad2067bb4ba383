"""Faults of the checks on operations."""

from __future__ import annotations

from agent.model.terms import Severity
from tests.harness import Ground, Plant

PATIENCE = "SET SESSION ob_query_timeout = 60000000"
PLANTS = [
    Plant(
        "OPS001",
        plant=("SET GLOBAL ob_enable_sql_audit = OFF",),
        resource="ob_enable_sql_audit",
        severity=Severity.MEDIUM,
        always=("SET GLOBAL ob_enable_sql_audit = ON",),
    ),
    Plant(
        "OPS002",
        plant=(
            PATIENCE,
            "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT()",
            "CALL DBMS_WORKLOAD_REPOSITORY.DROP_SNAPSHOT_RANGE(1, 1000)",
        ),
        resource="workload repository",
        ground=Ground("workload repository"),
        severity=Severity.MEDIUM,
        cure=(PATIENCE, "CALL DBMS_WORKLOAD_REPOSITORY.CREATE_SNAPSHOT()"),
    ),
    Plant(
        "OPS010",
        plant=[
            "SET GLOBAL event_scheduler = OFF",
            "USE {db}",
            "CREATE TABLE t (a INT)",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
        ],
        always=["SET GLOBAL event_scheduler = OFF"],
        resource="tenant",
        severity=Severity.LOW,
    ),
]
UNPLANTABLE = {
    "OPS003": "the scheduler of the kernel begins to run new jobs only after about half a minute",
    "OPS004": "a job must be late by a day",
}
