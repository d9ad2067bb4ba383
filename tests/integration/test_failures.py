"""What can go wrong between us and the server: each a clear message, and nothing else is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pymysql
import pytest

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.facts import CostClass, expr, list_sources, source
from agent.facts.accounts import Account
from agent.facts.resources import Counter, Memstore, ResourceUnit
from agent.facts.schema import IndexColumn, Table
from agent.facts.sessions import Deadlock
from agent.facts.sessions import Session as SessionRow
from agent.facts.settings import Tenant, Variable
from agent.kernel.start import Kernel
from agent.model.snapshot import Unavailable
from agent.model.terms import DataClass, TenantKind, UnavailableKind, Version
from agent.support.errors import ConnectError, StatementError
from agent.support.i18n import render_text
from tests.integration.reading import PASSWORD, endpoint, open_session, read, reader, rows_of

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
READER = "hx_frail"


@source(
    "oceanbase.GV$OB_PARAMETERS",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    from_sql=" JOIN ".join(f"{{GV$OB_PARAMETERS}} {name}" for name in "abcd"),
    where="a.NAME <> b.NAME AND c.NAME <> d.NAME",
)
class Endless:
    """A statement that no timeout of a test outlasts."""

    pairs: int = expr("COUNT(*)")


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    with reader(kernel, READER) as user:
        yield user


def unavailable(found: Any) -> Unavailable:
    assert isinstance(found, Unavailable), found
    return found


def test_wrong_password(kernel: Kernel, account: str) -> None:
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(endpoint(kernel, account, "wrong"), Budget(), "x")
    said = render_text(error.value.text, "en")
    assert f"refused the account {account} or its password" in said and "shop" in said
    assert "wrong" not in said and PASSWORD not in said


def test_a_tenant_that_is_not_there_is_answered_like_a_wrong_password(kernel: Kernel, account: str) -> None:
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(endpoint(kernel, f"{account}@nowhere", PASSWORD), Budget(), "x")
    said = render_text(error.value.text, "en")
    assert "(error 1045)" in said and "no such tenant" in said and f"{account}@nowhere" in said


def test_a_password_of_any_letters(kernel: Kernel) -> None:
    kernel.run(["CREATE USER hx_letters IDENTIFIED BY '密码-pässword'"])
    try:
        ReadOnlySession(endpoint(kernel, "hx_letters", "密码-pässword"), Budget(), "x").__exit__(None, None, None)
    finally:
        kernel.run(["DROP USER hx_letters"])


def test_other_hosts_are_shut_out_of_the_kernel(kernel: Kernel, account: str) -> None:
    address = _own_address()
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(
            Endpoint(
                name="shop",
                host=address,
                port=kernel.port,
                user=account,
                password=lambda: PASSWORD,
                connect_timeout_s=5,
            ),
            Budget(),
            "x",
        )
    said = render_text(error.value.text, "en")
    assert address in said and "(error 1227)" in said and "ob_tcp_invited_nodes" in said
    assert rows_of(kernel, "SELECT @@GLOBAL.ob_tcp_invited_nodes") == [("127.0.0.1",)]


def _own_address() -> str:
    """An address of this host that is not the loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this host has no address but the loopback")
        return str(probe.getsockname()[0])


def test_roots_password_is_set_and_needed(kernel: Kernel) -> None:
    assert len(kernel.password) >= 16
    with pytest.raises(pymysql.MySQLError) as error:
        kernel.connect("root", "")
    assert error.value.args[0] == 1045


def test_a_statement_that_times_out_leaves_the_session_usable(kernel: Kernel, account: str) -> None:
    with open_session(kernel, account, budget=Budget(statement_timeout_s=1.0)) as session:
        snapshot = read(session, [Endless, ResourceUnit, IndexColumn])
    missing = unavailable(snapshot.facts[Endless])
    assert missing.kind is UnavailableKind.TIMEOUT and "4012" in render_text(missing.reason, "en")
    assert "a longer time for each statement" in render_text(missing.remedy, "en")
    assert [record.status for record in snapshot.records] == ["ok", "timeout", "ok"]  # cheap first, then by name
    assert snapshot.cost.longest_ms < 3000


