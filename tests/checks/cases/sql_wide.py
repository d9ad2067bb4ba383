"""Cases of the check on statements that fetch all columns of wide rows, and of rows that only a plan counts."""

from __future__ import annotations

import dataclasses
from typing import Any

from agent.facts.schema import NotableColumn, TableStatistics
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.terms import Severity
from tests.checks.cases.sql import _shape
from tests.checks.cases.sql_paths import _scan, _table, _text
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
WORSE = [("SQL A", MEDIUM)]
_NOTES = _table("`id` bigint(20) NOT NULL,\n`title` varchar(80),\n`body` text,\n`plan` json,\nPRIMARY KEY (`id`)")
_PLAIN = _table("`id` bigint(20) NOT NULL,\n`title` varchar(2000),\nPRIMARY KEY (`id`)")


_OTHER = _table("`id` bigint(20) NOT NULL,\nPRIMARY KEY (`id`)", "other")
_TITLE = NotableColumn(
    table_schema="shop", table_name="ord", column_name="title", data_type="varchar", column_type="varchar", extra=""
)
_BOTH = "SELECT * FROM ord JOIN tag ON tag.id = ord.id WHERE ord.id > ?"
_SECOND = [
    _scan(9, 9, alias="tag", name="tag", place=(1, 0)),
    _table("`id` bigint(20) NOT NULL,\n`word` text,\nPRIMARY KEY (`id`)", "tag"),
    TableStatistics(
        owner="shop", table_name="tag", num_rows=9, avg_row_len=999, last_analyzed=None, stattype_locked=None
    ),
]


def _stat(width: int | None = 1000) -> TableStatistics:
    return TableStatistics(
        owner="shop", table_name="ord", num_rows=1000, avg_row_len=width, last_analyzed=None, stattype_locked=None
    )


def _wide(
    statement: str = "SELECT * FROM ord WHERE id > ?", rows: int = 500, width: int | None = 1000, **other: Any
) -> list[Any]:
    """Ten executions of 5 ms that return so many rows each."""
    values = {"executions": 10, "elapsed_us": 50_000, "rows_returned": rows * 10, **other}
    return [_shape("A", **values), _text(statement, 5), _scan(rows, rows), _stat(width), _NOTES]


def _scanning() -> CachedPlan:
    return dataclasses.replace(_text("SELECT id FROM ord"), table_scan=1)


def _flushed(**other: Any) -> SqlTotal:
    """Ten executions whose scans went through blocks, of which SQLSTAT counts no row."""
    zero = dict.fromkeys(("disk_reads", "retries", "wait_us", "remote_executions"), 0)
    usual = {"executions": 10, "elapsed_us": 100_000, "rows_processed": 10, "rows_read": 10}
    return SqlTotal(sql_id="A", db_name="shop", **{**zero, **usual, **other})


CASES = [
    Case("SQL033", _wide(), [("SQL A", LOW)], label="half a million bytes"),
    Case("SQL033", _wide(rows=5000), [("SQL A", MEDIUM)], label="five million"),
    Case("SQL033", _wide(rows=100_000), [("SQL A", HIGH)], label="a hundred million"),
    Case("SQL033", _wide("SELECT o.* FROM ord o WHERE o.id > ?"), [("SQL A", LOW)], label="all of one table"),
    Case("SQL033", _wide("SELECT * FROM ord ORDER BY id LIMIT ?"), [("SQL A", LOW)], label="a long page"),
    Case("SQL033", _wide(rows=499), label="a little less"),
    Case("SQL033", _wide(width=999, rows=5000), label="rows that are not wide"),
    Case("SQL033", _wide("SELECT id, title FROM ord WHERE id > ?"), label="names its columns"),
    Case("SQL033", _wide("SELECT COUNT(*) FROM ord WHERE id > ?"), label="counts"),
    Case("SQL033", _wide("SELECT *, COUNT(*) FROM ord GROUP BY id"), label="puts rows together"),
    Case("SQL033", _wide(executions=9, elapsed_us=45_000, rows_returned=4500), label="seldom"),
    Case("SQL033", _wide(elapsed_us=10), [("SQL A", LOW)], label="on a quick machine"),
    Case("SQL033", _wide(rows=20, width=25_000), [("SQL A", LOW)], label="a page of very wide rows"),
    Case("SQL033", _wide(rows_returned=199, width=50_000), label="less than a page"),
    Case("SQL033", _wide(rows=1, width=9_000_000), label="one long row by its key"),
    Case("SQL033", [*_wide(rows=19, width=None)[:-1], _OTHER], label="a few rows need neither statistics"),
    Case("SQL033", [*_wide()[:-1], _PLAIN], label="no long column"),
    Case("SQL033", _wide(width=None), not_assessed=True, label="no statistics"),
    Case("SQL033", [*_wide()[:-1], _OTHER], not_assessed=True, label="no definition"),
    Case("SQL033", [*_wide()[:-1], _OTHER, _TITLE], not_assessed=True, label="only some columns are known"),
    Case("SQL033", [*_wide(width=999)[:-1], _OTHER], label="no definition, and rows are not wide"),
    Case("SQL033", [*_wide(width=None)[:-1], _OTHER], not_assessed=True, label="neither definition nor statistics"),
    Case("SQL033", [*_wide("SELECT id FROM ord WHERE id > ?")[:-1], _OTHER], label="no definition is needed"),
    Case("SQL033", _wide("SELECT * FROM ORD WHERE id > ?"), [("SQL A", LOW)], label="in capitals"),
    Case("SQL033", [*_wide(_BOTH), *_SECOND], [("SQL A", LOW)], label="the second of two tables"),
    Case("SQL033", [*_wide(_BOTH), _SECOND[0]], [("SQL A", LOW)], label="one of two is not known"),
    Case("SQL033", _wide("SELECT * FROM ord WHERE ("), not_assessed=True, label="a text that cannot be parsed"),
    Case("SQL033", [_shape("A", executions=10, elapsed_us=50_000, rows_returned=200), _stat(), _NOTES, _scan(500, 500)],
         not_assessed=True, label="no text"),
    Case("SQL033", [_shape("A", executions=10, elapsed_us=50_000, rows_returned=199), _stat(), _NOTES, _scan(500, 500)],
         label="few rows need no text"),
    Case("SQL003", [_flushed(), _scanning(), _scan()], WORSE, label="counted by the plan"),
    Case("SQL003", [_flushed(), _scanning(), _scan(19_999)], not_assessed=True, label="expected to be a little less"),
    Case("SQL004", [_flushed(), _scan()], WORSE, label="counted by the plan"),
    Case("SQL004", [_flushed(), _scan(), _scan(10, plan_hash=2)], not_assessed=True, label="another plan reads few"),
    Case("SQL017", [_flushed(), _text("SELECT id FROM ord LIMIT ?, ?", 5, 5), _scan()], WORSE, label="by the plan"),
    Case("SQL019", [_flushed(), _text("SELECT 1 FROM ord WHERE DATE(d) = ?", 22), _scan()], WORSE, label="by the plan"),
]  # fmt: skip
