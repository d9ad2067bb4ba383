"""Runs the stages: authorize, connect, preflight, collect, evaluate, join, score, compare, prove, record, render.

No stage calls another. Everything from ``evaluate`` on can work from a saved snapshot.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import agent
from agent.archive import folder, snapshot
from agent.archive.document import add_notes, build_document
from agent.archive.document_earlier import read_earlier
from agent.archive.document_proof import add_proof, list_remedies, list_replaced
from agent.archive.document_track_record import add_track_record
from agent.archive.history.entries import Claim
from agent.archive.history.sealing import HistoryKeys, SealedSnapshot
from agent.archive.history.store import History
from agent.catalogue import rules
from agent.catalogue.registry import Registry
from agent.collection import journal, preflight
from agent.collection.busy import BusyWatch
from agent.collection.collect import ShowProgress, collect_facts
from agent.collection.connect import ReadOnlySession
from agent.collection.receipt import read_receipt
from agent.collection.signed_scope import list_covered
from agent.engagement import targets
from agent.engagement.authorization.account import admit_account
from agent.engagement.authorization.authorize import authorize
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import read_overrides
from agent.engagement.service_terms import WHOLE_MONTHS
from agent.engagement.subscription import find_current_period
from agent.facts import CostClass
from agent.facts.growth import DaysToLimit, EarlierLevel
from agent.judgement.compare import compare_assessments, recognize_former
from agent.judgement.evaluate import evaluate_checks, measure_resources
from agent.judgement.figures import compute_figures, find_bought_bytes
from agent.judgement.forecast.daily import list_earlier_levels
from agent.judgement.forecast.days_to_limit import forecast_levels, state_days
from agent.judgement.instance import describe_instance
from agent.judgement.joining import join_earlier, join_findings
from agent.judgement.levels import list_levels
from agent.judgement.remedies import group_by_remedy
from agent.judgement.roadmap import plan_roadmap
from agent.judgement.score import score_results
from agent.judgement.sizing import compute_outlooks
from agent.judgement.statement_facts import describe_statements
from agent.judgement.track_record import judge_predictions
from agent.judgement.variants import fit_rules
from agent.model.assessment import Assessment, Period
from agent.model.authorization import Authorization
from agent.model.check import CheckSpec
from agent.model.comparison import Earlier
from agent.model.document import Document
from agent.model.result import CheckResult, Score
from agent.model.rule import Ruleset
from agent.model.series import Series
from agent.model.snapshot import Capabilities, Problem, Snapshot, Unavailable
from agent.model.terms import Scalar, Text
from agent.report.render import name_files, prepare_rendering
from agent.report.write_report import ReportWish, WrittenReport, list_left_behind, list_missing, write_report
from agent.support.errors import DamagedHistory, HistoryError, NotAuthorized, Stopped, WriteError
from agent.support.files import lock_directory
from agent.twin.prove import Retiring, prove_what_can_be

_SNAPSHOT = "snapshot.obh"
_TWIN_STAGE = "twin"
WRITING_STAGE = "render"
# What values of another kind than expected raise.
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
_NOT_COMPARED = Text("The history cannot be read, so this assessment is compared with no earlier one.")
_NOT_RECORDED = Text("This assessment could not be recorded in the history; the next one will not know of it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentJob:
    """One target to assess, and everything that this needs. The caller reads ``now`` once.

    ``outside_service`` is the reason for an assessment that the subscription does not cover; ``notes`` are for the
    report. ``claim`` is the claim of the period: nothing is recorded once another run has taken it over. ``clock``
    tells the time when the target is connected, which may be long after ``now``; without it that is ``now``.
    ``verify``: indexes and remedies are tried on a twin, on this machine, once the target is left. ``keys`` seal the
    snapshot for the history; without them none is kept there. ``wanted`` are the facts to read in place of those that
    the checks need. ``series`` are the samples that were taken of the target between assessments. ``finisher`` does
    elsewhere what needs no connection: judging, recording, writing.
    """

    engagement: Engagement
    target: str
    registry: Registry
    shipped: Ruleset
    now: datetime
    history: History | None = None
    claim: Claim | None = None
    progress: ShowProgress = lambda stage, done, total: None
    outside_service: str = ""
    notes: tuple[Text, ...] = ()
    clock: Callable[[], datetime] | None = None
    verify: bool = False
    keys: HistoryKeys | None = None
    wanted: tuple[type, ...] | None = None
    series: tuple[Series, ...] = ()
    finisher: Finisher | None = None

    def with_progress(self, progress: ShowProgress) -> AssessmentJob:
        """Return the same job with a callback for its progress."""
        return dataclasses.replace(self, progress=progress)

    @property
    def sources(self) -> tuple[type, ...]:
        """Every fact that some check of this kind of tenant needs, unless others are wanted."""
        if self.wanted is not None:
            return self.wanted
        return self.registry.sources_of(self.engagement.targets[self.target].kind)

    @property
    def earlier(self) -> Earlier | None:
        """The last assessment of this target, if history has one."""
        return self.recalled.earlier

    @property
    def recalled(self) -> RecalledEarlier:
        """``earlier``, or why the history cannot be read."""
        try:
            document = self.history.last(self.engagement.customer.name, self.target, self.now) if self.history else None
            return RecalledEarlier(read_earlier(document) if document else None)
        except HistoryError as error:
            return RecalledEarlier(None, error)
        except _DAMAGE:
            return RecalledEarlier(None, _build_damage(self))


@dataclass(frozen=True, slots=True)
class RecalledEarlier:
    """The last assessment, or why it cannot be read. Both are None where there is none."""

    earlier: Earlier | None
    error: HistoryError | None = None


def _build_damage(job: AssessmentJob) -> DamagedHistory:
    args = {"target": job.target, "where": job.history.where if job.history else "–"}
    text = "The last assessment of {target} in the history at {where} is damaged. Restore the history from a backup."
    return DamagedHistory(Text(text, args))


@dataclass(frozen=True, slots=True)
class ClockPair:
    """The target's clock and that of this machine at the same moment (aware)."""

    server: datetime
    local: datetime


