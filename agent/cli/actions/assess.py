"""What the commands assess, collect, evaluate and render do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent import pipeline
from agent.archive import snapshot
from agent.archive.document import build_document, read_document
from agent.archive.folder import read_owner, set_earlier_aside
from agent.archive.history.attempts import note_attempt
from agent.archive.history.entries import Claim
from agent.archive.history.sealing import read_history_keys
from agent.archive.history.store import History
from agent.catalogue import registry
from agent.cli.actions.deliver import hand_over
from agent.cli.actions.targets import (
    choose_exit_code,
    for_each_target,
    locate_history,
    make_job,
    say_damaged,
    select_targets,
    show_progress,
)
from agent.engagement.engagement_file import Engagement
from agent.engagement.permitted import EACH_MOMENT, Permission
from agent.engagement.subscription import PeriodStatus
from agent.model.assessment import AttemptEnd, PastAttempt, Period
from agent.model.document import Document
from agent.model.terms import Severity, Text
from agent.pipeline import AssessedTarget, AssessmentJob, Finisher
from agent.report.render import HOUSE, check_update_file, validate_formats
from agent.report.write_report import ReportWish, write_report
from agent.service.look import describe_hindrance, look_at_target
from agent.service.outcome import FAILED, PARTIAL, choose_code, list_shortfalls
from agent.service.own_folder import refuse_foreign_folder
from agent.service.periods import build_claim, hold_period, read_permission, read_status
from agent.service.report_files import find_report_folder, seal_again
from agent.service.retention import purge_customer
from agent.support import console
from agent.support.errors import ConfigError, HealthAgentError, HistoryError, Stopped
from agent.support.files import lock_directory
from agent.support.i18n import LANGUAGES
from agent.support.suggestions import suggest_words


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOptions:
    """Options of ``assess``. ``update`` is an earlier list of findings of one of the targets.

    ``verify``: whether indexes and remedies are tried on a twin; None leaves that to the engagement.
    ``deliver``: the report goes to the destinations of the engagement, where it has any.
    ``finisher`` does elsewhere what needs no connection.
    """

    out: Path
    formats: Sequence[str]
    languages: Sequence[str] | None = None
    target: str | None = None
    fail_on: str | None = None
    if_due: bool = False
    outside_service: str = ""
    update: Path | None = None
    verify: bool | None = None
    deliver: bool = True
    finisher: Finisher | None = None


def assess_all(engagement: Engagement, history: History | None, options: AssessOptions, now: datetime) -> int:
    """Assess the targets, from collecting to the reports. Return the exit code.

    Raises ConfigError for an option that is not valid.
    """
    limit = parse_severity(options.fail_on)
    formats, languages, update = options.formats, options.languages or engagement.language, options.update
    validate_formats(formats, languages)
    names = select_targets(engagement, options.target)
    listed = check_update_file(update, formats, engagement.customer.name, names) if update else None

    def work(name: str) -> int:
        job = make_job(engagement, name, history, now, options.outside_service)
        job = dataclasses.replace(job, finisher=options.finisher)
        if options.verify is not None:
            job = dataclasses.replace(job, verify=options.verify)
        wish = ReportWish(
            directory=options.out / name,
            formats=formats,
            languages=languages,
            house=engagement.report,
            update=update if name == listed else None,
            engagement=engagement.path,
        )
        if not options.if_due:
            refuse_foreign_folder(wish.directory, engagement.customer.name, name)
            with claim_period(job) as claimed:
                return assess_claimed(claimed, wish, limit, options.deliver)
        return _assess_if_due(job, wish, limit, options.deliver)

    code = for_each_target(engagement, options.target, work)
    return choose_exit_code([code, PARTIAL]) if history and say_damaged(history, engagement.customer.name) else code


@dataclass(frozen=True, slots=True)
class _DueSite:
    """One target of ``--if-due``, as a look of the service sees it. What is due is read from its history."""

    job: AssessmentJob
    history: History
    wish: ReportWish
    limit: Severity | None
    deliver_now: bool

    def read_status(self) -> PeriodStatus:
        permission = read_permission(self.job.engagement, self.job.target, self.job.now)
        return _read_status(self.job, self.history, permission)

    @contextmanager
    def hold(self, period: Period) -> Iterator[Claim]:
        refuse_foreign_folder(self.wish.directory, self.job.engagement.customer.name, self.job.target)
        with hold_period(self.history, build_claim(self.job.engagement, self.job.target, period)) as claim:
            yield claim

    def assess(self, claim: Claim) -> int:
        return assess_claimed(dataclasses.replace(self.job, claim=claim), self.wish, self.limit, self.deliver_now)

    def write(self, claim: Claim, assessment_id: str) -> int:
        claimed = dataclasses.replace(self.job, claim=claim)
        return _write_recorded(claimed, assessment_id, self.wish, self.limit, self.deliver_now)

    def deliver(self, claim: Claim, assessment_id: str) -> int:
        claimed = dataclasses.replace(self.job, claim=claim)
        return _deliver_recorded(claimed, assessment_id, self.limit, self.deliver_now)

    def note_attempt(self, end: AttemptEnd) -> None:
        moment = self.job.clock() if self.job.clock else self.job.now
        try:
            attempt = PastAttempt(moment, end)
            note_attempt(self.history, self.job.engagement.customer.name, self.job.target, attempt)
        except HistoryError as error:
            console.warn(error.text)

    def say_status(self, status: PeriodStatus) -> None:
        said = [console.localize_text(status.text)]
        if status.is_owed and not status.due:
            said += [console.localize_text(line) for line in describe_hindrance(status)]
        console.say(
            "{customer} · {target}: {status}",
            customer=self.job.engagement.customer.name,
            target=self.job.target,
            status=" ".join(said),
        )


def _assess_if_due(job: AssessmentJob, wish: ReportWish, limit: Severity | None, deliver: bool) -> int:
    """Make what is due of a target. Raises HistoryError without history."""
    if job.history is None:
        raise HistoryError(
            "What is due is read from the history, which cannot be used. Repair it, or assess without --if-due."
        )
    return look_at_target(_DueSite(job, job.history, wish, limit, deliver))


def _read_status(job: AssessmentJob, history: History, permission: Permission = EACH_MOMENT) -> PeriodStatus:
    least_pct = job.shipped.scoring.counts_from_coverage_pct
    return read_status(history, job.engagement, job.target, job.now, least_pct, permission=permission)


@contextmanager
def claim_period(job: AssessmentJob) -> Iterator[AssessmentJob]:
    """Yield the job with the claim of its period.

    Without one outside the service, and if the history cannot be used: then nothing is recorded that could count.
    """
    period = pipeline.find_period(job)
    if period is None or job.history is None:
        yield job
        return
    with ExitStack() as stack:
        try:
            claim = stack.enter_context(hold_period(job.history, build_claim(job.engagement, job.target, period)))
        except HistoryError as error:
            console.warn(error.text)
            yield job
            return
        yield dataclasses.replace(job, claim=claim)


def _assess_target(job: AssessmentJob, wish: ReportWish) -> AssessedTarget:
    return pipeline.assess_target(job, wish.directory, wish.formats, wish.languages, wish.update)


def assess_claimed(
    job: AssessmentJob,
    wish: ReportWish,
    limit: Severity | None,
    deliver: bool,
    run: Callable[[AssessmentJob, ReportWish], AssessedTarget] = _assess_target,
) -> int:
    """Assess a target whose period is claimed, tell what came of it, and deliver. Return the exit code.

    ``run`` makes the assessment; by default it connects to the target.
    """
    if job.history:
        job = dataclasses.replace(job, keys=read_history_keys(job.engagement.history_key))
    with show_progress() as show:
        assessed = run(job.with_progress(show), wish)
    console.print_summary(assessed.document, assessed.files)
    if assessed.set_aside:
        console.say("  the files of the assessment before are in {path}", "dim", path=str(assessed.set_aside))
    for warning in (*assessed.warnings, *(job.notes if job.history is None else ())):
        console.warn(warning)
    _say_if_unproven(assessed.document)
    if job.history:
        if not job.keys:
            console.say("  no snapshot is kept in the history: the engagement names no history_key", "dim")
        clock = assessed.clock
        purge_customer(job.history, job.engagement.customer.name, clock.server, clock.local)
    is_delivered = hand_over(job, assessed.document, wish.directory, deliver=deliver)
    return _conclude(
        job,
        assessed.document,
        limit,
        is_written=not assessed.unwritten,
        in_history=assessed.in_history and job.history is not None,
        is_delivered=is_delivered,
    )


def _say_if_unproven(document: Document) -> None:
    """Print why a twin that was asked could not prove all of it: the report goes on without, and says so too."""
    problem = (document["proof"] or {"problem": {}})["problem"]
    if problem:
        console.warn(Text("The twin: {reason}", {"reason": problem[console.choose_language()]}))


def _deliver_recorded(job: AssessmentJob, assessment_id: str, limit: Severity | None, deliver: bool) -> int:
    """Deliver the report of an assessment that is in the history. Nothing is connected, and nothing written."""
    assert job.history is not None
    document = job.history.load(assessment_id)
    folder = find_report_folder(document, job.history.find_place(assessment_id), None)
    is_delivered = hand_over(job, document, folder, deliver=deliver, is_fresh=False)
    return _conclude(job, document, limit, is_written=True, in_history=True, is_delivered=is_delivered)


def _write_recorded(
    job: AssessmentJob, assessment_id: str, wish: ReportWish, limit: Severity | None, deliver: bool
) -> int:
    """Write the report of an assessment that is in the history, and deliver it. Nothing is connected."""
    assert job.history is not None
    document = job.history.load(assessment_id)
    with lock_directory(wish.directory):
        if read_owner(wish.directory).assessment_id not in ("", assessment_id):
            set_earlier_aside(wish.directory)
        report, unnoted = pipeline.write_and_note(job, document, dataclasses.replace(wish, recorded_id=assessment_id))
    console.print_summary(document, report.files)
    for warning in (*report.warnings, *unnoted):
        console.warn(warning)
    is_delivered = hand_over(job, document, wish.directory, deliver=deliver)
    return _conclude(
        job,
        document,
        limit,
        is_written=not report.unwritten,
        in_history=not unnoted,
        is_delivered=is_delivered,
    )


def _conclude(
    job: AssessmentJob,
    document: Document,
    limit: Severity | None,
    *,
    is_written: bool,
    in_history: bool,
    is_delivered: bool,
) -> int:
    """Print what the assessment lacks, and whether its period stays due. Return the exit code."""
    status = None
    if document["period"] and job.history and in_history:
        status = _read_status(job, job.history)
    for shortfall in list_shortfalls(document, status, job.shipped.scoring.counts_from_coverage_pct):
        console.warn(shortfall)
    return choose_code(
        document,
        limit=limit,
        is_whole=not (status and status.is_owed),
        is_written=is_written,
        in_history=in_history,
        is_delivered=is_delivered,
    )


def parse_severity(word: str | None) -> Severity | None:
    """Return the severity of ``--fail-on``. Raises ConfigError for an unknown word."""
    if word is None:
        return None
    if word not in list(Severity):
        text = Text("--fail-on takes low, medium, high or critical, not {word}.", {"word": word})
        raise ConfigError(text, suggest_words([word], Severity))
    return Severity(word)


def evaluate_file(
    engagement: Engagement,
    history: History | None,
    path: Path,
    *,
    out: Path,
    formats: Sequence[str],
    languages: Sequence[str] | None,
    fail_on: str | None,
    verify: bool | None = None,
) -> int:
    """Judge a saved snapshot by today's rules, as of the time it was taken, and render it. Return the exit code.

    The result is not recorded in history. ``verify`` tries indexes and remedies on a twin; None leaves that to the
    engagement.
    """
    limit = parse_severity(fail_on)
    facts = snapshot.load_snapshot(path, registry.load_registry(engagement.rules.checks).sources)
    name = select_targets(engagement, facts.target)[0]
    refuse_foreign_folder(out, engagement.customer.name, name)
    job = make_job(engagement, name, history, facts.as_of)
    with console.speak_of(engagement.customer.name, name):
        document = build_document(pipeline.judge_snapshot(job, pipeline.make_assessment_id(facts.as_of), None, facts))
        if job.verify if verify is None else verify:
            with show_progress() as show:
                document = pipeline.prove_document(document, facts, show)
        chosen = languages or engagement.language
        wish = ReportWish(
            directory=out,
            formats=formats,
            languages=chosen,
            house=engagement.report,
            engagement=engagement.path if engagement.path.is_file() else None,
            snapshot=path,
        )
        report, damage = write_report(document, wish), job.recalled.error
        console.print_summary(document, report.files)
        for warning in (*report.warnings, *([damage.text] if damage else [])):
            console.warn(warning)
        _say_if_unproven(document)
    code = choose_code(document, limit=limit, is_written=not report.unwritten, in_history=history is not None)
    return choose_exit_code([code, damage.exit_code]) if damage else code


def render_again(
    assessment: str,
    engagement: Engagement | None,
    *,
    history: str | None,
    out: Path,
    formats: Sequence[str],
    languages: Sequence[str] | None,
    update: Path | None = None,
) -> int:
    """Render an old assessment, from a file or from history, again in the house style of the engagement.

    The files of an assessment in the history are written then, and count for its period. Return the exit code.
    """
    chosen = languages or (engagement.language if engagement else LANGUAGES)
    validate_formats(formats, chosen)
    house = engagement.report if engagement else HOUSE
    path = Path(assessment)
    with ExitStack() as stack:
        opened = None
        if path.is_file() or path.suffix or path.name != assessment:  # an id has neither dot nor slash
            document = read_document(path)
        else:
            opened = stack.enter_context(History.open(locate_history(history, engagement), create=False))
            document = opened.load(assessment)
        refuse_foreign_folder(out, document["customer"], document["target"]["name"])
        wish = ReportWish(
            directory=out,
            formats=formats,
            languages=chosen,
            house=house,
            update=update,
            engagement=engagement.path if engagement else None,
            recorded_id=document["assessment_id"] if opened else "",
        )
        try:
            report = write_report(document, wish)
        except Stopped as stopped:
            _note_written(opened, document, stopped.written)
            raise
        _note_written(opened, document, report.files)
    for written in (*report.files, *filter(None, [_seal_again(engagement, document, out)])):
        console.say("written: {path}", path=str(written))
    for warning in report.warnings:
        console.warn(warning)
    return FAILED if report.unwritten else 0


def _seal_again(engagement: Engagement | None, document: Document, directory: Path) -> Path | None:
    """Write the manifest anew where there is one: the old one does not fit the new files. A failure is a warning."""
    try:
        return seal_again(engagement, document, directory)
    except HealthAgentError as error:
        console.warn(error.text)
        return None


def _note_written(history: History | None, document: Document, files: Sequence[Path]) -> None:
    if history:
        history.note_written(document["assessment_id"], [file.name for file in files])
