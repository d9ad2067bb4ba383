"""What ``ob-health history`` does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from agent.archive.history.store import History
from agent.cli.actions.targets import locate_history, say_damaged
from agent.engagement.loading import load_engagement
from agent.service import retention
from agent.support import console
from agent.support.errors import DamagedHistory


def open_recorded_history(url: str | None, file: Path | None) -> History:
    """Open the named history, or that of the engagement file. Raises NoHistory if it does not exist."""
    return History.open(locate_history(url, load_engagement(file) if file else None), create=False)


def print_history(history: History, customer: str | None, target: str | None, limit: int) -> int:
    """Print the assessments as a table, newest first. Return the exit code: 2 if some are damaged and left out."""
    entries = history.list(customer, target, limit)
    code = DamagedHistory.exit_code if say_damaged(history, customer, target) else 0
    if not (entries or code or history.list(limit=1)):
        console.say("The history at {where} holds no assessment yet.", where=history.where)
        return code
    if not entries:
        console.say("History holds no such assessment.")
        return code
    rows = [
        (
            entry.id,
            entry.customer,
            entry.target,
            f"{entry.as_of:%Y-%m-%d %H:%M}",
            entry.period_number or "–",
            "–" if entry.score is None else f"{entry.score:.1f}",
            f"{entry.coverage_pct:.0f}%",
        )
        for entry in entries
    ]
    console.print_table(("id", "customer", "target", "as of (UTC)", "period", "score", "coverage"), rows)
    return code


def purge_history(history: History, today: date | None) -> None:
    """Remove every assessment past its retention, of all customers, and print it.

    ``today`` is the day as somebody says it, for a machine whose clock may be wrong. Raises ConfigError if nobody says
    it and nothing was recorded for a long time.
    """
    now = datetime.now(UTC)
    if today:
        now = datetime.combine(today, time.min, UTC)
    else:
        retention.refuse_jumped_clock(history, now)
    if not retention.purge_expired(history, now):
        console.say("Nothing in history is past its retention.")


def print_assessment(history: History, assessment: str) -> None:
    """Print the summary of one assessment."""
    document = history.load(assessment)
    console.say(
        "{id}  {customer}  {as_of}",
        id=document["assessment_id"],
        customer=document["customer"],
        as_of=document["as_of"],
    )
    console.print_summary(document, ())