def test_a_server_that_does_not_heed_its_own_limit_is_hung_up_on(kernel: Kernel, account: str) -> None:
    def lose_patience(name: str, done: int, total: int) -> None:
        session._connection._read_timeout = 0.5 if name == "Endless" else 10  # type: ignore[attr-defined]

    with open_session(kernel, account, budget=Budget(statement_timeout_s=3.0)) as session:
        snapshot = read(session, [Counter, Endless, IndexColumn], lose_patience)
    assert [record.status for record in snapshot.records] == ["ok", "timeout", "ok"]


def test_a_view_that_vanished_after_preflight(kernel: Kernel, account: str) -> None:
    """A cluster held as data: tables with a view's columns in a schema of another name, read by the same statements."""
    held = "hx_held"
    texts = ", ".join(f"{name} VARCHAR(64)" for name in ("TENANT_NAME", "TENANT_TYPE", "COMPATIBILITY_MODE", "STATUS"))
    columns = f"TENANT_ID BIGINT, {texts}"
    kernel.run(
        [
            f"DROP DATABASE IF EXISTS {held}",
            f"CREATE DATABASE {held}",
            f"CREATE TABLE {held}.DBA_OB_TENANTS ({columns})",
        ]
    )
    kernel.run([f"INSERT INTO {held}.DBA_OB_TENANTS VALUES (1002, 'shop', 'USER', 'MYSQL', 'NORMAL')"])
    kernel.run([f"GRANT SELECT ON {held}.* TO {account}"])
    try:
        with open_session(kernel, account) as session:
            capabilities = preflight.inspect_target(
                session, [Tenant], TenantKind.SYS, preflight.HeldPrivileges(held, Version(4, 2, 5, 1))
            )
            there = collect_facts(session, [Tenant], capabilities, None, datetime.now(UTC))
            kernel.run([f"DROP TABLE {held}.DBA_OB_TENANTS"])
            gone = collect_facts(session, [Tenant], capabilities, None, datetime.now(UTC))
    finally:
        kernel.run([f"REVOKE SELECT ON {held}.* FROM {account}", f"DROP DATABASE {held}"])
    tenants = there.facts[Tenant]
    assert isinstance(tenants, tuple)
    assert [(tenant.tenant_name, tenant.primary_zone) for tenant in tenants] == [("shop", None)]
    assert unavailable(gone.facts[Tenant]).kind is UnavailableKind.NO_VIEW


@pytest.mark.parametrize(
    ("row", "without", "needed"),
    [
        (Table, "SHOW VIEW", "GRANT SHOW VIEW ON *.* TO"),
        (IndexColumn, "SHOW VIEW", "GRANT SHOW VIEW ON *.* TO"),
        (SessionRow, "PROCESS ON", "GRANT PROCESS ON *.* TO"),
        (ResourceUnit, "GV$OB_UNITS", "GRANT SELECT ON oceanbase.`GV$OB_UNITS` TO"),
        (Account, "DBA_OB_USERS", "GRANT SELECT ON oceanbase.`DBA_OB_USERS` TO"),
        (Account, "(PRIV", "GRANT SELECT ("),
    ],
)  # fmt: skip
def test_a_missing_privilege_names_the_grant_and_the_grant_unlocks_it(
    kernel: Kernel, row: type, without: str, needed: str
) -> None:
    """Without SHOW VIEW, business metadata and PROCESS lists answer empty: that must never look like nothing there."""
    withheld = [without] if without != "(PRIV" else ["DBA_OB_USERS"]
    with reader(kernel, "hx_poor", withheld, [row]) as user:
        if without == "(PRIV":
            kernel.run([f"GRANT SELECT (USER_NAME, HOST) ON oceanbase.DBA_OB_USERS TO {user}"])
        with open_session(kernel, user) as session:
            missing = unavailable(read(session, [row]).facts[row])
        remedy = render_text(missing.remedy, "en")
        assert missing.kind is UnavailableKind.PRIVILEGE
        assert remedy.startswith(needed), remedy
        kernel.run([remedy])
        with open_session(kernel, user) as session:
            assert isinstance(read(session, [row]).facts[row], tuple)


