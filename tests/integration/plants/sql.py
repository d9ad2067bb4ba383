"""Faults of the checks on statements."""

from __future__ import annotations

import hashlib

from agent.model.terms import Severity
from tests.harness import Ground, Plant

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
# Emptying the ring stands for the hours in which new statements overwrite the old ones; a timer of the server does it.
# It is wider afterwards than the usual one, which the kernel's own statements fill within seconds. The plan cache of so
# small a tenant is nearly full by itself and would throw the planted plans out.
_A_MOMENT = "DO SLEEP(1.2)"
NOTHING_REMEMBERED = (
    "SET GLOBAL ob_plan_cache_percentage = 20",
    "ALTER SYSTEM FLUSH PLAN CACHE",
    "SET GLOBAL ob_sql_audit_percentage = 0",
    _A_MOMENT,
    "SET GLOBAL ob_sql_audit_percentage = 10",
    _A_MOMENT,
)
USUAL = ("SET GLOBAL ob_sql_audit_percentage = 1", "SET GLOBAL ob_plan_cache_percentage = 2")
# Shapes are judged one by one; where the whole tenant is judged, other plants would change the shares.
SHAPES, SLOW_TENANT, MANY_SHAPES, MANY_SERVERS = (
    Ground(name, NOTHING_REMEMBERED, USUAL) for name in ("shapes", "slow tenant", "many shapes", "many servers")
)
# What is judged by its share of all executions: the loads on this ground have a third of them each.
BURSTS = Ground("bursts", NOTHING_REMEMBERED, USUAL)
# Its large rows push the plans of other statements out of the cache.
SPILLS = Ground("spills", NOTHING_REMEMBERED, USUAL)


def table_of(ten_thousands: int, codes: int = 1000) -> tuple[str, ...]:
    """A table ``item`` with that many rows and as many different codes."""
    numbers = (
        "SELECT a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n AS id"
        " FROM digit a, digit b, digit c, digit d, digit e"
        f" WHERE a.n < {ten_thousands} AND b.n < 10 AND c.n < 10 AND d.n < 10 AND e.n < 10"
    )
    return (
        "SET SESSION ob_query_timeout = 60000000",
        "USE {db}",
        "CREATE TABLE digit (n INT)",
        "INSERT INTO digit VALUES " + ", ".join(f"({number})" for number in range(20)),
        "CREATE TABLE item (id INT PRIMARY KEY, code VARCHAR(20))",
        f"INSERT INTO item SELECT id, id % {codes} FROM ({numbers}) numbers",
    )


