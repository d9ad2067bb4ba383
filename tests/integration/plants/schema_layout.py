"""Faults of the checks on how tables are laid out, on the real kernel."""

from __future__ import annotations

from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Ground, Plant
from tests.integration.plants.sql import NOTHING_REMEMBERED, USUAL

_MONTH = timedelta(days=31)
# The tests' kernel has hardly any plan cache as a rule, and forgets each plan at once.
PLANS_KEPT = Ground("plans kept", NOTHING_REMEMBERED, USUAL)
PLANTS = [
    Plant(
        "SCH030",
        plant=[
            "CREATE TABLE {db}.t (id INT PRIMARY KEY, " + ", ".join(f"c{number} INT" for number in range(100)) + ")"
        ],
        cure=["ALTER TABLE {db}.t DROP COLUMN c1, DROP COLUMN c2"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH031",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, remark CHAR(200))"],
        cure=["ALTER TABLE {db}.t MODIFY COLUMN remark VARCHAR(200)"],
        resource="{db}.t.remark",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH032",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, tenant INT, url VARCHAR(1000), KEY k (tenant, url))"],
        cure=["ALTER TABLE {db}.t ADD KEY k64 (tenant, url(64))", "ALTER TABLE {db}.t DROP INDEX k"],
        resource="{db}.t.k",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH033",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, paid DATETIME(3) NOT NULL DEFAULT '1970-01-02 08:00:01.250')"],
        resource="{db}.t.paid",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH034",
        plant=[
            "CREATE TABLE {db}.t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 16",
            "INSERT INTO {db}.t VALUES (1), (2)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        cure=[
            "CREATE TABLE {db}.n (id INT PRIMARY KEY)",
            "INSERT INTO {db}.n SELECT id FROM {db}.t",
            "RENAME TABLE {db}.t TO {db}.o, {db}.n TO {db}.t",
            "DROP TABLE {db}.o",
        ],
        resource="{db}.t",
        severity=Severity.LOW,
        later=_MONTH,
    ),
    Plant(
        "SCH035",
        plant=[
            "CREATE TABLE {db}.t (id INT, d INT, PRIMARY KEY (id, d)) PARTITION BY RANGE (d)"
            " SUBPARTITION BY HASH (id) SUBPARTITIONS 2"
            " (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20))",
            "INSERT INTO {db}.t VALUES (1, 1), (2, 11)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        cure=["DROP TABLE {db}.t"],
        resource="{db}.t",
        severity=Severity.LOW,
        later=_MONTH,
    ),
    Plant(
        "SCH036",
        plant=[
            "SET SESSION ob_query_timeout = 60000000",
            "CREATE TABLE {db}.digit (n INT)",
            "INSERT INTO {db}.digit VALUES " + ", ".join(f"({number})" for number in range(10)),
            "CREATE TABLE {db}.t (id INT PRIMARY KEY, state INT, KEY k (state))",
            "INSERT INTO {db}.t SELECT a.n * 1000 + b.n * 100 + c.n * 10 + d.n, a.n % 4"
            " FROM {db}.digit a, {db}.digit b, {db}.digit c, {db}.digit d",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        load=["SELECT COUNT(*) FROM t WHERE id % 7 = 3"] * 12,
        resource="{db}.t.k",
        severity=Severity.LOW,
        ground=PLANS_KEPT,
    ),
    Plant(
        "SCH037",
        plant=[
            "CREATE TABLE {db}.t (id CHAR(36) PRIMARY KEY, b INT, c INT, KEY kb (b), KEY kc (c))",
            "INSERT INTO {db}.t VALUES (UUID(), 1, 1), (UUID(), 2, 2)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        cure=[
            "DROP TABLE {db}.t",
            "CREATE TABLE {db}.t (id BINARY(16) PRIMARY KEY, b INT, c INT, KEY kb (b), KEY kc (c))",
            "INSERT INTO {db}.t VALUES (UNHEX(REPLACE(UUID(), '-', '')), 1, 1)",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH038",
        plant=[
            "CREATE TABLE {db}.t (id INT PRIMARY KEY)",
            "CREATE VIEW {db}.a AS SELECT id FROM {db}.t",
            "CREATE VIEW {db}.b AS SELECT id FROM {db}.a",
            "CREATE VIEW {db}.c AS SELECT id FROM {db}.b",
        ],
        cure=["CREATE OR REPLACE VIEW {db}.c AS SELECT id FROM {db}.t"],
        resource="{db}.c",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH039",
        plant=[
            "CREATE TABLE {db}.t (id INT PRIMARY KEY, b INT)",
            "CREATE MATERIALIZED VIEW LOG ON {db}.t WITH PRIMARY KEY (b) INCLUDING NEW VALUES",
        ],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH042",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, tag_ids VARCHAR(200))"],
        cure=[
            "CREATE TABLE {db}.t_tag (id INT, tag_id INT, PRIMARY KEY (id, tag_id))",
            "ALTER TABLE {db}.t DROP COLUMN tag_ids",
        ],
        resource="{db}.t.tag_ids",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH043",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, starts_on VARCHAR(20))"],
        cure=["ALTER TABLE {db}.t ADD COLUMN starts DATE", "ALTER TABLE {db}.t DROP COLUMN starts_on"],
        resource="{db}.t.starts_on",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH044",
        plant=["CREATE TABLE {db}.t_bak_20250811 (id INT PRIMARY KEY)", "INSERT INTO {db}.t_bak_20250811 VALUES (1)"],
        cure=["DROP TABLE {db}.t_bak_20250811"],
        resource="{db}.t_bak_20250811",
        severity=Severity.LOW,
        later=_MONTH,
    ),
]
