"""Rows become facts of the declared types; what cannot be read is one Unavailable source and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agent.collection.busy import BusyWatch
from agent.collection.collect import collect_facts
from agent.collection.connect import Endpoint, ReadOnlySession
from agent.collection.server_errors import explain_shut
from agent.facts import CostClass, source
from agent.facts.given import Attestation, Build, Clock
from agent.model.cost import Cost
from agent.model.snapshot import Capabilities, Problem, Snapshot, Unavailable
from agent.model.terms import DataClass, TenantKind, Text, UnavailableKind, Version
from agent.support.errors import StatementError
from agent.support.i18n import render_text

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@source("oceanbase.HX_ODD", cost=CostClass.MEDIUM, limit=2)
class Odd:
    whole: int
    part: float
    word: str
    flag: bool
    moment: datetime
    maybe: int | None


@source("oceanbase.HX_ENDED")
class Ended:
    ended: datetime | None


@source("oceanbase.HX_ENDED", cost=CostClass.MEDIUM, limit=3)
class Listed:
    ended: datetime | None


@source("oceanbase.HX_TEXT", DataClass.SQL_TEXT_MASKED)
class Said:
    statement: str


@source("oceanbase.HX_PLAIN", DataClass.SQL_TEXT_FULL)
class SaidInFull:
    statement: str


class Answers:
    """A session that gives these rows, or raises; by the name of the source."""

    def __init__(self, **answers: Any) -> None:
        self.endpoint, self.cost, self.answers = (
            Endpoint(name="shop", host="h", port=1, user="r", password=str),
            Cost(statements=7),
            answers,
        )

    def fetch(self, sql: str, source: str) -> list[Any]:
        answer = self.answers[source]
        if isinstance(answer, Exception):
            raise answer
        return cast(list[Any], answer)


COLUMNS = {
    "HX_ODD": frozenset(["WHOLE", "PART", "WORD", "FLAG", "MOMENT", "MAYBE"]), "HX_TEXT": frozenset({"STATEMENT"}),
    "HX_PLAIN": frozenset({"STATEMENT"}), "HX_ENDED": frozenset({"ENDED"}),
}  # fmt: skip
CAPABILITIES = Capabilities(
    version=Version(4, 2, 5),
    tenant_kind=TenantKind.USER,
    account="r@%",
    columns=COLUMNS,
    privileges=frozenset({"SHOW VIEW"}),
    grants={"*": frozenset()},
)
GOOD = (1, 2.5, "w", 1, datetime(2026, 11, 23, 5, 0), None)


def taken(*sources: type, given: tuple[object, ...] = (), **answers: Any) -> Snapshot:
    return collect_facts(cast(ReadOnlySession, Answers(**answers)), sources, CAPABILITIES, None, NOW, given=given)


def odd(*row: Any) -> Odd:
    found = taken(Odd, Odd=[row]).facts[Odd]
    assert isinstance(found, tuple), found
    return cast(Odd, found[0])


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 5, 0, 1, 7), datetime(2026, 11, 23, 5, 0, 1, 7, tzinfo=UTC)),
        (1_795_410_001_000_007, datetime.fromtimestamp(1_795_410_001, UTC).replace(microsecond=7)),
        (Decimal("1795410001000000"), datetime.fromtimestamp(1_795_410_001, UTC)),
        (date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("2024-05-09 17:45:52.737037", datetime(2024, 5, 9, 17, 45, 52, 737037, tzinfo=UTC)),
        ("2024-05-09 17:45:52", datetime(2024, 5, 9, 17, 45, 52, tzinfo=UTC)),
        ("1795410001000000", datetime.fromtimestamp(1_795_410_001, UTC)),
    ],
)
def test_times_are_utc_from_datetimes_and_from_microseconds(moment: Any, expected: datetime) -> None:
    assert odd(1, 1.0, "w", 1, moment, None).moment == expected


def test_an_empty_time_is_unknown_where_the_field_may_be() -> None:
    assert taken(Ended, Ended=[("",), (None,)]).facts[Ended] == (Ended(ended=None), Ended(ended=None))
    assert isinstance(taken(Odd, Odd=[(*GOOD[:4], "", None)]).facts[Odd], Unavailable)


def test_numbers_become_their_declared_type_and_null_stays_unknown() -> None:
    row = odd(Decimal("7"), Decimal("2.5"), b"w\xff", "YES", GOOD[4], None)
    assert (row.whole, row.part, row.word, row.flag, row.maybe) == (7, 2.5, "w\ufffd", True, None)
    assert type(row.whole) is int and type(row.part) is float
    assert odd(*GOOD[:5], 0).maybe == 0, "nought is nought and not unknown"
    assert [odd(1, 1, "w", flag, GOOD[4], 0).flag for flag in ("NO", "false", "0", 0, "TRUE", 1)] == [False] * 4 + [
        True
    ] * 2


@pytest.mark.parametrize(
    "bad", [(None, *GOOD[1:]), ("many", *GOOD[1:]), (*GOOD[:4], "0000-00-00", None), GOOD[:3], (*GOOD, 9)]
)
def test_a_row_that_cannot_be_read_loses_its_source_and_says_so(bad: tuple[Any, ...]) -> None:
    snapshot = taken(Odd, Said, Odd=[GOOD, bad], Said=[("SELECT 1",)])
    missing = snapshot.facts[Odd]
    assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.ERROR
    assert "Odd: a row could not be read" in render_text(missing.reason, "en")
    assert isinstance(snapshot.facts[Said], tuple)


def test_a_long_text_is_cut() -> None:
    assert odd(1, 1.0, "w" * 70_000, 1, GOOD[4], None).word == "w" * 65_536


def test_one_row_too_many_is_a_cut() -> None:
    whole, cut = taken(Odd, Odd=[GOOD] * 2), taken(Odd, Odd=[GOOD] * 3)
    assert [(len(cast(Any, s.facts[Odd])), s.records[0].rows, s.records[0].truncated) for s in (whole, cut)] == [
        (2, 2, False),
        (2, 2, True),
    ]


def test_literals_are_masked_unless_the_source_is_of_the_full_class() -> None:
    sql = "SELECT * FROM t WHERE card = '4111'"
    snapshot = taken(Said, SaidInFull, Said=[(sql,), ("SELECT 'cut of",)], SaidInFull=[(sql,)])
    assert snapshot.facts[Said] == (Said(statement="SELECT * FROM t WHERE card = ?"), Said(statement="(masked)"))
    assert snapshot.facts[SaidInFull] == (SaidInFull(statement=sql),)


@pytest.mark.parametrize("kind", list(UnavailableKind))
def test_a_failing_source_is_data(kind: UnavailableKind) -> None:
    snapshot = taken(Odd, Said, Odd=[GOOD], Said=StatementError(Text("no"), kind))
    missing = snapshot.facts[Said]
    assert isinstance(missing, Unavailable) and missing.kind is kind
    assert (missing.remedy is not None) == (kind.value in ("timeout", "privilege", "budget", "busy", "lost"))
    assert [(record.source, record.status) for record in snapshot.records] == [("Said", kind.value), ("Odd", "ok")]


@pytest.mark.parametrize("answer", [[GOOD], [GOOD[:3]], StatementError(Text("no"), UnavailableKind.TIMEOUT)])
def test_how_long_a_source_took_is_kept_also_where_it_failed(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("agent.collection.collect.time", SimpleNamespace(perf_counter=lambda: now[0]))

    class Slow(Answers):
        def fetch(self, sql: str, source: str) -> list[Any]:
            now[0] += 0.25
            return super().fetch(sql, source)

    session = cast(ReadOnlySession, Slow(Odd=answer))
    assert [record.duration_ms for record in collect_facts(session, [Odd], CAPABILITIES, None, NOW).records] == [250.0]


def test_what_is_missing_is_named_where_reading_ended_early() -> None:
    error = StatementError(Text("no"), UnavailableKind.LOST)
    (problem,) = taken(Odd, Said, Odd=error, Said=error).problems
    assert render_text(problem.what, "en") == "The connection to the target broke. Missing are: Said, Odd."


def test_cheap_sources_first_each_once_and_progress_is_told() -> None:
    seen: list[tuple[str, int, int]] = []
    session = cast(ReadOnlySession, Answers(Odd=[GOOD], Said=[], SaidInFull=[]))
    sources = [Odd, SaidInFull, Said, Odd]
    collect_facts(session, sources, CAPABILITIES, None, NOW, progress=lambda *step: seen.append(step))
    assert seen == [("Said", 0, 3), ("SaidInFull", 1, 3), ("Odd", 2, 3)]


def test_short_answers_come_before_long_lists_of_the_same_cost() -> None:
    found = taken(Listed, Odd, Listed=[], Odd=[])
    assert [record.source for record in found.records] == ["Odd", "Listed"]


def test_a_data_class_that_is_not_granted_sends_nothing() -> None:
    session = cast(ReadOnlySession, Answers(Odd=[GOOD]))
    snapshot = collect_facts(session, [Odd, SaidInFull], CAPABILITIES, frozenset({DataClass.STATISTICS}), NOW)
    assert [record.status for record in snapshot.records] == ["not_granted", "ok"]


def test_what_people_supply_and_the_clock_are_facts_too() -> None:
    attested = [
        Attestation(key=key, value=1.0, by="Li", on=date(2026, 1, 1), valid_until=date(2027, 1, 1)) for key in "ab"
    ]
    snapshot = taken(given=tuple(attested))
    assert snapshot.facts[Attestation] == tuple(attested)
    assert snapshot.facts[Clock] == (Clock(as_of=NOW),) and snapshot.as_of == NOW
    assert snapshot.facts[Build] == (Build(version=Version(4, 2, 5), tenant_kind=TenantKind.USER, embedded=False),)
    assert snapshot.cost.statements == 7


@source("oceanbase.HX_ENDED", cost=CostClass.MEDIUM, only_with=Ended)
class EndedDetail:
    ended: datetime | None


@source("oceanbase.HX_ENDED", DataClass.ACCOUNTS, cost=CostClass.MEDIUM, only_with=Ended)
class DeniedDetail:
    ended: datetime | None


def test_a_source_is_not_read_where_the_one_that_it_goes_with_has_no_row() -> None:
    unread = taken(EndedDetail, Ended, Ended=[])  # a statement for the detail would raise KeyError
    assert unread.facts[EndedDetail] == ()
    assert [record.status for record in unread.records] == ["ok", "ok"]
    read = taken(EndedDetail, Ended, Ended=[(None,)], EndedDetail=[(NOW,)])
    assert read.facts[EndedDetail] == (EndedDetail(ended=NOW),)


def test_a_source_is_read_where_the_one_that_it_goes_with_is_unknown() -> None:
    error = StatementError(Text("no"), UnavailableKind.TIMEOUT)
    assert taken(EndedDetail, Ended, Ended=error, EndedDetail=[(NOW,)]).facts[EndedDetail] == (EndedDetail(ended=NOW),)
    assert taken(EndedDetail, EndedDetail=[]).facts[EndedDetail] == ()
    denied = collect_facts(
        cast(ReadOnlySession, Answers(Ended=[])),
        [Ended, DeniedDetail],
        CAPABILITIES,
        frozenset({DataClass.STATISTICS}),
        NOW,
    )
    missing = denied.facts[DeniedDetail]
    assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.NOT_GRANTED, "nobody looked"


@source("oceanbase.HX_ENDED", cost=CostClass.HEAVY)
class Heavy:
    ended: datetime | None


class Watching:
    """A watch that holds costly sources back, and has a problem to tell."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.asked: list[tuple[CostClass, str]] = []
        self.problem = problem

    def before(self, cost: CostClass, source: str) -> Unavailable | None:
        self.asked.append((cost, source))
        return Unavailable(UnavailableKind.BUSY, Text("busy")) if cost is CostClass.HEAVY else None


