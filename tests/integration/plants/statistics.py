"""Faults of the statistics checks on the real kernel."""

from __future__ import annotations

from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Plant

PLANTS = [
    Plant(
        "STA001",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY)", "INSERT INTO {db}.t VALUES (1), (2)"],
        later=timedelta(days=9),
        resource="{db}.t",
        severity=Severity.LOW,
        no_loop="changes are counted anew from the gathering on, so the table without statistics seems unchanged",
        cure=["CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')"],
    ),
    Plant(
        "STA002",
        plant=[
            "CREATE TABLE {db}.t (a INT AUTO_INCREMENT PRIMARY KEY, b INT)",
            "INSERT INTO {db}.t (b) VALUES (1), (2)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
            *["INSERT INTO {db}.t (b) SELECT b FROM {db}.t"] * 10,
            "CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()",
            "SELECT SLEEP(1.2)",  # a session hands on what it has counted with a change, but not twice a second
            "INSERT INTO {db}.t (b) VALUES (3)",
        ],
        later=timedelta(days=9),
        resource="{db}.t",
        severity=Severity.LOW,
        no_loop="changes are counted anew from the gathering on, so the restored statistics seem to fit",
        cure=["CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')"],
    ),
    Plant(
        "STA003",
        plant=[
            "CREATE TABLE {db}.t (a INT AUTO_INCREMENT PRIMARY KEY, b INT)",
            "INSERT INTO {db}.t (b) VALUES (1), (2)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
            "CALL DBMS_STATS.LOCK_TABLE_STATS('{db}', 't')",
            *["INSERT INTO {db}.t (b) SELECT b FROM {db}.t"] * 11,
            "CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()",
            "SELECT SLEEP(1.2)",
            "INSERT INTO {db}.t (b) VALUES (3)",
        ],
        resource="{db}.t",
        severity=Severity.LOW,
        no_loop="changes are counted anew from the gathering on, so the restored statistics seem to fit",
        cure=[
            "CALL DBMS_STATS.UNLOCK_TABLE_STATS('{db}', 't')",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
    ),
    Plant(
        "STA009",
        plant=[
            "CREATE TABLE {db}.t (a INT PRIMARY KEY)",
            "INSERT INTO {db}.t VALUES (1), (2)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
            "CALL DBMS_STATS.SET_TABLE_STATS('{db}', 't', numrows=>900000)",
        ],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "STA005",
        plant=["CALL DBMS_SCHEDULER.DISABLE('MONDAY_WINDOW')", "CALL DBMS_SCHEDULER.DISABLE('TUESDAY_WINDOW')"],
        always=["CALL DBMS_SCHEDULER.ENABLE('MONDAY_WINDOW')", "CALL DBMS_SCHEDULER.ENABLE('TUESDAY_WINDOW')"],
        resource="MONDAY_WINDOW",
        severity=Severity.LOW,
    ),
]

UNPLANTABLE = {
    "STA008": "gathering would have to run for hours",
    "STA007": "gathering would have to run for hours",
    "STA004": "a failed run stays in the history for days, and one started by hand does not count",
    "STA006": "it takes days without a successful run",
}
