"""What ``assess --bundle`` does: judge, record and report what was read on the customer's side."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent import pipeline
from agent.archive.history.store import History
from agent.cli.actions.assess import AssessOptions, assess_claimed, claim_period, parse_severity
from agent.cli.actions.targets import choose_exit_code, explain_failure, make_job, say_damaged
from agent.collection.journal import locate_journal
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import find_current_period
from agent.facts.given import Administrator
from agent.model.bundle import Bundle, BundledTarget
from agent.model.terms import Severity, Text
from agent.pipeline import AssessedTarget, AssessmentJob, ClockPair, CollectedTarget
from agent.report.render import check_update_file, validate_formats
from agent.report.write_report import ReportWish
from agent.service.bundle_admission import Admission, AdmittedTarget, admit_target, read_bundle, select_bundled
from agent.service.outcome import PARTIAL
from agent.service.own_folder import refuse_foreign_folder
from agent.support import console
from agent.support.errors import CRASHES, BundleError, ConfigError, HistoryError
from agent.support.files import lock_directory, read_whole, write_once


def assess_bundle(
    engagement: Engagement,
    history: History | None,
    options: AssessOptions,
    now: datetime,
    *,
    path: Path,
    identity: str | None = None,
) -> int:
    """Assess the targets of a bundle, as of the time they were read. Return the exit code.

    ``identity`` refers to the key that opens an encrypted bundle. Raises BundleError and others for a bundle that is
    refused as a whole; one target that is refused stops no other.
    """
    if options.if_due:
        raise ConfigError("--if-due connects to what is due, and --bundle to nothing. Leave one of the two out.")
    validate_formats(options.formats, options.languages or engagement.language)
    limit = parse_severity(options.fail_on)
    if history is None:
        text = "Whether a bundle was used before is in the history, which cannot be used. Repair it; nothing is lost."
        raise HistoryError(text)
    bundle = read_bundle(path, engagement, identity)
    chosen = select_bundled(bundle, engagement, options.target)
    names = [told.name for told in chosen]
    update = options.update
    listed = check_update_file(update, options.formats, engagement.customer.name, names) if update else None
    site = _Site(engagement=engagement, history=history, options=options, now=now, bundle=bundle)
    codes = []
    for told in chosen:
        with console.speak_of(engagement.customer.name, told.name):
            try:
                codes.append(site.assess(told, limit, update if told.name == listed else None))
            except CRASHES as error:  # the border where an odd file of one target ends
                failure = explain_failure(error)
                console.fail(failure)
                codes.append(failure.exit_code)
    if options.target is None and (absent := [name for name in engagement.targets if name not in names]):
        text = "{path}: the bundle holds nothing of {names}. Ask for these targets, too, or assess them by connecting."
        console.warn(Text(text, {"path": str(path), "names": ", ".join(absent)}))
    code = choose_exit_code(codes)
    return choose_exit_code([code, PARTIAL]) if say_damaged(history, engagement.customer.name) else code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What the targets of a bundle have in common."""

    engagement: Engagement
    history: History
    options: AssessOptions
    now: datetime
    bundle: Bundle

    def assess(self, told: BundledTarget, limit: Severity | None, update: Path | None) -> int:
        """Assess one target as of the time it was read. Return the exit code."""
        engagement, options = self.engagement, self.options
        wish = ReportWish(
            directory=options.out / told.name,
            formats=options.formats,
            languages=options.languages or engagement.language,
            house=engagement.report,
            update=update,
            engagement=engagement.path,
        )
        job = make_job(engagement, told.name, self.history, told.as_of, options.outside_service)
        job = dataclasses.replace(job, clock=None, notes=(*job.notes, _describe(self.bundle)))
        if options.verify is not None:
            job = dataclasses.replace(job, verify=options.verify)
        admitted = admit_target(self.bundle, told, self._admission(job))
        refuse_foreign_folder(wish.directory, engagement.customer.name, told.name)
        with claim_period(job) as claimed:
            code = assess_claimed(claimed, wish, limit, options.deliver, _Reading(admitted).finish)
        _say_if_period_is_over(engagement, told, self.now)
        return code

    def _admission(self, job: AssessmentJob) -> Admission:
        return Admission(
            engagement=self.engagement,
            history=self.history,
            registry=job.registry,
            counts_from_pct=job.shipped.scoring.counts_from_coverage_pct,
            now=self.now,
            outside_service=self.options.outside_service,
        )


def _describe(bundle: Bundle) -> Text:
    return Text(
        "The target was read on the customer's side by ob-health {version}. The bundle with the SHA-256 {digest} was "
        "signed with the key {key}.",
        {"version": bundle.head.agent_version, "digest": bundle.sha256, "key": bundle.signer},
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Takes the place of the connection: what was admitted goes through the rest of the line."""

    admitted: AdmittedTarget

    def finish(self, job: AssessmentJob, wish: ReportWish) -> AssessedTarget:
        """Judge, record and write like an assessment that has just been read."""
        admitted, told = self.admitted, self.admitted.told
        # Accounts are pseudonyms where names are redacted, and the engagement names them as they are.
        facts = pipeline.give_again(job, admitted.facts, (Administrator,) if told.is_redacted else ())
        clock = ClockPair(told.server_clock, told.local_clock)
        collected = CollectedTarget(told.assessment_id, admitted.authorization, facts, clock)
        with lock_directory(wish.directory):
            if admitted.journal is not None:
                _keep_journal(admitted.journal, locate_journal(wish.directory, told.assessment_id))
            return pipeline.finish_target(job, collected, wish)


def _keep_journal(content: bytes, path: Path) -> None:
    """Put the journal where that of an assessment lies. One that lies there is left as it is."""
    try:
        write_once(path, content)
    except FileExistsError:
        if read_whole(path) != content:
            text = "{path} is another journal than that of the bundle. Choose another --out."
            raise BundleError(Text(text, {"path": str(path)})) from None


def _say_if_period_is_over(engagement: Engagement, told: BundledTarget, now: datetime) -> None:
    then = find_current_period(engagement.subscription, told.as_of)
    today = find_current_period(engagement.subscription, now)
    if then and then != today:
        text = "This assessment is one of period {number}, in which the target was read, and of no later one."
        console.warn(Text(text, {"number": then.number}))
