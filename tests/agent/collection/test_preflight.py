"""What an account may see and do is told with its remedy; servers that we do not support are refused."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.connect import Endpoint, ReadOnlySession
from agent.facts.own_statements import session as server
from agent.facts.resources import Memstore
from agent.facts.schema import Table
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from agent.support.errors import StatementError, TargetError
from agent.support.i18n import render_text


class Scripted:
    """A server that cannot be had here (Oracle mode, another version, no SHOW GRANTS): its answers, as a session."""

    def __init__(self, identity: tuple[Any, ...], grants: list[str] | None, columns: list[tuple[str, str]]) -> None:
        self.endpoint = Endpoint(name="shop", host="h", port=1, user="r", password=str)
        self.system_schema, self.server_version = "oceanbase", "5.7.25-OceanBase-v4.2.5.1"
        self.answers: dict[str, list[Any] | None] = {
            server.IDENTITY: [identity],
            server.GRANTS: None if grants is None else [(line,) for line in grants],
            server.write_columns_statement(["GV$OB_MEMSTORE"], "oceanbase"): columns,
        }

    def fetch(self, sql: str, source: str) -> list[Any]:
        answer = self.answers[sql]
        if answer is None:
            raise StatementError(Text("{source}: no", {"source": source}))
        return answer


SEEN = [("GV$OB_MEMSTORE", name) for name in ("MEMSTORE_USED", "MEMSTORE_LIMIT")]
GRANTED = ["GRANT SHOW VIEW, PROCESS ON *.* TO 'r'", "GRANT SELECT ON `oceanbase`.* TO 'r'"]


def inspected(
    identity: tuple[Any, ...] = ("4.2.5.1", 1002, "r@%", "MYSQL"),
    grants: list[str] | None = GRANTED,
    columns: list[tuple[str, str]] = SEEN,
    kind: TenantKind = TenantKind.USER,
) -> Capabilities:
    return preflight.inspect_target(cast(ReadOnlySession, Scripted(identity, grants, columns)), [Memstore, Table], kind)


def said(capabilities: Capabilities) -> list[str]:
    return [
        render_text(problem.what, "en") + " | " + render_text(problem.remedy, "en") for problem in capabilities.problems
    ]


def test_a_right_account_on_a_user_tenant() -> None:
    found = inspected()
    assert (found.version, found.tenant_kind, found.embedded, found.problems) == (
        (4, 2, 5, 1),
        TenantKind.USER,
        False,
        (),
    )
    assert found.columns["GV$OB_MEMSTORE"] == {name for _, name in SEEN}
    assert "TABLE_NAME" in found.columns["TABLES"], "information_schema is taken as declared"


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        (
            ("3.1.5", 1002, "r@%", "MYSQL"),
            "shop: OceanBase 3.1.5.0 is not supported; MySQL-mode tenants of 4.0 and later are.",
        ),
        (
            ("4.2.5.1", 1002, "r@%", "ORACLE"),
            "shop: this is an Oracle-mode tenant; only MySQL-mode tenants of 4.0 and later are supported.",
        ),
        (("4.2.5.1", 1002, "r@%", "1"), "Oracle-mode"),
        (("nonsense", 1002, "r@%", "MYSQL"), "shop: the server gives no OceanBase version but nonsense."),
        (("4", 1002, "r@%", "MYSQL"), "no OceanBase version"),
    ],
)
def test_a_server_that_is_not_supported(identity: tuple[Any, ...], says: str) -> None:
    with pytest.raises(TargetError) as error:
        inspected(identity)
    assert says in render_text(error.value.text, "en")


@pytest.mark.parametrize(
    ("tenant_id", "told", "found"),
    [
        (1, TenantKind.USER, TenantKind.SYS),
        (1002, TenantKind.SYS, TenantKind.USER),
        (1, TenantKind.SYS, TenantKind.SYS),
    ],
)
def test_the_tenant_itself_says_what_kind_it_is(tenant_id: int, told: TenantKind, found: TenantKind) -> None:
    capabilities = inspected(("4.2.5.1", tenant_id, "r@%", "MYSQL"), kind=told)
    assert capabilities.tenant_kind is found
    assert len(capabilities.problems) == (told is not found)


def test_missing_privileges_are_told_with_their_grants() -> None:
    problems = said(inspected(grants=["GRANT SELECT ON `oceanbase`.* TO 'r'"]))
    assert [problem.partition(" | ")[2] for problem in problems] == [
        "GRANT SHOW VIEW ON *.* TO 'r'@'%';",
        "GRANT PROCESS ON *.* TO 'r'@'%';",
    ]


def test_one_root_cause_is_told_once() -> None:
    (problem,) = said(inspected(columns=[]))
    assert "columns of the system views are not listed" in problem
    assert not [
        text for text in said(inspected(grants=[], columns=[])) if "columns of the system views are not listed" in text
    ]


def test_columns_that_are_not_listed_are_taken_as_declared() -> None:
    """Where the server lists none, each source's own answer tells; nothing passes for absent."""
    found = inspected(columns=[]).columns["GV$OB_MEMSTORE"]
    assert "MEMSTORE_USED" in found and "SVR_IP" not in found


