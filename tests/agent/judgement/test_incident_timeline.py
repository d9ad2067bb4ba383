"""The timeline of a fault: what lies in its time, in order, and what the records no longer hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.facts.backup import BackupJob
from agent.facts.incidents import MINUTE_US, ActiveMinute, AuditMinute, KeptMinute
from agent.facts.maintenance import GatherTask, MajorCompaction
from agent.facts.schema import BusinessObject
from agent.facts.sessions import Deadlock, LockWait
from agent.facts.settings import Parameter, Uptime
from agent.judgement.incident_timeline import SOURCES, Span, build_timeline
from agent.model.snapshot import Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.support.i18n import LANGUAGES
from tests.agent.report import sample
from tests.harness import NOW, snapshot_of

FIRST, LAST = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
SPAN = Span(FIRST, LAST)
INSIDE, BEFORE, AFTER = FIRST + timedelta(minutes=10), FIRST - timedelta(minutes=10), LAST + timedelta(minutes=10)


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
    assert error.texts["en"] == "Error -4030: 30 executions ended with it, 15 of them in the worst minute."
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


def test_signals_name_the_cause_with_the_most_errors_first_and_its_evidence() -> None:
    timeline = told(
        minute(INSIDE, -4012, 3), minute(INSIDE, -4030, 40), minute(INSIDE, -4013, 2), minute(INSIDE, -9999)
    )
    assert [signal.cause["en"] for signal in timeline.signals] == [
        "Memory of the tenant was exhausted: statements and writes were refused.",
        "Statements or transactions exceeded their time limits.",
    ]
    evidence = [text["en"] for text in timeline.signals[0].evidence]
    assert evidence == ["Error -4030 in 40 executions.", "Error -4013 in 2 executions."]
    assert told(minute(INSIDE, 0)).signals == (), "work alone speaks for no cause"


def test_each_source_is_one_that_is_registered() -> None:
    assert len(set(SOURCES)) == len(SOURCES) > 10
    assert all(hasattr(row, "__source__") for row in SOURCES)
