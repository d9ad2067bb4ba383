"""What ``ob-health fleet assess`` does: everything that is due of many engagements, some targets at a time.

What is left is read from the histories, so a run that was stopped or killed is gone on with by the same command.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from agent.archive.history.entries import Entry
from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.assess import AssessOptions, assess_all, parse_severity
from agent.cli.actions.finishing import ProcessFinisher
from agent.cli.actions.fleet_history import FleetHistories
from agent.cli.actions.fleet_outcome import (
    FleetOutcome,
    FleetResult,
    FleetState,
    build_data,
    build_figures,
    name_state,
    print_outcome,
)
from agent.cli.actions.fleet_progress import FleetProgress, show_fleet
from agent.cli.actions.targets import SharedCatalogues, choose_exit_code, explain_failure, show_steps_by
from agent.engagement.engagement_file import Engagement
from agent.engagement.fleet_files import Fleet, find_engagements, load_fleet
from agent.engagement.subscription import PeriodStatus
from agent.model.terms import Scalar, Text
from agent.pipeline import WRITING_STAGE
from agent.report.render import validate_formats
from agent.service.fleet import DaemonThreads, FleetRun, FleetTask, make_task
from agent.service.look import describe_hindrance
from agent.service.periods import read_permission, read_status
from agent.service.run_metrics import write_run_metrics
from agent.support import console
from agent.support.console import Loudness
from agent.support.credentials import list_needed_variables
from agent.support.errors import CRASHES, ConfigError, HistoryError, Stopped
from agent.support.files import write_whole
from agent.support.i18n import LANGUAGES
from agent.support.processes import make_processes

SUMMARY, METRICS = "fleet.json", "fleet.prom"
_STOPPING = Text(
    "Stopping: no further target begins, what is being read ends at its next statement, reports under way are "
    "written. Ctrl-C once more ends at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """Options of ``fleet assess``. ``at_once`` targets are read at a time, ``processes`` judge and write.

    ``deliver``: reports go to the destinations of their engagements.
    """

    out: Path
    formats: Sequence[str]
    languages: Sequence[str] | None = None
    fail_on: str | None = None
    at_once: int = 8
    processes: int = 2
    deliver: bool = True
    as_json: bool = False


class _Member(NamedTuple):
    engagement: Engagement
    history: History


class _TaskEnd(NamedTuple):
    """What came of a target, as its thread saw it."""

    code: int
    messages: tuple[Text, ...]
    began: datetime


def assess_fleet(named: Sequence[Path], options: FleetOptions) -> int:
    """Assess all that is due of the engagements in these folders and files. Return the exit code.

    Raises ConfigError for an option or a name that is wrong, and Stopped after a signal, once all has come to its end.
    """
    parse_severity(options.fail_on)
    validate_formats(options.formats, options.languages or LANGUAGES)
    fleet = load_fleet(find_engagements(named), is_written=True)
    for broken in fleet.broken:
        console.fail(broken.error)
    with FleetHistories(create=True) as histories, ExitStack() as stack:
        run = _FleetAssessment(options, fleet, histories)
        stack.callback(run.close)
        stopped = run.assess_due()
        outcome = run.conclude(stopped)
    data = build_data(outcome)
    write_whole(options.out / SUMMARY, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
    write_whole(options.out / METRICS, write_run_metrics(build_figures(outcome)).encode())
    if options.as_json:
        console.print_json(data)
    else:
        print_outcome(outcome)
    if stopped:
        stopped.text = _describe_stop(outcome)
        raise stopped
    return outcome.exit_code


def _describe_stop(outcome: FleetOutcome) -> Text:
    left = sum(result.state is FleetState.LEFT for result in outcome.results)
    args: dict[str, Scalar] = {"ended_count": len(outcome.results) - left, "left_count": left}
    text = (
        "Stopped: {ended_count} targets have come to their end, {left_count} are left. Run the same command again: it "
        "does what is left."
    )
    return Text(text, args)


@dataclass(slots=True)
class _FleetAssessment:
    """One run. Results are by task and gathered in the main thread; ``_members`` are read by all threads."""

    options: FleetOptions
    fleet: Fleet
    histories: FleetHistories
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _stop: threading.Event = field(default_factory=threading.Event)
    _catalogues: SharedCatalogues = field(default_factory=SharedCatalogues)
    _members: dict[FleetTask, _Member] = field(default_factory=dict)
    _results: dict[FleetTask, FleetResult | None] = field(default_factory=dict)
    _finisher: ProcessFinisher | None = None
    _least_pct: float = field(default_factory=lambda: rules.load_scoring().counts_from_coverage_pct)
    _progress: FleetProgress = field(default_factory=lambda: FleetProgress(None, 0))

    def close(self) -> None:
        """End the processes."""
        if self._finisher:
            self._finisher.close()

    def assess_due(self) -> Stopped | None:
        """Assess what is due. Return the signal that stopped it, if one did."""
        due = self._plan()
        if not due:
            return None
        engagements = [member.engagement for member in self.fleet.members]
        references = [text for one in engagements for text in (one.history, *one.history_key)]
        self._finisher = ProcessFinisher(
            lambda: make_processes(self.options.processes), needed=list_needed_variables(references)
        )
        with show_fleet(len(due)) as self._progress:
            run = FleetRun(
                executor=DaemonThreads(),
                work=self._work,
                at_once=self.options.at_once,
                on_end=self._take_end,
                stop=self._stop,
                on_stop=lambda: console.warn(_STOPPING),
            )
            try:
                run.run(due)
            except Stopped as stopped:
                return stopped
        return None

    def conclude(self, stopped: Stopped | None) -> FleetOutcome:
        """Return what came of all targets; those without a result are left."""
        results = tuple(result or self._make_result(task, FleetState.LEFT, 4) for task, result in self._results.items())
        codes = [*(result.code for result in results), *(one.error.exit_code for one in self.fleet.broken)]
        return FleetOutcome(
            began=self.began,
            ended=datetime.now(UTC),
            exit_code=stopped.exit_code if stopped else choose_exit_code(codes),
            results=results,
            broken=self.fleet.broken,
        )

    def _plan(self) -> list[FleetTask]:
        """Return the tasks that are due; for all others there is a result already."""
        due = []
        for found, engagement in ((member.found, member.engagement) for member in self.fleet.members):
            for target in engagement.targets:
                task = make_task(engagement, target, self.options.out / found.place)
                self._results[task] = None
                try:
                    self._members[task] = _Member(engagement, self.histories.open(engagement))
                    status = self._read_status(task)
                except (ConfigError, HistoryError) as error:
                    self._results[task] = self._make_result(
                        task, name_state(error.exit_code), error.exit_code, error.text
                    )
                    continue
                if status.due:
                    due.append(task)
                else:
                    self._results[task] = self._make_unmade(task, status, 0)
        return due

    def _read_status(self, task: FleetTask) -> PeriodStatus:
        engagement, history = self._members[task]
        now = datetime.now(UTC)
        permission = read_permission(engagement, task.target, now)
        return read_status(history, engagement, task.target, now, self._least_pct, permission=permission)

    def _make_unmade(self, task: FleetTask, status: PeriodStatus, code: int, *messages: Text) -> FleetResult:
        """Return the result of a target of which nothing was made: it is left, waits for hours, or owes nothing."""
        unmade = FleetState.LEFT if status.due else FleetState.WAITING
        state = unmade if status.is_owed else FleetState.NOT_DUE
        return self._make_result(task, state, code, *messages, status.text, *describe_hindrance(status))

    def _work(self, task: FleetTask) -> _TaskEnd:
        """Assess one target, in a thread of its own. Raises Stopped if the run is to end."""
        engagement, history = self._members[task]

        def step(stage: str, done: int, total: int) -> None:
            if self._stop.is_set() and stage != WRITING_STAGE:
                raise Stopped(signal.SIGINT)
            self._progress.step(task, stage, done, total)

        if not console.is_told(Loudness.VERBOSE):
            console.set_loudness(Loudness.QUIET)  # in the context of this thread: the table says it all at the end
        options = AssessOptions(
            out=task.place,
            formats=self.options.formats,
            languages=self.options.languages,
            target=task.target,
            fail_on=self.options.fail_on,
            if_due=True,
            deliver=self.options.deliver,
            finisher=self._finisher,
        )
        self._progress.begin(task)
        began = datetime.now(UTC)
        with console.keep_messages() as messages, show_steps_by(step), self._catalogues.share():
            code = assess_all(engagement, history, options, began)
        return _TaskEnd(code, tuple(messages), began)

    def _take_end(self, task: FleetTask, future: Future[_TaskEnd] | None) -> None:
        self._progress.end(task)
        if future is None:
            text = "{target}: it did not come to an end within {limit_s} and was left. Run the command again later."
            late = Text(text, {"target": task.target, "limit_s": task.limit_s})
            with console.speak_of(task.customer, task.target):
                console.warn(late)
            self._results[task] = self._make_result(task, FleetState.FAILED, 4, late)
            return
        error = future.exception()
        if error is None:
            self._results[task] = self._judge(task, future.result())
        elif isinstance(error, CRASHES):
            failure = explain_failure(error)
            with console.speak_of(task.customer, task.target):
                console.fail(failure)
            self._results[task] = self._make_result(
                task, name_state(failure.exit_code), failure.exit_code, failure.text
            )

    def _judge(self, task: FleetTask, end: _TaskEnd) -> FleetResult:
        """Return the result of a target that came to its end. One that is still due was not made, whatever its code."""
        state, entry = name_state(end.code), self._find_entry(task)
        if state is not FleetState.ASSESSED and not (entry and entry.as_of >= end.began.replace(microsecond=0)):
            entry = None  # an earlier run made it
        try:
            status = self._read_status(task) if state is FleetState.ASSESSED else None
        except (ConfigError, HistoryError):
            status = None
        if status and status.is_owed:
            return self._make_unmade(task, status, end.code, *end.messages)
        return self._make_result(task, state, end.code, *end.messages, entry=entry)

    def _find_entry(self, task: FleetTask) -> Entry | None:
        """Return the newest assessment of the target."""
        try:
            return next(iter(self._members[task].history.list(task.customer, task.target, limit=1)), None)
        except HistoryError:
            return None

    def _make_result(
        self, task: FleetTask, state: FleetState, code: int, *messages: Text, entry: Entry | None = None
    ) -> FleetResult:
        return FleetResult(
            engagement=task.engagement,
            customer=task.customer,
            target=task.target,
            directory=task.place / task.target,
            state=state,
            code=code,
            messages=messages,
            entry=entry,
        )
