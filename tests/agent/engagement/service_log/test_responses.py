"""Promises: which one holds, when it is kept, and that nobody gains by not answering."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.engagement.engagement_file import ServiceBlock
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.responses import Response, judge_response, summarize_responses
from tests.agent.engagement.service_log.logs import NOW, engage, kept


def judged(log: ServiceLog, service: ServiceBlock) -> list[Response]:
    questions = [judge_response(one, service, NOW) for one in log.questions]
    return [*questions, *(judge_response(one, service, NOW) for one in log.incidents)]


def test_the_promise_is_that_of_the_statement_of_work_unless_agreed(tmp_path: Path) -> None:
    promises = engage(tmp_path).service.promises
    assert (promises.response_min, promises.emergency_response_min, promises.hours) == (60, 10, "7x24")


def test_emergencies_and_p1_have_their_own_promise(tmp_path: Path) -> None:
    log, service = kept(tmp_path), engage(tmp_path).service
    told = {one.id: one for one in judged(log, service)}
    assert {id: (one.promised_min, one.taken_min, one.kept) for id, one in told.items() if id != "I2"} == {
        "Q1": (60, 19, True), "Q2": (10, 16, False), "I1": (10, 4, True),
    }  # fmt: skip
    assert told["I2"].kept is False, "nobody has answered for days"


@pytest.mark.parametrize(("minutes", "kept_then"), [(59, None), (60, None), (61, False)])
def test_what_nobody_answers_is_missed_once_its_time_is_over(
    tmp_path: Path, minutes: int, kept_then: bool | None
) -> None:
    incident = kept(tmp_path).incidents[1]
    now = incident.reported + timedelta(minutes=minutes)
    assert judge_response(incident, engage(tmp_path).service, now).kept is kept_then


def test_working_hours_count_for_others_but_never_for_an_emergency(tmp_path: Path) -> None:
    service = engage(tmp_path, "").service
    agreed = service.promises.model_copy(update={"hours": "5x8"})
    service = service.model_copy(update={"promises": agreed})
    log = kept(tmp_path)
    assert judge_response(log.questions[0], service, NOW).taken_min == 19  # a Tuesday morning
    assert judge_response(log.questions[1], service, NOW).taken_min == 16  # a Saturday night


def test_a_summary_counts_what_is_due_and_names_the_worst(tmp_path: Path) -> None:
    log, service = kept(tmp_path), engage(tmp_path).service
    summaries = summarize_responses(judged(log, service))
    assert [(one.is_emergency, one.due, one.kept, one.kept_pct) for one in summaries] == [
        (True, 2, 1, 50.0), (False, 2, 1, 50.0),
    ]  # fmt: skip
    assert [one.worst.id if one.worst else "" for one in summaries] == ["Q2", "I2"]
    assert summarize_responses([]) == ()


def test_a_fault_outside_production_is_no_emergency(tmp_path: Path) -> None:
    incident, service = kept(tmp_path).incidents[0], engage(tmp_path).service
    assert judge_response(incident, service, NOW).is_emergency
    tested = incident.model_copy(update={"production": False})
    assert (judge_response(tested, service, NOW).promised_min, tested.is_major) == (60, False)