SCAN = ("SELECT MAX(LOWER(code)) FROM item",) * 12
NARROW_SCAN = ("SELECT MAX(LOWER(code)) FROM item WHERE id < 100",) * 12
# The rows come after the index, so that they lie in memory in both; the audit does not mark a full scan of an index.
*_BEFORE, _ROWS = table_of(9)
INDEXED = (*_BEFORE, "CREATE INDEX by_code ON item (code)", _ROWS)
BY_CODE = "SELECT id FROM item WHERE code"
GATHERED = "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'item')"
# All rows are of one kind, size and note, which nobody expects without statistics.
PIECE = "piece (id INT PRIMARY KEY, code INT, kind INT, size INT, note VARCHAR(20))"
INTO_PIECE = "INSERT INTO piece SELECT id, id % 1000, 1, 1, 'x' FROM item"
LEAFLETS = "SELECT * FROM leaflet WHERE id < 1900"
BY_KIND = "SELECT /*+ INDEX(piece by_kind) */ MAX(code) FROM piece WHERE kind = 1"
MISJUDGED = (
    "SELECT /*+ DYNAMIC_SAMPLING(0) */ MAX(p.code) FROM piece p, digit d WHERE p.code = d.n AND p.kind = 1"
    " AND p.size = 1 AND p.note = 'x'"
)
# Not by parallel workers: what they did stays in SQLSTAT when the plan is gone.
IN_PIECES = "SELECT /*+ USE_DAS(piece) */ SLEEP(0.006), note FROM piece WHERE code = 77"
PAIRED = "SELECT COUNT(a.code) FROM item a, item b WHERE a.code = '7' AND b.code = '8'"
# A customer whose orders name it, and one order that names nobody.
BUYERS = (
    "USE {db}",
    "CREATE TABLE buyer (id INT PRIMARY KEY, best INT)",
    "CREATE TABLE sale (id INT PRIMARY KEY, buyer INT, state INT)",
    "INSERT INTO buyer VALUES (1, 1), (2, NULL)",
    "INSERT INTO sale VALUES (1, 1, 1), (2, NULL, 1)",
)
WITHOUT_SALES = "SELECT id FROM buyer WHERE id NOT IN (SELECT buyer FROM sale)"
WITH_BEST = "SELECT id FROM buyer WHERE best = NULL"
TEN_ITEMS = "SELECT id, code FROM item WHERE code < '5' LIMIT 10"
TWO_CODES = "SELECT id, code FROM item WHERE code = '1' UNION SELECT id, code FROM item WHERE code = '2'"
# Every row of item with a second text, in another character set.
PARTS = (
    "CREATE TABLE part (id INT PRIMARY KEY, code VARCHAR(20), maker VARCHAR(20) CHARACTER SET gbk)",
    "INSERT INTO part SELECT id, code, code FROM item",
)
GATHERED_PARTS = "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'part')"
OF_INDEX = "SELECT /*+ INDEX(item by_code) */ COUNT(*) FROM item"
# Two plans of one shape, by the type of the code; how much slower one is must not depend on the machine.
BY_INDEX, BY_SCAN = (f"SELECT id, SLEEP({s}) FROM item WHERE code = {code}" for s, code in ((0.001, "'77'"), (0.3, 77)))
# Statistics of a time when all visits had one code: reading the whole table was right then.
OF_CODE = "SELECT SLEEP(0.006), note FROM visit WHERE code = 7"
VISITS = (
    "CREATE TABLE visit (id INT PRIMARY KEY, code INT, note VARCHAR(100), KEY by_code (code))",
    "INSERT INTO visit SELECT id, 7, REPEAT('n', 50) FROM item",
    "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'visit')",
    "CALL DBMS_STATS.LOCK_TABLE_STATS('{db}', 'visit')",
    "UPDATE visit SET code = id",
)
# Two tables of different numbers of partitions, joined by what both are partitioned by.
HALVES = tuple(
    statement
    for name, pieces in (("ord", 4), ("line", 8))
    for statement in (
        f"CREATE TABLE {name} (id INT PRIMARY KEY, size INT) PARTITION BY HASH(id) PARTITIONS {pieces}",
        f"INSERT INTO {name} SELECT id, id FROM item",
        f"CALL DBMS_STATS.GATHER_TABLE_STATS('{{db}}', '{name}')",
    )
)
OF_HALVES = "SELECT SUM(o.size + l.size) FROM ord o JOIN line l ON o.id = l.id"
LOOKUP, WORK, SEEN = (
    "SELECT code FROM item WHERE id = {id}",
    "SELECT id FROM job WHERE state = 'new' LIMIT 10",
    "INSERT INTO seen VALUES ({id}, 1)",
)

# So many that the ring says something.
OTHERS = ("SELECT 1",) * 600


def in_transactions(text: str, transactions: int, times: int) -> tuple[str, ...]:
    """A statement so many times in each of so many transactions, each time with another id."""
    return tuple(
        statement
        for first in range(0, transactions * times, times)
        for statement in ("BEGIN", *(text.replace("{id}", str(first + n)) for n in range(times)), "COMMIT")
    )


SLOW, QUICK = "SELECT SLEEP(0.6)", "SELECT SLEEP(0.01)"
TIMEOUT, ROW_LOCK_TIMEOUT, UNKNOWN_COLUMN = 4012, 1205, 1054