@dataclass(frozen=True, slots=True)
class CollectedTarget:
    """What was read by an assessment, under which authorization, and the clocks at the end of reading."""

    assessment_id: str
    authorization: Authorization
    facts: Snapshot
    clock: ClockPair


class Finisher(Protocol):
    """Does what follows the connection somewhere else, such as in another process, and waits for its end."""

    def finish_target(self, job: AssessmentJob, collected: CollectedTarget, wish: ReportWish) -> AssessedTarget:
        """Do what the function of this name does. Raises what that raises."""

    def write_and_note(
        self, job: AssessmentJob, document: Document, wish: ReportWish
    ) -> tuple[WrittenReport, tuple[Text, ...]]:
        """Do what the function of this name does. Raises what that raises."""


def collect_snapshot(
    job: AssessmentJob, assessment_id: str, directory: Path | None = None, meanwhile: Callable[[], None] = lambda: None
) -> tuple[Authorization, Snapshot]:
    """Authorize, connect, preflight, collect, read the receipt. The journal goes to ``directory``.

    ``meanwhile`` is called while we wait for the target's audit, to use the time.
    """
    collected = _collect_target(job, assessment_id, directory, meanwhile)
    return collected.authorization, collected.facts


def collect_target(job: AssessmentJob, assessment_id: str, directory: Path) -> CollectedTarget:
    """Do what ``collect_snapshot`` does, and tell the clocks at the end too."""
    return _collect_target(job, assessment_id, directory, lambda: None)


def _collect_target(
    job: AssessmentJob, assessment_id: str, directory: Path | None, meanwhile: Callable[[], None]
) -> CollectedTarget:
    authorization = _authorize_target(job, assessment_id, directory)
    given = _list_given(job)
    with _connect_target(job, assessment_id, authorization, directory) as (session, capabilities, written):
        facts = _collect_with_receipt(job, authorization, session, capabilities, given=given, meanwhile=meanwhile)
        clock = ClockPair(datetime.fromtimestamp(session.window_us()[1] / 1_000_000, UTC), datetime.now(UTC))
    if written is not None and facts.receipt is not None:
        facts = dataclasses.replace(facts, receipt=dataclasses.replace(facts.receipt, journal_sha256=written.head))
    return CollectedTarget(assessment_id, authorization, facts, clock)


def _list_given(job: AssessmentJob) -> tuple[object, ...]:
    earlier = job.earlier
    return (
        *targets.list_given_facts(job.engagement, job.target, job.now, earlier),
        *list_earlier_levels(job.series, earlier.trend if earlier else (), job.now),
    )


