"""Faults that need two sessions at once: a wait for a lock and a deadlock, on the real kernel."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pymysql
import pytest

from agent.kernel.start import Kernel
from agent.model.terms import Outcome, Severity
from tests.integration.proving import assess_one, found, held_open

pytestmark = pytest.mark.kernel
PROVEN = {"TXN003": "", "TXN004": ""}

DATABASE = "live_transactions"
CHANGE = f"UPDATE {DATABASE}.stock SET left_over = left_over - 1 WHERE id = "
DEADLOCK = 1213


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


@pytest.mark.usefixtures("stock")
def test_long_wait_for_a_lock_is_found_and_gone_with_the_holder(kernel: Kernel) -> None:
    assert assess_one(kernel, "TXN003").outcome is Outcome.PASS
    errors: list[int] = []
    with contextlib.ExitStack() as holder:
        holder.enter_context(held_open(kernel, ["BEGIN", f"{CHANGE}1"]))
        with sending(kernel, [f"{CHANGE}1"], errors):
            time.sleep(3.6)
            waiting = assess_one(kernel, "TXN003")
            holder.close()
    assert found(waiting) == {"tenant": Severity.LOW}
    assert waiting.findings[0].evidence["waiters_count"] == 1
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
        time.sleep(1.5)
        queued = assess_one(kernel, "TXN010")
    assert found(queued) == {"tenant": Severity.LOW}
    assert not errors
    assert assess_one(kernel, "TXN010").outcome is Outcome.PASS
