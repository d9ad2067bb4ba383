"""``ob-health history ...``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_assessments
from agent.cli.options import HistoryPlace, make_engagement_option

history_app = typer.Typer(help="Earlier assessments.", no_args_is_help=True)

HistoryEngagement = Annotated[Path | None, make_engagement_option("Its history is used.")]


@history_app.command("list")
def list_history_command(
    customer: Annotated[str | None, typer.Option("--customer", metavar="CUSTOMER", help="Only this customer.")] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", metavar="TARGET", help="Only this target.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """Assessments, newest first."""
    from agent.cli.actions.history import open_recorded_history, print_history

    with open_recorded_history(history, engagement) as opened:
        code = print_history(opened, customer, target, limit)
    raise typer.Exit(code)


@history_app.command("show")
def show_assessment_command(
    assessment: Annotated[
        str,
        typer.Argument(metavar="ID", help="An id, or its unique beginning.", autocompletion=complete_assessments),
    ],
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """One assessment's summary."""
    from agent.cli.actions.history import open_recorded_history, print_assessment

    with open_recorded_history(history, engagement) as opened:
        print_assessment(opened, assessment)


@history_app.command("purge")
def purge_history_command(
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
    today: Annotated[
        datetime | None,
        typer.Option("--today", metavar="DATE", formats=["%Y-%m-%d"], help="The day, if the clock is not to be asked."),
    ] = None,
) -> None:
    """Remove assessments that the customer lets nobody keep any longer; each assess does so for its customer."""
    from agent.cli.actions.history import open_recorded_history, purge_history

    with open_recorded_history(history, engagement) as opened:
        purge_history(opened, today.date() if today else None)
