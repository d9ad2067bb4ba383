"""Shows on a terminal how far a fleet is, and what is being done with each target under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from agent.service.fleet import FleetTask
from agent.support import console
from agent.support.console import Loudness


class FleetProgress:
    """A line for the whole and one for each target under way. Its methods may be called from any thread.

    Without a display they do nothing.
    """

    def __init__(self, display: Progress | None, count: int) -> None:
        self._display = display
        self._lines: dict[FleetTask, TaskID] = {}
        if display:
            self._whole = display.add_task(console.localize("targets"), total=count)

    def begin(self, task: FleetTask) -> None:
        """Add the line of a target."""
        if self._display:
            self._lines[task] = self._display.add_task(_name(task), total=None)

    def step(self, task: FleetTask, stage: str, done: int, total: int) -> None:
        """Say what is being done."""
        line = self._lines.get(task)
        if self._display and line is not None:
            said = f"{_name(task)}: {console.strip_controls(stage)}"
            self._display.update(line, description=said, completed=done, total=total)

    def end(self, task: FleetTask) -> None:
        """Remove the line of a target, and count it."""
        if self._display:
            line = self._lines.pop(task, None)
            if line is not None:
                self._display.remove_task(line)
            self._display.advance(self._whole)


def _name(task: FleetTask) -> str:
    return console.strip_controls(f"{task.customer} · {task.target}")


@contextmanager
def show_fleet(count: int) -> Iterator[FleetProgress]:
    """Yield what shows ``count`` targets on standard error. A log, and who wants it quiet, get no display."""
    if not console.is_told(Loudness.NORMAL) or console.is_told(Loudness.VERBOSE) or not console.err.is_terminal:
        yield FleetProgress(None, count)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console.err, transient=True) as display:
        yield FleetProgress(display, count)
