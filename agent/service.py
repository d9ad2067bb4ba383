"""Behind ``ob-health history`` and ``ob-health schedule``."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent import console, retention
from agent.assessing import assess_all, open_history
from agent.config import load_engagement
from agent.errors import HealthAgentError, HistoryError
from agent.history.store import History
from agent.scheduler import is_due, run_loop
from agent.terms import Text


def print_history(url: str | None, customer: str | None, target: str | None, limit: int) -> None:
    """Assessments as a table, newest first."""
    with History.open(url) as history:
        entries = history.list(customer, target, limit)
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


def purge_history(url: str | None) -> None:
    """Remove what may be kept no longer, of every customer, and say so."""
    with History.open(url) as history:
        if not retention.purge(history, datetime.now(UTC)):
            console.say("Nothing in history is past its retention.")


def print_assessment(url: str | None, assessment: str) -> None:
    """One assessment's summary."""
    with History.open(url) as history:
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
        history = open_history(engagement)
        if history is None:
            raise HistoryError("What is due is read from history, which cannot be used.")
        with history:
            for target in engagement.targets:
                status = is_due(engagement.subscription, history.assessed_at(engagement.customer.name, target), now)
                rows.append(
                    (
                        engagement.customer.name, target,
                        f"{status.last:%Y-%m-%d}" if status.last else "–", status.next or "–",
                        ", ".join(f"{one.number} ({one.start} – {one.end})" for one in status.overdue) or "–",
                        console.text(status.text),
                    )
                )  # fmt: skip
    console.table(("customer", "target", "last", "next", "overdue", "state"), rows)


def run_schedule(files: Sequence[Path], out: Path, at: str, formats: str) -> None:
    """Assess what is due, daily, until stopped. What was done is read from history, so restarts lose nothing."""
    for file in files:
        load_engagement(file)  # a wrong file is said now, not at night

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
