"""What ``ob-health schedule`` does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.text import Text as Plain

from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.cli.actions.targets import locate_history, open_history, say_damaged
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.assessment import Period
from agent.model.terms import Text
from agent.service.periods import read_status
from agent.service.schedule_loop import run_loop, schedule_daily
from agent.support import console
from agent.support.errors import CRASHES, DamagedHistory, HealthAgentError, NoHistory


def print_schedule(files: Sequence[Path]) -> int:
    """Print the last, the next and the overdue assessments of each target.

    Return the exit code: 2 if assessments are damaged and left out.
    """
    now, rows, code = datetime.now(UTC), [], 0
    for file in files:
        engagement = load_engagement(file)
        statuses, damaged = _read_statuses(engagement, now)
        code = DamagedHistory.exit_code if damaged else code
        for target, status in statuses.items():
            rows.append(
                (
                    engagement.customer.name,
                    target,
                    f"{status.last:%Y-%m-%d}" if status.last else "–",
                    status.next or "–",
                    Plain("\n".join(map(_format_period, status.overdue)) or "–"),
                    console.localize_text(status.text),
                )
            )
    console.print_table(("customer", "target", "last", "next", "overdue", "state"), rows)
    return code


def _read_statuses(engagement: Engagement, now: datetime) -> tuple[dict[str, PeriodStatus], bool]:
    """Return where each target stands, and whether assessments are left out. Without a history all are owed."""
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            damaged = say_damaged(history, engagement.customer.name)
            least_pct, names = rules.load_scoring().counts_from_coverage_pct, engagement.targets
            return {name: read_status(history, engagement, name, now, least_pct) for name in names}, damaged
    except NoHistory:
        return dict.fromkeys(engagement.targets, judge_due(engagement.subscription, (), now, 0.0)), False


def _format_period(period: Period) -> str:
    """Format a period with its last day, as the report does."""
    return f"{period.number} ({period.start} – {period.end - timedelta(days=1)})"


def run_schedule(files: Sequence[Path], out: Path, at: str, formats: str) -> None:
    """Assess once a day what is due, until stopped. History says what was done, so a restart loses nothing."""
    schedule_daily(at, lambda: None)  # report errors now, not at night
    for file in files:
        load_engagement(file)

    def tick() -> None:
        for file in files:
            try:
                _assess_due(file, out, formats)
            except CRASHES as error:  # one engagement must not hold up the others
                on_error(error)

    def on_error(error: BaseException) -> None:
        console.warn(error.text if isinstance(error, HealthAgentError) else Text("{error}", {"error": repr(error)}))

    console.say("Checking daily at {at}; stop with Ctrl-C.", at=at)
    run_loop(tick, at, threading.Event(), on_error)


def _assess_due(file: Path, out: Path, formats: str) -> None:
    """Assess the targets of one engagement that are due, into a folder of this day."""
    engagement = load_engagement(file)
    place = out / file.resolve().parent.name / f"{datetime.now(UTC):%Y-%m-%d}"
    options = AssessOptions(out=place, formats=[word.strip() for word in formats.split(",")], if_due=True)
    history = open_history(engagement)
    try:
        assess_all(engagement, history, options, datetime.now(UTC))
    finally:
        if history:
            history.close()