def shape(text: str) -> str:
    """The resource of a statement whose literals are written as ``?``: its SQL_ID is the text's MD5."""
    return "SQL " + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def queries(count: int) -> tuple[str, ...]:
    """Statements of as many different shapes."""
    return tuple(f"SELECT 1 AS column_{number}" for number in range(count))


def wish(charset: str) -> tuple[str, ...]:
    """A table of one row in a character set."""
    return (
        f"CREATE TABLE {{db}}.wish (maker VARCHAR(20) CHARACTER SET {charset})",
        "INSERT INTO {db}.wish VALUES ('77')",
    )


def _lock_conflict(code: str, severity: Severity) -> Plant:
    return Plant(
        code,
        plant=(
            "CREATE TABLE {db}.stock (id INT PRIMARY KEY, amount INT)",
            "INSERT INTO {db}.stock VALUES (1, 9)",
        ),
        during=("BEGIN", "UPDATE {db}.stock SET amount = 8 WHERE id = 1"),
        load=("SET SESSION ob_trx_lock_timeout = 200000", *["UPDATE stock SET amount = 7 WHERE id = 1"] * 10),
        errors=frozenset({ROW_LOCK_TIMEOUT}),
        resource=shape("UPDATE stock SET amount = ? WHERE id = ?"),
        ground=SHAPES,
        severity=severity,
    )


