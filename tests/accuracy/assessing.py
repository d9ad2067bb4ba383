"""Assesses what was planted as a customer's tenant is: printed grants, signed authorization, the line, the history."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent import pipeline
from agent.archive.document import build_document
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.cli.actions.grants import USUAL_CLASSES
from agent.demo import run_demo
from agent.engagement.loading import load_engagement
from agent.facts.given import Clock
from agent.kernel.start import Kernel
from agent.model.assessment import Assessment
from agent.model.snapshot import Snapshot
from agent.model.terms import DataClass
from agent.support import console

# What a customer may grant beside the usual: which accounts have no password can be seen in no other way.
_GRANTED = (*USUAL_CLASSES, DataClass.EMPTY_PASSWORDS)
# What is measured is what is seen, not how fast: a slow machine must not spend the load budget.
_KIND = "    kind: user\n"
_LIMITS = "    limits: {statement_timeout_s: 120, total_database_ms: 600000}\n"


class Assessor:
    """One engagement with its history. Each assessment is recorded, and the next compared with it."""

    def __init__(self, engagement: Path, history: History) -> None:
        found = registry.load_registry()
        self._job = pipeline.AssessmentJob(
            engagement=load_engagement(engagement),
            target=run_demo.TARGET,
            registry=found,
            shipped=rules.load_rules(found.checks),
            now=datetime.now(UTC),
            history=history,
        )

    def assess(self) -> Assessment:
        """Read the tenant, judge and record it."""
        job = dataclasses.replace(self._job, now=datetime.now(UTC))
        assessment_id = pipeline.make_assessment_id(job.now)
        authorization, facts = pipeline.collect_snapshot(job, assessment_id)
        assessment = pipeline.judge_snapshot(job, assessment_id, authorization, facts)
        problems = pipeline.record_assessment(job, build_document(assessment))
        assert not problems, problems
        return assessment

    def judge_later(self, facts: Snapshot, later: timedelta) -> Assessment:
        """Judge the same facts by a clock so much later, compared with nothing."""
        as_of = facts.as_of + later
        aged = dataclasses.replace(facts, as_of=as_of, facts={**facts.facts, Clock: (Clock(as_of=as_of),)})
        job = dataclasses.replace(self._job, now=as_of, history=None)
        return pipeline.judge_snapshot(job, "aged", None, aged)


@contextlib.contextmanager
def engaged(kernel: Kernel, directory: Path) -> Iterator[Assessor]:
    """The account, the engagement and the customer's signature, and a history of their own, as the demo makes them."""
    with run_demo.demo_password(), quiet():
        run_demo.make_account(kernel)
        engagement = run_demo.write_engagement(directory, kernel.port, datetime.now(UTC))
        engagement.write_text(engagement.read_text().replace(_KIND, _KIND + _LIMITS))
        run_demo.sign_as_customer(engagement, datetime.now(UTC), _GRANTED)
        with History.open(load_engagement(engagement).history) as history:
            yield Assessor(engagement, history)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The command's own words are not printed."""
    console.set_loudness(console.Loudness.QUIET)
    try:
        yield
    finally:
        console.set_loudness(console.Loudness.NORMAL)
