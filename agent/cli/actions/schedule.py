"""What ``ob-health schedule`` does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.text import Text as Plain

from agent.archive.history.store import History
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.cli.actions.targets import locate_history, open_history
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.subscription import judge_due
from agent.model.assessment import Period
from agent.model.terms import Text
from agent.service.schedule_loop import run_loop, schedule_daily
from agent.support import console
from agent.support.errors import HealthAgentError, NoHistory


def print_schedule(files: Sequence[Path]) -> None:
    """Print the last, the next and the overdue assessments of each target."""
    now, rows = datetime.now(UTC), []
    for file in files:
        engagement = load_engagement(file)
        for target, assessed in _read_assessed_times(engagement).items():
            status = judge_due(engagement.subscription, assessed, now)
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


def _read_assessed_times(engagement: Engagement) -> dict[str, tuple[datetime, ...]]:
    """Return the times at which each target was assessed; none without a history."""
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            return {target: history.assessed_at(engagement.customer.name, target) for target in engagement.targets}
    except NoHistory:
        return dict.fromkeys(engagement.targets, ())


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
            engagement = load_engagement(file)
            history = open_history(engagement)
            words = [word.strip() for word in formats.split(",")]
            place = out / file.parent.name / f"{datetime.now(UTC):%Y-%m-%d}"
            try:
                assess_all(engagement, history, AssessOptions(out=place, formats=words, if_due=True), datetime.now(UTC))
            finally:
                if history:
                    history.close()

    def on_error(error: Exception) -> None:
        console.warn(error.text if isinstance(error, HealthAgentError) else Text("{error}", {"error": repr(error)}))

    console.say("Looking daily at {at}; stop with Ctrl-C.", at=at)
    run_loop(tick, at, threading.Event(), on_error)
