"""Behind ``ob-health history`` and ``ob-health schedule``."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.text import Text as Plain

from agent.archive.history.store import History
from agent.assessing import assess_all, open_history, place_of_history
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.subscription import is_due
from agent.model.assessment import Period
from agent.model.terms import Text
from agent.service import retention
from agent.service.schedule_loop import daily, run_loop
from agent.support import console
from agent.support.errors import HealthAgentError, NoHistory


def recorded(url: str | None, file: Path | None) -> History:
    """The history named, or that of the engagement file; it is only read, so one that is not there is not made."""
    return History.open(place_of_history(url, load_engagement(file) if file else None), create=False)


def print_history(history: History, customer: str | None, target: str | None, limit: int) -> None:
    """Assessments as a table, newest first."""
    entries = history.list(customer, target, limit)
    if not (entries or history.list(limit=1)):
        console.say("The history at {where} holds no assessment yet.", where=history.where)
        return
    if not entries:
        console.say("History holds no such assessment.")
        return
    rows = [
        (
            entry.id, entry.customer, entry.target, f"{entry.as_of:%Y-%m-%d %H:%M}", entry.period_number or "–",
            "–" if entry.score is None else f"{entry.score:.1f}", f"{entry.coverage_pct:.0f}%",
        )
        for entry in entries
    ]  # fmt: skip
    console.table(("id", "customer", "target", "as of (UTC)", "period", "score", "coverage"), rows)


def purge_history(history: History) -> None:
    """Remove what may be kept no longer, of every customer, and say so."""
    if not retention.purge(history, datetime.now(UTC)):
        console.say("Nothing in history is past its retention.")


def print_assessment(history: History, assessment: str) -> None:
    """One assessment's summary."""
    document = history.load(assessment)
    console.say(
        "{id}  {customer}  {as_of}",
        id=document["assessment_id"],
        customer=document["customer"],
        as_of=document["as_of"],
    )
    console.summary(document, ())


def print_schedule(files: Sequence[Path]) -> None:
    """Last, next and overdue of each target."""
    now, rows = datetime.now(UTC), []
    for file in files:
        engagement = load_engagement(file)
        for target, assessed in _assessed(engagement).items():
            status = is_due(engagement.subscription, assessed, now)
            rows.append(
                (
                    engagement.customer.name, target,
                    f"{status.last:%Y-%m-%d}" if status.last else "–", status.next or "–",
                    Plain("\n".join(map(_span, status.overdue)) or "–"),
                    console.text(status.text),
                )
            )  # fmt: skip
    console.table(("customer", "target", "last", "next", "overdue", "state"), rows)


def _assessed(engagement: Engagement) -> dict[str, tuple[datetime, ...]]:
    """When each target was assessed: never, as long as there is no history."""
    try:
        with History.open(place_of_history(None, engagement), create=False) as history:
            return {target: history.assessed_at(engagement.customer.name, target) for target in engagement.targets}
    except NoHistory:
        return dict.fromkeys(engagement.targets, ())


def _span(period: Period) -> str:
    """With its last day, as the report has it."""
    return f"{period.number} ({period.start} – {period.end - timedelta(days=1)})"


def run_schedule(files: Sequence[Path], out: Path, at: str, formats: str) -> None:
    """Assess what is due, daily, until stopped. What was done is read from history, so restarts lose nothing."""
    daily(at, lambda: None)  # what is wrong is said now, not at night
    for file in files:
        load_engagement(file)

    def tick() -> None:
        for file in files:
            engagement = load_engagement(file)
            history = open_history(engagement)
            words = [word.strip() for word in formats.split(",")]
            place = out / file.parent.name / f"{datetime.now(UTC):%Y-%m-%d}"
            try:
                assess_all(engagement, history, place, None, words, None, None, True, datetime.now(UTC))
            finally:
                if history:
                    history.close()

    def on_error(error: Exception) -> None:
        console.warn(error.text if isinstance(error, HealthAgentError) else Text("{error}", {"error": repr(error)}))

    console.say("Looking daily at {at}; stop with Ctrl-C.", at=at)
    run_loop(tick, at, threading.Event(), on_error)
