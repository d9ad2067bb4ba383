"""The load we put on a tenant: what holds costly sources back, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from agent.collection.busy import BusyWatch
from agent.collection.collect import collect_facts
from agent.collection.connect import Endpoint, ReadOnlySession
from agent.facts import CostClass, source
from agent.model.cost import Budget, BusyLimits, Cost
from agent.model.snapshot import Capabilities, Snapshot, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from agent.support.errors import StatementError
from agent.support.i18n import render_text


@source("oceanbase.HX_CHEAP")
class Cheap:
    a: int


@source("oceanbase.HX_MEDIUM", cost=CostClass.MEDIUM)
class Medium:
    a: int


@source("oceanbase.HX_MEDIUM", cost=CostClass.MEDIUM)
class Other:
    a: int


@source("oceanbase.HX_HEAVY", cost=CostClass.HEAVY)
class Heavy:
    a: int


@source("oceanbase.HX_HEAVY", cost=CostClass.HEAVY)
class Huge:
    a: int


QUIET, BUSY = (1, 50, 400, 0, 0), (40, 40 * 100, 40 * 400, 0, 0)  # four cores: one session at work, forty


class Tenant:
    """A session whose looks give these answers in turn, the last one for ever."""

    def __init__(self, looks: Sequence[Any], spent_ms: float = 0.0, budget: Budget = Budget()) -> None:
        self.endpoint, self.budget = Endpoint(name="shop", host="h", port=1, user="r", password=str), budget
        self.cost, self.sent, self.looks = Cost(database_ms=spent_ms), list[str](), list(looks)

    def fetch(self, sql: str, source: str) -> list[Any]:
        self.sent.append(source)
        if source != "load":
            return [(1,)]
        answer = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(answer, Exception):
            raise answer
        return [answer]


COLUMNS = {name: frozenset({"A"}) for name in ("HX_CHEAP", "HX_MEDIUM", "HX_HEAVY")}
ALL = (Heavy, Other, Cheap, Huge, Medium)


def taken(
    tenant: Tenant,
    limits: BusyLimits = BusyLimits(wait_s=0.0),
    privileges: frozenset[str] = frozenset({"PROCESS"}),
    sources: Sequence[type] = ALL,
) -> tuple[Snapshot, BusyWatch]:
    version, grants = Version(4, 2, 5), {"*": frozenset[str]()}
    capabilities = Capabilities(
        version=version,
        tenant_kind=TenantKind.USER,
        account="r@%",
        columns=COLUMNS,
        privileges=privileges,
        grants=grants,
    )
    session = cast(ReadOnlySession, tenant)
    watch = BusyWatch(session, capabilities, limits)
    return collect_facts(session, sources, capabilities, None, datetime(2026, 11, 23, tzinfo=UTC), watch=watch), watch


def statuses(snapshot: Snapshot) -> dict[str, str]:
    return {record.source: record.status for record in snapshot.records}


def test_it_looks_at_the_start_before_the_first_medium_source_and_before_each_heavy_one() -> None:
    tenant = Tenant([QUIET])
    snapshot, watch = taken(tenant)
    assert tenant.sent == ["load", "Cheap", "load", "Medium", "Other", "load", "Heavy", "load", "Huge"]
    assert set(statuses(snapshot).values()) == {"ok"} and (watch.waited_ms, snapshot.problems) == (0, ())


def test_the_first_look_holds_nothing_back() -> None:
    tenant = Tenant([BUSY])
    assert statuses(taken(tenant, sources=[Cheap, Cheap])[0]) == {"Cheap": "ok"}
    assert tenant.sent == ["load", "Cheap"]


def test_a_target_that_stays_busy_stops_all_that_is_costly_and_says_so() -> None:
    tenant = Tenant([BUSY])
    snapshot, _ = taken(tenant)
    assert statuses(snapshot) == {"Cheap": "ok", **dict.fromkeys(("Medium", "Other", "Heavy", "Huge"), "busy")}
    assert tenant.sent == ["load", "Cheap", "load"], "once it is known, it is not asked again"
    missing = snapshot.facts[Heavy]
    assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.BUSY
    assert render_text(missing.reason, "en") == (
        "The target is busy: 40 active sessions (at most 16), CPU 25% (at most 90%),"
        " requests wait 0 ms in the queue (at most 100 ms)."
    )
    assert "longer wait" in render_text(missing.remedy, "en")
    assert [render_text(problem.what, "en") for problem in snapshot.problems] == [
        "The target stayed busy, so reading was stopped. Missing are: Medium, Other, Heavy, Huge."
    ]


def test_it_becomes_busy_in_between() -> None:
    snapshot, _ = taken(Tenant([QUIET, QUIET, QUIET, BUSY]))
    found = statuses(snapshot)
    assert [found[name] for name in ("Medium", "Other", "Heavy", "Huge")] == ["ok", "ok", "ok", "busy"]


def test_it_waits_for_a_quieter_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("agent.collection.busy.time.sleep", slept.append)
    snapshot, watch = taken(Tenant([QUIET, BUSY, BUSY, QUIET]), BusyLimits(wait_s=60.0))
    assert set(statuses(snapshot).values()) == {"ok"}
    assert watch.waited_ms == pytest.approx(1000 * sum(slept)) and len(slept) == 2


class Hours:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds


def test_it_looks_again_every_five_seconds_and_stops_when_the_time_to_wait_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hours, tenant = Hours(), Tenant([BUSY])
    monkeypatch.setattr("agent.collection.busy.time", hours)
    snapshot, watch = taken(tenant, BusyLimits(wait_s=12.0), sources=[Heavy])
    assert statuses(snapshot) == {"Heavy": "busy"}
    assert (hours.slept, watch.waited_ms) == ([5.0, 5.0, 2.0], 12_000.0)
    assert tenant.sent == ["load"] * 5, "at the start, at once, and after each wait"


@pytest.mark.parametrize(
    "look", [(1, 50, 400, 0), (1, 50, 400, 0, 0, 0), (1, 50, float("nan"), 0, 0), (1, float("inf"), 400, 0, 0), ()]
)
def test_a_look_that_is_none_holds_nothing_back_and_is_told(look: tuple[float, ...]) -> None:
    snapshot, _ = taken(Tenant([look]))
    assert set(statuses(snapshot).values()) == {"ok"}
    assert ["could not be determined" in render_text(problem.what, "en") for problem in snapshot.problems] == [True]


@pytest.mark.parametrize(
    ("look", "limits", "busy"),
    [
        ((16, 0, 6400), BusyLimits(wait_s=0), False),
        ((17, 0, 6800), BusyLimits(wait_s=0), True),
        ((8, 0, 800), BusyLimits(wait_s=0), False),  # one core counts as two
        ((9, 0, 900), BusyLimits(wait_s=0), True),
        ((0, 360, 400), BusyLimits(wait_s=0), False),
        ((0, 361, 400), BusyLimits(wait_s=0), True),
        ((3, 3 * 361, 3 * 400), BusyLimits(wait_s=0), True),  # the join counts CPU once per session
        ((0, 0, 0), BusyLimits(wait_s=0), False),
        ((3, 0, 1200), BusyLimits(0.5, wait_s=0), True),
        ((0, 300, 400), BusyLimits(cpu_pct=70, wait_s=0), True),
    ],
)
def test_when_it_is_busy(look: tuple[int, int, int], limits: BusyLimits, busy: bool) -> None:
    snapshot, _ = taken(Tenant([(*look, 0, 0)]), limits)
    assert statuses(snapshot)["Medium"] == ("busy" if busy else "ok")


@pytest.mark.parametrize(
    ("first", "then", "busy"),
    [
        ((0, 1000, 50_000_000), (0, 1010, 50_900_000), False),  # ten requests since, 90 ms each
        ((0, 1000, 50_000_000), (0, 1010, 51_010_000), True),  # 101 ms each
        ((0, 1000, 50_000_000), (5, 5 * 1010, 5 * 51_010_000), True),  # the join counts both once per session
        ((4, 4 * 1000, 4 * 50_000_000), (5, 5 * 1010, 5 * 50_900_000), False),
        ((0, 1000, 50_000_000), (0, 1000, 50_000_000), False),  # nothing came through
        ((0, 1000, 50_000_000), (0, 10, 9_000_000), False),  # the server was started again
    ],
)
def test_a_long_wait_in_the_queue_is_busy(first: tuple[int, int, int], then: tuple[int, int, int], busy: bool) -> None:
    """What had waited before the assessment began says nothing of now."""
    looks = [(sessions, 0, 400 * max(1, sessions), *queue) for sessions, *queue in (first, then)]
    snapshot, _ = taken(Tenant(looks))
    assert statuses(snapshot)["Medium"] == ("busy" if busy else "ok")


def test_a_target_too_busy_to_answer_is_busy() -> None:
    snapshot, _ = taken(Tenant([StatementError(Text("slow"), UnavailableKind.TIMEOUT)]))
    assert statuses(snapshot)["Medium"] == "busy"


def test_where_it_cannot_look_it_goes_on_and_says_so() -> None:
    tenant = Tenant([StatementError(Text("may not"), UnavailableKind.PRIVILEGE)])
    snapshot, _ = taken(tenant)
    assert set(statuses(snapshot).values()) == {"ok"} and tenant.sent.count("load") == 1
    assert ["could not be determined" in render_text(problem.what, "en") for problem in snapshot.problems] == [True]


def test_without_process_an_empty_list_of_sessions_proves_nothing() -> None:
    tenant = Tenant([QUIET])
    snapshot, _ = taken(tenant, privileges=frozenset())
    assert "load" not in tenant.sent and len(snapshot.problems) == 1


@pytest.mark.parametrize("privilege", ["PROCESS", "SELECT"])
def test_all_sessions_are_seen_by_either_privilege(privilege: str) -> None:
    tenant = Tenant([QUIET])
    snapshot, _ = taken(tenant, privileges=frozenset({privilege}))
    assert "load" in tenant.sent and snapshot.problems == ()


@pytest.mark.parametrize("kind", [UnavailableKind.BUDGET, UnavailableKind.CLOSED])
def test_what_each_source_says_itself_is_not_told_of_the_look_too(kind: UnavailableKind) -> None:
    snapshot, watch = taken(Tenant([StatementError(Text("no more"), kind)]))
    assert watch.problem is None and snapshot.problems == ()


@pytest.mark.parametrize(
    ("timeout_s", "spent_ms", "status"),
    [(10, 20_000.0, "ok"), (10, 20_001.0, "budget"), (25, 15_000.0, "ok"), (25, 15_001.0, "budget")],
)
def test_a_heavy_source_needs_its_timeout_or_half_of_the_budget(timeout_s: float, spent_ms: float, status: str) -> None:
    tenant = Tenant([QUIET], spent_ms, Budget(statement_timeout_s=timeout_s, total_database_ms=30_000))
    assert statuses(taken(tenant, sources=[Heavy])[0]) == {"Heavy": status}


def test_more_was_spent_than_there_was_and_nothing_is_left() -> None:
    missing = taken(Tenant([QUIET], spent_ms=31_000.0), sources=[Heavy])[0].facts[Heavy]
    assert isinstance(missing, Unavailable) and missing.reason.args == {"source": "Heavy", "left_ms": 0.0}


def test_a_heavy_source_needs_room_for_its_whole_timeout() -> None:
    snapshot, _ = taken(Tenant([QUIET], spent_ms=20_001.0))
    assert statuses(snapshot) == {
        "Cheap": "ok",
        "Medium": "ok",
        "Other": "ok",
        "Heavy": "budget",
        "Huge": "budget",
    }
    missing = snapshot.facts[Heavy]
    assert isinstance(missing, Unavailable) and "10 s of the load budget are left" in render_text(missing.reason, "en")
    assert ["Heavy, Huge" in render_text(problem.what, "en") for problem in snapshot.problems] == [True]
