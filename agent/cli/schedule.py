"""``ob-health schedule ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import ALL_FORMATS, EngagementFiles, Formats, OutDir

schedule_app = typer.Typer(help="The quarterly assessments that a subscription owes.", no_args_is_help=True)


@schedule_app.command("list")
def list_schedule_command(
    engagement: EngagementFiles,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Also write the dates to this calendar file (iCalendar)."),
    ] = None,
) -> None:
    """Last, next and overdue assessments of each target, why not now, and what ends soon."""
    from agent.cli.actions.schedule import print_schedule

    raise typer.Exit(print_schedule(engagement, ics))


@schedule_app.command("run")
def run_schedule_command(
    engagement: EngagementFiles,
    out: OutDir,
    at: Annotated[
        str, typer.Option("--at", metavar="HH:MM", help="Time of the daily look, of this machine.")
    ] = "03:00",
    format: Formats = ALL_FORMATS,
    sample: Annotated[
        str,
        typer.Option(
            "--sample", metavar="INTERVAL", help="Also take samples, such as every 1h, where they are signed."
        ),
    ] = "",
) -> None:
    """Check daily, retry what failed, and assess what is due, until stopped (Ctrl-C, SIGTERM)."""
    from agent.cli.actions.schedule import run_schedule

    run_schedule(engagement, out, at, format, sample)
