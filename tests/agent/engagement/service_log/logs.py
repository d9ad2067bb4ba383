"""Service logs to test with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.engagement.loading import Engagement, load_engagement
from agent.engagement.service_log.loading import ServiceLog, load_service_log
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
BUSINESS = "business: {critical_periods: [{name: Double 11, from: 2026-12-10, to: 2026-12-12}]}\n"
# One entry of each kind, and two where states differ.
WHOLE = """\
questions:
  - {id: Q1, title: Slow import, target: orders, asked: 2026-11-03T10:00:00+08:00, asked_by: Wang, category: speed,
     responded: 2026-11-03T10:19:00+08:00, owner: Li, answer: Use a hint, closed: 2026-11-04T10:00:00+08:00}
  - {id: Q2, title: Timeouts, asked: 2026-11-21T21:05:00+08:00, asked_by: Zhao, emergency: true,
     responded: 2026-11-21T21:21:00+08:00}
incidents:
  - id: I1
    title: Orders failed
    target: orders
    severity: P1
    occurred: 2026-11-11T00:05:00+08:00
    reported: 2026-11-11T00:08:00+08:00
    reported_by: Wang
    responded: 2026-11-11T00:12:00+08:00
    owner: Li
    notices: [{at: 2026-11-11T00:18:00+08:00, text: MemStore is full, by: Li}]
    recovered: 2026-11-11T00:28:00+08:00
    outage: {from: 2026-11-11T00:05:00+08:00, to: 2026-11-11T00:28:00+08:00}
    symptom: Error -4030
    impact: Orders were refused
    recovery: A freeze was triggered
    events: [{at: 2026-11-11T00:00:00+08:00, text: The job began, source: application}]
    actions: [{action: Move the job, owner: Wang, due: 2026-11-20, done: 2026-11-18}]
    prevention: [{action: Enlarge the memory, owner: Zhao, due: 2026-12-05, checks: [CAP001, CAP002]}]
  - {id: I2, title: A page was slow, severity: P3, reported: 2026-11-12T00:00:00+08:00, reported_by: Wang}
projects:
  - {id: P1, title: Slow SQL, goal: P99 below 150 ms, owner: Li, start: 2026-10-10, due: 2026-12-31,
     measures: [{what: P99, before: 420 ms, after: 131 ms}]}
requests:
  - {id: R1, title: Export slow SQL, raised: 2026-11-02, raised_by: Wang, state: planned, planned_for: spring 2027}
sessions:
  - {id: S1, title: Partitions, held: 2026-03-16, speaker: Li, audience: 24 people, result: Three tables chosen}
preparations:
  - id: D1
    title: The sale
    period: Double 11
    load_factor: 3
    freeze: {from: 2026-12-05, to: 2026-12-13}
    roster: [{from: 2026-12-10, to: 2026-12-12, name: Li, role: on site, reach: phone}]
    checklist: [The load test was reviewed]
    fallback: [Switch off recommendations]
usage:
  - {id: U1, title: Compute, month: 2026-11, unit: CU·h, estimated: 11520, used: 13120}
deliveries:
  - {id: L1, title: The third quarter, document: quarter, about: "3", delivered: 2026-11-05, received_by: Wang}
"""


def engage(directory: Path, more: str = BUSINESS) -> Engagement:
    path = directory / "engagement.yaml"
    path.write_text(MINIMAL + more, encoding="utf-8")
    return load_engagement(path)


def keep(directory: Path, content: str, name: str = "log.yaml") -> None:
    (directory / "service").mkdir(exist_ok=True)
    (directory / "service" / name).write_text(content, encoding="utf-8")


def kept(directory: Path, content: str = WHOLE) -> ServiceLog:
    keep(directory, content)
    return load_service_log(engage(directory), NOW)


def problems_of(directory: Path, content: str) -> list[str]:
    """The problems of a log, without the folder."""
    with pytest.raises(ConfigError) as caught:
        kept(directory, content)
    assert caught.value.exit_code == 2
    shown = [render_text(problem, "en") for problem in caught.value.problems]
    return [problem.removeprefix(f"{directory / 'service'}/") for problem in shown]
