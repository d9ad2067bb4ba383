"""``ob-health schedule ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import ALL_FORMATS, Formats

schedule_app = typer.Typer(help="The quarterly assessments that a subscription owes.", no_args_is_help=True)

EngagementFiles = Annotated[list[Path], typer.Option("--engagement", "-e", help="Engagement file; may be repeated.")]


@schedule_app.command("list")
def list_schedule_command(engagement: EngagementFiles) -> None:
    """Last, next and overdue assessments of each target."""
    from agent.cli.actions.schedule import print_schedule

    print_schedule(engagement)


@schedule_app.command("run")
def run_schedule_command(
    engagement: EngagementFiles,
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory for the artifacts.")],
    at: Annotated[str, typer.Option(help="Time of the daily look, HH:MM, local.")] = "03:00",
    format: Formats = ALL_FORMATS,
) -> None:
    """Look once a day and assess what is due, until stopped (Ctrl-C, SIGTERM)."""
    from agent.cli.actions.schedule import run_schedule

    run_schedule(engagement, out, at, format)
