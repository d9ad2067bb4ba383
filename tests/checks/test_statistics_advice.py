"""The way back from gathering: the real kernel restores the statistics of the time of the assessment."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.facts.given import Clock
from agent.kernel.start import Kernel
from agent.model.result import Finding
from tests.checks.cases.statistics import _changes, _statistics
from tests.harness import NOW, run_check, snapshot_of

DATABASE = "statistics_advice_test"


def _find(code: str, as_of: datetime) -> Finding:
    known = _statistics(400, rows=2, locked="ALL" if code == "STA003" else None)
    facts: list[Any] = [replace(known, owner=DATABASE), replace(_changes(6_000), table_owner=DATABASE)]
    snapshot = snapshot_of([*facts, (Clock, (Clock(as_of=as_of),))])
    (finding,) = run_check(code, snapshot).findings
    return finding


@pytest.mark.parametrize("code", ["STA002", "STA003"])
def test_the_rollback_names_the_moment_of_the_assessment(code: str) -> None:
    assert f"'{DATABASE}', 't', FROM_UNIXTIME({int(NOW.timestamp())}));" in _find(code, NOW).rollback[0]


def test_a_table_that_never_had_statistics_is_only_locked_again() -> None:
    (finding,) = run_check("STA003", snapshot_of([_statistics(None, locked="ALL"), _changes(6_000)])).findings
    assert finding.rollback == ("CALL DBMS_STATS.LOCK_TABLE_STATS('shop', 't');",)


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("code", ["STA002", "STA003"])
def test_the_rollback_restores_the_statistics_of_the_assessment(kernel: Kernel, code: str) -> None:
    def count() -> Any:
        with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT NUM_ROWS FROM oceanbase.DBA_TAB_STATISTICS WHERE OWNER = '{DATABASE}'")
            row = cursor.fetchone()
            return row and row[0]

    gather = f"CALL DBMS_STATS.GATHER_TABLE_STATS('{DATABASE}', 't')"
    kernel.run([f"CREATE DATABASE {DATABASE}", f"CREATE TABLE {DATABASE}.t (a INT PRIMARY KEY)"])
    try:
        kernel.run([f"INSERT INTO {DATABASE}.t VALUES (1), (2)", gather])
        time.sleep(2)
        finding = _find(code, datetime.now(UTC))
        time.sleep(2)
        kernel.run([f"INSERT INTO {DATABASE}.t VALUES (3), (4), (5)", *finding.sql])
        assert count() == 5
        kernel.run(finding.rollback)
        assert count() == 2
    finally:
        kernel.run([f"DROP DATABASE {DATABASE}"])