def give_again(job: AssessmentJob, facts: Snapshot, spared: Sequence[type] = ()) -> Snapshot:
    """Return what another machine read, with the given facts of this engagement and history in place of that one's.

    Given facts of the ``spared`` types stay as they are.
    """
    renewed = {*targets.GIVEN, EarlierLevel} - set(spared)
    rows = {row: found for row, found in facts.facts.items() if row not in renewed}
    for item in _list_given(job):
        if type(item) in renewed:
            before = rows.get(type(item), ())
            rows[type(item)] = (*(() if isinstance(before, Unavailable) else before), item)
    return dataclasses.replace(facts, facts=rows)


def preflight_target(job: AssessmentJob, assessment_id: str, directory: Path) -> tuple[Authorization, Capabilities]:
    """Authorize, connect and preflight, with a journal in ``directory``. Reads no fact."""
    authorization = _authorize_target(job, assessment_id, directory)
    with _connect_target(job, assessment_id, authorization, directory) as (_, capabilities, _):
        return authorization, capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledTarget:
    """What a sample read; ``looked_anew``: preflight looked at the whole target, because nothing kept could be used."""

    authorization: Authorization
    facts: Snapshot
    capabilities: Capabilities
    looked_anew: bool


def sample_target(
    job: AssessmentJob, sample_id: str, directory: Path, sources: Sequence[type], kept: Capabilities | None
) -> SampledTarget:
    """Authorize a sample, connect, and read these sources. The journal goes to ``directory``.

    ``kept`` is what preflight found not long ago: it is used again if version and account are still the same.
    """
    authorization = _authorize_target(job, sample_id, directory, samples=sources)
    with _connect_target(job, sample_id, authorization, directory, sources=sources, known=kept) as (session, seen, _):
        watch = BusyWatch(session, seen, targets.build_busy_limits(job.engagement, job.target))
        facts = collect_facts(
            session,
            sources,
            seen,
            authorization.data_classes,
            job.now,
            progress=job.progress,
            scopes=authorization.sources,
            watch=watch,
        )
    return SampledTarget(authorization=authorization, facts=facts, capabilities=seen, looked_anew=seen is not kept)


def _authorize_target(
    job: AssessmentJob, assessment_id: str, directory: Path | None, samples: Sequence[type] = ()
) -> Authorization:
    """Return the authorization to assess, or to take a sample of these sources."""
    try:
        moment, sources = job.clock() if job.clock else job.now, samples or job.sources
        return authorize(job.engagement, job.target, moment, sources, job.outside_service, for_sample=bool(samples))
    except NotAuthorized as error:
        if directory:
            journal.record_refusal(directory, job.target, error.text, assessment_id, job.engagement.customer.name)
        raise


@contextmanager
def _connect_target(
    job: AssessmentJob,
    assessment_id: str,
    authorization: Authorization,
    directory: Path | None,
    *,
    sources: Sequence[type] | None = None,
    known: Capabilities | None = None,
) -> Iterator[tuple[ReadOnlySession, Capabilities, journal.Journal | None]]:
    """Yield a session after preflight, its capabilities and its journal. Session and journal close at the end.

    Without ``sources`` preflight looks at those of the job. ``known`` is what it found before, to be used again.
    Raises NotAuthorized if the account may do more than the signed authorization allows, or if by the server's clock
    nothing may be sent now; TargetError if that is not known.
    """
    engagement, name = job.engagement, job.target
    endpoint, budget = targets.build_endpoint(engagement, name), targets.build_budget(engagement, name)
    with ExitStack() as stack:
        path = directory and journal.locate_journal(directory, assessment_id)
        kept = journal.Journal(path, assessment_id, name, engagement.customer.name) if path else None
        written = stack.enter_context(kept) if kept else None
        try:
            session = stack.enter_context(
                ReadOnlySession(
                    endpoint,
                    budget,
                    assessment_id,
                    written,
                    authorization.withheld,
                    permit=authorization.find_time_objection,
                    clock=job.clock or (lambda: job.now),
                )
            )
            covered, kind = list_covered(sources or job.sources, authorization), engagement.targets[name].kind
            again = known if known and preflight.recognize_target(session, known) else None
            seen = admit_account(again or preflight.inspect_target(session, covered, kind), authorization, name)
        except NotAuthorized as error:
            if written:
                written.refused(error.text)
            raise
        yield session, seen, written