def test_an_account_that_may_do_more_than_needed_is_told() -> None:
    (reads,) = said(inspected(grants=["GRANT SELECT, PROCESS ON *.* TO 'r'"]))
    assert "read every business table" in reads
    (some,) = said(inspected(grants=[*GRANTED, "GRANT SELECT ON `shop`.* TO 'r'"]))
    assert "read business tables in `shop`.*: only the statement gate of the program protects them" in some
    found = inspected(grants=[*GRANTED, "GRANT INSERT, SUPER ON *.* TO 'r'", "GRANT DROP ON `shop`.* TO 'r'"])
    assert found.beyond_reading == ("INSERT, SUPER ON *.*", "DROP ON `shop`.*")
    (writes,) = said(found)
    assert "does not need: INSERT, SUPER ON *.*; DROP ON `shop`.*." in writes


def test_privileges_that_the_server_does_not_tell_are_not_taken_for_granted() -> None:
    """An empty answer of information_schema proves something only where SHOW VIEW is proven."""
    found = inspected(grants=None)
    assert found.privileges == frozenset() and len(found.problems) == 1 and found.beyond_reading is None
    session = cast(ReadOnlySession, Scripted(("4.2.5.1", 1002, "r@%", "MYSQL"), None, SEEN))
    missing = collect_one(session, found)
    assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.PRIVILEGE


def collect_one(session: ReadOnlySession, found: Capabilities) -> object:
    cast(Any, session).cost = None
    return collect_facts(session, [Table], found, None, datetime.now(UTC)).facts[Table]


def test_a_cluster_held_as_data_is_what_it_was_said_to_be() -> None:
    """The server that holds it tells a version, a mode and a tenant of its own."""
    session = Scripted(("4.4.0.0", 1, "r@%", "ORACLE"), GRANTED, [])
    session.answers[server.write_columns_statement(["GV$OB_MEMSTORE"], "held")] = SEEN
    held = preflight.HeldPrivileges("held", Version(4, 2, 1, 7))
    session.server_version = "5.7.25 seekdb"
    found = preflight.inspect_target(cast(ReadOnlySession, session), [Memstore], TenantKind.USER, held)
    assert (found.version, found.tenant_kind, found.embedded) == (Version(4, 2, 1, 7), TenantKind.USER, False)
    assert (found.system_schema, session.system_schema) == ("held", "held")
    assert "Correct the kind" not in " ".join(said(found))


def test_the_embedded_kernel_is_what_it_was_said_to_be_though_it_has_one_tenant() -> None:
    session = Scripted(("4.3.5.3", 1, "r@%", "0"), GRANTED, SEEN)
    session.server_version = "5.7.25-OceanBase SeekDB-v1.0"
    found = preflight.inspect_target(cast(ReadOnlySession, session), [Memstore], TenantKind.USER)
    assert (found.tenant_kind, found.embedded, found.problems) == (TenantKind.USER, True, ())


@pytest.mark.parametrize("mode", ["MYSQL", "mysql", "0"])
def test_a_mysql_mode_has_several_names(mode: str) -> None:
    assert inspected(("4.0.0.0", 1002, "r@%", mode)).version == Version(4, 0, 0, 0), "the oldest is one of them"


def test_where_no_system_view_is_asked_for_none_is_missed() -> None:
    session = cast(ReadOnlySession, Scripted(("4.2.5.1", 1002, "r@%", "MYSQL"), GRANTED, []))
    found = preflight.inspect_target(session, [Table], TenantKind.USER)
    assert found.problems == () and list(found.columns) == ["TABLES"]


def test_a_refused_list_of_columns_is_told_and_what_is_declared_is_taken() -> None:
    session = Scripted(("4.2.5.1", 1002, "r@%", "MYSQL"), GRANTED, [])
    session.answers = {sql: None if "information_schema" in sql else rows for sql, rows in session.answers.items()}
    found = preflight.inspect_target(cast(ReadOnlySession, session), [Memstore], TenantKind.USER)
    assert [text.partition(" | ")[0] for text in said(found)] == [
        "columns: no",
        "The columns of the system views are not listed; columns that only some versions have are not read.",
    ]
    assert "MEMSTORE_USED" in found.columns["GV$OB_MEMSTORE"]


@pytest.mark.parametrize(
    ("version", "account", "is_known"),
    [("4.2.5.1", "r@%", True), ("4.2.5.2", "r@%", False), ("4.2.5.1", "other@%", False)],
)
def test_a_target_is_known_again_by_its_version_and_our_account(version: str, account: str, is_known: bool) -> None:
    kept = dataclasses.replace(inspected(), system_schema="held")
    session = Scripted((version, 1002, account, "MYSQL"), GRANTED, [])
    assert preflight.recognize_target(cast(ReadOnlySession, session), kept) is is_known
    assert session.system_schema == "held", "it is asked about the same views"
