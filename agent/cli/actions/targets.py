"""Functions of the commands that work on several targets. A target that fails never stops another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agent import pipeline
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.collection.collect import ShowProgress
from agent.engagement.engagement_file import Engagement
from agent.model.terms import Text
from agent.support import console
from agent.support.credentials import is_reference, resolve_reference
from agent.support.errors import ConfigError, HealthAgentError, HistoryError

# The exit code of a run is the first of these that a target gave.
_EXIT_ORDER = (3, 2, 4, 1, 0)


_NO_HISTORY = Text("The history cannot be used: this assessment is compared with no earlier one, and not recorded.")


def locate_history(named: str | None, engagement: Engagement | None) -> str | None:
    """Return the place named on the command line, or that of the engagement. None is the default place."""
    place = named or (engagement.history if engagement else None)
    return resolve_reference(place) if place and is_reference(place) else place


def open_history(engagement: Engagement) -> History | None:
    """Open the history of the engagement. If it cannot be used, warn and return None: the report is written anyway."""
    try:
        return History.open(locate_history(None, engagement))
    except HistoryError as error:
        console.warn(error.text)
        return None


def select_targets(engagement: Engagement, target: str | None) -> list[str]:
    """Return the named target, or all. Raises ConfigError for an unknown name."""
    if target is None:
        return list(engagement.targets)
    if target not in engagement.targets:
        args = {"target": target, "known": ", ".join(engagement.targets)}
        raise ConfigError(Text("There is no target {target} in the engagement; known are {known}.", args))
    return [target]


def choose_exit_code(codes: Sequence[int]) -> int:
    """Return the exit code of a run over several targets."""
    return next((code for code in _EXIT_ORDER if code in codes), 4)


@contextmanager
def show_progress() -> Iterator[ShowProgress]:
    """Show a line that says which source is being read."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console.err, transient=True
    ) as bar:
        line = bar.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bar.update(line, description=f"{stage} {done + 1}/{total}")

        yield show


def for_each_target(engagement: Engagement, target: str | None, work: Callable[[str], int]) -> int:
    """Run ``work`` for each target. Return the exit code. An error of one target does not stop the others."""
    codes = []
    for name in select_targets(engagement, target):
        try:
            codes.append(work(name))
        except HealthAgentError as error:
            console.fail(error, name)
            codes.append(error.exit_code)
    return choose_exit_code(codes)


def make_job(
    engagement: Engagement, name: str, history: History | None, now: datetime, outside_service: str = ""
) -> pipeline.AssessmentJob:
    """Return the job of one target. Raises RulesError for overrides and mutes that are not valid."""
    found = registry.load_registry(engagement.rules.checks)
    ruleset = rules.load_rules(found.checks)
    pipeline.apply_rules(engagement, found.checks, ruleset, now)  # report errors before anything is sent
    notes = () if history else (_NO_HISTORY,)
    return pipeline.AssessmentJob(
        engagement=engagement,
        target=name,
        registry=found,
        shipped=ruleset,
        now=now,
        history=history,
        outside_service=outside_service,
        notes=notes,
    )