def _collect_with_receipt(
    job: AssessmentJob,
    authorization: Authorization,
    session: ReadOnlySession,
    capabilities: Capabilities,
    *,
    given: Sequence[object],
    meanwhile: Callable[[], None],
) -> Snapshot:
    watch = BusyWatch(session, capabilities, targets.build_busy_limits(job.engagement, job.target))
    facts = collect_facts(
        session,
        job.sources,
        capabilities,
        authorization.data_classes,
        job.now,
        given=given,
        progress=job.progress,
        scopes=authorization.sources,
        watch=watch,
    )
    try:
        receipt = read_receipt(session, capabilities, watch.before(CostClass.MEDIUM, "receipt"), meanwhile)
    except _DAMAGE as error:  # what was read before is judged all the same
        odd = Text(
            "The receipt could not be read: the answer cannot be interpreted ({kind}).", {"kind": type(error).__name__}
        )
        receipt, facts = None, dataclasses.replace(facts, problems=(*facts.problems, Problem(odd)))
    cost = dataclasses.replace(session.cost, waited_ms=watch.waited_ms)
    return dataclasses.replace(facts, cost=cost, budget=session.budget, receipt=receipt, statements=tuple(session.sent))


def apply_rules(
    engagement: Engagement, specs: Mapping[str, CheckSpec], shipped: Ruleset, now: datetime, path: Path | None = None
) -> Ruleset:
    """Apply the engagement's overrides and mutes to the shipped rules. Raises RulesError.

    ``path`` is the file of the shipped rules, if not the usual one.
    """
    today = now.astimezone(engagement.service.zone).date()
    overrides, file = read_overrides(engagement), path or rules.locate_shipped_rules()
    return rules.apply_engagement(
        shipped, specs, path=file, overrides=overrides, mutes=engagement.mutes, today=today, file=str(engagement.path)
    )


def judge_snapshot(
    job: AssessmentJob, assessment_id: str, authorization: Authorization | None, facts: Snapshot
) -> Assessment:
    """Evaluate, score and compare a snapshot. Reads the history and the rule files, but no target.

    With a last assessment whose values cannot be compared, it is compared with none.
    """
    recalled = job.recalled
    try:
        return _judge_snapshot(job, assessment_id, authorization, facts, recalled)
    except _DAMAGE:
        if recalled.earlier is None:
            raise
        return _judge_snapshot(job, assessment_id, authorization, facts, RecalledEarlier(None, _build_damage(job)))


def _judge_snapshot(
    job: AssessmentJob,
    assessment_id: str,
    authorization: Authorization | None,
    facts: Snapshot,
    recalled: RecalledEarlier,
) -> Assessment:
    engagement, specs, earlier = job.engagement, job.registry.checks, recalled.earlier
    ruleset = fit_rules(apply_rules(engagement, specs, job.shipped, job.now), facts)
    levels = list_levels(specs.values(), ruleset, facts)
    limits = forecast_levels(facts, levels)
    facts = dataclasses.replace(facts, facts={**facts.facts, DaysToLimit: state_days(limits)})
    found = join_findings(evaluate_checks(specs.values(), ruleset, facts, job.registry.translations))
    results = group_by_remedy(found)
    earlier = join_earlier(recognize_former(earlier, results, facts.target), results)
    scored = score_results(results, ruleset.scoring, facts.tenant_kind, earlier)
    if ruleset.overrides:
        scored = _add_hidden_points(job, ruleset, facts, scored, earlier)
    comparison = compare_assessments(results, scored, ruleset.sha256, earlier)
    figures = compute_figures(facts, earlier.trend if earlier else (), levels, limits)
    return Assessment(
        id=assessment_id,
        agent_version=agent.__version__,
        customer=engagement.customer.name,
        period=find_period(job),
        authorization=authorization,
        snapshot=facts,
        specs=specs,
        ruleset=ruleset,
        results=results,
        score=scored,
        comparison=comparison,
        notes=(
            *job.registry.problems,
            *rules.find_unused_mutes(ruleset, results),
            *(authorization.notes if authorization else ()),
            *_note_jump_host(job, authorization),
            *job.notes,
            *((_NOT_COMPARED,) if recalled.error else ()),
        ),
        roadmap=plan_roadmap(results, scored, specs, facts.tenant_kind, earlier),
        figures=figures,
        outlooks=compute_outlooks(
            results, specs=specs, rules=ruleset.rules, snapshot=facts, figures=figures, comparison=comparison
        ),
        sql=describe_statements(results, facts),
        instance=describe_instance(facts, find_bought_bytes(facts)),
        colophon=targets.build_colophon(engagement, job.now),
        timezone=engagement.service.timezone,
        translations=job.registry.translations,
    )


