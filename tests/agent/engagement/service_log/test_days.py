"""Which entries belong to the days of a document: the same for every document."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.engagement.service_log.days import (
    LogDays,
    is_kept,
    list_projects,
    list_promised,
    list_questions,
    list_requests,
    list_sessions,
    list_standing,
    list_usage,
)
from agent.engagement.service_log.loading import ServiceLog
from tests.agent.engagement.service_log.logs import kept

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = LogDays(date(2026, 11, 1), date(2026, 12, 1), ZONE)


def days(first: str, end: str) -> LogDays:
    return LogDays(date.fromisoformat(first), date.fromisoformat(end), ZONE)


def test_a_promise_is_counted_in_the_days_of_its_question_and_in_no_others(tmp_path: Path) -> None:
    log = kept(tmp_path)
    every = [one.id for one in list_promised(log, days("2026-01-01", "2027-01-01"))]
    assert sorted(every) == ["I1", "I2", "Q1", "Q2"]
    cut = [days("2026-01-01", "2026-11-12"), days("2026-11-12", "2026-11-20"), days("2026-11-20", "2027-01-01")]
    parts = [one.id for part in cut for one in list_promised(log, part)]
    assert sorted(parts) == sorted(every), "days that follow each other share nothing and lose nothing"


def test_a_question_is_told_on_all_days_on_which_it_was_open(tmp_path: Path) -> None:
    log = kept(tmp_path)
    for first, told in (("2026-11-04", ["Q1", "Q2"]), ("2026-11-05", ["Q2"]), ("2027-05-01", ["Q2"])):
        assert [one.id for one in list_questions(log, days(first, "2027-06-01"))] == told
    assert list_questions(log, days("2026-01-01", "2026-11-03")) == [], "it was not asked yet"


def test_the_day_of_a_moment_is_that_of_the_service(tmp_path: Path) -> None:
    (fault, _) = kept(tmp_path).incidents  # reported on the 11th at 00:08 in Shanghai, which is the 10th in UTC
    assert days("2026-11-11", "2026-11-12").holds(fault.reported)
    assert not days("2026-11-10", "2026-11-11").holds(fault.reported)


def test_what_lasts_is_told_while_it_lasts(tmp_path: Path) -> None:
    log = kept(tmp_path)
    assert [one.id for one in list_standing(log, NOVEMBER)] == ["I2"]
    assert list_standing(log, days("2026-10-01", "2026-11-01")) == []
    before, later = days("2026-01-01", "2026-02-01"), days("2027-01-01", "2027-02-01")
    assert [len(list_projects(log, one)) for one in (before, NOVEMBER, later)] == [0, 1, 1]
    assert [len(list_requests(log, one)) for one in (before, NOVEMBER, later)] == [0, 1, 1]
    assert [len(list_sessions(log, one)) for one in (days("2026-03-16", "2026-03-17"), NOVEMBER)] == [1, 0]
    assert [len(list_usage(log, one)) for one in (days("2026-11-30", "2027-01-01"), later)] == [1, 0]


@pytest.mark.parametrize(
    ("first", "kept_then"), [("2026-11-01", True), ("2026-11-30", True), ("2026-03-16", True), ("2026-05-01", False)]
)
def test_days_of_which_nobody_wrote_anything_are_not_kept(tmp_path: Path, first: str, kept_then: bool) -> None:
    begin = date.fromisoformat(first)
    assert is_kept(kept(tmp_path), LogDays(begin, begin + timedelta(days=1), ZONE)) is kept_then
    assert not is_kept(ServiceLog(), NOVEMBER)
