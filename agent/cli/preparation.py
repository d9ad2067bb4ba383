"""``ob-health preflight``, ``grants`` and ``init``: what comes before a first assessment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_data_classes, complete_kinds
from agent.cli.options import (
    EngagementFile,
    OutsideService,
    TargetName,
    make_engagement_option,
    read_clock,
    split_words,
)

GrantsEngagement = Annotated[
    Path | None, make_engagement_option("Whose targets the scripts are for; without it, --user and --kind say.")
]


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
    *,
    engagement: GrantsEngagement = None,
    target: TargetName = None,
    user: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the account; default: the engagement's, or ob_health.")
    ] = "",
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the agent connects from; best its own address.")
    ] = "%",
    data_classes: Annotated[
        str,
        typer.Option(
            "--data-classes",
            metavar="CLASS,...",
            help="Comma-separated data classes; default: those of the authorization, or all that sources need.",
            autocompletion=complete_data_classes,
        ),
    ] = "",
    tls: Annotated[
        bool | None,
        typer.Option("--tls/--no-tls", help="Require TLS of the account; default: as the target has it, or required."),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND", help="Kind of tenant, user or sys; default: the target's.", autocompletion=complete_kinds
        ),
    ] = "",
    for_version: Annotated[
        str,
        typer.Option(
            "--for-version", metavar="VERSION", help="Version of the server, such as 4.2.5: leaves out what it lacks."
        ),
    ] = "",
) -> None:
    """Print the script with which the customer's DBA makes the account."""
    from agent.cli.actions.grants import GrantOptions, make_grants_scripts
    from agent.engagement.loading import load_engagement
    from agent.support import console

    options = GrantOptions(
        user=user, host=host, data_classes=split_words(data_classes), tls=tls, kind=kind, version=for_version
    )
    loaded = load_engagement(engagement) if engagement else None
    console.print_verbatim(make_grants_scripts(options, loaded, target))


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