def prove_document(document: Document, facts: Snapshot, progress: ShowProgress) -> Document:
    """Return the document with what a twin says of its statements, indexes and remedies. Nothing is connected.

    It changes no result and no score: these are the same whether or not a twin could be built.
    """
    retiring = Retiring(least=rules.load_proof_policy().retire, replaced=tuple(list_replaced(document)))
    report = prove_what_can_be(
        facts, tuple(list_remedies(document)), lambda _, done, total: progress(_TWIN_STAGE, done, total), retiring
    )
    return add_proof(document, report)


def _note_jump_host(job: AssessmentJob, authorization: Authorization | None) -> tuple[Text, ...]:
    via = job.engagement.targets[job.target].via
    if authorization is None or not via:
        return ()  # there was no connection, or a direct one
    return (Text("The target was reached through the SSH jump host {via}.", {"via": via}),)


def _add_hidden_points(
    job: AssessmentJob, ruleset: Ruleset, facts: Snapshot, scored: Score, earlier: Earlier | None
) -> Score:
    """Add ``hidden_by_overrides``: the difference to the score under the shipped rules, with the same mutes."""
    shipped = dataclasses.replace(job.shipped, mutes=ruleset.mutes, today=ruleset.today)
    found = evaluate_checks(job.registry.checks.values(), shipped, facts, job.registry.translations)
    results: Sequence[CheckResult] = group_by_remedy(join_findings(found))
    plain = score_results(results, shipped.scoring, facts.tenant_kind, earlier)
    return dataclasses.replace(scored, hidden_by_overrides=round(scored.value - plain.value, 1))


def find_period(job: AssessmentJob) -> Period | None:
    """Return the period that an assessment now belongs to; None outside the service."""
    if job.engagement.service.months % WHOLE_MONTHS:
        return None  # outside the service: no quarter is owed
    return find_current_period(job.engagement.subscription, job.now)


