"""What the receipt says where audit and journal disagree, and how it reads."""

from __future__ import annotations

from typing import Any, cast

import pytest

from agent.collection import gate
from agent.collection.connect import ReadOnlySession
from agent.collection.receipt import read_receipt
from agent.facts.own_statements import receipt as audit
from agent.facts.own_statements.session import list_own_statements
from agent.model.cost import Cost, Receipt
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from agent.support.errors import StatementError
from agent.support.i18n import render_text

WINDOW = (1_795_410_000_000_000, 1_795_410_009_000_000)


class Ring:
    """A session whose audit gives these rows in turn."""

    def __init__(self, *answers: Any) -> None:
        self.cost, self.connections, self.assessment_id = (
            Cost(statements=30, database_ms=200.0, longest_ms=50.0, rows=600),
            1,
            "20261123-x",
        )
        self.sent, self.answers = list[str](), list(answers)
        self.withheld: frozenset[str] = frozenset()

    def is_withheld(self, name: str) -> bool:
        return name in self.withheld

    def window_us(self) -> tuple[int, int]:
        return WINDOW

    def fetch(self, sql: str, source: str) -> list[Any]:
        gate.check_statement(sql)
        self.sent.append(sql)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [answer]


@pytest.fixture(autouse=True)
def _no_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.collection.receipt.time.sleep", lambda seconds: None)


def read(ring: Ring, *columns: str, stopped: Unavailable | None = None) -> Receipt:
    version, names = Version(4, 2, 5), frozenset(columns)
    may = Capabilities(
        version=version,
        tenant_kind=TenantKind.USER,
        account="r@%",
        columns={audit.VIEW: names},
        grants={audit.VIEW: names},
    )
    return read_receipt(cast(ReadOnlySession, ring), may, stopped)


def test_by_the_marker_where_texts_may_be_read() -> None:
    ring = Ring((29, 150_000, 70_000, 600, 0))
    found = read(ring, *audit.COLUMNS, audit.TEXT_COLUMN)
    assert found == Receipt(
        way="marker",
        sent=29,
        sent_ms=200.0,
        sent_rows=600,
        found=29,
        total_ms=150.0,
        longest_ms=70.0,
        rows=600,
        writes=0,
    ), "the driver's SET NAMES carries none"
    assert "QUERY_SQL LIKE '_*ob-health 20261123-x %'" in ring.sent[0]
    assert ring.sent[0].count("QUERY_SQL") == 1, "in the condition alone: no text is read"


def test_by_account_where_the_texts_were_not_asked_for_though_they_may_be_read() -> None:
    ring = Ring((30, 150_000, 70_000, 600, 0))
    ring.withheld = frozenset({"receipt_by_marker"})
    assert read(ring, *audit.COLUMNS, audit.TEXT_COLUMN).way == "account"
    assert "QUERY_SQL" not in ring.sent[0]


def test_by_account_and_time_where_they_may_not() -> None:
    ring = Ring((30, 150_000, 70_000, 600, 0))
    assert read(ring, *audit.COLUMNS) == Receipt(
        way="account",
        sent=30,
        sent_ms=200.0,
        sent_rows=600,
        found=30,
        total_ms=150.0,
        longest_ms=70.0,
        rows=600,
        writes=0,
    )
    assert "QUERY_SQL" not in ring.sent[0] and f"BETWEEN {WINDOW[0]} AND {WINDOW[1]}" in ring.sent[0]


def test_the_audit_lags_so_it_is_asked_twice_and_no_more() -> None:
    assert read(Ring((3, 0, 0, 0, 0), (30, 0, 0, 0, 0)), *audit.COLUMNS).found == 30
    assert read(Ring((0, 0, 0, 0, 0), (28, 0, 0, 0, 0)), *audit.COLUMNS).found == 28


class Hours:
    """A clock that goes on while somebody sleeps or works."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    def work(self) -> None:
        self.now += 1.0


@pytest.mark.parametrize(("works", "slept"), [(False, [0.7, 1.3]), (True, [0.0, 0.3])])
def test_the_wait_for_the_audit_is_used_for_other_work(
    works: bool, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = Hours()
    monkeypatch.setattr("agent.collection.receipt.time", hours)
    ring, may = Ring((0, 0, 0, 0, 0), (0, 0, 0, 0, 0)), frozenset(audit.COLUMNS)
    capabilities = Capabilities(
        version=Version(4, 2, 5),
        tenant_kind=TenantKind.USER,
        account="r@%",
        columns={audit.VIEW: may},
        grants={audit.VIEW: may},
    )
    read_receipt(cast(ReadOnlySession, ring), capabilities, meanwhile=hours.work if works else lambda: None)
    assert hours.slept == slept


def test_what_was_not_signed_at_all_is_not_sent() -> None:
    ring = Ring()
    ring.withheld = frozenset({"receipt", "receipt_by_marker"})
    found = read(ring, *audit.COLUMNS, audit.TEXT_COLUMN)
    assert (found.way, found.sent, ring.sent) == ("", 30, [])
    assert "signed authorization does not list this statement, so it is not sent: receipt." in render_text(
        found.reason, "en"
    )


def test_without_a_column_that_is_counted_nothing_is_asked() -> None:
    for column in audit.COLUMNS:
        ring = Ring()
        assert read(ring, *(audit.COLUMNS - {column}), audit.TEXT_COLUMN).way == "" and ring.sent == []


def test_what_cannot_be_read_back_says_why_and_asks_nothing() -> None:
    ring = Ring()
    found = read(ring, "USER_NAME")
    assert (found.way, ring.sent) == ("", [])
    assert render_text(found.reason, "en") == "The account may not read oceanbase.GV$OB_SQL_AUDIT."
    busy = Unavailable(UnavailableKind.BUSY, Text("It is busy."))
    assert read(ring, *audit.COLUMNS, stopped=busy).reason == Text("It is busy.") and ring.sent == []
    failing = Ring(StatementError(Text("The budget is spent."), UnavailableKind.BUDGET))
    assert read(failing, *audit.COLUMNS).reason == Text("The budget is spent.")


def test_the_customer_signs_what_is_sent() -> None:
    signed = list_own_statements()
    assert audit.write_receipt_by_account(WINDOW, "<system schema>") == signed["receipt"].replace(
        "<microseconds> AND <microseconds>", f"{WINDOW[0]} AND {WINDOW[1]}"
    )
    assert "LIKE '_*ob-health <assessment id> %'" in signed["receipt_by_marker"] and "GV$SYSSTAT" in signed["load"]
