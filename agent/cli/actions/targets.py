"""Functions of the commands that work on several targets. A target that fails never stops another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agent.engagement.engagement_file import Engagement
from agent.model.terms import Text
from agent.support import console
from agent.support.console import Loudness
from agent.support.credentials import is_reference, resolve_reference
from agent.support.errors import (
    CRASHES,
    ConfigError,
    HealthAgentError,
    HistoryError,
    HistoryPlaceError,
    TargetError,
)
from agent.support.suggestions import suggest_words
from agent.support.tracebacks import format_origin

if TYPE_CHECKING:  # the line and the history are heavy; commands that connect to nothing use this module, too
    from agent import pipeline
    from agent.archive.history.store import History
    from agent.catalogue.registry import Registry
    from agent.collection.collect import ShowProgress
    from agent.model.rule import Ruleset
    from agent.model.series import Series

_shown_by: ContextVar[ShowProgress | None] = ContextVar("shown_by", default=None)
_catalogues: ContextVar[SharedCatalogues | None] = ContextVar("catalogues", default=None)
# The exit code of a run is the first of these that a target gave.
_EXIT_ORDER = (3, 2, 4, 5, 6, 1, 0)
_SAMPLES_FOR = timedelta(days=1000)  # seasons of a year show after two of them

NO_HISTORY = Text("The history cannot be used: this assessment is compared with no earlier one, and not recorded.")


def locate_history(named: str | None, engagement: Engagement | None) -> str | None:
    """Return the place named on the command line, or that of the engagement. None is the default place."""
    place = named or (engagement.history if engagement else None)
    return resolve_reference(place) if place and is_reference(place) else place


def open_history(engagement: Engagement) -> History | None:
    """Open the history of the engagement. If it cannot be used, warn and return None: the report is written anyway.

    Raises HistoryPlaceError if its place is written wrongly, because that can be mended before anything is connected.
    """
    from agent.archive.history.store import History

    try:
        return History.open(locate_history(None, engagement))
    except HistoryPlaceError:
        raise
    except HistoryError as error:
        console.warn(error.text)
        return None


def say_damaged(history: History, customer: str | None = None, target: str | None = None) -> bool:
    """Print the assessments in the history that cannot be read. Return whether there are any."""
    try:
        damaged = history.find_damaged(customer, target)
    except HistoryError as error:
        console.warn(error.text)
        return True
    for id in damaged:
        text = "The assessment {id} in the history at {where} is damaged and left out. Restore it from a backup."
        console.warn(Text(text, {"id": id, "where": history.where}))
    return bool(damaged)


def select_targets(engagement: Engagement, target: str | None) -> list[str]:
    """Return the named target, or all. Raises ConfigError for an unknown name."""
    if target is None:
        return list(engagement.targets)
    if target not in engagement.targets:
        args = {"target": target, "known": ", ".join(engagement.targets)}
        text = Text("There is no target {target} in the engagement; known are {known}.", args)
        raise ConfigError(text, suggest_words([target], engagement.targets))
    return [target]


def choose_exit_code(codes: Sequence[int]) -> int:
    """Return the exit code of a run over several targets."""
    return next((code for code in _EXIT_ORDER if code in codes), 4)


@contextmanager
def show_progress() -> Iterator[ShowProgress]:
    """Show on standard error what is being done: a line that changes, a line for each step, or nothing if quiet.

    A log gets no line that changes.
    """
    if shown_by := _shown_by.get():
        yield shown_by
    elif console.is_told(Loudness.VERBOSE):
        yield _list_steps(time.monotonic())
    elif not console.is_told(Loudness.NORMAL) or not console.err.is_terminal:
        yield lambda stage, done, total: None
    else:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console.err, transient=True
        ) as bar:
            line = bar.add_task("", total=None)

            def show(stage: str, done: int, total: int) -> None:
                bar.update(line, description=f"{console.name_subject()}{stage} {done + 1}/{total}")

            yield show


@contextmanager
def show_steps_by(show: ShowProgress) -> Iterator[None]:
    """Let ``show`` be told what is being done in the block, instead of a display of its own for each target."""
    before = _shown_by.set(show)
    try:
        yield
    finally:
        _shown_by.reset(before)


def _list_steps(begun: float) -> ShowProgress:
    def show(stage: str, done: int, total: int) -> None:
        console.tell_more(
            "{subject}{elapsed_s}: {number} of {total}, {stage}",
            subject=console.name_subject(),
            elapsed_s=time.monotonic() - begun,
            number=str(done + 1),
            total=str(total),
            stage=stage,
        )

    return show


def for_each_target(engagement: Engagement, target: str | None, work: Callable[[str], int]) -> int:
    """Run ``work`` for each target. Return the exit code. No error of one target stops the others.

    Messages in between name the customer and the target.
    """
    codes = []
    for name in select_targets(engagement, target):
        with console.speak_of(engagement.customer.name, name):
            try:
                codes.append(work(name))
            except CRASHES as error:  # the border where an odd answer of one server ends
                failure = explain_failure(error)
                console.fail(failure)
                codes.append(failure.exit_code)
    return choose_exit_code(codes)


def explain_failure(error: BaseException) -> HealthAgentError:
    """Return our own errors as they are, any other as the error of its target."""
    for line in format_origin(error) if console.is_told(console.Loudness.DEBUG) else ():
        console.err.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)
    if isinstance(error, HealthAgentError):
        return error
    if isinstance(error, OSError):
        text = "A file cannot be read or written: {reason}. Correct that and run the command again."
        return TargetError(Text(text, {"reason": str(error)}))
    text = (
        "This target could not be assessed: an unexpected answer, or a defect of ob-health ({kind}). Run the command "
        "with --debug, and report the output."
    )
    return TargetError(Text(text, {"kind": type(error).__name__}))


class SharedCatalogues:
    """Checks and rules, loaded once for all engagements that name the same files of checks without code.

    For what works on many engagements in one go, also in threads: loading takes longer than connecting. A file that is
    changed meanwhile is not read again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[tuple[Path, ...], tuple[Registry, Ruleset]] = {}

    def load(self, files: tuple[Path, ...]) -> tuple[Registry, Ruleset]:
        """Return the checks and their rules. Raises ConfigError."""
        with self._lock:
            if files not in self._loaded:
                self._loaded[files] = _load_catalogue(files)
            return self._loaded[files]

    @contextmanager
    def share(self) -> Iterator[None]:
        """Let ``make_job`` take them from here for the time of the block."""
        before = _catalogues.set(self)
        try:
            yield
        finally:
            _catalogues.reset(before)


