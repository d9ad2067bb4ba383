"""Faults of the statistics checks on the real kernel."""

from __future__ import annotations

from agent.terms import Severity
from tests.harness import Plant

PLANTS = [
    Plant(
        "STA003",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY)", "CALL DBMS_STATS.LOCK_TABLE_STATS('{db}', 't')"],
        cure=["CALL DBMS_STATS.UNLOCK_TABLE_STATS('{db}', 't')"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "STA005",
        plant=["CALL DBMS_SCHEDULER.DISABLE('MONDAY_WINDOW')"],
        cure=["CALL DBMS_SCHEDULER.ENABLE('MONDAY_WINDOW')"],
        always=["CALL DBMS_SCHEDULER.ENABLE('MONDAY_WINDOW')"],
        resource="MONDAY_WINDOW",
        severity=Severity.LOW,
    ),
]

UNPLANTABLE = {
    "STA001": "a table counts only after days without statistics",
    "STA002": "statistics count as too old only after days",
    "STA004": "a failed run stays in the history for days, and one started by hand does not count",
    "STA006": "it takes days without a successful run",
}
