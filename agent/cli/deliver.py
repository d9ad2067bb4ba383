"""``ob-health deliver``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_assessments
from agent.cli.options import EngagementFile


def deliver_command(
    *,
    assessment: Annotated[
        str,
        typer.Option(
            "--assessment",
            "-a",
            metavar="ID",
            help="An id from history.",
            envvar="OB_HEALTH_ASSESSMENT_ID",
            autocompletion=complete_assessments,
        ),
    ],
    engagement: EngagementFile,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="NAME",
            help="One destination; without it, all of them.",
            envvar="OB_HEALTH_DESTINATION",
        ),
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Folder of the report, if it was moved.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also where it was sent, or may have been sent.")] = False,
    arrived: Annotated[
        bool, typer.Option("--arrived", help="Send nothing: what may have been sent has arrived, somebody saw it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the messages, and send nothing.")] = False,
) -> None:
    """Send the message of a report to the destinations of the engagement that do not have it yet.

    Exit code 5: it has not reached all of them.
    """
    from agent.cli.actions.deliver import DeliverOptions, deliver_recorded
    from agent.engagement.loading import load_engagement

    options = DeliverOptions(
        assessment=assessment, only=to, directory=folder, again=again, arrived=arrived, dry_run=dry_run
    )
    raise typer.Exit(deliver_recorded(load_engagement(engagement), options))
