"""``ob-health history ...`` and ``ob-health schedule ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import ALL_FORMATS, Formats

history_app = typer.Typer(help="Earlier assessments.", no_args_is_help=True)
schedule_app = typer.Typer(help="The quarterly assessments that a subscription owes.", no_args_is_help=True)

HistoryUrl = Annotated[str | None, typer.Option("--history", help="History database, where it is not the default.")]
EngagementFile = Annotated[Path | None, typer.Option("--engagement", "-e", help="Its history is used.")]
EngagementFiles = Annotated[list[Path], typer.Option("--engagement", "-e", help="Engagement file; may be repeated.")]


@history_app.command("list")
def list_history(
    customer: Annotated[str | None, typer.Option(help="Only this customer.")] = None,
    target: Annotated[str | None, typer.Option(help="Only this target.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    history: HistoryUrl = None, engagement: EngagementFile = None,
) -> None:  # fmt: skip
    """Assessments, newest first."""
    from agent.service_old import print_history, recorded

    with recorded(history, engagement) as opened:
        print_history(opened, customer, target, limit)


@history_app.command()
def show(
    assessment: Annotated[str, typer.Argument(help="An id, or its unique beginning.")],
    history: HistoryUrl = None, engagement: EngagementFile = None,
) -> None:  # fmt: skip
    """One assessment's summary."""
    from agent.service_old import print_assessment, recorded

    with recorded(history, engagement) as opened:
        print_assessment(opened, assessment)


@history_app.command()
def purge(history: HistoryUrl = None, engagement: EngagementFile = None) -> None:
    """Remove assessments that the customer lets nobody keep any longer; each assess does so for its customer."""
    from agent.service_old import purge_history, recorded

    with recorded(history, engagement) as opened:
        purge_history(opened)


@schedule_app.command("list")
def list_schedule(engagement: EngagementFiles) -> None:
    """Last, next and overdue assessments of each target."""
    from agent.service_old import print_schedule

    print_schedule(engagement)


@schedule_app.command()
def run(
    engagement: EngagementFiles,
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory for the artifacts.")],
    at: Annotated[str, typer.Option(help="Time of the daily look, HH:MM, local.")] = "03:00",
    format: Formats = ALL_FORMATS,
) -> None:
    """Look once a day and assess what is due, until stopped (Ctrl-C, SIGTERM)."""
    from agent.service_old import run_schedule

    run_schedule(engagement, out, at, format)
