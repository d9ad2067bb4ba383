"""What came of each target of a fleet: as a table for people, and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

from rich.text import Text as Plain

from agent.archive.history.entries import Entry
from agent.engagement.fleet_files import BrokenFile
from agent.model.labels import N_
from agent.model.terms import Text
from agent.service.run_metrics import RunFigures
from agent.support import console
from agent.support.i18n import render_all_languages

SCHEMA_VERSION = 1


class FleetState(StrEnum):
    """What came of a target. Those after ``ASSESSED`` want somebody's attention, or another run."""

    NOT_DUE = "not_due"
    WAITING = "waiting"
    ASSESSED = "assessed"
    HELD = "held"
    LEFT = "left"
    PARTIAL = "partial"
    FAILED = "failed"
    WRONG = "wrong"
    REFUSED = "refused"


STATE_WORDS = {
    FleetState.NOT_DUE: N_("nothing is due"),
    FleetState.WAITING: N_("waits for agreed hours"),
    FleetState.ASSESSED: N_("assessment made"),
    FleetState.HELD: N_("another run has it"),
    FleetState.LEFT: N_("left for the next run"),
    FleetState.PARTIAL: N_("in part"),
    FleetState.FAILED: N_("has failed"),
    FleetState.WRONG: N_("wrong configuration"),
    FleetState.REFUSED: N_("not authorized"),
}
_OF_CODE = {
    0: FleetState.ASSESSED,
    1: FleetState.ASSESSED,
    2: FleetState.WRONG,
    3: FleetState.REFUSED,
    5: FleetState.PARTIAL,
    6: FleetState.HELD,
}


def name_state(code: int) -> FleetState:
    """Return the state for the exit code of one target."""
    return _OF_CODE.get(code, FleetState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetResult:
    """What came of one target. ``entry`` is the assessment that this run recorded or wrote, if there is one."""

    engagement: Path
    customer: str
    target: str
    directory: Path
    state: FleetState
    code: int
    messages: tuple[Text, ...] = ()
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOutcome:
    """What came of a whole run; ``exit_code`` is that of the process."""

    began: datetime
    ended: datetime
    exit_code: int
    results: tuple[FleetResult, ...]
    broken: tuple[BrokenFile, ...]


class _TargetData(TypedDict):
    engagement: str
    customer: str
    target: str
    directory: str
    state: str
    exit_code: int
    assessment_id: str | None
    as_of: str | None
    score: float | None
    band: str | None
    coverage_pct: float | None
    messages: list[dict[str, str]]


class _BrokenData(TypedDict):
    file: str
    messages: list[dict[str, str]]


class OutcomeData(TypedDict):
    """The summary for programs; docs/fleet.md explains its fields."""

    schema_version: int
    began: str
    ended: str
    exit_code: int
    counts: dict[str, int]
    targets: list[_TargetData]
    broken: list[_BrokenData]


def build_data(outcome: FleetOutcome) -> OutcomeData:
    """Return the outcome for programs, targets in the order in which their files were found."""
    return {
        "schema_version": SCHEMA_VERSION,
        "began": outcome.began.isoformat(timespec="seconds"),
        "ended": outcome.ended.isoformat(timespec="seconds"),
        "exit_code": outcome.exit_code,
        "counts": {state.value: count for state, count in _count(outcome.results)},
        "targets": [_build_target(result) for result in outcome.results],
        "broken": [
            {
                "file": str(one.file),
                "messages": [render_all_languages(text) for text in (one.error.text, *one.error.problems)],
            }
            for one in outcome.broken
        ],
    }


def build_figures(outcome: FleetOutcome) -> RunFigures:
    """Return the figures of the outcome for monitoring."""
    return RunFigures(
        began=outcome.began,
        ended=outcome.ended,
        exit_code=outcome.exit_code,
        states={state.value: count for state, count in _count(outcome.results)},
        broken_files=len(outcome.broken),
    )


def _count(results: Sequence[FleetResult]) -> list[tuple[FleetState, int]]:
    found = Counter(result.state for result in results)
    return [(state, found[state]) for state in FleetState]


def _build_target(result: FleetResult) -> _TargetData:
    entry = result.entry
    return {
        "engagement": str(result.engagement),
        "customer": result.customer,
        "target": result.target,
        "directory": str(result.directory),
        "state": result.state.value,
        "exit_code": result.code,
        "assessment_id": entry.id if entry else None,
        "as_of": entry.as_of.isoformat() if entry else None,
        "score": entry.score if entry else None,
        "band": entry.band if entry else None,
        "coverage_pct": entry.coverage_pct if entry else None,
        "messages": [render_all_languages(text) for text in result.messages],
    }


def print_outcome(outcome: FleetOutcome) -> None:
    """Print a table, what wants attention last, and how many targets came to what."""
    ranks = list(FleetState)
    rows = [_list_cells(result) for result in sorted(outcome.results, key=lambda result: ranks.index(result.state))]
    if rows:
        headings = (N_("customer"), N_("target"), N_("result"), N_("score"), N_("grade"), N_("coverage"), N_("message"))
        console.print_table(headings, rows)
    counted = [
        console.localize("{state}: {count}", state=console.localize(STATE_WORDS[state]), count=str(count))
        for state, count in _count(outcome.results)
        if count
    ]
    if outcome.broken:
        counted.append(console.localize("engagement files that cannot be used: {number}", number=len(outcome.broken)))
    console.say("{counts}", counts=" · ".join(counted))


def _list_cells(result: FleetResult) -> tuple[object, ...]:
    styles = {FleetState.NOT_DUE: "dim", FleetState.WAITING: "dim", FleetState.ASSESSED: "green"}
    said = console.localize_text(result.messages[-1]) if result.messages else ""
    state = Plain(console.localize(STATE_WORDS[result.state]), style=styles.get(result.state, "yellow"))
    return (result.customer, result.target, state, *list_score_cells(result.entry), said)


def list_score_cells(entry: Entry | None) -> tuple[object, object, object]:
    """Return score, grade and coverage as cells of a table."""
    if entry is None:
        return "–", "–", "–"
    grade = console.localize(console.BAND_WORDS[entry.band]) if entry.band else "–"
    shown = Plain(grade, style=console.BAND_STYLES.get(entry.band or "", ""))
    return "–" if entry.score is None else f"{entry.score:.1f}", shown, f"{entry.coverage_pct:.0f}%"
