"""The service's documents in the demo: a service log as an account manager would keep it, and one document of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from agent.archive.history.store import History
from agent.cli.actions import documents, incidents, readiness
from agent.cli.actions.documents import DocumentOptions
from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.loading import FOLDER, SCHEMA_FILE, SCHEMA_LINE, log_schema_text
from agent.report.documents.write_document import FORMATS
from agent.support import console
from agent.support.errors import RenderError
from agent.support.files import write_whole

PERIOD = "年货节"
DOCUMENTS = "documents"
_INCIDENT = "I-001"


def write_service_log(out: Path, begun: datetime, now: datetime) -> None:
    """Write the service log of the demo beside its engagement; the fault began with the demo and is over now."""
    asked, taken = now - timedelta(hours=3), now - timedelta(hours=2, minutes=48)
    text = f"""{SCHEMA_LINE}questions:
  - id: Q-001
    title: 夜间批量导入变慢 / The nightly import became slow
    asked: {asked.isoformat()}
    asked_by: Demo DBA
    category: 性能 / performance
    responded: {taken.isoformat()}
    owner: Demo TAM
    answer: 导入会话未设置并行度，已给出建议。 / The import ran without parallelism; advice was given.
    closed: {(taken + timedelta(hours=1)).isoformat()}
  - id: Q-002
    title: 连接数上限如何设置 / How to choose the limit of connections
    asked: {(now - timedelta(minutes=40)).isoformat()}
    asked_by: Demo DBA
    responded: {(now - timedelta(minutes=25)).isoformat()}
    owner: Demo TAM
incidents:
  - id: {_INCIDENT}
    title: 下单接口大量超时 / Orders timed out
    target: shop
    severity: P2
    occurred: {begun.isoformat()}
    reported: {begun.isoformat()}
    reported_by: Demo DBA
    responded: {now.isoformat()}
    owner: Demo TAM
    recovered: {now.isoformat()}
    outage: {{from: {begun.isoformat()}, to: {now.isoformat()}}}
    symptom: 下单接口响应超时 / Requests of the order service timed out
    impact: 演示负载，无真实业务 / The load of the demo; no real business
    recovery: 修复两处隐患后恢复 / It recovered once two faults were cured
    notices:
      - {{at: {now.isoformat()}, text: 已恢复，正在定位根因 / Recovered; the cause is looked for, by: Demo TAM}}
    prevention:
      - {{action: 复核健康评测中的发现 / Review the findings, owner: Demo DBA, due: {_day(now, 7)}, checks: [SQL001]}}
projects:
  - id: P-001
    title: 慢 SQL 专项治理 / Slow SQL
    goal: 核心链路 P99 降至 150 ms 以内 / P99 of the core path below 150 ms
    owner: Demo TAM
    start: {_day(now, -1)}
    due: {_day(now, 30)}
requests:
  - {{id: R-001, title: 导出慢 SQL / Export slow SQL, raised: {_day(now, -1)}, raised_by: Demo DBA, state: open}}
sessions:
  - {{id: S-001, title: 分区表设计 / Designing partitions, planned: {_day(now, 20)}, speaker: Demo TAM}}
preparations:
  - id: PR-001
    title: 大促保障 / Protection of the sale
    period: {PERIOD}
    load_factor: 3
    freeze: {{from: {_day(now, 40)}, to: {_day(now, 48)}}}
    roster:
      - {{from: {_day(now, 45)}, to: {_day(now, 47)}, name: Demo TAM, role: 现场保障 / on site}}
    fallback: [关闭非核心功能 / Switch off what is not essential]
usage:
  - {{id: U-001, title: 计算规格 / Compute, month: {now:%Y-%m}, unit: CU·h, estimated: 960, used: 412}}
"""
    write_whole(out / FOLDER / SCHEMA_FILE, log_schema_text().encode())
    write_whole(out / FOLDER / "service.yaml", text.encode())


def _day(now: datetime, days: int) -> str:
    return (now + timedelta(days=days)).date().isoformat()


def write_documents(
    engagement: Engagement, formats: Sequence[str], languages: Sequence[str], begun: datetime, now: datetime
) -> bool:
    """Collect the timeline of the fault, and write each document in the formats that it knows, in each language.

    Return whether all were written; what could not be is said. Nothing is collected if none of the formats is wanted.
    """
    chosen = [name for name in formats if name in FORMATS]
    if not chosen:
        return True
    out = engagement.path.parent
    console.say("The service log is in {path}; its documents follow:", path=str(out / FOLDER))
    options = DocumentOptions(out=out / DOCUMENTS, formats=chosen, languages=list(languages))
    with History.open(engagement.history) as history:
        incidents.collect_all_timelines(
            engagement,
            history,
            out=options.out,
            target=None,
            span=(begun.isoformat(), now.isoformat()),
            now=now,
            outside_service="",
        )
    timelines = sorted(options.out.glob("*/timeline_*.json"))
    steps: tuple[Callable[[], object], ...] = (
        lambda: incidents.write_incident_report(engagement, options, _INCIDENT, timelines, now),
        lambda: documents.write_question_list(engagement, options, None, None, now),
        lambda: documents.write_quarterly_report(engagement, options, 0, now),
        lambda: documents.write_closing_list(engagement, options, now),
        lambda: readiness.write_readiness(engagement, options, PERIOD, now, target=None, factor=None),
    )
    written = list(map(_try, steps))  # all of them, whatever became of the first
    return all(written)


def _try(step: Callable[[], object]) -> bool:
    """Write one document. One that fails must not take the others with it."""
    try:
        step()
    except RenderError as error:
        console.fail(error)
        return False
    return True
