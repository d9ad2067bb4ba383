"""Tables of keys and fillers as sysbench has them, with point reads, ranges and small joins. Held out."""

from __future__ import annotations

from tests.twin.schemas import BenchSchema

_TABLE = (
    "CREATE TABLE cards{number} (id BIGINT PRIMARY KEY, k INT NOT NULL, code CHAR(24) NOT NULL, filler CHAR(120)"
    " NOT NULL, touched DATETIME NOT NULL, shard SMALLINT NOT NULL{keys})"
)
_TABLES = (
    _TABLE.format(number=1, keys=", KEY k_1 (k)"),
    _TABLE.format(number=2, keys=""),
    _TABLE.format(number=3, keys=", KEY shard_3 (shard), KEY k_3 (k), KEY k_3_id (k, id)"),
    "CREATE TABLE cards4 (id BIGINT NOT NULL, k INT NOT NULL, code CHAR(24) NOT NULL, filler CHAR(120) NOT NULL,"
    " touched DATETIME NOT NULL, shard SMALLINT NOT NULL, PRIMARY KEY (id)) PARTITION BY HASH(id) PARTITIONS 6",
    "CREATE TABLE journal (id BIGINT PRIMARY KEY, card_id BIGINT NOT NULL, delta INT NOT NULL, at DATETIME NOT NULL,"
    " kind TINYINT NOT NULL, KEY kind_j (kind))",
)
_ROW = (
    "SELECT n, 1 + (n * {prime}) % {keys}, CONCAT('code-', 1000000 + n * 7), REPEAT(CHAR(97 + n % 26), 120),"
    " DATE_ADD('2026-03-01', INTERVAL (n * 3571) % 260000 MINUTE), n % 64 FROM numbers WHERE n <= {rows}"
)
_FILL = (
    "INSERT INTO cards1 " + _ROW.format(prime=4099, keys=60000, rows=120000),
    "INSERT INTO cards2 " + _ROW.format(prime=5003, keys=40000, rows=120000),
    "INSERT INTO cards3 " + _ROW.format(prime=6007, keys=900, rows=90000),
    "INSERT INTO cards4 " + _ROW.format(prime=7001, keys=50000, rows=120000),
    "INSERT INTO journal SELECT n, 1 + (n * 2339) % 120000, n % 400 - 200,"
    " DATE_ADD('2026-03-01', INTERVAL (n * 1777) % 260000 MINUTE), n % 6 FROM numbers WHERE n <= 240000",
)
_READS = (
    "SELECT code FROM cards1 WHERE id = 50021",
    "SELECT code FROM cards1 WHERE k = 30011",
    "SELECT code FROM cards1 WHERE id BETWEEN 7000 AND 7099",
    "SELECT SUM(k) FROM cards1 WHERE id BETWEEN 9000 AND 9099",
    "SELECT code FROM cards1 WHERE id BETWEEN 11000 AND 11099 ORDER BY code",
    "SELECT DISTINCT code FROM cards1 WHERE id BETWEEN 13000 AND 13099 ORDER BY code",
    "SELECT id FROM cards1 WHERE code = 'code-1350000'",
    "SELECT COUNT(*) FROM cards1 WHERE k BETWEEN 100 AND 160",
    "SELECT id, touched FROM cards1 WHERE touched >= '2026-08-27' ORDER BY touched DESC LIMIT 20",
    "SELECT code FROM cards2 WHERE k = 20011",
    "SELECT id, k FROM cards2 WHERE k IN (17, 1700, 17000)",
    "SELECT COUNT(*) FROM cards2 WHERE k BETWEEN 300 AND 340",
    "SELECT id FROM cards2 WHERE k = 777 ORDER BY touched DESC LIMIT 3",
    "SELECT shard, COUNT(*) FROM cards2 WHERE k < 200 GROUP BY shard",
    "SELECT MAX(touched) FROM cards2 WHERE shard = 13",
    "SELECT id FROM cards2 WHERE shard = 5 AND touched BETWEEN '2026-05-01' AND '2026-05-02'",
    "SELECT id FROM cards2 WHERE code LIKE 'code-15000%'",
    "SELECT COUNT(*) FROM cards3 WHERE k = 401",
    "SELECT id FROM cards3 WHERE k = 55 AND shard = 9",
    "SELECT k, MAX(id) FROM cards3 WHERE shard = 31 GROUP BY k ORDER BY k LIMIT 10",
    "SELECT id FROM cards3 WHERE touched < '2026-03-02'",
    "SELECT code FROM cards4 WHERE id = 90001",
    "SELECT id FROM cards4 WHERE k = 40404",
    "SELECT id, code FROM cards4 WHERE code = 'code-1070000'",
    "SELECT COUNT(*) FROM cards4 WHERE touched BETWEEN '2026-06-01' AND '2026-06-01 03:00:00'",
    "SELECT SUM(delta) FROM journal WHERE card_id = 60123",
    "SELECT id, delta FROM journal WHERE card_id = 4242 ORDER BY at DESC LIMIT 5",
    "SELECT kind, COUNT(*) FROM journal WHERE at >= '2026-08-27' GROUP BY kind",
    "SELECT c.code, SUM(j.delta) FROM cards2 c JOIN journal j ON j.card_id = c.id WHERE c.k = 9009 GROUP BY c.code",
    "SELECT j.id FROM journal j WHERE j.kind = 3 AND j.delta = 199 AND j.at >= '2026-08-20'",
    "SELECT c.id FROM cards1 c WHERE c.k = 59001 AND EXISTS (SELECT 1 FROM journal j WHERE j.card_id = c.id)",
    "SELECT COUNT(*) FROM journal WHERE delta > 195 AND kind = 1",
)
SCHEMA = BenchSchema(
    name="points",
    tables=_TABLES,
    fill=_FILL,
    reads=_READS,
    writes=(
        "UPDATE cards1 SET k = k + 1 WHERE id = 88",
        "UPDATE cards2 SET filler = 'x' WHERE id = 89",
        "INSERT INTO journal VALUES (9000001, 7, 1, '2026-08-28', 2)",
        "DELETE FROM cards3 WHERE id = 89999",
    ),
    removed=(
        ("cards1", ("code",)),
        ("cards2", ("k",)),
        ("cards4", ("k",)),
        ("cards4", ("code",)),
        ("journal", ("card_id",)),
    ),
    useless=("shard_3", "k_3", "kind_j"),
)
