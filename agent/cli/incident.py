"""``ob-health incident ...``: what a fault left behind, and the report on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import (
    DocumentFormats,
    EngagementFile,
    Languages,
    OutDir,
    OutsideDocument,
    TargetName,
    open_engagement,
    read_clock,
    split_words,
)

incident_app = typer.Typer(help="Faults: collect what the tenant still holds, and report.", no_args_is_help=True)


@incident_app.command("collect")
def collect_incident_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    first: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Beginning, such as 2026-11-11T00:00; zone: the service's.",
            envvar="OB_HEALTH_INCIDENT_FROM",
        ),
    ],
    last: Annotated[str, typer.Option("--to", metavar="TIME", help="End, as --from.", envvar="OB_HEALTH_INCIDENT_TO")],
    target: TargetName = None,
    outside_service: OutsideDocument = "",
) -> None:
    """Read what a target still holds of a span of time, and write it as a timeline: DIR/<target>/timeline_*.json."""
    from agent.cli.actions.incidents import collect_all_timelines

    with open_engagement(engagement) as (loaded, history):
        code = collect_all_timelines(
            loaded,
            history,
            out=out,
            target=target,
            span=(first, last),
            now=read_clock(),
            outside_service=outside_service,
        )
    raise typer.Exit(code)


@incident_app.command("report")
def report_incident_command(
    *,
    incident: Annotated[str, typer.Argument(metavar="ID", help="The id of an incident in the service log.")],
    engagement: EngagementFile,
    out: OutDir,
    timeline: Annotated[
        list[Path] | None,
        typer.Option("--timeline", metavar="FILE", help="A timeline that incident collect wrote; may be given again."),
    ] = None,
    format: DocumentFormats = "html,docx,pdf",
    lang: Languages = None,
    outside_service: OutsideDocument = "",
) -> None:
    """Write the report on a major fault of production (P1 or P2), from the service log and collected timelines."""
    from agent.cli.actions.documents import DocumentOptions
    from agent.cli.actions.incidents import write_incident_report
    from agent.engagement.loading import load_engagement

    options = DocumentOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        outside_service=outside_service,
    )
    write_incident_report(load_engagement(engagement), options, incident, timeline or (), read_clock())
