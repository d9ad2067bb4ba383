"""Rows that a scan goes through are counted wherever they lie and whoever reads them.

Blocks on disk are scanned as a whole; of a parallel statement only the workers read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from agent.facts.sql import SqlShape
from agent.kernel.start import Kernel
from tests.integration.plants.sql import shape, table_of
from tests.integration.reading import open_session, read, reader, rows_of

ROWS, TIMES, PATIENCE_S = 30_000, 3, 60
SCAN = "SELECT id FROM rows_read.item WHERE code = 'none'"
PAGE = "SELECT id FROM rows_read.item ORDER BY code LIMIT 500, 5"
PARALLEL = "SELECT /*+ PARALLEL(2) */ MAX(LOWER(code)) FROM rows_read.item"
SHAPES = {shape(SCAN.replace("'none'", "?")), shape(PAGE.replace("500, 5", "?, ?"))}
IN_MEMORY = (
    "SELECT SUM(MEMSTORE_READ_ROW_COUNT) FROM oceanbase.GV$OB_SQL_AUDIT"
    " WHERE QUERY_SQL LIKE '%rows_read.item WHERE code%' AND REQUEST_TIME > TIME_TO_USEC(NOW(6)) - 1000000"
)


def awaited(answer: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := answer()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def left_the_memstore(kernel: Kernel) -> bool:
    kernel.run([SCAN])
    time.sleep(0.3)  # the audit lags behind
    rows = rows_of(kernel, IN_MEMORY)[0][0]
    return rows is not None and int(rows) == 0


def shapes_of(kernel: Kernel, user: str) -> tuple[SqlShape, ...]:
    with open_session(kernel, user) as session:
        rows = read(session, [SqlShape]).facts[SqlShape]
    assert isinstance(rows, tuple)
    return rows


def read_per_execution(kernel: Kernel, user: str) -> list[float]:
    rows = shapes_of(kernel, user)
    ours = [row for row in rows if f"SQL {row.sql_id}" in SHAPES and row.executions >= TIMES]
    return [row.rows_read / row.executions for row in ours] if len(ours) == len(SHAPES) else []


@pytest.mark.slow
@pytest.mark.kernel
def test_rows_that_left_the_memstore_are_counted(kernel: Kernel) -> None:
    kernel.run(["CREATE DATABASE rows_read", *(text.format(db="rows_read") for text in table_of(ROWS // 10_000))])
    try:
        kernel.run(["ALTER SYSTEM MINOR FREEZE"])
        assert awaited(lambda: left_the_memstore(kernel)), "the rows stayed in the memstore"
        kernel.run(["SET GLOBAL ob_sql_audit_percentage = 0", "DO SLEEP(1.2)"])  # empties the ring
        kernel.run(["SET GLOBAL ob_sql_audit_percentage = 3", "DO SLEEP(1.2)", *(SCAN, PAGE) * TIMES])
        with reader(kernel, "rows_reader") as user:
            assert min(awaited(lambda: read_per_execution(kernel, user))) >= ROWS
    finally:
        kernel.run(["DROP DATABASE rows_read", "SET GLOBAL ob_sql_audit_percentage = 1"])


@pytest.mark.slow
@pytest.mark.kernel
def test_a_parallel_statement_is_one_execution_with_the_rows_of_its_workers(kernel: Kernel) -> None:
    kernel.run(["CREATE DATABASE rows_read", *(text.format(db="rows_read") for text in table_of(ROWS // 10_000))])
    try:
        kernel.run(["SET GLOBAL ob_sql_audit_percentage = 0", "DO SLEEP(1.2)"])  # empties the ring
        kernel.run(["SET GLOBAL ob_sql_audit_percentage = 3", "DO SLEEP(1.2)", *(PARALLEL,) * TIMES])
        with reader(kernel, "rows_reader") as user:
            found = awaited(lambda: [row for row in shapes_of(kernel, user) if f"SQL {row.sql_id}" == shape(PARALLEL)])
    finally:
        kernel.run(["DROP DATABASE rows_read", "SET GLOBAL ob_sql_audit_percentage = 1"])
    assert [row.executions for row in found] == [TIMES]
    assert ROWS * TIMES <= found[0].rows_read < ROWS * (TIMES + 1)  # a worker may read a row more
    assert (found[0].user_name, found[0].errors, found[0].remote_plans) == ("root", 0, TIMES)
    assert found[0].max_elapsed_us <= found[0].elapsed_us
