"""Faults that need two sessions at once, and what the server counts and refuses, on the real kernel."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pymysql
import pytest

from agent.facts.given import Clock
from agent.kernel.start import Kernel
from agent.model.result import CheckResult
from agent.model.terms import Outcome, Severity
from tests.integration.proving import assess_one, found, held_open, judged, read
from tests.waiting import eventually

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
PROVEN = {"TXN003": "", "TXN004": "", "CMP006": ""}

DATABASE = "live_transactions"
CHANGE = f"UPDATE {DATABASE}.stock SET left_over = left_over - 1 WHERE id = "
DEADLOCK, NOT_SUPPORTED = 1213, 1235


@pytest.fixture
def stock(kernel: Kernel) -> Iterator[None]:
    """A table with two rows to fight for."""
    kernel.run(
        [
            f"CREATE DATABASE {DATABASE}",
            f"CREATE TABLE {DATABASE}.stock (id INT PRIMARY KEY, left_over INT)",
            f"INSERT INTO {DATABASE}.stock VALUES (1, 10), (2, 10)",
        ]
    )
    yield
    kernel.run([f"DROP DATABASE {DATABASE}"])


@contextlib.contextmanager
def sending(kernel: Kernel, statements: list[str], errors: list[int]) -> Iterator[None]:
    """A session that runs these statements beside the block; the numbers of the errors it meets are added."""

    def run() -> None:
        with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
            try:
                for statement in statements:
                    cursor.execute(statement)
            except pymysql.MySQLError as error:
                errors.append(error.args[0])

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)
    assert not thread.is_alive()


def read_rows(kernel: Kernel, statements: Sequence[str]) -> list[list[tuple[object, ...]]]:
    """What each of these statements answers."""
    answers = []
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            answers.append(list(cursor.fetchall()))
    return answers


@pytest.mark.usefixtures("stock")
def test_long_wait_for_a_lock_is_found_and_gone_with_the_holder(kernel: Kernel) -> None:
    assert assess_one(kernel, "TXN003").outcome is Outcome.PASS
    errors: list[int] = []
    with contextlib.closing(kernel.connect()) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((holding,),) = cursor.fetchall()
        cursor.execute("BEGIN")
        cursor.execute(f"{CHANGE}1")
        with sending(kernel, [f"{CHANGE}1"], errors):
            time.sleep(3.6)
            waiting = assess_one(kernel, "TXN003")
            evidence = waiting.findings[0].evidence
            assert evidence["holder_session"] == str(holding)
            of_holder, _all_waits = read_rows(kernel, waiting.findings[0].sql)
            assert [row[0] for row in of_holder] == [holding]
            kernel.run([f"KILL {evidence['holder_session']}"])  # what TXN001 and TXN002 print for it
    assert found(waiting) == {"tenant": Severity.LOW}
    assert evidence["waiters_count"] == 1
    assert not errors, "the waiter got its lock once the holder was gone"
    assert assess_one(kernel, "TXN003").outcome is Outcome.PASS


@pytest.mark.usefixtures("stock")
def test_deadlock_is_found(kernel: Kernel) -> None:
    assert assess_one(kernel, "TXN004").outcome is Outcome.PASS
    errors: list[int] = []
    # The embedded kernel looks for deadlocks every five seconds only, a server every thirty milliseconds.
    kernel.run(["ALTER SYSTEM SET _lcl_op_interval = '30ms'"])
    try:
        time.sleep(1.0)
        first = ["BEGIN", f"{CHANGE}1", "SELECT SLEEP(0.5)", f"{CHANGE}2", "ROLLBACK"]
        second = ["BEGIN", f"{CHANGE}2", "SELECT SLEEP(0.5)", f"{CHANGE}1", "ROLLBACK"]
        with sending(kernel, first, errors), sending(kernel, second, errors):
            pass
    finally:
        kernel.run(["ALTER SYSTEM SET _lcl_op_interval = '5s'"])
    assert errors == [DEADLOCK]
    time.sleep(1.0)
    result = assess_one(kernel, "TXN004")
    assert found(result) == {"tenant": Severity.LOW}
    assert result.findings[0].evidence["largest_cycle_count"] == len(("first", "second"))


@pytest.mark.usefixtures("stock")
def test_a_queue_at_one_row_is_found_and_gone_with_the_holder(kernel: Kernel) -> None:
    assert assess_one(kernel, "TXN010").outcome is Outcome.PASS
    errors: list[int] = []
    with contextlib.ExitStack() as waiters, held_open(kernel, ["BEGIN", f"{CHANGE}1"]):
        for _ in range(6):
            waiters.enter_context(sending(kernel, [f"{CHANGE}1"], errors))
        time.sleep(3.0)
        queued = assess_one(kernel, "TXN010")
    assert found(queued) == {"tenant": Severity.LOW}
    assert not errors
    assert assess_one(kernel, "TXN010").outcome is Outcome.PASS


@pytest.mark.usefixtures("stock")
def test_one_ordinary_open_transaction_is_no_hung_one(kernel: Kernel) -> None:
    with held_open(kernel, ["BEGIN", f"{CHANGE}1"]):
        assert assess_one(kernel, "TXN009").outcome is Outcome.PASS


def test_this_kernel_refuses_xa(kernel: Kernel) -> None:
    for statement in ("XA START 'g', 'b'", "XA RECOVER", "XA ROLLBACK 'g', 'b'"):
        with pytest.raises(pymysql.MySQLError) as refused:
            kernel.run([statement])
        assert refused.value.args[0] == NOT_SUPPORTED


@pytest.mark.slow
@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("ending", "counted"),
    [(f"{CHANGE}1", True), ("COMMIT", True), ("ROLLBACK", False)],
    ids=["statement", "commit", "rollback"],
)
def test_the_server_counts_a_timeout_when_a_statement_or_commit_meets_it(
    kernel: Kernel, ending: str, counted: bool
) -> None:
    before = count_timeouts(kernel)
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for statement in ("SET SESSION ob_trx_timeout = 1000000", "BEGIN", f"{CHANGE}1"):
            cursor.execute(statement)
        time.sleep(2.0)
        with contextlib.suppress(pymysql.MySQLError):
            cursor.execute(ending)
    assert (count_timeouts(kernel) > before) is counted


@pytest.mark.slow
@pytest.mark.usefixtures("stock")
def test_an_sstable_with_an_open_transaction_is_found_when_it_grows_old(kernel: Kernel) -> None:
    def assess_in_days(days: int) -> CheckResult:
        snapshot = read(kernel, ["CMP006"])
        clock = (Clock(as_of=datetime.now(UTC) + timedelta(days=days)),)
        return judged("CMP006", dataclasses.replace(snapshot, facts={**snapshot.facts, Clock: clock}))

    with held_open(kernel, ["BEGIN", f"{CHANGE}1"]):
        kernel.run(["ALTER SYSTEM MINOR FREEZE"])
        eventually(lambda: found(assess_in_days(3)) == {"tenant": Severity.MEDIUM}, 60)
        assert assess_in_days(0).outcome is Outcome.PASS, "young"


def count_timeouts(kernel: Kernel) -> int:
    """The counter that TXN008 reads."""
    sql = "SELECT SUM(VALUE) FROM oceanbase.GV$SYSSTAT WHERE NAME = 'trans timeout count'"
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        (row,) = cursor.fetchall()
    return int(row[0])
