"""Journal, budget, the look at load and the receipt, against a real kernel and its own SQL audit."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue import registry
from agent.collection import preflight
from agent.collection.busy import BusyWatch
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, ReadOnlySession
from agent.collection.journal import Journal, JournalState, verify_journal
from agent.collection.receipt import read_receipt
from agent.facts import CostClass
from agent.facts.definitions import TableDefinition
from agent.facts.own_statements.busy import write_busy_look
from agent.facts.resources import Counter, Memstore, ResourceUnit
from agent.facts.sql import AuditReturn
from agent.kernel.start import Kernel
from agent.model.cost import BusyLimits, Receipt, compare_with_journal
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import TenantKind
from agent.support.errors import ConnectError, StatementError, StatementRefused
from agent.support.i18n import render_text
from tests.harness import MOST_STATEMENTS
from tests.integration.reading import PASSWORD, audited, endpoint, open_session, read, reader, rows_of

pytestmark = pytest.mark.kernel
READER = "hx_receipted"
OWN_READER = "hx_receipted_once"


@pytest.fixture(scope="module", autouse=True)
def _ring(kernel: Kernel) -> Iterator[None]:
    """A ring that does not forget within seconds: a fresh kernel talks much to itself."""
    ((share,),) = rows_of(kernel, "SELECT @@GLOBAL.ob_sql_audit_percentage")
    kernel.run(["SET GLOBAL ob_sql_audit_percentage = 20"])
    yield
    kernel.run([f"SET GLOBAL ob_sql_audit_percentage = {share}"])


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    """For the tests that change nothing of it: its hundred grants take seconds."""
    with reader(kernel, READER) as user:
        yield user


@pytest.fixture
def own_account(kernel: Kernel) -> Iterator[str]:
    """For one test alone: what the audit holds of it is of this test, and its grants may change."""
    with reader(kernel, OWN_READER) as user:
        yield user


@dataclass(frozen=True)
class Assessed:
    snapshot: Snapshot
    receipt: Receipt
    sent: list[dict[str, Any]]
    problem: bool


def assess(
    kernel: Kernel, user: str, directory: Path, name: str, limits: BusyLimits = BusyLimits(wait_s=30.0)
) -> Assessed:
    """All that an assessment sends, with its journal."""
    sources, path = registry.load_registry().sources, directory / "journal.jsonl"
    with (
        Journal(path, name, "shop") as journal,
        ReadOnlySession(endpoint(kernel, user), Budget(), name, journal) as session,
    ):
        capabilities = preflight.inspect_target(session, sources, TenantKind.USER)
        watch = BusyWatch(session, capabilities, limits)
        snapshot = collect_facts(session, sources, capabilities, None, datetime.now(UTC), watch=watch)
        receipt = read_receipt(session, capabilities, watch.before(CostClass.MEDIUM, "receipt"))
    assert verify_journal(path).state is JournalState.INTACT
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return Assessed(snapshot, receipt, [line for line in lines if line["event"] == "sent"], watch.problem is not None)


def test_the_receipt_by_account_agrees_with_the_journal(kernel: Kernel, own_account: str, tmp_path: Path) -> None:
    """With the printed grants and nothing else: no text may be read."""
    found = assess(kernel, own_account, tmp_path, "20261123-hx-account")
    receipt = found.receipt
    assert (receipt.way, receipt.found, receipt.rows, receipt.writes) == ("account", receipt.sent, receipt.sent_rows, 0)
    assert list(compare_with_journal(receipt)) == [] and 0 < receipt.longest_ms <= receipt.total_ms <= receipt.sent_ms
    for_facts = [line for line in found.sent if line["source"] != TableDefinition.__name__]
    assert 30 < len(for_facts) <= MOST_STATEMENTS and not found.problem
    own = [line["statement"] for line in found.sent]
    assert [item.sql for item in audited(kernel, own_account, len(own))] == own, "the journal is what the server saw"


def test_the_receipt_by_marker_where_texts_may_be_read(kernel: Kernel, own_account: str, tmp_path: Path) -> None:
    kernel.run([f"GRANT SELECT (QUERY_SQL) ON oceanbase.`GV$OB_SQL_AUDIT` TO {own_account}"])
    found = assess(kernel, own_account, tmp_path, "20261123-hx-marker")
    assert found.receipt.way == "marker" and found.receipt.found == found.receipt.sent == len(found.sent) - 2
    assert list(compare_with_journal(found.receipt)) == []


def test_another_user_of_the_account_is_told(kernel: Kernel, account: str) -> None:
    with open_session(kernel, account) as session, open_session(kernel, account, "other") as other:
        capabilities = preflight.inspect_target(session, [AuditReturn], TenantKind.USER)
        other.fetch(write_busy_look("oceanbase"), "load")
        session.fetch(write_busy_look("oceanbase"), "load")
        receipt = read_receipt(session, capabilities)
    assert receipt.found > receipt.sent
    assert ["another program used the account" in render_text(text, "en") for text in compare_with_journal(receipt)][
        :1
    ] == [True]


def test_every_statement_is_in_the_journal_even_one_that_fails(
    kernel: Kernel, own_account: str, tmp_path: Path
) -> None:
    kernel.run([f"REVOKE SELECT ON oceanbase.`GV$OB_MEMSTORE` FROM {own_account}"])
    path = tmp_path / "journal.jsonl"
    with (
        Journal(path, "x", "shop") as journal,
        ReadOnlySession(endpoint(kernel, own_account), Budget(), "x", journal) as session,
    ):
        with pytest.raises(StatementError) as failed:
            session.fetch("SELECT ACTIVE_SPAN FROM oceanbase.`GV$OB_MEMSTORE`", "Memstore")
        with pytest.raises(StatementRefused):
            session.fetch("SELECT 1", "x*/ DROP TABLE t /*")
        with pytest.raises(StatementRefused):
            session.fetch("SELECT SLEEP(1)", "hostile")
    assert failed.value.errno == 1142
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["error"] for line in lines if line["event"] == "answered"] == [None, None, None, None, 1142]
    assert not [line for line in lines if "DROP" in str(line) or "SLEEP" in str(line)], "what is refused is not sent"
    assert session.cost.statements == verify_journal(path).statements == 5


def test_a_connection_that_fails_is_in_the_journal(kernel: Kernel, account: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "x", "shop") as journal, pytest.raises(ConnectError):
        ReadOnlySession(endpoint(kernel, account, "wrong password"), Budget(), "x", journal)
    assert json.loads(path.read_text().splitlines()[2])["error"] == 1045
    assert (
        verify_journal(path).state is JournalState.INTACT
        and PASSWORD not in path.read_text()
        and "wrong" not in path.read_text()
    )


@pytest.mark.parametrize("name", ["x*/ y", "a b", "", "é", "x" * 101])
def test_an_id_that_could_leave_the_marker_opens_nothing(kernel: Kernel, account: str, name: str) -> None:
    with pytest.raises(ValueError, match="not an assessment id"):
        open_session(kernel, account, name)


def test_bytes_are_counted_and_bounded(kernel: Kernel, account: str) -> None:
    sources = [Counter, ResourceUnit, Memstore]
    with open_session(kernel, account) as session:
        preflight.inspect_target(session, sources, TenantKind.USER)
    needed = session.cost.bytes
    with open_session(kernel, account, budget=Budget(max_bytes=needed + 1)) as session:
        snapshot = read(session, sources)
    assert [record.status for record in snapshot.records] == ["ok", "budget", "budget"]
    assert session.cost.bytes > needed > 100
    assert ["The load budget was spent" in render_text(problem.what, "en") for problem in snapshot.problems] == [True]


@contextlib.contextmanager
def workload(kernel: Kernel, sessions: int, statement: str = "SELECT SLEEP(1)") -> Iterator[None]:
    """So many sessions at work until the end of the block."""
    done = threading.Event()

    def work() -> None:
        with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
            while not done.is_set():
                cursor.execute(statement)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(sessions)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join(60)


@pytest.mark.slow
def test_a_busy_tenant_is_seen_and_costly_sources_wait_and_stop(kernel: Kernel, account: str, tmp_path: Path) -> None:
    with workload(kernel, 3):
        busy = assess(
            kernel, account, tmp_path / "busy", "20261123-hx-busy", BusyLimits(sessions_per_core=1.0, wait_s=0.3)
        )
    missing = busy.snapshot.facts[AuditReturn]
    assert isinstance(missing, Unavailable) and missing.kind.value == "busy"
    assert "3 active sessions (at most 2)" in render_text(missing.reason, "en")
    assert {record.status for record in busy.snapshot.records} >= {"ok", "busy"}, "cheap sources were read"
    assert busy.receipt.way == "" and busy.receipt.reason == missing.reason
    calm = assess(
        kernel, account, tmp_path / "calm", "20261123-hx-calm", BusyLimits(sessions_per_core=1.0, cpu_pct=1000.0)
    )
    assert isinstance(calm.snapshot.facts[AuditReturn], tuple)


def test_a_queue_is_seen_and_gone_with_its_cause(kernel: Kernel, account: str) -> None:
    """Sessions and CPU may be what they will: the queue alone makes the target busy, and lets go of it again."""
    limits = BusyLimits(sessions_per_core=1000.0, cpu_pct=100_000.0, queue_ms=20.0, wait_s=0.0)
    with open_session(kernel, account, budget=Budget(total_database_ms=600_000.0)) as session:
        capabilities = preflight.inspect_target(session, [Memstore], TenantKind.USER)

        def busy_within(watched: BusyWatch, seconds: float) -> Unavailable | None:
            deadline = time.monotonic() + seconds
            while not (found := watched.before(CostClass.HEAVY, "x")) and time.monotonic() < deadline:
                time.sleep(0.2)
            return found

        with workload(kernel, 30, "SELECT BENCHMARK(100000, MD5('x'))"):
            found = busy_within(BusyWatch(session, capabilities, limits), 30.0)
        assert found is not None and "in the queue (at most 20 ms)" in render_text(found.reason, "en")
        patient = dataclasses.replace(limits, wait_s=60.0)
        assert BusyWatch(session, capabilities, patient).before(CostClass.HEAVY, "x") is None


def test_a_look_is_cheap(kernel: Kernel, account: str) -> None:
    with open_session(kernel, account) as session:
        session.fetch(write_busy_look("oceanbase"), "load")
        took = []
        for _ in range(5):
            before = session.cost.database_ms
            sessions, used, most, requests, waited_us = session.fetch(write_busy_look("oceanbase"), "load")[0]
            took.append(session.cost.database_ms - before)
    assert sessions == 0 and float(used) >= 0 and float(most) >= 100
    assert float(requests) > 5 and float(waited_us) > 0, "our own were in the queue"
    assert sorted(took)[2] < 100, took