def _load_catalogue(files: tuple[Path, ...]) -> tuple[Registry, Ruleset]:
    from agent.catalogue import registry, rules

    found = registry.load_registry(files)
    return found, rules.load_rules(found.checks)


def make_job(
    engagement: Engagement,
    name: str,
    history: History | None,
    now: datetime,
    outside_service: str = "",
    *,
    with_samples: bool = True,
) -> pipeline.AssessmentJob:
    """Return the job of one target. Raises RulesError for overrides and mutes that are not valid.

    ``with_samples``: what was sampled goes with it, as collecting needs it.
    """
    from agent import pipeline

    shared = _catalogues.get()
    found, ruleset = (shared.load if shared else _load_catalogue)(engagement.rules.checks)
    pipeline.apply_rules(engagement, found.checks, ruleset, now)  # report errors before anything is sent
    notes = () if history else (NO_HISTORY,)
    return pipeline.AssessmentJob(
        engagement=engagement,
        target=name,
        registry=found,
        shipped=ruleset,
        now=now,
        history=history,
        outside_service=outside_service,
        notes=notes,
        clock=lambda: datetime.now(UTC),
        verify=engagement.verify_advice,
        series=_read_samples(history, engagement.customer.name, name, now) if with_samples else (),
    )


def _read_samples(history: History | None, customer: str, target: str, now: datetime) -> tuple[Series, ...]:
    """Return what was sampled between assessments; nothing where the history cannot be read, which is said later."""
    if history is None:
        return ()
    from agent.archive.history.samples import read_series

    try:
        return read_series(history, customer, target, now - _SAMPLES_FOR)
    except HistoryError:
        return ()
