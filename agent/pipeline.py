"""The line: authorize, connect, preflight, collect, evaluate, score, compare, record, render.

No stage calls another. Everything from ``evaluate`` on can be fed from a saved snapshot.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import agent
from agent import journal, preflight, rules, snapshot, targets
from agent.authorization.authorize import authorize
from agent.authorization.covering import covered
from agent.authorization.service import WHOLE_MONTHS
from agent.collect import collect
from agent.compare import compare
from agent.config import overrides_of
from agent.connect import Session
from agent.document import Document, earlier_from, to_document
from agent.engagement import Engagement
from agent.errors import HistoryError, NotAuthorized, RenderError
from agent.evaluate import evaluate
from agent.facts import CostClass
from agent.figures import figures
from agent.history.store import History
from agent.load import Watch
from agent.model import Assessment, Authorization, CheckResult, Earlier, Period, Score, Snapshot
from agent.receipt import read_back
from agent.registry import Registry
from agent.report.render import render
from agent.roadmap import roadmap
from agent.scheduler import is_due
from agent.score import score
from agent.spec import Ruleset
from agent.terms import Text

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One target to assess, and all that doing it needs. ``now`` is read once, by the caller.

    ``outside_service`` is the reason for an assessment that the subscription does not cover.
    """

    engagement: Engagement
    target: str
    registry: Registry
    shipped: Ruleset
    now: datetime
    history: History | None = None
    progress: Progress = lambda stage, done, total: None
    outside_service: str = ""

    def with_progress(self, progress: Progress) -> Job:
        """The same job, saying how far it is."""
        return dataclasses.replace(self, progress=progress)

    @property
    def earlier(self) -> Earlier | None:
        """The last assessment of this target, if history has one."""
        document = self.history.last(self.engagement.customer.name, self.target, self.now) if self.history else None
        return earlier_from(document) if document else None


def collect_snapshot(job: Job, assessment_id: str, directory: Path | None = None) -> tuple[Authorization, Snapshot]:
    """Authorize, connect, preflight, collect, read the receipt back. The journal of it goes to ``directory``."""
    engagement = job.engagement
    try:
        authorization = authorize(engagement, job.target, job.now, job.registry.sources, job.outside_service)
    except NotAuthorized as error:
        if directory:
            journal.refuse(directory, job.target, error.text, assessment_id)
        raise
    if directory is None:
        return authorization, _collected(job, assessment_id, authorization, None)
    with journal.Journal(directory / journal.FILE_NAME, assessment_id, job.target) as written:
        facts = _collected(job, assessment_id, authorization, written)
    receipt = facts.receipt and dataclasses.replace(facts.receipt, journal_sha256=written.head)
    return authorization, dataclasses.replace(facts, receipt=receipt)


def _collected(job: Job, assessment_id: str, authorization: Authorization, written: journal.Journal | None) -> Snapshot:
    engagement, sources, name = job.engagement, job.registry.sources, job.target
    given = tuple(targets.given_facts(engagement, name, job.now, job.earlier))
    endpoint, budget = targets.endpoint(engagement, name), targets.budget(engagement, name)
    with Session(endpoint, budget, assessment_id, written, authorization.withheld) as session:
        capabilities = preflight.inspect(session, covered(sources, authorization), engagement.targets[name].kind)
        watch = Watch(session, capabilities, targets.busy_limits(engagement, name))
        facts = collect(
            session, sources, capabilities, authorization.data_classes, job.now, given=given, progress=job.progress,
            scopes=authorization.sources, watch=watch,
        )  # fmt: skip
        receipt = read_back(session, capabilities, watch.before(CostClass.MEDIUM, "receipt"))
    cost = dataclasses.replace(session.cost, waited_ms=watch.waited_ms)
    return dataclasses.replace(facts, cost=cost, budget=budget, receipt=receipt, statements=tuple(session.sent))


def conclude(job: Job, assessment_id: str, authorization: Authorization | None, facts: Snapshot) -> Assessment:
    """Evaluate, score, compare: pure from here to the assessment."""
    engagement, specs, earlier = job.engagement, job.registry.checks, job.earlier
    ruleset = rules.apply(
        job.shipped, specs, rules.shipped_path(), overrides_of(engagement), engagement.mutes, job.now.date()
    )
    results = evaluate(specs.values(), ruleset, facts)
    scored = score(results, ruleset.scoring, facts.tenant_kind, earlier)
    if ruleset.overrides:
        scored = _with_hidden(job, ruleset, facts, scored, earlier)
    return Assessment(
        assessment_id, agent.__version__, engagement.customer.name, _period(job), authorization, facts, specs, ruleset,
        results, scored, compare(results, scored, ruleset.sha256, earlier),
        notes=(*job.registry.problems, *rules.unused_mutes(ruleset, results)),
        roadmap=roadmap(results, scored, specs, facts.tenant_kind, earlier),
        figures=figures(facts, earlier.trend if earlier else ()),
        colophon=targets.colophon(engagement, job.now),
    )  # fmt: skip


def _with_hidden(job: Job, ruleset: Ruleset, facts: Snapshot, scored: Score, earlier: Earlier | None) -> Score:
    """What the overrides hide: the score under the shipped rules, with the same mutes."""
    shipped = dataclasses.replace(job.shipped, mutes=ruleset.mutes)
    results: Sequence[CheckResult] = evaluate(job.registry.checks.values(), shipped, facts)
    plain = score(results, shipped.scoring, facts.tenant_kind, earlier)
    return dataclasses.replace(scored, hidden_by_overrides=round(scored.value - plain.value, 1))


def _period(job: Job) -> Period | None:
    if job.engagement.service.months % WHOLE_MONTHS:
        return None  # outside the service: no quarter is owed
    return is_due(job.engagement.subscription, (), job.now).current


def new_id(now: datetime) -> str:
    """Sorts by time; also the marker in the customer's audit."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One assessed target: its document, the files written, and what went wrong on the way (never silent)."""

    document: Document
    files: tuple[Path, ...]
    warnings: tuple[Text, ...] = ()


def assess(job: Job, directory: Path, formats: Sequence[str], languages: Sequence[str]) -> Delivered:
    """The whole line for one target; artifacts go to ``directory``."""
    assessment_id = new_id(job.now)
    authorization, facts = collect_snapshot(job, assessment_id, directory)
    saved = directory / "snapshot.obh"
    snapshot.save(facts, saved)
    document = to_document(conclude(job, assessment_id, authorization, facts))
    warnings = record(job, document)
    job.progress("render", 0, 1)
    written, failures = deliver(document, formats, languages, directory)
    return Delivered(document, (saved, *written), (*warnings, *failures))


def deliver(
    document: Document, formats: Sequence[str], languages: Sequence[str], directory: Path
) -> tuple[tuple[Path, ...], tuple[Text, ...]]:
    """Render; a format that fails is a warning while another one was written. Raises RenderError if none was."""
    try:
        return tuple(render(document, formats, languages, directory)), ()
    except RenderError as error:
        if not error.written:
            raise
        return error.written, (error.text, *error.problems)


def record(job: Job, document: Document) -> tuple[Text, ...]:
    """Keep it in history; a failure is a warning, for the report is there all the same."""
    if job.history is None:
        return ()
    try:
        job.history.save(document)
    except HistoryError as error:
        return (error.text,)
    return ()
