"""``ob-health report ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

report_app = typer.Typer(help="The files of a report: signed and verified.", no_args_is_help=True)

ReportFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a report.")]


@report_app.command("verify")
def verify_report_command(
    directory: ReportFolder,
    signer: Annotated[
        str | None,
        typer.Option(
            "--signer", metavar="KEY|FILE", help="The sender's public key, had by another way than the report."
        ),
    ] = None,
) -> None:
    """Find any change in the files of a report by its manifest, and who signed that.

    Exit code 0: as sent; 1: a file is missing, or a list was written in; 2: altered, added, or not signed so.
    """
    from agent.cli.actions.report import verify_folder

    raise typer.Exit(verify_folder(directory, signer))


@report_app.command("sign")
def sign_report_command(
    directory: ReportFolder,
    key: Annotated[
        Path,
        typer.Option("--key", "-k", metavar="FILE", help="Your SSH key, or its public half if it is in ssh-agent."),
    ],
) -> None:
    """Sign the manifest of a report with ssh-keygen."""
    from agent.cli.actions.report import sign_folder

    sign_folder(directory, key)
