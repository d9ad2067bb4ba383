"""Faults of the checks on statements."""

from __future__ import annotations

import hashlib

from agent.terms import Severity
from tests.harness import Plant

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
# Emptying the ring stands for the hours in which new statements overwrite the old ones; a timer of the server does it.
# It is wider afterwards than the usual one, which the kernel's own statements fill within seconds.
_A_MOMENT = "DO SLEEP(1.2)"
EMPTY_RING = (
    "SET GLOBAL ob_sql_audit_percentage = 0",
    _A_MOMENT,
    "SET GLOBAL ob_sql_audit_percentage = 10",
    _A_MOMENT,
)
USUAL_RING = ("SET GLOBAL ob_sql_audit_percentage = 1",)
FORGET_PLANS = ("ALTER SYSTEM FLUSH PLAN CACHE",)
# The plan cache of so small a tenant is nearly full by itself and would throw the planted plans out.
ROOM_FOR_PLANS = ("SET GLOBAL ob_plan_cache_percentage = 20", *FORGET_PLANS)
USUAL_PLAN_CACHE = ("SET GLOBAL ob_plan_cache_percentage = 2",)
BIG_TABLE = (
    "SET SESSION ob_query_timeout = 60000000",
    "CREATE TABLE {db}.digit (n INT)",
    "INSERT INTO {db}.digit VALUES " + ", ".join(f"({number})" for number in range(20)),
    "CREATE TABLE {db}.item (id INT PRIMARY KEY, serial INT, code VARCHAR(20))",
    "INSERT INTO {db}.item SELECT id, id, id FROM (SELECT a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n AS id"
    " FROM {db}.digit a, {db}.digit b, {db}.digit c, {db}.digit d, {db}.digit e"
    " WHERE b.n < 10 AND c.n < 10 AND d.n < 10 AND e.n < 10) numbers",
)
BY_SERIAL = ("SELECT id FROM item WHERE serial = 77",) * 12
SLOW, QUICK = "SELECT SLEEP(0.6)", "SELECT SLEEP(0.01)"
TIMEOUT, ROW_LOCK_TIMEOUT = 4012, 1205


def shape(text: str) -> str:
    """The resource of a statement whose literals are written as ``?``: its SQL_ID is the text's MD5."""
    return "SQL " + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def queries(count: int) -> tuple[str, ...]:
    """Statements of as many different shapes."""
    return tuple(f"SELECT 1 AS column_{number}" for number in range(count))


def _lock_conflict(code: str, severity: Severity) -> Plant:
    return Plant(
        code,
        plant=(
            "CREATE TABLE {db}.stock (id INT PRIMARY KEY, amount INT)",
            "INSERT INTO {db}.stock VALUES (1, 9)",
            *EMPTY_RING,
        ),
        during=("BEGIN", "UPDATE {db}.stock SET amount = 8 WHERE id = 1"),
        load=("SET SESSION ob_trx_lock_timeout = 200000", *["UPDATE stock SET amount = 7 WHERE id = 1"] * 10),
        errors=frozenset({ROW_LOCK_TIMEOUT}),
        resource=shape("UPDATE stock SET amount = ? WHERE id = ?"),
        severity=severity,
        cure=EMPTY_RING,
        always=USUAL_RING,
    )


