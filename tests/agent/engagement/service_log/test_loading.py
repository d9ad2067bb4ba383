"""The service log is read as one, and every mistake is told with file, line and path."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from agent.engagement.service_log.entries import BLOCKS, KINDS
from agent.engagement.service_log.loading import find_entry, load_service_log, log_schema_text
from agent.engagement.service_log.states import describe_state, find_day, is_open
from agent.support.errors import ConfigError
from agent.support.i18n import load_translations, render_text
from tests.agent.engagement.service_log.logs import NOW, WHOLE, engage, keep, kept, problems_of

QUESTION = "{id: Q9, title: t, asked: 2026-11-03T10:00:00+08:00, asked_by: x"


def test_without_a_folder_the_log_is_empty(tmp_path: Path) -> None:
    log = load_service_log(engage(tmp_path), NOW)
    assert [log.entries(kind) for kind in KINDS] == [()] * len(KINDS)


def test_every_file_is_part_of_one_log(tmp_path: Path) -> None:
    keep(tmp_path, f"questions: [{QUESTION}}}]\n", "other.yaml")
    log = kept(tmp_path)
    assert {kind: len(log.entries(kind)) for kind in KINDS} == {
        "questions": 3, "incidents": 2, "projects": 1, "requests": 1, "sessions": 1, "preparations": 1, "usage": 1,
        "deliveries": 1,
    }  # fmt: skip
    assert log.places["questions", "Q9"].endswith("service/other.yaml:1: questions[0].id")
    assert KINDS.keys() == BLOCKS.keys()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"questions: [{QUESTION}, foo: 1}}]", "questions[0].foo: unknown key; delete it"),
        (f"questions: [{QUESTION}, responded: 2026-11-03T09:00:00+08:00}}]", 'responded: this is before "asked"'),
        (f"questions: [{QUESTION}, closed: 2026-11-04T09:00:00+08:00}}]", 'is closed needs "responded" and "answer"'),
        (f"questions: [{QUESTION}, responded: 2099-11-03T09:00:00+08:00}}]", "responded: this moment is in the future"),
        (f"questions: [{QUESTION}, target: none}}]", "no target none; known are orders"),
        ("questions: [{id: Q, title: t, asked: 2026-11-03, asked_by: x}]", "write a time with its zone"),
        ("incidents: [{id: I, title: t, severity: P9}]", "severity: write one of: P1, P2, P3, P4"),
        (
            "incidents: [{id: I, title: t, severity: P1, reported: 2026-11-03T10:00:00+08:00, reported_by: x, "
            "cause: {certainty: probable, text: t}}]",
            'needs "evidence"',
        ),
        (
            "incidents: [{id: I, title: t, severity: P1, reported: 2026-11-03T10:00:00+08:00, reported_by: x, "
            "outage: {from: 2026-11-03T10:00:00+08:00, to: 2026-11-03T09:00:00+08:00}}]",
            'outage.to: "to" must not be before "from"',
        ),
        ("projects: [{id: P, title: t, goal: g, owner: o, start: 2026-02-01, due: 2026-01-01}]", 'before "start"'),
        ("requests: [{id: R, title: t, raised: 2026-02-01, raised_by: x, state: declined}]", 'needs "answer"'),
        ("sessions: [{id: S, title: t}]", 'write "planned", or "held"'),
        ("preparations: [{id: D, title: t, period: Easter, load_factor: 2}]", "no critical period “Easter”"),
        ("preparations: [{id: D, title: t, period: Double 11, load_factor: 0}]", "load_factor: must be greater than 0"),
        ("usage: [{id: U, title: t, month: 2026-13, unit: x, estimated: 1, used: 1}]", "write a month such as 2026-03"),
        (
            "incidents: [{id: I, title: t, severity: P1, reported: 2026-11-03T10:00:00+08:00, reported_by: x, "
            "recovered: 2026-11-03T11:00:00+08:00, outage: {from: 2026-11-03T10:00:00+08:00}}]",
            'that is recovered needs "to" in its "outage"',
        ),
        (
            "deliveries: [{id: L, title: t, document: quarter, about: '9', delivered: 2026-11-03}]",
            "about “9”, which there is not; known are 1, 2",
        ),
        (
            "deliveries: [{id: L, title: t, document: incident, about: I9, delivered: 2026-11-03}]",
            "about “I9”, which there is not",
        ),
        ("questions: []", "questions: this must not be empty"),
        ("{}", "the file holds no entries"),
        ("- 1", "write keys and values here"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, entry: str, said: str) -> None:
    problems = problems_of(tmp_path, f"# a comment\n{entry}\n")
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("log.yaml:") for problem in problems)


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    keep(tmp_path, "questions: [{id: Q}]\n", "a.yaml")
    keep(tmp_path, "a: {\n", "b.yaml")
    keep(tmp_path, f"questions: [{QUESTION}}}]\n", "c.yaml")
    found = problems_of(tmp_path, f"questions: [{QUESTION}}}]\n")
    assert {problem.partition(":")[0] for problem in found} == {"a.yaml", "b.yaml", "log.yaml"}
    assert any("log.yaml:1: questions[0].id: this id is already at" in problem for problem in found)


def test_an_id_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    log = kept(tmp_path)
    assert find_entry(log, "incidents", "I1").title == "Orders failed"
    with pytest.raises(ConfigError) as caught:
        find_entry(log, "incidents", "I9")
    assert "known are I1, I2" in render_text(caught.value.text, "en")


def test_the_schema_takes_what_is_taken_here_and_refuses_unknown_keys() -> None:
    schema = json.loads(log_schema_text())
    content = json.loads(json.dumps(yaml.safe_load(WHOLE), default=str))
    jsonschema.validate(content, schema)
    content["questions"][0]["foo"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def test_each_entry_has_a_day_and_a_state_that_is_told_in_chinese_too(tmp_path: Path) -> None:
    log, chinese = kept(tmp_path), load_translations("zh-CN")
    for kind in KINDS:
        for entry in log.entries(kind):
            assert find_day(entry)
            state = describe_state(entry, NOW.date())
            assert not state or state in chinese
    assert [is_open(entry) for entry in (*log.questions, *log.incidents)] == [False, True, True, True]


def test_an_outage_that_still_runs_can_be_written_down(tmp_path: Path) -> None:
    log = kept(
        tmp_path,
        "incidents: [{id: I, title: t, severity: P1, reported: 2026-11-03T10:00:00+08:00, reported_by: x, "
        "outage: {from: 2026-11-03T10:00:00+08:00}}]\n",
    )
    assert log.incidents[0].outage and log.incidents[0].outage.last is None


def test_a_session_whose_day_is_past_was_not_held(tmp_path: Path) -> None:
    log = kept(tmp_path, "sessions: [{id: S, title: t, planned: 2026-03-01}]\n")
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2))
    told = [describe_state(log.sessions[0], day) for day in days]
    assert told == ["To come", "To come", "Not held on the day planned"]