def test_a_busy_target_is_not_asked_for_costly_sources() -> None:
    watch = Watching(Problem(Text("It was busy."), None))
    session = cast(ReadOnlySession, Answers(Odd=[GOOD], Ended=[]))
    found = collect_facts(session, [Odd, Heavy, Ended], CAPABILITIES, None, NOW, watch=cast(BusyWatch, watch))
    assert watch.asked == [(CostClass.CHEAP, "Ended"), (CostClass.MEDIUM, "Odd"), (CostClass.HEAVY, "Heavy")]
    assert [(record.source, record.status) for record in found.records] == [
        ("Ended", "ok"), ("Odd", "ok"), ("Heavy", "busy"),
    ]  # fmt: skip
    assert [render_text(problem.what, "en") for problem in found.problems] == [
        "The target stayed busy, so reading was stopped. Missing are: Heavy.", "It was busy.",
    ]  # fmt: skip
    calm = Watching()
    quiet = collect_facts(session, [Odd], CAPABILITIES, None, NOW, watch=cast(BusyWatch, calm))
    assert quiet.problems == ()
    assert [record.status for record in taken(SaidInFull, SaidInFull=[]).records] == ["ok"]


def test_what_cannot_be_asked_is_not_held_back() -> None:
    """A source that the customer did not sign is not sent, so the watch does not wait for it."""
    watch = Watching()
    session = cast(ReadOnlySession, Answers(Odd=[GOOD]))
    classes = frozenset({DataClass.STATISTICS})
    collect_facts(session, [Odd, SaidInFull], CAPABILITIES, classes, NOW, watch=cast(BusyWatch, watch))
    assert [name for _, name in watch.asked] == ["Odd"]


