"""What the commands assess, collect, evaluate and render do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent import pipeline
from agent.archive import snapshot
from agent.archive.document import build_document, read_document
from agent.archive.history.store import History
from agent.catalogue import registry
from agent.cli.actions.targets import for_each_target, locate_history, make_job, select_targets, show_progress
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import judge_due
from agent.model.document import Document
from agent.model.terms import Severity, Text
from agent.report.render import HOUSE, check_update_file, validate_formats
from agent.service import retention
from agent.support import console
from agent.support.errors import ConfigError, HistoryError
from agent.support.files import lock_directory
from agent.support.i18n import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOptions:
    """Options of ``assess``. ``update`` is an earlier list of findings of one of the targets."""

    out: Path
    formats: Sequence[str]
    languages: Sequence[str] | None = None
    target: str | None = None
    fail_on: str | None = None
    if_due: bool = False
    outside_service: str = ""
    update: Path | None = None


def assess_all(engagement: Engagement, history: History | None, options: AssessOptions, now: datetime) -> int:
    """Assess the targets, from collecting to the reports. Return the exit code.

    Raises ConfigError for an option that is not valid.
    """
    limit = _parse_severity(options.fail_on)
    formats, languages, update = options.formats, options.languages or engagement.language, options.update
    validate_formats(formats, languages)
    listed = check_update_file(update, formats, select_targets(engagement, options.target)) if update else None
    if history:
        retention.purge_customer(history, now, engagement.customer.name)

    def work(name: str) -> int:
        job = make_job(engagement, name, history, now, options.outside_service)
        if options.if_due and not _check_if_due(engagement, history, name, now):
            return 0
        with show_progress() as show:
            assessed = pipeline.assess_target(
                job.with_progress(show), options.out / name, formats, languages, update if name == listed else None
            )
        console.print_summary(assessed.document, assessed.files)
        for warning in assessed.warnings:
            console.warn(warning)
        return _derive_exit_code(assessed.document, limit)

    return for_each_target(engagement, options.target, work)


def _check_if_due(engagement: Engagement, history: History | None, name: str, now: datetime) -> bool:
    """Print whether the target is due, and return it. Raises HistoryError without a history."""
    if history is None:
        raise HistoryError(
            "What is due is read from history, which cannot be used. Mend it, or assess without --if-due."
        )
    status = judge_due(engagement.subscription, history.assessed_at(engagement.customer.name, name), now)
    console.say("{target}: {status}", target=name, status=console.localize(status.text.msgid, **status.text.args))
    return status.due


def _parse_severity(word: str | None) -> Severity | None:
    if word is None:
        return None
    if word not in list(Severity):
        raise ConfigError(Text("--fail-on takes low, medium, high or critical, not {word}.", {"word": word}))
    return Severity(word)


def _derive_exit_code(document: Document, limit: Severity | None) -> int:
    if document["score"]["coverage_pct"] <= 0:
        return 4
    if limit is None:
        return 0
    found = [
        Severity(finding["severity"])
        for result in document["results"]
        for finding in result["findings"]
        if not finding["muted"]
    ]
    return 1 if any(severity.rank >= limit.rank for severity in found) else 0


def collect_all(
    engagement: Engagement,
    history: History | None,
    *,
    out: Path,
    target: str | None,
    now: datetime,
    outside_service: str = "",
) -> int:
    """Write a snapshot of each target to DIR/<target>/snapshot.obh. Return the exit code."""

    def work(name: str) -> int:
        with show_progress() as show:
            job = make_job(engagement, name, history, now, outside_service).with_progress(show)
            path = out / name / "snapshot.obh"
            with lock_directory(path.parent):
                _, facts = pipeline.collect_snapshot(job, pipeline.make_assessment_id(now), path.parent)
                digest = snapshot.save_snapshot(facts, path)
        console.say("written: {path} (sha256 {digest})", path=str(path), digest=digest[:16])
        return 0

    return for_each_target(engagement, target, work)


def evaluate_file(
    engagement: Engagement,
    history: History | None,
    path: Path,
    *,
    out: Path,
    formats: Sequence[str],
    languages: Sequence[str] | None,
    fail_on: str | None,
) -> int:
    """Judge a saved snapshot by today's rules, as of the time it was taken, and render it. Return the exit code.

    The result is not recorded in history.
    """
    facts = snapshot.load_snapshot(path, registry.load_registry(engagement.rules.checks).sources)
    name = select_targets(engagement, facts.target)[0]
    job = make_job(engagement, name, history, facts.as_of)
    document = build_document(pipeline.judge_snapshot(job, pipeline.make_assessment_id(facts.as_of), None, facts))
    files, warnings = pipeline.render_all(
        document, formats, languages or engagement.language, out, house=engagement.report
    )
    console.print_summary(document, files)
    for warning in warnings:
        console.warn(warning)
    return _derive_exit_code(document, _parse_severity(fail_on))


def render_again(
    assessment: str,
    engagement: Engagement | None,
    *,
    history: str | None,
    out: Path,
    formats: Sequence[str],
    languages: Sequence[str] | None,
    update: Path | None = None,
) -> None:
    """Render an old assessment, from a file or from history, again in the house style of the engagement."""
    chosen = languages or (engagement.language if engagement else LANGUAGES)
    validate_formats(formats, chosen)
    path = Path(assessment)
    if path.is_file() or path.suffix or path.name != assessment:  # an id has neither dot nor slash
        document = read_document(path)
    else:
        with History.open(locate_history(history, engagement), create=False) as opened:
            document = opened.load(assessment)
    house = engagement.report if engagement else HOUSE
    files, warnings = pipeline.render_all(document, formats, chosen, out, house=house, update=update)
    for written in files:
        console.say("written: {path}", path=str(written))
    for warning in warnings:
        console.warn(warning)
