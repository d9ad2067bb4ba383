"""``ob-health service ...``."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.options import EngagementFile, OutsideDocument, read_clock

service_app = typer.Typer(
    help="The service log: questions, incidents, projects, requests, topic sessions, critical periods, usage.",
    no_args_is_help=True,
)


def _offer_kinds() -> list[str]:
    from agent.engagement.service_log.entries import KINDS

    return list(KINDS.values())


@service_app.command("add")
def add_service_command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="question, incident, project, request, session, preparation, usage or delivery.",
            autocompletion=_offer_kinds,
        ),
    ],
    values: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE", help='The entry\'s keys, such as title="Slow import".')
    ],
    engagement: EngagementFile,
    outside_service: OutsideDocument = "",
) -> None:
    """Add an entry to the service log, in a file of its own in service/ beside the engagement."""
    from agent.cli.actions.service_log import add_to_log
    from agent.engagement.loading import load_engagement

    add_to_log(load_engagement(engagement), kind, values, read_clock(), outside_service)


@service_app.command("list")
def list_service_command(
    engagement: EngagementFile,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="Only this kind of entry.", autocompletion=_offer_kinds)
    ] = "",
    only_open: Annotated[bool, typer.Option("--open", help="Only what is not done.")] = False,
) -> None:
    """Check the service log and list its entries, with the promises that were kept and missed."""
    from agent.cli.actions.service_log import print_log
    from agent.engagement.loading import load_engagement

    print_log(load_engagement(engagement), kind, read_clock(), only_open=only_open)
