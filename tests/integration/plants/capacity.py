"""Faults of the capacity checks on the real kernel."""

from __future__ import annotations

from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Plant

PLANTS = [
    Plant(
        "CAP005",
        # Whoever has SUPER gets in although nobody else does.
        plant=["GRANT SUPER ON *.* TO 'load_cap005'", "SET GLOBAL max_connections = 1"],
        during=["SELECT 1"],
        cure=["SET GLOBAL max_connections = 2147483647"],
        always=["SET GLOBAL max_connections = 2147483647"],
        resource="tenant",
        severity=Severity.CRITICAL,
    ),
    Plant(
        "CAP007",
        plant=["SET SESSION recyclebin = ON", "CREATE TABLE {db}.t (a INT PRIMARY KEY)", "DROP TABLE {db}.t"],
        later=timedelta(days=15),
        resource="recycle bin",
        severity=Severity.LOW,
    ),
]

UNPLANTABLE = {f"CAP{number:03}": "it takes weeks of earlier values" for number in range(30, 37)} | {
    "CAP012": "twelve thousand tablets take minutes to create",
    "CAP013": "growth and size of the disk come from the engagement file",
    "CAP014": "the critical period comes from the engagement file, and the CPU takes days of workload snapshots",
    "CAP015": "two hundred gigabytes do not fit",
    "CAP016": "it takes ten million block reads",
    "CAP001": "a freeze empties the memstore long before it comes near its limit",
    "CAP002": "memory of a live kernel cannot be filled without making it fail",
    "CAP003": "the log disk is recycled faster than a few seconds of writing fill it",
    "CAP004": "the kernel does not tell the size of its data disk",
    "CAP006": "the kernel's one unit cannot be resized",
    "CAP008": "the server evicts plans before the cache is full",
    "CAP009": "it takes days of workload snapshots",
    "CAP024": "the kernel's one unit cannot be resized",
    "CAP025": "the kernel's one unit cannot be resized",
    "CAP010": "the peak comes from the engagement file",
}