PLANTS = [
    Plant(
        "SQL001",
        plant=(),
        load=("SELECT SLEEP(1.1)",) * 5 + ("SELECT 1",) * 200,
        resource="tenant",
        ground=SLOW_TENANT,
        severity=MEDIUM,
        mended_load=("SELECT SLEEP(0.01)",) * 5 + ("SELECT 1",) * 200,
    ),
    Plant(
        "SQL002",
        plant=(),
        load=("SELECT SLEEP(0.52)",) * 20,
        resource=shape("SELECT SLEEP(?)"),
        ground=SLOW_TENANT,
        severity=MEDIUM,
        mended_load=(QUICK,) * 20,
    ),
    Plant(
        "SQL003",
        plant=table_of(9),
        load=SCAN,
        mended_load=NARROW_SCAN,
        resource=shape("SELECT MAX(LOWER(code)) FROM item"),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL004",
        plant=table_of(9),
        load=SCAN,
        mended_load=NARROW_SCAN,
        resource=shape("SELECT MAX(LOWER(code)) FROM item"),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL006",
        plant=(),
        load=("SELECT /*+ QUERY_TIMEOUT(20000) */ SLEEP(1)",) * 10,
        errors=frozenset({TIMEOUT}),
        resource="return code -4012",
        ground=SHAPES,
        severity=HIGH,
        mended_load=("SELECT /*+ QUERY_TIMEOUT(5000000) */ SLEEP(0.01)",) * 10,
    ),
    Plant(
        "SQL050",
        plant=("CREATE TABLE {db}.few (id INT PRIMARY KEY)",),
        load=("SELECT amiss FROM few WHERE id = 1",) * 24,
        errors=frozenset({UNKNOWN_COLUMN}),
        resource="return code -5217",
        ground=SHAPES,
        severity=LOW,
        mended_load=("SELECT id FROM few WHERE id = 1",) * 24,
    ),
    Plant(
        "SQL008",
        plant=(),
        load=(SLOW,) * 10,
        resource=shape("SELECT SLEEP(?)"),
        ground=SHAPES,
        severity=LOW,
        mended_load=(QUICK,) * 10,
    ),
    _lock_conflict("SQL009", HIGH),
    _lock_conflict("SQL011", MEDIUM),
    _lock_conflict("SQL049", MEDIUM),
    Plant(
        "SQL012",
        plant=(*table_of(1, codes=10_000), "CREATE INDEX by_code ON {db}.item (code)"),
        load=(BY_INDEX,) * 60 + (BY_SCAN,) * 10,
        resource=shape("SELECT id, SLEEP(?) FROM item WHERE code = ?"),
        ground=SHAPES,
        severity=MEDIUM,
        mended_load=(BY_INDEX,) * 25,
    ),
    Plant(
        "SQL013",
        plant=table_of(11),
        load=("SELECT id FROM item",),
        resource=shape("SELECT id FROM item"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("SELECT id FROM item WHERE id > 5 ORDER BY id LIMIT 100",),
    ),
    Plant(
        "SQL014",
        plant=table_of(2),
        load=("DELETE FROM item",),
        resource=shape("DELETE FROM item"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("DELETE FROM item WHERE id < 5",) * 3,
    ),
    Plant(
        "SQL015",
        plant=(),
        load=queries(1200),
        resource="tenant",
        ground=MANY_SHAPES,
        severity=HIGH,
        mended_load=("SELECT 1 AS column_1",) * 300,
    ),
    Plant(
        "SQL016",
        plant=("CREATE TABLE {db}.city (id INT PRIMARY KEY)",),
        load=("SELECT /*+ PARALLEL(2) */ COUNT(*) FROM city",) * 300,
        resource="tenant",
        ground=MANY_SERVERS,
        severity=MEDIUM,
        mended_load=("SELECT COUNT(*) FROM city",) * 300,
    ),
    Plant(
        "SQL017",
        plant=table_of(9),
        load=("SELECT id FROM item ORDER BY code LIMIT 80000, 10",) * 12,
        resource=shape("SELECT id FROM item ORDER BY code LIMIT ?, ?"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("SELECT id FROM item WHERE id > 80000 ORDER BY id LIMIT 10",) * 12,
    ),
    Plant(
        "SQL018",
        plant=("CREATE TABLE {db}.city (id INT PRIMARY KEY)",),
        load=(f"SELECT id FROM city WHERE id IN ({','.join(map(str, range(300)))})",) * 2,
        resource=shape(f"SELECT id FROM city WHERE id IN ({','.join('?' * 300)})"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("SELECT id FROM city WHERE id IN (1,2,3)",) * 2,
    ),
    Plant(
        "SQL019",
        plant=INDEXED,
        load=(f"{OF_INDEX} WHERE UPPER(code) = 'A77'",) * 12,
        resource=shape(f"{OF_INDEX} WHERE UPPER(code) = ?"),
        ground=SHAPES,
        severity=LOW,
        mended_load=(f"{OF_INDEX} WHERE code = 'A77'",) * 12,
    ),
    Plant(
        "SQL022",
        plant=(*table_of(9), GATHERED),
        load=(f"{BY_CODE} = '77'",) * 12,
        cure=("CREATE INDEX by_code ON {db}.item (code)",),
        resource=shape(f"{BY_CODE} = ?"),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL023",
        plant=(*INDEXED, GATHERED),
        load=(f"{BY_CODE} = 77 ORDER BY id",) * 12,
        resource=shape(f"{BY_CODE} = ? ORDER BY id"),
        ground=SHAPES,
        severity=LOW,
        mended_load=(f"{BY_CODE} = '77' ORDER BY id",) * 12,
    ),
    Plant(
        "SQL028",
        plant=(*table_of(1), f"CREATE TABLE {PIECE} PARTITION BY HASH(id) PARTITIONS 24", INTO_PIECE),
        load=(IN_PIECES,) * 12,
        resource=shape(IN_PIECES.replace("0.006", "?").replace("77", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(f"{IN_PIECES} AND id = 77",) * 12,
    ),
    Plant(
        "SQL029",
        plant=(*table_of(2), f"CREATE TABLE {PIECE}", INTO_PIECE),
        load=(MISJUDGED,) * 12,
        resource=shape(MISJUDGED.replace("= 1", "= ?").replace("'x'", "?")),
        ground=SHAPES,
        severity=MEDIUM,
    ),
    Plant(
        "SQL030",
        plant=table_of(2, codes=50),
        load=(PAIRED,) * 12,
        resource=shape(PAIRED.replace("'7'", "?").replace("'8'", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(f"{PAIRED} AND a.id = b.id",) * 12,
    ),
    Plant(
        "SQL031",
        plant=(
            *table_of(2),
            f"CREATE TABLE {PIECE}",
            INTO_PIECE,
            "CREATE INDEX by_kind ON piece (kind)",
            "CREATE INDEX by_kind_and_code ON piece (kind, code)",
        ),
        load=(BY_KIND,) * 12,
        resource=shape(BY_KIND.replace("1", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(BY_KIND.replace("by_kind)", "by_kind_and_code)"),) * 12,
    ),
    Plant(
        "SQL033",
        plant=(
            *table_of(1),
            "CREATE TABLE leaflet (id INT PRIMARY KEY, title VARCHAR(20), body TEXT)",
            "INSERT INTO leaflet SELECT id, 'x', REPEAT('y', 2000) FROM item WHERE id < 2000",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'leaflet')",
        ),
        load=(LEAFLETS,) * 12,
        resource=shape(LEAFLETS.replace("1900", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(LEAFLETS.replace("*", "id, title"),) * 12,
    ),
    Plant(
        "SQL040",
        plant=BUYERS,
        load=(WITHOUT_SALES,) * 12,
        resource=shape(WITHOUT_SALES),
        ground=SHAPES,
        severity=MEDIUM,
        mended_load=(f"{WITHOUT_SALES[:-1]} WHERE buyer IS NOT NULL)",) * 12,
    ),
    Plant(
        "SQL041",
        plant=BUYERS,
        load=(WITH_BEST,) * 12,
        resource=shape(WITH_BEST.replace("NULL", "?")),
        ground=SHAPES,
        severity=MEDIUM,
        mended_load=(WITH_BEST.replace("= NULL", "IS NULL"),) * 12,
    ),
    Plant(
        "SQL042",
        plant=table_of(1),
        load=(TEN_ITEMS,) * 12,
        resource=shape(TEN_ITEMS.replace("'5'", "?").replace("10", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(TEN_ITEMS.replace("LIMIT", "ORDER BY id LIMIT"),) * 12,
    ),
    Plant(
        "SQL043",
        plant=table_of(1, codes=50),
        load=(TWO_CODES,) * 12,
        resource=shape(TWO_CODES.replace("'1'", "?").replace("'2'", "?")),
        ground=SHAPES,
        severity=LOW,
        mended_load=(TWO_CODES.replace("UNION", "UNION ALL"),) * 12,
    ),
    Plant(
        "SQL024",
        plant=(*INDEXED, GATHERED),
        load=(f"{BY_CODE} LIKE '%77'",) * 12,
        resource=shape(f"{BY_CODE} LIKE ?"),
        ground=SHAPES,
        severity=LOW,
        mended_load=(f"{BY_CODE} LIKE '77%'",) * 12,
    ),
    Plant(
        "SQL025",
        plant=(*INDEXED, *PARTS, "CREATE INDEX by_code ON part (code)", GATHERED_PARTS),
        load=("SELECT id FROM part WHERE code = '77' OR maker = '78'",) * 12,
        cure=("CREATE INDEX by_maker ON {db}.part (maker)",),
        resource=shape("SELECT id FROM part WHERE code = ? OR maker = ?"),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL026",
        plant=(*INDEXED, GATHERED),
        load=("SELECT /*+ FULL(item) */ id FROM item WHERE code = '77'",) * 12,
        resource=shape("SELECT /*+ FULL(item) */ id FROM item WHERE code = ?"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("SELECT id AS number FROM item WHERE code = '77'",) * 12,
    ),
    Plant(
        "SQL027",
        plant=(*INDEXED, *PARTS, "CREATE INDEX by_maker ON part (maker)", GATHERED_PARTS, *wish("utf8mb4")),
        load=("SELECT p.id FROM wish w JOIN part p ON p.maker = w.maker",) * 12,
        cure=("DROP TABLE {db}.wish", *wish("gbk")),
        resource=shape("SELECT p.id FROM wish w JOIN part p ON p.maker = w.maker"),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL035",
        plant=table_of(1),
        load=in_transactions(LOOKUP, 40, 30),
        resource=shape(LOOKUP.replace("{id}", "?")),
        ground=BURSTS,
        severity=LOW,
        mended_load=("SELECT code FROM item WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9)",) * 40 + OTHERS,
    ),
    Plant(
        "SQL036",
        plant=(
            *table_of(1),
            "CREATE TABLE job (id INT PRIMARY KEY, state VARCHAR(10), KEY by_state (state))",
            "INSERT INTO job SELECT id, 'done' FROM item",
        ),
        load=(WORK,) * 1200,
        resource=shape(WORK.replace("'new'", "?").replace("10", "?")),
        ground=BURSTS,
        severity=LOW,
        mended_load=(WORK,) * 20 + OTHERS,
    ),
    Plant(
        "SQL037",
        plant=("CREATE TABLE {db}.seen (id INT PRIMARY KEY, at INT)",),
        load=in_transactions(SEEN, 1, 1200),
        cure=("TRUNCATE TABLE {db}.seen",),
        resource=shape(SEEN.replace("{id}, 1", "?, ?")),
        ground=BURSTS,
        severity=LOW,
        mended_load=(f"INSERT INTO seen VALUES {', '.join(f'({number}, 1)' for number in range(200))}", *OTHERS),
    ),
    Plant(
        "SQL039",
        plant=(*table_of(4), *HALVES),
        load=(OF_HALVES,) * 12,
        cure=(
            "DROP TABLE {db}.line",
            "CREATE TABLE {db}.line (id INT PRIMARY KEY, size INT) PARTITION BY HASH(id) PARTITIONS 4",
            "INSERT INTO {db}.line SELECT id, id FROM {db}.item",
            # Without statistics the optimizer samples the table; to other checks that is a statement without a text.
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'line')",
        ),
        resource=shape(OF_HALVES),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL047",
        plant=(*table_of(3), *VISITS),
        load=(OF_CODE,) * 12,
        cure=(
            "CALL DBMS_STATS.UNLOCK_TABLE_STATS('{db}', 'visit')",
            "CALL DBMS_STATS.GATHER_TABLE_STATS('{db}', 'visit')",
        ),
        resource=shape(OF_CODE.replace("0.006", "?").replace("7", "?")),
        ground=SHAPES,
        severity=LOW,
    ),
    Plant(
        "SQL048",
        plant=table_of(6),
        load=("UPDATE item SET code = 'x' WHERE id >= 0",),
        resource=shape("UPDATE item SET code = ? WHERE id >= ?"),
        ground=SHAPES,
        severity=LOW,
        mended_load=("UPDATE item SET code = 'y' WHERE id < 1000",),
    ),
    Plant(
        "SQL038",
        plant=(
            *table_of(9),
            "CREATE TABLE sheet (id INT PRIMARY KEY, note VARCHAR(1000))",
            "INSERT INTO sheet SELECT id, RPAD(id, 900, 'x') FROM item",
        ),
        load=("SELECT id FROM (SELECT id, note FROM sheet ORDER BY note LIMIT 89990, 1) ranked",) * 5,
        resource=shape("SELECT id FROM (SELECT id, note FROM sheet ORDER BY note LIMIT ?, ?) ranked"),
        ground=SPILLS,
        severity=LOW,
        mended_load=("SELECT id FROM (SELECT id, note FROM sheet WHERE id < 9 ORDER BY note LIMIT 3, 1) ranked",) * 3,
    ),
]
UNPLANTABLE = {
    "SQL020": "what a test can fill stays in memory",
    "SQL005": "the hit rate counts everything since the start of the kernel that all tests share",
    "SQL007": "the audit of a kernel that is minutes old is short before anything is planted",
    "SQL021": "nothing that SQL can do damages data or fills the disk of a kernel that goes on",
    "SQL034": "the session history of the kernel is switched off, and a minute of it says nothing",
    "SQL032": "the workload repository of a kernel that is minutes old has no days",
    "SQL051": "a snapshot lies between two loads: see tests/integration/test_repository_texts.py",
    "SQL044": "throttling slows what the kernel writes for itself, too, and with it every other test",
    "SQL010": "takes more concurrent statements than the tenant has workers",
}
