"""Faults of the schema checks on the real kernel."""

from __future__ import annotations

from agent.terms import Severity
from tests.harness import Plant

PLANTS = [
    Plant(
        "SCH001",
        plant=["CREATE TABLE {db}.t (a INT)"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH002",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY, b INT, c INT, KEY kb (b), KEY kbc (b, c))"],
        resource="{db}.t.kb",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH003",
        plant=[
            "CREATE TABLE {db}.t (a INT AUTO_INCREMENT PRIMARY KEY, b INT)",
            "INSERT INTO {db}.t VALUES (2000000000, 1)",
        ],
        resource="{db}.t",
        severity=Severity.HIGH,
    ),
    Plant(
        "SCH004",
        plant=[
            "CREATE TABLE {db}.t (a INT PRIMARY KEY, "
            + ", ".join(f"c{n} INT, KEY i{n} (c{n})" for n in range(10))
            + ")"
        ],
        cure=["ALTER TABLE {db}.t DROP INDEX i9"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH005",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY, total_amount DOUBLE)"],
        resource="{db}.t.total_amount",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH006",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY, b VARCHAR(20)) DEFAULT CHARSET = latin1"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH009",
        plant=[
            "CREATE TABLE {db}.t (a INT PRIMARY KEY, b INT, c INT, d INT, e INT, f INT, g INT, h INT,"
            " KEY k (b, c, d, e, f, g, h))"
        ],
        cure=["ALTER TABLE {db}.t DROP INDEX k"],
        resource="{db}.t.k",
        severity=Severity.LOW,
    ),
]

UNPLANTABLE = {
    "SCH007": "thousands of tables take minutes to create",
    "SCH008": "the kernel takes a failed index away by itself",
}
