"""Behind the commands that assess: all targets of an engagement, one failing never stopping another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agent import pipeline
from agent.archive import snapshot
from agent.archive.document import Document, read_document, to_document
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.collection.grants import script
from agent.collection.journal import FILE_NAME
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.subscription import is_due
from agent.facts import spec_of
from agent.model.terms import DataClass, Severity, TenantKind, Text
from agent.report.render import HOUSE, check_update, validate
from agent.service import retention
from agent.support import console
from agent.support.credentials import is_reference, resolve
from agent.support.errors import ConfigError, HealthAgentError, HistoryError
from agent.support.files import alone_in
from agent.support.i18n import LANGUAGES

# The exit code of several targets is the first of these that one of them gave.
_EXIT_ORDER = (3, 2, 4, 1, 0)
_NO_HISTORY = Text("The history cannot be used: this assessment is compared with no earlier one, and not recorded.")


def place_of_history(named: str | None, engagement: Engagement | None) -> str | None:
    """The place named on the command line, or the engagement's; None for the usual one."""
    place = named or (engagement.history if engagement else None)
    return resolve(place) if place and is_reference(place) else place


def open_history(engagement: Engagement) -> History | None:
    """The engagement's history; None, with a warning, when it cannot be used: the report is written all the same."""
    try:
        return History.open(place_of_history(None, engagement))
    except HistoryError as error:
        console.warn(error.text)
        return None


def targets_of(engagement: Engagement, target: str | None) -> list[str]:
    """The one named, or all. Raises ConfigError for a name that is none."""
    if target is None:
        return list(engagement.targets)
    if target not in engagement.targets:
        args = {"target": target, "known": ", ".join(engagement.targets)}
        raise ConfigError(Text("There is no target {target} in the engagement; known are {known}.", args))
    return [target]


def worst_of(codes: Sequence[int]) -> int:
    """The exit code of a run over several targets."""
    return next((code for code in _EXIT_ORDER if code in codes), 4)


@contextmanager
def progress_bar() -> Iterator[pipeline.Progress]:
    """A line that says which source is being read."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console.err, transient=True
    ) as bar:
        line = bar.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bar.update(line, description=f"{stage} {done + 1}/{total}")

        yield show


def _each(engagement: Engagement, target: str | None, work: Callable[[str], int]) -> int:
    codes = []
    for name in targets_of(engagement, target):
        try:
            codes.append(work(name))
        except HealthAgentError as error:
            console.fail(error, name)
            codes.append(error.exit_code)
    return worst_of(codes)


def _job(
    engagement: Engagement, name: str, history: History | None, now: datetime, outside_service: str = ""
) -> pipeline.Job:
    found = registry.load(engagement.rules.checks)
    ruleset = rules.load(found.checks)
    pipeline.rules_of(engagement, found.checks, ruleset, now)  # what is wrong is said before anything is sent
    notes = () if history else (_NO_HISTORY,)
    return pipeline.Job(engagement, name, found, ruleset, now, history, outside_service=outside_service, notes=notes)


def assess_all(
    engagement: Engagement, history: History | None, out: Path, target: str | None, formats: Sequence[str],
    languages: Sequence[str] | None, fail_on: str | None, if_due: bool, now: datetime,
    outside_service: str = "", update: Path | None = None,
) -> int:  # fmt: skip
    """The whole line for the targets; the exit code. ``update``: an earlier list of findings of one of them."""
    limit = _severity(fail_on)
    validate(formats, languages or engagement.language)
    listed = check_update(update, formats, targets_of(engagement, target)) if update else None
    if history:
        retention.enforce(history, now, engagement.customer.name)

    def work(name: str) -> int:
        job = _job(engagement, name, history, now, outside_service)
        if if_due and not _due(engagement, history, name, now):
            return 0
        with progress_bar() as show:
            delivered = pipeline.assess(
                job.with_progress(show), out / name, formats, languages or engagement.language,
                update if name == listed else None,
            )  # fmt: skip
        console.summary(delivered.document, delivered.files)
        for warning in delivered.warnings:
            console.warn(warning)
        return _exit_code(delivered.document, limit)

    return _each(engagement, target, work)


def _due(engagement: Engagement, history: History | None, name: str, now: datetime) -> bool:
    if history is None:
        raise HistoryError(
            "What is due is read from history, which cannot be used. Mend it, or assess without --if-due."
        )
    status = is_due(engagement.subscription, history.assessed_at(engagement.customer.name, name), now)
    console.say("{target}: {status}", target=name, status=console.tr(status.text.msgid, **status.text.args))
    return status.due


def _severity(word: str | None) -> Severity | None:
    if word is None:
        return None
    if word not in list(Severity):
        raise ConfigError(Text("--fail-on takes low, medium, high or critical, not {word}.", {"word": word}))
    return Severity(word)


def _exit_code(document: Document, limit: Severity | None) -> int:
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
    engagement: Engagement, history: History | None, out: Path, target: str | None, now: datetime,
    outside_service: str = "",
) -> int:  # fmt: skip
    """A snapshot per target in DIR/<target>/snapshot.obh; the exit code."""

    def work(name: str) -> int:
        with progress_bar() as show:
            job = _job(engagement, name, history, now, outside_service).with_progress(show)
            path = out / name / "snapshot.obh"
            with alone_in(path.parent):
                _, facts = pipeline.collect_snapshot(job, pipeline.new_id(now), path.parent)
                digest = snapshot.save(facts, path)
        console.say("written: {path} (sha256 {digest})", path=str(path), digest=digest[:16])
        return 0

    return _each(engagement, target, work)


def evaluate_file(
    engagement: Engagement, history: History | None, path: Path, out: Path, formats: Sequence[str],
    languages: Sequence[str] | None, fail_on: str | None,
) -> int:  # fmt: skip
    """A saved snapshot by today's rules, as of the time it was taken; not recorded in history."""
    facts = snapshot.load(path, registry.load(engagement.rules.checks).sources)
    name = targets_of(engagement, facts.target)[0]
    job = _job(engagement, name, history, facts.as_of)
    document = to_document(pipeline.conclude(job, pipeline.new_id(facts.as_of), None, facts))
    files, warnings = pipeline.deliver(document, formats, languages or engagement.language, out, engagement.report)
    console.summary(document, files)
    for warning in warnings:
        console.warn(warning)
    return _exit_code(document, _severity(fail_on))


