"""What the history costs: list, trend, restate, diff and verify over 10, 100 and 1,000 assessments of one target.

Every assessment has a snapshot of 60 statements of the real world (from ``tests.bench_statements``, without their
plans), and a document judged from it by all checks. Restating judges each snapshot anew, so it is measured up to 100.
Seconds are those of the processor: the database is a file, and what else the machine does changes them little.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent import pipeline
from agent.archive.document import build_document
from agent.archive.document_earlier import read_earlier, read_score
from agent.archive.history.sealing import HistoryKeys
from agent.archive.history.store import History
from agent.archive.snapshot import pack_snapshot
from agent.engagement.engagement_file import Engagement
from agent.engagement.stand_in import make_stand_in
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, SqlTotal
from agent.judgement.compare import compare_assessments
from agent.model.snapshot import Snapshot
from agent.pipeline import AssessmentJob
from agent.service.restating import TodaysRules, restate_assessments
from tests.bench_scale import Line
from tests.bench_statements import build_snapshot
from tests.harness import shipped

SIZES = (10, 100, 1_000)
_MOST_RESTATED = 100
_STATEMENTS = 60
_START = datetime(2020, 1, 1, tzinfo=UTC)
_KEYS = HistoryKeys([b"k" * 32])


def measure_history() -> list[Line]:
    """Figures for each size, and how much the largest costs of the one before."""
    registry, ruleset = shipped()
    facts = _choose_statements(build_snapshot())
    engagement = make_stand_in(facts.target, _START.date())
    job = AssessmentJob(engagement=engagement, target=facts.target, registry=registry, shipped=ruleset, now=_START)
    document: Any = build_document(pipeline.judge_snapshot(job, "bench", None, facts))
    lines: list[Line] = []
    took: dict[str, dict[int, float]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as place, History.open(str(Path(place) / "h.sqlite")) as history:
            lines.append(Line(f"{size:,} assessments: record one", _fill(history, size, facts, document) / size, "s"))
            for what, work in _list_work(history, engagement, size).items():
                took.setdefault(what, {})[size] = _time(work)
                limit = 60 if what == "restate" and size == _MOST_RESTATED else None
                lines.append(Line(f"{size:,} assessments: {what}", took[what][size], "s", limit))
    for what, by_size in took.items():
        *_, (few, first), (many, last) = by_size.items()
        lines.append(Line(f"{what}: assessments times {many / few:g}, time times", last / first, "", many / few * 1.5))
    return lines


def _choose_statements(facts: Snapshot) -> Snapshot:
    """The snapshot with the first of its statements only, and without their plans."""
    kept = {row.sql_id for row in facts.list_rows(SqlTotal)[:_STATEMENTS]}
    totals = tuple(row for row in facts.list_rows(SqlTotal) if row.sql_id in kept)
    plans = tuple(row for row in facts.list_rows(CachedPlan) if row.sql_id in kept)
    return dataclasses.replace(facts, facts={**facts.facts, PlanStep: (), SqlTotal: totals, CachedPlan: plans})


def _fill(history: History, size: int, facts: Snapshot, document: Any) -> float:
    packed, started = pack_snapshot(facts), time.process_time()
    for number in range(size):
        id = f"bench-{number:04}"
        told: Any = {**document, "assessment_id": id, "as_of": (_START + timedelta(days=number)).isoformat()}
        history.save(told, sealed=_KEYS.seal(id, packed))
    return time.process_time() - started


def _list_work(history: History, engagement: Engagement, size: int) -> dict[str, Callable[[], Any]]:
    registry, ruleset = shipped()
    today = TodaysRules(engagement=engagement, registry=registry, shipped=ruleset, keys=_KEYS, now=_START)

    def compare_all() -> None:
        """The difference of the first and the last."""
        before, after = history.load("bench-0000"), history.load(f"bench-{size - 1:04}")
        results = tuple(read_earlier(after).results.values())
        compare_assessments(results, read_score(after), after["ruleset"]["sha256"], read_earlier(before))

    work: dict[str, Callable[[], Any]] = {
        "list": lambda: history.list(limit=size),
        "trend": history.points,
        "diff": compare_all,
        "verify": history.check_chain,
    }
    if size <= _MOST_RESTATED:
        work["restate"] = lambda: [one.restated for one in restate_assessments(history, today, None)]
    return work


def _time(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    for line in measure_history():
        print(*line)  # noqa: T201
