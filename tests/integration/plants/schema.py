"""Faults of the schema checks on the real kernel."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.model.terms import Severity
from tests.harness import Plant

_DIGIT = ("CREATE TABLE {db}.digit (n INT)", "INSERT INTO {db}.digit VALUES " + ", ".join(f"({n})" for n in range(10)))
_SKEWED = (
    "SET SESSION ob_query_timeout = 60000000",
    *_DIGIT,
    "CREATE TABLE {db}.t (id INT, state INT, PRIMARY KEY (id, state)) PARTITION BY HASH (state) PARTITIONS 8",
    "INSERT INTO {db}.t SELECT a.n * 100000 + b.n * 10000 + c.n * 1000 + d.n * 100 + e.n * 10 + f.n, 1"
    " FROM {db}.digit a, {db}.digit b, {db}.digit c, {db}.digit d, {db}.digit e, {db}.digit f WHERE a.n < 2",
    "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
)

PLANTS = [
    Plant(
        "SCH001",
        plant=["CREATE TABLE {db}.t (a INT)"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH023",
        plant=[
            "CREATE TABLE {db}.p (id INT PRIMARY KEY)",
            "CREATE TABLE {db}.t (id INT PRIMARY KEY, b INT, c INT, KEY cb (c, b),"
            " CONSTRAINT fk FOREIGN KEY (b) REFERENCES {db}.p (id))",
        ],
        resource="{db}.t.fk",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH022",
        plant=[
            "CREATE TABLE {db}.t (id INT, made DATE, PRIMARY KEY (id, made)) PARTITION BY LIST COLUMNS (made)"
            " (PARTITION a VALUES IN ('2021-01-01'), PARTITION b VALUES IN ('2021-01-02'))",
            # Without statistics, or with as many rows as these hold, the writes may have filled a closed archive.
            "INSERT INTO {db}.t VALUES (1, '2021-01-02')",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
            "CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()",
            "SELECT SLEEP(1.2)",
            "INSERT INTO {db}.t VALUES (2, '2021-01-02'), (3, '2021-01-02'), (4, '2021-01-02')",
        ],
        # With statistics, for how much the new partition for the rest holds is judged, too.
        cure=[
            "ALTER TABLE {db}.t ADD PARTITION (PARTITION c VALUES IN (DEFAULT))",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        resource="{db}.t",
        severity=Severity.HIGH,
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
        cure=["ALTER TABLE {db}.t MODIFY COLUMN total_amount DECIMAL(20, 4)"],
        no_loop="how many digits are needed is for the business to say",
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
        "SCH010",
        plant=["CREATE SEQUENCE {db}.s START WITH 650 MAXVALUE 1000 NOCACHE", "SELECT {db}.s.NEXTVAL"],
        resource="{db}.s",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH011",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 1030"],
        cure=["DROP TABLE {db}.t"],
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH012",
        plant=[
            "CREATE TABLE {db}.t (id INT, made DATETIME, PRIMARY KEY (id, made)) PARTITION BY RANGE COLUMNS (made)"
            " (PARTITION a VALUES LESS THAN ('2031-01-01'), PARTITION b VALUES LESS THAN ('2031-02-01'))"
        ],
        cure=["ALTER TABLE {db}.t ADD PARTITION (PARTITION c VALUES LESS THAN ('2131-01-01'))"],
        later=datetime(2031, 1, 20, tzinfo=UTC) - datetime.now(UTC),
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH021",
        plant=[
            "CREATE TABLE {db}.t (id INT, made DATETIME, PRIMARY KEY (id, made)) PARTITION BY RANGE COLUMNS (made)"
            " (PARTITION a VALUES LESS THAN ('2031-01-01'), PARTITION b VALUES LESS THAN ('2031-02-01'),"
            " PARTITION rest VALUES LESS THAN (MAXVALUE))",
            "INSERT INTO {db}.t VALUES (0, '2031-02-02')",
            *[f"INSERT INTO {{db}}.t SELECT id + {2**power}, made FROM {{db}}.t" for power in range(14)],
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        cure=["ALTER TABLE {db}.t TRUNCATE PARTITION rest", "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')"],
        later=datetime(2031, 2, 20, tzinfo=UTC) - datetime.now(UTC),
        resource="{db}.t",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH024",
        plant=[
            "CREATE TABLE {db}.a (order_no BIGINT PRIMARY KEY)",
            "CREATE TABLE {db}.b (id INT PRIMARY KEY, order_no VARCHAR(20), KEY k (order_no))",
        ],
        cure=["DROP TABLE {db}.b"],
        resource="{db}.b.order_no",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH025",
        plant=[
            "CREATE TABLE {db}.t (id INT, made DATE, a INT, PRIMARY KEY (id, made)) PARTITION BY RANGE COLUMNS (made)"
            " (PARTITION a VALUES LESS THAN ('2031-01-01'), PARTITION b VALUES LESS THAN ('2031-02-01'),"
            " PARTITION c VALUES LESS THAN ('2031-03-01'))",
            "CREATE INDEX k ON {db}.t (a) GLOBAL",
        ],
        cure=["DROP INDEX k ON {db}.t", "CREATE INDEX k ON {db}.t (a) LOCAL"],
        resource="{db}.t.k",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH026",
        plant=["CREATE TABLE {db}.t (a INT PRIMARY KEY, b INT)", "CREATE INDEX k ON {db}.t (b) INVISIBLE"],
        resource="{db}.t.k",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH027",
        plant=[
            *_DIGIT,
            "CREATE TABLE {db}.p (id INT PRIMARY KEY)",
            "INSERT INTO {db}.p VALUES (1)",
            "CREATE TABLE {db}.t (id INT PRIMARY KEY, b INT, KEY k (b),"
            " CONSTRAINT fk FOREIGN KEY (b) REFERENCES {db}.p (id) ON DELETE CASCADE)",
            "INSERT INTO {db}.t SELECT a.n * 1000 + b.n * 100 + c.n * 10 + d.n, 1"
            " FROM {db}.digit a, {db}.digit b, {db}.digit c, {db}.digit d",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 't')",
        ],
        cure=["ALTER TABLE {db}.t DROP FOREIGN KEY fk"],
        resource="{db}.t.fk",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH028",
        plant=["CREATE TABLE {db}.t (id INT PRIMARY KEY, a INT NOT NULL, b INT, UNIQUE KEY u (a, b))"],
        cure=["ALTER TABLE {db}.t MODIFY COLUMN b INT NOT NULL"],
        resource="{db}.t.u",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH029",
        plant=["CREATE TABLE {db}.`group` (id INT PRIMARY KEY)"],
        cure=["RENAME TABLE {db}.`group` TO {db}.customer_group"],
        resource="{db}.group",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH013",
        plant=_SKEWED,
        cure=["DROP TABLE {db}.t"],
        resource="{db}.t",
        severity=Severity.MEDIUM,
    ),
    Plant(
        "SCH014",
        plant=["CREATE TABLE {db}.t (a INT)", "CREATE VIEW {db}.v AS SELECT a FROM {db}.t", "DROP TABLE {db}.t"],
        cure=["CREATE TABLE {db}.t (a INT)", "SELECT a FROM {db}.v"],
        resource="{db}.v",
        severity=Severity.LOW,
    ),
    Plant(
        "SCH019",
        plant=[
            "CREATE TABLE {db}.a (id INT PRIMARY KEY) COLLATE utf8mb4_general_ci",
            "CREATE TABLE {db}.b (id INT PRIMARY KEY) COLLATE utf8mb4_bin",
        ],
        cure=["ALTER TABLE {db}.b CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"],
        resource="{db}",
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
    "SCH020": "a million rows with statistics and an index take a quarter of a minute",
    "SCH008": "the kernel takes a failed index away by itself",
}