def render_again(
    assessment: str, engagement: Engagement | None, history: str | None, out: Path, formats: Sequence[str],
    languages: Sequence[str] | None, update: Path | None = None,
) -> None:  # fmt: skip
    """An old assessment, from a file or from history, rendered again; in the house style of the engagement."""
    chosen = languages or (engagement.language if engagement else LANGUAGES)
    validate(formats, chosen)
    path = Path(assessment)
    if path.is_file() or path.suffix or path.name != assessment:  # an id has neither dot nor slash
        document = read_document(path)
    else:
        with History.open(place_of_history(history, engagement), create=False) as opened:
            document = opened.load(assessment)
    house = engagement.report if engagement else HOUSE
    files, warnings = pipeline.deliver(document, formats, chosen, out, house, update)
    for written in files:
        console.say("written: {path}", path=str(written))
    for warning in warnings:
        console.warn(warning)


def preflight_all(
    engagement: Engagement, out: Path, target: str | None, now: datetime, outside_service: str = ""
) -> int:
    """Connect, look, and say what is missing; reads no facts. The journal goes to DIR/<target>/journal.jsonl."""
    from agent.collection.signed_scope import compile_covered
    from agent.model.snapshot import Unavailable

    def work(name: str) -> int:
        job = _job(engagement, name, None, now, outside_service)
        allowed, seen = pipeline.look_at(job, pipeline.new_id(now), out / name)
        console.say(
            "{target}: OceanBase {version}, {kind} tenant, account {account}", "bold",
            target=name, version=str(seen.version), kind=console.tr(seen.tenant_kind.value), account=seen.account,
        )  # fmt: skip
        for problem in seen.problems:
            console.warn(problem.what)
            if problem.remedy:
                console.say("    {remedy}", remedy=console.tr(problem.remedy.msgid, **problem.remedy.args))
        rows = [row for row in job.registry.sources if spec_of(row)]
        compiled = [(row, compile_covered(row, seen, allowed.data_classes, allowed.sources)) for row in rows]
        missing = [(row, found) for row, found in compiled if isinstance(found, Unavailable)]
        console.say(
            "{ready_count} of {all_count} fact sources can be read",
            ready_count=len(rows) - len(missing),
            all_count=len(rows),
        )
        told = [(row.__name__, console.text(found.reason), console.text(found.remedy)) for row, found in missing]
        width = 3 if any(remedy for _, _, remedy in told) else 2
        console.table(("source", "why not", "what unlocks it")[:width], [row[:width] for row in told])
        console.say("every statement that was sent: {path}", path=str(out / name / FILE_NAME))
        return 0 if len(missing) < len(rows) else 4

    return _each(engagement, target, work)


def grants_script(user: str, host: str, data_classes: Sequence[str], tls: bool, kind: str) -> str:
    """The script for the customer's DBA. Raises ConfigError for an unknown data class or kind of tenant."""
    chosen = frozenset(data_classes_of(data_classes)) or None
    if kind not in list(TenantKind):
        raise ConfigError(Text("--kind takes user or sys, not {word}.", {"word": kind}))
    return script(registry.load().sources_of(TenantKind(kind)), user, host, chosen, tls, TenantKind(kind))


def data_classes_of(words: Sequence[str]) -> tuple[DataClass, ...]:
    """The data classes named, in their usual order. Raises ConfigError for an unknown one."""
    unknown = sorted(set(words) - set(DataClass))
    if unknown:
        args = {"given": ", ".join(unknown), "known": ", ".join(DataClass)}
        raise ConfigError(Text("Unknown data class: {given}; known are {known}.", args))
    return tuple(item for item in DataClass if item in words)


def validate_rules(path: Path | None, engagement: Path | None) -> None:
    """Load everything that judges; raises with every problem."""
    loaded = load_engagement(engagement) if engagement else None
    found = registry.load(loaded.rules.checks if loaded else ())
    file = path or rules.shipped_path()
    ruleset = rules.load(found.checks, file)
    if loaded:
        ruleset = pipeline.rules_of(loaded, found.checks, ruleset, datetime.now(UTC), file)
    for problem in (*found.problems, *ruleset.problems):
        console.warn(problem)
    console.say("{file}: {rules_count} rules, no problems", file=str(file), rules_count=len(ruleset.rules))
