"""The timeline of a fault: what lies in its time, in order, and what the records no longer hold."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.facts.backup import BackupJob
from agent.facts.cluster import FailedOperation, FailedTransfer, Outline, Server, ThrottlingRule
from agent.facts.incidents import MINUTE_US, ActiveMinute, AuditMinute, KeptMinute
from agent.facts.maintenance import CompactionDiagnosis, GatherTask, MajorCompaction
from agent.facts.schema import BusinessObject
from agent.facts.sessions import Deadlock, LockWait, Transaction
from agent.facts.settings import Parameter, Uptime
from agent.judgement.incident_timeline import SOURCES, Span, build_timeline
from agent.model.snapshot import Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.support.i18n import LANGUAGES
from tests.agent.facts.rows import filled
from tests.agent.report import sample
from tests.harness import NOW, snapshot_of

FIRST, LAST = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
SPAN = Span(FIRST, LAST)
INSIDE, BEFORE, AFTER = FIRST + timedelta(minutes=10), FIRST - timedelta(minutes=10), LAST + timedelta(minutes=10)

OLDEST = datetime(1971, 1, 1, 0, 0, 1, tzinfo=UTC)


def minute(at: datetime, code: int, executions: int = 1, longest_us: int = 1000) -> AuditMinute:
    us = int(at.timestamp()) * 1_000_000
    return AuditMinute(
        minute_us=us - us % MINUTE_US,
        ret_code=code,
        executions=executions,
        elapsed_us=executions * longest_us,
        longest_us=longest_us,
        queue_us=0,
    )


def told(*facts: Any, earlier: Any = None) -> Any:
    return build_timeline(snapshot_of(facts), "Acme", SPAN, earlier)


def texts(timeline: Any) -> list[str]:
    return [event.texts["en"] for event in timeline.events]


def test_an_error_is_told_once_from_its_first_to_its_last_minute() -> None:
    rows = [minute(INSIDE + timedelta(minutes=n), -4030, 5 * (n + 1)) for n in range(3)]
    timeline = told(*rows, minute(BEFORE, -4030, 1000), minute(AFTER, -4012, 7), minute(INSIDE, 0, 100))
    error = next(event for event in timeline.events if "-4030" in event.texts["en"])
    assert (
        error.texts["en"]
        == "Error -4030 (memory limit of the tenant): 30 executions ended with it, 15 of them in the worst minute."
    )
    assert (error.at, error.until) == (INSIDE, INSIDE + timedelta(minutes=3)) and error.view == "GV$OB_SQL_AUDIT"
    assert not any("-4012" in text for text in texts(timeline)), "it lies after the time"
    assert "The busiest minute of this time: 105 executions." in texts(timeline)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda at: Deadlock(event_id=1, report_time=at, cycle_size=2), "A deadlock of 2 transactions"),
        (
            lambda at: GatherTask(
                task_id="1", type="AUTO GATHER", status="SUCCESS", table_count=1, failed_count=0, start_time=at,
                end_time=at,
            ),
            "The server gathered statistics: SUCCESS.",
        ),
        (
            lambda at: MajorCompaction(
                frozen_time=at, last_finish_time=at, start_time=at, status="IDLE", is_error="NO", is_suspended="NO",
                info="",
            ),
            "A major compaction ran: IDLE.",
        ),
        (lambda at: BackupJob(job_id=1, start_timestamp=at, status="FAILED", result=-4), "it ended with FAILED"),
        (
            lambda at: BusinessObject(
                owner="shop", object_name="orders", object_id=1, object_type="TABLE", status="VALID", last_ddl_time=at
            ),
            "The structure of shop.orders was changed, or it was made.",
        ),
        (lambda at: ActiveMinute(minute=at, wait_class="COMMIT", samples=9), "they mostly waited for COMMIT"),
        (lambda at: KeptMinute(minute=at, samples=9), "Most sessions at work in this time: 9 samples"),
    ],
)  # fmt: skip
def test_what_lies_in_the_time_is_told_and_nothing_else(make: Any, said: str) -> None:
    assert [said in text for text in texts(told(make(INSIDE)))] == [True]
    assert texts(told(make(BEFORE))) == [] == texts(told(make(AFTER)))


def test_events_are_in_order_and_exist_in_every_language() -> None:
    timeline = told(
        Deadlock(event_id=1, report_time=LAST, cycle_size=2),
        Deadlock(event_id=2, report_time=FIRST, cycle_size=3),
        minute(INSIDE, -4030),
    )
    moments = [event.at for event in timeline.events]
    assert moments == sorted(moments) and len(moments) > 3
    for event in timeline.events:
        assert event.texts.keys() == set(LANGUAGES) and event.texts["zh-CN"] != event.texts["en"]


def test_a_restart_and_a_lock_that_still_waits_are_seen() -> None:
    uptime = Uptime(name="Uptime", value=str(int((NOW - INSIDE).total_seconds())))
    assert texts(told(uptime)) == ["A server started; what it held in memory before is lost."]
    waited_us = int((NOW - INSIDE).total_seconds() * 1_000_000)
    wait = LockWait(trans_id=1, type="TR", id1=5, row_tablet="2001", request="X", ctime=waited_us)
    assert texts(told(wait)) == ["A request waits for a lock since then: TR 2001."]


def test_a_setting_that_differs_from_the_last_assessment_is_told() -> None:
    earlier = sample.healthy()
    earlier["instance"]["settings"] = [
        {"name": name, "value": "1", "default": "0"} for name in ("cpu_quota", "memory_limit")
    ]
    rows = [
        Parameter(scope="TENANT", name=name, value=value) for name, value in (("cpu_quota", "2"), ("memory_limit", "1"))
    ]
    timeline = told(*rows, earlier=earlier)
    assert [text for text in texts(timeline) if "cpu_quota" in text] and not any(
        "memory_limit" in t for t in texts(timeline)
    )
    assert timeline.signals[0].cause["en"] == "A parameter was changed."
    assert texts(told(*rows)) == [], "without an assessment there is nothing to compare with"


def test_what_the_records_lack_is_named() -> None:
    gone = Unavailable(UnavailableKind.NOT_GRANTED, Text("not signed"))
    timeline = told((KeptMinute, gone), minute(INSIDE, 0))
    lacking = {one.view: one for one in timeline.unseen}
    assert lacking["DBA_WR_ACTIVE_SESSION_HISTORY"].texts["en"] == "not signed"
    assert lacking["GV$OB_SQL_AUDIT"].since == INSIDE, "the audit begins after the beginning of the time"
    assert not [one for one in told(minute(BEFORE, 0)).unseen if one.since]


def test_a_record_that_is_empty_is_not_taken_for_a_quiet_time() -> None:
    empty: list[Any] = [(row, ()) for row in (AuditMinute, ActiveMinute, KeptMinute)]
    lacking = {one.view: one.texts["en"] for one in told(*empty).unseen}
    assert len(lacking) == 3 and all("It holds nothing of any time" in text for text in lacking.values())


def test_signals_name_the_causes_with_their_evidence() -> None:
    timeline = told(
        minute(INSIDE, -4012, 3), minute(INSIDE, -4030, 40), minute(INSIDE, -4013, 2), minute(INSIDE, -9999)
    )
    assert [signal.cause["en"] for signal in timeline.signals] == [
        "Memory of the tenant was exhausted: statements and writes were refused.",
        "Statements or transactions exceeded their time limits.",
    ]
    evidence = [text["en"] for text in timeline.signals[0].evidence]
    assert evidence == [
        "Error -4030 (memory limit of the tenant) in 40 executions.",
        "Error -4013 (no memory left) in 2 executions.",
    ]
    assert told(minute(INSIDE, 0)).signals == (), "work alone speaks for no cause"


def test_each_source_is_one_that_is_registered() -> None:
    assert len(set(SOURCES)) == len(SOURCES) > 10
    assert all(hasattr(row, "__source__") for row in SOURCES)


def between(first: datetime, last: datetime, *facts: Any, earlier: Any = None) -> list[tuple[datetime, str]]:
    """When and what of these facts is told of such a span."""
    timeline = build_timeline(snapshot_of(facts), "Acme", Span(first, last), earlier)
    return [(event.at, event.texts["en"]) for event in timeline.events]


@pytest.mark.parametrize(("apart_s", "is_in"), [(-3601, False), (-3600, True), (0, True), (1, False)])
def test_both_ends_of_a_span_belong_to_it(apart_s: int, is_in: bool) -> None:
    assert SPAN.holds(LAST + timedelta(seconds=apart_s)) is is_in
    assert not SPAN.holds(None)


@pytest.mark.parametrize(
    ("begin", "end", "is_met"),
    [
        (BEFORE, AFTER, True),
        (BEFORE, None, True),
        (BEFORE, FIRST, True),
        (BEFORE, FIRST - timedelta(seconds=1), False),
        (LAST, None, True),
        (LAST + timedelta(seconds=1), None, False),
        (None, INSIDE, False),
    ],
)
def test_what_was_under_way_at_any_time_of_a_span_meets_it(begin: Any, end: Any, is_met: bool) -> None:
    assert SPAN.meets(begin, end) is is_met


def test_a_timeline_says_of_what_and_when_it_is() -> None:
    snapshot = snapshot_of([])
    timeline = build_timeline(snapshot, "Acme", SPAN, None)
    assert (timeline.customer, timeline.target, timeline.version) == ("Acme", snapshot.target, str(snapshot.version))
    assert (timeline.first, timeline.last, timeline.collected_at) == (FIRST, LAST, snapshot.as_of)
    assert (timeline.events, timeline.signals) == ((), ())


def test_the_worst_minute_the_busiest_and_the_longest_execution_are_told_each_with_its_moment() -> None:
    later, last = INSIDE + timedelta(minutes=1), INSIDE + timedelta(minutes=2)
    rows = [minute(last, -4012, 2, 500), minute(INSIDE, -4012, 9, 2000), minute(later, 0, 8), minute(later, -4012, 3)]
    assert between(FIRST, LAST, *rows) == [
        (
            INSIDE,
            "Error -4012 (time limit of a statement or transaction): 14 executions ended with it, 9 of them in the "
            "worst minute.",
        ),
        (INSIDE, "The longest execution of this time took 2 ms."),
        (later, "The busiest minute of this time: 11 executions."),
    ]
    error = next(event for event in told(*rows).events if "Error" in event.texts["en"])
    assert error.until == last + timedelta(minutes=1)


def test_sessions_at_work_are_added_up_over_what_they_waited_for() -> None:
    later = INSIDE + timedelta(minutes=1)
    seen = [("COMMIT", INSIDE, 5), ("SYSTEM_IO", later, 4), ("", later, 2), ("", INSIDE, 9), ("SYSTEM_IO", INSIDE, 2)]
    rows = [ActiveMinute(minute=at, wait_class=name, samples=count) for name, at, count in seen]
    far = ActiveMinute(minute=BEFORE, wait_class="CLUSTER", samples=99)
    text = "Most sessions at work in this time: 16 samples in one minute; they mostly waited for SYSTEM_IO."
    assert between(FIRST, LAST, *rows, far) == [(INSIDE, text)]
    kept = [KeptMinute(minute=INSIDE, samples=3), KeptMinute(minute=later, samples=8)]
    assert between(FIRST, LAST, *kept) == [(later, "Most sessions at work in this time: 8 samples in one minute.")]


def test_a_wait_of_the_future_begins_now() -> None:
    wait = LockWait(trans_id=1, type="TR", id1=5, row_tablet="2001", request="X", ctime=-5)
    assert [at for at, _ in between(FIRST, NOW, wait)] == [NOW]
    assert between(FIRST, LAST, wait) == []


def test_an_open_transaction_is_told_once_for_all_its_participants() -> None:
    begun = {1: INSIDE, 2: AFTER, 3: None, 4: BEFORE}
    rows = [filled(Transaction, tx_id=number, ctx_create_time=at) for number, at in begun.items()]
    again = filled(Transaction, tx_id=1, ctx_create_time=INSIDE + timedelta(seconds=1))
    text = "A transaction that is still open began."
    assert between(FIRST, LAST, *rows, again) == [(BEFORE, text), (INSIDE, text)]


@pytest.mark.parametrize(
    ("start", "finish", "is_told", "ends"),
    [
        (BEFORE, BEFORE - timedelta(days=1), True, False),  # it still runs
        (BEFORE, FIRST - timedelta(seconds=1), False, True),
        (INSIDE, INSIDE, True, True),
        (AFTER, AFTER - timedelta(days=1), False, False),
    ],
)
def test_a_compaction_lasts_until_it_has_finished_after_its_start(
    start: datetime, finish: datetime, is_told: bool, ends: bool
) -> None:
    row = filled(MajorCompaction, start_time=start, last_finish_time=finish, status="COMPACTING")
    events = told(row).events
    assert bool(events) is is_told
    if events:
        assert (events[0].at, events[0].until) == (start, finish if ends else None)


@pytest.mark.parametrize(("at", "is_told"), [(datetime(1971, 1, 1, tzinfo=UTC), False), (OLDEST, True)])
def test_what_never_was_is_not_told_of_any_time(at: datetime, is_told: bool) -> None:
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    compaction = filled(MajorCompaction, start_time=at, last_finish_time=at, status="IDLE")
    assert bool(between(long_ago, NOW, compaction)) is is_told
    assert bool(between(long_ago, NOW, filled(Server, last_offline_time=at))) is is_told


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda at: CompactionDiagnosis(type="MINI", status="FAILED", tablets=7, newest=at),
            "The server reported 7 tablets whose compaction MINI is held up: FAILED.",
        ),
        (
            lambda at: FailedOperation(happened=at, module="SWITCHOVER", event="END", ret_code=-4016),
            "An operation on the tenant failed with -4016: SWITCHOVER, END.",
        ),
        (
            lambda at: FailedTransfer(task_id=1, create_time=at, result=-1),
            "A move of partitions between log streams failed.",
        ),
        (lambda at: filled(Outline, database_name="shop", outline_name="o", create_time=at), "outline shop.o was made"),
        (
            lambda at: filled(ThrottlingRule, database_name="shop", outline_name="t", create_time=at),
            "outline shop.t was made",
        ),
        (lambda at: filled(Server, last_offline_time=at), "A server was offline."),
    ],
)
def test_what_happened_in_the_time_is_told_with_its_moment(make: Any, text: str) -> None:
    ((at, said),) = between(FIRST, LAST, make(INSIDE))
    assert at == INSIDE and text in said
    assert between(FIRST, LAST, make(BEFORE)) == [] == between(FIRST, LAST, make(AFTER))


def test_what_gathered_before_and_after_the_time_was_under_way_in_it() -> None:
    task = filled(GatherTask, status="RUNNING", start_time=BEFORE, end_time=AFTER)
    (event,) = told(task).events
    assert (event.at, event.until) == (BEFORE, AFTER)


@pytest.mark.parametrize(("count", "more"), [(20, 0), (21, 1), (23, 3)])
def test_twenty_changed_objects_are_named_in_order_and_the_others_counted(count: int, more: int) -> None:
    rows = [
        filled(BusinessObject, owner="shop", object_name=f"t{n:02}", last_ddl_time=FIRST + timedelta(minutes=n // 2),
               is_dropped=n == 3)
        for n in range(count)
    ]  # fmt: skip
    said = between(FIRST, LAST, *reversed(rows), filled(BusinessObject, last_ddl_time=None))
    named = [text for _, text in said if "shop.t" in text]
    assert [text.partition("shop.")[2][:3] for text in named] == [f"t{n:02}" for n in range(20)]
    assert [text for text in named if "dropped" in text] == ["shop.t03 was dropped."]
    rest = [pair for pair in said if "more objects" in pair[1]]
    moment = FIRST + timedelta(minutes=10)
    assert rest == ([(moment, f"The structure of {more} more objects was changed.")] if more else [])


def test_a_setting_changed_between_the_last_assessment_and_now() -> None:
    earlier = sample.healthy()
    earlier["instance"]["settings"] = [{"name": "cpu_quota", "value": "1", "default": "0"}]
    row = Parameter(scope="TENANT", name="cpu_quota", value="2")
    for as_of, since in ((BEFORE, FIRST), (INSIDE, INSIDE)):
        earlier["as_of"] = as_of.isoformat()
        (event,) = told(row, earlier=earlier).events
        assert (event.at, event.until) == (since, NOW)
    assert told(earlier=earlier).events == (), "what was not read has not changed"


def test_a_record_that_goes_back_to_the_very_beginning_lacks_nothing() -> None:
    for at, lacks in ((FIRST, False), (FIRST + timedelta(minutes=1), True)):
        for row in (KeptMinute(minute=at, samples=1), ActiveMinute(minute=at, wait_class="", samples=1)):
            assert bool(told(row, type(row)(**{**asdict(row), "minute": LAST})).unseen) is lacks
    assert told().unseen == (), "what was not asked for is no lack"


def test_a_time_out_is_how_a_fault_shows_itself_however_many_there_are() -> None:
    rows = [minute(INSIDE, -4012, 5000), minute(INSIDE, -4013, 3), minute(INSIDE, -4030, 3)]
    timeline = told(*rows, Deadlock(event_id=1, report_time=INSIDE, cycle_size=2))
    assert [(signal.cause["en"], signal.is_symptom) for signal in timeline.signals] == [
        ("Memory of the tenant was exhausted: statements and writes were refused.", False),
        ("Transactions blocked each other by their locks.", False),
        ("Statements or transactions exceeded their time limits.", True),
    ]
    locked = told(minute(INSIDE, -6003, 9), Deadlock(event_id=1, report_time=INSIDE, cycle_size=2)).signals[0]
    assert [text["en"] for text in locked.evidence] == [
        "Error -6003 (waited too long for a row lock) in 9 executions.",
        "A deadlock of 2 transactions was broken by rolling one back.",
    ]


def test_a_restart_goes_before_the_errors_that_follow_it() -> None:
    uptime = Uptime(name="Uptime", value=str(int((NOW - INSIDE).total_seconds())))
    signals = told(minute(INSIDE, -4012, 5000), minute(INSIDE, -4030, 3), uptime).signals
    assert signals[0].cause["en"] == "A server restarted."


@pytest.mark.parametrize("code", [-5019, -5217])
def test_a_name_that_is_gone_speaks_for_a_change_of_structure_only_where_one_happened(code: int) -> None:
    assert told(minute(INSIDE, code, 15)).signals == ()
    changed = filled(BusinessObject, owner="shop", object_name="orders", object_type="TABLE", last_ddl_time=INSIDE)
    (signal,) = told(minute(INSIDE, code, 15), changed).signals
    assert signal.cause["en"] == "A change of structure met the load of the business." and len(signal.evidence) == 2


def test_the_making_of_a_database_is_no_change_of_structure() -> None:
    made = filled(BusinessObject, owner="shop", object_name="shop", object_type="DATABASE", last_ddl_time=INSIDE)
    assert (told(made).events, told(made).signals) == ((), ())
    dropped = filled(
        BusinessObject, owner="shop", object_name="shop", object_type="DATABASE", last_ddl_time=INSIDE, is_dropped=True
    )
    assert texts(told(dropped)) == ["shop.shop was dropped."]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        *((code, "Memory of the tenant") for code in (-4013, -4030)),
        *((code, "Statements or transactions exceeded") for code in (-4012, -6210, -6212)),
        *((code, "Transactions blocked each other") for code in (-4101, -6003, -6005)),
        *((code, "A log stream had no leader") for code in (-4038, -4209, -4654, -4663, -4721, -4722)),
        *((code, "A disk was full") for code in (-4184, -4264)),
    ],
)
def test_each_code_speaks_for_its_cause(code: int, cause: str) -> None:
    (signal,) = told(minute(INSIDE, code)).signals
    assert signal.cause["en"].startswith(cause)