def test_each_reason_for_an_early_end_is_told_once_with_its_sources() -> None:
    kinds = {"Said": UnavailableKind.BUDGET, "Odd": UnavailableKind.BUDGET, "Ended": UnavailableKind.CLOSED}
    errors: dict[str, Any] = {name: StatementError(Text("no"), kind) for name, kind in kinds.items()}
    found = taken(
        Odd, Said, Ended, SaidInFull, SaidInFull=StatementError(Text("no"), UnavailableKind.TIMEOUT), **errors
    )
    told = [(render_text(problem.what, "en"), problem.remedy is not None) for problem in found.problems]
    assert told == [
        ("The load budget was spent before everything was read. Missing are: Said, Odd.", True),
        (
            "The signed window closed before everything was read. Missing are: Ended. Assess earlier in the window.",
            False,
        ),
    ]


def test_statements_that_were_shut_are_counted_and_named() -> None:
    shut = explain_shut("Said", 10.0)
    found = taken(Odd, Said, Ended, Odd=shut, Said=shut, Ended=[])
    (problem,) = found.problems
    assert render_text(problem.what, "en") == (
        "2 statements went on after their time limit, so the connection was shut on them: Said, Odd."
    )
    assert problem.remedy is not None


def test_facts_that_are_given_join_those_that_were_read() -> None:
    found = taken(Ended, Ended=[(None,)], given=(Ended(ended=NOW),))
    assert found.facts[Ended] == (Ended(ended=None), Ended(ended=NOW))
    gone = taken(Ended, Ended=StatementError(Text("no"), UnavailableKind.ERROR), given=(Ended(ended=NOW),))
    assert gone.facts[Ended] == (Ended(ended=NOW),)
