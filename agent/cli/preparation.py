"""``ob-health preflight``, ``grants`` and ``init``: what comes before a first assessment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_data_classes, complete_kinds
from agent.cli.options import EngagementFile, OutsideService, TargetName, read_clock, split_words


def preflight_command(
    engagement: EngagementFile,
    target: TargetName = None,
    outside_service: OutsideService = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Directory for the journal; default: preflight/ beside the engagement."
        ),
    ] = None,
) -> None:
    """Connect and say what the account may see, what is missing, and what would unlock it."""
    from agent.cli.actions.preflight import preflight_all
    from agent.engagement.loading import load_engagement

    place = out or engagement.parent / "preflight"
    raise typer.Exit(preflight_all(load_engagement(engagement), place, target, read_clock(), outside_service))


def grants_command(
    user: Annotated[str, typer.Option(metavar="NAME", help="Name of the account to be made.")] = "ob_health",
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the agent connects from; best its own address.")
    ] = "%",
    data_classes: Annotated[
        str,
        typer.Option(
            "--data-classes",
            metavar="CLASS,...",
            help="Comma-separated data classes; default: all that sources need.",
            autocompletion=complete_data_classes,
        ),
    ] = "",
    tls: Annotated[bool, typer.Option("--tls/--no-tls", help="Require TLS of the account.")] = True,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="Kind of tenant: user or sys.", autocompletion=complete_kinds)
    ] = "user",
) -> None:
    """Print the script with which the customer's DBA makes the account."""
    from agent.cli.actions.grants import make_grants_script
    from agent.support import console

    console.print_verbatim(make_grants_script(user, host, split_words(data_classes), tls, kind))


def init_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name of the engagement; also the folder.")],
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the folder is made.")] = Path(),
) -> None:
    """Scaffold an engagement: NAME/engagement.yaml with comments, and its JSON Schema for editors."""
    from agent.engagement.scaffold import scaffold
    from agent.support import console

    for path in scaffold(name, directory):
        console.say("written: {path}", path=str(path))
    console.say(
        "Fill in engagement.yaml, then run: ob-health authorize request -e {path} --asked-by NAME",
        path=f"{directory / name}/engagement.yaml",
    )
