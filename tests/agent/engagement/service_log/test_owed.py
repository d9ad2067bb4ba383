"""Topic sessions and documents that are owed, and how long a target was out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.engagement.loading import load_engagement
from agent.engagement.service_log.availability import judge_availability
from agent.engagement.service_log.entries import Incident
from agent.engagement.service_log.loading import load_service_log
from agent.engagement.service_log.owed import list_owed_documents, list_owed_sessions
from tests.agent.engagement.service_log.logs import NOW, engage, kept

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_session_is_owed_every_six_months_of_the_term(tmp_path: Path) -> None:
    owed = list_owed_sessions(engage(tmp_path).service, kept(tmp_path).sessions)
    assert [(one.start, one.held.id if one.held else "") for one in owed] == [
        (date(2026, 1, 31), "S1"), (date(2026, 7, 31), ""), (date(2027, 1, 31), ""), (date(2027, 7, 31), ""),
    ]  # fmt: skip
    assert owed[-1].end == engage(tmp_path).service.end


def outage(
    begin: str, end: str | None, target: str | None = None, *, production: bool = True, **more: object
) -> Incident:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-11T{text}").replace(tzinfo=ZONE)

    lasted = {"from": moment(begin)} | ({"to": moment(end)} if end else {})
    return Incident.model_validate(
        {
            "id": "I", "title": "t", "severity": "P1", "reported": moment(begin), "reported_by": "x", "target": target,
            "production": production, "outage": lasted,
        } | more
    )  # fmt: skip


FIRST = datetime(2026, 11, 11, tzinfo=ZONE)
LAST = FIRST + timedelta(hours=1)


@pytest.mark.parametrize(
    ("incidents", "minutes"),
    [
        ([], 0),
        ([outage("00:10", "00:20")], 10),
        ([outage("00:10", "00:20"), outage("00:15", "00:30")], 20),  # what overlaps counts once
        ([outage("00:10", "00:30"), outage("00:15", "00:20")], 20),
        ([outage("00:10", "00:20", "orders"), outage("00:40", "00:50", "stock")], 10),
        ([outage("00:10", "00:20", production=False)], 0),
        ([outage("00:50", "02:00")], 10),  # only what lies in the time that is looked at
        ([outage("00:40", None)], 20),  # it still lasts
        ([outage("00:40", None), outage("00:45", "00:50")], 20),
        ([outage("00:10", "00:10")], 0),  # somebody wrote down that there was none
    ],
)
def test_outages_are_added_up(incidents: list[Incident], minutes: float) -> None:
    judged = judge_availability(incidents, "orders", FIRST, LAST)
    assert judged.out == timedelta(minutes=minutes)
    assert judged.share_pct == pytest.approx(100 * (60 - minutes) / 60)
    assert bool(judged.running) is any(one.outage and one.outage.last is None for one in incidents)
    assert judge_availability(incidents, "orders", FIRST, FIRST).share_pct is None


@pytest.mark.parametrize(
    ("more", "is_unknown"),
    [
        ({}, True),
        ({"severity": "P2"}, True),
        ({"severity": "P3"}, False),
        ({"production": False}, False),
        ({"target": "stock"}, False),
        ({"recovered": FIRST + timedelta(minutes=30)}, True),
    ],
)
def test_a_major_fault_without_an_outage_makes_the_availability_unknown(
    more: dict[str, object], is_unknown: bool
) -> None:
    fault = outage("00:10", None, **({"outage": None} | more))  # type: ignore[arg-type]
    judged = judge_availability([fault], "orders", FIRST, LAST)
    assert (judged.share_pct is None, judged.unrecorded) == (is_unknown, ("I",) if is_unknown else ())
    before = judge_availability([fault], "orders", FIRST - timedelta(hours=1), FIRST)
    assert before.share_pct == 100, "it had not begun"


def test_every_document_of_the_tier_is_owed_once(tmp_path: Path) -> None:
    engagement, log = engage(tmp_path), kept(tmp_path)
    owed = list_owed_documents(engagement, log)
    counts = Counter(one.kind.value for one in owed)
    assert counts == {"questions": 8, "quarter": 8, "incident": 1, "readiness": 1}
    assert [one.about for one in owed if one.delivery] == ["3"]
    assert {one.about: one.due for one in owed if one.kind in ("incident", "readiness")} == {
        "I1": date(2026, 11, 11), "Double 11": date(2026, 12, 10),
    }  # fmt: skip
    assert [one.about for one in owed if one.kind == "quarter" and one.is_missed(date(2026, 11, 30))] == ["1", "2"]


def test_the_enterprise_tier_owes_its_lists_of_questions_only(tmp_path: Path) -> None:
    path = engage(tmp_path).path
    path.write_text(path.read_text("utf-8").replace("tier: premier", "tier: 企业级版"), encoding="utf-8")
    engagement = load_engagement(path)
    assert {one.kind for one in list_owed_documents(engagement, load_service_log(engagement, NOW))} == {"questions"}


def test_the_report_of_a_fault_that_still_lasts_is_not_due(tmp_path: Path) -> None:
    log = kept(tmp_path)
    lasting = log.incidents[0].model_copy(update={"recovered": None})
    (owed,) = (
        one
        for one in list_owed_documents(engage(tmp_path), replace(log, incidents=(lasting,)))
        if one.kind == "incident"
    )
    assert owed.due is None and not owed.is_missed(date(2030, 1, 1))