def make_assessment_id(now: datetime) -> str:
    """Return a new id that sorts by time. It is also the marker in the customer's audit."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedTarget:
    """One assessed target: its document, the files written, and a warning for everything that went wrong.

    ``unwritten`` names the files that could not be written. ``in_history``: the history could be read and written.
    ``set_aside`` is where the files of the assessment before are now, if there were any.
    """

    document: Document
    files: tuple[Path, ...]
    warnings: tuple[Text, ...] = ()
    unwritten: tuple[str, ...] = ()
    in_history: bool = True
    set_aside: Path | None = None
    clock: ClockPair


def assess_target(
    job: AssessmentJob, directory: Path, formats: Sequence[str], languages: Sequence[str], update: Path | None = None
) -> AssessedTarget:
    """Run all stages for one target. Files go to ``directory``, to which only one run at a time may write.

    ``update`` is an earlier list of findings; what people entered there goes into the new one. The files of the
    assessment before are kept in a folder of their own.
    """
    wish = ReportWish(
        directory=directory,
        formats=formats,
        languages=languages,
        house=job.engagement.report,
        update=update,
        engagement=job.engagement.path,
    )

    def prepare() -> None:
        if job.finisher is None:
            prepare_rendering(formats, languages)

    with lock_directory(directory):
        finish = job.finisher.finish_target if job.finisher else finish_target
        # No name here for what was read: only so can its memory be freed before rendering.
        return finish(job, _collect_target(job, make_assessment_id(job.now), directory, prepare), wish)


def finish_target(job: AssessmentJob, collected: CollectedTarget, wish: ReportWish) -> AssessedTarget:
    """Judge what was read, record it and write the report; the caller has locked the folder of the ``wish``.

    Nothing is connected. Raises WriteError and RenderError if nothing could be written.
    """
    directory, assessment_id, clock = wish.directory, collected.assessment_id, collected.clock
    forgotten = job.recalled.error
    set_aside, blocked = _set_aside(directory)
    saved, unsaved = ((), (blocked.text,)) if blocked else _keep_snapshot(collected.facts, directory / _SNAPSHOT)
    assessment = judge_snapshot(job, assessment_id, collected.authorization, collected.facts)
    document = tell_track_record(job, assessment, build_document(assessment))
    if job.verify:
        document = prove_document(document, collected.facts, job.progress)
    sealed = job.keys.seal(assessment_id, snapshot.pack_snapshot(collected.facts)) if job.keys else None
    unrecorded = record_assessment(job, document, directory, name_files(document, wish.formats, wish.languages), sealed)
    del assessment, collected  # frees memory for rendering
    if blocked:
        raise blocked
    if unrecorded:
        document = add_notes(document, [_NOT_RECORDED])
    job.progress(WRITING_STAGE, 0, 1)
    wish = dataclasses.replace(
        wish,
        update=_follow_list(wish.update, directory, set_aside),
        recorded_id=assessment_id if job.history and not unrecorded else "",
    )
    report, unnoted = write_and_note(job, document, wish)
    left = list_left_behind(document, set_aside, wish) if set_aside else ()
    return AssessedTarget(
        document=document,
        files=(*saved, *report.files),
        warnings=(*([forgotten.text] if forgotten else []), *unsaved, *unrecorded, *report.warnings, *unnoted, *left),
        unwritten=(*([_SNAPSHOT] if unsaved else []), *report.unwritten),
        in_history=not (forgotten or unrecorded or unnoted),
        set_aside=set_aside,
        clock=clock,
    )


def tell_track_record(job: AssessmentJob, assessment: Assessment, document: Document) -> Document:
    """Return the document with what became of earlier predictions. A history that cannot be read leaves it as it is."""
    if job.history is None:
        return document
    customer, rules_of, specs = job.engagement.customer.name, assessment.ruleset.rules, assessment.specs

    def measure(code: str, resources: frozenset[str]) -> Mapping[str, Scalar]:
        known = code in specs and code in rules_of
        return measure_resources(specs[code], rules_of[code], assessment.snapshot, resources) if known else {}

    try:
        before = job.history.last(customer, job.target, job.now)
        found = judge_predictions(before, document, assessment.snapshot, measure) if before else ()
        earlier = [one.came_true for one in job.history.predictions(customer, job.target)]
        return add_track_record(document, found, earlier)
    except (HistoryError, *_DAMAGE):
        return document  # comparing has told what is wrong with the history


def _set_aside(directory: Path) -> tuple[Path | None, WriteError | None]:
    """Set the files of the assessment before aside. With an error nothing may be written, but what was read counts."""
    try:
        return folder.set_earlier_aside(directory), None
    except WriteError as error:
        return None, error


def _keep_snapshot(facts: Snapshot, path: Path) -> tuple[tuple[Path, ...], tuple[Text, ...]]:
    """Save the snapshot. A failure is a warning, because the report can still be written."""
    try:
        snapshot.save_snapshot(facts, path)
    except WriteError as error:
        return (), (error.text,)
    return (path,), ()


def _follow_list(update: Path | None, directory: Path, set_aside: Path | None) -> Path | None:
    """Return where the earlier list is now: it may have been among the files that were set aside."""
    if update and set_aside and not update.exists() and update.parent.resolve() == directory.resolve():
        return set_aside / update.name
    return update


def write_and_note(job: AssessmentJob, document: Document, wish: ReportWish) -> tuple[WrittenReport, tuple[Text, ...]]:
    """Write a report, and keep in the history which of its files are still to be written.

    A history that cannot be written is a warning. Raises RenderError if no file could be written.
    """
    if job.finisher:
        return job.finisher.write_and_note(job, document, wish)
    try:
        report = write_report(document, wish)
    except Stopped as stopped:
        _note_unwritten(job, wish, list_missing(document, wish, stopped.written))
        raise
    return report, _note_unwritten(job, wish, report.unwritten)


def _note_unwritten(job: AssessmentJob, wish: ReportWish, unwritten: Sequence[str]) -> tuple[Text, ...]:
    if job.history is None or not wish.recorded_id:
        return ()
    try:
        job.history.note_unwritten(wish.recorded_id, unwritten, wish.directory)
    except HistoryError as error:
        return (error.text,)
    return ()


def record_assessment(
    job: AssessmentJob,
    document: Document,
    directory: Path | None = None,
    unwritten: Sequence[str] = (),
    sealed: SealedSnapshot | None = None,
) -> tuple[Text, ...]:
    """Save the document in the history. A failure is a warning, because the report (in ``directory``) is kept.

    ``unwritten`` names the files of the report that are still to be written, ``sealed`` is the snapshot to keep. Where
    the report is to be delivered is kept too.
    """
    if job.history is None:
        return ()
    try:
        deliver = job.engagement.deliver
        deliver_to = deliver.keys if deliver else ()
        job.history.save(
            document, directory, claim=job.claim, unwritten=unwritten, deliver_to=deliver_to, sealed=sealed
        )
    except HistoryError as error:
        return (error.text,)
    return ()
