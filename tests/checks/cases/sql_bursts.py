"""Cases of the checks on what a session sends over and over, and on what changes very many rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn
from agent.facts.sql import SqlShape
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.checks.cases.sql import _NO_TOTALS, _plan, _ret, _shape, _total
from tests.checks.cases.sql_plans import scan, step, tree
from tests.harness import Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM
A, WORSE = [("SQL A", LOW)], [("SQL A", MEDIUM)]
SECOND = 1_000_000
_BY_KEY = tree(scan(way="GET", notes={"table_rows": 100, "physical_range_rows": 1}, rows=1, real=1))
_INSERTING = tree(step("DISTRIBUTED INSERT", depth=0), step("EXPRESSION"))


def _burst(per_second: float = 100, executions: int = 1000, **other: Any) -> SqlShape:
    """A shape that a session sends so often in a second; again and again within eleven minutes.

    All executions are within transactions where there are any.
    """
    values = {
        "elapsed_us": executions, "rows_returned": executions, "max_rows_returned": 1, "empty": 0,
        "max_rows_affected": 0, "session_seconds": round(executions / per_second), "seconds": 600, "transactions": 0,
        "first_us": 0, "last_us": 600 * SECOND,
    }  # fmt: skip
    values = {**values, **other}
    within = {"tx_executions": executions, "tx_rows_affected": values.get("rows_affected", 0)}
    none = dict.fromkeys(within, 0)
    return _shape("A", executions, **{**(within if values["transactions"] else none), **values})


def _lookups(row: SqlShape, *steps: PlanStep, everything: int = 1000) -> list[Any]:
    return [row, _ret(everything), *(steps or _BY_KEY)]


def _looking(table_rows: int | None = 100, *, gone: int = 1, way: str = "GET", kept: int = 1) -> list[PlanStep]:
    notes = {"table_rows": table_rows, "physical_range_rows": gone}
    return tree(scan(way=way, notes=notes, rows=kept, real=kept))


def _other_plan(steps: list[PlanStep]) -> list[PlanStep]:
    return [replace(found, plan_hash=2) for found in steps]


_OTHER = replace(_burst(1), sql_id="B", max_rows_returned=2)
_ONCE = {"last_us": 599 * SECOND}

ONE_BY_ONE = [
    Case("SQL035", _lookups(_burst(100)), A, label="at the limit"),
    Case("SQL035", _lookups(_burst(500)), A, label="hundreds"),
    Case("SQL035", [*_lookups(_burst()), _plan("SELECT name FROM event WHERE id = ?")], A, label="with its text"),
    Case("SQL035", _lookups(_burst(150, 300), everything=1500), A, label="a fifth of all"),
    Case("SQL035", _lookups(_burst(150, 300), everything=1501), label="less than a fifth"),
    Case("SQL035", [*_lookups(_burst(149.5, 299)), _OTHER], label="seldom"),
    Case("SQL035", _lookups(_burst(90)), label="slowly, between other statements"),
    Case("SQL035", _lookups(_burst(50, elapsed_us=10_000_000)), A, label="a slow server, and half of the second"),
    Case("SQL035", _lookups(_burst(50, elapsed_us=9_999_999)), label="less than half of the second"),
    Case("SQL035", _lookups(_burst(20, elapsed_us=25_000_000)), A, label="a page of twenty"),
    Case("SQL035", _lookups(_burst(19, 1007, elapsed_us=50_000_000)), label="less than a page"),
    Case("SQL035", _lookups(_burst(99, 990), everything=990), label="nearly a hundred a second"),
    Case("SQL035", _lookups(_burst(), everything=500), A, label="more than the audit counts in all"),
    Case("SQL035", _lookups(_burst(), everything=0), A, label="the audit counts none"),
    Case("SQL035", [replace(_burst(150, 300), tenant_id=1002), _ret(1500, tenant_id=1002), _ret(9000, tenant_id=1004),
                    *_BY_KEY], [("SQL A of tenant 1002", LOW)], label="a fifth of its tenant"),
    Case("SQL035", _lookups(_burst(max_rows_returned=2)), label="returns a list"),
    Case("SQL035", _lookups(_burst(rows_returned=0, max_rows_returned=0)), label="finds nothing"),
    Case("SQL035", _lookups(_burst(rows_affected=1000)), label="changes the row"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(1000)), label="a cache that fills itself"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(1111)), label="by statistics that say a tenth more"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(910)), label="by statistics that say a tenth less"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(1112)), A, label="once, some rows of the table"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(909)), A, label="once, some rows again"),
    Case("SQL035", _lookups(_burst(**_ONCE), *_looking(10**6)), A, label="once, few rows of a large table"),
    Case("SQL035", _lookups(_burst(**_ONCE, seconds=299), *_looking(1000)), A, label="with pauses"),
    Case("SQL035", _lookups(_burst(**_ONCE, seconds=4), *_looking(1000)), label="four bursts"),
    Case("SQL035", _lookups(_burst(last_us=598 * SECOND, seconds=299), *_looking(1000)), A, label="half of the time"),
    Case("SQL035", _lookups(_burst(**_ONCE, seconds=300), *_looking(1000)), label="more than half of the time"),
    Case("SQL035", _lookups(_burst(**_ONCE, seconds=5), *_looking(1000)), A, label="five bursts"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=50)), A, label="twenty in each transaction"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=51)), label="less in each"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=5)), A, label="in five transactions"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=4)), label="in four transactions"),
    Case("SQL035", _lookups(_burst(**_ONCE, transactions=1000), *_looking(1000)), label="one in each transaction"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=5, tx_executions=99)), label="most outside of them"),
    Case("SQL035", _lookups(_burst(90, **_ONCE, transactions=5, tx_executions=100)), A, label="twenty within each"),
    Case("SQL035", _lookups(_burst(**_ONCE, transactions=9, tx_executions=9), *_looking(1000)),
         label="one within each, many outside"),
    Case("SQL035", _lookups(_burst(transactions=9, tx_executions=None)), not_assessed=True,
         label="how many are within is unknown"),
    Case("SQL035", _lookups(_burst(**_ONCE, transactions=9, tx_executions=None)), not_assessed=True,
         label="whether it recurs is unknown"),
    Case("SQL035", _lookups(_burst(**_ONCE, seconds=None)), not_assessed=True, label="pauses are unknown"),
    Case("SQL035", _lookups(_burst(last_us=None)), not_assessed=True, label="how long is unknown"),
    Case("SQL035", _lookups(_burst(first_us=None)), not_assessed=True, label="since when is unknown"),
    Case("SQL035", _lookups(_burst(**_ONCE, transactions=None)), not_assessed=True, label="pauses tell nothing alone"),
    Case("SQL035", _lookups(_burst(transactions=None)), not_assessed=True, label="transactions are unknown"),
    Case("SQL035", _lookups(_burst(), *_looking(99)), label="a counter in a small table"),
    Case("SQL035", _lookups(_burst(), *_looking(gone=10, way="RANGE SCAN")), A, label="by another key"),
    Case("SQL035", _lookups(_burst(), *_looking(gone=11, way="RANGE SCAN")), label="reads more for it"),
    Case("SQL035", _lookups(_burst(), *_BY_KEY, *_other_plan(_looking(gone=11, way="RANGE SCAN"))),
         label="reads more by another plan"),
    Case("SQL035", _lookups(_burst(), *tree(step("TABLE FOR UPDATE", depth=0), *_looking())), label="locks the row"),
    Case("SQL035", _lookups(_burst(), *tree(step("PX COORD MERGE SORT", depth=0), *_looking())), A, label="sorts it"),
    Case("SQL035", _lookups(_burst(), *tree(step("NESTED-LOOP JOIN", depth=0), *_looking(), *_looking())),
         label="a join"),
    Case("SQL035", _lookups(_burst(), *tree(step("EXPRESSION", depth=0))), label="SELECT 1 of a pool"),
    Case("SQL035", _lookups(_burst(), *_looking(None)), not_assessed=True, label="size is unknown"),
    Case("SQL035", [_burst(), _ret()], not_assessed=True, label="no plan"),
    Case("SQL035", _lookups(_burst(session_seconds=None)), not_assessed=True, label="rate is unknown"),
    Case("SQL035", _lookups(_burst(149.5, 299)), not_assessed=True, label="a short ring"),
    Case("SQL035", _BY_KEY, not_assessed=True, label="empty ring"),
]  # fmt: skip


def _poll(per_second: float = 50, executions: int = 1000, empty: int = 950, **other: Any) -> SqlShape:
    """A shape that looks so often and finds nothing so often."""
    return _burst(per_second, executions, empty=empty, rows_returned=executions - empty, **other)


def _polling(row: SqlShape, *steps: PlanStep, everything: int = 1000) -> list[Any]:
    return _lookups(row, *(steps or tree(scan(index="by_state", way="RANGE SCAN"))), everything=everything)


def _index(*, unique: bool, table: str = "event") -> IndexColumn:
    return IndexColumn(
        table_schema="shop", table_name=table, index_name="by_state", non_unique=not unique, seq_in_index=1,
        column_name="state", sub_part=None, index_type="BTREE", is_visible="YES", comment="",
    )  # fmt: skip


def _by_state(gone: int | None = 1) -> list[PlanStep]:
    """A range of an index in which so many rows are expected."""
    return tree(scan(index="by_state", way="RANGE SCAN", notes={"physical_range_rows": gone}))


_BY_STATE = _by_state(1000)
_NO_INDEXES = (IndexColumn, Unavailable(UnavailableKind.PRIVILEGE, Text("no SHOW VIEW")))
_UPDATE = tree(step("DISTRIBUTED UPDATE", depth=0), scan(index="by_state", way="RANGE SCAN"))

POLLS = [
    Case("SQL036", _polling(_poll(50)), A, label="at the limit"),
    Case("SQL036", _polling(_poll(500)), A, label="without a pause"),
    Case("SQL036", [*_polling(_poll()), _plan("SELECT id FROM event WHERE state = ?")], A, label="with its text"),
    Case("SQL036", _polling(_poll(), *_UPDATE), A, label="claims what is there"),
    Case("SQL036", [*_polling(_poll()), _index(unique=False)], A, label="by an index of many rows"),
    Case("SQL036", [*_polling(_poll()), _index(unique=True, table="other")], A, label="another table's key"),
    Case("SQL036", _polling(_poll(), everything=5000), A, label="a fifth of all"),
    Case("SQL036", [*_polling(_poll()), _index(unique=True)], A, label="many rows of a unique index"),
    Case("SQL036", [*_polling(_poll(), *_by_state(2)), _index(unique=True)], A, label="two rows of it"),
    Case("SQL036", [*_polling(_poll(), *_by_state()), _index(unique=False)], A, label="one row of another index"),
    Case("SQL036", [*_polling(_poll(), *_by_state(None)), _index(unique=False)], A, label="nobody knows how many"),
    Case("SQL036", [*_polling(_poll(), *tree(scan(way="RANGE SCAN"))), _NO_INDEXES], A, label="a range of the table"),
    Case("SQL036", [*_polling(_poll()), _NO_INDEXES], A, label="many rows of any index"),
    Case("SQL036", [*_polling(_poll()), replace(_index(unique=True), table_schema="other")], A, label="another schema"),
    Case(
        "SQL036",
        [*_polling(_poll(), *tree(scan(index="by_state"))), _index(unique=True)],
        A,
        label="the whole of a unique index",
    ),
    Case(
        "SQL036",
        _polling(_poll(), *tree(step("NESTED-LOOP JOIN", depth=0), *_BY_STATE, *_looking())),
        A,
        label="looks up what it found",
    ),
    Case(
        "SQL036",
        _polling(_poll(), *tree(step("NESTED-LOOP JOIN", depth=0), *_looking(), *_BY_STATE)),
        label="looks up first",
    ),
    Case("SQL036", _polling(_poll(), *_BY_STATE, *_other_plan(_looking())), label="looks up by another plan"),
    Case("SQL036", _polling(_poll(49, 1029, 1029)), label="nearly fifty a second"),
    Case("SQL036", _polling(_poll(), everything=5001), label="less"),
    Case("SQL036", _polling(_poll(empty=949)), label="finds some work"),
    Case("SQL036", [*_polling(_poll(50, 999, 999)), _OTHER], label="seldom"),
    Case("SQL036", _polling(_poll(40)), label="waits between two looks"),
    Case("SQL036", _polling(_poll(), *_looking(10**6)), label="asks whether a key is there"),
    Case("SQL036", [*_polling(_poll(), *_by_state()), _index(unique=True)], label="asks by a unique index"),
    Case("SQL036", [*_polling(_poll(), *_by_state()), _NO_INDEXES], not_assessed=True, label="indexes are unknown"),
    Case(
        "SQL036",
        [*_polling(_poll(), *_by_state(None)), _index(unique=True)],
        not_assessed=True,
        label="how much of a unique index is unknown",
    ),
    Case(
        "SQL036",
        [*_polling(_poll(), *_by_state(), *_other_plan(_looking())), _NO_INDEXES],
        label="looks up by another plan, whatever the first does",
    ),
    Case("SQL036", _polling(_poll(), *_INSERTING), label="inserts what is not there yet"),
    Case("SQL036", _polling(_poll(), *tree(step("EXPRESSION", depth=0))), label="reads no table"),
    Case("SQL036", [_poll(), _ret()], not_assessed=True, label="no plan"),
    Case("SQL036", _polling(_burst(50, empty=None)), not_assessed=True, label="what it found is unknown"),
    Case("SQL036", _polling(_poll(session_seconds=None)), not_assessed=True, label="rate is unknown"),
    Case("SQL036", not_assessed=True, label="empty ring"),
]


def _insert(per_second: float = 100, executions: int = 1000, **other: Any) -> SqlShape:
    """A shape that inserts one row so often in a second."""
    values = {"rows_returned": 0, "max_rows_returned": 0, "rows_affected": executions, "max_rows_affected": 1,
              "transactions": executions}  # fmt: skip
    return _burst(per_second, executions, **{**values, **other})


def _inserting(row: SqlShape, *steps: PlanStep, everything: int = 1000) -> list[Any]:
    return _lookups(row, *(steps or _INSERTING), everything=everything)


INSERTS = [
    Case("SQL037", _inserting(_insert(100)), A, label="at the limit"),
    Case("SQL037", _inserting(_insert(1000)), A, label="a thousand"),
    Case("SQL037", _inserting(_insert(transactions=10)), A, label="a hundred in a transaction"),
    Case("SQL037", _inserting(_insert(transactions=None, max_rows_affected=None)), A, label="commits are unknown"),
    Case("SQL037", _inserting(_insert(rows_affected=999, errors=1)), A, label="one failed"),
    Case("SQL037", _inserting(_insert(rows_affected=1)), A, label="all but one are there already"),
    Case("SQL037", _inserting(_insert(transactions=600)), A, label="nearly two in a transaction"),
    Case("SQL037", _inserting(_insert(transactions=10, tx_rows_affected=200)), A, label="most outside of transactions"),
    Case("SQL037", _inserting(_insert(tx_rows_affected=None)), A, label="rows within transactions are unknown"),
    Case("SQL037", _inserting(_insert(rows_affected=1001, max_rows_affected=None)), label="a row more than statements"),
    Case("SQL037", _inserting(_insert(99, 1089)), label="nearly a hundred a second"),
    Case("SQL037", _inserting(_insert(), *_INSERTING, *_other_plan(_UPDATE)), label="an UPDATE by another plan"),
    Case("SQL037", [*_inserting(_insert()), _plan("INSERT INTO event VALUES (?, ?)")], A, label="with its text"),
    Case("SQL037", _inserting(_insert(), everything=5000), A, label="a fifth of all"),
    Case("SQL037", _inserting(_insert(), everything=5001), label="less than a fifth"),
    Case("SQL037", [*_inserting(_insert(111, 999)), _OTHER], label="seldom"),
    Case("SQL037", _inserting(_insert(90)), label="a row for each request"),
    Case("SQL037", _inserting(_insert(rows_affected=1001, max_rows_affected=2)), label="in batches"),
    Case("SQL037", _inserting(_insert(rows_affected=1000, max_rows_affected=50)), label="some in batches"),
    Case("SQL037", _inserting(_insert(rows_affected=0, max_rows_affected=0)), label="they are there already"),
    Case("SQL037", _inserting(_insert(), *tree(step("DISTRIBUTED INSERT_UP", depth=0), step("EXPRESSION"))),
         label="a counter"),
    Case("SQL037", _inserting(_insert(), *tree(step("DISTRIBUTED INSERT", depth=0), scan())), label="from a table"),
    Case("SQL037", _inserting(_insert(), *_UPDATE), label="an UPDATE of one row"),
    Case("SQL037", [_insert(), _ret()], not_assessed=True, label="no plan"),
    Case("SQL037", _inserting(_insert(session_seconds=None)), not_assessed=True, label="rate is unknown"),
    Case("SQL037", not_assessed=True, label="empty ring"),
]  # fmt: skip


def _change(largest: int | None = 50_000, executions: int = 1, **other: Any) -> SqlShape:
    """A shape one of whose executions changed so many rows."""
    rows = (largest or 0) * executions
    return _shape("A", executions, elapsed_us=9, **{"max_rows_affected": largest, "rows_affected": rows, **other})


_DELETE, _READ = 4, 1
_CACHED = _total("A", 9, executions=2, rows_processed=100_000)
CHANGES = [
    Case("SQL048", [_change()], A, label="at the limit"),
    Case("SQL048", [_change(49_999)], label="nearly so many"),
    Case("SQL048", [_change(10**6)], WORSE, label="a million"),
    Case("SQL048", [_change(executions=9, rows_affected=50_008)], A, label="once among small ones"),
    Case("SQL048", [_change(1000, 50, transactions=1, tx_rows_affected=50_000)], A,
         label="many statements in one transaction"),
    Case("SQL048", [_change(1000, 50, transactions=2, tx_rows_affected=50_000)], label="in two"),
    Case("SQL048", [_change(None, rows_affected=50_000)], A, label="the largest is unknown"),
    Case("SQL048", [_change(None, 2, rows_affected=99_999)], not_assessed=True, label="on average less"),
    Case("SQL048", [_change(None, 2, rows_affected=49_999)], label="all of them together less"),
    Case("SQL048", [_change(), _plan("DELETE FROM log WHERE made < ?")], A, label="with a condition"),
    Case("SQL048", [_change(), _plan("DELETE FROM log")], label="without one: SQL014 tells"),
    Case("SQL048", [_change(0, rows_returned=10**6)], label="reads only"),
    Case("SQL048", [replace(_CACHED, sql_type=_DELETE)], A, label="in the plan cache alone"),
    Case("SQL048", [replace(_CACHED, sql_type=_DELETE, executions=3)], not_assessed=True,
         label="on average less there"),
    Case("SQL048", [replace(_CACHED, sql_type=_DELETE, executions=3),
                    _change(10, 3, transactions=3, tx_rows_affected=30)],
         label="on average less there, and the ring knows the largest"),
    Case("SQL048", [replace(_CACHED, sql_type=_DELETE, rows_processed=49_999)], label="all of them less there"),
    Case("SQL048", [replace(_CACHED, sql_type=_READ)], label="returns so many"),
    Case("SQL048", [replace(_CACHED, executions=3)], not_assessed=True, label="less, of an unknown kind"),
    Case("SQL048", [replace(_change(), tenant_id=1002), replace(_change(49_999), tenant_id=1004)],
         [("SQL A of tenant 1002", LOW)], label="each tenant for itself"),
    Case("SQL048", [_change(60_000), replace(_change(10), sql_id="B"), _plan("DELETE FROM log", sql_id="B")], A,
         label="beside one without a condition"),
    Case("SQL048", [_CACHED], not_assessed=True, label="of an unknown kind"),
    Case("SQL048", [_change(), _NO_TOTALS], A, label="in the ring alone"),
    Case("SQL048", not_assessed=True, label="no record"),
]  # fmt: skip

CASES = [*ONE_BY_ONE, *POLLS, *INSERTS, *CHANGES]
