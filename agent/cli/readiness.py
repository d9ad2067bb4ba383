"""``ob-health readiness``."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.options import (
    DocumentFormats,
    EngagementFile,
    Languages,
    OutDir,
    OutsideDocument,
    TargetName,
    read_clock,
    split_words,
)


def readiness_command(
    *,
    engagement: EngagementFile,
    period: Annotated[
        str,
        typer.Option(
            "--period",
            metavar="NAME",
            help="A critical period of the engagement.",
            envvar="OB_HEALTH_CRITICAL_PERIOD",
        ),
    ],
    out: OutDir,
    target: TargetName = None,
    factor: Annotated[
        float | None,
        typer.Option(
            "--factor", metavar="NUMBER", help="Expected load as a multiple of the usual peak; else the service log's."
        ),
    ] = None,
    format: DocumentFormats = "html,docx,pdf",
    lang: Languages = None,
    outside_service: OutsideDocument = "",
) -> None:
    """Judge whether targets are ready for a critical period, and write the plan for its protection.

    Exit code 0: ready; 1: not ready, or only on conditions; 5: too little was assessed to say so.
    """
    from agent.cli.actions.documents import DocumentOptions
    from agent.cli.actions.readiness import write_readiness
    from agent.engagement.loading import load_engagement

    options = DocumentOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        outside_service=outside_service,
    )
    raise typer.Exit(
        write_readiness(load_engagement(engagement), options, period, read_clock(), target=target, factor=factor)
    )
