"""Documents of the service to test with: each kind, from a whole service log and the sample assessments."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.subscription import list_periods
from agent.judgement.readiness import Demand, choose_worst, judge_readiness
from agent.model.incident import Signal, Timeline, TimelineEvent, Unseen
from agent.report.documents.assessed import ReportedTarget
from agent.report.documents.closing_list import Term, build_closing_list
from agent.report.documents.incident_report import IncidentReport, build_incident_report
from agent.report.documents.quarterly_report import Quarter, build_quarterly_report
from agent.report.documents.question_list import QuestionList, build_question_list
from agent.report.documents.readiness_plan import ProtectionPlan, build_readiness_plan
from agent.report.documents.write_document import Build
from agent.report.view.frame import Occasion
from tests.agent.engagement.service_log.logs import NOW, engage, kept
from tests.agent.report import sample

ZONE = ZoneInfo("Asia/Shanghai")


def assessed(document: Any, id: str, as_of: datetime) -> Any:
    made = copy.deepcopy(document)
    return {**made, "assessment_id": id, "as_of": as_of.isoformat()}


@cache
def targets() -> tuple[ReportedTarget, ...]:
    before = assessed(sample.healthy(), "A1", NOW - timedelta(days=90))
    now = assessed(sample.rich(2), "A2", NOW - timedelta(days=10))
    return (
        ReportedTarget(name="orders", earlier=before, documents=(now,), delivered=frozenset({"A2"})),
        ReportedTarget(name="stock", earlier=None, documents=(), delivered=frozenset()),
    )


def timeline(text: str = "Error -4030: 40 executions") -> Timeline:
    at = datetime(2026, 11, 10, 16, 6, tzinfo=UTC)
    return Timeline(
        customer="Acme",
        target="orders",
        version="4.2.5.1",
        first=at - timedelta(minutes=10),
        last=at + timedelta(hours=1),
        collected_at=NOW,
        events=(
            TimelineEvent(
                at=at, until=at + timedelta(minutes=20), view="GV$OB_SQL_AUDIT", texts={"en": text, "zh-CN": text}
            ),
        ),
        unseen=(Unseen(view="DBA_WR_SNAPSHOT", texts={"en": "gone", "zh-CN": "无"}, since=at),),
        signals=(Signal({"en": "Memory ran out.", "zh-CN": "内存耗尽。"}, ({"en": text, "zh-CN": text},)),),
    )


def builders(directory: Path, log: ServiceLog | None = None, occasion: Occasion | None = None) -> dict[str, Build]:
    """The builder of each kind of document."""
    engagement = engage(directory)
    held = log or kept(directory)
    told = occasion or Occasion(customer="Acme", subject="a subject", number="N-1", made=NOW)
    period = list_periods(engagement.service.start, 24)[3]
    quarter = Quarter(engagement=engagement, log=held, period=period, targets=targets(), now=NOW, occasion=told)
    demand = Demand(
        first=date(2026, 12, 10), last=date(2026, 12, 12), load_factor=3.0, today=date(2026, 11, 30), zone=ZONE
    )
    judged = tuple(judge_readiness(one.name, one.last, demand) for one in targets())
    plan = ProtectionPlan(
        period="Double 11",
        demand=demand,
        verdict=choose_worst([one.verdict for one in judged]),
        targets=judged,
        preparation=held.preparations[0] if held.preparations else None,
        occasion=told,
    )
    made: dict[str, Callable[..., Any]] = {
        "questions": lambda words, style: build_question_list(
            QuestionList(
                engagement=engagement,
                log=held,
                first=date(2026, 11, 1),
                last=date(2026, 11, 30),
                now=NOW,
                occasion=told,
            ),
            words,
            style,
        ),
        "quarter": lambda words, style: build_quarterly_report(quarter, words, style),
        "closing": lambda words, style: build_closing_list(
            Term(engagement=engagement, log=held, targets=targets(), now=NOW, occasion=told), words, style
        ),
        "readiness": lambda words, style: build_readiness_plan(plan, words, style),
    }
    if held.incidents:
        report = IncidentReport(
            engagement=engagement, incident=held.incidents[0], timelines=(timeline(),), now=NOW, occasion=told
        )
        made["incident"] = lambda words, style: build_incident_report(report, words, style)
    return made