def test_a_privilege_taken_away_after_preflight(kernel: Kernel) -> None:
    with reader(kernel, "hx_fired", sources=[Memstore, Counter]) as user, open_session(kernel, user) as session:
        capabilities = preflight.inspect_target(session, [Memstore, Counter], TenantKind.USER)
        kernel.run([f"REVOKE SELECT ON oceanbase.`GV$OB_MEMSTORE` FROM {user}"])
        snapshot = collect_facts(session, [Memstore, Counter], capabilities, None, datetime.now(UTC))
    missing = unavailable(snapshot.facts[Memstore])
    assert missing.kind is UnavailableKind.PRIVILEGE and missing.remedy is not None
    assert isinstance(snapshot.facts[Counter], tuple)


def test_a_spent_budget_makes_a_partial_snapshot_that_says_so(kernel: Kernel, account: str) -> None:
    sources = [Counter, Memstore, ResourceUnit, Variable]
    with open_session(kernel, account) as session:
        preflight.inspect_target(session, sources, TenantKind.USER)
        needed = session.cost.rows
    with open_session(kernel, account, budget=Budget(max_rows=needed + 1)) as session:
        snapshot = read(session, sources)
    assert [record.status for record in snapshot.records] == ["ok", "budget", "budget", "budget"]
    missing = unavailable(snapshot.facts[Variable])
    assert missing.kind is UnavailableKind.BUDGET and "Variable was not read" in render_text(missing.reason, "en")


def test_time_spent_counts_too(kernel: Kernel, account: str) -> None:
    with (
        open_session(kernel, account, budget=Budget(total_database_ms=0.001)) as session,
        pytest.raises(StatementError) as error,
    ):
        session.fetch("SELECT 1", "any")
    assert error.value.kind is UnavailableKind.BUDGET


def connection_of(kernel: Kernel, user: str) -> int:
    return int(rows_of(kernel, f"SELECT ID FROM oceanbase.GV$OB_PROCESSLIST WHERE USER = '{user}'")[0][0])


def test_a_killed_connection_costs_one_source(kernel: Kernel, account: str) -> None:
    def kill(name: str, done: int, total: int) -> None:
        if name == "Memstore":
            kernel.run([f"KILL {connection_of(kernel, account)}"])

    with open_session(kernel, account) as session:
        snapshot = read(session, list_sources(), kill)
        zone = session.fetch("SELECT @@SESSION.time_zone, @@SESSION.tx_read_only", "settings")
    by_status: dict[str, list[str]] = {}
    for record in snapshot.records:
        by_status.setdefault(record.status, []).append(record.source)
    assert by_status["lost"] == ["Memstore"]
    assert set(by_status) == {"ok", "lost", "no_view"} and "Tenant" in by_status["no_view"]
    assert [tuple(map(str, row)) for row in zone] == [("+00:00", "1")], "the new session is prepared like the first one"


def test_a_connection_killed_in_the_middle_of_a_statement_costs_that_one(kernel: Kernel, account: str) -> None:
    with open_session(kernel, account) as session:
        victim = connection_of(kernel, account)
        timer = threading.Timer(1.0, kernel.run, [[f"KILL {victim}"]])
        capabilities = preflight.inspect_target(session, [Endless, Counter, IndexColumn], TenantKind.USER)
        timer.start()
        snapshot = collect_facts(session, [Endless, Counter, IndexColumn], capabilities, None, datetime.now(UTC))
        timer.join()
    assert [record.status for record in snapshot.records] == ["ok", "lost", "ok"]


def test_a_second_loss_ends_the_reading_but_not_the_snapshot(kernel: Kernel, account: str) -> None:
    def kill(name: str, done: int, total: int) -> None:
        if done in (0, 2):
            kernel.run([f"KILL {connection_of(kernel, account)}"])

    sources = [Counter, Deadlock, Memstore, ResourceUnit]
    with open_session(kernel, account) as session:
        snapshot = read(session, sources, kill)
    assert [record.status for record in snapshot.records] == ["lost", "ok", "lost", "lost"]