PLANTS = [
    Plant(
        "SQL001",
        plant=EMPTY_RING,
        load=("SELECT SLEEP(1.1)",) * 5 + ("SELECT 1",) * 200,
        resource="tenant",
        severity=MEDIUM,
        cure=EMPTY_RING,
        mended_load=("SELECT SLEEP(0.01)",) * 5 + ("SELECT 1",) * 200,
        always=USUAL_RING,
    ),
    Plant(
        "SQL002",
        plant=ROOM_FOR_PLANS,
        load=("SELECT SLEEP(0.52)",) * 20,
        resource=shape("SELECT SLEEP(?)"),
        severity=MEDIUM,
        cure=FORGET_PLANS,
        mended_load=(QUICK,) * 20,
        always=USUAL_PLAN_CACHE,
    ),
    Plant(
        "SQL003",
        plant=(*BIG_TABLE, *EMPTY_RING),
        load=BY_SERIAL,
        resource=shape("SELECT id FROM item WHERE serial = ?"),
        severity=MEDIUM,
        cure=("CREATE INDEX by_serial ON {db}.item (serial)", *EMPTY_RING),
        always=USUAL_RING,
    ),
    Plant(
        "SQL004",
        plant=(*BIG_TABLE, *EMPTY_RING),
        load=BY_SERIAL,
        resource=shape("SELECT id FROM item WHERE serial = ?"),
        severity=MEDIUM,
        cure=("CREATE INDEX by_serial ON {db}.item (serial)", *EMPTY_RING),
        always=USUAL_RING,
    ),
    Plant(
        "SQL006",
        plant=EMPTY_RING,
        load=("SELECT /*+ QUERY_TIMEOUT(20000) */ SLEEP(1)",) * 5,
        errors=frozenset({TIMEOUT}),
        resource="return code -4012",
        severity=HIGH,
        cure=EMPTY_RING,
        mended_load=("SELECT /*+ QUERY_TIMEOUT(5000000) */ SLEEP(0.01)",) * 5,
        always=USUAL_RING,
    ),
    Plant(
        "SQL008",
        plant=EMPTY_RING,
        load=(SLOW,) * 10,
        resource=shape("SELECT SLEEP(?)"),
        severity=LOW,
        cure=EMPTY_RING,
        mended_load=(QUICK,) * 10,
        always=USUAL_RING,
    ),
    _lock_conflict("SQL009", HIGH),
    _lock_conflict("SQL011", MEDIUM),
    Plant(
        "SQL012",
        plant=(*BIG_TABLE, "CREATE INDEX by_code ON {db}.item (code)", *ROOM_FOR_PLANS),
        load=("SELECT id FROM item WHERE code = '77'",) * 15 + ("SELECT id FROM item WHERE code = 77",) * 10,
        resource=shape("SELECT id FROM item WHERE code = ?"),
        severity=MEDIUM,
        cure=FORGET_PLANS,
        mended_load=("SELECT id FROM item WHERE code = '77'",) * 25,
        always=USUAL_PLAN_CACHE,
    ),
    Plant(
        "SQL013",
        plant=(*BIG_TABLE, *EMPTY_RING),
        load=("SELECT id FROM item",),
        resource=shape("SELECT id FROM item"),
        severity=LOW,
        cure=EMPTY_RING,
        mended_load=("SELECT id FROM item WHERE id > 5 ORDER BY id LIMIT 100",),
        always=USUAL_RING,
    ),
    Plant(
        "SQL014",
        plant=("CREATE TABLE {db}.cart (id INT PRIMARY KEY, amount INT)", *ROOM_FOR_PLANS),
        load=("DELETE FROM cart",) * 3,
        resource=shape("DELETE FROM cart"),
        severity=LOW,
        cure=FORGET_PLANS,
        mended_load=("DELETE FROM cart WHERE id < 5",) * 3,
        always=USUAL_PLAN_CACHE,
    ),
    Plant(
        "SQL015",
        plant=(*FORGET_PLANS, *EMPTY_RING),
        load=queries(300),
        resource="tenant",
        severity=HIGH,
        cure=EMPTY_RING,
        mended_load=("SELECT 1 AS column_1",) * 300,
        always=USUAL_RING,
    ),
    Plant(
        "SQL016",
        plant=("CREATE TABLE {db}.city (id INT PRIMARY KEY)", *EMPTY_RING),
        load=("SELECT /*+ PARALLEL(2) */ COUNT(*) FROM city",) * 300,
        resource="tenant",
        severity=MEDIUM,
        cure=EMPTY_RING,
        mended_load=("SELECT COUNT(*) FROM city",) * 300,
        always=USUAL_RING,
    ),
]
UNPLANTABLE = {
    "SQL005": "the hit rate counts everything since the start of the kernel that all tests share",
    "SQL007": "the audit of a kernel that is minutes old is short before anything is planted",
    "SQL010": "takes more concurrent statements than the tenant has workers",
}
