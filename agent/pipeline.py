"""The line: authorize, connect, preflight, collect, evaluate, score, compare, record, render.

No stage calls another. Everything from ``evaluate`` on can be fed from a saved snapshot.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import agent
from agent.archive import snapshot
from agent.archive.document import Document, to_document, with_notes
from agent.archive.document_earlier import earlier_from
from agent.archive.history.store import History
from agent.catalogue import rules
from agent.catalogue.registry import Registry
from agent.collection import journal, preflight
from agent.collection.busy import Watch
from agent.collection.collect import collect
from agent.collection.connect import Session
from agent.collection.receipt import read_back
from agent.collection.signed_scope import covered
from agent.engagement import targets
from agent.engagement.authorization.account import admitted
from agent.engagement.authorization.authorize import authorize
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import overrides_of
from agent.engagement.report_block import Report
from agent.engagement.service_terms import WHOLE_MONTHS
from agent.engagement.subscription import is_due
from agent.facts import CostClass
from agent.judgement.compare import compare
from agent.judgement.evaluate import evaluate
from agent.judgement.figures import figures
from agent.judgement.roadmap import roadmap
from agent.judgement.score import score
from agent.model.assessment import Assessment, Period
from agent.model.authorization import Authorization
from agent.model.check import CheckSpec
from agent.model.comparison import Earlier
from agent.model.result import CheckResult, Score
from agent.model.rule import Ruleset
from agent.model.snapshot import Capabilities, Snapshot
from agent.model.terms import Text
from agent.report.render import HOUSE, prepare, render
from agent.support.errors import HistoryError, NotAuthorized, RenderError, WriteError
from agent.support.files import alone_in

Progress = Callable[[str, int, int], None]
_NOT_COMPARED = Text("The history cannot be read, so this assessment is compared with no earlier one.")
_NOT_RECORDED = Text("This assessment could not be recorded in the history; the next one will not know of it.")


@dataclass(frozen=True, slots=True)
class Job:
    """One target to assess, and all that doing it needs. ``now`` is read once, by the caller.

    ``outside_service`` is the reason for an assessment that the subscription does not cover; ``notes`` are for the
    report.
    """

    engagement: Engagement
    target: str
    registry: Registry
    shipped: Ruleset
    now: datetime
    history: History | None = None
    progress: Progress = lambda stage, done, total: None
    outside_service: str = ""
    notes: tuple[Text, ...] = ()

    def with_progress(self, progress: Progress) -> Job:
        """The same job, saying how far it is."""
        return dataclasses.replace(self, progress=progress)

    @property
    def earlier(self) -> Earlier | None:
        """The last assessment of this target, if history has one."""
        return self.recalled[0]

    @property
    def recalled(self) -> tuple[Earlier | None, tuple[Text, ...]]:
        """``earlier``, and a note where history cannot tell."""
        try:
            document = self.history.last(self.engagement.customer.name, self.target, self.now) if self.history else None
            return (earlier_from(document) if document else None), ()
        except (HistoryError, LookupError, TypeError, ValueError, AttributeError):
            return None, (_NOT_COMPARED,)


def collect_snapshot(
    job: Job, assessment_id: str, directory: Path | None = None, meanwhile: Callable[[], None] = lambda: None
) -> tuple[Authorization, Snapshot]:
    """Authorize, connect, preflight, collect, read the receipt back. The journal of it goes to ``directory``.

    ``meanwhile`` is called where only the target's audit is waited for.
    """
    authorization = _authorized(job, assessment_id, directory)
    given = tuple(targets.given_facts(job.engagement, job.target, job.now, job.earlier))
    with _connected(job, assessment_id, authorization, directory) as (session, capabilities, written):
        facts = _collected(job, authorization, session, capabilities, given, meanwhile)
    if written is None or facts.receipt is None:
        return authorization, facts
    receipt = dataclasses.replace(facts.receipt, journal_sha256=written.head)
    return authorization, dataclasses.replace(facts, receipt=receipt)


def look_at(job: Job, assessment_id: str, directory: Path) -> tuple[Authorization, Capabilities]:
    """Authorize, connect and preflight, with a journal in ``directory``; no fact is read."""
    authorization = _authorized(job, assessment_id, directory)
    with _connected(job, assessment_id, authorization, directory) as (_, capabilities, _):
        return authorization, capabilities


def _authorized(job: Job, assessment_id: str, directory: Path | None) -> Authorization:
    try:
        return authorize(job.engagement, job.target, job.now, job.registry.sources, job.outside_service)
    except NotAuthorized as error:
        if directory:
            journal.refuse(directory, job.target, error.text, assessment_id)
        raise


@contextmanager
def _connected(
    job: Job, assessment_id: str, authorization: Authorization, directory: Path | None
) -> Iterator[tuple[Session, Capabilities, journal.Journal | None]]:
    """A session that preflight has looked at, with an account as signed; its journal ends with it."""
    engagement, name = job.engagement, job.target
    endpoint, budget = targets.endpoint(engagement, name), targets.budget(engagement, name)
    with ExitStack() as stack:
        path = directory and directory / journal.FILE_NAME
        written = stack.enter_context(journal.Journal(path, assessment_id, name)) if path else None
        session = stack.enter_context(Session(endpoint, budget, assessment_id, written, authorization.withheld))
        seen = preflight.inspect(session, covered(job.registry.sources, authorization), engagement.targets[name].kind)
        try:
            seen = admitted(seen, authorization, name)
        except NotAuthorized as error:
            if written:
                written.refused(error.text)
            raise
        yield session, seen, written


def _collected(
    job: Job, authorization: Authorization, session: Session, capabilities: Capabilities, given: Sequence[object],
    meanwhile: Callable[[], None],
) -> Snapshot:  # fmt: skip
    watch = Watch(session, capabilities, targets.busy_limits(job.engagement, job.target))
    facts = collect(
        session, job.registry.sources, capabilities, authorization.data_classes, job.now, given=given,
        progress=job.progress, scopes=authorization.sources, watch=watch,
    )  # fmt: skip
    receipt = read_back(session, capabilities, watch.before(CostClass.MEDIUM, "receipt"), meanwhile)
    cost = dataclasses.replace(session.cost, waited_ms=watch.waited_ms)
    return dataclasses.replace(facts, cost=cost, budget=session.budget, receipt=receipt, statements=tuple(session.sent))


def rules_of(
    engagement: Engagement, specs: Mapping[str, CheckSpec], shipped: Ruleset, now: datetime, path: Path | None = None
) -> Ruleset:
    """The shipped rules (of ``path``, if not the usual file) as the engagement changes them. Raises RulesError."""
    today = now.astimezone(engagement.service.zone).date()
    overrides, file = overrides_of(engagement), path or rules.shipped_path()
    return rules.apply(shipped, specs, file, overrides, engagement.mutes, today, str(engagement.path))


def conclude(job: Job, assessment_id: str, authorization: Authorization | None, facts: Snapshot) -> Assessment:
    """Evaluate, score, compare: pure from here to the assessment."""
    engagement, specs = job.engagement, job.registry.checks
    earlier, forgotten = job.recalled
    ruleset = rules_of(engagement, specs, job.shipped, job.now)
    results = evaluate(specs.values(), ruleset, facts)
    scored = score(results, ruleset.scoring, facts.tenant_kind, earlier)
    if ruleset.overrides:
        scored = _with_hidden(job, ruleset, facts, scored, earlier)
    return Assessment(
        assessment_id, agent.__version__, engagement.customer.name, _period(job), authorization, facts, specs, ruleset,
        results, scored, compare(results, scored, ruleset.sha256, earlier),
        notes=(
            *job.registry.problems, *rules.unused_mutes(ruleset, results), *_way(job, authorization), *job.notes,
            *forgotten,
        ),
        roadmap=roadmap(results, scored, specs, facts.tenant_kind, earlier),
        figures=figures(facts, earlier.trend if earlier else ()),
        colophon=targets.colophon(engagement, job.now),
        timezone=engagement.service.timezone,
    )  # fmt: skip


def _way(job: Job, authorization: Authorization | None) -> tuple[Text, ...]:
    via = job.engagement.targets[job.target].via
    if authorization is None or not via:
        return ()  # nothing was connected to, or directly
    return (Text("The target was reached through the SSH jump host {via}.", {"via": via}),)


def _with_hidden(job: Job, ruleset: Ruleset, facts: Snapshot, scored: Score, earlier: Earlier | None) -> Score:
    """What the overrides hide: the score under the shipped rules, with the same mutes."""
    shipped = dataclasses.replace(job.shipped, mutes=ruleset.mutes, today=ruleset.today)
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


def assess(
    job: Job, directory: Path, formats: Sequence[str], languages: Sequence[str], update: Path | None = None
) -> Delivered:
    """The whole line for one target; artifacts go to ``directory``, which one run at a time may write to.

    ``update`` is an earlier list of findings, whose entries by people go into the new one.
    """
    assessment_id = new_id(job.now)
    with alone_in(directory):
        authorization, facts = collect_snapshot(job, assessment_id, directory, lambda: prepare(formats, languages))
        saved, unsaved = _saved(facts, directory / "snapshot.obh")
        document = to_document(conclude(job, assessment_id, authorization, facts))
        del facts  # rendering needs its room
        unrecorded = record(job, document, directory)
        if unrecorded:
            document = with_notes(document, [_NOT_RECORDED])
        job.progress("render", 0, 1)
        written, failures = deliver(document, formats, languages, directory, job.engagement.report, update)
    return Delivered(document, (*saved, *written), (*unsaved, *unrecorded, *failures))


def _saved(facts: Snapshot, path: Path) -> tuple[tuple[Path, ...], tuple[Text, ...]]:
    """Keep the snapshot; a failure is a warning, for the report can still be written."""
    try:
        snapshot.save(facts, path)
    except WriteError as error:
        return (), (error.text,)
    return (path,), ()


def deliver(
    document: Document, formats: Sequence[str], languages: Sequence[str], directory: Path, house: Report = HOUSE,
    update: Path | None = None,
) -> tuple[tuple[Path, ...], tuple[Text, ...]]:  # fmt: skip
    """Render; a format that fails is a warning while another one was written. Raises RenderError if none was."""
    try:
        return tuple(render(document, formats, languages, directory, house, update)), ()
    except RenderError as error:
        if not error.written:
            raise
        return error.written, (error.text, *error.problems)


def record(job: Job, document: Document, directory: Path | None = None) -> tuple[Text, ...]:
    """Keep it in history; a failure is a warning, for the report is there all the same (in ``directory``)."""
    if job.history is None:
        return ()
    try:
        job.history.save(document, directory)
    except HistoryError as error:
        return (error.text,)
    return ()
