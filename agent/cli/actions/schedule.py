"""Behind ``ob-health schedule``."""

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
    """Last, next and overdue of each target."""
    now, rows = datetime.now(UTC), []
    for file in files:
        engagement = load_engagement(file)
        for target, assessed in _assessed(engagement).items():
            status = judge_due(engagement.subscription, assessed, now)
            rows.append(
                (
                    engagement.customer.name,
                    target,
                    f"{status.last:%Y-%m-%d}" if status.last else "–",
                    status.next or "–",
                    Plain("\n".join(map(_span, status.overdue)) or "–"),
                    console.localize_text(status.text),
                )
            )
    console.print_table(("customer", "target", "last", "next", "overdue", "state"), rows)


def _assessed(engagement: Engagement) -> dict[str, tuple[datetime, ...]]:
    """When each target was assessed: never, as long as there is no history."""
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            return {target: history.assessed_at(engagement.customer.name, target) for target in engagement.targets}
    except NoHistory:
        return dict.fromkeys(engagement.targets, ())


def _span(period: Period) -> str:
    """With its last day, as the report has it."""
    return f"{period.number} ({period.start} – {period.end - timedelta(days=1)})"


def run_schedule(files: Sequence[Path], out: Path, at: str, formats: str) -> None:
    """Assess what is due, daily, until stopped. What was done is read from history, so restarts lose nothing."""
    schedule_daily(at, lambda: None)  # what is wrong is said now, not at night
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
